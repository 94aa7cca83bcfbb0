"""A grid in YAML becomes checked runs, or one message that says what is wrong."""

import shutil
from pathlib import Path

import pytest

from pvlib.errors import CourseError
from pvlib.evaluation.ablation.grid import grid_names, read_grid


def test_every_combination_of_the_axes_is_a_variant_under_every_seed_that_changes_what_it_names(small_grid):
    combinations = ["variational+marked", "variational+unmarked", "point+marked", "point+unmarked"]
    runs = [(run.variant, run.seed) for run in small_grid.runs]
    assert runs == [(name, seed) for seed in (0, 1) for name in combinations]
    assert len({run.folder for run in small_grid.runs}) == 8
    for run in small_grid.runs:
        head, embedding = run.variant.split("+")
        assert run.config.network.head == head
        assert run.config.network.layer_embedding == (embedding == "marked")
        assert (run.config.data.count, run.config.seed) == (32, run.seed)


def test_variants_can_be_listed_and_the_first_is_the_reference(write_grid):
    grid = read_grid(write_grid(axes=None, variants={"full": {}, "bare": {"network.head": "point"}}))
    assert list(grid.configs) == ["full", "bare"]
    assert grid.against == "full"


def test_small_numbers_may_be_written_with_an_exponent(write_grid):
    path = write_grid()
    path.write_text(path.read_text().replace('"train.epochs": 1', '"train.learning_rate": 9e-6'))
    assert read_grid(path).runs[0].config.train.learning_rate == 9e-6


def test_what_is_typed_at_the_command_line_has_the_last_word(write_grid):
    grid = read_grid(write_grid(), ["train.epochs=3", "seeds=[4, 7]", "columns=[calibration_error]"])
    assert (grid.seeds, grid.columns) == ((4, 7), ("calibration_error",))
    assert {run.config.train.epochs for run in grid.runs} == {3}


def test_every_path_means_the_same_in_whatever_folder_a_worker_runs(write_grid, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    base = {"data.root": "a.safetensors", "network.weights": "runs/b", "network.landmarks": "full",
            "network.landmark_weights": "c.safetensors"}  # fmt: skip
    config = read_grid(write_grid(base=base, **{"axes": None, "variants": {"full": {}}})).runs[0].config
    found = (config.data.root, config.network.weights, config.network.landmark_weights)
    assert found == tuple(str(tmp_path / name) for name in ("a.safetensors", "runs/b", "c.safetensors"))


@pytest.mark.parametrize(("changes", "culprits"), [
    ({"seed": 3}, ["seed", "seeds"]),
    ({"preset": None}, ["preset"]),
    ({"preset": "drawn-tinny"}, ["drawn-tinny", "drawn-tiny"]),
    ({"base": {"train.epoch": 3}}, ["train.epoch", "train.epochs"]),
    ({"base": {"train.learning_rate": "1e-3"}}, ["train.learning_rate", "'1e-3'"]),
    ({"base": {"seed": 3}}, ['"seed"', '"seeds"']),
    ({"base": {"preset": "rafdb-paper"}}, ['"preset"']),
    ({"axes": {"head": {"a": {"network.hed": "point"}}}}, ["variant a", "network.hed", "network.head"]),
    ({"axes": {"head": {"a/b": {}}}}, ["a/b"]),
    ({"axes": {"head": {}}}, ["at least one variant"]),
    ({"axes": {"head": {"a": {"seed": 3}}}}, ["seeds"]),
    ({"axes": {"head": {"a" * 200: {}}}}, ["a" * 200, "150"]),
    ({"axes": {"x": {"a": {"train.epochs": 2}}, "y": {"b": {"train.epochs": 3}}}}, ["x and y", "train.epochs"]),
    ({"variants": {"a": {}}}, ["axes", "variants"]),
    ({"axes": None, "variants": {"a": {}, "b": {"train.epochs": 1}}}, ["variants a and b are the same run"]),
    ({"axes": None, "variants": {"a": {}, "A": {"train.epochs": 2}}}, ["variants a and A"]),
    ({"reference": "point+markd"}, ["point+markd", "point+marked"]),
    ({"columns": ["acuracy"]}, ["acuracy", "accuracy"]),
    ({"columns": ["brier", "brier"]}, ["columns", "once"]),
    ({"seeds": [1, 1]}, ["seeds"]),
    ({"seeds": 0}, ["seeds"]),
    ({"seeds": 10**12}, ["seeds", "10,000"]),
    ({"evaluation": {"split": "testing"}}, ["split", "testing"]),
    ({"evaluation": {"samples": 10**9}}, ["samples"]),
    ({"published": {"point+marked": "no VI heads"}}, ["no VI heads", "no VI head"]),
    ({"published": {"pointless": "full"}}, ["pointless"]),
    ({"published": 3}, ["published"]),
])  # fmt: skip
def test_a_mistake_is_named_with_its_file(write_grid, changes, culprits):
    path = write_grid(**changes)
    with pytest.raises(CourseError) as caught:
        read_grid(path)
    for culprit in [str(path), *culprits]:
        assert culprit in str(caught.value)


@pytest.mark.parametrize("override", ["seed=3", "about=x", "evaluation.samples=3", "train.epochs"])
def test_nothing_that_is_typed_is_silently_left_out(write_grid, override):
    with pytest.raises(CourseError, match=override.partition("=")[0]):
        read_grid(write_grid(), [override])


def test_two_equal_variants_in_a_strangers_grid_are_named(shared, tmp_path):
    path = Path(shutil.copy(shared / "cases" / "configs" / "g-same.yaml", tmp_path))
    with pytest.raises(CourseError, match="variants a and b"):
        read_grid(path)


@pytest.mark.parametrize("text", ["[1, 2", "just words", "", "\x00"])
def test_what_is_no_mapping_or_not_there_is_refused(tmp_path, text):
    (tmp_path / "odd.yaml").write_text(text)
    missing = (("drawn-head", "drawn-heads"), ("nowhere.yaml", r"nowhere\.yaml"))
    for source, culprit in ((tmp_path / "odd.yaml", r"odd\.yaml"), *missing):
        with pytest.raises(CourseError, match=culprit):
            read_grid(source)


@pytest.mark.parametrize("name", grid_names())
def test_the_grids_of_the_course_can_be_read(name):
    grid = read_grid(name)
    assert grid.about
    assert bool(grid.published) == (name != "inside-the-network")  # nobody published what its variants reach
