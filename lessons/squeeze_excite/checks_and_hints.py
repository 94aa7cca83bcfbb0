"""Answer checks of the lesson on squeeze and excitation: the paper's block, a constant gate, the original block."""

import torch
from torch import Tensor

from lessons.squeeze_excite import gates
from poster_var_course.checks import answer, expect_close, expect_gradients, value_and_slopes

FACES, CHANNELS, HIDDEN, CLASSES = 3, 6, 4, 5
CUT = (
    "The values are right, but the graph was cut: no .detach(), .item(), numpy, no_grad, nn.Parameter(w1) or copy_. "
    "F.linear(x, w1, b1) uses the weights as they are."
)


def _block(hidden: int = HIDDEN) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    return (
        torch.randn(hidden, CHANNELS),
        torch.randn(hidden),
        torch.randn(CHANNELS, hidden),
        torch.randn(CHANNELS),
    )


@answer(
    "squeeze_excite.squeeze_excite",
    hints=(
        "Two linear layers as nn.Linear computes them, x @ W.T + b. What stands between them, what behind the second?",
        "hidden = ReLU(W₁ x + b₁); gate = σ(W₂ hidden + b₂). Each channel of x is multiplied by its own gate.",
        "return x * torch.sigmoid(torch.relu(x @ w1.T + b1) @ w2.T + b2)",
    ),
)
def squeeze_excite(yours):
    """the block of equation 4"""
    x, block = torch.randn(FACES, CHANNELS), _block()
    w1, b1, w2, b2 = block
    hidden = x @ w1.T + b1
    inner = hidden.relu() @ w2.T + b2
    expected = gates.squeeze_excite(x, *block)
    inputs = [one.clone().requires_grad_() for one in (x, *block)]
    got, slopes = value_and_slopes(yours, inputs, (0, 1, 3))
    expect_close(
        got,
        expected,
        f"For {FACES} faces, {CHANNELS} channels and a hidden layer of {HIDDEN}",
        mistakes=[
            (inner.sigmoid(), "Those are the gates. Multiply the features by them."),
            (x + inner.sigmoid(), "The gate multiplies each channel; nothing is added."),
            (x + x * inner.sigmoid(), "There is no shortcut: x ⊙ gate alone."),
            (x * inner, "The sigmoid of the second layer is missing: a gate lies between 0 and 1."),
            (x * inner.relu(), "ReLU stands between the layers, the sigmoid behind the second."),
            (x * (hidden.sigmoid() @ w2.T + b2).relu(), "ReLU and sigmoid have changed places."),
            (x * (hidden.sigmoid() @ w2.T + b2).sigmoid(), "Between the layers stands a ReLU."),
            (x * (hidden @ w2.T + b2).sigmoid(), "The ReLU between the layers is missing: two linear layers are one."),
            (x * inner.softmax(dim=1), "Each gate is a sigmoid of its own; softmax would make them sum to 1."),
            (x * inner.tanh(), "A gate lies between 0 and 1: sigmoid, not tanh."),
            (x * ((x @ w1.T).relu() @ w2.T).sigmoid(), "The biases b1 and b2 are missing."),
            (x * ((x @ w1.T + b1).relu() @ w2.T).sigmoid(), "The bias of the second layer is missing."),
            (x * ((x @ w1.T).relu() @ w2.T + b2).sigmoid(), "The bias of the first layer is missing."),
            (x * (hidden.relu() @ w2.T + b2).relu().sigmoid(), "No ReLU behind the second layer: no gate could be below ½."),
            (x * (((x @ w1.T).relu() + b1) @ w2.T + b2).sigmoid(), "ReLU comes after the bias b1, not before."),
            (x * ((hidden.relu() @ w2.T).sigmoid() + b2), "The bias b2 stands inside the sigmoid."),
            (x * ((x.mean(dim=0) @ w1.T + b1).relu() @ w2.T + b2).sigmoid(),
             "Each face has gates of its own: no mean over faces."),
            (x * (hidden.relu() @ w2.T + b2).sigmoid().mean(dim=1, keepdim=True), "Each channel has its own gate: no mean."),
            (inner, "That is what goes into the sigmoid; then x ⊙ σ(…)."),
        ],
        hint="By hand: one channel, x = 2, w1 = 1, b1 = −3, w2 = 1, b2 = −ln 3: hidden 0, gate σ(−ln 3) = ¼, the answer ½.",
    )  # fmt: skip
    given = [one.clone().requires_grad_() for one in (x, *block)]
    named = {"x": given[0], "w1": given[1], "w2": given[3]}
    expect_gradients(slopes, gates.squeeze_excite(*given), named, CUT)


@answer(
    "squeeze_excite.fold",
    hints=(
        "Logit c of gated features is Σ_k W_ck (g_k x_k). Which numbers may you join?",
        "W'_ck = W_ck · g_k: each gate multiplies the column of its channel.",
        "weight * gate: the gates are repeated over the classes.",
    ),
)
def fold(yours):
    """a constant gate folded into the head"""
    # square first: where rows and columns have one number, gates on the rows get a hint and no error
    for classes in (CHANNELS, CLASSES):
        weight, gate = torch.randn(classes, CHANNELS), torch.rand(CHANNELS)
        expected = torch.stack([row * gate for row in weight])
        rows = (
            [
                (
                    gate[:, None] * weight,
                    "That scales the rows, the classes. A gate belongs to a channel: the columns.",
                )
            ]
            if classes == CHANNELS
            else []
        )
        expect_close(
            yours(weight, gate),
            expected,
            f"For {classes} classes and {CHANNELS} channels",
            mistakes=[
                *rows,
                (weight, "That is the weight as it was: the gate must be in it."),
                (weight @ gate, "The new weight has the old shape, (classes, channels): no sum yet."),
                (expected.T, "Yours is turned round: (classes, channels), as nn.Linear has it."),
                (weight / gate, "The features were multiplied by the gate, so the weight is too."),
                (weight + gate, "The gate multiplies."),
                (weight * gate.mean(), "Each channel has its own gate, not the mean of all."),
                (weight * (1 - gate), "The gate itself, not 1 − gate: 1 lets everything through."),
                (weight * gate.sigmoid(), "The gate is given; its sigmoid was taken before."),
            ],
            hint="By hand: weights 1, 2 for one class and 3, 4 for another, gates 10 and 100, give 10, 200 and 30, 400.",
        )


@answer(
    "squeeze_excite.squeeze_maps",
    hints=(
        "A gate for each face and channel, from the channel's mean over the whole map. Which dimensions go?",
        "squeezed = maps.mean(dim=(2, 3)); the gates as in exercise 1, (faces, C); then give them two dimensions of size 1.",
        "return maps * torch.sigmoid(torch.relu(squeezed @ w1.T + b1) @ w2.T + b2)[:, :, None, None]",
    ),
)
def squeeze_maps(yours):
    """the original block, on maps"""
    maps, block = torch.randn(FACES, CHANNELS, 2, 5) + 0.5, _block()
    w1, b1, w2, b2 = block

    def gated(squeezed: Tensor) -> Tensor:
        return ((squeezed @ w1.T + b1).relu() @ w2.T + b2).sigmoid()

    mean = maps.mean(dim=(2, 3))
    at_each = gated(maps.permute(0, 2, 3, 1)).permute(0, 3, 1, 2)
    expect_close(
        yours(maps, *block),
        gates.squeeze_maps(maps, *block),
        f"For {FACES} faces, {CHANNELS} channels, maps of 2 × 5 cells",
        mistakes=[
            (gated(mean), "Those are the gates. Multiply the maps by them."),
            (mean * gated(mean), "The maps are multiplied, not their means: the shape stays (faces, C, H, W)."),
            (maps * at_each, "That is a gate for each cell. Squeeze first: the mean over the whole map."),
            (maps * gated(maps.sum(dim=(2, 3)))[:, :, None, None], "The squeeze is a mean over the map, not a sum."),
            (maps * gated(maps.amax(dim=(2, 3)))[:, :, None, None], "The squeeze is a mean over the map, not its maximum."),
            (maps * gated(mean.mean(dim=0, keepdim=True))[:, :, None, None],
             "Each face has gates of its own: no mean over faces."),
            (mean[:, :, None, None] * gated(mean)[:, :, None, None] * torch.ones_like(maps),
             "The maps are multiplied, not their means."),
            (maps + gated(mean)[:, :, None, None], "The gate multiplies each channel; nothing is added."),
            (maps * gated(maps.mean().expand(1, CHANNELS))[:, :, None, None], "A mean for each map: dim=(2, 3)."),
            (maps + maps * gated(mean)[:, :, None, None], "There is no shortcut: the maps times the gates alone."),
            (maps * at_each.mean(dim=(2, 3), keepdim=True), "The gate of the mean, not the mean of gates of cells."),
            (maps * ((mean @ w1.T + b1) @ w2.T + b2).sigmoid()[:, :, None, None], "The ReLU between the layers is missing."),
            (maps, "The maps came back as they were."),
        ],
        hint="By hand: one channel, the map 1, 3; w1 = 1, b1 = −1, w2 = −ln 3, b2 = 0: mean 2, hidden 1, gate ¼: ¼, ¾.",
    )  # fmt: skip
