"""A grid in YAML becomes checked runs, or one message that says what is wrong."""

import pytest

from pvlib.errors import CourseError
from pvlib.evaluation.ablation.grid_file import grid_names, read_grid


def test_every_combination_of_the_axes_is_a_variant_under_every_seed(small_grid):
    expected = {"variational+marked", "variational+unmarked", "point+marked", "point+unmarked"}
    assert set(small_grid.variants) == expected
    assert {(run.variant, run.seed) for run in small_grid.runs} == {
        (name, seed) for name in expected for seed in (0, 1)
    }


def test_a_variant_changes_what_it_names_and_the_base_changes_every_run(small_grid):
    for run in small_grid.runs:
        head, embedding = run.variant.split("+")
        assert run.config.network.head == head
        assert run.config.network.layer_embedding == (embedding == "marked")
        assert run.config.data.count == 32
        assert run.config.seed == run.seed


def test_runs_go_seed_by_seed_so_that_an_unfinished_grid_has_every_variant(small_grid):
    assert [run.seed for run in small_grid.runs] == [0] * 4 + [1] * 4


def test_variants_can_be_listed_and_the_first_is_the_reference(write_grid):
    grid = read_grid(write_grid(axes=None, variants={"full": {}, "bare": {"network.head": "point"}}))
    assert grid.variants == ("full", "bare")
    assert grid.reference == "full"


def test_every_run_has_a_folder_of_its_own(small_grid):
    folders = [run.folder for run in small_grid.runs]
    assert len(set(folders)) == len(folders) == 8
    assert "point+marked/seed-1" in folders


def test_small_numbers_may_be_written_with_an_exponent(write_grid):
    path = write_grid()
    path.write_text(
        path.read_text().replace("train.epochs: 1", "train.epochs: 1\n  train.learning_rate: 9e-6")
    )
    assert read_grid(path).runs[0].config.train.learning_rate == 9e-6


def test_what_is_typed_at_the_command_line_has_the_last_word(write_grid):
    grid = read_grid(write_grid(), ["train.epochs=3", "seeds=[4, 7]", "columns=[ece]"])
    assert grid.seeds == (4, 7)
    assert grid.columns == ("ece",)
    assert {run.config.train.epochs for run in grid.runs} == {3}


@pytest.mark.parametrize(("changes", "culprits"), [
    ({"seed": 3}, ["seed", "seeds"]),
    ({"preset": None}, ["preset"]),
    ({"preset": "drawn-tinny"}, ["drawn-tinny", "drawn-tiny"]),
    ({"base": {"train.epoch": 3}}, ["train.epoch", "train.epochs"]),
    ({"base": {"train.epochs": "many"}}, ["train.epochs"]),
    ({"base": [1]}, ["base"]),
    ({"axes": {"head": {"a": {"network.hed": "point"}}}}, ["variant a", "network.hed", "network.head"]),
    ({"axes": {"head": {"a/b": {}}}}, ["a/b"]),
    ({"axes": {"head": {}}}, ["no variant"]),
    ({"axes": {"head": {"a": {"seed": 3}}}}, ["seeds"]),
    ({"variants": {"a": {}}}, ["axes", "variants"]),
    ({"axes": None, "variants": ["a"]}, ['"variants" must hold keys and values']),
    ({"reference": "point+markd"}, ["point+markd", "point+marked"]),
    ({"columns": ["acuracy"]}, ["acuracy", "accuracy"]),
    ({"columns": "accuracy"}, ["columns"]),
    ({"seeds": 0}, ["seeds"]),
    ({"seeds": [1, 1]}, ["seeds"]),
    ({"evaluation": {"split": "testing"}}, ["split", "testing"]),
    ({"evaluation": {"splitt": "test"}}, ["splitt", "split"]),
    ({"evaluation": {"samples": 0}}, ["samples"]),
    ({"published": {"rows": {"point+marked": "no VI heads"}}}, ["no VI heads", "no VI head"]),
    ({"published": {"rows": {"pointless": "full"}}}, ["pointless"]),
    ({"published": {"rows": {}, "data": ["rafdbb"]}}, ["rafdbb", "rafdb"]),
])  # fmt: skip
def test_a_mistake_is_named_with_its_file(write_grid, changes, culprits):
    path = write_grid(**changes)
    with pytest.raises(CourseError) as caught:
        read_grid(path)
    for culprit in [str(path), *culprits]:
        assert culprit in str(caught.value)


@pytest.mark.parametrize("text", ["[1, 2", "just words", "", "\x00"])
def test_what_is_no_mapping_is_refused(tmp_path, text):
    path = tmp_path / "odd.yaml"
    path.write_text(text)
    with pytest.raises(CourseError, match=r"odd\.yaml"):
        read_grid(path)


def test_an_unknown_grid_brings_the_nearest_one():
    with pytest.raises(CourseError, match="drawn-heads"):
        read_grid("drawn-head")


def test_a_missing_file_is_named():
    with pytest.raises(CourseError, match=r"nowhere\.yaml"):
        read_grid("nowhere.yaml")


@pytest.mark.parametrize("name", grid_names())
def test_the_grids_of_the_course_can_be_read(name):
    grid = read_grid(name)
    assert grid.about
    assert grid.published


def test_the_grid_of_the_heads_has_six_heads_twice_under_five_seeds():
    grid = read_grid("drawn-heads")
    objectives = {
        (run.config.network.head, run.config.objective.likelihood, run.config.objective.divergence)
        for run in grid.runs
    }
    assert objectives == {
        ("point", "cross_entropy", "none"),
        *(
            ("variational", "cross_entropy", name)
            for name in ("none", "gaussian", "released", "label_smoothing")
        ),
        ("variational", "kendall_gal", "none"),
    }
    assert {run.config.network.layer_embedding for run in grid.runs} == {True, False}
    assert len(grid.runs) == 60
