"""Answer checks of the whole network. An assembly is judged box by box: the first that differs is named."""

from collections.abc import Callable
from dataclasses import asdict, replace
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from lessons.whole_network import assembly
from lessons.whole_network.assembly import Parts
from lessons.whole_network.judging_assembly import built, example, judge_assembly
from poster_var_course.checks import answer, beside_answer, expect, expect_close
from pvlib.models import Size, paper, tiny
from pvlib.models.sizes import without_variational_parts


@answer(
    "whole_network.forward_features",
    hints=(
        "Read Figure 2 from above and write down the shape after every box. What has an index is called once a level.",
        "Tokens of a level: embeds[i](fused.permute(0, 3, 1, 2)).flatten(2).transpose(1, 2) + rows[i]. Then cat along "
        "dim=1, fusion_norm, encoder.",
        "The end: cls = parts.encoder(parts.fusion_norm(torch.cat(tokens, dim=1))); "
        "return cls * parts.gate(parts.hidden(cls).relu()).sigmoid()",
    ),
)
def forward_features(yours):
    """Figure 2 from the images to the features, box by box"""
    judge_assembly(yours)


SIZES = {"paper": paper(), "tiny": tiny(64)}


@beside_answer
def _resized(yours: Callable[[Size], Any], name: str) -> tuple[str, dict[str, Any]]:
    """The type of what an answer makes of one of the sizes, and its fields if it is a size."""
    got = yours(replace(SIZES[name]))  # a copy: an answer may write into it
    return type(got).__name__, asdict(got) if isinstance(got, Size) else {}


@answer(
    "whole_network.ablate",
    hints=(
        "Four fields of Size differ. Their names stand in help(Size), under Attributes.",
        "The head is a point head; no layer embedding, no GELU behind the embeddings, no fusion norm.",
        'return replace(size, head="point", layer_embedding=False, embed_activation=False, fusion_norm=False)',
    ),
)
def ablate(yours):
    """the size of POSTER++ from that of POSTER-Var"""
    fields = {
        "head": 'POSTER++ ends with one linear layer: head="point".',
        "layer_embedding": "POSTER++ does not mark its levels: layer_embedding=False.",
        "embed_activation": "The GELUs behind the embeddings are new in POSTER-Var: embed_activation=False.",
        "fusion_norm": "The norm over the concatenated levels is new in POSTER-Var: fusion_norm=False.",
    }
    for size_name, size in SIZES.items():
        kind, got = _resized(yours, size_name)
        expect(
            bool(got),
            f"Expected a Size, got {kind}.",
            "dataclasses.replace(size, name=value, …) gives a copy with some fields changed.",
        )
        for name, mine in asdict(without_variational_parts(size)).items():
            theirs = got.get(name)
            hint = fields.get(name, f"{name} is the same in both networks: change the size that comes in.")
            expect(mine == theirs, f"Expected {name} = {mine!r}, got {theirs!r}.", hint)


@beside_answer
def _asked(yours: Callable[..., Any], state: dict[str, Tensor], images: Tensor, labels: Tensor) -> Any:
    return yours(built(state), images, labels)


@answer(
    "whole_network.only_landmarks",
    hints=(
        'With attention="other_face", face i of the batch is read with the landmarks of face i − 1.',
        "The landmarks in row i belong to face i − 1. So the answer in row i is compared with that face's label.",
        'with switched(network, attention="other_face"): answers = network(images).argmax(dim=1); then compare with '
        "labels.roll(1).",
    ),
)
def only_landmarks(yours):
    """is the answer the expression of the face whose landmarks it got"""
    network, images = example(120)
    with torch.no_grad():
        labels = network(images).argmax(dim=1)
        # a slower way: the maps of the image from one face, those of the landmarks from the face before it
        parts = Parts(network)
        own = parts.landmark_net
        parts.landmark_net = lambda given: [maps.roll(1, dims=0) for maps in own(given)]
        mixed = network.head(assembly.forward_features(parts, images)).argmax(dim=1)
    got = _asked(yours, network.state_dict(), images, labels)
    if isinstance(got, (int, float)) or (isinstance(got, Tensor) and got.ndim == 0):
        expect(False, "Expected True or False for each face, got one number.", "No mean here: (faces,).")
    expect_close(
        got,
        (mixed == labels.roll(1)).double(),
        "For 120 faces",
        mistakes=[
            ((mixed == labels).double(), "You compared with the label of the image. Whose landmarks are in row i?"),
            ((mixed == labels.roll(-1)).double(), "roll(-1) is the face after it; landmarks are of the one before."),
            ((labels == labels.roll(1)).double(), "These answers are made with the own landmarks: ask inside the context."),
            (torch.ones(120), "These answers are made with the own landmarks: ask inside the context."),
            (mixed.double(), "These are the answers. Are they the label of the face whose landmarks they got?"),
            ((mixed != labels.roll(1)).double(), "True where the answer is right: == instead of !=."),
        ],
        hint="Inside the context ask network(images); argmax(dim=1) names; compare with the labels, moved by one face.",
    )  # fmt: skip


@beside_answer
def _compared(
    yours: Callable[..., Any], weight: Tensor, bias: Tensor, images: Tensor, of_the_other: Tensor
) -> Any:
    """What an answer says of a linear layer and of another runtime, which gives other logits."""
    network = nn.Sequential(nn.Flatten(), nn.Linear(*weight.T.shape))
    network.load_state_dict({"1.weight": weight, "1.bias": bias})

    def run(array: np.ndarray) -> np.ndarray:
        expect(
            type(array).__name__ == "ndarray",
            f"run got a {type(array).__name__}.",
            "It takes a NumPy array: images.numpy().",
        )
        faces = [(images.numpy() == face).all(axis=(1, 2, 3)).argmax() for face in array]
        return of_the_other.numpy()[faces]  # whichever faces are asked for

    return yours(run, network, images)


@answer(
    "whole_network.largest_difference",
    hints=(
        "run takes and gives NumPy arrays, the network tensors. Which of the two do you compare?",
        "Under torch.no_grad(): expected = network(images), and torch.from_numpy(run(images.numpy())).",
        "return (torch.from_numpy(run(images.numpy())) - expected).abs().max().item()",
    ),
)
def largest_difference(yours):
    """the largest difference between two runtimes"""
    linear = nn.Linear(12, 5)
    network = nn.Sequential(nn.Flatten(), linear)
    images, off = torch.randn(6, 3, 2, 2), torch.zeros(6, 5)
    off[4, 2], off[1, 0] = -0.5, 0.2
    with torch.no_grad():
        right = network(images)
    for gap in (off, -off):  # else one of a − b and b − a would do without abs()
        softmax = ((right + gap).softmax(1) - right.softmax(1)).abs().max()
        signed = (
            "The largest of the signed differences. −0.5 is a larger difference than 0.2: take abs() first."
        )
        expect_close(
            _compared(yours, linear.weight.detach(), linear.bias.detach(), images, right + gap),
            gap.abs().max(),
            f"For 30 logits, two of which differ, by {gap[4, 2]:+.1f} and by {gap[1, 0]:+.1f}",
            mistakes=[
                (gap.max(), signed),
                ((-gap).max(), signed),
                (gap.min(), "A difference has no sign here: take abs()."),
                ((-gap).min(), "A difference has no sign here: take abs()."),
                (
                    gap.abs().mean(),
                    "That is the mean. One wrong logit of a thousand must not disappear in it: max().",
                ),
                (gap.square().mean(), "That is a mean square; the largest absolute difference is asked for."),
                (softmax, "You compared probabilities. Compare the logits: softmax hides differences."),
                (gap.abs().amax(dim=1), "One number for all faces, not one a face."),
            ],
            hint="Subtract the two (faces, classes) tables, then abs(), then max(): 0.5 here.",
            rtol=1e-3,
        )
