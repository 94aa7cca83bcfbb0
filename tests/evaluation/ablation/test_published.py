"""Published numbers are printed as they stand, and say where they stand."""

import pytest

from pvlib.errors import CourseError
from pvlib.evaluation.ablation.published import ABLATION, DATA_SETS, METHODS, published

RAFDB_TEST_FACES = 3068


@pytest.fixture
def document(shared):
    """Rows of the document that the numbers were copied from."""
    return (shared / "spec" / "training.md").read_text()


def cells_of(document, name):
    (line,) = (line for line in document.splitlines() if line.startswith(f"| {name} |"))
    return [cell.strip() for cell in line.strip("|").split("|")]


@pytest.mark.parametrize("name", [name for name in METHODS if "ViT" not in name])
def test_methods_repeat_the_document(document, name):
    _, year, *accuracy = cells_of(document, name)
    expected = {key: float(cell) for key, cell in zip(DATA_SETS, accuracy, strict=True) if cell != "–"}
    assert METHODS[name].accuracy == expected
    assert METHODS[name].year == int(year)


@pytest.mark.parametrize("name", ABLATION)
def test_the_ablation_repeats_the_document(document, name):
    row = ABLATION[name]
    numbers = " / ".join(f"{row.accuracy[key]:.2f}" for key in DATA_SETS)
    assert f"{name} {numbers}, {row.milliseconds}" in " ".join(document.split())


@pytest.mark.parametrize(("row", "faces"), [("no layer embedding", 3), ("no VI head", 8)])
def test_on_rafdb_a_part_is_worth_a_handful_of_faces(row, faces):
    difference = ABLATION["full"].accuracy["rafdb"] - ABLATION[row].accuracy["rafdb"]
    assert round(difference / 100 * RAFDB_TEST_FACES) == faces


def test_only_the_numbers_that_were_never_read_again_are_unverified():
    assert [name for name, row in METHODS.items() if not row.verified] == ["PF-ViT"]


def test_a_wrong_row_brings_the_nearest_one():
    with pytest.raises(CourseError, match="no VI head"):
        published("no VI-head")
