"""From a mixture of expressions to action units: prototypes, blends, the neutral share.

Let e be the shares of the seven emotions (they sum to 1), v the overall intensity in [0, 1], and P the
prototypes (one row of action units an emotion, after EMFACS; neutral has none). Then

    action units      a = min(1, v · Σ_k e_k P_k / ‖e‖₂)
    neutral share     m_neutral = (1 − v)³
    emotions' shares  m_k = (1 − m_neutral) e_k

so that v = 1 − m_neutral^(1/3) and e = m_k / (1 − m_neutral) can be read back from a mixture. The cube says
that half an expression (v = ½) already looks 87 % like that expression. Dividing by ‖e‖₂ keeps a blend of two
as strong as either alone. In a drawn data set each unit is also scaled by a personal factor in [0.8, 1.2] and
starts from a resting tone of at most 0.05, because no two people move alike; the action units returned are
those drawn.
"""

import tomllib
from collections.abc import Sequence
from importlib.resources import files

import numpy as np

from drawnfaces.action_units import to_vector
from drawnfaces.errors import DrawingError
from drawnfaces.names import EXPRESSIONS

_TABLE = tomllib.loads(files("drawnfaces").joinpath("prototypes.toml").read_text("utf-8"))
# expression -> its prototypes, (22,) each: the plain one first, then common variants of it
PROTOTYPES: dict[str, tuple[np.ndarray, ...]] = {
    name: tuple(to_vector(units) for units in _TABLE[name].values()) for name in EXPRESSIONS
}

# The compounds of Du, Tao and Martinez (2014), as shares of the eight expressions at full intensity.
COMPOUNDS: dict[str, dict[str, float]] = {
    "happily surprised": {"happiness": 0.45, "surprise": 0.55},
    "happily disgusted": {"happiness": 0.5, "disgust": 0.5},
    "sadly fearful": {"sadness": 0.45, "fear": 0.55},
    "sadly angry": {"sadness": 0.5, "anger": 0.5},
    "sadly surprised": {"sadness": 0.45, "surprise": 0.55},
    "sadly disgusted": {"sadness": 0.5, "disgust": 0.5},
    "fearfully angry": {"fear": 0.45, "anger": 0.55},
    "fearfully surprised": {"fear": 0.5, "surprise": 0.5},
    "fearfully disgusted": {"fear": 0.5, "disgust": 0.5},
    "angrily surprised": {"anger": 0.62, "surprise": 0.38},
    "angrily disgusted": {"anger": 0.5, "disgust": 0.5},
    "disgustedly surprised": {"disgust": 0.45, "surprise": 0.55},
    "appalled": {"anger": 0.35, "disgust": 0.65},
    "hatred": {"anger": 0.7, "disgust": 0.3},
    "awed": {"fear": 0.3, "surprise": 0.7},
}


def compound(name: str, intensity: float = 1.0) -> np.ndarray:
    """Return the mixture, (8,), of one of ``COMPOUNDS`` at an intensity in [0, 1].

    Raises:
        DrawingError: for a name that is not in ``COMPOUNDS`` or an intensity out of range.
    """
    if name not in COMPOUNDS:
        raise DrawingError(f"unknown compound expression {name!r}; known are {', '.join(COMPOUNDS)}")
    if not 0 <= intensity <= 1:
        raise DrawingError(f"the intensity of a compound is a number from 0 to 1, not {intensity}")
    return dilute(np.array([COMPOUNDS[name].get(emotion, 0.0) for emotion in EXPRESSIONS]), intensity)


def check_mixture(mixture: Sequence[float]) -> np.ndarray:
    """Return the mixture over ``names.EXPRESSIONS`` as float64, (8,).

    Raises:
        DrawingError: when it does not hold 8 numbers in [0, 1] that sum to 1 (to one part in 10⁵).
    """
    values = np.asarray(mixture, dtype=np.float64)
    if values.shape != (len(EXPRESSIONS),):
        raise DrawingError(
            f"a mixture has one share for each of {', '.join(EXPRESSIONS)}; got shape {values.shape}"
        )
    if not (np.isfinite(values).all() and (values >= 0).all() and abs(values.sum() - 1) < 1e-5):
        shares = ", ".join(f"{name} {value:g}" for name, value in zip(EXPRESSIONS, values, strict=True))
        raise DrawingError(
            f"the shares of a mixture must be at least 0 and sum to 1, not {values.sum():g} ({shares})"
        )
    return values / values.sum()


def dilute(emotions: np.ndarray, intensity: float) -> np.ndarray:
    """Return the mixture, (8,), of emotions' shares (8,) with no neutral part, at an intensity in [0, 1]."""
    neutral = (1 - intensity) ** 3
    mixture = (1 - neutral) * emotions
    mixture[0] = neutral
    return mixture


def intensity_of(mixture: np.ndarray) -> float:
    """Return the overall intensity in [0, 1] that a mixture (8,) implies."""
    return 1.0 - float(mixture[0]) ** (1 / 3)


def expression_intensities(mixture: np.ndarray) -> np.ndarray:
    """Return how strongly each expression is shown, (8,): v · e_k / ‖e‖₂, the weight of its prototype.

    Neutral has none, so its entry is 0; a pure expression at full strength has 1.
    """
    emotions = np.concatenate([[0.0], mixture[1:]])
    length = float(np.sqrt((emotions**2).sum()))
    return emotions if length == 0.0 else intensity_of(mixture) * emotions / length


def to_action_units(mixture: np.ndarray, variants: Sequence[int] = (0,) * len(EXPRESSIONS)) -> np.ndarray:
    """Return the action units, (22,), of a mixture (8,), by the formula at the head of this module.

    ``variants`` chooses which of its prototypes each expression uses.
    """
    chosen = np.stack(
        [PROTOTYPES[name][variant] for name, variant in zip(EXPRESSIONS, variants, strict=True)]
    )
    return np.minimum(1.0, expression_intensities(mixture) @ chosen)


def sample_mixture(rng: np.random.Generator, ambiguous: float, proportions: np.ndarray) -> np.ndarray:
    """Draw one mixture, (8,): with probability ``ambiguous`` of two (one in five: three) expressions.

    An unambiguous mixture holds at least 0.9 of one expression, drawn from ``proportions`` (8,).
    """
    main, second, third = _distinct(rng, proportions)
    is_ambiguous, has_third, share, split, strength = rng.random(5)
    shares = np.zeros(len(EXPRESSIONS))
    if is_ambiguous >= ambiguous and main == 0:
        shares[second] = 1.0
        return dilute(shares, 0.03 * strength)  # (1 - 0.03)³ > 0.9
    if is_ambiguous >= ambiguous:
        shares[main] = 0.96 + 0.04 * share  # 0.96 · (1 - (1 - 0.7)³) > 0.9
        shares[second or third] = 1 - shares[main]  # neutral, class 0, comes with the intensity
        return dilute(shares, 0.7 + 0.3 * strength)
    if has_third < 0.2:
        shares[main] = 0.45 + 0.2 * share
        shares[second] = (1 - shares[main]) * (0.5 + 0.3 * split)
        shares[third] = 1 - shares[main] - shares[second]
    else:
        shares[main] = 0.55 + 0.3 * share
        shares[second] = 1 - shares[main]
    return shares if shares[0] > 0 else dilute(shares, 0.6 + 0.4 * strength)


def _distinct(rng: np.random.Generator, proportions: np.ndarray) -> tuple[int, int, int]:
    """Draw a class from ``proportions`` and two others, different, uniformly."""
    first, second, third = rng.random(3)
    main = min(int(np.searchsorted(np.cumsum(proportions), first, side="right")), len(EXPRESSIONS) - 1)
    others = [k for k in range(len(EXPRESSIONS)) if k != main]
    other = others.pop(int(second * len(others)))
    return main, other, others[int(third * len(others))]
