"""Simulated raters: what people say they see in a face of known mixture.

FER+ (Barsoum et al., 2016) asked ten people about each face. A simulated rater draws one expression from the
true mixture and then reports it with people's usual confusions: row k of ``CONFUSION`` is what is reported of
expression k, with a little "unknown" and a rarer "NF" (not a face). The confusions are small because most
disagreement already comes from the mixture; together they give FER+'s mean vote entropy. The less of a face
can be made out, the more a rater guesses.
"""

import numpy as np

from drawnfaces.names import EXPRESSIONS, VOTES

RATERS = 10

_REPORTED = {
    "neutral": {"sadness": 0.01, "contempt": 0.005},
    "happiness": {"neutral": 0.004, "contempt": 0.002},
    "surprise": {"fear": 0.012, "happiness": 0.002},
    "sadness": {"neutral": 0.014, "fear": 0.003, "disgust": 0.002},
    "anger": {"disgust": 0.01, "neutral": 0.006, "contempt": 0.002},
    "disgust": {"anger": 0.02, "sadness": 0.004, "contempt": 0.004},
    "fear": {"surprise": 0.03, "sadness": 0.006},
    "contempt": {"neutral": 0.025, "happiness": 0.006, "disgust": 0.006},
}
_UNKNOWN, _NF = 0.004, 0.0005


def _confusion() -> np.ndarray:
    matrix = np.zeros((len(EXPRESSIONS), len(VOTES)))
    for row, name in enumerate(EXPRESSIONS):
        for reported, probability in _REPORTED[name].items():
            matrix[row, VOTES.index(reported)] = probability
        matrix[row, -2:] = _UNKNOWN, _NF
        matrix[row, row] = 1 - matrix[row].sum()
    return matrix


CONFUSION = _confusion()  # (8, 10), each row sums to 1
# What is guessed of a face that cannot be made out: "unknown", or what faces in FER+ mostly show.
HAZE = np.array([0.2, 0.12, 0.07, 0.07, 0.04, 0.01, 0.01, 0.01, 0.45, 0.02])  # (10,), sums to 1


def cast_votes(opinions: np.ndarray, mixture: np.ndarray, legibility: float = 1.0) -> np.ndarray:
    """Return the votes over ``names.VOTES``, int64, (10,); they sum to the number of raters.

    Args:
        opinions: numbers in [0, 1), (raters,), one a rater: what they lean to.
        mixture: the true mixture, (8,).
        legibility: how much of the expression can be seen, from 0 to 1 (see ``visibility.legibility``); a
            rater guesses, by ``HAZE``, with probability (1 − legibility)³.
    """
    guessing = (1 - legibility) ** 3
    cumulative = np.cumsum((1 - guessing) * (mixture @ CONFUSION) + guessing * HAZE)
    # Inverse transform instead of Generator.multinomial, whose stream NumPy may change between versions.
    votes = np.searchsorted(cumulative, opinions * cumulative[-1], side="right")
    return np.bincount(votes, minlength=len(VOTES))


def vote(
    mixture: np.ndarray, n: int, generator: np.random.Generator, legibility: float | np.ndarray = 1.0
) -> np.ndarray:
    """Return what ``n`` new raters vote, by the law of :func:`cast_votes`.

    Args:
        mixture: the true mixture, (..., 8).
        n: how many raters, each asked about every mixture.
        generator: where their opinions come from.
        legibility: of each face, one number or (...).

    Returns:
        counts over ``names.VOTES``, int64, (..., 10); each row sums to ``n``.
    """
    mixture = np.asarray(mixture, dtype=np.float64)
    opinions = generator.random((*mixture.shape[:-1], n))
    return np.vectorize(cast_votes, signature="(n),(k),()->(v)")(opinions, mixture, legibility)
