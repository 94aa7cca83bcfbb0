"""What the moving figure of the variational head shows at each position of its slider."""

import pytest
import torch

from lessons.variational_head.figures import normals, variance_and_theory
from pvlib.data.labels import FERPLUS


def steps_of(moving, slider):
    return {step.label: step.args for step in moving.layout.sliders[slider].steps}


def two_heads(faces=3):
    wide = torch.randn(faces, 8), torch.rand(faces, 8) + 0.5
    return wide, (wide[0] * 2, torch.full((faces, 8), 0.01))


def test_every_step_shows_the_normals_of_its_own_face():
    wide, narrow = two_heads()
    pictures = torch.randint(256, (3, 3, 16, 16)).byte()
    moving, _, alt = normals(pictures, ["a", "b", "c"], wide, narrow, FERPLUS)
    assert "from a to c" in alt
    changes, _ = steps_of(moving, slider=0)["b"]
    for k in range(8):
        x = changes["x"][1 + k]
        assert (x[0] + x[-1]) / 2 == pytest.approx(wide[0][1, k].item(), abs=1e-3)
        assert (x[-1] - x[0]) / 7 == pytest.approx(wide[1][1, k].item(), abs=1e-3)  # drawn over ± 3.5 σ
    assert len({step["source"][0] for step, _ in steps_of(moving, slider=0).values()}) == 3


def test_the_normals_of_a_grey_face_can_be_drawn():
    wide, narrow = two_heads()
    _, still, _ = normals(torch.zeros(3, 1, 16, 16).byte(), ["a", "b", "c"], wide, narrow, FERPLUS)
    still.canvas.draw()


def test_the_theoretical_curve_passes_one_half_where_spread_equals_weight():
    spread = torch.linspace(0, 0.25, 200)
    still, _ = variance_and_theory(spread, 0.1 / (0.1 + spread), weight=0.1)
    curve = next(line for line in still.axes[0].lines if "theory" in line.get_label())
    x, y = (torch.as_tensor(values) for values in curve.get_data())
    assert y[(x - 0.1).abs().argmin()].item() == pytest.approx(0.5, abs=0.01)
