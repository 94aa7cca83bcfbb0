"""The checks of cross-attention pass on right answers and know the typical wrong ones."""

import math

import numpy as np
import torch
import torch.nn.functional as F

from lessons.answer_tests import answer_tests
from lessons.cross_attention import formulas

OURS = {name: getattr(formulas, name) for name in formulas.__all__}


def s(q, k, d=0.5):
    return q @ k.mT / q.shape[-1] ** d


def soft(scores, dim=-1):
    return scores.softmax(dim=dim)


def by_loops(q, k, v, b):
    out = torch.empty_like(v)
    for face in range(len(q)):
        for head in range(q.shape[1]):
            for i in range(q.shape[2]):
                scores = (k[face, head] * q[face, head, i]).sum(1) / math.sqrt(q.shape[3]) + b[head, i]
                out[face, head, i] = (soft(scores)[:, None] * v[face, head]).sum(0)
    return out


def as_swin(w):
    grid = torch.stack(torch.meshgrid(torch.arange(w), torch.arange(w), indexing="ij")).flatten(1)
    relative = (grid[:, :, None] - grid[:, None, :]).permute(1, 2, 0).contiguous()
    relative[:, :, 0] += w - 1
    relative[:, :, 1] += w - 1
    relative[:, :, 0] *= 2 * w - 1
    return relative.sum(-1)


def by_numpy(w):
    y, x = np.divmod(np.arange(w * w), w)
    return (y[:, None] - y + w - 1) * (2 * w - 1) + x[:, None] - x + w - 1


def offsets(w):
    cells = torch.cartesian_prod(torch.arange(w), torch.arange(w))
    return (cells[:, None] - cells[None]).unbind(-1)


def index(w, rows, columns, across):
    """The index with its two shifts and its row length."""
    down, right = offsets(w)
    return (down + rows) * across + right + columns


def of(n, c, linear, square):
    return linear * n * c**2 + square * n**2 * c


RIGHT = [
    ("split_heads", lambda t, d: t.view(len(t), t.shape[1], -1, d).permute(0, 2, 1, 3)),
    ("split_heads", lambda t, d: torch.stack(t.split(d, dim=-1), dim=1)),
    (
        "split_heads",
        lambda t, d: torch.stack([t[..., i : i + d] for i in range(0, t.shape[-1], d)]).transpose(0, 1),
    ),
    ("attend", lambda q, k, v, b: F.scaled_dot_product_attention(q, k, v, attn_mask=b[None])),
    ("attend", lambda q, k, v, b: torch.einsum("bhij,bhjd->bhid", soft(s(q, k) + b), v)),
    ("attend", by_loops),
    ("relative_index", as_swin),
    ("relative_index", by_numpy),
    ("relative_index", lambda w: index(w, w - 1, w - 1, 2 * w - 1).float()),
    ("cost", lambda w, c: w * w * c * (3 * c + 2 * w * w)),
    ("cost", lambda w, c: torch.tensor(w**2 * c * 2 * c + w**4 * c + w**4 * c + w**2 * c * c)),
    ("cost", lambda w, c: float(of(w**2, c, 3, 2))),
]

WRONG = [
    ("split_heads", lambda t, d: t.view(len(t), -1, t.shape[1], d), "heads got mixed"),
    ("split_heads", lambda t, d: t.unflatten(-1, (-1, d)), "before the cells"),
    ("split_heads", lambda t, d: torch.stack(t.split(d, dim=-1)), "batch stays first"),
    ("split_heads", lambda t, d: t.unflatten(-1, (-1, d)).permute(0, 2, 3, 1), "last two dimensions"),
    ("split_heads", lambda t, d: t.unflatten(-1, (d, -1)).transpose(1, 2), "not the number of heads"),
    ("split_heads", lambda t, d: t.unflatten(-1, (d, -1)).permute(0, 3, 1, 2), "neighbouring channels"),
    ("split_heads", lambda t, d: t.unflatten(-1, (-1, d)).mean(2, keepdim=True).transpose(1, 2), "Nothing is averaged"),
    ("split_heads", lambda t, d: t.mT.reshape(len(t), -1, t.shape[1], d), "cut the channels first"),
    ("split_heads", lambda t, d: t, "head 1 holds 3, 4"),
    ("attend", lambda q, k, v, b: soft(q @ k.mT + b) @ v, "divided by √d before"),
    ("attend", lambda q, k, v, b: soft(s(q, k, 1) + b) @ v, "not by d"),
    ("attend", lambda q, k, v, b: soft(s(q, k, -0.5) + b) @ v, "instead of multiplying"),
    ("attend", lambda q, k, v, b: soft((q @ k.mT + b) / q.shape[-1] ** 0.5) @ v, "Brackets"),
    ("attend", lambda q, k, v, b: soft(q @ k.mT / q.shape[-2] ** 0.5 + b) @ v, "not the number of cells"),
    ("attend", lambda q, k, v, b: soft(q @ k.mT / q.shape[1] ** 0.5 + b) @ v, "the last dimension."),
    ("attend", lambda q, k, v, b: soft(s(q, k) + b, -2) @ v, "of each *query*"),
    ("attend", lambda q, k, v, b: soft(s(q, k) + b, 1) @ v, "dim=1 is the heads"),
    ("attend", lambda q, k, v, b: soft(s(q, k) + b, 0) @ v, "dim=0 is the batch"),
    ("attend", lambda q, k, v, b: soft((q @ k.mT + b) / q.shape[-1]) @ v, "Only q kᵀ"),
    ("attend", lambda q, k, v, b: soft(soft(s(q, k)) + b) @ v, "One softmax"),
    ("attend", lambda q, k, v, b: soft(s(q, k) + b).mT @ v, "no transpose"),
    ("attend", lambda q, k, v, b: (soft(s(q, k) + b) @ v).transpose(1, 2).flatten(2), "heads apart"),
    ("attend", lambda q, k, v, b: v + soft(s(q, k) + b) @ v, "added outside"),
    ("attend", lambda q, k, v, b: soft(s(q, k)) @ v, "bias is missing"),
    ("attend", lambda q, k, v, b: soft(s(q, k) - b) @ v, "bias is added."),
    ("attend", lambda q, k, v, b: soft(s(q, k) * b) @ v, "not multiplied"),
    ("attend", lambda q, k, v, b: soft(s(q, k) + b.mT) @ v, "not transposed"),
    ("attend", lambda q, k, v, b: (soft(s(q, k)) + b) @ v, "before the softmax"),
    ("attend", lambda q, k, v, b: (s(q, k) + b) @ v, "no weights yet"),
    ("attend", lambda q, k, v, b: soft((s(q, k) + b).mT) @ v, "not k qᵀ"),
    ("attend", lambda q, k, v, b: soft(s(q, k) + b) @ k, "not the keys"),
    ("attend", lambda q, k, v, b: soft(s(q, k) + b) @ q, "not the queries"),
    ("attend", lambda q, k, v, b: soft(s(q, k) + b), "Those are the weights"),
    ("attend", lambda q, k, v, b: (s(q, k) + b).sigmoid() @ v, "not sigmoid"),
    ("attend", lambda q, k, v, b: soft(s(q, k) + b + v.mean()) @ v * 2, "2 and 1.5"),
    ("relative_index", lambda w: index(w, 0, 0, 2 * w - 1), "may be negative"),
    ("relative_index", lambda w: index(w, w - 1, 0, 2 * w - 1), "columns too"),
    ("relative_index", lambda w: index(w, 0, w - 1, 2 * w - 1), "rows too"),
    ("relative_index", lambda w: as_swin(w).T, "turned round"),
    ("relative_index", lambda w: index(w, w, w, 2 * w - 1), "smallest offset"),
    ("relative_index", lambda w: index(w, w - 1, w - 1, 2 * w), "0 is counted once"),
    ("relative_index", lambda w: index(w, w - 1, w - 1, w), "not window"),
    ("relative_index", lambda w: (offsets(w)[1] + w - 1) * (2 * w - 1) + offsets(w)[0] + w - 1, "Row by row"),
    ("relative_index", lambda w: sum(offsets(w)) + 2 * w - 2, "Different offsets"),
    ("relative_index", lambda w: offsets(w)[0].abs() * (2 * w - 1) + offsets(w)[1].abs(), "no absolute values"),
    ("relative_index", lambda w: index(w, 0, 2 * w - 2, 2 * w - 1), "Brackets"),
    ("relative_index", lambda w: (offsets(w)[0].abs() + w - 1) * (2 * w - 1) + offsets(w)[1].abs() + w - 1, "no absolute"),
    ("relative_index", lambda w: torch.arange(w)[:, None] - torch.arange(w) + w - 1, "window² cells"),
    ("relative_index", lambda w: torch.stack(offsets(w), -1), "One number"),
    ("relative_index", lambda w: torch.stack(offsets(w), -1) + w - 1, "One number"),
    ("relative_index", lambda w: as_swin(w) + 1, "have 0"),
    ("cost", lambda w, c: 2 * of(w**2, c, 3, 2), "counts once"),
    ("cost", lambda w, c: of(w**2, c, 4, 2), "landmark map itself"),
    ("cost", lambda w, c: of(w**2, c, 2, 2), "Two of three"),
    ("cost", lambda w, c: of(w**2, c, 1, 2), "take N·C·2C"),
    ("cost", lambda w, c: of(w**2, c, 0, 2), "linear layers are missing"),
    ("cost", lambda w, c: of(w**2, c, 3, 0), "cells with cells"),
    ("cost", lambda w, c: of(w**2, c, 3, 1), "weighted mean take"),
    ("cost", lambda w, c: 3 * w**2 * c**2 + 2 * w**4, "two vectors of channels"),
    ("cost", lambda w, c: 3 * c**2 + 2 * w**4 * c, "every cell"),
    ("cost", lambda w, c: of(w, c, 3, 2), "not window"),
    ("cost", lambda w, c: 3 * w**2 * c + 2 * w**4 * c, "C² for each cell"),
    ("cost", lambda w, c: of(w**2, c, 3, 0) * of(w**2, c, 0, 2), "are added"),
    ("cost", lambda w, c: of(w**2, c, 3, 3), "costs 5"),
]  # fmt: skip

t = torch.tensor
COLUMNS = (
    t([1.0, 0])[None, None, :, None],
    t([math.log(2), 0])[None, None, :, None],
    t([3.0, 0])[None, None, :, None],
)
EXAMPLES = [
    ("split_heads", "head 1 holds 3, 4", (t([[[1.0, 2, 3, 4]]]), 2), [[[[1.0, 2]], [[3, 4]]]]),
    ("attend", "2 and 1.5", (*COLUMNS, torch.zeros(1, 2, 2)), [[[[2.0], [1.5]]]]),
    ("relative_index", "have 0", (2,), [[4, 3, 1, 0], [5, 4, 2, 1], [7, 6, 4, 3], [8, 7, 5, 4]]),
    ("cost", "costs 5", (1, 1), 5),
    ("cost", "costs 5", (2, 1), 44),
]

TESTS = answer_tests("cross_attention", RIGHT, WRONG, EXAMPLES, OURS)
test_right, test_wrong, test_unwritten, test_examples = TESTS
