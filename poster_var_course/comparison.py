"""Two records side by side: in what the runs differ, and metric by metric what came out (`pvlib run --compare`).

A metric is *equal* if both values agree to the last bit; *within* if both lie in the range that the lesson itself
holds its prose to (claims.toml) or, where it states none, agree to ROUNDING; else *outside*.
"""

import math
import tomllib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from rich.markup import escape
from rich.table import Table

from poster_var_course.order import LessonEntry, read_order
from poster_var_course.outputs import short
from poster_var_course.records import Record, load_records
from pvlib.errors import CourseError, shown
from pvlib.terminal import Terminal

ROUNDING = 1e-4  # relative: what another processor, or another number of threads, does to a sum of float32
NONE = "–"
COLOURS = {"equal": "green", "within": "green", "outside": "red", "missing": "red", "failed": "red"}


@dataclass(frozen=True, kw_only=True)
class Row:
    """One outcome of both runs as words; `verdict` is a key of COLOURS, `held_to` the tolerance that decided."""

    name: str
    first: str
    second: str
    verdict: str
    held_to: str = ""


def stated_ranges(entry: LessonEntry) -> dict[str, list[float]]:
    """The lesson's own tolerances: a range for each number that its prose states."""
    file = entry.folder / "claims.toml"
    return tomllib.loads(file.read_text(encoding="utf-8")) if file.exists() else {}


def differences(first: Record, second: Record) -> list[tuple[str, str, str]]:
    """In what the two runs differ, before anything was measured: name, first, second."""
    one, other = _facts(first), _facts(second)
    lone = first.packages.keys() ^ second.packages.keys()
    names = [name for name in one | other if name not in lone and one.get(name) != other.get(name)]
    rows = [(name, one.get(name, NONE), other.get(name, NONE)) for name in names]
    if lone:  # in one row, as the libraries of a graphics card come and go together
        told = [", ".join(sorted(lone & record.packages.keys())) or NONE for record in (first, second)]
        rows.append(("packages of one", told[0], told[1]))
    return rows


def _facts(record: Record) -> dict[str, str]:
    """What surrounds a record's metrics, by the name that a reader knows it by."""
    git = record.git or {}
    changed = f" + changes {str(git.get('diff_sha256'))[:8]}" if git.get("dirty") else ""
    return {
        "cells that ran": record.source_sha256[:12],
        "learner's file": record.student or NONE,
        "solved": "yes" if record.solved else "no",
        **{f"parameter {name}": shown(value) for name, value in record.parameters.items()},
        **record.versions,
        **record.packages,
        "commit": f"{str(git.get('commit'))[:12]}{changed}" if git else NONE,
        "course's code": record.library_sha256[:12],
        "threads": str(record.threads),
        "device": record.device,
        "processor": record.processor,
        "cores": str(record.cores),
        "memory": f"{record.memory_mib / 1024:.1f} GiB",
        "system": record.platform,
    }


def outcomes(first: Record, second: Record, ranges: Mapping[str, Sequence[float]]) -> list[Row]:
    """The status unless both are done, checks that differ, and every metric, each with its verdict."""
    rows = []
    if (first.status, second.status) != ("done", "done"):
        rows.append(Row(name="status", first=first.status, second=second.status, verdict="failed"))
    for name in first.checks | second.checks:
        said = [record.checks.get(name, NONE) for record in (first, second)]
        if said[0] != said[1]:
            rows.append(Row(name=name, first=said[0], second=said[1], verdict="outside"))
    return rows + [
        _metric(name, first.metrics, second.metrics, ranges.get(name))
        for name in first.metrics | second.metrics
    ]


def _metric(
    name: str, first: Mapping[str, object], second: Mapping[str, object], ends: Sequence[float] | None
) -> Row:
    if name not in first or name not in second:
        words = [shown(short(metrics[name])) if name in metrics else NONE for metrics in (first, second)]
        return Row(name=name, first=words[0], second=words[1], verdict="missing")
    one, other = first[name], second[name]
    words = [shown(short(value)) for value in (one, other)]
    if one == other:
        return Row(name=name, first=words[0], second=words[1], verdict="equal")
    held_to = f"{ends[0]:g} … {ends[1]:g}" if ends else f"± {ROUNDING:.2%}"
    within = all(_is_in(value, ends) for value in (one, other)) if ends else _agree(one, other)
    if words[0] == words[1]:  # they differ behind the digits that a report shows
        words = [shown(value) for value in (one, other)]
    verdict = "within" if within else "outside"
    return Row(name=name, first=words[0], second=words[1], verdict=verdict, held_to=held_to)


def _is_in(value: object, ends: Sequence[float]) -> bool:
    return isinstance(value, int | float) and ends[0] <= value <= ends[1]


def _agree(one: object, other: object) -> bool:
    """Whether two numbers, or all numbers of two lists, agree to ROUNDING."""
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(_agree, one, other))
    if isinstance(one, int | float) and isinstance(other, int | float):
        return math.isclose(one, other, rel_tol=ROUNDING)
    return one == other


def compare_runs(first: Path, second: Path, lessons: Path, console: Terminal) -> bool:
    """Compare two records, or those of two folders lesson by lesson; True as `tell`.

    Raises:
        CourseError: something is no record, or the two have no lesson in common.
    """
    one, other = (_by_word(path) for path in (first, second))
    both = [entry for entry in read_order(lessons) if entry.word in one and entry.word in other]
    if not both:
        raise CourseError(
            f"{first} has {', '.join(one)} and {second} has {', '.join(other)}: give two runs of one lesson of this course"
        )
    console.say(f"A: {escape(str(first))}\nB: {escape(str(second))}")
    agree = [tell(one[entry.word], other[entry.word], entry, ("A", "B"), console) for entry in both]
    for place, words in (("A", one.keys() - other.keys()), ("B", other.keys() - one.keys())):
        if words:
            console.say(f"only in {place}: {escape(', '.join(sorted(words)))}")
    return all(agree)


def _by_word(path: Path) -> dict[str, Record]:
    found: dict[str, Record] = {}
    for file, record in load_records(path).items():
        if record.word in found:
            raise CourseError(
                f"{file}: a second record of {shown(record.word)} in this folder; name the one file"
            )
        found[record.word] = record
    return found


def tell(
    first: Record, second: Record, entry: LessonEntry, names: tuple[str, str], console: Terminal
) -> bool:
    """Print both tables; True if every outcome is equal or within its tolerance."""
    console.say(f"[bold]{escape(entry.name)}[/]")
    if rows := differences(first, second):
        table = Table("what differs", *map(escape, names))
        for row in rows:
            table.add_row(*map(escape, row))
        console.print(table)
    else:
        console.say("nothing differs in cells, parameters, versions, source, threads and machine")
    results = outcomes(first, second, stated_ranges(entry))
    table = Table("what came out", *map(escape, names), "verdict")
    for result in results:
        verdict = f"[{COLOURS[result.verdict]}]{result.verdict}[/] {escape(result.held_to)}"
        table.add_row(*map(escape, (result.name, result.first, result.second)), verdict)
    console.print(table)
    counts = Counter(result.verdict for result in results)
    console.say(
        ", ".join(f"{counts[verdict]} {verdict}" for verdict in COLOURS if counts[verdict]) or "no metrics"
    )
    return set(counts) <= {"equal", "within"}
