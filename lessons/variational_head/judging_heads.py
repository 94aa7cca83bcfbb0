"""Judge a learner's head by what it does: the law of its samples, its gradients, its answer at test."""

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor, nn

from lessons.variational_head.own_head import Encoder
from poster_var_course.checks import beside_answer, expect, expect_close

FEATURES, CLASSES, LATENT, FACES, REPEATS = 6, 8, 5, 3, 4_000
NEAR = 0.07  # 4,000 samples tell a standard deviation to 1.1 %
CUT = "The values are right, but no gradient reaches {}: add the noise by hand or with rsample, not sample or detach."
SAMPLED_AT_TEST = (
    "Two calls in evaluation mode differ: return the mean there. The module knows its mode, self.training."
)
SOFTMAX = (
    "These rows are probabilities. No softmax in the head: it returns the logits, the loss has the softmax."
)


class Mirror(nn.Module):
    """A learner's head with copies of its linear layers, whichever process it lives in.

    Attributes:
        mine: the head itself, or where it is.
        shapes: its linear layers in words.
    """

    def __init__(self, mine: Any):
        super().__init__()
        self.mine = [mine]  # in a list, since torch would take a module for a part of this one
        self.layers = nn.ModuleList()
        words = []
        for name, weight, bias in _linear_layers(mine):
            classes, width = weight.shape
            layer = nn.Linear(width, classes, bias=bias is not None)
            layer.load_state_dict({"weight": weight} if bias is None else {"weight": weight, "bias": bias})
            self.layers.append(layer)
            words.append(f"{name} ({width} to {classes})")
        self.shapes = ", ".join(words) or "no nn.Linear"

    def forward(self, features: Tensor) -> Any:
        return _answer_of(self.mine[0], features, self.training)


@beside_answer
def _kind(thing: object) -> tuple[bool, str]:
    return isinstance(thing, nn.Module), type(thing).__name__


@beside_answer
def _linear_layers(head: nn.Module) -> list[tuple[str, Tensor, Tensor | None]]:
    """Name, weight and bias of each linear layer."""
    found = [(name, one) for name, one in head.named_modules() if isinstance(one, nn.Linear)]
    return [
        (name, one.weight.detach(), None if one.bias is None else one.bias.detach()) for name, one in found
    ]


@beside_answer
def _answer_of(head: nn.Module, features: Tensor, training: bool) -> Any:
    return head.train(training)(features)


@beside_answer
def _slopes(head: nn.Module, features: Tensor) -> list[tuple[str, Tensor | None]] | None:
    """The gradient of a loss on the sample by each parameter; None if the sample carries no gradient."""
    got = head.train()(features)
    if not got.requires_grad:
        return None
    names, parameters = zip(*head.named_parameters(), strict=True)
    return list(
        zip(names, torch.autograd.grad(got.square().sum(), parameters, allow_unused=True), strict=True)
    )


def built(yours: Callable[..., Any], sizes: tuple[int, ...], width: int) -> tuple[Mirror, Encoder]:
    """The learner's module, and its layers from the features to the mean and log-variance of z."""
    is_module, name = _kind(yours)
    expect(
        not is_module,
        f"Expected a class, got an object of {name}.",
        "Hand in the class itself, without calling it.",
    )
    mine = yours(*sizes)
    is_module, name = _kind(mine)
    expect(is_module, f"Expected an nn.Module, got {name}.")
    head = Mirror(mine)
    layers = Encoder.layers_of(head, FEATURES)
    expect(
        [layer.out_features for layer in layers] in ([width, width], [2 * width]),
        f"Expected two linear layers from {FEATURES} to {width} numbers, mean and log_variance (or one to {2 * width} "
        f"that is cut in two), found {head.shapes}.",
        "Make nn.Linear layers in __init__ and keep them as attributes. Which sizes go in, which come out?",
    )
    return head, Encoder(head, FEATURES)


def judge(mine: Mirror, encoder: Encoder, classify: Callable[[Tensor], Tensor], width: int) -> None:
    """Compare what the head gives in training with N(mean, σ²) behind `classify`, and at test with the mean."""
    latent = width != CLASSES
    features = 2 * torch.randn(FACES, FEATURES)
    with torch.no_grad():
        mean, log_variance = encoder(features)  # (FACES, width)
        many = mine.train()(features.repeat_interleave(REPEATS, dim=0))
    _expect_logits(many, FACES * REPEATS, width if latent else None)
    samples = many.view(FACES, REPEATS, CLASSES)
    with torch.no_grad():
        _judge_noise(samples, mean, log_variance, classify, latent)
    _expect_gradients(mine, encoder, features)
    first, second = mine.eval()(features), mine(features)
    _expect_logits(first, FACES, width if latent else None)
    expect(
        torch.equal(first, second),
        "In evaluation mode two calls should agree, and they do not.",
        SAMPLED_AT_TEST,
    )
    with torch.no_grad():
        answer = classify(mean)
    expect_close(
        first,
        answer,
        "In evaluation mode",
        mistakes=[
            (answer.softmax(-1), SOFTMAX),
            ((0.5 * log_variance).exp(), "That is σ; the mean is asked for."),
        ],
        hint="At test the answer is the mean, and for a latent what the classifier makes of it.",
    )


def _judge_noise(
    samples: Tensor, mean: Tensor, log_variance: Tensor, classify: Callable[[Tensor], Tensor], latent: bool
) -> None:
    """Say what is wrong with the noise around the mean; `samples` is (FACES, REPEATS, CLASSES)."""
    rest = samples - classify(mean)[:, None]
    what = f"In training mode, over {REPEATS:,} samples of {FACES} faces"
    if samples.min() >= 0 and torch.allclose(samples.sum(-1), torch.ones(FACES, REPEATS), atol=1e-4):
        expect(False, f"{what}: the rows sum to 1.", SOFTMAX)
    expect(
        rest.abs().max() > 1e-4,
        f"{what}: all are the mean.",
        "In training the head returns a sample, not the mean.",
    )
    found = rest.std(dim=1)  # (FACES, CLASSES)
    expect(
        found.min() > 1e-4,
        f"{what}: all faces of a batch get the same noise.",
        "Every face needs noise of its own: noise in the shape of the mean, (batch, …).",
    )
    weight = classify.weight if isinstance(classify, nn.Linear) else torch.eye(CLASSES)  # (CLASSES, width)

    def spread(sigma: Tensor) -> Tensor:
        """Standard deviation of each logit, for independent noise of this σ on z."""
        return (sigma.square() @ weight.square().T).sqrt()

    sigma = (0.5 * log_variance).exp()
    expected = spread(sigma)
    if latent:
        outside = rest - rest @ torch.linalg.pinv(weight.T) @ weight.T  # what no latent can reach
        expect(
            outside.abs().max() < 1e-3 * rest.abs().max(),
            f"{what}: the noise is not of the form classifier(latent).",
            "The noise belongs to the latent, before the classifier.",
        )
    if _near(found, expected):
        off = (rest.mean(dim=1) / (expected / REPEATS**0.5)).abs().max()
        expect(
            off < 6,
            f"{what}: they are not centred on the mean.",
            "Only the noise is scaled by σ: mean + σ · noise. And the noise has mean 0: randn, not rand.",
        )
        scaled = (rest / expected[:, None]).flatten(0, 1)  # (FACES · REPEATS, CLASSES)
        correlation = scaled.T.corrcoef().fill_diagonal_(0).abs().max()
        expect(
            latent or correlation < 0.1,
            f"{what}: the noise of one class is that of another.",
            "Every logit needs noise of its own, (batch, classes).",
        )
        return
    mistakes = [
        (sigma.square(), "exp(log σ²) is the variance σ². The noise is scaled by σ, its root."),
        (0.5 * sigma.square(), "The bracket: (0.5 * log_variance).exp(), not half of exp."),
        (torch.ones_like(sigma), "The noise has standard deviation 1 everywhere: the second layer is not used yet."),
        (log_variance, "You scaled the noise by log σ² itself; undo the logarithm first."),
        (0.5 * log_variance, "You scaled the noise by ½ log σ²; undo the logarithm: exp."),
        (sigma.sqrt(), "That is √σ: exp(½ log σ²) is σ already."),
        (sigma / 12**0.5, "torch.rand is uniform between 0 and 1; normal noise is randn."),
        ((0.5 * mean).exp(), "Mean and log-variance have changed places between training and test."),
    ]  # fmt: skip
    told = next((text for wrong, text in mistakes if _near(found, spread(wrong))), "")
    if latent and _near(found, (sigma @ weight.T).abs()):
        told = "Every number of the latent needs noise of its own, (batch, latent)."
    face, place = divmod(int(((found - expected) / expected).abs().argmax()), CLASSES)
    expect(
        False,
        f"{what}: for face {face}, class {place} the standard deviation should be {expected[face, place]:.2f}, and it is "
        f"{found[face, place]:.2f}.",
        told or "Compare your line with mean + σ · noise, σ = exp(½ log σ²), noise of the mean's shape.",
    )


def _near(found: Tensor, expected: Tensor) -> bool:
    return bool(((found - expected).abs() < NEAR * expected.abs()).all())


def _expect_logits(got: Any, rows: int, latent: int | None) -> None:
    """Demand a tensor (rows, CLASSES)."""
    expect(got is not None, "forward returned None.", "Is `return` missing in forward?")
    expect(
        isinstance(got, Tensor),
        f"Expected a tensor of logits, got {type(got).__name__}.",
        "Return the logits alone, without mean and log-variance.",
    )
    words = "Logits have one number a class, for each face."
    if latent is not None and got.shape == (rows, latent):
        words = "That is the latent. The classifier comes after it."
    expect(got.shape == (rows, CLASSES), f"Expected shape {(rows, CLASSES)}, got {tuple(got.shape)}.", words)


def _expect_gradients(mine: Mirror, encoder: Encoder, features: Tensor) -> None:
    """Demand that a loss on the sample would teach every layer."""
    slopes = _slopes(mine.mine[0], features)
    expect(slopes is not None, "Expected a sample that carries a gradient.", CUT.format("any layer"))
    for name, slope in slopes or ():
        expect(slope is not None, f"Expected a gradient for {name}, got none.", CUT.format(name))
        if len(encoder.layers) == 1 and slope is not None and slope.ndim == 2 and len(slope) % 2 == 0:
            halves = [half.abs().sum() > 0 for half in slope.chunk(2)]
            expect(all(halves), f"Half of {name} gets no gradient.", CUT.format("one half of the layer"))
