"""Random faces with votes, and what a bad network could say of them."""

from collections.abc import Callable

import pytest
import torch
from torch import Tensor

from pvlib.evaluation.prediction import Prediction

NAMES = ("a", "b", "c", "d")


@pytest.fixture(scope="module", autouse=True)
def small_networks(one_thread):
    """All networks here are tiny."""


@pytest.fixture
def make_prediction() -> Callable[..., Prediction]:
    """A function of the number of faces, a seed, and fields to replace; all seeds are of the same faces."""

    def make(faces: int = 60, seed: int = 0, **fields) -> Prediction:
        votes = torch.rand(faces, 4, generator=torch.Generator().manual_seed(100)).pow(4)
        votes = votes / votes.sum(dim=1, keepdim=True)
        generator = torch.Generator().manual_seed(seed)
        known = {
            "mean": 2 * votes + torch.randn(faces, 4, generator=generator),
            "sigma": torch.rand(faces, 4, generator=generator) + 0.1,
            "target": torch.eye(4)[votes.argmax(dim=1)],
            "names": NAMES,
            "votes": votes,
        }
        return Prediction(**{**known, **fields})

    return make


@pytest.fixture
def prediction(make_prediction) -> Prediction:
    return make_prediction()


@pytest.fixture
def counts() -> Tensor:
    """How often each of 60 faces was drawn, in three resamples."""
    drawn = torch.randint(60, (3, 60), generator=torch.Generator().manual_seed(1))
    return torch.stack([torch.bincount(row, minlength=60) for row in drawn]).double()
