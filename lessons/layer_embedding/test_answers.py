"""The checks on the layer embedding pass on right answers and know the typical wrong ones; the toy needs a mark."""

import pytest
import torch
from torch import nn

from lessons.answer_tests import answer_tests
from lessons.layer_embedding import marks, toy
from lessons.layer_embedding.tokens import answers_changed, levels_of, logits_of, share_in_level_means
from poster_var_course.checks import run_check
from pvlib.data.drawn import draw_faces
from pvlib.models.layer_embedding import LayerEmbedding
from pvlib.runs.trained import load_trained


def marker(forward, rows=lambda levels, channels: nn.Parameter(torch.zeros(levels, 1, channels))):
    """A layer embedding with this `forward(tokens_of_levels, rows)`."""

    class Marker(nn.Module):
        def __init__(self, levels, channels):
            super().__init__()
            self.rows = rows(levels, channels)

        def forward(self, tokens_of_levels):
            return forward(tokens_of_levels, self.rows)

    return Marker


def added(levels, rows):
    return [level + row for level, row in zip(levels, rows, strict=True)]


def in_a_loop(levels, rows):
    marked = []
    for i in range(len(levels)):
        marked.append(levels[i] + rows[i].expand_as(levels[i]))
    return marked


def in_place(levels, rows):
    with torch.no_grad():
        for level, row in zip(levels, rows, strict=True):
            level += row
    return levels


def differs(one, other, tolerance=1e-4):
    return not torch.allclose(one, other, atol=tolerance)


def one_order(order):
    """Compares the answer for the tokens with that for one other order of them."""
    return lambda f, t: not differs(f(t), f(order(t)))


def all_swaps(f, t):
    n = t.shape[1]
    swaps = [[j if k == i else i if k == j else k for k in range(n)] for i in range(n) for j in range(i)]
    return not any(differs(f(t), f(t[:, swap])) for swap in swaps)


def each_face_its_own(f, t, repeats=30):
    for _ in range(repeats):
        order = torch.rand(t.shape[:2]).argsort(dim=1)
        if differs(f(t.gather(1, order[..., None].expand_as(t))), f(t)):
            return False
    return True


def several(order, same=lambda one, other: not differs(one, other)):
    return lambda f, t: all(same(f(t), f(order(t))) for _ in range(30))


def shuffled(dim):
    return lambda t: t.index_select(dim, torch.randperm(t.shape[dim]))


def folded(rows, positions, n, of_cls=None, spread=None):
    new = positions.clone()
    new[0, 1:] += (spread or (lambda r: r.repeat_interleave(n, dim=0)))(rows[:, 0])
    if of_cls is not None:
        new[0, 0] += of_cls(rows[:, 0])
    return new


def by_level(rows, positions, n):
    places = positions[:, 1:].unflatten(1, (len(rows), n)) + rows[None]
    return torch.cat([positions[:, :1], places.flatten(1, 2)], dim=1)


def shuffling_in_place(f, t):
    before = f(t)
    for _ in range(30):
        t[:] = shuffled(1)(t)
        if differs(f(t), before):
            return False
    return True


class WithNorm(marker(added)):
    def __init__(self, levels, channels):
        super().__init__(levels, channels)
        self.norm = nn.LayerNorm(channels)


RIGHT = [
    ("layer_embedding", marker(added)),
    ("layer_embedding", marker(in_a_loop)),
    ("layer_embedding", marker(lambda levels, rows: tuple(map(torch.add, levels, rows)))),
    ("invariant", all_swaps),
    ("invariant", each_face_its_own),
    ("invariant", several(shuffled(1))),
    ("invariant", shuffling_in_place),
    ("absorb", folded),
    ("absorb", by_level),
    ("absorb", lambda r, p, n: torch.cat([p[:, :1], p[:, 1:] + r[:, 0].repeat_interleave(n, 0)], dim=1)),
]

WRONG = [
    ("layer_embedding", LayerEmbedding(3, 4), "without calling it"),
    ("layer_embedding", marker(added, lambda levels, channels: torch.zeros(levels, 1, channels)), "are learnt"),
    ("layer_embedding", marker(added, lambda levels, c: nn.Parameter(torch.zeros(levels, c))), "the 1 stands"),
    ("layer_embedding", marker(added, lambda levels, c: nn.Parameter(torch.randn(levels, 1, c))), "zero at first"),
    ("layer_embedding", marker(lambda levels, rows: torch.cat(added(levels, rows), dim=1)), "join later"),
    ("layer_embedding", marker(lambda levels, rows: [torch.cat(levels, dim=1) + rows.sum(0)]), "join later"),
    ("layer_embedding", marker(lambda levels, rows: None), "`return` missing"),
    ("layer_embedding", marker(lambda levels, rows: levels), "as they were"),
    ("layer_embedding", marker(lambda levels, rows: [level + rows.sum(0) for level in levels]), "its own row"),
    ("layer_embedding", marker(lambda levels, rows: [level + rows[0] for level in levels]), "always the first"),
    ("layer_embedding", marker(lambda levels, rows: added(levels, rows.flip(0))), "turned round"),
    ("layer_embedding", marker(lambda levels, rows: added(levels, rows.roll(-1, 0))), "of the next level"),
    ("layer_embedding", marker(added, lambda n, c: nn.Parameter(torch.zeros(n, 1, c), False)), "requires_grad=False"),
    ("layer_embedding", WithNorm, "all that is learnt"),
    ("layer_embedding", marker(lambda levels, rows: list(map(torch.mul, levels, rows))), "not multiplied"),
    ("layer_embedding", marker(in_place), "not tokens += row"),
    ("layer_embedding", marker(lambda levels, rows: added(levels, rows.detach())), "would not learn"),
    ("layer_embedding", marker(lambda levels, rows: added(levels, 2 * rows)), "(11, 22)"),
    ("invariant", one_order(lambda t: t.flip(1)), "read backwards"),
    ("invariant", one_order(lambda t: t.roll(1, dims=1)), "ring"),
    ("invariant", one_order(lambda t: torch.cat([t[:, 1:2], t[:, :1], t[:, 2:]], dim=1)), "first two may"),
    ("invariant", one_order(lambda t: t), "never asked about another order"),
    ("invariant", lambda f, t: True, "never asked about another order"),
    ("invariant", several(shuffled(0)), "dim 0 is the faces"),
    ("invariant", several(shuffled(2)), "channels changed places"),
    ("invariant", several(shuffled(1), torch.equal), "last digits"),
    ("invariant", several(shuffled(1), lambda a, b: not differs(a, b, 0.2)), "no rounding"),
    ("invariant", several(shuffled(1), torch.allclose), "default is 1e-8"),
    ("invariant", several(lambda t: t.sort(dim=1)[0]), "keeps its own numbers"),
    ("invariant", several(shuffled(1), lambda a, b: bool((a - b).max() < 1e-4)), "sign: allclose does"),
    ("invariant", several(shuffled(1), lambda a, b: bool((b - a).max() < 1e-4)), "sign: allclose does"),
    ("invariant", several(shuffled(1), lambda a, b: bool((a - b).mean().abs() < 1e-4)), "differences cancel"),
    ("invariant", lambda f, t: not several(shuffled(1))(f, t), "True where nothing changes"),
    ("invariant", lambda f, t: (f(t) - f(shuffled(1)(t))).abs() < 1e-4, "Return a bool"),
    ("invariant", lambda f, t: several(lambda s: s[:, torch.randperm(s.shape[1])[1:]])(f, t), "all tokens"),
    ("absorb", lambda r, p, n: folded(r, p, n, spread=lambda e: e.repeat(n, 1)), "repeat_interleave"),
    ("absorb", lambda r, p, n: folded(r, p, n, of_cls=lambda e: e[0]), "CLS belongs to no level"),
    ("absorb", lambda r, p, n: folded(r, p.roll(1, 1), n).roll(-1, 1), "begin at place 1"),
    ("absorb", lambda r, p, n: folded(r, p, n)[:, 1:], "CLS is missing"),
    ("absorb", lambda r, p, n: folded(r, p, n)[0], "first dimension"),
    ("absorb", lambda r, p, n: folded(-r, p, n), "not subtracted"),
    ("absorb", lambda r, p, n: folded(r, 0 * p, n), "positions themselves"),
    ("absorb", lambda r, p, n: folded(r, p, n, spread=lambda e: e.sum(0)), "own level"),
    ("absorb", lambda r, p, n: p, "as they were"),
    ("absorb", lambda r, p, n: folded(2 * r, p, n), "0, 11, 21, 32, 42"),
]  # fmt: skip

EXAMPLES = [
    (
        "absorb",
        "0, 11, 21, 32, 42",
        (torch.tensor([[[1.0]], [[2.0]]]), torch.arange(0, 50, 10.0).view(1, 5, 1), 2),
        [[[0], [11], [21], [32], [42]]],
    )
]
OURS = {"layer_embedding": LayerEmbedding, "invariant": marks.invariant, "absorb": marks.absorb}

test_right, test_wrong, test_unwritten, test_examples = answer_tests(
    "layer_embedding", RIGHT, WRONG, EXAMPLES, OURS
)


def test_an_answer_that_tries_one_random_order_is_found_out_with_two_tokens():
    once = one_order(shuffled(1))
    assert run_check("layer_embedding.invariant", once).status == "wrong"


def test_a_set_function_names_at_best_the_most_frequent_of_three_letters():
    counts = [
        3 if a == b == c else 2 if len({a, b, c}) == 2 else 1
        for a in range(4)
        for b in range(4)
        for c in range(4)
    ]
    assert sum(counts) / len(counts) / 3 == pytest.approx(toy.BEST_OF_A_SET)


def test_tokens_lead_to_the_networks_own_answers():
    trained, images = load_trained(), draw_faces(4, seed=1).images
    network = trained.network
    with torch.no_grad():
        tokens = network.fusion_norm(torch.cat(network.layer_embedding(levels_of(trained, images)), dim=1))
        expected = network(trained.network_input(images))
    torch.testing.assert_close(logits_of(network, tokens), expected)
    assert answers_changed(expected, expected.roll(1, dims=1)) == 4


def test_a_change_that_is_one_row_a_level_lies_in_the_levels_means_and_noise_does_not():
    rows = torch.randn(3, 1, 5).repeat_interleave(9, dim=0).transpose(0, 1)  # (1, 27, 5)
    assert share_in_level_means(rows.expand(40, -1, -1)) == pytest.approx(1)
    assert share_in_level_means(torch.randn(40, 27, 5)) < 0.05
