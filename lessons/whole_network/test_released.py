"""The packaged values are those of the released network, and the learner's assembly agrees with them."""

import runpy
from pathlib import Path

import numpy as np
import pytest
import torch

from lessons.whole_network import assembly, released
from lessons.whole_network.switchboard import BOARD, FOUR_OFF, MORE, Asked
from pvlib.data.drawn import draw_faces
from pvlib.models.switches import switched
from pvlib.runs.trained import load_trained

GOLDEN = Path(__file__).resolve().parents[2] / "tests" / "golden"


def test_the_packaged_values_are_a_part_of_the_golden_ones():
    golden, packaged = np.load(GOLDEN / "poster_var_8.npz"), np.load(released.FILE)
    for name in ("keys", "shapes", "seed"):
        assert np.array_equal(packaged[name], golden[name])
    for name in (name for names in released.STORED.values() for name in names):
        if name in golden.files:
            assert tuple(packaged[f"{name}/shape"]) == golden[name].shape
            expected = golden[name].ravel()[packaged[f"{name}/places"]]
        else:
            shape = golden[f"{name}/shape"]
            assert np.array_equal(packaged[f"{name}/shape"], shape)
            at = np.linspace(0, np.prod(shape) - 1, 2048).astype(int)
            expected = golden[f"{name}/sample"][np.searchsorted(at, packaged[f"{name}/places"])]
        assert np.array_equal(packaged[f"{name}/values"], expected)
        assert len(expected) >= 4


@pytest.mark.parametrize(("key", "shape"), [
    ("a.num_batches_tracked", ()), ("a.running_var", (3,)), ("a.running_mean", (3,)), ("b.gamma1", (4,)),
    ("b.weight", (4,)), ("b.weight", (4, 2, 3)), ("b.bias", (4,)),
])  # fmt: skip
def test_the_seeded_numbers_are_those_of_the_golden_files(key, shape):
    golden = runpy.run_path(str(GOLDEN / "seeded_state.py"))["seeded_tensor"]
    assert np.array_equal(released.seeded(key, shape, 5), golden(key, shape, 5))


@torch.no_grad()
def test_the_assembly_is_the_released_network_and_the_planted_mistake_is_found_at_the_fusion_norm():
    network, images = released.seeded_network()

    def first(function):
        parts = assembly.Parts(network)
        off = released.differences(assembly.values(parts, function(parts, images)))
        return [box for box, worst in off.items() if worst > assembly.TOLERANCE][0]  # noqa: RUF015

    assert first(assembly.forward_features) == "head"  # which an assembly of the features has not
    assert first(assembly.norm_before_rows) == "fusion_norm"


@torch.no_grad()
def test_what_is_remembered_between_switches_changes_no_answer():
    trained = load_trained()
    images = trained.network_input(draw_faces(20, seed=0).images)
    asked = Asked(trained.network, images)
    for switch in (*BOARD, MORE[0], MORE[-1], FOUR_OFF):
        with switched(trained.network, **switch.how):
            expected = trained.network(images).argmax(dim=1)
        assert torch.equal(asked.answers(switch), expected)
