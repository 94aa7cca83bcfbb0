"""Answer checks of cross-attention."""

import torch

from poster_var_course.checks import answer, expect_close

WIDTH_LAST = "(-1, head_dim): the last dimension of the cut is head_dim, not the number of heads."
ONE_NUMBER = "One number is wanted for each pair: row offset · (2·window − 1) + column offset."


@answer(
    "cross_attention.split_heads",
    hints=(
        "Two steps: cut the last dimension into (heads, head_dim), then bring the heads in front of the cells.",
        "tokens.unflatten(-1, (-1, head_dim)) has shape (batch, N, heads, head_dim). Which two dimensions change places?",
        "return tokens.unflatten(-1, (-1, head_dim)).transpose(1, 2)",
    ),
)
def split_heads(yours):
    """tokens cut into heads"""
    for batch, cells, heads, width in ((2, 5, 3, 4), (1, 6, 2, 3), (2, 4, 4, 4)):
        tokens = torch.randn(batch, cells, heads * width)
        cut = tokens.reshape(batch, cells, heads, width)
        expected = torch.stack([tokens[..., h * width : (h + 1) * width] for h in range(heads)], dim=1)
        other = tokens.reshape(batch, cells, width, heads)
        expect_close(
            yours(tokens, width),
            expected,
            f"For {batch} faces of {cells} cells and {heads} heads of {width}",
            mistakes=[
                (tokens.reshape(batch, heads, cells, width),
                 "The heads got mixed: a view in the right shape keeps the order in memory, so row 1 of head 0 holds "
                 "channels of cell 0. Cut first, then transpose."),
                (tokens.transpose(1, 2).reshape(expected.shape),
                 "Cells and channels got mixed: cut the channels first, then bring the heads in front."),
                (cut, "Cut rightly; now the heads must stand before the cells: (batch, heads, N, head_dim)."),
                (expected.transpose(0, 1), "The batch stays first: (batch, heads, N, head_dim)."),
                (expected.transpose(2, 3), "The last two dimensions have changed places: (…, N, head_dim)."),
                (other.permute(0, 3, 1, 2), "Every head takes neighbouring channels: the first head_dim belong to head 0."),
                (other.transpose(1, 2), WIDTH_LAST),
                (other.permute(0, 2, 1, 3), WIDTH_LAST),
                (cut.mean(dim=2, keepdim=True).transpose(1, 2), "Nothing is averaged: each head keeps its own channels."),
            ],
            hint="By hand: one cell with channels 1, 2, 3, 4 and head_dim 2: head 0 holds 1, 2 and head 1 holds 3, 4.",
        )  # fmt: skip


@answer(
    "cross_attention.attend",
    hints=(
        "Three steps: scores q kᵀ/√d + b, a softmax over the keys, a weighted mean of the values.",
        "key.transpose(-2, -1) is (batch, heads, d, N), and query @ that (batch, heads, N, N): keys are last.",
        "scores = query @ key.transpose(-2, -1) / query.shape[-1] ** 0.5 + bias; "
        "return torch.softmax(scores, dim=-1) @ value",
    ),
)
def attend(yours):
    """the answer of the values to the queries (equation 1)"""
    for batch, heads, cells, width in ((2, 3, 5, 4), (1, 2, 3, 9), (2, 2, 4, 4)):
        query, key, value = torch.randn(3, batch, heads, cells, width)
        bias = torch.randn(heads, cells, cells)
        plain = torch.einsum("bhid,bhjd->bhij", query, key)
        scores = plain / width**0.5

        def by(scores, values=value, dim=-1):
            return torch.einsum("bhij,bhjd->bhid", weights_of(scores, dim), values)

        expected = by(scores + bias)
        expect_close(
            yours(query, key, value, bias),
            expected,
            f"For {batch} faces, {heads} heads, {cells} cells and d = {width}",
            mistakes=[
                (by(plain + bias), "The scores are divided by √d before the bias is added."),
                (by(plain / width + bias), "Divide by √d, not by d."),
                (by(plain * width**0.5 + bias), "Divide by √d instead of multiplying."),
                (by((plain + bias) / width**0.5), "Brackets: only q kᵀ is divided by √d, the bias is not."),
                (by((plain + bias) / width), "Only q kᵀ is divided, and by √d, not by d."),
                (by(plain / cells**0.5 + bias), "d is the width of a head, the last dimension, not the number of cells."),
                (by(plain / heads**0.5 + bias), "d is the width of a head, the last dimension."),
                (by(scores + bias, dim=-2), "The weights of each *query* sum to 1: softmax over the keys (last)."),
                (by(scores + bias, dim=0), "dim=0 is the batch: softmax over the keys, the last dimension."),
                (by(scores + bias, dim=1), "dim=1 is the heads here: softmax over the keys, the last dimension."),
                (by(scores), "The position bias is missing."),
                (by(scores - bias), "The bias is added."),
                (by(scores * bias), "The bias is added, not multiplied."),
                (by(scores + bias.transpose(1, 2)), "Row i of the bias belongs to query i: it is not transposed."),
                (by(weights_of(scores) + bias), "One softmax: the bias is added to the scores, not to their softmax."),
                (weights_of(scores + bias).mT @ value, "Row i of the weights belongs to query i: no transpose."),
                (expected.transpose(1, 2).flatten(2), "Keep the heads apart: the class below puts them together."),
                (expected + value, "Return the answer alone; the shortcut is added outside."),
                ((weights_of(scores) + bias) @ value,
                 "Add the bias to the scores, before the softmax: else rows do not sum to 1."),
                ((scores + bias) @ value, "Scores are no weights yet: softmax makes each row sum to 1."),
                (by((scores + bias).transpose(-2, -1)), "Rows are queries: q kᵀ, not k qᵀ."),
                (by(scores + bias, key), "The weights average the values, not the keys."),
                (by(scores + bias, query), "The weights average the values, not the queries."),
                (weights_of(scores + bias), "Those are the weights; the answer is their mean of the values."),
                (torch.sigmoid(scores + bias) @ value, "Softmax, not sigmoid: the weights of a query sum to 1."),
            ],
            hint="By hand: one head, d = 1, query 1, 0, key ln 2, 0, value 3, 0, no bias: the answers are 2 and 1.5.",
        )  # fmt: skip


def weights_of(scores, dim=-1):
    return scores.exp() / scores.exp().sum(dim=dim, keepdim=True)


@answer(
    "cross_attention.relative_index",
    hints=(
        "Write down row and column of each cell; subtract for every pair; then make one number of two.",
        "Offsets lie between −(w−1) and w−1. Add w−1, so that they begin at 0; a row of offsets has 2w−1 of them.",
        "cells = torch.cartesian_prod(torch.arange(window), torch.arange(window)); offset = cells[:, None] - cells[None] "
        "+ window - 1; return offset[..., 0] * (2 * window - 1) + offset[..., 1]",
    ),
)
def relative_index(yours):
    """the number of the offset of each pair of cells"""
    for window in (2, 3, 5):
        place = torch.arange(window)
        cells = torch.cartesian_prod(place, place)
        down, right = (cells[:, None] - cells[None]).unbind(dim=-1)
        shift, across = window - 1, 2 * window - 1
        expected = torch.tensor([
            [(i // window - j // window + shift) * across + i % window - j % window + shift for j in range(window**2)]
            for i in range(window**2)
        ])  # fmt: skip
        expect_close(
            yours(window),
            expected,
            f"For a window of {window} × {window}",
            mistakes=[
                (down * across + right, "Offsets may be negative, rows of a table may not: add window − 1 to both."),
                ((down + shift) * across + right, "Both offsets are shifted by window − 1, that of the columns too."),
                (down * across + right + shift, "Both offsets are shifted by window − 1, that of the rows too."),
                (expected.T, "Cell i minus cell j: row i of the index belongs to query i. Yours is turned round."),
                ((down + window) * across + right + window, "Shift by window − 1: the smallest offset is −(window − 1)."),
                ((down + shift) * (across + 1) + right + shift,
                 "There are 2·window − 1 offsets in a row, since 0 is counted once."),
                ((down + shift) * window + right + shift, "A row of *offsets* has 2·window − 1 of them, not window."),
                ((right + shift) * across + down + shift, "Row by row: the offset of the rows is multiplied."),
                (down + right + 2 * shift, "Different offsets get different numbers: multiply one before you add."),
                (down * across + right + 2 * shift, "Brackets: (row offset + window − 1) · (2·window − 1) + …"),
                ((down.abs() + shift) * across + right.abs() + shift,
                 "Left and right are different offsets: no absolute values."),
                (down.abs() * across + right.abs(), "Left and right are different offsets: no absolute values."),
                (place[:, None] - place[None] + shift, "There are window² cells: every pair of them has an entry."),
                (torch.stack([down, right], dim=-1), ONE_NUMBER),
                (torch.stack([down, right], dim=-1) + shift, ONE_NUMBER),
            ],
            hint="By hand: window 2. A cell with itself has number 4; cells 0 and 3 have 0, cells 3 and 0 have 8.",
        )  # fmt: skip


@answer(
    "cross_attention.cost",
    hints=(
        "N = window² tokens. Write each of the four steps as a matrix product with its three sizes.",
        "Keys and values N·C·2C; scores N·C·N over all heads; weighted mean N·N·C; last layer N·C·C.",
        "cells = window**2; return 3 * cells * channels**2 + 2 * cells**2 * channels",
    ),
)
def cost(yours):
    """the multiply-adds of one level"""
    for window, channels in ((28, 64), (7, 256), (3, 128)):
        n, c = window**2, channels
        expected = 3 * n * c**2 + 2 * n**2 * c
        expect_close(
            yours(window, channels),
            float(expected),
            f"For {window} × {window} cells and {channels} channels",
            mistakes=[
                (2.0 * expected, "Multiply-adds are wanted: one multiplication with its addition counts once."),
                (4.0 * n * c**2 + 2 * n**2 * c, "Queries have no linear layer here: they are the landmark map itself."),
                (2.0 * n * c**2 + 2 * n**2 * c, "Two of three linear maps: keys, values and the last layer take N·C² each."),
                (1.0 * n * c**2 + 2 * n**2 * c, "Keys and values together take N·C·2C."),
                (2.0 * n**2 * c, "The linear layers are missing: keys and values (C → 2C) and the last one (C → C)."),
                (3.0 * n * c**2, "The products of cells with cells are missing: scores and weighted mean."),
                (3.0 * n * c**2 + n**2 * c, "Scores *and* weighted mean take N·N·C each."),
                (3.0 * n * c**2 + 2 * n**2, "A score is a product of two vectors of channels: N·N·C over all heads."),
                (3.0 * c**2 + 2 * n**2 * c, "A linear layer works on every cell: N·C·C, not C·C."),
                (3.0 * window * c**2 + 2 * window**2 * c, "There are window² cells, not window."),
                (3.0 * n * c + 2 * n**2 * c, "A linear layer C → C takes C² for each cell."),
                (3.0 * n * c**2 * 2 * n**2 * c, "The steps follow each other: their costs are added."),
            ],
            hint="By hand: one cell with one channel costs 5, four cells (window 2) with one channel 44.",
        )  # fmt: skip
