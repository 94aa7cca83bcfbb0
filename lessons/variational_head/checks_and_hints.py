"""Answer checks of the variational head."""

import torch
from torch import Tensor, nn

from poster_var_course.checks import answer, expect, expect_close
from pvlib.models.heads import PointHead, VariationalHead, monte_carlo_probabilities

BATCH, FEATURES, LATENT, CLASSES = 4, 6, 5, 8
AT_TEST = "At test the answer is the mean, without noise. The module knows its mode: self.training."
CUT = "The values are right, but no gradient reaches the layer: draw by hand or with rsample, not sample."


@answer(
    "variational_head.variational_head",
    hints=(
        "Two linear layers read the same features: one gives the mean, the other log σ².",
        "In training return mean + σ ε with fresh noise of the same shape; otherwise return the mean.",
        "if self.training: return mean + (0.5 * self.log_variance(features)).exp() * torch.randn_like(mean)",
    ),
)
def variational_head(yours):
    """the head of equation 5, sampled in training, its mean at test"""
    library = VariationalHead(FEATURES, CLASSES)
    mine = _twin(yours, (FEATURES, CLASSES), library.state_dict(), "mean and log_variance")
    features = torch.randn(BATCH, FEATURES)
    mean, log_variance = library.mean(features), library.log_variance(features)
    torch.manual_seed(1)
    noise = torch.randn(BATCH, CLASSES)
    sigma = (0.5 * log_variance).exp()
    got = _seeded(mine.train(), features)
    expect_close(
        got,
        mean + sigma * noise,
        "In training mode, for pvlib's weights and the same seed",
        mistakes=[
            (mean, "That is the mean. In training the head returns a draw."),
            (mean + sigma**2 * noise, "exp(log σ²) is the variance σ². The noise is scaled by σ, its root."),
            (mean + noise, "The noise has spread 1 everywhere: the second layer has no say yet."),
            (mean + log_variance * noise, "You scaled the noise by log σ² itself; undo the logarithm first."),
            ((mean + sigma * noise).softmax(-1), "No softmax: the draw itself is the vector of logits."),
            (mean + sigma * noise[:1], "Every face of the batch needs noise of its own."),
        ],
        hint="Draw the noise once, in the shape of the mean.",
    )
    _expect_gradients(got, mine)
    expect_close(
        _seeded(mine.eval(), features),
        mean,
        "In evaluation mode",
        mistakes=[
            (mean + sigma * noise, AT_TEST),
            (mean.softmax(-1), "No softmax: the mean is the logits."),
        ],
    )


@answer(
    "variational_head.latent_head",
    hints=(
        "The draw has as many numbers as the latent, not as there are classes. What turns it into logits?",
        "Draw z exactly as in exercise 1, but (batch, latent); then return self.classifier(z).",
        "At test z is the mean, and the classifier still follows: return self.classifier(mean).",
    ),
)
def latent_head(yours):
    """the conventional head: a sampled latent, then a linear classifier"""
    latent, classifier = VariationalHead(FEATURES, LATENT), PointHead(LATENT, CLASSES)
    library = nn.Sequential(latent, classifier)
    state = latent.state_dict() | {f"classifier.{k}": v for k, v in classifier.state_dict().items()}
    mine = _twin(yours, (FEATURES, LATENT, CLASSES), state, "mean, log_variance and classifier")
    features = torch.randn(BATCH, FEATURES)
    mean, log_variance = latent.mean(features), latent.log_variance(features)
    drawn = _seeded(library.train(), features)
    torch.manual_seed(1)
    noise = torch.randn(BATCH, LATENT)
    got = _seeded(mine.train(), features)
    expect_close(
        got,
        drawn,
        "In training mode, for pvlib's weights and the same seed",
        mistakes=[
            (classifier(mean), "Nothing was drawn: in training the classifier reads a draw of the latent."),
            (mean + (0.5 * log_variance).exp() * noise, "That is the latent. The classifier comes after it."),
            (classifier(mean + log_variance.exp() * noise), "exp(log σ²) is the variance; its root is σ."),
            (classifier(mean + noise), "The noise has spread 1 everywhere: log σ² has no say yet."),
        ],
        hint="First draw the latent, with noise of the latent's shape; then classify the draw.",
    )
    _expect_gradients(got, mine)
    expect_close(
        _seeded(mine.eval(), features),
        classifier(mean),
        "In evaluation mode",
        mistakes=[(drawn, AT_TEST), (mean, "At test, too, the classifier follows the latent.")],
    )


@answer(
    "variational_head.initial_spread",
    hints=(
        "Each mean is a sum of `width` independent products, weight × feature. Which quantity adds up?",
        "Variances add up, and each product has weight_std² · feature_rms². Take the root at the end.",
        "weight_std * feature_rms * width ** 0.5",
    ),
)
def initial_spread(yours):
    """the spread of an untrained linear layer's outputs"""
    for width, weight_std, feature_rms in ((100, 0.1, 0.5), (768, 0.01, 0.55)):
        expected = weight_std * feature_rms * width**0.5
        expect_close(
            yours(width, weight_std, feature_rms),
            expected,
            f"For {width} features of size {feature_rms} and weights of spread {weight_std}",
            mistakes=[
                (weight_std * feature_rms * width, "Variances add up, spreads do not: the root is missing."),
                (expected**2, "That is the variance; the spread is its root."),
                (weight_std * feature_rms, "That is one product; the layer adds up `width` of them."),
                (weight_std * width**0.5, "The features' own size matters, too."),
                (weight_std * feature_rms / width**0.5, "The layer sums its products; it does not average."),
            ],
        )


@answer(
    "variational_head.monte_carlo",
    hints=(
        "Which comes first, the softmax or the average? One of the two orders loses the noise.",
        "Make all draws (samples, batch, classes); softmax each over its classes; then average.",
        "draws = mean + (0.5 * log_variance).exp() * noise; return draws.softmax(dim=-1).mean(dim=0)",
    ),
)
def monte_carlo(yours):
    """the average probability over several draws of the logits"""
    samples = 7
    mean, log_variance = torch.randn(BATCH, CLASSES), torch.randn(BATCH, CLASSES)
    noise = torch.stack([torch.randn(BATCH, CLASSES) for _ in range(samples)])  # (samples, BATCH, CLASSES)
    sigma = (0.5 * log_variance).exp()
    draws = mean + sigma * noise
    expected = sum(draw.softmax(-1) for draw in draws) / samples
    got = yours(mean, log_variance, noise)
    expect_close(
        got,
        expected,
        f"For {samples} draws of {BATCH} faces",
        mistakes=[
            (draws.mean(0).softmax(-1), "Softmax first, then average: averaging logits removes the noise."),
            (mean.softmax(-1), "That is the softmax of the mean: the draws are not in it."),
            (draws.softmax(0).mean(0), "The softmax runs over the classes, the last dimension."),
            (draws.softmax(-1), "Average over the draws, the first dimension."),
            (draws.softmax(-1).mean(1), "Average over the draws (first dimension), not over the faces."),
            (draws.softmax(-1).mean((0, 1)), "Average over the draws only: each face keeps its row."),
            (draws.log_softmax(-1).mean(0).exp(), "The mean of the probabilities, not of their logarithms."),
            ((mean + sigma**2 * noise).softmax(-1).mean(0), "exp(log σ²) is the variance; its root is σ."),
        ],
        hint="Each row should sum to 1.",
    )
    head, features = VariationalHead(FEATURES, CLASSES), torch.randn(BATCH, FEATURES)
    with torch.no_grad():
        torch.manual_seed(1)
        library = monte_carlo_probabilities(head.distribution(features), samples)
        torch.manual_seed(1)
        noise = torch.stack([torch.randn(BATCH, CLASSES) for _ in range(samples)])
        again = yours(head.mean(features), head.log_variance(features), noise)
    expect_close(again, library, "For pvlib's monte_carlo_probabilities with the same noise")


def _twin(yours: type[nn.Module], sizes: tuple[int, ...], state: dict[str, Tensor], layers: str) -> nn.Module:
    """The learner's module with the library's weights; says which layers are wanted if they do not fit."""
    mine = yours(*sizes)
    expect(isinstance(mine, nn.Module), f"Expected an nn.Module, got {type(mine).__name__}.")
    have = {name: tuple(value.shape) for name, value in mine.state_dict().items()}
    want = {name: tuple(value.shape) for name, value in state.items()}
    expect(
        have == want,
        f"Expected the linear layers {layers} with parameters {want}, got {have}.",
        f"Make nn.Linear layers called {layers} in __init__. Which sizes go in, which come out?",
    )
    mine.load_state_dict(state)
    return mine


def _seeded(module: nn.Module, features: Tensor) -> Tensor:
    torch.manual_seed(1)
    return module(features.clone())


def _expect_gradients(got: Tensor, mine: nn.Module) -> None:
    """Demand that a loss on the draw would teach every layer."""
    expect(got.requires_grad, "Expected a draw that carries a gradient.", CUT)
    slopes = torch.autograd.grad(got.square().sum(), tuple(mine.parameters()), allow_unused=True)
    for (name, _), slope in zip(mine.named_parameters(), slopes, strict=True):
        expect(slope is not None, f"Expected a gradient for {name}, got none.", CUT)
