"""Hand lessons out: nbgrader's release of each, a personal copy for every student, and the library that runs them."""

import importlib.util
import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from poster_var_course.classroom.assignment import assignment, exercises_of, personal
from poster_var_course.classroom.leaks import find_leaks
from poster_var_course.classroom.nbgrader_parts import enter_class, nbgrader_of, succeed
from poster_var_course.classroom.settings import Course, Student
from poster_var_course.order import LessonEntry
from pvlib.errors import CourseError
from pvlib.files import atomic_folder, write_whole

LIBRARY = (
    "library"  # in the class's folder: the wheel, unpacked, for the judge; in handout/: the wheel itself
)
INSTALL = """\
# The course's library

Python 3.11 or newer. In a terminal, in this folder:

    python -m venv course
    course/bin/pip install {wheel}          # Windows: course\\Scripts\\pip install {wheel}
    course/bin/jupyter lab                  # Windows: course\\Scripts\\jupyter lab

Open your own notebooks there. To hand one in, save it and upload the .ipynb file; its name does not matter.

The package `pvlib` of the package index is another one, about solar energy: use this file.
"""


def release(course: Course, entries: tuple[LessonEntry, ...], wheel: Path | None = None) -> list[Path]:
    """Make the assignments of these lessons and everything that is handed out; return the new notebooks.

    Nothing is handed out if it would give a solution away. What was handed out before stays, unless it is made again.

    Args:
        course: the class.
        entries: the lessons.
        wheel: the course's library; built from the clone if there is none.

    Raises:
        CourseError: nbgrader refuses (an assignment with submissions keeps its cells), no wheel can be built, or the leak
            detector found something.
    """
    enter_class(course)
    api = nbgrader_of(course.folder)
    for entry in entries:
        made = _text(assignment(entry, course.own[entry.word].points))
        folders = [course.folder / step / entry.word for step in ("source", "release")]
        with _put_back_if_refused(folders):
            write_whole(folders[0] / f"{entry.word}.ipynb", made)
            succeed(api.generate_assignment(entry.word), f"release {entry.word}")
    enter_class(course)  # the deadlines of what is new
    with tempfile.TemporaryDirectory(prefix=".handout-", dir=course.folder) as made:
        new = Path(made)
        _put_library(new / LIBRARY, wheel or _build_wheel(entries[0].folder.parents[1], new))
        first, *others = course.students.values()
        _put_copies(new, course, entries, [first])
        # the others' copies differ in the seed and in the name alone
        if leaks := find_leaks(new, lessons=entries[0].folder.parent):
            shown = "; ".join(str(leak) for leak in leaks[:5])
            raise CourseError(
                f"nothing was handed out, since {len(leaks)} places give something away: {shown}"
            )
        _put_copies(new, course, entries, others)
        _unpack_library(new / LIBRARY, course.folder / LIBRARY)
        return _hand_out(new, course.folder / "handout")


def read_release(course: Course, word: str) -> NotebookNode:
    """The released notebook of a lesson; CourseError if there is none."""
    path = course.folder / "release" / word / f"{word}.ipynb"
    if not path.exists():
        raise CourseError(f"{word} was not released yet: pvlib classroom release {word}")
    return nbformat.read(path, as_version=4)


def has_other_points(course: Course, word: str) -> bool:
    """Whether classroom.yaml now gives other points than the lesson was released with, which are those that count."""
    given = {one.id: one.points for one in exercises_of(read_release(course, word))}
    return any(given.get(name, points) != points for name, points in course.own[word].points.items())


def released(course: Course) -> tuple[LessonEntry, ...]:
    """The lessons that were released so far; CourseError if none was."""
    found = [entry for entry in course.entries if (course.folder / "release" / entry.word).is_dir()]
    if not found:
        raise CourseError("no lesson was released yet: pvlib classroom release")
    return tuple(found)


def _text(notebook: NotebookNode) -> str:
    return str(nbformat.writes(notebook)) + "\n"


@contextmanager
def _put_back_if_refused(folders: list[Path]) -> Iterator[None]:
    """nbgrader removes the old release before it refuses a new one, and grading needs the old one."""
    with tempfile.TemporaryDirectory() as kept:
        before = [shutil.copytree(one, Path(kept, one.parent.name)) for one in folders if one.exists()]
        try:
            yield
        except CourseError:
            for one, earlier in zip(folders, before, strict=False):
                shutil.rmtree(one, ignore_errors=True)
                shutil.copytree(earlier, one)
            raise


def _build_wheel(clone: Path, folder: Path) -> Path:
    if not (clone / "pyproject.toml").exists():
        raise CourseError(f"{clone} is no clone of the course: name a wheel of it, with --wheel FILE")
    if importlib.util.find_spec("hatchling") is None:
        raise CourseError(
            "a wheel is built with hatchling: pip install hatchling, or name a wheel, with --wheel FILE"
        )
    command = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(folder)]
    done = subprocess.run(command, cwd=clone, capture_output=True, text=True)
    if done.returncode:
        raise CourseError(f"the wheel of the library could not be built in {clone}: {done.stderr[-500:]}")
    return next(folder.glob("*.whl"))


def _put_library(folder: Path, wheel: Path) -> None:
    if not wheel.is_file():
        raise CourseError(f"{wheel}: there is no such wheel")
    folder.mkdir()
    shutil.move(wheel, folder) if wheel.parent == folder.parent else shutil.copy(wheel, folder)
    (folder / "INSTALL.md").write_text(INSTALL.format(wheel=wheel.name), encoding="utf-8")


def _put_copies(
    folder: Path, course: Course, entries: tuple[LessonEntry, ...], students: list[Student]
) -> None:
    for entry in entries:
        released_notebook = read_release(course, entry.word)
        for student in students:
            own = personal(released_notebook, student.id, student.seed)
            write_whole(folder / student.id / f"{entry.name}.ipynb", _text(own))


def _unpack_library(folder: Path, target: Path) -> None:
    """The library as the judge's processes read it; a wheel of Python alone is installed by unpacking it."""
    with (
        atomic_folder(target, replace=True) as unpacked,
        zipfile.ZipFile(next(folder.glob("*.whl"))) as wheel,
    ):
        wheel.extractall(unpacked)


def _hand_out(new: Path, handout: Path) -> list[Path]:
    """Move what was made to its place, file by file: copies of other lessons, made before, stay."""
    shutil.rmtree(handout / LIBRARY, ignore_errors=True)
    files = sorted(path for path in new.rglob("*") if path.is_file())
    placed = [handout / path.relative_to(new) for path in files]
    for path, place in zip(files, placed, strict=True):
        place.parent.mkdir(parents=True, exist_ok=True)
        path.replace(place)
    return [place for place in placed if place.suffix == ".ipynb"]
