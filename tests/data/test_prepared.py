"""A prepared file says itself whose faces it holds; a choice that its data set does not offer is refused."""

import re

import pytest
import torch
from safetensors.torch import save_file

from pvlib.data.ferplus import vote_distribution
from pvlib.data.labels import AFFECTNET7, AFFECTNET8, FERPLUS, RAFDB
from pvlib.data.prepared import load_prepared, open_prepared
from pvlib.errors import CourseError


@pytest.mark.parametrize(("name", "data_set", "classes", "shape"), [
    ("ferplus", "FER+", FERPLUS, (1, 48, 48)), ("rafdb", "RAF-DB", RAFDB, (3, 32, 32)),
    ("affectnet", "AffectNet", AFFECTNET7, (3, 32, 32)),
])  # fmt: skip
def test_each_file_is_loaded_as_what_it_is(sets, name, data_set, classes, shape):
    path = sets / f"{name}.safetensors"
    assert open_prepared(path).data_set == data_set
    faces = load_prepared(path, "train", rule=None, target=None, classes=None, without_duplicates=False)
    assert (faces.names, tuple(faces.images.shape[1:])) == (classes, shape)


def test_a_choice_reaches_the_data_set_that_offers_it(sets):
    assert load_prepared(sets / "affectnet.safetensors", "train", classes=8).names == AFFECTNET8
    soft = load_prepared(sets / "ferplus.safetensors", "train", rule="probability", target="votes")
    assert torch.equal(soft.target, vote_distribution(soft.votes))


@pytest.mark.parametrize(("name", "choice", "complaint"), [
    ("rafdb", {"rule": "majority"}, "holds RAF-DB, which has no choice of rule: leave it out"),
    ("affectnet", {"target": "votes"}, "holds AffectNet, which has no choice of target: leave it out"),
    ("ferplus", {"classes": 7}, r"holds FER\+, which has no choice of classes"),
    ("ferplus", {"split": "validation"}, "no split 'validation'; choose one of train, valid, test"),
    ("ferplus", {"rule": "plurality"}, r"'plurality'.*majority, probability, multi-target, argmax"),
    ("ferplus", {"target": "soft"}, "no target 'soft'; choose one of rule, votes"),
    *(("rafdb", {"split": split}, f"no split '{re.escape(split)}'; choose one of train, valid, test, or several")
      for split in ("training", "train+tests", "", "train+", "Train")),
    ("affectnet", {"split": "test"}, "no split 'test': its owners keep the test set, and papers report on valid"),
    ("affectnet", {"classes": 9}, "7 classes, or with contempt 8, not 9"),
])  # fmt: skip
def test_a_choice_that_the_data_set_does_not_offer_is_refused(sets, name, choice, complaint):
    with pytest.raises(CourseError, match=complaint):
        load_prepared(sets / f"{name}.safetensors", **{"split": "train", **choice})


def test_what_is_no_prepared_file_is_refused(sets, tmp_path):
    with pytest.raises(CourseError, match=r"there is no file .*none\.safetensors"):
        open_prepared(tmp_path / "none.safetensors")
    (tmp_path / "text.safetensors").write_text("no tensors")
    with pytest.raises(CourseError, match=r"text\.safetensors is damaged, cut short, or no prepared file"):
        open_prepared(tmp_path / "text.safetensors")
    save_file({"weight": torch.zeros(2)}, tmp_path / "weights.safetensors")
    with pytest.raises(CourseError, match=r"is no prepared data set; .* one of FER\+, RAF-DB, AffectNet"):
        open_prepared(tmp_path / "weights.safetensors")
