"""The scripts of the landmark network, as a person types them."""

import pytest

from data_scripts import measure_landmarks, train_landmarks
from data_scripts.landmarks.measuring import TEST_SEED
from pvlib.errors import CourseError


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
def test_no_training_draws_the_faces_of_the_test_or_of_another_training(seed, drawn, tmp_path, call):
    for chosen in (seed, seed + 1):
        call(train_landmarks.main, tmp_path / "net.safetensors", "--faces", 80, "--seed", chosen)
    (first, here), (second, there) = drawn
    assert first != TEST_SEED
    assert (first, set(here) & set(there)) == (second, set())
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(("script", "arguments", "culprit"), [
    (train_landmarks, ["taken/net.safetensors"], "taken/net.safetensors"),
    (train_landmarks, ["net.safetensors", "--precision", "fp8"], "fp8"),
    (measure_landmarks, ["--data", "ferplus.safetensors"], "--reference"),
    (measure_landmarks, ["--picture", "points.txt"], "points.txt"),
])  # fmt: skip
def test_a_mistake_is_named_in_one_line_before_any_face_is_drawn(
    script, arguments, culprit, drawn, tmp_path, monkeypatch, call
):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "taken").write_text("a file, not a folder")
    result = call(script.main, *arguments)
    assert result.exit_code == 1
    assert culprit in result.stderr
    assert len(result.stderr.strip().splitlines()) == 1
    assert drawn == []
    assert [entry.name for entry in tmp_path.iterdir()] == ["taken"]
