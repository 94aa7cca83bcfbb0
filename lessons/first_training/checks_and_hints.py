"""Answer checks of the first training."""

import copy
from collections.abc import Callable

import torch
from torch import Tensor, nn

from poster_var_course.checks import answer, expect, expect_close
from pvlib.data.faces import Faces
from pvlib.data.transforms import normalise
from pvlib.losses import cross_entropy
from pvlib.models import LandmarkSize, Poster, Size, VariationalHead
from pvlib.training import TrainConfig, fit
from pvlib.training.positions import seed_order, seed_pass

Step = Callable[[nn.Module, torch.optim.Optimizer, Tensor, Tensor], object]

# POSTER-Var with every part in place and as small as it can be: the check takes well under a second.
SMALLEST = Size(
    image_size=16,
    channels=(4, 4, 4),
    units=(1, 1, 1),
    landmark=LandmarkSize(
        input_size=16,
        stem=4,
        stages=(4, 4, 4),
        transitions=(4, 4, 4),
        depths=(0, 0, 0),
        separable=4,
        points=False,
        frozen=False,
    ),
    head_dim=4,
    embed_dim=8,
    encoder_depth=1,
    encoder_heads=2,
)


def _weights(network: nn.Module) -> Tensor:
    return torch.cat([value.detach().flatten().double() for value in network.state_dict().values()])


def _two_steps(step: Step, batches: list[tuple[Tensor, Tensor]]) -> tuple[Tensor, object]:
    """Weights of a small variational head after two steps with SGD, and what the last step returned."""
    torch.manual_seed(0)
    network = VariationalHead(5, 4).eval()
    optimizer = torch.optim.SGD(network.parameters(), lr=0.5)
    torch.manual_seed(1)
    for features, target in batches:
        returned = step(network, optimizer, features, target)
    return _weights(network), returned


def _variant(
    *,
    train: bool = True,
    zero: bool = True,
    softmax: bool = False,
    update: bool = True,
) -> Step:
    """The training step, whole or with one typical mistake."""

    def step(network: nn.Module, optimizer: torch.optim.Optimizer, features: Tensor, target: Tensor) -> float:
        if train:
            network.train()
        if zero:
            optimizer.zero_grad()
        logits = network(features)
        loss = cross_entropy(logits.softmax(dim=1) if softmax else logits, target)
        loss.backward()
        if update:
            optimizer.step()
        return loss.item()

    return step


def _step_then_zero_without_backward(network, optimizer, features, target) -> float:
    """The gradients are dropped between backward and step: nothing moves."""
    network.train()
    loss = cross_entropy(network(features), target)
    loss.backward()
    optimizer.zero_grad()
    optimizer.step()
    return loss.item()


@answer(
    "first_training.training_step",
    hints=(
        "Five moves: training mode, clear old gradients, forward and loss, backward, step. Which is missing?",
        "network.train() comes first, or the head returns its mean instead of a draw. "
        "cross_entropy(network(images), target) is the loss; it has the softmax inside.",
        "network.train(); optimizer.zero_grad(); loss = cross_entropy(network(images), target); "
        "loss.backward(); optimizer.step(); return loss.item()",
    ),
)
def training_step(yours):
    """one step of training, equal to the one that pvlib runs"""
    batches = [(torch.randn(6, 5), torch.rand(6, 4).softmax(dim=1)) for _ in range(2)]
    expected, loss = _two_steps(_variant(), batches)
    assert isinstance(loss, float)
    got, returned = _two_steps(yours, batches)
    mistakes = [
        (_variant(zero=False), "The first step is right, the second is not: clear the old gradients."),
        (_variant(softmax=True), "cross_entropy takes logits and has a softmax inside; yours is the second one."),
        (_variant(train=False), "In evaluation mode the head gives its mean, not a draw: network.train()."),
        (_variant(update=False), "No weight moved. Gradients alone change nothing: the optimizer must take a step."),
        (_step_then_zero_without_backward, "No weight moved: clear the gradients before backward, not after it."),
    ]  # fmt: skip
    expect_close(
        got,
        expected,
        "For the weights after two steps",
        mistakes=[(_two_steps(wrong, batches)[0], text) for wrong, text in mistakes],
        hint="Compare with the five moves of the first hint; the noise is drawn once per step.",
    )
    expect(
        isinstance(returned, float) and not isinstance(returned, Tensor),
        f"Expected the loss as a Python number, got {type(returned).__name__}.",
        "loss.item() gives the number. A tensor would keep its whole graph alive.",
    )
    expect_close(returned, loss, "For the loss of the second step")
    _expect_pvlib_to_agree(yours)


def _expect_pvlib_to_agree(yours: Step) -> None:
    """Run the learner's step where ``fit`` runs its own, on the same random numbers."""
    faces = Faces(
        torch.randint(0, 256, (8, 1, 16, 16), dtype=torch.uint8),
        torch.rand(8, 3).softmax(dim=1),
        ("a", "b", "c"),
    )
    config = TrainConfig(epochs=1, batch_size=4, learning_rate=0.01, recipe=None, seed=3)
    library = Poster(SMALLEST, 3)
    network = copy.deepcopy(library)
    fit(library, faces, config, show_progress=False)
    optimizer = torch.optim.AdamW(
        network.parameters(), config.learning_rate, weight_decay=config.weight_decay
    )
    network.to(memory_format=torch.channels_last)
    seed_order(config.seed, epoch=0)
    for number, chosen in enumerate(torch.randperm(8).view(2, 4)):
        seed_pass(config.seed, 0, number)
        yours(network, optimizer, normalise(faces.images[chosen]), faces.target[chosen])
    expect_close(_weights(network), _weights(library), "For a small POSTER-Var trained by pvlib.training.fit")


@answer(
    "first_training.learning_rate_of",
    hints=(
        "After no epoch the rate is still the first one. After each epoch it is multiplied once more.",
        "first · decay · decay · … : how many factors has epoch 3, counted from 0?",
        "first * decay**epoch",
    ),
)
def learning_rate_of(yours):
    """the exponential schedule"""
    for epoch in (0, 1, 7):
        first, decay = 0.004, 0.9
        expect_close(
            yours(epoch, first, decay),
            first * decay**epoch,
            f"For epoch {epoch}, first rate {first}, γ = {decay}",
            mistakes=[
                (first * decay ** (epoch + 1), "Epoch 0 is the first and runs at the full rate."),
                (first * decay * epoch, "The rate is multiplied again and again: a power, not a product."),
                (first * (1 - decay) ** epoch, "γ itself is the factor, not 1 − γ."),
                (first * decay, "The rate depends on the epoch."),
            ],
            rtol=1e-6,
            atol=1e-12,
        )


@answer(
    "first_training.decay_for",
    hints=(
        "How often is the rate multiplied between the first and the last of n epochs?",
        "n − 1 times, so γ to the power n − 1 is the fraction. Solve for γ.",
        "fraction ** (1 / (epochs - 1))",
    ),
)
def decay_for(yours):
    """the γ that ends where it should"""
    for epochs, fraction in ((2, 0.5), (8, 0.02), (300, 0.01)):
        expect_close(
            yours(epochs, fraction),
            fraction ** (1 / (epochs - 1)),
            f"For {epochs} epochs that end at {fraction} of the first rate",
            mistakes=[
                (fraction ** (1 / epochs), "There is one multiplication fewer than there are epochs."),
                (
                    fraction / (epochs - 1),
                    "Dividing spreads the loss evenly by subtraction; a factor needs a root.",
                ),
                (fraction ** (epochs - 1), "That is the way back: take the root, not the power."),
            ],
            rtol=1e-6,
            atol=1e-9,
        )


@answer(
    "first_training.accuracy_interval",
    hints=(
        "The standard error of a share a over n coins is the square root of a(1 − a)/n.",
        "1.96 standard errors to either side; then make sure that neither end leaves 0 … 1.",
        "half = 1.96 * (accuracy * (1 - accuracy) / faces) ** 0.5, then max(…, 0) and min(…, 1).",
    ),
)
def accuracy_interval(yours):
    """how sure an accuracy is"""
    for accuracy, faces in ((0.9276, 3068), (0.5, 100), (0.99, 50), (0.02, 40)):
        spread = (accuracy * (1 - accuracy)) ** 0.5  # of a single face
        error = spread / faces**0.5
        half = 1.96 * error

        def interval(half: float, centre: float = accuracy) -> Tensor:
            return torch.tensor([max(centre - half, 0.0), min(centre + half, 1.0)], dtype=torch.float64)

        got = yours(accuracy, faces)
        expect_close(
            got,
            interval(1.96 * error),
            f"For an accuracy of {accuracy} on {faces} faces",
            mistakes=[
                (interval(error), "That is one standard error; 95 % need 1.96 of them."),
                (interval(1.96 * error**2), "That is the variance; take its square root."),
                (interval(1.96 * spread), "More faces make it surer: divide by their number."),
                (interval(1.96 * spread / faces), "The number of faces stands under the root too."),
                (torch.tensor([accuracy - half, accuracy + half]), "Cut the interval where an accuracy ends: 0 and 1."),
            ],
        )  # fmt: skip
