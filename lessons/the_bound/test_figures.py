"""What adds up for one hidden logit, and what the figures of the bound show of it."""

import math

import pytest
import torch
from torch.distributions import Normal

from lessons.answer_tests import figure_test, seen
from lessons.the_bound.bars import MEANS, SIGMAS, bars, normal
from lessons.the_bound.figures import break_it, jensen
from lessons.the_bound.one_logit import GRID, STEP, Votes, log_evidence, mean_under, posterior, terms

VOTES = Votes(happy=9, raters=10)
PATH = [(-0.5, 1.2), (0.5, 1.0), (1.2, 0.7)]
PRIORS = {"N(0, 1)": VOTES, "a": VOTES, "b": VOTES}

test_figures = figure_test(
    (lambda: bars(VOTES, PATH, every=2), []),
    (lambda: jensen([1.0], [1.06], [0.88], [0.149]), ["gap 0.180"]),
    (
        lambda: break_it(PRIORS, posterior(VOTES.log_joint), {"KL": (2.5, 0.5)}),
        ["1.3 under N(0, 1)", "KL gives N(2.5, 0.5²)"],
    ),
)


def test_by_symmetry_one_vote_has_the_evidence_one_half():
    assert log_evidence(Votes(happy=1, raters=1).log_joint) == pytest.approx(-math.log(2), abs=1e-9)


def test_the_evidences_of_all_outcomes_add_up_to_one():
    outcomes = [Votes(happy=k, raters=10, prior_mean=1.0) for k in range(11)]
    evidences = [math.exp(log_evidence(each.log_joint)) for each in outcomes]
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


@pytest.mark.parametrize("positions", [(0, 0, 0), (3, 4, 1), (5, 2, 0)])
def test_the_sliders_show_one_q_its_bars_and_one_step_of_the_descent(positions):
    traces = seen(bars(VOTES, PATH, every=2)[0], *positions)[4:]  # after prior, posterior and the legend
    shown = [t for t in traces if t.visible and t.opacity != 0]
    (mean, sigma), step = (MEANS[positions[0]], SIGMAS[positions[1]]), PATH[2 * positions[2]]
    curves = (t for t in shown if t.type == "scatter")
    for curve, q in zip(curves, ((mean, sigma), step), strict=True):
        torch.testing.assert_close(torch.tensor(curve.y), normal(*q))
    found, reached = terms(VOTES, mean, sigma), terms(VOTES, *step).minus_elbo
    pieces = [found.minus_evidence, found.kl_posterior, found.minus_elbo, found.misfit, found.kl_prior]
    whole, descent = (list(t.x) for t in shown if t.type == "bar")
    assert whole == pytest.approx(pieces, abs=1e-4)
    assert descent == pytest.approx([reached], abs=1e-4)
