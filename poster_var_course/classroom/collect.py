"""Take in what students handed in, and lose nothing: whose it is, which lesson, and when, as far as that can be told.

What comes is a folder, a learning platform's zip, or single notebooks. Each is kept byte for byte in
collected/STUDENT/LESSON/MOMENT_HASH/NAME; what cannot be told apart, in collected/unknown/MOMENT_HASH/NAME. No name of a
file decides where anything is written, so a zip may hold any.
"""

import hashlib
import io
import json
import os
import re
import unicodedata
import zipfile
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath
from typing import Any
from zoneinfo import ZoneInfo

from poster_var_course.build import OURS
from poster_var_course.classroom.settings import Course, Student
from pvlib.errors import CourseError, printable

MOST_BYTES = 64 * 2**20  # of one notebook, and of one zip inside another
MOST_FILES = 10_000
NOTEBOOK = re.compile(r"\.ipynb(?:\.txt|\.json)?$", re.IGNORECASE)  # as some browsers save it
LEFT_OUT = re.compile(r"(?:^|/)(?:__MACOSX/|\._|\.ipynb_checkpoints/)")
MOODLE = re.compile(r"(?:^|/)(?P<name>[^/]+?)_(?P<number>\d+)_assignsubmission_(?:file|onlinetext)_?")
CANVAS = re.compile(r"(?:^|/)(?P<name>[^/_]+)_(?P<late>LATE_)?(?P<number>\d+)_\d+_[^/]+$")
MOMENT = "%Y%m%dT%H%M%SZ"
UNKNOWN = "unknown"
GERMAN = {"ä": "ae", "ö": "oe", "ü": "ue", "ø": "oe", "å": "aa"}


@dataclass(frozen=True, kw_only=True)
class Handed:
    """A notebook that was handed in: its name with the folders around it, its bytes, and the moment (UTC)."""

    path: str
    data: bytes
    moment: datetime


@dataclass(frozen=True, kw_only=True)
class Collected:
    """Where a notebook was put, and whose it is.

    Attributes:
        handed_in_as: its name with the folders around it.
        student: the id; None if that cannot be told.
        lesson: the word; None likewise.
        place: the kept file.
        new: whether it was not kept before.
        remark: what a teacher should know about it.
    """

    handed_in_as: str
    student: str | None
    lesson: str | None
    place: Path
    new: bool
    remark: str


def collect(
    course: Course, sources: Iterable[Path], at: datetime | None = None
) -> tuple[list[Collected], list[str]]:
    """Keep every notebook in folders, zips and files; the second list names what is no notebook or cannot be read.

    Args:
        course: the class.
        sources: folders, zips and notebooks.
        at: the moment when all of it was handed in; by default that of each file, or of each entry of a zip.

    Raises:
        CourseError: a source that does not exist.
    """
    kept: list[Collected] = []
    left_out: list[str] = []
    for source in sources:
        if not source.exists():
            raise CourseError(f"{source}: there is no such file or folder")
        for handed in _all_in(source, ZoneInfo(course.settings.time_zone)):
            if isinstance(handed, str):
                left_out.append(printable(handed))
            else:
                kept.append(_keep(course, replace(handed, moment=at) if at else handed))
    return kept, left_out


def _all_in(source: Path, zone: ZoneInfo) -> Iterator[Handed | str]:
    files = sorted(path for path in source.rglob("*") if path.is_file()) if source.is_dir() else [source]
    for path in files:
        name = path.relative_to(source.parent).as_posix()
        moment = datetime.fromtimestamp(path.stat().st_mtime, UTC)
        if path.suffix.lower() == ".zip":
            with path.open("rb") as file:
                yield from _in_zip(file, "" if path == source else name, zone, inside=False)
        elif NOTEBOOK.search(name) and not LEFT_OUT.search(name):
            yield Handed(path=name, data=path.read_bytes(), moment=moment)
        elif not LEFT_OUT.search(name):
            yield name


def _in_zip(file: Any, path: str, zone: ZoneInfo, *, inside: bool) -> Iterator[Handed | str]:
    """The notebooks in a zip, and in the zips that students put into it; a broken one stops no other."""
    try:
        with zipfile.ZipFile(file) as archive:
            for entry in archive.infolist()[:MOST_FILES]:
                name = f"{path}/{entry.filename}".lstrip("/")
                if entry.is_dir() or LEFT_OUT.search(name):
                    continue
                is_zip = name.lower().endswith(".zip") and not inside
                if not (is_zip or NOTEBOOK.search(name)):
                    yield name
                    continue
                try:
                    with archive.open(entry) as content:
                        data = content.read(MOST_BYTES + 1)
                    moment = datetime(*entry.date_time, tzinfo=zone).astimezone(UTC)
                except Exception as error:  # encrypted, damaged, an unknown method, an impossible date
                    yield f"{name} (cannot be read: {error})"
                    continue
                if len(data) > MOST_BYTES:
                    yield f"{name} (more than {MOST_BYTES >> 20} MiB)"
                elif is_zip:
                    yield from _in_zip(io.BytesIO(data), name, zone, inside=True)
                else:
                    yield Handed(path=name, data=data, moment=moment)
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
        yield f"{path or 'the zip'} (cannot be read: {error})"


def _keep(course: Course, handed: Handed) -> Collected:
    said = _metadata(handed.data)
    student, remark = _whose(course, handed.path, said.get("student"))
    lesson = _which(course, handed.path, said.get("lesson"))
    end = course.deadline(lesson, student) if student and lesson else None
    if end and handed.moment > end and _is_on_time_by_canvas(handed.path):
        handed, remark = replace(handed, moment=end), f"{remark} Canvas does not call it late.".strip()
    stamp = f"{handed.moment:{MOMENT}}_{hashlib.sha256(handed.data).hexdigest()[:12]}"
    whole = student is not None and lesson is not None
    folder = course.folder / "collected"
    folder = folder / str(student) / str(lesson) if whole else folder / UNKNOWN
    before = sorted(folder.glob(f"*_{stamp.partition('_')[2]}/*"))
    if whole and before and before[0].parent.name <= stamp:  # the same bytes again: the earlier moment counts
        return _told(handed, student, lesson, before[0], remark, new=False)
    place = folder / stamp / _file_name(handed.path)
    new = not place.exists()
    if new:
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(handed.data)
        moment = handed.moment.timestamp()
        os.utime(place, (moment, moment))  # so that it can be collected again, under another name
    return _told(handed, student, lesson, place, remark, new=new)


def _is_on_time_by_canvas(path: str) -> bool:
    """Whether Canvas named the file and did not mark it as late; the times in its zips are those of the download."""
    found = None if MOODLE.search(path) else CANVAS.search(path)
    return found is not None and not found["late"]


def _told(
    handed: Handed, student: str | None, lesson: str | None, place: Path, remark: str, *, new: bool
) -> Collected:
    return Collected(
        handed_in_as=printable(handed.path),
        student=student,
        lesson=lesson,
        place=place,
        new=new,
        remark=remark,
    )


def _file_name(path: str) -> str:
    """The file's own name as any system takes it."""
    name = "".join(c if c.isprintable() and c not in '<>:"|?*\\/' else "_" for c in PurePosixPath(path).name)
    return name.encode("utf-8", "replace").decode()[-100:] or "notebook.ipynb"


def _metadata(data: bytes) -> dict[str, Any]:
    """What the course wrote into the notebook, if that can be read."""
    try:
        said = json.loads(data)["metadata"][OURS]
        return said if isinstance(said, dict) else {}
    except (ValueError, KeyError, TypeError, RecursionError):
        return {}


def _whose(course: Course, path: str, said: object) -> tuple[str | None, str]:
    """The student by the file's name, else by the notebook's metadata, and a remark where that is not sure."""
    named = _named_by(path, course.students.values())
    by_copy = said if isinstance(said, str) and said in course.students else None
    if len(named) == 1:
        other = by_copy not in (None, named[0])
        return named[0], f"This is the copy that was handed out to {by_copy}." if other else ""
    if by_copy and (by_copy in named or not named):
        return by_copy, "Its name does not say whose it is; the copy was handed out to this student."
    return None, f"The name fits {', '.join(named)}." if named else "Nothing says whose it is."


def _named_by(path: str, students: Collection[Student]) -> list[str]:
    """The ids of those whom a path may name.

    What a platform wrote comes before what a student may have written: Moodle's folder, a folder called by an id, Canvas's
    file name, and only then a file name that begins with an id.
    """
    *folders, file = path.split("/")
    if found := MOODLE.search(path):
        return _like(found["name"], found["number"], students)
    for part in folders:
        if ids := [student.id for student in students if part.casefold() == student.id.casefold()]:
            return ids
    if found := CANVAS.search(path):
        return _like(found["name"], found["number"], students)
    start = re.compile(r"(?:[ _-]|\.ipynb)", re.IGNORECASE)
    starts = {file[: end.start()].casefold() for end in start.finditer(file)}
    return sorted((student.id for student in students if student.id.casefold() in starts), key=len)[-1:]


def _like(name: str, number: str, students: Collection[Student]) -> list[str]:
    """Those who fit best: name and number, the name alone, or the number alone, which on Moodle is another one."""
    fits: dict[str, int] = {}
    for student in students:
        names = (f"{student.first_name} {student.last_name}", f"{student.last_name} {student.first_name}")
        same = any(_spellings(name) & _spellings(own) for own in names)
        fits[student.id] = 2 * same + (bool(student.lms_id) and number == student.lms_id)
    best = max(fits.values())
    return [student for student, fit in fits.items() if fit == best and fit]


def _spellings(name: str) -> set[str]:
    """A name as letters and digits alone, however its umlauts and accents are written."""
    folded = unicodedata.normalize("NFC", name).casefold()
    german = "".join(GERMAN.get(letter, letter) for letter in folded)
    plain = (
        "".join(c for c in unicodedata.normalize("NFKD", text) if c.isalnum()) for text in (folded, german)
    )
    kept = "".join(c for c in folded if c.isalnum())
    return {*plain, kept} - {""}


def _which(course: Course, path: str, said: object) -> str | None:
    """The lesson by the notebook's metadata, else by the file's name."""
    if isinstance(said, str) and said in course.own:
        return said
    name = re.sub(r"[^a-z0-9]+", "_", PurePosixPath(path).name.casefold())
    words = [entry.word for entry in course.entries if entry.word in name]
    return max(words, key=len, default=None)
