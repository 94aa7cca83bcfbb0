"""Answer checks of reparameterization."""

import torch
from torch.distributions import Normal

from poster_var_course.checks import (
    answer,
    beside_answer,
    expect,
    expect_close,
    expect_gradients,
    expect_shape,
    value_and_slopes,
)
from pvlib.models.heads import VariationalHead

SAMPLES, BATCH, CLASSES = 6, 3, 8
CUT = "The values are right, but the graph was cut: no .detach(), .data, .item() or no_grad on the way."
OWN_NOISE = "Your answer changes from call to call: sample nothing, use the noise that is handed in."
REDUCED = "Keep one estimate for every sample; the lesson averages later."


@answer(
    "reparameterization.score_gradient",
    hints=(
        "Differentiate log q by μ, then by v = log σ²; z is a fixed number meanwhile.",
        "By μ: (z − μ)/σ². By v: −½ + ½ (z − μ)²/σ². Now insert z − μ = σ ε.",
        "Return loss * noise / (0.5 * log_variance).exp() and loss * 0.5 * (noise**2 - 1).",
    ),
)
def score_gradient(yours):
    """the score-function gradient of every sample, with respect to μ and log σ²"""
    noise, loss = torch.randn(SAMPLES), torch.rand(SAMPLES) + 1
    _judge_score(yours, loss, noise, torch.tensor(-1.2), f"of {SAMPLES} samples of one logit")
    noise, loss = torch.randn(SAMPLES, CLASSES), torch.rand(SAMPLES, 1) + 1
    _judge_score(yours, loss, noise, torch.randn(CLASSES), f"of {SAMPLES} samples of {CLASSES} logits")


def _judge_score(yours, loss, noise, log_variance, what):
    mean = torch.zeros_like(noise, requires_grad=True)
    each = (
        log_variance.expand_as(noise).clone().requires_grad_()
    )  # one log σ² a sample, so that its slope is the sample's
    z = (mean + (0.5 * each).exp() * noise).detach()
    weighted = (loss * Normal(mean, (0.5 * each).exp()).log_prob(z)).sum()
    by_mean, by_log_variance = torch.autograd.grad(weighted, (mean, each))
    sigma = (0.5 * log_variance).exp()
    got = yours(loss, noise, log_variance)
    _expect_parts(got, 2, "a pair: the gradients by the mean, then by the log-variance")
    expect_close(
        got[0],
        by_mean,
        f"For the gradient by the mean {what}",
        mistakes=[
            (by_log_variance, "That is the gradient by log σ². The pair is wanted in the order μ, log σ²."),
            (loss * noise, "(z − μ)/σ² is ε/σ, since z − μ = σ ε: a division by σ is missing."),
            (loss * noise / sigma**2, "(z − μ)/σ² is ε/σ, since z − μ = σ ε: one division by σ is enough."),
            (loss * noise * sigma, "Divide by σ instead of multiplying: (z − μ)/σ² is ε/σ."),
            (-by_mean, "The sign is turned round: log q grows when μ moves towards z."),
            (noise / sigma, "That is ∇ log q alone; multiply by the loss."),
            (loss.mean() * noise / sigma, "Every sample has a loss of its own: take no mean of ℓ."),
            *_reduced(by_mean),
        ],
        hint="By hand: a sample with ℓ = 3, ε = −2, σ = 1/2 has the gradient −12, one with σ = 2 has −3.",
    )
    expect_close(
        got[1],
        by_log_variance,
        f"For the gradient by log σ² {what}",
        mistakes=[
            (2 * by_log_variance, "The ½ in front of the bracket is missing."),
            (0.5 * loss * noise**2, "v stands in log q twice: the derivative of −½ v is −½."),
            (-by_log_variance, "The sign is turned round: a sample far out (ε² > 1) asks for a larger σ."),
            (by_log_variance / sigma**2, "That is the gradient by σ². By v = log σ² it is σ² times that."),
            (2 * by_log_variance / sigma, "That is the gradient by σ. Go one step further: dσ/dv = ½ σ."),
            (by_log_variance / loss, "That is ∇ log q alone; multiply by the loss."),
            (0.5 * loss * (noise - 1), "ε enters squared: (z − μ)²/σ² is ε²."),
            *_reduced(by_log_variance),
        ],
        hint="By hand: a sample with ℓ = 2 and ε = 1 has the gradient 0, one with ε = −3 has 8, whatever σ is.",
    )  # fmt: skip


@answer(
    "reparameterization.reparameterize",
    hints=(
        "Start from standard normal noise ε. Which two steps give it mean μ and standard deviation σ?",
        "z = μ + σ ε. You are given log σ², so first find σ: it is the square root of exp(log σ²).",
        "σ is (0.5 * log_variance).exp(); multiply it with noise, add mean. Sample nothing yourself.",
    ),
)
def reparameterize(yours):
    """a sample of N(μ, σ²) that lets the gradient through"""
    mean = torch.randn(BATCH, CLASSES, requires_grad=True)
    log_variance = torch.randn(BATCH, CLASSES, requires_grad=True)
    noise = torch.randn(BATCH, CLASSES)
    sigma = (0.5 * log_variance).exp()
    got, slopes = value_and_slopes(yours, (mean, log_variance, noise), (0, 1))
    by_hand = "By hand: μ = 1, log σ² = 0, ε = 2 give 3; with log σ² = 2 log 3, so σ = 3, they give 7."
    expect_close(
        got,
        mean + sigma * noise,
        "For given mean, log-variance and noise",
        mistakes=[
            (mean + 0.5 * sigma**2 * noise, "Brackets: 0.5 * log_variance.exp() halves after exp; σ is exp(½ log σ²)."),
            (mean + sigma**2 * noise, "exp(log σ²) is the variance σ². The noise is scaled by σ, its root."),
            (mean + log_variance * noise, "You scaled the noise by log σ² itself; undo the logarithm first."),
            (mean + 0.5 * log_variance * noise, "½ log σ² is log σ. Undo the logarithm before you multiply."),
            (mean + log_variance.sqrt() * noise, "The root belongs to σ², not to its logarithm: undo the logarithm first."),
            (mean + noise, "The noise has standard deviation 1. Multiply it by σ before you add it."),
            (mean + noise / sigma, "You divided by σ. Check the sign inside exp: it is exp(+½ log σ²)."),
            (mean - sigma * noise, "The law is right, but the noise enters with a minus: add σ ε."),
            ((mean + noise) * sigma, "Brackets: σ multiplies the noise alone, not the mean."),
            (mean, "Every sample is the mean: the noise is missing."),
            (mean + sigma, "σ is there, the noise is not: add σ ε."),
            (sigma * noise, "The standard deviation is right, but the sample is centred on 0 instead of μ."),
            (sigma + mean * noise, "Mean and σ have changed places: ε is scaled by σ and shifted by μ."),
            (mean + sigma * noise[:1], "Every sample has noise of its own: use all of `noise`, not one row."),
            (mean + sigma * noise.mean(), "Every sample has noise of its own: take no mean of ε."),
            ((mean + sigma * noise).mean(dim=0), "Return every sample; nothing is averaged here."),
        ],
        hint=OWN_NOISE if _differ(got, yours(mean.detach(), log_variance.detach(), noise)) else by_hand,
    )  # fmt: skip
    expect_gradients(slopes, mean + sigma * noise, {"mean": mean, "log_variance": log_variance}, CUT)

    head, features = VariationalHead(5, CLASSES), torch.randn(BATCH, 5)
    with torch.no_grad():
        torch.manual_seed(1)
        library = head.distribution(features).rsample()
        torch.manual_seed(1)
        again = yours(head.mean(features), head.log_variance(features), torch.randn(BATCH, CLASSES))
    expect_close(again, library, "For the sample that pvlib's VariationalHead makes of the same noise")


@answer(
    "reparameterization.pathwise_gradient",
    hints=(
        "Go backwards from z = μ + σ ε, one step a line; ε is a constant. Everything is times slope.",
        "dz/dμ = 1 and dz/dσ = ε. With σ = exp(½ v) the last step is dσ/dv = ½ σ.",
        "Return slope, slope * noise, slope * noise * 0.5 * (0.5 * log_variance).exp().",
    ),
)
def pathwise_gradient(yours):
    """the gradient of every sample with respect to μ, σ and log σ², without autograd"""
    slope, noise = torch.randn(SAMPLES, CLASSES), torch.randn(SAMPLES, CLASSES)
    log_variance = torch.randn(CLASSES)
    mean = torch.zeros_like(noise, requires_grad=True)
    each = log_variance.expand_as(noise).clone().requires_grad_()
    sigma = (0.5 * each).exp()
    z = mean + sigma * noise
    by_mean, by_sigma, by_log_variance = torch.autograd.grad(z, (mean, sigma, each), slope)
    sigma = sigma.detach()
    got = _without_autograd(yours, slope, noise, log_variance)
    _expect_parts(got, 3, "three tensors: the gradients by the mean, by σ, by the log-variance")
    expect_close(
        got[0],
        by_mean,
        "Step 1, the gradient by the mean",
        mistakes=[
            (torch.ones_like(noise), "dz/dμ is 1; times slope, which arrives from the loss."),
            (torch.tensor(1.0), "dz/dμ is 1; times slope, which arrives from the loss."),
            (-slope, "The sign is turned round: z grows with μ."),
            *_reduced(slope),
        ],
        hint="By hand: z = μ + σ ε grows by as much as μ does, so only slope is left.",
    )
    expect_close(
        got[1],
        by_sigma,
        "Step 1 (by μ) is right. Step 2, the gradient by σ",
        mistakes=[
            (by_log_variance, "That is the gradient by log σ², the third of the three."),
            (noise, "dz/dσ is ε; times slope."),
            (slope, "dz/dσ is not 1: a sample moves with σ by its own ε."),
            (slope * noise * sigma, "The derivative of σ ε by σ is ε: no σ is left."),
            (slope * sigma, "The derivative of σ ε by σ is ε, not σ."),
            (-by_sigma, "The sign is turned round: for ε > 0, z grows with σ."),
            *_reduced(by_sigma),
        ],
        hint="By hand: slope = 1, ε = 2 give 2, whatever σ is; slope = 3, ε = −1 give −3.",
    )
    expect_close(
        got[2],
        by_log_variance,
        "Steps 1 and 2 (by μ, by σ) are right. Step 3, the gradient by log σ²",
        mistakes=[
            (2 * by_log_variance, "Nearly: the inner derivative of ½ log σ² is missing."),
            (by_sigma, "That is the gradient by σ again. Go one step further: dσ/d(log σ²) = ½ σ."),
            (0.5 * by_sigma, "A factor σ is missing: the derivative of exp(½ v) is ½ exp(½ v)."),
            (0.5 * sigma * noise, "dz/d(log σ²) is right; times slope."),
            (0.5 * slope * sigma, "The noise is missing: a sample moves with σ by its own ε."),
            (0.5 * by_sigma * sigma**2, "exp(log σ²) is σ². The derivative of exp(½ v) is ½ exp(½ v)."),
            (0.5 * by_sigma / sigma, "That is the gradient by σ². The derivative of exp(½ v) by v is ½ exp(½ v)."),
            (-by_log_variance, "The sign is turned round: σ grows with log σ²."),
            *_reduced(by_log_variance),
        ],
        hint="By hand: slope = 1, ε = 2, log σ² = 0 give 1; with log σ² = 2 log 3, so σ = 3, they give 3.",
    )  # fmt: skip


@beside_answer
def _without_autograd(yours, *values):
    try:
        with torch.no_grad():
            return yours(*values)
    except RuntimeError as error:
        expect(
            "grad" not in str(error), f"autograd stopped: {error}", "This one is by hand, without autograd."
        )
        raise


@answer(
    "reparameterization.baseline",
    hints=(
        "What all samples share is their mean loss. Each sample must be left out of its own baseline.",
        "Sample i gets (sum of all losses − its own loss) / (n − 1).",
        "return (loss.sum() - loss) / (len(loss) - 1)",
    ),
)
def baseline(yours):
    """for every sample the mean loss of all others"""
    loss = torch.rand(SAMPLES) + 1
    expected = torch.stack([torch.cat([loss[:i], loss[i + 1 :]]).mean() for i in range(SAMPLES)])
    own_in = "That mean includes the sample itself: then it depends on the sample, and the estimate is biased by 1/n."
    got = yours(loss)
    expect_close(
        got,
        expected,
        f"For {SAMPLES} losses",
        mistakes=[
            (loss.mean(), own_in),
            (loss.mean().expand(SAMPLES), own_in),
            (loss.mean(dim=0, keepdim=True), own_in),
            (loss, "A sample's own loss as its baseline leaves ℓ − b = 0, and no gradient."),
            (torch.zeros(SAMPLES), "0 is a baseline that changes nothing."),
            (loss - expected, "Return the baseline alone; the lesson subtracts it."),
            (expected - loss, "Return the baseline alone; the lesson subtracts it."),
            (expected[:, None], "The values are right. Return them without the second dimension."),
            (loss - loss.mean(), "Return the baseline alone, and leave the sample itself out of it."),
            ((loss.sum() - loss) / SAMPLES, "There are n − 1 other samples: divide by that."),
            (loss.sum() - loss, "That is the sum of the others; divide it by their number, n − 1."),
            ((loss.sum() / (SAMPLES - 1)).expand(SAMPLES), "Take the sample's own loss off the sum first."),
            (
                loss.sum() / (SAMPLES - 1),
                "Take the sample's own loss off the sum first: one baseline a sample.",
            ),
        ],
        hint="By hand: the losses 1, 2 and 9 have the baselines 5.5, 5 and 1.5.",
    )
    expect_shape(got, (SAMPLES,), "For the baselines")


def _reduced(gradient):
    """What averages or sums over the samples would give."""
    return [(f(gradient, *dim), REDUCED) for f in (torch.mean, torch.sum) for dim in ((), (0,))]


def _differ(one, other):
    """Whether two calls with the same input gave two tensors that are not equal."""
    return torch.is_tensor(one) and torch.is_tensor(other) and not torch.allclose(one, other, equal_nan=True)


def _expect_parts(got, count, wanted):
    """Demand a tuple, a list or a stack of so many tensors, none of them missing."""
    several = isinstance(got, tuple | list) or getattr(got, "ndim", 0) > 0
    came = f"a {type(got).__name__} of length {len(got)}" if several else f"a {type(got).__name__}"
    expect(several and len(got) == count, f"Expected {wanted}; got {came}.")
    for number, part in enumerate(got, start=1):
        expect(part is not None, f"Expected {wanted}; number {number} of yours is None.")
