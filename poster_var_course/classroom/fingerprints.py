"""What a release must not hold, as fingerprints: short runs of words and signs of each solution, hidden file and card.

A fingerprint is `LENGTH` tokens in a row. Quotes, backslashes, `#`, spaces and line ends are no tokens, so that a solution
inside a comment, a string or another indentation has the fingerprints that it has in its lesson. What learners are
shown on purpose is not hidden: the unsolved notebooks are taken off every solution, and all that is public (the
packages and the documentation) off the hidden files and the cards. The library holds a function beside many a
solution; `chosen("raters.target", target, target_of)` in the lesson declares that. A solution that stands
in a public module without that line is refused.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from poster_var_course.order import read_order
from poster_var_course.source import BEGIN, END, read_lesson, without_solution
from pvlib.errors import CourseError

LENGTH = 8  # tokens of one fingerprint
ENOUGH = {
    "solution": 4,
    "file": 10,
}  # fingerprints that make a find: 11 tokens in a row of a solution, 17 of a file
PACKAGES = ("pvlib", "drawnfaces", "poster_var_course", "lessons", "data_scripts")
HIDDEN = re.compile(
    r"(lesson|answer_tests|claims|in_jupyterlab|simulated_class|conftest|test_\w+)(\.[\w-]+)?\.pyc?|teacher\.md"
)
TOKEN = re.compile(r"[^\W\d]\w*|\d+(?:\.\d+)?|[^\w\s#\"'\\`]")
COMMENT = re.compile(r"(^|\s)#.*")

Fingerprint = tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Secret:
    """One thing that stays with the teacher, the fingerprints of it alone, and how many of them make a find."""

    what: str
    fingerprints: frozenset[Fingerprint]
    enough: int


def fingerprints_of(text: str) -> set[Fingerprint]:
    """All runs of `LENGTH` tokens; of a shorter text the whole."""
    tokens = TOKEN.findall(text)
    return (
        {tuple(tokens[i : i + LENGTH]) for i in range(max(1, len(tokens) - LENGTH + 1))} if tokens else set()
    )


def solutions(lessons: Path) -> dict[str, Secret]:
    """The solution of each exercise ("raters.target") without what its notebooks show; CourseError if nothing is left."""
    shown: set[Fingerprint] = set()
    found: dict[str, set[Fingerprint]] = {}
    declared: set[str] = set()
    for entry in read_order(lessons):
        open_ones: set[Fingerprint] = set()  # of solutions whose check is still to come
        for cell in read_lesson(entry):
            shown |= fingerprints_of(without_solution(cell.source))
            declared |= set(re.findall(r'chosen\(\s*"([\w.]+)"', cell.source))
            for text in _between_the_marks(cell.source):
                open_ones |= fingerprints_of(text) | fingerprints_of(COMMENT.sub("", text))
            if open_ones and (check := re.search(r'^check\(\s*"([\w.]+)"', cell.source, re.MULTILINE)):
                found[check[1]] = open_ones
                open_ones = set()
        if open_ones:
            raise CourseError(
                f"lesson {entry.word}: its last solution has no check, so no name to report it by"
            )
    secrets = {
        exercise: _secret(f"the solution of {exercise}", all_of_it - shown, "solution")
        for exercise, all_of_it in found.items()
    }
    for exercise, secret in secrets.items():
        if not secret.fingerprints:
            raise CourseError(
                f"{exercise}: every line of its solution stands in an unsolved notebook, so learners already have it; "
                "change the exercise, or show it without solution marks"
            )
    _refuse_undeclared(secrets, declared, lessons.parent)
    return secrets


def hidden_files(lessons: Path) -> list[Secret]:
    """Tests of answers and teachers' cards, without what the packages, notebooks and documentation say anyway."""
    public = set().union(*(fingerprints_of(text) for text in public_texts(lessons.parent).values()))
    for entry in read_order(lessons):
        for cell in read_lesson(entry):
            public |= fingerprints_of(without_solution(cell.source))
    secrets = []
    for path in sorted(lessons.rglob("*")):
        if path.suffix in (".py", ".md") and path.name != "lesson.py" and HIDDEN.fullmatch(path.name):
            left = fingerprints_of(path.read_text(encoding="utf-8")) - public
            what = "the teacher's" if path.suffix == ".md" else "the hidden"
            name = path.relative_to(lessons.parent).as_posix()
            secrets.append(_secret(f"{what} {name}", left, "file"))
    return [secret for secret in secrets if secret.fingerprints]


def public_texts(root: Path) -> dict[str, str]:
    """What everybody may read: the text files of the packages and the documentation, by path below `root`."""
    folders = [root / name for name in (*PACKAGES, "docs")]
    paths: Iterable[Path] = [root / "README.md", *(path for folder in folders for path in folder.rglob("*"))]
    return {
        path.relative_to(root).as_posix(): path.read_text(encoding="utf-8")
        for path in paths
        if path.suffix in (".py", ".md", ".toml", ".yaml", ".jinja", ".csv", ".css")
        and path.is_file()
        and not HIDDEN.fullmatch(path.name)
    }


def _secret(what: str, fingerprints: set[Fingerprint], kind: str) -> Secret:
    enough = min(ENOUGH[kind], len(fingerprints))  # a short solution has less
    return Secret(what=what, fingerprints=frozenset(fingerprints), enough=enough)


def _between_the_marks(source: str) -> Iterator[str]:
    kept: list[str] | None = None
    for line in source.splitlines():
        if BEGIN.match(line):
            kept = []
        elif END.match(line) and kept is not None:
            yield "\n".join(kept)
            kept = None
        elif kept is not None:
            kept.append(line)


def _refuse_undeclared(secrets: dict[str, Secret], declared: set[str], root: Path) -> None:
    """A solution that a public module computes too must be one that its lesson compares with the library's."""
    for name, text in public_texts(root).items():
        if name.endswith(".py") and not name.endswith(
            "checks_and_hints.py"
        ):  # a third hint is nearly the line
            own = fingerprints_of(text)
            for exercise, secret in secrets.items():
                held = len(secret.fingerprints & own)
                if exercise not in declared and 2 * held > len(secret.fingerprints):
                    raise CourseError(
                        f"{exercise}: {name}, which learners have, holds its solution; take it out there, or "
                        f'declare it in the lesson: chosen("{exercise}", …, the library\'s function)'
                    )
