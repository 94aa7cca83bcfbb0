"""The real landmark weights on real faces: the 68 points sit on eyes, nose and mouth."""

import numpy as np
import pytest
import torch
import torch.nn.functional as F

from pvlib.data.network_input import IMAGENET_MEAN, IMAGENET_STD
from pvlib.models import LandmarkSize, poster_var, tiny
from pvlib.models.mobilefacenet import MobileFaceNet
from pvlib.models.released import load_released


@pytest.fixture(scope="module")
def network(shared) -> MobileFaceNet:
    return load_released(shared / "data/weights/mobilefacenet68.pth")


@pytest.fixture(scope="module")
def images(shared) -> torch.Tensor:
    """200 real faces of FER+, evenly spread over the file: (200, 1, 48, 48) in 0-1."""
    pixels = np.load(shared / "data/ferplus/train_valid.npz")["images"]
    chosen = pixels[np.linspace(0, len(pixels) - 1, 200).astype(int)]
    return torch.from_numpy(chosen)[:, None].float() / 255


@pytest.fixture(scope="module")
@torch.no_grad()
def points(network, images) -> torch.Tensor:
    """(200, 68, 2) fractions of the image's sides."""
    enlarged = F.interpolate(images, (112, 112), mode="bilinear")
    few_at_once = enlarged.expand(-1, 3, -1, -1).split(10)  # four times as fast as all at once
    return torch.cat([network(few) for few in few_at_once])


def part(points: torch.Tensor, first: int, last: int) -> torch.Tensor:
    """Mean point of the iBUG points ``first`` to ``last``, counted from 0: (faces, 2)."""
    return points[:, first : last + 1].mean(dim=1)


def test_brows_eyes_nose_mouth_and_chin_lie_below_each_other(points):
    brows, eyes, tip = part(points, 17, 26), part(points, 36, 47), points[:, 30]
    order = torch.stack([brows, eyes, tip, part(points, 48, 67), points[:, 8]])[..., 1]  # (5, faces)
    assert ((order[1:] > order[:-1]).all(dim=0)).float().mean() > 0.95
    medians = order.median(dim=1).values
    assert (medians[1:] - medians[:-1]).min() > 0.05
    assert 0.3 < medians[1] < 0.5  # the eyes stand a little above the middle of a FER+ face


@torch.no_grad()
def test_a_poster_that_feeds_the_native_input_finds_the_same_points(network, images, points):
    poster = poster_var(8, tiny(48, LandmarkSize(native_input=True))).eval()
    poster.landmark_net.load_state_dict(network.state_dict())
    mean, std = (torch.tensor(values)[:, None, None] for values in (IMAGENET_MEAN, IMAGENET_STD))
    normalised = (images[:20].expand(-1, 3, -1, -1) - mean) / std
    torch.testing.assert_close(poster.landmarks(normalised), points[:20], atol=1e-3, rtol=0)
