"""Answer checks of the two backbones."""

from math import prod

import torch
import torch.nn.functional as F

from lessons.two_backbones.formulas import CHANNELS
from poster_var_course.checks import answer, expect_close


@answer(
    "two_backbones.pyramid_shapes",
    hints=(
        "Each level has half the width and half the height of the one before; the first has half of the picture's.",
        "For 112 pixels the sides are 56, 28, 14, and the channels 64, 128, 256. The channels stand first.",
        "return [(channels, side // 2**level, side // 2**level) for level, channels in enumerate((64, 128, 256), start=1)]",
    ),
)
def pyramid_shapes(yours):
    """the shapes of the image pyramid"""
    for side in (112, 48, 96):
        expected = torch.tensor(
            [[c, side // 2**level, side // 2**level] for level, c in enumerate(CHANNELS, start=1)]
        )
        one_less = torch.tensor([[c, side // 2**level, side // 2**level] for level, c in enumerate(CHANNELS)])
        tiny = torch.tensor([[c // 2, height, width] for c, height, width in expected.tolist()])
        expect_close(
            yours(side),
            expected,
            f"For {side} × {side} pixels",
            mistakes=[
                (one_less, "The first stage already halves the picture: side / 2, not side."),
                (torch.tensor([[c, side, side] for c in CHANNELS]), "Each stage halves the side."),
                (torch.tensor([[c, side // 2, side // 2] for c in CHANNELS]), "Each stage halves the one before."),
                (torch.tensor([[c, side // 4**k, side // 4**k] for k, c in enumerate(CHANNELS, 1)]),
                 "Halve, do not quarter."),
                (expected[:, [1, 2, 0]], "PyTorch's order is channels first: (C, H, W)."),
                (expected.flip(0), "The finest map comes first."),
                (expected[:, 1:], "Channels belong to a shape, too: (C, H, W)."),
                (expected[:, :2], "A shape has three numbers: (C, H, W)."),
                (torch.tensor([[1, *shape] for shape in expected.tolist()]), "Without the batch: (C, H, W)."),
                (tiny, "The paper's channels are 64, 128, 256."),
                (expected * torch.tensor([2, 1, 1]), "The paper's channels are 64, 128, 256."),
                (torch.tensor([[c, side // 2**k, side // 2**k] for k, c in enumerate(CHANNELS, 2)]),
                 "The first map has half of the picture's side, not a quarter."),
                (torch.tensor([[3, h, w] for _, h, w in expected.tolist()]), "Only the picture has 3 channels."),
            ],
            hint="By hand: 16 pixels give 64 channels of 8 × 8, 128 of 4 × 4 and 256 of 2 × 2.",
        )  # fmt: skip


@answer(
    "two_backbones.live_numbers",
    hints=(
        "Go through the shapes; leave out the names that got no gradient; a tensor holds the product of its sides.",
        "math.prod(shape) is the product, and 1 for a shape without sides, (). Names: `if name in with_gradient`.",
        "return sum(math.prod(shape) for name, shape in shapes.items() if name in with_gradient)",
    ),
)
def live_numbers(yours):
    """how many numbers get a gradient"""
    shapes = {
        "conv.weight": (4, 3, 3, 3),
        "conv.bias": (4,),
        "scale": (),
        "bn.running_mean": (4,),
        "bn.count": (),
        "old.weight": (5, 7),
    }
    more = {
        "a.weight": (6, 2),
        "a.bias": (6,),
        "b.weight": (int(torch.randint(2, 9, ())), 11),
        "b.bias": (3,),
        "gain": (),
    }
    for known, names in (
        (shapes, ["conv.weight", "conv.bias", "scale"]),
        (more, ["a.weight", "b.weight", "gain"]),
    ):
        size = {name: prod(shape) for name, shape in known.items()}
        live = sum(size[name] for name in names)
        scalars = [name for name in names if known[name] == ()]
        expect_close(
            yours(known, names),
            float(live),
            f"For {len(known)} tensors, {len(names)} of them with a gradient",
            mistakes=[
                (float(sum(size.values())), "That counts all tensors: leave out those without a gradient."),
                (float(sum(size.values()) - live), "Those are the others: count the tensors *with* a gradient."),
                (float(len(names)), "Count the numbers in the tensors, not the tensors."),
                (float(live - len(scalars)), "A tensor of shape () holds one number: the product of no sides is 1."),
                (float(sum(sum(known[name]) for name in names)), "A tensor holds the *product* of its sides, no sum."),
                (float(sum((known[name] or (1,))[0] for name in names)), "All sides count, not the first alone."),
                (float(sum(n for name, n in size.items() if name.endswith(("weight", "bias")))),
                 "A name that ends in weight may have no gradient: look into with_gradient."),
                (float(sum(n for name, n in size.items() if not name.startswith("bn"))),
                 "Statistics are not all that gets no gradient: look into with_gradient."),
            ],
            hint="By hand: shapes {a: (2, 3), b: (4,), c: ()} with gradients for a and c hold 7 live numbers.",
        )  # fmt: skip


@answer(
    "two_backbones.receptive_side",
    hints=(
        "Begin with one pixel. A kernel k adds k − 1 cells of its input: how far apart are those, in pixels?",
        "Keep two numbers: the side, and the distance of neighbouring cells (jump), at first 1 and 1.",
        "for kernel, stride in zip(kernels, strides): side += (kernel - 1) * jump; jump *= stride",
    ),
)
def receptive_side(yours):
    """the side of a receptive field"""
    for kernels, strides in (
        ([5, 3, 7, 3], [2, 3, 2, 1]),
        ([7, 3, 1, 3], [2, 1, 2, 2]),
        ([3] * 8, [1, 1, 2, 1, 1, 2, 1, 2]),
    ):
        layers = list(zip(kernels, strides, strict=True))

        def side_by(add, start=1, before=True, layers=layers):
            side, jump = start, 1
            for kernel, stride in layers:
                jump = jump if before else jump * stride
                side += add(kernel, stride, jump)
                jump = jump * stride if before else jump
            return float(side)

        jump = prod(strides)
        back = 1
        for kernel, stride in layers:  # the recursion, begun at the wrong end
            back = (back - 1) * stride + kernel
        right = side_by(lambda k, s, j: (k - 1) * j)
        expect_close(
            yours(kernels, strides),
            right,
            f"For kernels {kernels} and strides {strides}",
            mistakes=[
                (side_by(lambda k, s, j: k - 1), "After a stride, cells lie further apart: multiply by the jump."),
                (side_by(lambda k, s, j: (k - 1) * s), "The jump is the product of *all* strides before."),
                (side_by(lambda k, s, j: (k - 1) * j, before=False), "A stride acts on later layers: raise jump last."),
                (1.0 + sum((k - 1) * sum(strides[:i]) for i, k in enumerate(kernels)), "Strides are multiplied, not added."),
                (1.0 + sum((k - 1) * (1 + sum(strides[:i])) for i, k in enumerate(kernels)),
                 "Strides are multiplied: jump *= stride, not jump += stride."),
                (1.0 + sum(k - 1 for k in kernels) * jump,
                 "Each kernel has its own jump: the product of the strides *before* it, not of all."),
                (side_by(lambda k, s, j: k * j), "The first pixel is there already: a kernel adds k − 1."),
                (side_by(lambda k, s, j: k * j, start=0), "A kernel adds k − 1 to the pixel that is there already."),
                (side_by(lambda k, s, j: (k - 1) * j, start=0), "Begin with 1: without layers a cell is one pixel."),
                (float(prod(kernels)), "Kernels are not multiplied: each adds (k − 1) jumps."),
                (float(sum(kernels)), "A kernel adds (k − 1) times the jump, to the one pixel at the start."),
                (float(jump), "That is the distance of neighbouring cells, not how far one of them sees."),
                (float(back), "You went through the layers in the wrong direction: this recursion begins at the last one."),
                (float(right**2), "The side is wanted, not the area."),
                ((right - 1) / 2, "That is the radius; the side is 2 · radius + 1."),
            ],
            hint="By hand: kernels 3 and 3 with strides 2 and 1 see 3 + 2 · 2 = 7 pixels; with strides 1 and 2 only 5.",
        )  # fmt: skip


@answer(
    "two_backbones.effective_side",
    hints=(
        "Let a square grow around the centre, radius 0, 1, 2, …, until its sum is at least `share` of the whole sum.",
        "Rows max(0, row − r) to row + r + 1: a negative start of a slice would count from the end.",
        "for radius in range(max(field.shape)): square = field[max(0, row - radius) : row + radius + 1, "
        "max(0, column - radius) : column + radius + 1]; if square.sum() >= share * field.sum(): return 2 * radius + 1",
    ),
)
def effective_side(yours):
    """the side of the square that holds most of a field"""
    rows, columns = torch.meshgrid(torch.arange(15.0), torch.arange(15.0), indexing="ij")
    for centre, width in (((7, 7), 2.0), ((7, 7), 3.0), ((2, 11), 2.0), ((0, 7), 2.5)):
        away = torch.maximum((rows - centre[0]).abs(), (columns - centre[1]).abs())
        field = 5 * torch.exp(-((rows - centre[0]) ** 2 + (columns - centre[1]) ** 2) / (2 * width**2))
        held = [(field * (away <= r)).sum() / field.sum() for r in range(15)]

        def radius_with(share, held=held):
            return next(r for r, part in enumerate(held) if part >= share)

        radius = radius_with(0.9)

        def sliced(row, column, field=field):  # without the max(0, …): what a negative start makes of it
            parts = (field[row - r : row + r + 1, column - r : column + r + 1].sum() for r in range(40))
            return next((2.0 * r + 1 for r, part in enumerate(parts) if part >= 0.9 * field.sum()), 0.0)

        def around(row, column, field=field):
            padded = F.pad(field, (15,) * 4)
            return sliced(row + 15, column + 15, padded)

        below = int((field >= 0.1 * field.max()).sum())
        expect_close(
            yours(field, centre),
            2.0 * radius + 1,
            f"For a bell around {centre}",
            mistakes=[
                (float(radius), "That is the radius; the side is 2 · radius + 1."),
                (2.0 * radius, "The side is 2 · radius + 1, also where a part of the square lies beyond the picture."),
                ((2.0 * radius + 1) ** 2, "The side is wanted, not the area."),
                (2.0 * radius - 1, "At least 90 %: one step more."),
                (2.0 * radius + 3, "One step too far: the smallest *square* (not circle), from row − r to row + r."),
                (sliced(*centre), "A slice with a negative start counts from the end: begin at max(0, row − r)."),
                (around(centre[1], centre[0]), "`centre` is (row, column), in this order."),
                (around(7, 7), "The square lies around `centre`, not around the middle of the picture."),
                (float(below), "Not the pixels above a threshold: the smallest square that holds 90 % of the sum."),
                (2.0 * radius_with(0.1) + 1, "The square holds 90 %, not what lies outside of it."),
                (2.0 * radius_with(1 - 1e-6) + 1, "90 % of the sum, not all of it."),
                (1.0, "One pixel does not hold 90 % of the *sum* of the field: divide by it, or multiply the share by it."),
            ],
            hint="By hand: 5 × 5 pixels of 1, centre (0, 0): radius 3 holds 16 of 25 = 64 %, 4 all: so the side is 9.",
        )  # fmt: skip
