"""What the table says, in Markdown, JSON and CSV."""

import csv
import json

import pytest

from pvlib.evaluation.ablation.grid_file import read_grid
from pvlib.evaluation.ablation.table import write_table

PUBLISHED = {
    "rows": {"variational+marked": "full", "point+marked": "no VI head"},
    "data": ["rafdb", "ferplus"],
}


@pytest.fixture
def grid(write_grid):
    return read_grid(write_grid(published=PUBLISHED))


@pytest.fixture
def results(result):
    # differences of variant and reference in points of accuracy: 0.0; unmarked −2 ± 0 exactly; point −1, −3
    accuracy = {"variational+marked": (0.80, 0.90), "variational+unmarked": (0.78, 0.88),
                "point+marked": (0.79, 0.87), "point+unmarked": (0.79, 0.87)}  # fmt: skip
    return {
        (variant, seed): result(value, sigma_votes=None if "point" in variant else 0.25)
        for variant, values in accuracy.items()
        for seed, value in enumerate(values)
    }


@pytest.fixture
def lines(grid, results, tmp_path):
    command = "pvlib ablate small.yaml"
    problems = ["point+marked, seed 9: no room"]
    text = write_table(grid, tmp_path, results, command=command, problems=problems).read_text()
    return text.splitlines()


def row(lines, start, number):
    found = [line for line in lines if line.startswith(f"| {start} |")]
    return [cell.strip() for cell in found[number].strip("|").split("|")]


def test_it_says_how_it_was_made_and_what_failed(lines):
    text = "\n".join(lines)
    assert "pvlib ablate small.yaml" in text
    assert "A question." in text
    assert "24 faces (valid)" in text
    assert "- failed: point+marked, seed 9: no room" in text
    assert "runs are done" not in text


def test_means_stand_with_half_of_their_interval(lines):
    # two seeds: half-width = t(0.975, 1) · s / √2 = 12.706 · 7.0711 / 1.4142 = 63.53
    assert row(lines, "variational+marked", 0)[1:3] == ["2", "85.00 ± 63.53"]


def test_a_point_head_has_no_sigma(lines):
    assert row(lines, "point+marked", 0)[-1] == "–"
    assert row(lines, "variational+unmarked", 0)[-1] == "0.250 ± 0.000"


def test_a_difference_is_bold_only_where_its_interval_leaves_out_zero(lines):
    assert row(lines, "variational+unmarked", 1)[1] == "**−2.00 [−2.00, −2.00]**"
    # mean −2, half-width 12.706 · 1.4142 / 1.4142
    assert row(lines, "point+marked", 1)[1] == "−2.00 [−14.71, +10.71]"


def test_published_differences_stand_beside_ours(lines):
    assert row(lines, "point+marked", 2) == [
        "point+marked", "83.00 ± 50.82", "−2.00 [−14.71, +10.71]", "no VI head", "92.50 (−0.26)", "91.69 (−0.20)",
    ]  # fmt: skip


def test_the_json_has_every_number(lines, tmp_path):
    content = json.loads((tmp_path / "table.json").read_text())
    cell = content["variants"]["point+marked"]["accuracy"]
    assert cell["by_seed"] == {"0": pytest.approx(79), "1": pytest.approx(87)}
    assert cell["difference"]["value"] == pytest.approx(-2)
    assert content["variants"]["point+marked"]["sigma_votes"]["mean"] is None
    assert content["published"]["point+marked"]["accuracy"]["affectnet7"] == 67.66


def test_the_csv_has_a_line_for_each_run(lines, tmp_path):
    with (tmp_path / "runs.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 8
    found = next(r for r in rows if r["variant"] == "point+unmarked" and r["seed"] == "1")
    assert (found["head"], found["embedding"]) == ("point", "unmarked")
    assert float(found["accuracy"]) == pytest.approx(87)
    assert found["sigma_votes"] == ""


def test_an_unfinished_grid_says_so_and_one_seed_has_no_interval(grid, results, tmp_path):
    only = {key: value for key, value in results.items() if key[1] == 0 and key[0] != "point+unmarked"}
    lines = write_table(grid, tmp_path, only).read_text().splitlines()
    assert any("**3 of 8 runs are done.**" in line for line in lines)
    assert row(lines, "variational+marked", 0)[1:3] == ["1", "80.00"]
    assert row(lines, "point+unmarked", 0)[1:3] == ["0", "–"]


@pytest.mark.parametrize(("evaluation", "base", "said"), [
    ({"split": "test", "which": "best"}, {"select": "test"}, "every run chose the epoch on the very faces"),
    ({"split": "test", "which": "last"}, {"select": "test"}, "nothing was chosen by"),
    ({"split": "valid", "which": "best"}, {}, "These validation faces chose the epoch of every run"),
    ({"split": "test", "which": "best"}, {}, None),
    ({"split": "valid", "which": "last"}, {}, None),
])  # fmt: skip
def test_scored_faces_that_chose_the_epoch_are_told_above_the_numbers_and_in_the_json(
    write_grid, tmp_path, evaluation, base, said
):
    grid = read_grid(write_grid(evaluation=evaluation, base={"train.epochs": 2, **base}))
    text = write_table(grid, tmp_path, {}).read_text()
    warnings = json.loads((tmp_path / "table.json").read_text())["warnings"]
    assert ("> **Warning:**" in text) == (said is not None) == bool(warnings)
    assert (evaluation["which"] == "best" and not base) == ("did best on validation faces" in text)
    if said is not None:
        assert said in warnings[0]
        assert text.index(f"> **Warning:** {warnings[0]}") < text.index("## Mean over seeds")


def test_a_variant_alone_that_chose_by_the_test_split_is_named(write_grid, tmp_path):
    variants = {"fair": {}, "lucky": {"select": "test"}}
    grid = read_grid(write_grid(axes=None, variants=variants, evaluation={"split": "test", "which": "best"}))
    text = write_table(grid, tmp_path, {}).read_text()
    assert "select=test: the runs of lucky chose the epoch" in text
    assert "did best on the test faces or validation faces" in text


@pytest.mark.parametrize(("git", "code"), [
    ([{"commit": "0123456789", "dirty": False}] * 2, "0123456"),
    ([{"commit": "0123456789", "dirty": True}, {"commit": "fedcba9876", "dirty": False}],
     "0123456 with local changes, fedcba9"),
    ([None], "no repository"),
])  # fmt: skip
def test_minutes_add_up_and_every_commit_is_named_once(grid, tmp_path, result, git, code):
    session = {"versions": {"torch": "2.15.0"}, "device": "a processor", "threads": 1}
    sessions = [{**session, "git": each} for each in git]
    results = {
        ("point+marked", 0): result(0.5, sessions=sessions),
        ("point+marked", 1): result(0.5, sessions=sessions),
    }
    made_with = json.loads((write_table(grid, tmp_path, results).parent / "table.json").read_text())[
        "made_with"
    ]
    assert made_with.startswith("3 minutes of training in all; torch 2.15.0, a processor,")  # twice 90 s
    assert made_with.endswith(f"code: {code}.")
