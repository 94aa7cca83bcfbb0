"""Answer checks of reparameterization."""

import torch
from torch.distributions import Independent, Normal, kl_divergence

from poster_var_course.checks import answer, expect, expect_close, expect_shape
from pvlib.losses import gaussian_kl as library_kl
from pvlib.models.heads import VariationalHead

BATCH, CLASSES = 3, 8
CUT = "The values are right, but the graph was cut: no .detach(), .data, .item() or no_grad on the way."


@answer(
    "reparameterization.reparameterize",
    hints=(
        "Start from a standard normal draw ε. Which two steps give it mean μ and spread σ?",
        "z = μ + σ ε. You are given log σ², so first find σ: it is the square root of exp(log σ²).",
        "σ is (0.5 * log_variance).exp(); multiply it with noise, add mean. Draw nothing yourself.",
    ),
)
def reparameterize(yours):
    """a draw of N(μ, σ²) that lets the gradient through"""
    mean = torch.randn(BATCH, CLASSES, requires_grad=True)
    log_variance = torch.randn(BATCH, CLASSES, requires_grad=True)
    noise = torch.randn(BATCH, CLASSES)
    sigma = (0.5 * log_variance).exp()
    got = yours(mean, log_variance, noise)
    expect_close(
        got,
        mean + sigma * noise,
        "For given mean, log-variance and noise",
        mistakes=[
            (mean + sigma**2 * noise, "exp(log σ²) is the variance σ². The noise is scaled by σ, its root."),
            (mean + log_variance * noise, "You scaled the noise by log σ² itself; undo the logarithm first."),
            (mean + 0.5 * log_variance * noise, "½ log σ² is log σ. Undo the logarithm before you multiply."),
            (mean + noise, "The noise arrives with spread 1. Give it the spread σ before you add it."),
            (mean + noise / sigma, "You divided by σ. Check the sign inside exp: it is exp(+½ log σ²)."),
            (sigma * noise, "The spread is right, but the draw is centred on 0 instead of μ."),
            (sigma + mean * noise, "Mean and σ have changed places: ε is scaled by σ and shifted by μ."),
        ],
        hint="Build the draw from the noise that is handed in, and from nothing else that is random.",
    )
    expect(torch.is_tensor(got) and got.requires_grad, "Expected a draw that carries a gradient.", CUT)
    slopes = torch.autograd.grad(got.sum(), (mean, log_variance), allow_unused=True)
    for name, slope, expected in zip(
        ("mean", "log_variance"), slopes, (torch.ones_like(mean), 0.5 * sigma * noise), strict=True
    ):
        expect(slope is not None, f"Expected a gradient for {name}, got none.", CUT)
        expect_close(slope, expected, f"For the gradient of the sum of z with respect to {name}", hint=CUT)

    head, features = VariationalHead(5, CLASSES), torch.randn(BATCH, 5)
    with torch.no_grad():
        torch.manual_seed(1)
        library = head.distribution(features).rsample()
        torch.manual_seed(1)
        again = yours(head.mean(features), head.log_variance(features), torch.randn(BATCH, CLASSES))
    expect_close(again, library, "For the draw that pvlib's VariationalHead makes of the same noise")


@answer(
    "reparameterization.gradient_by_hand",
    hints=(
        "Differentiate z = μ + exp(½ log σ²) ε twice: once by μ, once by v = log σ². ε is a constant.",
        "dz/dμ = 1. For dz/dv use the chain rule: the derivative of exp(½ v) is ½ exp(½ v).",
        "Return upstream * 1 and upstream * 0.5 * (0.5 * log_variance).exp() * noise.",
    ),
)
def gradient_by_hand(yours):
    """the gradient of a draw with respect to μ and log σ², without autograd"""
    upstream, noise = torch.randn(BATCH, CLASSES), torch.randn(BATCH, CLASSES)
    mean = torch.randn(BATCH, CLASSES, requires_grad=True)
    log_variance = torch.randn(BATCH, CLASSES, requires_grad=True)
    draw = mean + (0.5 * log_variance).exp() * noise
    by_mean, by_log_variance = torch.autograd.grad(draw, (mean, log_variance), upstream)
    got = yours(upstream, log_variance.detach(), noise)
    expect(
        isinstance(got, tuple | list | torch.Tensor) and len(got) == 2,
        "Expected two tensors: the gradient of the mean, then that of the log-variance.",
    )
    sigma = (0.5 * log_variance.detach()).exp()
    expect_close(
        got[0],
        by_mean,
        "For the gradient of the mean",
        mistakes=[(torch.ones_like(noise), "dz/dμ is 1; times what arrives from the loss (upstream)?")],
    )
    expect_close(
        got[1],
        by_log_variance,
        "For the gradient of the log-variance",
        mistakes=[
            (upstream * sigma * noise, "Nearly: the inner derivative of ½ log σ² is missing."),
            (upstream * noise, "That is the gradient of σ. Go one step further: dσ/d(log σ²) = ½ σ."),
            (0.5 * upstream * noise, "A factor σ is missing: the derivative of exp(½ v) is ½ exp(½ v)."),
            (0.5 * sigma * noise, "dz/d(log σ²) is right; times what arrives from the loss (upstream)?"),
            (0.5 * upstream * sigma, "The noise is missing: a draw moves with σ by its own ε."),
            (
                0.5 * upstream * sigma**2 * noise,
                "exp(log σ²) is σ². The derivative of exp(½ v) is ½ exp(½ v).",
            ),
        ],
    )


@answer(
    "reparameterization.gaussian_kl",
    hints=(
        "The classes are independent: find the divergence of one normal from N(0, 1), then add over classes.",
        "For one class it is ½ (σ² + μ² − 1 − log σ²). Sum over the classes, then average over the batch.",
        "0.5 * (log_variance.exp() + mean**2 - 1 - log_variance), then .sum(dim=-1).mean().",
    ),
)
def gaussian_kl(yours):
    """the divergence of a diagonal normal from N(0, I)"""
    mean = torch.randn(BATCH, CLASSES, requires_grad=True)
    log_variance = torch.randn(BATCH, CLASSES, requires_grad=True)
    variance = log_variance.exp()
    head = Independent(Normal(mean, variance.sqrt()), 1)
    standard = Independent(Normal(torch.zeros_like(mean), torch.ones_like(mean)), 1)
    rows = kl_divergence(head, standard)  # (BATCH,)
    expected = rows.mean()
    reverse = kl_divergence(standard, head).mean()
    no_half_on_log = (0.5 * (variance + mean**2 - 1) - log_variance).sum(-1).mean()
    root = (0.5 * (variance.sqrt() + mean**2 - 1 - log_variance)).sum(-1).mean()
    plus_log = (0.5 * (variance + mean**2 - 1 + log_variance)).sum(-1).mean()
    no_square = (0.5 * (variance + mean - 1 - log_variance)).sum(-1).mean()
    no_one = expected + CLASSES / 2
    got = yours(mean, log_variance)
    expect_close(
        got,
        expected,
        "For three random normals over eight classes",
        mistakes=[
            (2 * expected, "One half stands before the sum."),
            (-expected, "The sign is turned round: a divergence is never negative."),
            (expected / CLASSES, "Sum over the classes; only the batch is averaged."),
            (rows.sum(), "Average over the batch; only the classes are summed."),
            (expected.reshape(1), "One number is wanted, of shape ()."),
            (rows, "One number is wanted: average the divergences of the batch."),
            (reverse, "That is KL(N(0, I) ‖ N(μ, σ²)), the other direction."),
            (no_half_on_log, "The half stands before all four terms, before log σ² too."),
            (root, "exp(½ log σ²) is σ; the first term is σ², which is exp(log σ²)."),
            (plus_log, "log σ² is subtracted: without that, σ = 0 would be best."),
            (no_square, "The mean enters squared."),
            (no_one, "The −1 is missing: N(0, 1) must have divergence 0 from itself."),
        ],
        hint="Try mean 0 and log-variance 0 by hand: the divergence of N(0, I) from itself is 0.",
    )
    expect(torch.is_tensor(got) and got.requires_grad, "Expected a divergence that carries a gradient.", CUT)
    slopes = torch.autograd.grad(got, (mean, log_variance), allow_unused=True)
    for name, slope, right in zip(
        ("mean", "log_variance"), slopes, torch.autograd.grad(expected, (mean, log_variance)), strict=True
    ):
        expect(slope is not None, f"Expected a gradient for {name}, got none.", CUT)
        expect_close(slope, right, f"For its gradient with respect to {name}", hint=CUT)
    expect_close(got, library_kl(mean, log_variance), "For pvlib.losses.gaussian_kl of the same normals")


@answer(
    "reparameterization.score_with_baseline",
    hints=(
        "A draw whose loss is about average says little. Subtract what is usual from each loss.",
        "What is usual for draw i is the mean loss of the other n − 1: it is independent of draw i.",
        "others = (loss.sum() - loss) / (len(loss) - 1); return (loss - others)[:, None] * noise / sigma.",
    ),
)
def score_with_baseline(yours):
    """the score-function gradient of each draw, with the other draws' mean loss as baseline"""
    draws, sigma = 6, 0.5
    loss, noise = torch.rand(draws) + 1, torch.randn(draws, CLASSES)
    score = noise / sigma
    others = torch.stack([torch.cat([loss[:i], loss[i + 1 :]]).mean() for i in range(draws)])
    expected = (loss - others)[:, None] * score
    got = yours(loss, noise, sigma)
    expect_close(
        got,
        expected,
        f"For {draws} draws of {CLASSES} logits",
        mistakes=[
            (loss[:, None] * score, "That is the plain score-function gradient: subtract the baseline."),
            (
                (loss - loss.mean())[:, None] * score,
                "Leave the draw itself out of its baseline; otherwise the estimate shrinks by (n − 1)/n.",
            ),
            (-expected, "Loss minus baseline, not baseline minus loss."),
            (expected * sigma, "The score of a normal is (z − μ)/σ² = ε/σ: a division by σ is missing."),
            (expected / sigma, "(z − μ)/σ² is ε/σ, since z − μ = σ ε: one division by σ is enough."),
            (expected.mean(dim=0), "Keep one row a draw; the lesson averages later."),
        ],
    )
    expect_shape(got, (draws, CLASSES), "For the gradient of every draw")
