"""Answer checks of the bound."""

import math

import torch
from torch.distributions import Independent, Normal, kl_divergence

from lessons.the_bound.one_logit import Votes, mean_under
from poster_var_course.checks import answer, beside_answer, expect_close, expect_gradients, value_and_slopes
from pvlib.losses import gaussian_kl as library_kl

BATCH, CLASSES = 3, 8
VOTES = Votes(happy=9, raters=10)
CUT = "The values are right, but the graph was cut: no .detach(), .item(), numpy or no_grad on the way."


@answer(
    "the_bound.gaussian_kl",
    hints=(
        "One class: log N(z; m, s²) = −½ (log 2π + log s² + (z − m)²/s²). Subtract the two logs, then take the mean.",
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
    got, slopes = value_and_slopes(yours, (mean, log_variance), (0, 1))

    def half(terms):
        return (0.5 * terms).sum(-1).mean()

    expect_close(
        got,
        expected,
        "For three random normals over eight classes",
        mistakes=[
            (2 * expected, "One half stands before the sum."),
            (-expected, "The sign is turned round: a divergence is never negative."),
            (expected / CLASSES, "Sum over the classes; only the batch is averaged."),
            (rows.sum(), "Average over the batch; only the classes are summed."),
            (rows.sum() / CLASSES, "Sum over the classes and average over the batch: these two have changed places."),
            (expected.reshape(1), "One number is wanted, of shape ()."),
            (rows, "One number is wanted: average the divergences of the batch."),
            (expected / math.log(2), "That is in bits. The natural logarithm gives nats."),
            (kl_divergence(standard, head).mean(), "That is KL(N(0, I) ‖ N(μ, σ²)), the other direction."),
            (half(variance + mean**2 - 1 - 2 * log_variance), "The half stands before all four terms, before log σ² too."),
            (half(variance + 2 * (mean**2 - 1 - log_variance)), "Brackets: the half stands before all four terms."),
            (half(variance + mean**2 - 1 - (0.5 * log_variance) ** 2), "log σ² is 2 log σ, not the square of log σ."),
            (half(variance**2 + mean**2 - 1 - 2 * log_variance), "log_variance is log σ², so σ² = exp(log_variance)."),
            (half(variance + mean**2 + 1 - log_variance), "The 1 is subtracted: N(0, 1) has divergence 0 from itself."),
            (half(variance.sqrt() + mean**2 - 1 - log_variance), "exp(½ log σ²) is σ; the first term is σ²: exp(log σ²)."),
            (half(log_variance + mean**2 - 1 - variance.log()), "The first term is σ² itself: exp(log σ²)."),
            (half(variance + mean**2 - 1 + log_variance), "log σ² is subtracted: without that, σ = 0 would be best."),
            (half(variance + mean**2 - 1 - 0.5 * log_variance), "One ½ before the bracket is enough for log σ²."),
            (half(variance + mean - 1 - log_variance), "The mean enters squared."),
            (half(variance + mean.abs() - 1 - log_variance), "The mean enters squared, not as its absolute value."),
            (half(variance + mean**2 - log_variance), "The −1 is missing: N(0, 1) must have divergence 0 from itself."),
            (half(variance - 1 - log_variance), "The mean is missing: E[z²] = σ² + μ²."),
        ],
        hint="By hand: two faces, three classes, all σ = 2, one mean 2, the others 0: the divergence is 3.421.",
    )  # fmt: skip
    expect_gradients(slopes, expected, {"mean": mean, "log_variance": log_variance}, CUT)
    expect_close(got, library_kl(mean, log_variance), "For pvlib.losses.gaussian_kl of the same normals")


@answer(
    "the_bound.elbo",
    hints=(
        "Two terms: a mean of log_joint over samples of q, and the entropy of q.",
        "z = mean + σ noise with σ = exp(½ log σ²); the entropy is ½ (log 2π + 1 + log σ²).",
        "return log_joint(z).mean() + 0.5 * (math.log(2 * math.pi) + 1 + log_variance)",
    ),
)
def elbo(yours):
    """the evidence lower bound of a normal, from samples"""
    mean = torch.tensor(0.4, requires_grad=True)
    log_variance = torch.tensor(-0.9, requires_grad=True)
    noise = torch.randn(64).exp()  # skewed, so that a wrong sign shows
    noise = (noise - noise.mean()) / noise.std(correction=0)  # so that sampled and exact entropy agree
    votes = VOTES
    sigma = (0.5 * log_variance).exp()
    z = mean + sigma * noise
    q = Normal(mean, sigma)
    joint, entropy = votes.log_joint(z), q.entropy()
    expected = joint.mean() + entropy
    got, slopes = _elbo(yours, mean, log_variance, noise)
    again, _ = _elbo(yours, mean, log_variance, noise)
    own = "Use the noise that is handed in; your function samples its own."
    expect_close(again, got, "For the same noise a second time", hint=own)
    expect_close(
        got,
        expected,
        "For 64 samples and the votes 9 of 10",
        mistakes=[
            (joint.mean() - entropy, "The sign of the entropy: E[−log q] is added."),
            (-expected, "That is −ELBO, the loss. Return the bound itself."),
            (joint.mean(), "The entropy of q is missing: a point would be the best q."),
            (expected - 0.5 * math.log(2 * math.pi), "The bars no longer add up, by a constant 0.919 = ½ log 2π."),
            (expected - 0.5, "The bars no longer add up, by a constant ½: E[½ ε²] belongs to the entropy."),
            (expected - 0.5 - 0.5 * math.log(2 * math.pi), "Constants count here: the entropy is ½ (log 2π + 1 + log σ²)."),
            (expected + 0.5 * log_variance, "Half of log σ² belongs to the entropy, not all of it."),
            (joint.mean() + 2 * entropy, "The ½ before the bracket of the entropy is missing."),
            (expected - 0.25 * log_variance, "The bracket of the entropy holds log σ², not log σ."),
            (joint.mean() - library_kl(mean, log_variance), "log_joint holds the prior already: add the entropy."),
            ((joint - q.log_prob(z)).exp().mean().log(), "You averaged inside the log: that is the other bound."),
            (joint.exp().mean().log() + entropy, "You averaged inside the log: that is the other bound."),
            (joint.median() + entropy, "E is the mean, not the median."),
            (joint.mean() - Normal(mean, sigma**2).log_prob(z).mean(), "Normal(mean, …) takes σ, not σ²."),
            (votes.log_joint(mean - sigma * noise).mean() + entropy, "The noise is added: z = μ + σ ε."),
            (votes.log_joint((mean + noise) * sigma).mean() + entropy, "Only the noise is multiplied by σ: z = μ + σ ε."),
            (votes.log_joint(mean + sigma) + entropy, "σ is multiplied by the noise: z = μ + σ ε."),
            (votes.log_joint(mean + 0.5 * sigma**2 * noise).mean() + entropy, "Brackets: σ is exp(½ log σ²)."),
            (votes.log_joint(mean + sigma**2 * noise).mean() + entropy, "exp(log σ²) is σ²; scale by σ."),
            (votes.log_joint(mean + log_variance * noise).mean() + entropy, "Undo the logarithm first."),
            (votes.log_joint(mean + noise).mean() + entropy, "The noise has standard deviation 1. Multiply it by σ."),
            (votes.log_joint(noise).mean() + entropy, "log_joint wants z, not the noise: z = μ + σ ε."),
            (votes.log_joint(mean) + entropy, "You looked at log_joint at the mean alone; average it over samples z."),
            (joint.sum() + entropy, "Average over the samples instead of adding them up."),
            (joint + entropy, "One number is wanted: average over the samples."),
            (joint - q.log_prob(z), "One number is wanted: average over the samples."),
        ],
        hint="By hand: log_joint(z) = z², μ = 1, σ = 3, noise −1, 1, 1, 1: the mean of z² is 13, the ELBO 15.518.",
    )  # fmt: skip
    expect_gradients(slopes, expected, {"mean": mean, "log_variance": log_variance}, CUT)
    quantiles = Normal(0.0, 1.0).icdf((torch.arange(500) + 0.5) / 500)  # few enough for a loop over samples
    estimate, _ = _elbo(yours, mean, log_variance, quantiles)
    exact = mean_under(mean.item(), sigma.item(), votes.log_joint) + entropy.item()
    expect_close(
        estimate, torch.tensor(exact), "For 500 quantiles as noise against a fine grid", rtol=0, atol=0.02
    )


@beside_answer
def _elbo(yours, mean, log_variance, noise):
    """The learner's bound of these votes, and its gradients by mean and log-variance."""

    def of(mean, log_variance, noise):
        return yours(mean, log_variance, VOTES.log_joint, noise)

    return value_and_slopes(of, (mean, log_variance, noise), (0, 1))


@answer(
    "the_bound.best_sigma",
    hints=(
        "½ p(1 − p) + λ ½ (1 − 1/σ²) = 0. Multiply by 2 and bring 1/σ² to one side.",
        "λ/σ² = λ + p(1 − p), so σ² = λ / (λ + p(1 − p)). The function returns σ.",
        "return (weight / (weight + p * (1 - p))).sqrt()",
    ),
)
def best_sigma(yours):
    """the σ for which cross-entropy plus λ times the divergence is least"""
    known = torch.tensor([[0.5, 0.3, 0.15, 0.05], [0.97, 0.01, 0.01, 0.01]])
    other = torch.rand(2, 4).mul(4).softmax(dim=1)  # no answer can hold their numbers
    for weight, p in ((0.1, known), (1.0, known), (0.003, known), (0.05 + torch.rand(()).item(), other)):
        curvature = p * (1 - p)
        expected = (weight / (weight + curvature)).sqrt()
        expect_close(
            yours(weight, p),
            expected,
            f"For λ = {weight:.4g} and two faces of four classes",
            mistakes=[
                (expected**2, "That is σ²; the standard deviation is its root."),
                (2 * expected.log(), "That is log σ²; the function returns σ."),
                (weight / (weight + curvature).sqrt(), "Brackets: the root is of the whole fraction."),
                ((1 + curvature).sqrt(), "Brackets: λ + p(1 − p) stands below the line as a whole."),
                ((weight / (weight + p) * (1 - p)).sqrt(), "Brackets: λ + p(1 − p) stands below the line as a whole."),
                (2 * expected**2, "Both slopes have a ½, which cancels; and σ is the root of σ²."),
                ((weight / (weight + 0.5 * curvature)).sqrt(), "Both slopes have a ½: it cancels."),
                ((2 * weight / (2 * weight + curvature)).sqrt(), "Both slopes have a ½: it cancels."),
                ((weight / curvature).sqrt(), "The KL's slope is ½ (1 − 1/σ²): the 1 gives a λ below the line, too."),
                ((weight / (weight + p)).sqrt(), "The second derivative of the cross-entropy is p(1 − p), not p."),
                ((weight / (weight + p**2)).sqrt(), "The second derivative of the cross-entropy is p(1 − p), not p²."),
                ((weight / (weight + curvature.sqrt())).sqrt(), "The second derivative is p(1 − p) itself, no root."),
                ((curvature / (weight + curvature)).sqrt(), "Upside down: with a large λ the KL wins, and σ is near 1."),
                (((weight + curvature) / weight).sqrt(), "Upside down: noise costs, so σ is below 1."),
                ((1 / (1 + curvature)).sqrt(), "λ is missing: it weighs the KL's slope."),
                ((1 / (1 + weight * curvature)).sqrt(), "λ weighs the KL's slope, not that of the cross-entropy."),
            ],
            hint="By hand: λ = ¼ and p = ½ give σ² = ½, so σ = 0.707; p = 1 gives 1.",
        )  # fmt: skip


@answer(
    "the_bound.smoothing",
    hints=(
        "With π_k = 1/C, CE + λ KL/C is −Σ_k w_k log p_k up to a constant. Which weights w_k?",
        "w_k = t_k + λ/C². They add up to 1 + λ/C; divide by that to get a distribution.",
        "(λ/C) / (1 + λ/C) = λ / (C + λ).",
    ),
)
def smoothing(yours):
    """the label smoothing that the released divergence is on average"""
    other = 0.1 + 3 * torch.rand(()).item(), int(torch.randint(4, 40, ()))  # no answer can hold their numbers
    for weight, classes in ((2.5, 7), (1.0, 8), (0.3, 3), other):
        expect_close(
            yours(weight, classes),
            weight / (classes + weight),
            f"For λ = {weight:.4g} and {classes} classes",
            mistakes=[
                (weight / classes, "The weights t_k + λ/C² add up to 1 + λ/C, not to 1: divide by that sum."),
                (weight / classes**2, "λ/C² is what one class gets; all C of them get λ/C, before dividing by 1 + λ/C."),
                (weight / (classes**2 + weight), "λ/C² is what one class gets; all C of them get λ/C."),
                (weight / (classes * (classes + weight)), "That is ε/C, what one class gets."),
                (torch.tensor([weight / (classes + weight)]), "One number is wanted, of shape ()."),
                (weight / (1 + weight), "The KL is divided by C as well: λ/C takes the place of λ."),
                (1 / (classes + 1), "Right for λ = 1; which ε for any λ?"),
                (weight / (classes - 1 + weight), "The smoothed target spreads ε over all C classes, the right one too."),
                (weight * (classes - 1) / (classes * (classes + weight)), "That leaves out the right class and its ε/C."),
                (classes / (classes + weight), "That is 1 − ε, what stays with the label."),
                (1 / classes, "ε is the share of the smooth part in the target; with λ = 0 it must be 0."),
            ],
            hint="By hand: λ = 0 gives 0; λ = 8 with 8 classes gives ½.",
        )  # fmt: skip
