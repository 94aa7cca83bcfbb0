"""What adds up for one hidden logit, and what the figures of the bound show of it."""

import itertools
import math

import pytest
import torch
from torch.distributions import Normal

from lessons.the_bound.bars import MEANS, SIGMAS, bars, normal
from lessons.the_bound.figures import break_it, jensen
from lessons.the_bound.one_logit import GRID, STEP, Votes, log_evidence, mean_under, posterior, terms

VOTES = Votes(happy=9, raters=10)


def test_by_symmetry_one_vote_has_the_evidence_one_half():
    assert log_evidence(Votes(happy=1, raters=1).log_joint) == pytest.approx(-math.log(2), abs=1e-9)


def test_the_evidences_of_all_outcomes_add_up_to_one():
    evidences = [
        math.exp(log_evidence(Votes(happy=k, raters=10, prior_mean=1.0).log_joint)) for k in range(11)
    ]
    assert sum(evidences) == pytest.approx(1, abs=1e-9)


def test_without_votes_the_posterior_is_the_prior():
    prior = Normal(0.5, 2.0).log_prob(GRID).exp()
    found = posterior(Votes(happy=0, raters=0, prior_mean=0.5, prior_sigma=2.0).log_joint)
    torch.testing.assert_close(found, prior, atol=1e-7, rtol=1e-5)
    assert found.sum().item() * STEP == pytest.approx(1)


def test_a_mean_under_a_normal_has_its_moments():
    assert mean_under(-1.0, 0.5, torch.square) == pytest.approx(1.25)


@pytest.mark.parametrize(("mean", "sigma"), [(0.0, 1.0), (-2.0, 0.3), (3.0, 1.5)])
def test_the_bars_add_up_and_no_divergence_is_negative(mean, sigma):
    found = terms(VOTES, mean, sigma)
    assert found.minus_evidence + found.kl_posterior == pytest.approx(found.minus_elbo, abs=1e-6)
    assert found.misfit + found.kl_prior == pytest.approx(found.minus_elbo, abs=1e-6)
    assert found.kl_prior == pytest.approx((sigma**2 + mean**2 - 1 - 2 * math.log(sigma)) / 2, abs=1e-6)
    assert found.kl_posterior > 0


def seen(moving, positions):
    """The curves and bars that are drawn after the three sliders were set, by the rules of plotly's restyle."""
    for slider, position in zip(moving.layout.sliders, positions, strict=True):
        (changes, traces) = slider.steps[position].args
        for name, values in changes.items():
            for trace, value in zip(traces, itertools.cycle(values)):
                moving.data[trace][name] = value
    shown = [
        t for t in moving.data[4:] if t.visible and t.opacity != 0
    ]  # after prior, posterior and the legend
    return [t for t in shown if t.type == "scatter"], [t for t in shown if t.type == "bar"]


@pytest.mark.parametrize("positions", [(0, 0, 0), (3, 4, 1), (5, 2, 0)])
def test_the_sliders_show_one_q_its_bars_and_one_step_of_the_descent(positions):
    path = [(-0.5, 1.2), (0.5, 1.0), (1.2, 0.7)]
    moving, _, _ = bars(VOTES, path, every=2)
    (mean, sigma), step = (MEANS[positions[0]], SIGMAS[positions[1]]), path[2 * positions[2]]
    curves, lengths = seen(moving, positions)
    for curve, q in zip(curves, ((mean, sigma), step), strict=True):
        torch.testing.assert_close(torch.tensor(curve.y), normal(*q))
    found, reached = terms(VOTES, mean, sigma), terms(VOTES, *step).minus_elbo
    pieces = [found.minus_evidence, found.kl_posterior, found.minus_elbo, found.misfit, found.kl_prior]
    assert [list(bar.x) for bar in lengths] == [
        pytest.approx(pieces, abs=1e-4),
        pytest.approx([reached], abs=1e-4),
    ]


def test_descriptions_tell_the_numbers():
    assert "gap 0.180" in jensen([1.0], [1.06], [0.88], [0.149])[1]
    _, alt = break_it(
        {"N(0, 1)": VOTES, "a": VOTES, "b": VOTES}, posterior(VOTES.log_joint), {"KL": (2.5, 0.5)}
    )
    assert "1.3 under N(0, 1)" in alt
    assert "KL gives N(2.5, 0.5²)" in alt
