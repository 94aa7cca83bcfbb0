"""The checks of the whole network pass on right answers in any style, and know the typical wrong ones."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from torch.nn.functional import layer_norm

from lessons.answer_tests import answer_tests
from lessons.whole_network import assembly
from lessons.whole_network.own import largest_difference, only_landmarks
from poster_var_course.checks import run_check
from pvlib.models.sizes import without_variational_parts
from pvlib.models.switches import switched


def tokens_of(
    parts, images, i, flip=False, permute=(0, 3, 1, 2), flat=lambda m: m.flatten(2).transpose(1, 2)
):
    image = parts.image_reduce[i](parts.image_pyramid(images)[i])
    given = (image, parts.landmark_reduce[i](parts.landmark_net(images)[i]))
    return flat(parts.embeds[i](parts.levels[i](*(given[::-1] if flip else given)).permute(permute)))


def gated(parts, cls):
    return cls * parts.gate(parts.hidden(cls).relu()).sigmoid()


def built(
    tokens=tokens_of, mark=lambda t, rows: [a + b for a, b in zip(t, rows, strict=True)], fuse=None, end=gated
):
    """The features, with one step exchanged."""

    def forward(parts, images):
        marked = mark([tokens(parts, images, i) for i in range(3)], parts.rows)
        fused = fuse(parts, marked) if fuse else parts.fusion_norm(torch.cat(marked, dim=1))
        return end(parts, parts.encoder(fused))

    return forward


def norm_each(parts, marked):
    return torch.cat([parts.fusion_norm(part) for part in marked], dim=1)


def changed(**fields):
    return lambda size: replace(without_variational_parts(size), **fields)


def asked(compare, **how):
    def only(network, images, labels):
        with switched(network, **how):
            return compare(network(images).argmax(dim=1), labels)

    return only


def off_by(measure):
    def difference(run, network, images):
        with torch.no_grad():
            return measure(torch.from_numpy(run(images.numpy())), network(images))

    return difference


OTHER = {"attention": "other_face"}
RIGHT = [
    ("forward_features", built()),
    ("forward_features", built(fuse=norm_each)),  # a norm looks at each token alone
    ("forward_features", built(tokens=lambda p, x, i: tokens_of(p, x, i, flat=lambda m: m.flatten(2).mT))),
    ("ablate", changed()),
    (
        "only_landmarks",
        asked(lambda a, y: torch.stack([a[i] == y[i - 1] for i in range(len(a))]), **OTHER),
    ),
    ("largest_difference", off_by(lambda a, b: float(np.abs((a - b).numpy()).max()))),
    ("largest_difference", lambda run, f, x: max(largest_difference(run, f, one) for one in x.split(1))),
]
WRONG = [
    ("forward_features", assembly.norm_before_rows, "marks before it normalises"),
    ("forward_features", built(mark=lambda t, rows: t), "rows are missing"),
    (
        "forward_features",
        built(mark=lambda t, rows: [a + b for a, b in zip(t, rows, strict=True)][::-1]),
        "Level 1 comes first",
    ),
    (
        "forward_features",
        built(mark=lambda t, rows: [a + b for a, b in zip(t, rows.roll(-1, 0), strict=True)]),
        "rows of another level",
    ),
    ("forward_features", built(mark=lambda t, rows: [a + rows[0] for a in t]), "got one row"),
    (
        "forward_features",
        built(
            tokens=lambda p, x, i: tokens_of(
                p, x, i, flat=lambda m: m.flatten(2).reshape(len(m), -1, m.shape[1])
            )
        ),
        "reshape mixes",
    ),
    (
        "forward_features",
        built(tokens=lambda p, x, i: tokens_of(p, x, i, flat=lambda m: m.flatten(2))),
        "tokens (batch, m²",
    ),
    (
        "forward_features",
        built(tokens=lambda p, x, i: tokens_of(p, x, i, permute=(0, 1, 2, 3))),
        "channels last",
    ),
    ("forward_features", built(tokens=lambda p, x, i: tokens_of(p, x, i, flip=True)), "image's map first"),
    ("forward_features", built(fuse=lambda p, t: p.fusion_norm(torch.cat(t))), "dim=0 is the faces"),
    ("forward_features", built(fuse=lambda p, t: torch.cat(t, dim=1)), "fusion norm gets the marked"),
    (
        "forward_features",
        built(fuse=lambda p, t: layer_norm(p.fusion_norm(torch.cat(t, 1)), [20])),
        "what the fusion norm gives",
    ),
    ("forward_features", built(end=lambda p, cls: cls), "gate of equation 4 is missing"),
    ("forward_features", built(end=lambda p, cls: cls * p.gate(p.hidden(cls).relu())), "sigmoid is missing"),
    ("forward_features", built(end=lambda p, cls: p.gate(p.hidden(cls).relu()).sigmoid()), "multiply cls"),
    (
        "forward_features",
        built(end=lambda p, cls: cls + p.gate(p.hidden(cls).relu()).sigmoid()),
        "not added",
    ),
    ("forward_features", built(end=lambda p, cls: cls * p.gate(p.hidden(cls)).sigmoid()), "stands a ReLU"),
    ("forward_features", lambda parts, images: parts.image_pyramid(images), "one tensor"),
    ("ablate", changed(embed_activation=True), "GELUs"),
    ("ablate", changed(fusion_norm=True), "norm over the concatenated"),
    ("ablate", changed(head="variational"), "one linear layer"),
    ("ablate", changed(layer_embedding=True), "does not mark"),
    ("ablate", changed(encoder_depth=1), "same in both"),
    ("ablate", lambda size: {"head": "point"}, "dataclasses.replace"),
    ("only_landmarks", asked(lambda a, y: a == y, **OTHER), "label of the image"),
    ("only_landmarks", asked(lambda a, y: a == y.roll(-1), **OTHER), "face after it"),
    ("only_landmarks", asked(lambda a, y: a == y.roll(1)), "inside the context"),
    ("only_landmarks", asked(lambda a, y: a, **OTHER), "These are the answers"),
    ("only_landmarks", asked(lambda a, y: (a == y.roll(1)).float().mean(), **OTHER), "No mean"),
    ("only_landmarks", asked(lambda a, y: int((a == y.roll(1)).sum()), **OTHER), "No mean"),
    ("largest_difference", off_by(lambda a, b: (a - b).max()), "signed"),
    ("largest_difference", off_by(lambda a, b: (b - a).max()), "signed"),
    ("largest_difference", off_by(lambda a, b: (b - a).min()), "no sign"),
    ("largest_difference", off_by(lambda a, b: (a - b).abs().mean()), "mean"),
    ("largest_difference", off_by(lambda a, b: (a.softmax(1) - b.softmax(1)).abs().max()), "probabilities"),
    ("largest_difference", off_by(lambda a, b: (a - b).abs().amax(1)), "not one a face"),
    (
        "largest_difference",
        lambda run, network, images: (torch.as_tensor(run(images)) - network(images)).abs().max(),
        "NumPy array",
    ),
]
EXAMPLES = []
OURS = {
    "forward_features": assembly.forward_features,
    "ablate": without_variational_parts,
    "only_landmarks": only_landmarks,
    "largest_difference": largest_difference,
}

test_right, test_wrong, test_unwritten = answer_tests("whole_network", RIGHT, WRONG, EXAMPLES, OURS)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_the_planted_mistake_is_found_where_it_was_made_whatever_the_numbers(seed):
    found = run_check("whole_network.forward_features", assembly.norm_before_rows, seed=seed)
    assert "first box that differs: layer_embedding" in found.message
    assert "marks before it normalises" in found.hint
