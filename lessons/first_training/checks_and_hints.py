"""Answer checks of the first training."""

import copy
import math
from collections.abc import Callable
from dataclasses import replace
from numbers import Real

import torch
from torch import Tensor, nn

from poster_var_course.checks import answer, beside_answer, expect, expect_close
from pvlib.data.faces import Faces
from pvlib.data.transforms import normalise
from pvlib.losses import cross_entropy
from pvlib.models import Poster, Size, VariationalHead, narrow_landmarks
from pvlib.training import TrainConfig, fit
from pvlib.training.positions import seed_order, seed_pass

Step = Callable[[nn.Module, torch.optim.Optimizer, Tensor, Tensor], object]

# POSTER-Var with every part in place and as small as it can be: the check takes well under a second.
SMALLEST = Size(
    image_size=16,
    channels=(4, 4, 4),
    units=(1, 1, 1),
    landmark=replace(
        narrow_landmarks(16), stem=4, stages=(4, 4, 4), transitions=(4, 4, 4), depths=(0, 0, 0), separable=4
    ),
    head_dim=4,
    embed_dim=8,
    encoder_depth=1,
    encoder_heads=2,
)
CONFIG = TrainConfig(epochs=1, batch_size=4, learning_rate=0.01, recipe=None, seed=3)


def _weights(network: nn.Module) -> Tensor:
    return torch.cat([value.detach().flatten().double() for value in network.state_dict().values()])


@beside_answer
def _two_steps(step: Step, batches: list[tuple[Tensor, Tensor]]) -> tuple[Tensor, object, str]:
    """Two steps of a small variational head with SGD: its weights, what the last step returned, and why none moved."""
    torch.manual_seed(0)
    network = VariationalHead(5, 4).eval()
    optimizer = torch.optim.SGD(network.parameters(), lr=0.5)
    taken, arrived = [], []
    optimizer.register_step_post_hook(lambda *_: taken.append(1))
    for weight in network.parameters():
        weight.register_hook(lambda _: arrived.append(1))
    torch.manual_seed(1)
    for features, target in batches:
        returned = step(network, optimizer, features, target)
    if not taken:
        unmoved = "Gradients alone change nothing: the optimizer must take a step."
    elif not arrived:
        unmoved = "No gradient was computed: loss.backward() is missing."
    elif any(weight.grad is not None for weight in network.parameters()):
        unmoved = "The step came before backward(), so it found no gradients."
    else:
        unmoved = "Clear the gradients before backward, not between backward and the step."
    return _weights(network), returned, unmoved


def _variant(
    *,
    train: bool = True,
    zero: bool = True,
    update: bool = True,
    criterion: Callable[[Tensor, Tensor], Tensor] = cross_entropy,
) -> Step:
    """The training step, whole or with one typical mistake."""

    def step(network: nn.Module, optimizer: torch.optim.Optimizer, features: Tensor, target: Tensor) -> float:
        if train:
            network.train()
        if zero:
            optimizer.zero_grad()
        loss = criterion(network(features), target)
        loss.backward()
        if update:
            optimizer.step()
        return loss.item()

    return step


@answer(
    "first_training.training_step",
    hints=(
        "Five moves: training mode, clear old gradients, forward and loss, backward, step. Which is missing?",
        "network.train() comes first, or the head returns its mean instead of a sample. "
        "cross_entropy(network(images), target) is the loss; it has the softmax inside.",
        "network.train(); optimizer.zero_grad(); loss = cross_entropy(network(images), target); "
        "loss.backward(); optimizer.step(); return loss.item()",
    ),
)
def training_step(yours):
    """one step of training, equal to the one that pvlib runs"""
    batches = [(torch.randn(6, 5), torch.rand(6, 4).softmax(dim=1)) for _ in range(2)]
    expected, loss, _ = _two_steps(_variant(), batches)
    assert isinstance(loss, float)
    got, returned, unmoved = _two_steps(yours, batches)
    mistakes = [
        (_variant(zero=False), "The first step is right, the second is not: clear the old gradients."),
        (_variant(criterion=lambda z, t: cross_entropy(z.softmax(1), t)),
         "There is a softmax inside cross_entropy; yours is one too many."),
        (_variant(criterion=lambda z, t: cross_entropy(z, t.argmax(1))),
         "Hand over the whole distribution, without argmax."),
        (_variant(criterion=lambda z, t: cross_entropy(t, z)), "The logits come first: cross_entropy(logits, target)."),
        (_variant(criterion=lambda z, t: -cross_entropy(z, t)), "The sign is turned round: this raises the loss."),
        (_variant(criterion=lambda z, t: len(z) * cross_entropy(z, t)), "Take the mean over the batch, not the sum."),
        (_variant(train=False), "That is the loss of the means. After network.train(), network(images) is a sample."),
        (_variant(update=False), f"No weight moved. {unmoved}"),
    ]  # fmt: skip
    expect_close(
        got,
        expected,
        "For the weights after two steps",
        mistakes=[(_two_steps(wrong, batches)[0], text) for wrong, text in mistakes],
        hint="Compare your lines with the five moves of the first hint, one by one, and the loss with the second hint.",
    )
    graph = " A tensor would keep its whole graph alive." if getattr(returned, "requires_grad", False) else ""
    expect(
        isinstance(returned, Real),
        f"Expected the loss as a Python number, got {type(returned).__name__}.",
        f"loss.item() gives the number.{graph}",
    )
    expect_close(
        returned,
        loss,
        "For the loss of the second step",
        hint="The weights are right. Return the cross-entropy of this step, neither scaled nor rounded.",
    )
    _expect_pvlib_to_agree(yours)


def _expect_pvlib_to_agree(yours: Step) -> None:
    """Run the learner's step where ``fit`` runs its own, on the same random numbers."""
    faces = Faces(
        torch.randint(0, 256, (8, 1, 16, 16), dtype=torch.uint8),
        torch.rand(8, 3).softmax(dim=1),
        ("a", "b", "c"),
    )
    library = Poster(SMALLEST, 3)
    start = copy.deepcopy(library.state_dict())
    fit(library, faces, CONFIG, show_progress=False)
    got = _trained(yours, start, faces.images, faces.target)
    expect_close(got, _weights(library), "For a small POSTER-Var trained by pvlib.training.fit")


@beside_answer
def _trained(yours: Step, start: dict[str, Tensor], images: Tensor, target: Tensor) -> Tensor:
    """The weights after the learner's steps on two batches, in the order and with the random numbers of ``fit``."""
    network = Poster(SMALLEST, 3)
    network.load_state_dict(start)
    optimizer = torch.optim.AdamW(
        network.parameters(), CONFIG.learning_rate, weight_decay=CONFIG.weight_decay
    )
    network.to(memory_format=torch.channels_last)
    seed_order(CONFIG.seed, epoch=0)
    for number, chosen in enumerate(torch.randperm(8).view(2, 4)):
        seed_pass(CONFIG.seed, 0, number)
        yours(network, optimizer, normalise(images[chosen]), target[chosen])
    return _weights(network)


@answer(
    "first_training.floor_of_two_softmaxes",
    hints=(
        "The logits are 1 for the right class and 0 for the other C − 1. What does the softmax inside make of them?",
        "The right class gets e / (e + C − 1). The loss is minus its logarithm.",
        "math.log(1 + (classes - 1) / math.e)",
    ),
)
def floor_of_two_softmaxes(yours):
    """the floor of a loss with a softmax too many"""
    for classes in (2, 8, 100, int(torch.randint(3, 99, ()))):  # the last is another one for every learner
        others = classes - 1
        probability = math.e / (math.e + others)
        expect_close(
            yours(classes),
            -math.log(probability),
            f"For {classes} classes",
            mistakes=[
                (
                    math.log(1 + 7 / math.e),
                    "That is the floor for eight classes; use the number that is handed in.",
                ),
                (-math.log2(probability), "In nats: the natural logarithm."),
                (0.0, "cross_entropy takes a softmax of what it gets, so 1 and 0 do not stay 1 and 0."),
                (
                    math.log(classes),
                    "That is the loss of equal logits. This network knows: 1 for the right class, 0 elsewhere.",
                ),
                (probability, "That is the probability of the right class; the loss is minus its logarithm."),
                (math.log(probability), "A loss is minus the logarithm."),
                (math.log(1 + classes / math.e), "The right class is not among the others: C − 1 of them."),
                (
                    math.log(1 + others),
                    "The right class's logit is 1, not 0: e^1 for it, e^0 for each other.",
                ),
            ],
            hint="Two lines: the softmax of (1, 0, …, 0), then minus the logarithm of its first entry.",
        )


@answer(
    "first_training.accuracy_interval",
    hints=(
        "Squared: (a − p)² = 1.96² p(1 − p)/n at both ends. That is quadratic in p.",
        "With w = 1.96²/n: (1 + w) p² − (2a + w) p + a² = 0. Its two roots are the ends.",
        "centre = (a + w/2) / (1 + w); half = (a(1 − a) w + w²/4) ** 0.5 / (1 + w)",
    ),
)
def accuracy_interval(yours):
    """how sure an accuracy is (Wilson, 1927)"""
    right, wrong = torch.randint(20, 2_000, (2,)).tolist()
    other = right / (right + wrong), right + wrong  # no answer can hold their numbers
    for accuracy, faces in ((287 / 291, 291), (0.9276, 3068), (1.0, 50), (0.5, 100), (0.0, 40), other):
        expect_close(
            yours(accuracy, faces),
            _wilson(accuracy, faces),
            f"For an accuracy of {accuracy:.4g} on {faces} faces",
            mistakes=[
                (
                    _wald(accuracy, faces),
                    "Your width is computed at a (Wald): fine in the middle, wrong at the ends. For 98.6 % of 291 faces it "
                    "ends at 100.0 %, Wilson's at 99.5 %.",
                ),
                (_wilson(accuracy, faces, errors=1.0), "That is one standard error; 95 % need 1.96 of them."),
                (_wilson(accuracy, faces).flip(0), "The lower end comes first."),
                (100 * _wilson(accuracy, faces), "As shares, not per cent."),
                *((end, "The values fit; return both ends as a pair.") for end in _wilson(accuracy, faces)),
                (_half_width(accuracy, faces), "That is half the width; return the two ends."),
            ],
            hint="Put your two ends for p into (a − p)² and into 1.96² p(1 − p)/n: both must agree.",
        )  # fmt: skip


def _half_width(accuracy: float, faces: int) -> Tensor:
    return _wilson(accuracy, faces).diff()[0] / 2


def _wald(accuracy: float, faces: int) -> Tensor:
    half = 1.96 * (accuracy * (1 - accuracy) / faces) ** 0.5
    return torch.tensor([accuracy - half, accuracy + half], dtype=torch.float64)


def _wilson(accuracy: float, faces: int, errors: float = 1.96) -> Tensor:
    """The roots of (1 + w) p² − (2a + w) p + a² with w = errors² / n, (2,)."""
    w = errors**2 / faces
    middle, root = 2 * accuracy + w, ((2 * accuracy + w) ** 2 - 4 * (1 + w) * accuracy**2) ** 0.5
    return torch.tensor([middle - root, middle + root], dtype=torch.float64) / (2 * (1 + w))
