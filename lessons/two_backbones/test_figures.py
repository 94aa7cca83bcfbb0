"""What is computed of the two backbones, and what their figures show."""

from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn

from lessons.answer_tests import figure_test, seen
from lessons.two_backbones import figures
from lessons.two_backbones.backbones import drifted, landmark_error, layers_of, released_tensors, shifted
from lessons.two_backbones.formulas import effective_side, receptive_side
from lessons.two_backbones.reach import reach
from pvlib.explain.reach import receptive_field
from pvlib.models import LandmarkSize, poster_var, tiny
from pvlib.models.mobilefacenet import MobileFaceNet
from pvlib.models.released import is_dead

GOLDEN = Path(__file__).resolve().parents[2] / "tests" / "golden" / "poster_var_8.npz"
PICTURE = np.full((1, 48, 48), 128, dtype=np.uint8)
KEYS = [("image", 1), ("image", 2)]
CENTRES = [(0, 0), (24, 24), (47, 47)]
FIELDS = {key: torch.rand(3, 48, 48, generator=torch.Generator().manual_seed(0)) for key in KEYS}


def reaching():
    return reach(
        PICTURE, CENTRES, FIELDS, {KEYS[0]: 11, KEYS[1]: 39}, {KEYS[0]: [3, 5, 7], KEYS[1]: [9, 9, 9]}
    )


test_figures = figure_test(
    (reaching, ["image branch, level 1: 11 pixels by theory, 90 % of the dependence in 5"]),
    (lambda: figures.what_a_file_holds({"trained": 3, "dead": 1}, {"old.weight": 0.9}), ["dead 1.00", "old.weight 0.90"]),
    (figures.stripes, ["changes by 0.67"]),
    (lambda: figures.landmarks(PICTURE, {"a": torch.rand(68, 2)}, {"a": 2.5}), ["a 2.5 %"]),
)  # fmt: skip


def test_slider_and_menu_together_show_one_cell_of_one_map():
    figure = reaching()[0]
    menu = figure.layout.updatemenus[0].buttons[1].args
    traces = list(seen(figure, 2))
    for trace, opacity in zip(menu[1], menu[0]["opacity"], strict=True):
        traces[trace].opacity = opacity
    glow, theory, measured = [t for t in traces[1:] if t.visible and t.opacity]
    assert torch.equal(torch.as_tensor(np.array(glow.z)).max(), torch.tensor(255, dtype=torch.uint8))
    assert (max(theory.x) - min(theory.x), max(measured.x) - min(measured.x)) == (39, 9)


def test_the_list_of_released_tensors_says_what_the_golden_file_and_the_loader_say():
    golden, tensors = np.load(GOLDEN), released_tensors()
    assert [tensor.name for tensor in tensors] == list(golden["keys"])
    assert [str(list(tensor.shape)) for tensor in tensors] == list(golden["shapes"])
    assert {tensor.name for tensor in tensors if tensor.gradient} == set(golden["grad_keys"])
    assert all(tensor.dead == is_dead(tensor.name) for tensor in tensors)
    assert {tensor.kind for tensor in tensors} == set(figures.KINDS)


@pytest.mark.parametrize("branch", ["image", "landmark"])
@pytest.mark.parametrize(("level", "cell"), [(1, 6), (2, 3)])
def test_outside_the_square_of_theory_nothing_matters_and_its_border_does(branch, level, cell):
    torch.manual_seed(0)
    network = poster_var(8, tiny()).eval()
    field = receptive_field(network, torch.randn(2, 3, 48, 48), branch, level, (cell, cell))
    reached = receptive_side(*layers_of(network, branch, level)) // 2
    rows, columns = (field > 0).nonzero().unbind(dim=1)
    middle = cell * 48 // network.size.windows[level - 1]
    for places in (rows, columns):
        assert (places.min().item(), places.max().item()) == (middle - reached, middle + reached)


def test_a_square_around_a_corner_holds_what_of_it_lies_in_the_picture():
    field = torch.zeros(9, 9)
    field[0, 0], field[3, 0] = 8.0, 2.0
    assert effective_side(field, (0, 0), share=0.8) == 1
    assert effective_side(field, (0, 0)) == 7


def test_a_shift_moves_by_one_pixel_and_an_error_is_in_per_cent_of_the_eyes_distance():
    assert shifted(torch.arange(3.0).view(1, 1, 1, 3)).flatten().tolist() == [0, 0, 1]
    points = torch.rand(2, 68, 2)
    points[:, 36], points[:, 45] = torch.tensor([0.2, 0.5]), torch.tensor([0.7, 0.5])
    off = nn.Module()
    off.forward = lambda inputs: points + torch.tensor([0.05, 0.0])
    torch.testing.assert_close(
        landmark_error(off, torch.zeros(2, 3, 8, 8), points), torch.tensor([10.0, 10.0])
    )


def test_drift_changes_statistics_and_nothing_else():
    torch.manual_seed(0)
    network = MobileFaceNet(LandmarkSize(input_size=16, depths=(0, 0, 0))).eval()
    copy = drifted(network, torch.randn(8, 3, 16, 16), steps=1)
    before, after = network.state_dict(), copy.state_dict()
    changed = {name for name in before if not torch.equal(before[name], after[name])}
    statistics = {
        name for name in before if name.endswith(("running_mean", "running_var", "num_batches_tracked"))
    }
    assert changed == statistics
    assert not copy.training
