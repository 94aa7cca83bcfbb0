"""Published numbers are printed as they stand, and say where they stand."""

import pytest

from pvlib.evaluation.ablation.published import ABLATION, DATA_SETS, METHODS


@pytest.fixture
def document(shared):
    """The document that the numbers were copied from."""
    return (shared / "spec" / "training.md").read_text()


@pytest.mark.parametrize("name", [name for name in METHODS if "ViT" not in name])
def test_methods_repeat_the_document(document, name):
    (line,) = (line for line in document.splitlines() if line.startswith(f"| {name} |"))
    _, year, *accuracy = (cell.strip() for cell in line.strip("|").split("|"))
    expected = {key: float(cell) for key, cell in zip(DATA_SETS, accuracy, strict=True) if cell != "–"}
    assert (METHODS[name]["accuracy"], METHODS[name]["year"]) == (expected, int(year))


@pytest.mark.parametrize("name", ABLATION)
def test_the_ablation_repeats_the_document(document, name):
    row = ABLATION[name]
    numbers = " / ".join(f"{row['accuracy'][key]:.2f}" for key in DATA_SETS)
    assert f"{name} {numbers}, {row['milliseconds']}" in " ".join(document.split())


def test_only_the_numbers_that_were_never_read_again_are_unverified():
    assert [name for name, row in METHODS.items() if not row.get("verified", True)] == ["PF-ViT"]
