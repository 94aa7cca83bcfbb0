"""What a class did, in numbers: points from nbgrader's gradebook, mistakes and remarks from the verdicts."""

import io
import re
import statistics
import tokenize
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import nbformat

from poster_var_course.classroom.assignment import exercises_of
from poster_var_course.classroom.grading import read_verdicts
from poster_var_course.classroom.nbgrader_parts import gradebook_of
from poster_var_course.classroom.release import read_release
from poster_var_course.classroom.settings import Course
from poster_var_course.classroom.traces import questions_of
from poster_var_course.order import LessonEntry

STATUSES = ("passed", "wrong", "unwritten", "stopped")
BINS = 5
IGNORED = {
    tokenize.COMMENT,
    tokenize.NL,
    tokenize.NEWLINE,
    tokenize.INDENT,
    tokenize.DEDENT,
    tokenize.ENDMARKER,
}


@dataclass(frozen=True, kw_only=True)
class Exercise:
    """How a class did on one exercise.

    Attributes:
        counts: submissions by status.
        mistakes: what was said of wrong answers, and of how many, the most frequent first.
    """

    id: str
    title: str
    points: float
    counts: Mapping[str, int]
    mistakes: Sequence[tuple[str, int]]


@dataclass(frozen=True, kw_only=True)
class Prediction:
    """What a class predicted: guesses by option or by fifth of their range, and what was true."""

    text: str
    bars: Sequence[tuple[str, int]]
    truth: str


@dataclass(frozen=True, kw_only=True)
class Lesson:
    """One lesson of a class.

    Attributes:
        points: by student who handed in, late penalty taken off, as the gradebook has them.
        missing: ids of students whose points are 0 because nothing came before the deadline.
        late: of those who handed in.
        highest: points that can be reached.
        minutes: at work, the median; None where no notebook kept times.
        remarks: by student.
        equal: ids of students with the same answers, if any.
    """

    entry: LessonEntry
    points: Mapping[str, float]
    missing: Sequence[str]
    late: int
    highest: float
    minutes: float | None
    exercises: Sequence[Exercise]
    predictions: Mapping[str, Prediction]
    guesses: Mapping[str, Sequence[Any]]
    remarks: Mapping[str, Sequence[str]]
    equal: Sequence[Sequence[str]]

    @property
    def mean(self) -> float:
        """The mean of the points of those who handed in."""
        return statistics.fmean(self.points.values()) if self.points else 0.0


def results_of(course: Course, entries: Sequence[LessonEntry]) -> list[Lesson]:
    """What the class did in these lessons, which were released; CourseError otherwise."""
    points: dict[str, dict[str, float]] = defaultdict(dict)
    late: Counter[str] = Counter()
    highest: dict[str, float] = {}
    with gradebook_of(course.folder) as gradebook:
        for entry in entries:
            highest[entry.word] = gradebook.find_assignment(entry.word).max_score
            for submission in gradebook.assignment_submissions(entry.word):
                if submission.student_id in course.students:
                    penalty = submission.late_submission_penalty or 0.0
                    points[entry.word][submission.student_id] = submission.score - penalty
                    late[entry.word] += submission.total_seconds_late > 0
    return [
        _lesson(course, entry, points[entry.word], late[entry.word], highest[entry.word]) for entry in entries
    ]


def _lesson(
    course: Course, entry: LessonEntry, points: dict[str, float], late: int, highest: float
) -> Lesson:
    release = read_release(course, entry.word)
    found = {name: read_verdicts(course, entry.word, name) or {} for name in points}
    guesses: dict[str, list[Any]] = defaultdict(list)
    truths: dict[str, list[Any]] = defaultdict(list)
    questions = questions_of(release)
    for one in found.values():
        for name, said in one.get("predictions", {}).items():
            if name in questions:
                guesses[name] += [said["guess"]] if said["guess"] is not None else []
                truths[name] += [said["truth"]] if said["truth"] is not None else []
    minutes = [one["minutes"] for one in found.values() if one.get("minutes")]
    exercises = []
    for exercise in exercises_of(release):
        verdicts = [
            each for one in found.values() for each in one.get("verdicts", ()) if each["id"] == exercise.id
        ]
        mistakes = Counter(_mistake(each) for each in verdicts if each["status"] in ("wrong", "stopped"))
        counted = Counter(each["status"] for each in verdicts)
        exercises.append(
            Exercise(
                id=exercise.id,
                title=f"{exercise.title}: {', '.join(exercise.names)}",
                points=exercise.points,
                counts={status: counted[status] for status in STATUSES},
                mistakes=mistakes.most_common(),
            )
        )
    now = datetime.now(UTC)
    due = {name: course.deadline(entry.word, name) for name in course.students}
    return Lesson(
        entry=entry,
        points=points,
        missing=[name for name, end in due.items() if name not in points and end and end < now],
        late=late,
        highest=highest,
        minutes=statistics.median(minutes) if minutes else None,
        exercises=exercises,
        predictions={
            name: _prediction(text, guesses[name], truths[name])
            for name, text in questions.items()
            if guesses[name]
        },
        guesses=guesses,
        remarks={name: remarks for name, one in found.items() if (remarks := _remarks(one))},
        equal=_equal_answers(course, entry.word, sorted(points)),
    )


def _mistake(verdict: dict[str, Any]) -> str:
    """What was wrong, in the same words for all who made it: the hint, or the message without lines and numbers."""
    message = re.sub(r" \(line \d.*", ".", str(verdict["message"]), flags=re.DOTALL)
    return str(verdict["hint"]) or re.sub(r"-?\d[\d.,e+-]*(?<![.,])", "…", message)


def _remarks(found: dict[str, Any]) -> list[str]:
    own = [f"{each['id']}: {each['remark']}" for each in found.get("verdicts", ()) if each.get("remark")]
    stopped = [
        f"{each['id']}: {each['message']}"
        for each in found.get("verdicts", ())
        if each["status"] == "stopped"
    ]
    return [*found.get("remarks", ()), *own, *stopped]


def _prediction(text: str, guesses: Sequence[Any], truths: Sequence[Any]) -> Prediction:
    numbers = [guess for guess in guesses if isinstance(guess, int | float)]
    bars: list[tuple[str, int]]
    if numbers:
        low, width = min(numbers), (max(numbers) - min(numbers)) / BINS
        places = Counter(min(int((value - low) / width), BINS - 1) if width else 0 for value in numbers)
        bars = [
            (f"{low + i * width:g} to {low + (i + 1) * width:g}" if width else f"{low:g}", places[i])
            for i in range(BINS if width else 1)
        ]
        known = sorted({truth for truth in truths if isinstance(truth, int | float)})
        truth = " to ".join(f"{end:g}" for end in dict.fromkeys([*known[:1], *known[-1:]]))
        return Prediction(text=text, bars=bars, truth=truth)
    votes: Counter[str] = Counter()
    for guess in guesses:
        votes.update(guess if isinstance(guess, dict) else {str(guess): 1})
    said = Counter(
        ", ".join(f"{option} {count}" for option, count in truth.items() if count)
        if isinstance(truth, dict)
        else str(truth)
        for truth in truths
    )
    return Prediction(text=text, bars=votes.most_common(), truth="; ".join(said))


def _equal_answers(course: Course, word: str, students: Sequence[str]) -> list[list[str]]:
    """Groups of students whose answers to a lesson are the same but for comments and space, two exercises at least."""
    groups: dict[tuple[str, ...], list[str]] = defaultdict(list)
    exercises = exercises_of(read_release(course, word))
    blank = {cell.id: cell.source for cell in read_release(course, word).cells}
    for name in students:
        path = course.folder / "submitted" / name / word / f"{word}.ipynb"
        if not path.exists():
            continue
        texts = {cell.id: cell.source for cell in nbformat.read(path, as_version=4).cells}
        written = [texts[one.cell] for one in exercises if texts[one.cell].strip() != blank[one.cell].strip()]
        if len(written) >= 2:
            groups[tuple(map(_tokens, written))].append(name)
    return [group for group in groups.values() if len(group) > 1]


def _tokens(text: str) -> str:
    try:
        found = tokenize.generate_tokens(io.StringIO(text).readline)
        return " ".join(token.string for token in found if token.type not in IGNORED)
    except (tokenize.TokenError, SyntaxError):
        return " ".join(text.split())
