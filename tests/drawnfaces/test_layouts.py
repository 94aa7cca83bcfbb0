"""Drawn faces on the disk are the faces that were drawn, in files of the real sets' form."""

import csv
import json

import numpy as np
import pytest
import torch
from PIL import Image
from safetensors import safe_open

from data_scripts.prepare_affectnet import prepare_affectnet
from data_scripts.prepare_ferplus import prepare_ferplus
from data_scripts.prepare_rafdb import prepare_rafdb
from drawnfaces import DrawingError
from drawnfaces.layouts import LAYOUTS, split_counts, write_layout
from drawnfaces.layouts.affectnet import id_of
from drawnfaces.layouts.circumplex import PLACES, valence_arousal
from drawnfaces.layouts.rafdb import label_of
from pvlib.data.drawn import draw_faces
from pvlib.data.labels import FERPLUS, RAFDB
from pvlib.data.prepared import load_prepared

SEED = 8
PREPARE = {"ferplus": prepare_ferplus, "rafdb": prepare_rafdb, "affectnet": prepare_affectnet}
OPTIONS = {"ferplus": {"rule": "argmax"}, "rafdb": {}, "affectnet": {"classes": 8}}


def write(out, layout, *, size=None, nuisances="studio", **counts):
    write_layout(out, layout, counts, SEED, size=size, nuisances=nuisances, workers=1)
    return out


def truth_of(out):
    with safe_open(out / "truth.safetensors", "pt") as file:
        notes = json.loads(file.metadata()["notes"])
        return {name: file.get_tensor(name) for name in file.keys()}, notes  # noqa: SIM118, no dict


def drawn(layout, count, **options):
    form = LAYOUTS[layout]
    options = {"size": form.size, "colour": form.colour} | options
    return draw_faces(count, SEED, proportions=form.proportions, **options)


@pytest.mark.parametrize("layout", LAYOUTS)
def test_drawn_faces_come_back_with_their_labels_votes_and_pixels(tmp_path, layout):
    owner, path = layout.split("-")[0], tmp_path / "faces.safetensors"
    last = "valid" if owner == "affectnet" else "test"
    # without grain, which JPEG would not keep
    out = write(tmp_path / "faces", layout, nuisances="none", train=20, **{last: 6})
    PREPARE[owner](out, path, **({} if owner == "ferplus" else {"size": LAYOUTS[layout].size}))
    faces, (truth, notes) = drawn(layout, 26, nuisances="none"), truth_of(out)
    labels = truth["label"] - int(owner == "rafdb")  # whose own are 1 to 7
    seen = 0
    for split in ("train" if last == "valid" else "train+valid", last):
        read = load_prepared(path, split, **OPTIONS[owner])
        for row, name in enumerate(read.ids):
            number = next(
                i for i, file in enumerate(notes["files"]) if file.replace("_aligned", "").endswith(name)
            )
            assert (number >= 20) == (split == last)
            assert read.labels[row] == labels[number]
            emotions = faces.votes[number, : 7 if owner == "rafdb" else 8]
            assert read.names[labels[number]] == FERPLUS[emotions.argmax()]
            if owner == "ferplus":
                assert torch.equal(read.votes[row], faces.votes[number])
                assert torch.equal(read.images[row], faces.images[number])
            elif layout != "affectnet-old":  # which shows more than the face
                difference = read.images[row].int() - faces.images[number].int()
                assert difference.abs().float().mean() < 3  # JPEG of quality 95
            seen += 1
    assert seen == (labels < 8).sum()


@pytest.mark.parametrize("layout", ["ferplus", "ferplus-csv"])
def test_one_row_in_two_hundred_shows_no_face_and_names_count_rows(tmp_path, layout):
    writer = LAYOUTS[layout].writer(tmp_path)
    votes = np.array([10, 0, 0, 0, 0, 0, 0, 0, 0, 0], np.uint8)
    face = {"image": np.zeros((1, 48, 48), np.uint8), "votes": votes, "mixture": np.eye(8)[0]}
    for _ in range(201):
        writer.add("train", face)
    writer.finish()
    with (tmp_path / "fer2013new.csv").open(newline="") as handle:
        rows = list(csv.DictReader(handle))
    assert [row["Image name"] for row in rows[197:202]] == [
        "fer0000197.png", "fer0000198.png", "", "fer0000200.png", "fer0000201.png",
    ]  # fmt: skip
    assert rows[199]["NF"] == "10"
    prepare_ferplus(tmp_path, tmp_path / "faces.safetensors")  # row 200 of the table has pixels, but no name


def test_the_old_layouts_box_frames_what_the_new_layout_shows(tmp_path):
    """At a margin of 0.2 the box of a 322-pixel picture is 230 pixels, a face drawn at 230."""
    out = write(tmp_path / "faces", "affectnet-old", size=322, train=4)
    close = drawn("affectnet-old", 4, size=230)
    with (out / "training.csv").open(newline="") as handle:
        rows = list(csv.DictReader(handle))
    truth, _ = truth_of(out)
    sizes = set()
    for i, row in enumerate(rows):
        x, y, width, height = (int(row[f"face_{name}"]) for name in ("x", "y", "width", "height"))
        assert (width, height) == (230, 230)
        picture = Image.open(out / "Manually_Annotated_Images" / row["subDirectory_filePath"])
        sizes.add(picture.size)
        face = np.asarray(picture, dtype=float)[y : y + height, x : x + width].transpose(2, 0, 1)
        assert np.abs(face - close.images[i].numpy()).mean() < 8  # the light falls off over the whole picture
        points = np.array(row["facial_landmarks"].split(";"), dtype=float).reshape(68, 2)
        np.testing.assert_allclose(points - (x, y), close.landmarks[i], atol=0.02)
        np.testing.assert_allclose(points, truth["landmarks"][i], atol=0.006)
    assert len(sizes) == 4  # web pictures differ in width and height


def test_truth_holds_what_draw_faces_returns(tmp_path):
    out = write(tmp_path / "faces", "rafdb", size=32, nuisances="wild", train=4, test=2)
    truth, notes = truth_of(out)
    faces = drawn("rafdb", 6, size=32, nuisances="wild")
    for name in ("mixture", "intensities", "action_units", "landmarks", "visible", "votes", "legibility"):
        assert torch.equal(truth[name], getattr(faces, name)), name
    assert torch.allclose(truth["ambiguity"], faces.ambiguity, atol=1e-6)
    assert truth["split"].tolist() == [0, 0, 0, 0, 1, 1]
    assert notes["splits"] == ["train", "test"]
    assert all((out / file).is_file() for file in notes["files"])
    assert "drawn" in (out / "README.txt").read_text()
    assert f"seed {SEED}" in (out / "README.txt").read_text()


def test_workers_write_the_same_files(tmp_path):
    for workers in (1, 2):
        out = tmp_path / str(workers)
        write_layout(out, "rafdb", {"train": 5, "test": 2}, SEED, size=32, workers=workers)
    one, two = (
        {path.relative_to(root): path.read_bytes() for path in sorted(root.rglob("*.*"))}
        for root in (tmp_path / "1", tmp_path / "2")
    )
    assert one == two


@pytest.mark.parametrize(("votes", "rafdb", "affectnet"), [
    ([5, 0, 0, 5, 0, 0, 0, 0, 0, 0], "sadness", 2),  # a draw of votes goes to the larger share of the mixture
    ([0, 1, 0, 0, 0, 0, 0, 9, 0, 0], "happiness", 7),  # nobody in RAF-DB shows contempt
    ([1, 2, 0, 0, 0, 0, 0, 0, 7, 0], "happiness", 9),
    ([1, 2, 0, 0, 0, 0, 0, 0, 0, 7], "happiness", 10),
])  # fmt: skip
def test_the_raters_verdict_is_a_label_of_rafdb_and_an_id_of_affectnet(votes, rafdb, affectnet):
    face = {"votes": np.array(votes, np.uint8), "mixture": np.eye(8)[FERPLUS.index("sadness")]}
    assert RAFDB[label_of(face) - 1] == rafdb
    assert id_of(face) == affectnet


def test_valence_and_arousal_are_the_mixtures_mean_of_places():
    half = 0.5 * np.eye(8)[FERPLUS.index("happiness")] + 0.5 * np.eye(8)[FERPLUS.index("surprise")]
    expected = np.mean([PLACES["happiness"], PLACES["surprise"]], axis=0)
    np.testing.assert_allclose(valence_arousal(half), expected)
    for name, (valence, arousal) in PLACES.items():
        assert abs(valence) <= 1
        assert abs(arousal) <= 1
        assert (valence > 0) == (name in ("happiness", "surprise")), name


@pytest.mark.parametrize("layout", LAYOUTS)
def test_a_count_is_divided_without_a_rest(layout):
    for count in (1, 9, 1000):
        counts = split_counts(layout, count)
        assert sum(counts.values()) == count
        assert min(counts.values()) >= 0


@pytest.mark.parametrize("error", [KeyboardInterrupt, MemoryError])
def test_an_interruption_leaves_nothing_behind_and_keeps_what_was_to_be_replaced(tmp_path, error):
    def interrupt(done):
        raise error

    with pytest.raises(error):
        write_layout(tmp_path / "faces", "rafdb", {"train": 2}, SEED, size=16, on_progress=interrupt)
    assert list(tmp_path.iterdir()) == []
    out = write(tmp_path / "faces", "rafdb", size=16, train=1)
    before = (out / "truth.safetensors").read_bytes()
    with pytest.raises(error):
        write_layout(out, "rafdb", {"train": 2}, SEED, size=16, replace=True, on_progress=interrupt)
    assert (out / "truth.safetensors").read_bytes() == before
    assert list(tmp_path.iterdir()) == [out]


@pytest.mark.parametrize(("layout", "counts", "options", "message"), [
    ("raf-db", {"train": 1}, {}, 'did you mean "rafdb"'),
    ("rafdb", {"valid": 1}, {}, "splits train, test, not valid"),
    ("rafdb", {"train": 0}, {}, "at least 1 and at most"),
    ("rafdb", {"train": 10**12}, {}, "at least 1 and at most"),
    ("rafdb", {"train": 1}, {"size": 10**9}, "16 to 4096"),
    ("ferplus", {"train": 1}, {"size": 64}, "48 pixels"),
    ("ferplus-csv", {"train": 1}, {"colour": True}, "grey"),
    ("affectnet", {"train": 1}, {"workers": 0}, "workers must be a whole number of at least 1, not 0"),
    ("affectnet", {"train": 1}, {"nuisances": "snap"}, "snapshot"),
])  # fmt: skip
def test_a_wrong_argument_is_named_before_anything_is_written(tmp_path, layout, counts, options, message):
    with pytest.raises(DrawingError, match=message):
        write_layout(tmp_path / "faces", layout, counts, SEED, **options)
    assert list(tmp_path.iterdir()) == []
