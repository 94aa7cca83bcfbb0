"""Stored tensors are compared with the network that they belong to before it takes any memory."""

import pytest
import torch
from torch import nn

from pvlib.errors import CourseError
from pvlib.models.filling import build_filled


def build() -> nn.Module:
    return nn.Sequential(nn.Linear(3, 2), nn.BatchNorm1d(2))


@pytest.fixture
def tensors():
    return build().state_dict()


@pytest.mark.parametrize("exact", [True, False])
def test_a_network_has_the_stored_numbers_and_is_in_evaluation_mode(tensors, exact):
    stored = {f"old.{key}": value for key, value in tensors.items()}
    network = build_filled(build, stored, "a.pth", "old.{}".format, exact)
    assert all(torch.equal(value, tensors[key]) for key, value in network.state_dict().items())
    assert not network.training


@pytest.mark.parametrize(("key", "value", "message"), [
    ("0.weight", None, 'a.pth: key "0.weight" is missing'),
    ("2.weight", torch.zeros(1), 'a.pth: unknown key "2.weight"'),
    ("\x1b[2J", torch.zeros(1), r'unknown key "\\x1b\[2J"'),
    ("0.weight", torch.zeros(2, 4), r'"0.weight" has shape \(2, 4\), not \(2, 3\)'),
    ("0.bias", torch.zeros(2, dtype=torch.int64), "numbers of type torch.int64, not torch.float32"),
    ("0.bias", torch.zeros(2, dtype=torch.bool), "numbers of type torch.bool, not torch.float32"),
    ("0.bias", torch.zeros(2, dtype=torch.complex64), "numbers of type torch.complex64, not torch.float32"),
    ("1.num_batches_tracked", torch.tensor(1.0), "numbers of type torch.float32, not torch.int64"),
])  # fmt: skip
@pytest.mark.parametrize("exact", [True, False])
def test_what_does_not_fit_is_named_and_no_network_is_built(tensors, key, value, message, exact):
    devices = []

    def build_watched():
        network = build()
        devices.append(next(network.parameters()).device.type)
        return network

    changed = {name: stored for name, stored in (tensors | {key: value}).items() if stored is not None}
    with pytest.raises(CourseError, match=message):
        build_filled(build_watched, changed, "a.pth", exact=exact)
    assert devices == ["meta"]


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16, torch.float64])
def test_another_precision_is_refused_or_said(tensors, dtype):
    stored = {key: value.to(dtype) if value.is_floating_point() else value for key, value in tensors.items()}
    with pytest.raises(CourseError, match=f"numbers of type {dtype}, not torch.float32"):
        build_filled(build, stored, "a.pth")
    with pytest.warns(UserWarning, match=f"a.pth: weights are stored as {dtype}, used as float32"):
        network = build_filled(build, stored, "a.pth", exact=False)
    assert torch.equal(network[0].weight, stored["0.weight"].float())


def test_counters_of_batches_may_be_missing_in_old_files(tensors):
    """They take no part in the forward pass, and checkpoints from before 2018 lack them."""
    del tensors["1.num_batches_tracked"]
    assert build_filled(build, tensors, "a.pth", exact=False)[1].num_batches_tracked == 0
    with pytest.raises(CourseError, match="is missing"):
        build_filled(build, tensors, "a.pth")
