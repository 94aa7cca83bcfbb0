"""Ten simulated raters: what people say they see in a face of known mixture (lessons 08 and 11).

FER+ (Barsoum et al., 2016) asked ten people about each face. A simulated rater draws one expression from the true
mixture and then reports it with people's usual confusions: row k of ``CONFUSION`` is what is reported of
expression k. Its zeros are filled by a small "unknown" and a rarer "NF" (not a face).
"""

import numpy as np

from pvlib.data.labels import FERPLUS, FERPLUS_VOTES

RATERS = 10

_REPORTED = {
    "neutral": {"sadness": 0.012, "contempt": 0.006},
    "happiness": {"neutral": 0.0048, "contempt": 0.0024},
    "surprise": {"fear": 0.015, "happiness": 0.0024},
    "sadness": {"neutral": 0.018, "fear": 0.0036, "disgust": 0.0024},
    "anger": {"disgust": 0.012, "neutral": 0.0072, "contempt": 0.0024},
    "disgust": {"anger": 0.024, "sadness": 0.0048, "contempt": 0.0048},
    "fear": {"surprise": 0.036, "sadness": 0.0072},
    "contempt": {"neutral": 0.03, "happiness": 0.0072, "disgust": 0.0072},
}
_UNKNOWN, _NF = 0.004, 0.0005


def _confusion() -> np.ndarray:
    matrix = np.zeros((len(FERPLUS), len(FERPLUS_VOTES)))
    for row, name in enumerate(FERPLUS):
        for reported, probability in _REPORTED[name].items():
            matrix[row, FERPLUS_VOTES.index(reported)] = probability
        matrix[row, -2:] = _UNKNOWN, _NF
        matrix[row, row] = 1 - matrix[row].sum()
    return matrix


CONFUSION = _confusion()  # (8, 10), each row sums to 1


def cast_votes(rng: np.random.Generator, mixture: np.ndarray) -> np.ndarray:
    """Return the ten votes over ``labels.FERPLUS_VOTES`` for a mixture (8,), uint8, (10,); they sum to 10."""
    cumulative = np.cumsum(mixture @ CONFUSION)
    # Inverse transform instead of Generator.multinomial, whose stream NumPy may change between versions.
    votes = np.searchsorted(cumulative, rng.random(RATERS) * cumulative[-1], side="right")
    return np.bincount(votes, minlength=len(FERPLUS_VOTES)).astype(np.uint8)
