"""Answer checks of the lesson on the layer embedding: rows for levels, sets of tokens, rows folded into positions."""

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor, nn

from lessons.layer_embedding import marks
from poster_var_course.checks import answer, beside_answer, expect, expect_close
from pvlib.models.layer_embedding import LayerEmbedding

LEVELS, CHANNELS = 3, 4
ZERO_AT_FIRST = "As released, the rows are zero at first: torch.zeros."
PARAMETER = "The rows are learnt: self.rows = nn.Parameter(…), with the shape (levels, 1, channels)."


@answer(
    "layer_embedding.layer_embedding",
    hints=(
        "One row of numbers for each level, learnt. Which PyTorch class makes a tensor that an optimiser trains?",
        "self.rows = nn.Parameter(torch.zeros(levels, 1, channels)); in forward, level i gets rows[i].",
        "return [tokens + row for tokens, row in zip(tokens_of_levels, self.rows)]",
    ),
)
def layer_embedding(yours):
    """a learnt row for the tokens of each level"""
    kind, parameters = _parameters_of(yours)
    if kind == "object":
        expect(False, "Expected a class, got an object.", "Hand in the class itself, without calling it.")
    expect(
        "rows" not in parameters or len(parameters) == 1,
        f"Expected one parameter, rows, found {', '.join(parameters)}.",
        "The rows are all that is learnt here: norms and the like come later.",
    )
    expect(
        list(parameters) == ["rows"],
        f"Expected one parameter, rows, found {', '.join(parameters) or 'none'}.",
        PARAMETER,
    )
    expect(
        tuple(parameters["rows"].shape) == (LEVELS, 1, CHANNELS),
        f"Expected rows of shape {(LEVELS, 1, CHANNELS)}, found {tuple(parameters['rows'].shape)}.",
        "(levels, 1, channels): the 1 stands for the tokens of a level, which all get the same row.",
    )
    expect(parameters["rows"].abs().max() == 0, "Expected rows of zeros at first.", ZERO_AT_FIRST)
    levels = [torch.randn(2, count, CHANNELS) for count in (5, 2, 3)]  # of different length
    rows = torch.randn(LEVELS, 1, CHANNELS)
    marked, touched, gradient = _marked(yours, rows, levels)
    joined = "Mark first, join later: a list comes in, and a list of the same shapes goes out."
    expect(marked is not None, "forward returned None.", "Is `return` missing in forward?")
    expect(isinstance(marked, list), f"Expected a list of tensors, got {type(marked).__name__}.", joined)
    expect(len(marked) == LEVELS, f"Expected {LEVELS} tensors, got {len(marked)}.", joined)
    ours = LayerEmbedding(LEVELS, CHANNELS)
    with torch.no_grad():
        ours.rows.copy_(rows)
        wanted = ours(levels)
    for number, (got, right, plain) in enumerate(zip(marked, wanted, levels, strict=True)):
        expect_close(
            got,
            right,
            f"For the {plain.shape[1]} tokens of level {number + 1}",
            mistakes=[
                (plain, "The tokens came back as they were: add the row."),
                (plain + rows.sum(dim=0), "Each level gets its own row, not the sum of all."),
                (plain + rows[0], "Each level gets its own row, not always the first."),
                (plain + rows[LEVELS - 1 - number], "The rows are in the order of the levels; yours are turned round."),
                (plain + rows[(number + 1) % LEVELS], "Level i gets rows[i]; yours gets the row of the next level."),
                (plain * rows[number], "The row is added, not multiplied."),
                (plain - rows[number], "The row is added, not subtracted."),
                (plain + rows[number].mean(), "The row has a number for each channel; add it as it is."),
                (torch.cat([rows[number].expand(len(plain), 1, -1), plain], dim=1),
                 "No new token: the row is added to each token that is there."),
            ],
            hint="By hand: a token (1, 2) of a level with the row (10, 20) becomes (11, 22).",
        )  # fmt: skip
    expect(
        not touched,
        "The tokens that came in were changed.",
        "Compute new tensors: tokens + row, not tokens += row.",
    )
    expect(
        gradient is not None and bool((gradient != 0).all()),
        "Expected a gradient for each row, and there is none.",
        "The values are right, but the rows would not learn: no .data, .detach(), no_grad or requires_grad=False.",
    )


@beside_answer
def _parameters_of(yours: Any) -> tuple[str, dict[str, Tensor]]:
    """Whether it is a class or an object, and the parameters of a new object by name."""
    if isinstance(yours, nn.Module):
        return "object", {}
    made = yours(LEVELS, CHANNELS)
    return "class", {name: one.detach() for name, one in made.named_parameters()}


@beside_answer
def _marked(yours: Any, rows: Tensor, levels: list[Tensor]) -> tuple[Any, bool, Tensor | None]:
    """What an object with these rows makes of the tokens, whether it changed them, and the gradient of its rows."""
    made = yours(LEVELS, CHANNELS)
    with torch.no_grad():
        made.rows.copy_(rows)
    given = [one.clone() for one in levels]
    marked = made(given)
    touched = any(not torch.equal(one, before) for one, before in zip(given, levels, strict=True))
    marked = list(marked) if isinstance(marked, tuple) else marked
    if not isinstance(marked, list) or not all(isinstance(one, Tensor) for one in marked):
        return (marked.detach() if isinstance(marked, Tensor) else marked), touched, None
    total = sum(one.sum() for one in marked)
    gradient = torch.autograd.grad(total, made.rows)[0] if total.requires_grad else None
    return [one.detach() for one in marked], touched, gradient


SEVERAL = "Try several random orders: all must give the same."
ABS = "allclose does, or .abs().max()."
FUNCTIONS: dict[str, tuple[Callable[[Tensor], Tensor], int]] = {  # and how many tokens it is asked about
    "the largest number of each channel": (lambda t: t.amax(dim=1), 6),
    "the sum of 60 tokens, each less their mean": (
        lambda t: (t - t.mean(dim=1, keepdim=True)).sum(dim=1),
        60,
    ),
    "the sum over the tokens of channel 1 times channel 2": (lambda t: (t[..., 0] * t[..., 1]).sum(dim=1), 6),
    "the first of six tokens": (lambda t: t[:, 0], 6),
    "the sum of six tokens weighted by 1, 2, 3, 3, 2, 1": (
        lambda t: (t * torch.tensor([1.0, 2, 3, 3, 2, 1])[:, None]).sum(dim=1),
        6,
    ),
    "the sum over neighbours of t_j · t_{j+1}, in a ring": (
        lambda t: (t * t.roll(1, dims=1)).sum(dim=1),
        6,
    ),
    "a sum without the first two of six tokens": (lambda t: t[:, 2:].sum(dim=1), 6),
    "a mean in which the first token counts 1 % more": (lambda t: t.mean(dim=1) + 0.01 * t[:, 0], 6),
    "minus the first of six tokens": (lambda t: -t[:, 0], 6),
    "the first of six tokens, and minus it": (lambda t: torch.stack([t[:, 0], -t[:, 0]]), 6),
}


@answer(
    "layer_embedding.invariant",
    hints=(
        "Call the function once with the tokens as they are, and again with another order of dim 1. Compare.",
        "order = torch.randperm(tokens.shape[1]); tokens[:, order]; torch.allclose(…, …, atol=1e-4). Several orders.",
        "return all(torch.allclose(function(tokens[:, torch.randperm(tokens.shape[1])]), function(tokens), atol=1e-4) "
        "for _ in range(20))",
    ),
)
def invariant(yours):
    """whether a function reads its tokens as a set"""
    for name, verdict, words in zip(
        FUNCTIONS,
        (True, True, True, *[False] * 7),
        (
            "A maximum does not depend on the order: True where nothing changes.",
            "A sum in another order differs in its last digits: allclose with atol=1e-4 (its default is 1e-8), not equal.",
            "Each token keeps its own numbers: their order alone changes, tokens[:, order].",
            f"Exchange the first token with another one: it changes. Compare differences without their sign: {ABS}",
            f"One order is not enough: read backwards, these weights are the same. {SEVERAL}",
            f"One order is not enough: a ring stays a ring when all tokens move by one. {SEVERAL}",
            f"One order is not enough: the first two may change places. {SEVERAL}",
            "1 % is no rounding: atol=1e-4 is asked for.",
            f"Compare the size of each difference, without its sign: {ABS}",
            f"Compare each number; in a mean, differences cancel: {ABS}",
        ),
        strict=True,
    ):
        tokens = torch.randn(3, FUNCTIONS[name][1], 5)
        if "first of six" in name:
            # every other order makes the first larger: a signed difference fails
            tokens = tokens.sort(dim=1).values
        said, tried = _verdict(yours, name, tokens)
        expect(said is not None, f"For {name}: got None.", "Is `return` missing?")
        expect(
            isinstance(said, bool),
            f"For {name}: expected True or False, got {said!r}.",
            "Return a bool: one answer.",
        )
        wrong = _what_was_tried(tokens, tried) or words
        expect(said == verdict, f"For {name}: expected {verdict}, got {said}.", wrong)
    # of two tokens half of all random orders change nothing
    tokens = torch.randn(3, 2, 5)
    for _ in range(20):
        said, _ = _verdict(yours, "the first of six tokens", tokens)
        expect(
            said is False,
            f"For the first of two tokens, asked 20 times: expected False each time, got {said}.",
            "Half of the random orders of two tokens change nothing: try several orders, all must agree.",
        )


@beside_answer
def _verdict(yours: Callable[..., Any], name: str, tokens: Tensor) -> tuple[Any, list[Tensor]]:
    """The answer on a function of this name, and what the function was asked, first to last (20 at most)."""
    tried: list[Tensor] = []

    def watched(given: Tensor) -> Tensor:
        if len(tried) < 20:
            tried.append(given.detach().clone())
        return FUNCTIONS[name][0](given).clone()  # no view of what may be changed later

    said = yours(watched, tokens.clone())
    if isinstance(said, Tensor) and said.dtype == torch.bool and said.numel() == 1:
        said = bool(said)
    plain = said if isinstance(said, bool | None) else getattr(said, "tolist", lambda: str(said))()
    return plain, tried


def _what_was_tried(tokens: Tensor, tried: list[Tensor]) -> str:
    """What is wrong with the orders that the function was asked about, where something is."""
    others = [given for given in tried if given.shape == tokens.shape and not torch.equal(given, tokens)]
    if any(given.shape != tokens.shape for given in tried):
        return "The function wants all tokens of all faces: (faces, N, channels), in another order of N."
    if not others:
        return "The function was never asked about another order of the tokens."
    same_tokens = [
        torch.allclose(given.sum(dim=1), tokens.sum(dim=1), atol=1e-4)
        and torch.equal(given.sum(dim=2).sort(dim=1)[0], tokens.sum(dim=2).sort(dim=1)[0])
        for given in others
    ]
    if all(same_tokens):
        return ""
    if all(torch.allclose(given.sum(dim=0), tokens.sum(dim=0), atol=1e-4) for given in others):
        return "The faces changed places: dim 0 is the faces, the tokens are dim 1."
    if all(torch.allclose(given.sum(dim=2), tokens.sum(dim=2), atol=1e-4) for given in others):
        return "The channels changed places: the tokens are dim 1, tokens[:, order]."
    return "Each token keeps its own numbers; only their order changes: tokens[:, order]."


@answer(
    "layer_embedding.absorb",
    hints=(
        "Token j gets e_i and p_j, where i is its level. Which p'_j alone gives the same sum?",
        "Each row is needed for all tokens of its level: rows.repeat_interleave(tokens_per_level, dim=0). CLS gets none.",
        "new = positions.clone(); new[0, 1:] += rows[:, 0].repeat_interleave(tokens_per_level, dim=0); return new",
    ),
)
def absorb(yours):
    """rows folded into the positions"""
    for levels, each in ((3, 2), (2, 3)):
        rows, positions = torch.randn(levels, 1, CHANNELS), torch.randn(1, 1 + levels * each, CHANNELS)
        flat, cls = rows[:, 0], positions[:, :1]
        right = flat.repeat_interleave(each, dim=0)  # (tokens, channels)

        def on(added: Tensor, cls: Tensor = cls, positions: Tensor = positions) -> Tensor:
            return torch.cat([cls, positions[:, 1:] + added], dim=1)

        # CLS shifted with the tokens: the rows begin one place too early, and one is left over
        early = torch.cat([right, right[-1:]])
        expect_close(
            yours(rows, positions, each),
            marks.absorb(rows, positions, each),
            f"For {levels} levels of {each} tokens",
            mistakes=[
                (on(flat.repeat(each, 1)), "repeat gives e1, e2, e1, e2 …; the tokens of a level stand together: "
                 "repeat_interleave."),
                (positions + early, "The first position is that of CLS, which belongs to no level: leave it as it is."),
                (positions + torch.cat([flat[:1], right]), "CLS belongs to no level: it gets no row."),
                (torch.cat([positions[:, :-1] + right, positions[:, -1:]], dim=1),
                 "CLS stands first: the tokens begin at place 1, and yours at place 0."),
                (on(right)[:, 1:], "The position of CLS is missing: it comes back first, as it was."),
                (on(right)[0], "The first dimension of positions, 1, is kept."),
                (on(-right), "The rows are added to the positions, not subtracted."),
                (torch.cat([cls, right[None]], dim=1), "The positions themselves are missing: p'_j = p_j + e_i."),
                (torch.cat([0 * cls, right[None]], dim=1), "The positions themselves are missing: p'_j = p_j + e_i."),
                (on(flat.sum(dim=0)), "Each token gets the row of its own level, not all of them."),
                (on(flat.flip(0).repeat_interleave(each, dim=0)), "Level 1 stands first; your levels are turned round."),
                (positions, "Those are the positions as they were: add to each the row of its level."),
            ],
            hint="By hand, one channel: rows 1, 2, two tokens each, positions 0, 10, 20, 30, 40 give 0, 11, 21, 32, 42.",
        )  # fmt: skip
