"""What the moving figures of reparameterization show at each position of their sliders."""

import pytest
import torch

from lessons.answer_tests import figure_test, seen
from lessons.reparameterization.figures import dartboards, noise_over_sigma
from lessons.reparameterization.pull_arrows import LINES, MEANS, SIGMAS, exact_pulls, pull_arrows, pulls

NOISES = torch.tensor([[-1.0, 0.0, 2.0], [-0.5, 0.5, 1.5]])
DARTS = [torch.tensor([[i, 2.0 * i], [4.0, 3.0]]) / 10 for i in range(4)]

test_figures = figure_test(
    (lambda: dartboards({"left": DARTS, "right": DARTS[::-1]}), ["left: at first the darts lie 0.2"]),
    (lambda: noise_over_sigma([0.1, 1.0], {"pathwise": [0.012, 0.11]}), ["0.012 at σ = 0.1, 0.11 at σ = 1"]),
    (lambda: pull_arrows(NOISES, share=0.7), []),
)


def test_each_step_of_the_dartboards_shows_its_own_darts():
    moving, _, _ = dartboards({"left": DARTS, "right": DARTS[::-1]})
    for darts, frame in zip(DARTS, moving.frames, strict=True):
        torch.testing.assert_close(torch.tensor([frame.data[0].x, frame.data[0].y]), darts.T)


def drawn(positions):
    """The traces of the arrows' figure that can be seen after the sliders were set."""
    traces = seen(pull_arrows(NOISES, share=0.7)[0], *positions)[1:]
    return [t for t in traces if t.visible and t.opacity and (t.marker.opacity or t.line.width)]


@pytest.mark.parametrize("positions", [(0, 0, 0), (3, 1, 1), (4, 3, 0)])
def test_the_sliders_show_one_set_of_samples_and_its_pulls(positions):
    mean, sigma, noise = MEANS[positions[0]], SIGMAS[positions[1]], NOISES[positions[2]]
    exact, arrows, dots = (t for t in drawn(positions) if t.marker.opacity == 1)
    starts = torch.tensor(arrows.x).view(3, 6)[:, 0]  # an arrow is five points and a gap
    torch.testing.assert_close(starts, mean + sigma * noise)
    found = torch.tensor(pulls(noise, 0.7, mean, sigma)).clamp(-2, 2)
    torch.testing.assert_close(torch.tensor(dots.x), found)
    assert [exact.x[0], exact.x[-1]] == pytest.approx(exact_pulls(0.7, mean, sigma))


def test_earlier_sets_stay_as_faint_dots():
    exact, earlier, arrows, dots = (t.marker.opacity for t in drawn((1, 2, 1)))
    assert (exact, earlier, arrows, dots) == (1, 0.3, 1, 1)


@pytest.mark.parametrize(("mean", "sigma"), [(-1.0, 1.0), (2.0, 0.3)])
def test_both_estimators_agree_with_the_grid_on_many_samples(mean, sigma):
    found = dict(zip(LINES, pulls(torch.randn(400_000), 0.7, mean, sigma), strict=True))
    on_sigma, on_mean = exact_pulls(0.7, mean, sigma)
    exact = {"σ, score": on_sigma, "σ, pathwise": on_sigma, "μ, score": on_mean, "μ, pathwise": on_mean}
    assert found == pytest.approx(exact, abs=0.03)
