"""Switch parts of a trained network off, or feed them something else, and see which answers change.

This says what *these* weights use. It does not say what a network reaches that was trained without the part:
that one could learn another way.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from difflib import get_close_matches
from typing import Any

import torch
from torch import Tensor, nn

from pvlib.errors import CourseError, shown
from pvlib.models.poster import Poster
from pvlib.models.queries import of_the_face_before

CHOICES = {
    "attention": ("own", "off", "other_face", "zero", "random"),
    "rows": ("own", "zero", "next_level"),
    "positions": ("own", "zero", "shuffled"),
    "gate": ("own", "mean", "one", "other_face"),
}


@contextmanager
def switched(
    network: Poster,
    *,
    attention: str = "own",
    levels: Sequence[int] = (1, 2, 3),
    rows: str = "own",
    positions: str = "own",
    gate: str = "own",
    level_means: Sequence[int] = (),
    seed: int = 0,
) -> Iterator[Poster]:
    """Within the context, the network answers with these parts switched; its weights never change.

    Args:
        attention: what asks the image in the cross-attention of these ``levels`` (1 is the finest). "off": nothing
            is added to the image's tokens; "other_face": the landmarks of the face before it in the batch;
            "zero": queries of zeros, so that only the learnt biases are left; "random": normal noise as large
            as the queries.
        rows: of the layer embedding (equation 3). "zero": none; "next_level": each level gets the next one's.
        positions: of the tokens behind CLS. "zero": none, so that they are a set; "shuffled": each gets
            another's, the same exchange for every face. Both up to rounding.
        gate: of the squeeze-and-excitation (equation 4). "one": features pass as they are; "mean": all faces get
            their batch's mean gate; "other_face": that of the face before it in the batch.
        level_means: levels whose map after the cross-attention is replaced by its mean over the batch, so that
            nothing of the face passes through them.
        seed: of "random" and "shuffled"; every forward pass gets the same.

    Raises:
        CourseError: for no Poster, an unknown choice or level, or a part that the network does not have; in the
            forward pass, for the other face of a batch of one.
    """
    if not isinstance(network, Poster):
        raise CourseError(f"only the parts of a Poster can be switched, not of a {type(network).__name__}")
    asked = {"attention": attention, "rows": rows, "positions": positions, "gate": gate}
    for part, choice in asked.items():
        if choice not in CHOICES[part]:
            near = get_close_matches(str(choice), CHOICES[part], n=1, cutoff=0)[0]
            raise CourseError(f"{part}={shown(choice)} is no switch; did you mean {near!r}?")
    for chosen in (levels, level_means):
        if not set(chosen) <= {1, 2, 3}:
            raise CourseError(f"the network has the levels 1, 2 and 3, not {shown(chosen)}")
    size = network.size
    for part, there, name in [
        ("attention", size.queries != "none", "cross-attention"),
        ("rows", size.layer_embedding, "layer embedding"),
        ("positions", size.position_embedding, "position embedding"),
        ("gate", size.squeeze_excite, "squeeze-and-excitation"),
    ]:
        if asked[part] != "own" and not there:
            raise CourseError(f"this network has no {name}, so it has no {part} to switch")
    attentions = [network.get_submodule(f"levels.{level - 1}.attention") for level in levels]
    hooks = []
    try:
        if attention == "off":
            hooks += [part.register_forward_hook(_nothing) for part in attentions]
        elif attention != "own":
            hooks += [part.register_forward_pre_hook(_asking(attention, seed)) for part in attentions]
        if rows != "own":
            hooks.append(network.layer_embedding.register_forward_hook(_rows_of(rows)))
        if positions != "own":
            hooks.append(network.encoder.blocks.register_forward_pre_hook(_moved(network, positions, seed)))
        if gate != "own":
            hooks.append(network.squeeze_excite.register_forward_hook(_gated(gate)))
        hooks += [network.levels[level - 1].register_forward_hook(_mean) for level in level_means]
        yield network
    finally:
        for hook in hooks:
            hook.remove()


def _nothing(_attention: nn.Module, _inputs: tuple[Tensor, ...], answer: Tensor) -> Tensor:
    return torch.zeros_like(answer)


def _mean(_level: nn.Module, _inputs: tuple[Tensor, ...], fused: Tensor) -> Tensor:
    return fused.mean(dim=0, keepdim=True).expand_as(fused)  # (batch, M, M, channels)


def _asking(attention: str, seed: int) -> Callable[..., tuple[Tensor, Tensor]]:
    def ask(_attention: nn.Module, inputs: tuple[Tensor, Tensor]) -> tuple[Tensor, Tensor]:
        image_tokens, query = inputs  # (batch, N, channels) each
        if attention == "other_face":
            return image_tokens, of_the_face_before(query)
        if attention == "zero":
            return image_tokens, torch.zeros_like(query)
        noise = torch.randn(query.shape, generator=torch.Generator().manual_seed(seed)).to(query)
        return image_tokens, noise * query.square().mean().sqrt()

    return ask


def _rows_of(rows: str) -> Callable[..., list[Tensor]]:
    def mark(part: Any, inputs: tuple[list[Tensor]], _marked: list[Tensor]) -> list[Tensor]:
        if rows == "zero":
            return inputs[0]
        return [tokens + row for tokens, row in zip(inputs[0], part.rows.roll(-1, dims=0), strict=True)]

    return mark


def _moved(network: Poster, positions: str, seed: int) -> Callable[..., tuple[Tensor]]:
    def move(_blocks: nn.Module, inputs: tuple[Tensor]) -> tuple[Tensor]:
        position = network.encoder.position[:, 1:]  # (1, tokens, channels), without that of CLS
        order = torch.randperm(position.shape[1], generator=torch.Generator().manual_seed(seed))
        new = torch.zeros_like(position) if positions == "zero" else position[:, order]
        return (torch.cat([inputs[0][:, :1], inputs[0][:, 1:] - position + new], dim=1),)

    return move


def _gated(gate: str) -> Callable[..., Tensor]:
    def reweight(part: Any, inputs: tuple[Tensor], _reweighted: Tensor) -> Tensor:
        features = inputs[0]  # (batch, channels)
        if gate == "one":
            return features
        gates = part.gate(part.hidden(features).relu()).sigmoid()  # (batch, channels)
        return features * (gates.mean(dim=0) if gate == "mean" else of_the_face_before(gates))

    return reweight
