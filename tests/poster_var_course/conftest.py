"""Lessons of a few lines, for the tests of the generator, the runner and the command line."""

from pathlib import Path
from types import SimpleNamespace

import pytest

from poster_var_course.build import build_all
from poster_var_course.run import run_lessons


@pytest.fixture(scope="session")
def write_lessons():
    """Write lessons, numbered as they come: write_lessons(folder, good=text, …) -> the folder of lessons."""

    def write(folder: Path, **sources: str) -> Path:
        order = ""
        for number, (word, text) in enumerate(sources.items(), start=1):
            (folder / word).mkdir(parents=True, exist_ok=True)
            (folder / word / "lesson.py").write_text(text)
            order += f'[{word}]\nnumber = {number}\ntitle = "The lesson {word}: a try"\n\n'
        (folder / "order.toml").write_text(order)
        return folder

    return write


@pytest.fixture(scope="module")
def course(write_lessons):
    """Make a folder with lessons and notebooks, and a `run` that knows them."""

    def make(folder, **sources):
        lessons, notebooks = write_lessons(folder / "lessons", **sources), folder / "notebooks"
        build_all(lessons, notebooks)

        def run(*wanted, out=folder / "out", **options):
            return run_lessons(wanted, lessons=lessons, notebooks=notebooks, out=out, **options)

        return SimpleNamespace(lessons=lessons, notebooks=notebooks, out=folder / "out", run=run)

    return make


@pytest.fixture(scope="module", autouse=True)
def unedited_library():
    """Somebody may edit pvlib while these tests run, which would rightly make every lesson out of date."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("poster_var_course.records.library_sha256", lambda: "unedited")
        yield
