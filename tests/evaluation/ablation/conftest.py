"""Grids of few variants, and results as an evaluation would write them."""

import pytest
import yaml

from pvlib.evaluation.ablation.grid_file import read_grid

SMALL = {
    "about": "A question.",
    "preset": "drawn-tiny",
    "base": {"data.count": 32, "data.valid_count": 24, "train.epochs": 1, "train.batch_size": 16},
    "axes": {
        "head": {"variational": {}, "point": {"network.head": "point"}},
        "embedding": {"marked": {}, "unmarked": {"network.layer_embedding": False}},
    },
    "seeds": 2,
    "columns": ["accuracy", "nll", "sigma_votes"],
}


@pytest.fixture(scope="module", autouse=True)
def small_networks(one_thread):
    """All networks here are tiny."""


@pytest.fixture
def write_grid(tmp_path):
    """Write a grid like ``SMALL`` with other keys; None removes a key."""

    def write(**changes):
        content = {key: value for key, value in {**SMALL, **changes}.items() if value is not None}
        path = tmp_path / "small.yaml"
        path.write_text(yaml.safe_dump(content, sort_keys=False))
        return path

    return write


@pytest.fixture
def small_grid(write_grid):
    return read_grid(write_grid())


@pytest.fixture
def evaluation():
    """The part of an evaluation's JSON that the columns of ``SMALL`` read."""

    def make(accuracy, nll=1.0, sigma_votes=None, faces=24):
        def number(value):
            return None if value is None else {"value": value, "low": None, "high": None}

        return {
            "faces": faces,
            "metrics": {"accuracy": number(accuracy), "negative_log_likelihood": number(nll)},
            "uncertainties": {
                "sigma": None if sigma_votes is None else {"spearman_votes": number(sigma_votes)}
            },
        }

    return make
