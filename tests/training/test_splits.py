"""Which faces a run trains on, chooses by and is scored on, for every data set, on faces drawn in its layout."""

from dataclasses import replace

import pytest
import torch

from pvlib.data.faces import Faces
from pvlib.data.rafdb import load_rafdb
from pvlib.errors import CourseError
from pvlib.training.config_files import load_config
from pvlib.training.sources import load_faces
from pvlib.training.splits import hold_out, load_split, load_training


def config_of(sets, name, *overrides):
    return load_config("drawn-tiny", [f"data.root={sets / name}.safetensors", "recipe=none", *overrides])


@pytest.mark.parametrize(("name", "overrides"), [
    ("rafdb", ()),
    ("rafdb", ("data.train_on=[train,valid]",)),
    ("affectnet", ("data.classes=8",)),
    ("ferplus", ("data.rule=argmax",)),
    ("ferplus", ("data.rule=argmax", "data.train_on=[train,valid]", "data.target=released")),
])  # fmt: skip
def test_the_three_parts_have_no_face_in_common_and_choosing_faces_are_not_scored_ones(sets, name, overrides):
    config = config_of(sets, name, *overrides)
    train, valid, test = (load_split(config, role) for role in ("train", "valid", "test"))
    assert len(train) > len(valid) > 0
    ids = [set(faces.ids) for faces in (train, valid, test)]
    assert not ids[0] & ids[1] | ids[0] & ids[2] | ids[1] & ids[2]
    training = load_training(config)
    assert (training.choosing.ids, len(training)) == (valid.ids, len(train))


def test_select_test_holds_nothing_out_and_a_tenth_held_out_of_rafdb_is_the_valid_of_its_file(sets):
    both = "data.train_on=[train,valid]"
    config = config_of(sets, "rafdb", both, "select=test")
    training = load_training(config)
    assert (len(training), training.rows) == (80, None)
    assert training.choosing.ids == load_split(config, "test").ids
    with pytest.raises(CourseError, match="held nothing out"):
        load_split(config, "valid")
    own = load_rafdb(sets / "rafdb.safetensors", "valid")
    assert set(load_split(config_of(sets, "rafdb", both, "data.holdout=0.1"), "valid").ids) == set(own.ids)


def test_the_held_out_part_is_the_same_for_every_seed_and_all_of_it_is_left_out_of_training(sets):
    first, second = (config_of(sets, "affectnet", f"seed={seed}") for seed in (0, 1))
    training = load_training(first)
    assert training.choosing.ids == load_training(second).choosing.ids
    everything = set(training.faces.ids)
    assert everything == set(load_split(first, "train").ids) | set(training.choosing.ids)
    few = load_training(config_of(sets, "affectnet", "data.valid_count=5"))
    assert len(few.choosing) == 5
    assert len(few) == len(training)


@pytest.mark.parametrize("select", ["valid", "test"])
def test_faces_that_stay_are_rows_of_the_mapped_file_without_those_that_stand_in_a_later_split(sets, select):
    config = config_of(sets, "affectnet", f"select={select}")
    mapped = load_faces(config.data.root, "train")
    repeated = torch.arange(len(mapped)) % 10 == 3
    known = replace(mapped, repeated=repeated)
    training = load_training(config, lambda source, split, **options: known)
    assert training.faces is known  # not a copy
    assert not repeated[training.rows].any()
    assert (select == "test") == (len(training) == int((~repeated).sum()))
    later = {known.ids[row] for row in repeated.nonzero()[:, 0]}
    assert not set(training.choosing.ids) & later or select == "test"
    few = load_training(config_of(sets, "affectnet", "data.without_duplicates=false"), lambda *a, **o: known)
    assert len(few.rows) == len(few) == len(mapped) - len(few.choosing)


def test_faces_with_the_pixels_of_a_held_out_one_leave_the_training_with_it():
    images = torch.randint(0, 256, (40, 1, 8, 8), dtype=torch.uint8)
    faces = Faces(images, torch.eye(2)[torch.arange(40) % 2], ("a", "b"))
    rows, held = hold_out(faces, 0.2)
    assert (len(held), len(rows)) == (8, 32)
    images[rows[3]] = images[held[2]]  # an exact copy
    images[rows[5], :, 4] = images[held[1], :, 4]  # equal in the middle row alone
    copied, same = hold_out(faces, 0.2)
    assert torch.equal(same, held)
    assert set(rows.tolist()) - set(copied.tolist()) == {rows[3].item()}
    kept, _ = hold_out(faces, 0.2, without_copies=False)
    assert torch.equal(kept, rows)
    with pytest.raises(CourseError, match=r"data\.holdout = 0\.01 of 40 faces holds out 0"):
        hold_out(faces, 0.01)


def test_held_out_faces_are_measured_by_the_rules_labels_whatever_is_trained_on(sets):
    parts = ("data.rule=argmax", "data.train_on=[train,valid]", "data.holdout=0.3")
    released = load_training(config_of(sets, "ferplus", *parts, "data.target=released"))
    by_rule = load_training(config_of(sets, "ferplus", *parts))
    assert released.choosing.ids == by_rule.choosing.ids
    assert torch.equal(released.choosing.target, by_rule.choosing.target)
    assert not torch.equal(released.faces.target, by_rule.faces.target)


def test_two_splits_of_ferplus_are_joined_in_order(sets):
    alone = ("data.rule=argmax", "data.without_duplicates=false")
    parts = (*alone, "data.train_on=[train,valid]", "select=test")
    both = load_training(config_of(sets, "ferplus", *parts)).faces
    train = load_training(config_of(sets, "ferplus", *alone)).faces
    assert len(both) > len(train)
    assert both.ids[: len(train)] == train.ids
    assert torch.equal(both.votes[: len(train)], train.votes)
    assert len(load_training(config_of(sets, "ferplus", *parts, "data.count=10")).faces) == 10


@pytest.mark.parametrize(("name", "overrides", "said"), [
    ("rafdb", ("data.train_on=[train,test]",), 'cannot train on "test"'),
    ("affectnet", ("data.train_on=[train,valid]",), 'cannot train on "valid"'),
    ("rafdb", ("data.train_on=[trian]",), "there is train, valid"),
])  # fmt: skip
def test_splits_and_choices_that_a_data_set_does_not_have_are_refused_by_name(sets, name, overrides, said):
    with pytest.raises(CourseError, match=said):
        load_training(config_of(sets, name, *overrides))
    with pytest.raises(CourseError, match="train, valid, test"):
        load_split(load_config("drawn-tiny"), "holdout")


def test_a_stand_in_loads_all_faces_of_a_run():
    asked = []

    def load(source, split, **options):
        asked.append((source, split, options["count"]))
        images = torch.zeros(20, 1, 48, 48, dtype=torch.uint8)
        return Faces(images, torch.eye(2).repeat(10, 1), ("a", "b"))

    config = load_config("drawn-tiny", ["data.count=7", "data.valid_count=5"])
    training = load_training(config, load)
    load_split(config, "test", load)
    assert asked == [("drawn", "train", 7), ("drawn", "valid", 5), ("drawn", "test", None)]
    assert len(training) == 7
