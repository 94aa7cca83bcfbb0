"""The checks of the two backbones pass on right answers and know the typical wrong ones."""

import math

import numpy as np
import torch

from lessons.answer_tests import answer_tests
from lessons.two_backbones import formulas

OURS = {name: getattr(formulas, name) for name in formulas.__all__}
C = (64, 128, 256)


def levels(of, start=1):
    return [(c, of(k), of(k)) for k, c in enumerate(C, start=start)]


def reach(kernels, strides, add, start=1, before=True):
    side, jump = start, 1
    for k, s in zip(kernels, strides, strict=True):
        jump = jump if before else jump * s
        side += add(k, s, jump)
        jump = jump * s if before else jump
    return side


def from_the_last(kernels, strides):
    side = 1
    for k, s in reversed(list(zip(kernels, strides, strict=True))):
        side = (side - 1) * s + k
    return side


def from_the_first(kernels, strides):
    side = 1
    for k, s in zip(kernels, strides, strict=True):
        side = (side - 1) * s + k
    return side


def radius(field, centre, share=0.9, more=0):
    rows, columns = torch.meshgrid(*(torch.arange(n) for n in field.shape), indexing="ij")
    away = torch.maximum((rows - centre[0]).abs(), (columns - centre[1]).abs())
    return next(r for r in range(99) if field[away <= r].sum() >= share * field.sum()) + more


def by_numpy(f, c, share=0.9):
    f = np.pad(f.numpy(), 20)
    for r in range(20):
        if f[c[0] + 20 - r : c[0] + 21 + r, c[1] + 20 - r : c[1] + 21 + r].sum() >= share * f.sum():
            return 2 * r + 1


def at_wrong_threshold(f, c):
    for r in range(99):
        if f[max(0, c[0] - r) : c[0] + r + 1, max(0, c[1] - r) : c[1] + r + 1].sum() >= 0.9:
            return 2 * r + 1


def by_circle(f, c):
    rows, columns = torch.meshgrid(*(torch.arange(n) for n in f.shape), indexing="ij")
    away = torch.hypot((rows - c[0]).float(), (columns - c[1]).float())
    return next(2 * r + 1 for r in range(99) if f[away <= r].sum() >= 0.9 * f.sum())


def with_negative_start(f, c):
    for r in range(99):
        if f[c[0] - r : c[0] + r + 1, c[1] - r : c[1] + r + 1].sum() >= 0.9 * f.sum():
            return 2 * r + 1


def named_like_weights(shapes, with_gradient):
    return sum(math.prod(s) for n, s in shapes.items() if n.endswith(("weight", "bias")))


RIGHT = [
    ("pyramid_shapes", lambda s: [[64, s // 2, s // 2], [128, s // 4, s // 4], [256, s // 8, s // 8]]),
    ("pyramid_shapes", lambda s: torch.tensor(levels(lambda k: s / 2**k))),
    ("pyramid_shapes", lambda s: tuple(levels(lambda k: s >> k))),
    ("live_numbers", lambda shapes, g: sum(torch.empty(shapes[name]).numel() for name in g)),
    ("live_numbers", lambda shapes, g: int(sum(np.prod(s) for n, s in shapes.items() if n in g))),
    (
        "live_numbers",
        lambda shapes, g: torch.tensor([math.prod(s) for n, s in shapes.items() if n in g]).sum(),
    ),
    ("receptive_side", from_the_last),
    ("receptive_side", lambda k, s: 1 + sum((a - 1) * math.prod(s[:i]) for i, a in enumerate(k))),
    ("receptive_side", lambda k, s: 1 + int(((np.array(k) - 1) * np.cumprod([1, *s[:-1]])).sum())),
    ("effective_side", lambda f, c: 2 * radius(f, c) + 1),
    ("effective_side", by_numpy),
    ("effective_side", lambda f, c: torch.tensor(2.0 * radius(f / f.sum(), c) + 1)),
]

WRONG = [
    ("pyramid_shapes", lambda s: levels(lambda k: s // 2**k, start=0), "already halves"),
    ("pyramid_shapes", lambda s: levels(lambda k: s), "Each stage halves the side"),
    ("pyramid_shapes", lambda s: levels(lambda k: s // 2), "halves the one before"),
    ("pyramid_shapes", lambda s: levels(lambda k: s // 4**k), "do not quarter"),
    ("pyramid_shapes", lambda s: [(h, w, c) for c, h, w in levels(lambda k: s // 2**k)], "channels first"),
    ("pyramid_shapes", lambda s: levels(lambda k: s // 2**k)[::-1], "finest map"),
    ("pyramid_shapes", lambda s: [shape[1:] for shape in levels(lambda k: s // 2**k)], "Channels belong"),
    ("pyramid_shapes", lambda s: [(c // 2, h, w) for c, h, w in levels(lambda k: s // 2**k)], "64, 128, 256"),
    ("pyramid_shapes", lambda s: [(3, h, w) for _, h, w in levels(lambda k: s // 2**k)], "Only the picture"),
    ("pyramid_shapes", lambda s: levels(lambda k: s // 2**k - 1), "16 pixels give"),
    ("pyramid_shapes", lambda s: [(c, h) for c, h, w in levels(lambda k: s >> k)], "three numbers"),
    ("pyramid_shapes", lambda s: [(1, *shape) for shape in levels(lambda k: s >> k)], "Without the batch"),
    ("pyramid_shapes", lambda s: [(2 * c, h, w) for c, h, w in levels(lambda k: s >> k)], "64, 128, 256"),
    ("pyramid_shapes", lambda s: levels(lambda k: s >> k, start=2), "not a quarter"),
    ("live_numbers", lambda shapes, g: sum(map(math.prod, shapes.values())), "all tensors"),
    ("live_numbers", lambda shapes, g: sum(math.prod(s) for n, s in shapes.items() if n not in g), "the others"),
    ("live_numbers", lambda shapes, g: len(g), "not the tensors"),
    ("live_numbers", lambda shapes, g: sum(math.prod(shapes[n]) for n in g if shapes[n]), "one number"),
    ("live_numbers", lambda shapes, g: sum(sum(shapes[n]) for n in g), "no sum"),
    ("live_numbers", lambda shapes, g: sum((shapes[n] or (1,))[0] for n in g), "the first alone"),
    ("live_numbers", named_like_weights, "ends in weight"),
    ("live_numbers", lambda shapes, g: sum(math.prod(s) for n, s in shapes.items() if n[:2] != "bn"), "not all that gets"),
    ("live_numbers", lambda shapes, g: sum(math.prod(shapes[n]) for n in g) + 1, "7 live numbers"),
    ("receptive_side", lambda k, s: reach(k, s, lambda k, s, j: k - 1), "multiply by the jump"),
    ("receptive_side", lambda k, s: reach(k, s, lambda k, s, j: (k - 1) * s), "*all* strides"),
    ("receptive_side", lambda k, s: reach(k, s, lambda k, s, j: (k - 1) * j, before=False), "raise jump last"),
    ("receptive_side", lambda k, s: reach(k, s, lambda k, s, j: k * j), "adds k − 1"),
    ("receptive_side", lambda k, s: reach(k, s, lambda k, s, j: k * j, start=0), "there already"),
    ("receptive_side", lambda k, s: reach(k, s, lambda k, s, j: (k - 1) * j, start=0), "Begin with 1"),
    ("receptive_side", lambda k, s: 1 + sum((a - 1) * sum(s[:i]) for i, a in enumerate(k)), "not added"),
    ("receptive_side", lambda k, s: 1 + sum((a - 1) * (1 + sum(s[:i])) for i, a in enumerate(k)), "not jump +="),
    ("receptive_side", lambda k, s: 1 + sum(a - 1 for a in k) * math.prod(s), "its own jump"),
    ("receptive_side", lambda k, s: math.prod(k), "not multiplied"),
    ("receptive_side", lambda k, s: sum(k), "at the start"),
    ("receptive_side", lambda k, s: math.prod(s), "distance of neighbouring"),
    ("receptive_side", from_the_first, "wrong direction"),
    ("receptive_side", lambda k, s: from_the_last(k, s) ** 2, "not the area"),
    ("receptive_side", lambda k, s: (from_the_last(k, s) - 1) / 2, "That is the radius"),
    ("receptive_side", lambda k, s: from_the_last(k, s) + 1, "see 3 + 2 · 2"),
    ("effective_side", radius, "That is the radius"),
    ("effective_side", lambda f, c: 2 * radius(f, c), "beyond the picture"),
    ("effective_side", lambda f, c: (2 * radius(f, c) + 1) ** 2, "not the area"),
    ("effective_side", lambda f, c: 2 * radius(f, c, more=-1) + 1, "one step more"),
    ("effective_side", lambda f, c: 2 * radius(f, c, more=1) + 1, "One step too far"),
    ("effective_side", lambda f, c: int((f >= 0.1 * f.max()).sum()), "above a threshold"),
    ("effective_side", by_circle, "not circle"),
    ("effective_side", with_negative_start, "counts from the end"),
    ("effective_side", lambda f, c: by_numpy(f, c[::-1]), "in this order"),
    ("effective_side", lambda f, c: by_numpy(f, (7, 7)), "middle of the picture"),
    ("effective_side", at_wrong_threshold, "divide by it"),
    ("effective_side", lambda f, c: 2 * radius(f, c, 1 - 1e-6) + 1, "not all of it"),
    ("effective_side", lambda f, c: 2 * radius(f, c, 0.1) + 1, "lies outside"),
    ("effective_side", lambda f, c: f.sum(), "side is 9"),
]  # fmt: skip

EXAMPLES = [
    ("pyramid_shapes", "16 pixels give", (16,), [[64, 8, 8], [128, 4, 4], [256, 2, 2]]),
    ("live_numbers", "7 live numbers", ({"a": (2, 3), "b": (4,), "c": ()}, ["a", "c"]), 7),
    ("receptive_side", "see 3 + 2 · 2", ([3, 3], [2, 1]), 7),
    ("receptive_side", "see 3 + 2 · 2", ([3, 3], [1, 2]), 5),
    ("effective_side", "side is 9", (torch.ones(5, 5), (0, 0)), 9),
]

TESTS = answer_tests("two_backbones", RIGHT, WRONG, EXAMPLES, OURS)
test_right, test_wrong, test_unwritten, test_examples = TESTS
