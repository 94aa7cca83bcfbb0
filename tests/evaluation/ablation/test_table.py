"""What the table says, in Markdown, JSON and CSV."""

import csv
import json

import pytest

from pvlib.evaluation.ablation.grid import read_grid
from pvlib.evaluation.ablation.table import write_table

# of two seeds: differences to the reference in points are −2 exactly for unmarked, −1 and −3 for the others
ACCURACY = {"variational+marked": (0.80, 0.90), "variational+unmarked": (0.78, 0.88),
            "point+marked": (0.79, 0.87), "point+unmarked": (0.79, 0.87)}  # fmt: skip


@pytest.fixture
def grid(write_grid):
    return read_grid(write_grid(published={"variational+marked": "full", "point+marked": "no VI head"}))


@pytest.fixture
def results(result):
    return {
        (variant, seed): result(value, sigma_votes=None if "point" in variant else 0.25)
        for variant, values in ACCURACY.items()
        for seed, value in enumerate(values)
    }


@pytest.fixture
def text(grid, results, tmp_path):
    command, problems = "pvlib ablate small.yaml", ["point, seed 9: no room"]
    return write_table(grid, "small", tmp_path, results, command=command, problems=problems).read_text()


def row(text, start, number):
    found = [line for line in text.splitlines() if line.startswith(f"| {start} |")]
    return [cell.strip() for cell in found[number].strip("|").split("|")]


def test_it_says_how_it_was_made_and_what_failed(text):
    told = ("pvlib ablate small.yaml", "A question.", "24 faces (valid)", "- failed: point, seed 9: no room")
    assert [said for said in told if said not in text] == []
    assert "runs are done" not in text


def test_means_and_differences_stand_with_their_intervals_and_published_ones_beside_ours(text):
    # two seeds: half-width = t(0.975, 1) · s / √2 = 12.706 · 7.0711 / 1.4142 = 63.53
    assert row(text, "variational+marked", 0)[1:3] == ["2", "85.0 [21.5, 148.5]"]
    assert row(text, "variational+unmarked", 0)[-1] == "0.250 [0.250, 0.250]"
    assert row(text, "point+marked", 0)[-1] == "–"  # a point head has no σ
    # in bold where the interval leaves out zero; mean −2, half-width 12.706 · 1.4142 / 1.4142
    assert row(text, "variational+unmarked", 1)[1] == "**−2.0 [−2.0, −2.0]**"
    assert row(text, "point+marked", 1)[1] == "−2.0 [−14.7, +10.7]"
    assert row(text, "variational+marked", 1)[2:4] == ["–", "full"]
    ours = ["83.0 [32.2, 133.8]", "−2.0 [−14.7, +10.7]"]
    theirs = ["92.50 (−0.26)", "67.66 (−0.25)", "64.02 (−0.25)", "91.69 (−0.20)"]
    assert row(text, "point+marked", 2) == ["point+marked", *ours, "no VI head", *theirs]


def test_the_json_and_the_csv_have_every_number(text, tmp_path):
    content = json.loads((tmp_path / "table.json").read_text())
    cell = content["variants"]["point+marked"]["accuracy"]
    assert cell["by_seed"] == {"0": 0.79, "1": 0.87}
    assert cell["difference"]["value"] == pytest.approx(-0.02)
    assert content["variants"]["point+marked"]["sigma.spearman_votes"]["mean"] is None
    assert content["published"]["point+marked"]["accuracy"]["affectnet7"] == 67.66
    with (tmp_path / "runs.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 8
    assert rows[3] == {
        "variant": "point+unmarked", "head": "point", "embedding": "unmarked", "seed": "1",
        "accuracy": "0.87", "negative_log_likelihood": "1.0", "sigma.spearman_votes": "",
    }  # fmt: skip


def test_an_unfinished_grid_says_so_and_one_seed_has_no_interval(grid, results, tmp_path):
    only = {key: value for key, value in results.items() if key[1] == 0 and key[0] != "point+unmarked"}
    text = write_table(grid, "small", tmp_path, only).read_text()
    assert "**3 of 8 runs are done.**" in text
    assert row(text, "variational+marked", 0)[1:3] == ["1", "80.0"]
    assert row(text, "point+unmarked", 0)[1:3] == ["0", "–"]


@pytest.mark.parametrize(("evaluation", "variants", "said"), [
    ({"split": "test", "which": "best"}, {"a": {"select": "test"}}, "every run chose the epoch on the very faces"),
    ({"split": "test", "which": "last"}, {"a": {"select": "test"}}, "nothing was chosen by"),
    ({"split": "test", "which": "best"}, {"a": {}, "lucky": {"select": "test"}}, "the runs of lucky chose the epoch"),
    ({"split": "valid", "which": "best"}, {"a": {}}, "These validation faces chose the epoch of every run"),
    ({"split": "test", "which": "best"}, {"a": {}}, None),
    ({"split": "valid", "which": "last"}, {"a": {}}, None),
])  # fmt: skip
def test_scored_faces_that_chose_the_epoch_are_told_above_the_numbers_and_in_the_json(
    write_grid, tmp_path, evaluation, variants, said
):
    grid = read_grid(write_grid(axes=None, variants=variants, evaluation=evaluation))
    text = write_table(grid, "small", tmp_path, {}).read_text()
    warnings = json.loads((tmp_path / "table.json").read_text())["warnings"]
    assert ("> **Warning:**" in text) == (said is not None) == bool(warnings)
    chosen_by_validation = evaluation["which"] == "best" and {} in variants.values()
    assert chosen_by_validation == ("validation faces\n" in text or "validation faces." in text)
    if said is not None:
        assert said in warnings[0]
        assert text.index(f"> **Warning:** {warnings[0]}") < text.index("## Mean over seeds")


@pytest.mark.parametrize(("git", "code"), [
    ([{"commit": "0123456789", "dirty": False}] * 2, "0123456"),
    ([{"commit": "0123456789", "dirty": True}, {"commit": "fedcba9876", "dirty": False}],
     "0123456 with local changes, fedcba9"),
    ([None], "no repository"),
])  # fmt: skip
def test_minutes_add_up_and_every_commit_is_named_once(grid, tmp_path, result, git, code):
    session = {"versions": {"torch": "2.15.0"}, "device": "a processor", "threads": 1}
    each = result(0.5, sessions=[{**session, "git": one} for one in git])
    text = write_table(grid, "small", tmp_path, {("point+marked", seed): each for seed in (0, 1)}).read_text()
    assert "\n3 minutes of training in all; torch 2.15.0, a processor," in text  # twice 90 s
    assert f"code: {code}.\n" in text
