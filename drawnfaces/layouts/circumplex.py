"""Valence and arousal of a mixture: where each expression lies on Russell's circumplex (1980).

The places are round numbers near the centres of AffectNet's classes (Mollahosseini et al., 2017, figure 9):
a drawn face has no truer ones.
"""

import numpy as np

from drawnfaces.names import EXPRESSIONS

PLACES = {  # (valence, arousal), each from -1 to 1
    "neutral": (0.0, 0.0),
    "happiness": (0.7, 0.2),
    "surprise": (0.2, 0.7),
    "sadness": (-0.65, -0.3),
    "anger": (-0.5, 0.6),
    "disgust": (-0.65, 0.4),
    "fear": (-0.2, 0.8),
    "contempt": (-0.55, 0.15),
}
_TABLE = np.array([PLACES[name] for name in EXPRESSIONS])  # (8, 2)


def valence_arousal(mixture: np.ndarray) -> tuple[float, float]:
    """Return the places of the expressions, each weighted by its share of the mixture (8,)."""
    valence, arousal = (np.asarray(mixture) @ _TABLE).tolist()
    return valence, arousal
