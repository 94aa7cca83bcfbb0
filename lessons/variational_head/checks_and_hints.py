"""Answer checks of the variational head. A head is judged by what it does, however its layers are written."""

import torch

from lessons.variational_head import formulas
from lessons.variational_head.judging_heads import CLASSES, FEATURES, LATENT, built, judge
from poster_var_course.checks import answer, expect, expect_close
from pvlib.models.heads import monte_carlo_probabilities
from pvlib.models.heads.variational import diagonal_normal


@answer(
    "variational_head.variational_head",
    hints=(
        "Two linear layers read the same features: one gives the mean, the other log σ².",
        "In training return mean + σ ε with fresh noise of the mean's shape; otherwise return the mean.",
        "if self.training: return mean + (0.5 * self.log_variance(features)).exp() * torch.randn_like(mean)",
    ),
)
def variational_head(yours):
    """the head of equation 5, sampled in training, its mean at test"""
    mine, encoder = built(yours, (FEATURES, CLASSES), CLASSES)
    judge(mine, encoder, classify=lambda z: z, width=CLASSES)


@answer(
    "variational_head.latent_head",
    hints=(
        "The sample has as many numbers as the latent, not as there are classes. What turns it into logits?",
        "Sample z exactly as in exercise 1, but (batch, latent); then return self.classifier(z).",
        "At test z is the mean, and the classifier still follows: return self.classifier(mean).",
    ),
)
def latent_head(yours):
    """the conventional head: a sampled latent, then a linear classifier"""
    mine, encoder = built(yours, (FEATURES, CLASSES, LATENT), LATENT)
    after = [layer for layer in encoder.later if (layer.in_features, layer.out_features) == (LATENT, CLASSES)]
    expect(
        len(after) == 1,
        f"Expected one linear layer from {LATENT} to {CLASSES} numbers, found {mine.shapes}.",
        "The classifier is one more nn.Linear, from the latent to the classes.",
    )
    judge(mine, encoder, classify=after[0], width=LATENT)


@answer(
    "variational_head.monte_carlo",
    hints=(
        "Which comes first, the softmax or the average? One of the two orders loses the noise.",
        "Make all samples (samples, batch, classes); softmax each over its classes; then average.",
        "z = mean + (0.5 * log_variance).exp() * noise; return z.softmax(dim=-1).mean(dim=0)",
    ),
)
def monte_carlo(yours):
    """the average probability over several samples of the logits"""
    samples, faces = 7, 4
    mean, log_variance = torch.randn(faces, CLASSES), torch.randn(faces, CLASSES)
    noise = torch.randn(samples, faces, CLASSES)
    sigma = (0.5 * log_variance).exp()
    z = mean + sigma * noise
    expected = sum(each.softmax(-1) for each in z) / samples
    with_lv, with_variance = mean + log_variance * noise, mean + log_variance.exp() * noise
    bracket = mean + 0.5 * log_variance.exp() * noise
    expect_close(
        yours(mean, log_variance, noise),
        expected,
        f"For {samples} samples of {faces} faces",
        mistakes=[
            (z.mean(0).softmax(-1), "You averaged the logits. Softmax first: its mean is what is asked."),
            (mean.softmax(-1), "That is the softmax of the mean: the noise is missing."),
            (z.softmax(1).mean(0), "dim=1 is the faces here. The classes are the last dimension, dim=-1."),
            (z.softmax(0).mean(0), "dim=0 is the samples here. The classes are the last dimension, dim=-1."),
            (z.softmax(-1), "One answer a sample. Average over the samples, the first dimension."),
            (z.softmax(-1).mean(1), "You averaged over the faces; the samples are the first dimension."),
            (z.softmax(-1).mean((0, 1)), "You averaged over the faces as well: each face keeps its row."),
            (z.log_softmax(-1).mean(0).exp(), "You averaged logarithms. Average the probabilities."),
            (z.log_softmax(-1).mean(0), "You averaged logarithms. Average the probabilities."),
            (expected.log(), "That is its logarithm; the probabilities are asked for."),
            (z.softmax(-1).sum(0), "You added the samples up: divide by their number."),
            (z.softmax(-1).median(0).values, "That is the median over the samples; the mean is asked for."),
            (with_variance.softmax(-1).mean(0), "exp(log σ²) is the variance; σ is its root."),
            (with_lv.softmax(-1).mean(0), "You scaled the noise by log σ² itself: σ = exp(½ log σ²)."),
            (bracket.softmax(-1).mean(0), "The bracket: (0.5 * log_variance).exp(), not half of exp."),
            (
                (mean + noise).softmax(-1).mean(0),
                "The noise has standard deviation 1 everywhere: scale it by σ.",
            ),
        ],
        hint="Use the noise that is handed in: z = mean + σ · noise, then softmax, then the mean over dimension 0.",
    )
    torch.manual_seed(1)
    noise = torch.stack([torch.randn(faces, CLASSES) for _ in range(samples)])
    torch.manual_seed(1)
    library = monte_carlo_probabilities(diagonal_normal(mean, log_variance), samples)
    expect_close(
        yours(mean, log_variance, noise), library, "For pvlib's monte_carlo_probabilities with the same noise"
    )


@answer(
    "variational_head.sigma_summaries",
    hints=(
        "First turn log σ² into σ, (faces, classes). Then three ways to make one number a face of eight.",
        "The class named is the one with the largest mean, mean.argmax(dim=1); take σ there.",
        "named: sigma.gather(1, mean.argmax(dim=1, keepdim=True))[:, 0]; largest: sigma.max(dim=1).values",
    ),
)
def sigma_summaries(yours):
    """three summaries of the eight σ of a face"""
    faces = 5
    mean, log_variance = torch.randn(faces, CLASSES), torch.randn(faces, CLASSES)
    expected = formulas.sigma_summaries(mean, log_variance)
    got = yours(mean, log_variance)
    expect(
        isinstance(got, dict),
        f"Expected a dict with the keys mean, named and largest, got {type(got).__name__}.",
        "Return dict(mean=…, named=…, largest=…), each with one number a face.",
    )
    expect(
        set(got) == set(expected),
        f"Expected the keys mean, named and largest, got {', '.join(map(str, got)) or 'none'}.",
        "The names of the keys are fixed: mean, named, largest.",
    )
    sigma = (0.5 * log_variance).exp()
    widest, least_mean = sigma.argmax(1, keepdim=True), mean.argmin(1, keepdim=True)
    named = mean.argmax(1, keepdim=True)
    over_classes = "One number a face: work over the classes, dim=1. dim=0 is the faces."
    root_first = "Turn each log σ² into a σ first, then average: the mean of log σ² gives another number."
    mistakes = {
        "mean": [
            (sigma.mean(), over_classes),
            (sigma.mean(0), over_classes),
            ((0.5 * log_variance.mean(1)).exp(), root_first),
            (log_variance.mean(1), "You averaged log σ² itself: σ = exp(½ log σ²) comes first."),
            (log_variance.exp().mean(1), "exp(log σ²) is the variance; σ is its root."),
            (log_variance.exp().mean(1).sqrt(), "That is the root of the mean variance; the mean of σ is asked for."),
            (0.5 * log_variance.exp().mean(1), "The bracket: (0.5 * log_variance).exp(), not half of exp."),
            (sigma.sum(1), "That is the sum over the classes; divide by their number."),
            (sigma.median(1).values, "That is the median over the classes; the mean is asked for."),
        ],
        "named": [
            (sigma.gather(1, widest)[:, 0], "The class named is the one with the largest *mean*, not the largest σ."),
            (sigma.gather(1, least_mean)[:, 0], "That is σ of the class with the smallest mean: argmax, not argmin."),
            (mean.amax(1), "That is the mean of the class named; its σ is asked for."),
            (named[:, 0].float(), "That is the index of the class named; its σ is asked for."),
            (sigma.gather(1, named), "Right numbers, one dimension too many: shape (faces,), so take [:, 0]."),
            (log_variance.gather(1, named)[:, 0], "That is log σ² of the class named; its σ is asked for."),
            (log_variance.exp().gather(1, named)[:, 0], "exp(log σ²) is the variance; σ is its root."),
            (sigma[:, named[:, 0]], "That pairs every face with every name. Use gather, or sigma[arange, named]."),
        ],
        "largest": [
            (sigma.max(), over_classes),
            (sigma.amax(0), over_classes),
            (sigma.gather(1, named)[:, 0], "That is σ of the class named; the largest of the eight is asked for."),
            (sigma.argmax(1).float(), "That is which class has it; max(dim=1).values is the number itself."),
            (log_variance.amax(1), "That is the largest log σ²; turn it into σ."),
            (log_variance.exp().amax(1), "exp(log σ²) is the variance; σ is its root."),
            (sigma.amin(1), "That is the smallest."),
        ],
    }  # fmt: skip
    for key, wrong in mistakes.items():
        expect_close(
            got[key],
            expected[key],
            f"{key}, for {faces} faces",
            mistakes=wrong,
            hint=f'Write down what "{key}" of [σ₁ … σ₈] is for a single face, then do it along dim=1.',
        )
