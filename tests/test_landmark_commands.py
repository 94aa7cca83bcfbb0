"""`pvlib landmarks`, as a person types it."""

import pytest
from typer.testing import CliRunner

from pvlib.cli import app
from pvlib.errors import CourseError
from pvlib.landmark_commands import TEST_SEED


def call(*arguments):
    return CliRunner().invoke(app, ["landmarks", *(str(argument) for argument in arguments)])


@pytest.fixture
def drawn(monkeypatch):
    """What is asked of draw_faces; drawing itself is refused."""
    asked = []

    def draw_faces(count, seed, *, start=0, **_):
        asked.append((seed, range(start, start + count)))
        raise CourseError("no drawing in this test")

    monkeypatch.setattr("pvlib.data.drawn.draw_faces", draw_faces)
    return asked


@pytest.mark.parametrize("seed", [0, 1, 1000])
def test_no_training_draws_the_faces_of_the_test_or_of_another_training(seed, drawn, tmp_path):
    for chosen in (seed, seed + 1):
        call("train", tmp_path / "net.safetensors", "--faces", 80, "--seed", chosen)
    (first, here), (second, there) = drawn
    assert first != TEST_SEED
    assert (first, set(here) & set(there)) == (second, set())
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(("arguments", "culprit"), [
    (["train", "taken/net.safetensors"], "taken/net.safetensors"),
    (["train", "net.safetensors", "--precision", "fp8"], "fp8"),
    (["measure", "--data", "ferplus.safetensors"], "--reference"),
    (["measure", "--picture", "points.txt"], "points.txt"),
    (["measure", "nowhere.safetensors"], "nowhere.safetensors"),
])  # fmt: skip
def test_a_mistake_is_named_in_one_line_before_any_face_is_drawn(
    arguments, culprit, drawn, tmp_path, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "taken").write_text("a file, not a folder")
    result = call(*arguments)
    assert result.exit_code == 1
    assert culprit in result.stderr
    assert len(result.stderr.strip().splitlines()) == 1
    assert drawn == []
    assert [entry.name for entry in tmp_path.iterdir()] == ["taken"]
