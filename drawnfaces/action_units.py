"""Facial action units: the muscles' alphabet that every drawn face is spelt in.

The Facial Action Coding System (Ekman and Friesen, 1978) names what single facial muscles do. A drawn face is
a vector with one intensity in [0, 1] for each entry of ``ACTION_UNITS``. Left (L) and right (R) are the drawn
person's own, as in FACS: the person's left is on the right of the picture.
"""

from collections.abc import Mapping, Sequence

import numpy as np

from drawnfaces.errors import DrawingError

ACTION_UNITS = {
    "AU1": "inner brow raiser",
    "AU2": "outer brow raiser",
    "AU4": "brow lowerer",
    "AU5": "upper lid raiser",
    "AU6": "cheek raiser",
    "AU7": "lid tightener",
    "AU9": "nose wrinkler",
    "AU10": "upper lip raiser",
    "AU12L": "lip corner puller, left",
    "AU12R": "lip corner puller, right",
    "AU14L": "dimpler, left",
    "AU14R": "dimpler, right",
    "AU15": "lip corner depressor",
    "AU16": "lower lip depressor",
    "AU17": "chin raiser",
    "AU20": "lip stretcher",
    "AU23": "lip tightener",
    "AU24": "lip pressor",
    "AU25": "lips part",
    "AU26": "jaw drop",
    "AU27": "mouth stretch",
    "AU43": "eyes closed",
}
NAMES = tuple(ACTION_UNITS)
# A resting face has no tone in these: a closed mouth stays closed and an open eye open.
WITHOUT_TONE = tuple(NAMES.index(name) for name in ("AU16", "AU25", "AU26", "AU27", "AU43"))
_POSITION = {name: i for i, name in enumerate(NAMES)}


def to_vector(action_units: Mapping[str | int, float] | Sequence[float] | np.ndarray) -> np.ndarray:
    """Return the intensities in the order of ``ACTION_UNITS``, float64, (22,).

    Args:
        action_units: such a vector, or a mapping such as ``{"AU12": 0.8, 6: 1}``. "AU12" and "AU14" without
            a side mean both sides; what is not named is 0.

    Raises:
        DrawingError: for an unknown action unit, or an intensity that is not a number in [0, 1].
    """
    if isinstance(action_units, Mapping):
        vector = np.zeros(len(NAMES))
        for key, value in action_units.items():
            name = f"AU{key}" if isinstance(key, int) else str(key)
            sides = [side for side in (name, f"{name}L", f"{name}R") if side in _POSITION]
            if not sides:
                raise DrawingError(f"unknown action unit {key!r}; known are {', '.join(NAMES)}")
            vector[[_POSITION[side] for side in sides]] = _intensity(name, value)
        return vector
    values = list(action_units)
    if len(values) != len(NAMES):
        raise DrawingError(
            f"action units need {len(NAMES)} intensities ({', '.join(NAMES)}), not {len(values)}"
        )
    return np.array([_intensity(name, value) for name, value in zip(NAMES, values, strict=True)])


def _intensity(name: str, value: float) -> float:
    try:
        number = float(value)
    except (TypeError, ValueError) as error:
        raise DrawingError(f"{name} must be an intensity from 0 to 1, not {value!r}") from error
    if not 0.0 <= number <= 1.0:
        raise DrawingError(f"{name} must be an intensity from 0 to 1, not {number:g}")
    return number
