"""A prepared file says itself whose faces it holds; a choice that its data set does not offer is refused."""

import numpy as np
import pytest
import torch
from PIL import Image
from safetensors.torch import save_file

from data_scripts.prepare_affectnet import prepare_affectnet
from data_scripts.prepare_ferplus import prepare_ferplus
from data_scripts.prepare_rafdb import prepare_rafdb
from pvlib.data.labels import AFFECTNET7, AFFECTNET8, FERPLUS, RAFDB
from pvlib.data.prepared import load_prepared, open_prepared
from pvlib.errors import CourseError


def picture(number, side):
    return Image.fromarray(np.random.default_rng(number).integers(0, 256, (side, side, 3), np.uint8))


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    """A prepared file of each data set, of 20 training faces or so."""
    folder = tmp_path_factory.mktemp("sets")
    votes = "10,0,0,0,0,0,0,0,0,0"
    (folder / "FER2013Train").mkdir()
    for number in range(20):
        picture(number, 48).convert("L").save(folder / "FER2013Train" / f"fer{number:07}.png")
    lines = "".join(f"fer{number:07}.png,{votes}\n" for number in range(20))
    (folder / "FER2013Train" / "label.csv").write_text(lines)
    prepare_ferplus(folder, folder / "ferplus.safetensors")
    for number in range(20):
        path = folder / "rafdb" / "train" / str(number % 2 + 1) / f"train_{number:05}_aligned.jpg"
        path.parent.mkdir(parents=True, exist_ok=True)
        picture(number, 100).save(path)
    prepare_rafdb(folder / "rafdb", folder / "rafdb.safetensors")
    for kind in ("images", "annotations"):
        (folder / "affectnet" / "train_set" / kind).mkdir(parents=True)
    for number in range(24):
        picture(number, 112).save(folder / "affectnet" / "train_set" / "images" / f"{number}.jpg")
        np.save(
            folder / "affectnet" / "train_set" / "annotations" / f"{number}_exp.npy", np.array(number % 8)
        )
    prepare_affectnet(folder / "affectnet", folder / "affectnet.safetensors")
    return folder


@pytest.mark.parametrize(("name", "data_set", "classes", "count", "shape"), [
    ("ferplus", "FER+", FERPLUS, 20, (1, 48, 48)),
    ("rafdb", "RAF-DB", RAFDB, 18, (3, 100, 100)),  # a tenth is held out
    ("affectnet", "AffectNet", AFFECTNET7, 21, (3, 112, 112)),
])  # fmt: skip
def test_each_file_is_loaded_as_what_it_is(files, name, data_set, classes, count, shape):
    path = files / f"{name}.safetensors"
    assert open_prepared(path).data_set == data_set
    faces = load_prepared(path, "train", rule=None, target=None, classes=None, without_duplicates=False)
    assert (faces.names, len(faces), tuple(faces.images.shape[1:])) == (classes, count, shape)


def test_a_choice_reaches_the_data_set_that_offers_it(files):
    assert load_prepared(files / "affectnet.safetensors", "train", classes=8).names == AFFECTNET8
    soft = load_prepared(files / "ferplus.safetensors", "train", rule="probability", target="votes")
    assert torch.equal(soft.target[0], torch.eye(8)[0])


@pytest.mark.parametrize(("name", "choice", "complaint"), [
    ("rafdb", {"rule": "majority"}, "holds RAF-DB, which has no choice of rule: leave it out"),
    ("affectnet", {"target": "votes"}, "holds AffectNet, which has no choice of target: leave it out"),
    ("ferplus", {"classes": 7}, r"holds FER\+, which has no choice of classes"),
    ("ferplus", {"split": "holdout"}, "no split 'holdout'"),
])  # fmt: skip
def test_a_choice_that_the_data_set_does_not_offer_is_refused(files, name, choice, complaint):
    with pytest.raises(CourseError, match=complaint):
        load_prepared(files / f"{name}.safetensors", **{"split": "train", **choice})


def test_what_is_no_prepared_file_is_refused(files, tmp_path):
    with pytest.raises(CourseError, match=r"there is no file .*none\.safetensors"):
        open_prepared(tmp_path / "none.safetensors")
    (tmp_path / "text.safetensors").write_text("no tensors")
    with pytest.raises(CourseError, match=r"text\.safetensors is damaged, cut short, or no prepared file"):
        open_prepared(tmp_path / "text.safetensors")
    save_file({"weight": torch.zeros(2)}, tmp_path / "weights.safetensors")
    with pytest.raises(CourseError, match=r"is no prepared data set; .* one of FER\+, RAF-DB, AffectNet"):
        open_prepared(tmp_path / "weights.safetensors")
