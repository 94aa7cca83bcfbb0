"""What the released network computed from seeded numbers, and a network with the same numbers.

``released_values.npz`` is a part of ``tests/golden/poster_var_8.npz`` (a test compares): names and shapes of the released
weights, and of what each box gave every fourth of the values stored there. The weights are no trained ones: one stream
of random numbers for each name.
"""

import json
import zlib
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from lessons.whole_network.assembly import disagreement
from pvlib.models.poster import Poster
from pvlib.models.released import convert_released

FILE = Path(__file__).with_name("released_values.npz")
# box of Figure 2 -> the names under which the released values of its outputs are stored
STORED = {
    "image_pyramid": ("image_tap1", "image_tap2", "image_tap3"),
    "landmark_net": ("landmark_tap1", "landmark_tap2", "landmark_tap3"),
    "levels.0": ("fused1",),
    "levels.1": ("fused2",),
    "levels.2": ("fused3",),
    "fusion_norm": ("tokens",),
    "encoder": ("cls",),
    "squeeze_excite": ("se",),
    "head": ("mu", "log_var"),
}


def seeded_network() -> tuple[Poster, Tensor]:
    """POSTER-Var at paper size with the seeded numbers, in evaluation mode, and the images: (2, 3, 224, 224)."""
    with np.load(FILE) as stored:
        seed = int(stored["seed"])
        shapes = {
            str(key): json.loads(str(shape))
            for key, shape in zip(stored["keys"], stored["shapes"], strict=True)
        }
    state = {
        key: seeded(key, tuple(shape), seed)
        for key, shape in shapes.items()
        if not key.endswith("relative_position_index")  # follows from the window
    }
    network = convert_released(state)
    assert isinstance(network, Poster)
    images = np.random.default_rng([seed, 0]).standard_normal((2, 3, 224, 224)).astype(np.float32)
    return network.eval(), torch.from_numpy(images)


def seeded(key: str, shape: tuple[int, ...], seed: int) -> np.ndarray:
    """The numbers of the released weight with this name, as ``tests/golden/seeded_state.py`` has them."""
    rng = np.random.default_rng([seed, zlib.crc32(key.encode())])
    if key.endswith("num_batches_tracked"):
        return np.zeros(shape, dtype=np.int64)
    if key.endswith("running_var"):
        return rng.uniform(0.5, 1.5, shape).astype(np.float32)
    if key.endswith("running_mean"):
        return (0.1 * rng.standard_normal(shape)).astype(np.float32)
    if key.endswith(("gamma1", "gamma2")):
        return rng.uniform(0.1, 0.3, shape).astype(np.float32)
    if key.endswith("weight") and len(shape) == 1:
        return rng.uniform(0.3, 1.2, shape).astype(np.float32)
    if key.endswith("weight"):
        return (rng.standard_normal(shape) / np.sqrt(np.prod(shape[1:]))).astype(np.float32)
    return (0.1 * rng.standard_normal(shape)).astype(np.float32)


def differences(values: dict[str, list[Tensor]]) -> dict[str, float]:
    """The largest disagreement of each box with the released network, at the places that are stored."""
    worst = {}
    with np.load(FILE) as stored:
        for box, names in STORED.items():
            worst[box] = float("inf")
            if box in values and len(values[box]) == len(names):
                worst[box] = max(
                    _difference(ours, stored, name) for ours, name in zip(values[box], names, strict=True)
                )
    return worst


def _difference(ours: Tensor, stored: np.lib.npyio.NpzFile, name: str) -> float:
    if tuple(ours.shape) != tuple(stored[f"{name}/shape"]):
        return float("inf")
    return disagreement(ours.flatten()[stored[f"{name}/places"]], torch.from_numpy(stored[f"{name}/values"]))
