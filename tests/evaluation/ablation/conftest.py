"""Grids of few variants, and results as runs would write them."""

import json

import pytest

from pvlib.evaluation.ablation.grid import read_grid

SMALL = {
    "about": "A question.",
    "preset": "drawn-tiny",
    "base": {"data.count": 32, "data.valid_count": 24, "train.epochs": 1, "train.batch_size": 16},
    "axes": {
        "head": {"variational": {}, "point": {"network.head": "point"}},
        "embedding": {"marked": {}, "unmarked": {"network.layer_embedding": False}},
    },
    "seeds": 2,
    "columns": ["accuracy", "negative_log_likelihood", "sigma.spearman_votes"],
}
SESSION = {
    "versions": {"torch": "2.15.0"},
    "git": {"commit": "0123456789", "dirty": False},
    "device": "a processor",
    "threads": 1,
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
        path.write_text(json.dumps(content))  # which is YAML, with every text in quotes
        return path

    return write


@pytest.fixture
def small_grid(write_grid):
    return read_grid(write_grid())


@pytest.fixture
def result():
    """What the columns of ``SMALL`` and the line on code and machines read of a ``result.json``."""

    def number(value):
        return None if value is None else {"value": value, "low": None, "high": None}

    def make(accuracy, nll=1.0, sigma_votes=None, sessions=(SESSION,), **settings):
        sigma = None if sigma_votes is None else {"spearman_votes": number(sigma_votes)}
        return {
            "settings": settings,
            "training": {"seconds": 90.0},
            "sessions": list(sessions),
            "evaluation": {
                "faces": 24,
                "metrics": {"accuracy": number(accuracy), "negative_log_likelihood": number(nll)},
                "uncertainties": {"sigma": sigma},
            },
        }

    return make
