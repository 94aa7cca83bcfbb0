"""The judgement of an assembled network: box by box, and the first that differs gets a hint of its own."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import torch
from torch import Tensor, nn

from lessons.whole_network import assembly
from lessons.whole_network.assembly import Parts, first_difference, values
from poster_var_course.checks import beside_answer, expect, expect_close
from poster_var_course.checks.expectations import WrongAnswerError
from pvlib.models import Poster, Size, narrow_landmarks

# POSTER-Var with every part in place and as small as it can be; no two widths that could be mixed up are equal
SMALL = Size(
    image_size=32,
    channels=(4, 8, 12),
    units=(1, 1, 1),
    landmark=replace(
        narrow_landmarks(32), stem=4, stages=(4, 8, 8), transitions=(4, 4, 4), depths=(0, 0, 0), separable=8
    ),
    head_dim=4,
    layer_scale=5.0,
    embed_dim=20,
    encoder_depth=1,
    encoder_heads=2,
    linear_std=0.5,
)
MARKS_FIRST = "Equation 3 marks before it normalises: add the rows, concatenate, then the fusion norm, once."
ADVICE = {
    "image_pyramid": "The images go into both backbones as they come.",
    "landmark_net": "The images go into both backbones as they come.",
    "image_reduce": "Level i takes map i of the image pyramid, and no other.",
    "landmark_reduce": "Level i takes map i of the landmark net through landmark_reduce[i], and no other.",
    "levels": "A level takes the image's map first and the landmarks' map second, both reduced.",
    "embeds": "A level gives its channels last, (batch, M, M, C); a convolution wants them second: permute(0, 3, 1, 2).",
    "layer_embedding": "Each level gives tokens (batch, m², D), plus its own row; then torch.cat(…, dim=1), level 1 first.",
    "fusion_norm": "The fusion norm gets the marked tokens of all levels, (batch, 3 m², D).",
    "encoder": "The encoder gets what the fusion norm gives, and nothing else.",
    "squeeze_excite": "features = cls * sigmoid(gate(relu(hidden(cls)))): equation 4.",
}


def example(faces: int) -> tuple[Any, Tensor]:
    """A small Poster whose rows are not zero and whose answers differ between faces, and images for it."""
    network: Any = Poster(SMALL, 5).eval()
    images = torch.randn(faces, 3, 32, 32)
    with torch.no_grad():
        nn.init.normal_(network.layer_embedding.rows)
        nn.init.normal_(network.fusion_norm.weight)  # else a second norm would change nothing
        for level in network.levels:
            nn.init.normal_(level.attention.key_value.weight, std=3)  # so that the landmarks change answers
        network.head.mean.bias -= network(images).mean(dim=0)
    return network, images


def built(state: dict[str, Tensor]) -> Any:
    """The small network with the weights of another one, in evaluation."""
    network: Any = Poster(SMALL, 5).eval()
    network.load_state_dict(state)
    return network


@beside_answer
def _assembled(yours: Callable[..., Any], state: dict[str, Tensor], images: Tensor) -> dict[str, Any]:
    """What an assembly of this network's boxes gives, box by box, and where and why it stopped if it did."""
    parts = Parts(built(state))
    features: Any = None
    stopped = ""
    with torch.no_grad():
        try:
            features = yours(parts, images)
        except (RuntimeError, ValueError, IndexError) as error:
            stopped = str(error).split("\n")[0] or type(error).__name__
    other = "" if isinstance(features, Tensor) else type(features).__name__
    features = torch.empty(0) if other else features
    return {
        "other": other, "features": features, "found": values(parts, features), "at": parts.at, "stopped": stopped,
        "into_encoder": parts.got["encoder"][-1][0] if "encoder" in parts.got else None,
    }  # fmt: skip


def judge_assembly(yours: Callable[..., Any]) -> None:
    """Demand that `yours(parts, images)` gives the features of a small network."""
    network, images = example(4)
    with torch.no_grad():
        ours = Parts(network)
        expected = assembly.forward_features(ours, images)
        assert torch.equal(expected, network.forward_features(images))  # the lesson and the library, always
        right = values(ours, expected)
        made = _assembled(yours, network.state_dict(), images)
        found = made["found"]
        if made["stopped"]:
            raise WrongAnswerError(
                f"It stopped {made['at']}: {made['stopped']}", _of_the_stop(network, right, made)
            )
        expect(
            not made["other"],
            f"Expected the features, a tensor, got {made['other']}.",
            "Return one tensor.",
        )
        box = first_difference(found, right)
        if not box:
            return
        if box == "squeeze_excite":
            _judge_the_end(network, made["features"], expected, right["encoder"][0])
        if box not in found:
            raise WrongAnswerError(f"The first box that differs: {box}. It was never asked.", _advice(box))
        hint = _of_the_tokens(network, right, made) if box in ("layer_embedding", "fusion_norm") else ""
        got_shape = [tuple(one.shape) for one in found[box]]
        shapes = [tuple(one.shape) for one in right[box]]
        what = "other numbers" if got_shape == shapes else f"shape {got_shape[0]} instead of {shapes[0]}"
        raise WrongAnswerError(f"The first box that differs: {box}. It gave {what}.", hint or _advice(box))


def _advice(box: str) -> str:
    return ADVICE.get(box.partition(".")[0], "Follow Figure 2 from above, box by box.")


def _of_the_stop(network: Any, right: dict[str, list[Tensor]], made: dict[str, Any]) -> str:
    """The hint for a pass that stopped: of the first box that gave something else, or of the one that it stopped at."""
    found, at = made["found"], made["at"]
    box = first_difference(found, right)
    if box == "layer_embedding" and (hint := _of_the_tokens(network, right, made)):
        return hint
    if box and box in found and box != "squeeze_excite":
        return _advice(box)
    stopped = at.split(" ")[-1]
    if at.startswith("after embeds"):
        stopped = "layer_embedding"
    return _advice("squeeze_excite" if at.startswith("after encoder") else stopped)


def _of_the_tokens(network: Any, right: dict[str, list[Tensor]], made: dict[str, Any]) -> str:
    """The hint for what went into the fusion norm instead of the marked tokens."""
    if "layer_embedding" not in made["found"]:
        return ""
    marked = made["found"]["layer_embedding"][0]
    embedded = [right[f"embeds.{i}"][0] for i in range(3)]  # (batch, D, m, m)
    tokens = [maps.flatten(2).transpose(1, 2) for maps in embedded]
    rows = network.layer_embedding.rows

    def marks(parts: list[Tensor], those: Tensor) -> Tensor:
        return torch.cat([part + row for part, row in zip(parts, those, strict=True)], dim=1)

    mixed = [maps.flatten(2).reshape(len(maps), -1, maps.shape[1]) for maps in embedded]
    plain = torch.cat(tokens, dim=1)
    if _same(marked, plain):
        into_encoder = made["into_encoder"]
        late = into_encoder is not None and _same(
            into_encoder, marks([network.fusion_norm(part) for part in tokens], rows)
        )
        return MARKS_FIRST if late else "The rows are missing: level i gets + parts.rows[i] before the norm."
    mistakes = [
        (marks(tokens[::-1], rows.flip(0)), "Level 1 comes first, then 2, then 3: the positions count on it."),
        (marks(tokens, rows.roll(-1, dims=0)), "These are the rows of another level: level i gets rows[i]."),
        (marks(tokens, rows[:1].expand(3, -1, -1)), "All levels got one row: level i gets rows[i]."),
        (marks(mixed, rows), "reshape mixes places and channels. flatten(2), then transpose(1, 2)."),
        (torch.cat([t + r for t, r in zip(tokens, rows, strict=True)]), "Concatenate tokens: dim=1. dim=0 is the faces."),
    ]  # fmt: skip
    return next((hint for wrong, hint in mistakes if _same(marked, wrong)), "")


def _same(one: Tensor, other: Tensor) -> bool:
    return one.shape == other.shape and torch.allclose(one, other, rtol=1e-4, atol=1e-5)


def _judge_the_end(network: Any, got: Tensor, expected: Tensor, cls: Tensor) -> None:
    part = network.squeeze_excite
    hidden, gates = part.hidden(cls), part.gate(part.hidden(cls).relu())
    expect_close(
        got,
        expected,
        "The boxes agree up to the encoder. For the features, after squeeze-and-excitation",
        mistakes=[
            (cls, "That is what the encoder gives: the gate of equation 4 is missing."),
            (cls * gates, "The gate lies between 0 and 1: the sigmoid is missing."),
            (gates.sigmoid(), "That is the gate itself: multiply cls by it."),
            (cls + gates.sigmoid(), "The gate multiplies, it is not added."),
            (cls * part.gate(hidden).sigmoid(), "Between the two layers stands a ReLU."),
            (cls * part.gate(hidden.sigmoid()).relu(), "ReLU inside, sigmoid outside: they changed places."),
            (network.head(expected), "These are logits. The head comes after the features; leave it out."),
        ],
        hint=ADVICE["squeeze_excite"],
    )
