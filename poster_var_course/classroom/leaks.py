"""Nothing of a solution, a hidden test or a teacher's card is in what learners get: `pvlib classroom leaks PATH`.

What counts as a leak: a hidden file by its name, and some words in a row (`fingerprints.ENOUGH`) of a solution, a
hidden test or a card in any text, however it is wrapped. A file of the course's own packages may hold what the clone's file
of that name holds: the library has a function beside many a solution, and the third hint of an exercise is nearly
its line, which learners open when they have tried. The same line in a notebook, an output (so a notebook that was run
and shows its hints) or any other file is a leak. A part that cannot be looked into is named like a leak.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path, PurePosixPath

from poster_var_course.classroom.fingerprints import (
    HIDDEN,
    PACKAGES,
    TOKEN,
    Fingerprint,
    Secret,
    fingerprints_of,
    hidden_files,
    public_texts,
    solutions,
)
from poster_var_course.classroom.texts import Text, Unread, texts_of, texts_of_git
from pvlib.errors import CourseError

PRIVATE = {"roster.csv", "classroom.yaml", "gradebook.db"}  # of the class, for no student's eyes
MARK = re.compile(r"###\s*(?:BEGIN|END) (?:SOLUTION|HIDDEN TESTS)")  # ours, and nbgrader's


@dataclass(frozen=True, order=True)
class Leak:
    """One thing that must not be handed out: the file (`a.whl!b.py` inside an archive), where in it, and what it is."""

    path: str
    where: str
    what: str

    def __str__(self) -> str:
        return ": ".join(part for part in (self.path, self.where, self.what) if part)


def secrets_of(lessons: Path) -> list[Secret]:
    """What must not be handed out: solutions, hidden tests and cards of a clone's lessons (takes seconds)."""
    return [*solutions(lessons).values(), *hidden_files(lessons)]


def find_leaks(release: Path, *, lessons: Path, secrets: Iterable[Secret] | None = None) -> list[Leak]:
    """Everything in a release that would give something away; an empty list means that it can be handed out.

    Args:
        release: a folder, a notebook, a wheel, another archive, any file, or a git repository (its history, too).
        lessons: the folder of the lessons in a clone, solutions included.
        secrets: what `secrets_of(lessons)` gave, for who looks into several releases.

    Raises:
        CourseError: there is nothing at `release`, the clone lacks solutions, or a solution can have no fingerprint.
    """
    if not release.exists():
        raise CourseError(f"{release}: there is no such file or folder")
    detector = Detector(secrets_of(lessons) if secrets is None else secrets, lessons.parent)
    return _most_precise(set(detector.leaks(_texts(release))))


class Detector:
    """Finds the fingerprints of secrets in texts.

    Args:
        secrets: what to look for.
        root: the clone, whose public files may say again what they say there.
    """

    def __init__(self, secrets: Iterable[Secret], root: Path):
        self.secrets = list(secrets)
        self._holders: dict[Fingerprint, list[int]] = defaultdict(list)
        for number, secret in enumerate(self.secrets):
            for fingerprint in secret.fingerprints:
                self._holders[fingerprint].append(number)
        self._short = {len(fingerprint) for fingerprint in self._holders}
        self._public = cache(lambda: public_texts(root))

    def leaks(self, texts: Iterable[Text | Unread]) -> Iterator[Leak]:
        for text in texts:
            name = PurePosixPath(text.path.replace("!", "/")).name
            if HIDDEN.fullmatch(name) or name in PRIVATE:
                yield Leak(text.path, "", "the teacher's file, by its name")
            if isinstance(text, Unread):
                yield Leak(text.path, text.where, f"cannot be looked into: {text.why}")
            else:
                if MARK.search(text.text) and not _in_a_package(text.path):
                    yield Leak(text.path, text.where, "marks of a solution or of hidden tests")
                for what in self._found_in(text):
                    yield Leak(text.path, text.where, what)

    def _found_in(self, text: Text) -> Iterator[str]:
        tokens = TOKEN.findall(text.text)
        runs = (tuple(tokens[i : i + n]) for n in self._short for i in range(len(tokens) - n + 1))
        hits = {run for run in runs if run in self._holders}
        if hits:
            hits -= fingerprints_of(self._public().get(_in_a_package(text.path), ""))
        while held := self._held(
            hits
        ):  # a line may belong to several: the one with most of what is left is named
            most = max(held, key=lambda number: len(held[number]))
            yield self.secrets[most].what
            hits -= held[most]

    def _held(self, hits: set[Fingerprint]) -> dict[int, set[Fingerprint]]:
        """The secrets of which these fingerprints are enough, and the fingerprints of each."""
        held: dict[int, set[Fingerprint]] = defaultdict(set)
        for hit in hits:
            for number in self._holders[hit]:
                held[number].add(hit)
        return {number: part for number, part in held.items() if len(part) >= self.secrets[number].enough}


def _most_precise(leaks: set[Leak]) -> list[Leak]:
    """Without what a second find says more precisely: a cell's name instead of the whole notebook."""
    wheres = defaultdict(list)
    for leak in leaks:
        wheres[leak.path, leak.what].append(leak.where)
    return sorted(
        leak
        for leak in leaks
        if not any(w != leak.where and w.startswith(leak.where) for w in wheres[leak.path, leak.what])
    )


def _in_a_package(path: str) -> str:
    """The path below the course's own root of a file in one of its packages, else ""."""
    parts = PurePosixPath(path.replace("!", "/")).parts
    starts = [i for i, part in enumerate(parts) if part in PACKAGES]
    return "/".join(parts[starts[0] :]) if starts else ""


def _texts(release: Path) -> Iterator[Text | Unread]:
    repositories = (
        {path.parent for path in (release / ".git", *release.rglob(".git"))} if release.is_dir() else set()
    )
    repositories = {folder for folder in repositories if (folder / ".git").exists()}
    if (release / "objects").is_dir() and (release / "HEAD").is_file():
        repositories.add(release)  # a bare one
    for repository in sorted(repositories):
        yield from texts_of_git(repository)
    objects = {folder / part for folder in repositories for part in ("objects", ".git/objects")}
    for path in sorted(release.rglob("*")) if release.is_dir() else [release]:
        if path.is_file() and not objects.intersection(path.parents):
            name = path.name if path == release else path.relative_to(release).as_posix()
            yield from texts_of(path.read_bytes(), name)
