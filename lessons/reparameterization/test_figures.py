"""What the moving figures of reparameterization show at each position of their sliders."""

import itertools

import pytest
import torch

from lessons.reparameterization.figures import dartboards, noise_over_sigma
from lessons.reparameterization.pull_arrows import LINES, MEANS, SIGMAS, exact_pulls, pull_arrows, pulls

NOISES = torch.tensor([[-1.0, 0.0, 2.0], [-0.5, 0.5, 1.5]])


def test_each_step_of_the_dartboards_shows_its_own_darts():
    left, right = [torch.rand(3, 2).round(decimals=2) for _ in range(4)], [torch.rand(3, 2) for _ in range(4)]
    moving, _, alt = dartboards({"left": left, "right": right})
    assert [step.args[0] for step in moving.layout.sliders[0].steps] == [(str(i),) for i in range(4)]
    for i, frame in enumerate(moving.frames):
        torch.testing.assert_close(torch.tensor(frame.data[0].x), left[i][:, 0])
        torch.testing.assert_close(torch.tensor(frame.data[0].y), left[i][:, 1])
    assert f"left: at first the darts lie {left[0].norm(dim=1).mean():.1f}" in alt


def seen(moving, positions):
    """The traces that are drawn after the three sliders were set, by the rules of plotly's restyle."""
    for slider, position in zip(moving.layout.sliders, positions, strict=True):
        (changes, traces) = slider.steps[position].args
        for name, values in changes.items():
            for trace, value in zip(traces, itertools.cycle(values)):
                moving.data[trace][name] = value
    shown = [t for t in moving.data[1:] if t.visible and t.opacity]
    return [t for t in shown if t.marker.opacity or t.line.width]


@pytest.mark.parametrize("positions", [(0, 0, 0), (3, 1, 1), (4, 3, 0)])
def test_the_sliders_show_one_set_of_samples_and_its_pulls(positions):
    moving, _, _ = pull_arrows(NOISES, share=0.7)
    mean, sigma, noise = MEANS[positions[0]], SIGMAS[positions[1]], NOISES[positions[2]]
    strong = [t for t in seen(moving, positions) if t.marker.opacity == 1]
    exact, arrows, dots = strong
    starts = torch.tensor(arrows.x).view(3, 6)[:, 0]  # an arrow is five points and a gap
    torch.testing.assert_close(starts, mean + sigma * noise)
    torch.testing.assert_close(
        torch.tensor(dots.x), torch.tensor(pulls(noise, 0.7, mean, sigma)).clamp(-2, 2)
    )
    assert [exact.x[0], exact.x[-1]] == pytest.approx(exact_pulls(0.7, mean, sigma))


def test_earlier_sets_stay_as_faint_dots():
    moving, _, _ = pull_arrows(NOISES, share=0.7)
    assert [t.marker.opacity for t in seen(moving, (1, 2, 1))] == [
        1,
        0.3,
        1,
        1,
    ]  # exact, earlier dots, arrows, dots


@pytest.mark.parametrize(("mean", "sigma"), [(-1.0, 1.0), (2.0, 0.3)])
def test_both_estimators_agree_with_the_grid_on_many_samples(mean, sigma):
    found = dict(zip(LINES, pulls(torch.randn(400_000), 0.7, mean, sigma), strict=True))
    on_sigma, on_mean = exact_pulls(0.7, mean, sigma)
    exact = {"σ, score": on_sigma, "σ, pathwise": on_sigma, "μ, score": on_mean, "μ, pathwise": on_mean}
    assert found == pytest.approx(exact, abs=0.03)


def test_the_description_of_the_noise_names_both_ends_of_every_curve():
    _, alt = noise_over_sigma([0.1, 1.0], {"pathwise": [0.012, 0.11]})
    assert "0.012 at σ = 0.1, 0.11 at σ = 1" in alt
