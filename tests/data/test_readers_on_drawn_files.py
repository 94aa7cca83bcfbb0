"""Every reader on drawn faces that were written in its data set's own layout: the labels are the truth's."""

import json
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from safetensors import safe_open

from drawnfaces.layouts import write_layout
from pvlib.data.affectnet import load_affectnet, prepare_affectnet
from pvlib.data.ferplus import load_ferplus, prepare
from pvlib.data.rafdb import load_rafdb, prepare_rafdb

COUNT = 40


@pytest.fixture
def drawn(tmp_path):
    """A function that draws a set and returns its folder and the truth: file -> (split, label, votes)."""

    def draw(layout, **options):
        root = tmp_path / "drawn"
        write_layout(
            root, layout, {"train": 28, "test" if "affect" not in layout else "valid": 12}, 3, **options
        )
        with safe_open(root / "truth.safetensors", "np") as file:
            notes = json.loads(file.metadata()["notes"])
            split, label, votes = (file.get_tensor(name) for name in ("split", "label", "votes"))
        return root, {
            name: (notes["splits"][position], int(own), tuple(row))
            for name, position, own, row in zip(notes["files"], split, label, votes.tolist(), strict=True)
        }

    return draw


@pytest.mark.parametrize("layout", ["rafdb", "rafdb-folders"])
def test_rafdb_layouts(drawn, tmp_path, layout):
    root, truth = drawn(layout)
    out = tmp_path / "out.safetensors"
    report = prepare_rafdb(root, out)
    assert report.problems == {}
    loaded = {split: load_rafdb(out, split) for split in ("train+valid", "test")}
    found = {
        name.replace(".jpg", ""): ({"train+valid": "train"}.get(split, split), label + 1)
        for split, faces in loaded.items()
        for name, label in zip(faces.ids, faces.labels.tolist(), strict=True)
    }
    expected = {Path(name).stem.removesuffix("_aligned"): known[:2] for name, known in truth.items()}
    assert found == expected
    assert len(found) == COUNT
    for split, faces in loaded.items():
        for image, name in zip(faces.images, faces.ids, strict=True):
            path = next(path for path in root.rglob(f"{Path(name).stem}_aligned.jpg"))
            assert np.array_equal(image.permute(1, 2, 0).numpy(), np.asarray(Image.open(path))), split


@pytest.mark.parametrize("layout", ["affectnet", "affectnet-old"])
def test_affectnet_layouts(drawn, tmp_path, layout):
    root, truth = drawn(layout, size=112 if layout == "affectnet" else 160)
    out = tmp_path / "out.safetensors"
    report = prepare_affectnet(root, out)
    assert report.problems == {}
    found = {}
    for split in ("train", "valid"):
        faces = load_affectnet(out, split, classes=8)
        assert faces.images.shape[1:] == (3, 112, 112)
        assert faces.affect.abs().max() <= 1
        assert not faces.affect.isnan().any()
        # happy faces are pleasant, sad ones are not: valence came along with its own face
        joy, sadness = (faces.affect[faces.labels == label, 0] for label in (1, 2))
        assert (joy > 0).all()
        assert (sadness < 0).all()
        found |= {name: (split, label) for name, label in zip(faces.ids, faces.labels.tolist(), strict=True)}
    expected = {
        name.removeprefix("Manually_Annotated_Images/"): known[:2]
        for name, known in truth.items()
        if known[1] < 8
    }
    assert found == expected
    dropped = sum(
        count
        for line, counts in report.counts.items()
        if line.startswith("left out")
        for count in counts.values()
    )
    assert dropped == COUNT - len(expected)


@pytest.mark.parametrize("layout", ["ferplus", "ferplus-csv"])
def test_ferplus_layouts(drawn, tmp_path, layout):
    root, truth = drawn(layout)
    out = tmp_path / "out.safetensors"
    report = prepare(root, out)
    assert report.problems == {}
    assert sum(report.counts["rows of the label file"].values()) == COUNT
    expected = {
        split: [votes for own, _, votes in truth.values() if own == split] for split in ("train", "test")
    }
    for split, votes in expected.items():
        faces = load_ferplus(out, split, rule="argmax")
        rows = torch.tensor(votes)
        leading = rows[:, :8].amax(dim=1) >= rows[:, 8:].amax(dim=1)
        assert faces.votes.tolist() == rows[leading].tolist()
