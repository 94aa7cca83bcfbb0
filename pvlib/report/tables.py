"""The tables of a report, from the JSON of an evaluation; the page and the Markdown file print the same ones."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from pvlib.evaluation.measures import MEASURES, Cell, cell, keys_of


@dataclass(frozen=True, kw_only=True)
class Table:
    """A table as words.

    Attributes:
        caption: what it shows and how to read it.
        head: one text a column; the first column names the rows.
        rows: the cells; the first of each row is its name.
        notes: row name -> what it means, for a reader who needs it.
    """

    caption: str
    head: Sequence[str]
    rows: Sequence[Sequence[Cell]]
    notes: Mapping[str, str] = field(default_factory=dict)


def all_tables(document: Mapping[str, Any], facts: Mapping[str, str]) -> dict[str, Table]:
    """Return the tables of one evaluation by name."""
    return {
        "quality": quality(document),
        "classes": classes(document),
        "confusion": confusion(document),
        "methods": methods(document),
        "uncertainties": uncertainties(document),
        "switches": switches(document),
        "facts": Table(
            caption="", head=("", ""), rows=[(Cell(name), Cell(value)) for name, value in facts.items()]
        ),
    }


def quality(document: Mapping[str, Any]) -> Table:
    """The measures of the answer that exist here, one row each."""
    numbers, settings = document["metrics"], document["settings"]
    measures = [
        MEASURES[key] for key in (*keys_of("answer"), *keys_of("head")) if numbers.get(key) is not None
    ]
    caption = f"{document['faces']:,} faces"
    if settings["bootstrap"]:
        caption += f"; in brackets {100 * settings['level']:g} % intervals from resampling the faces."
    else:
        caption += ", without intervals."
    if document["networks"] > 1 and numbers.get("mean_sigma") is not None:
        caption += " The mean σ is that of the first network."
    return Table(
        caption=caption,
        head=("measure", "value"),
        rows=[(Cell(one.head), cell(numbers[one.key], one.key)) for one in measures],
        notes={one.head: one.meaning for one in measures},
    )


def classes(document: Mapping[str, Any]) -> Table:
    """Faces, recall, precision and calibration of each class."""
    return Table(
        caption="Each expression.",
        head=("expression", "faces", *(MEASURES[key].head for key in keys_of("class"))),
        rows=[
            (
                Cell(one["name"]),
                Cell(f"{one['faces']:,}"),
                *(cell(one[key.removeprefix("class_")], key) for key in keys_of("class")),
            )
            for one in document["classes"]
        ],
    )


def confusion(document: Mapping[str, Any]) -> Table:
    """How many faces of each class were called what."""
    names = document["names"]
    return Table(
        caption="Faces by label (row) and answer (column).",
        head=("label", *names),
        rows=[
            (Cell(name), *(Cell(f"{count:,}") for count in row))
            for name, row in zip(names, document["confusion"], strict=True)
        ],
    )


def methods(document: Mapping[str, Any]) -> Table:
    """How good the probabilities of each method are."""
    present = [
        {"title": one["title"] + _temperature(one), "about": one["about"], **one["metrics"]}
        for one in document["methods"].values()
        if one is not None
    ]
    caption = "Ways to turn what the network says into probabilities."
    return _one_row_each(
        present, "method", keys_of("answer"), caption + _of_the_first(document, "the ensemble's row")
    )


def uncertainties(document: Mapping[str, Any]) -> Table:
    """How well each uncertainty follows the raters and finds the mistakes."""
    present = [one for one in document["uncertainties"].values() if one is not None]
    caption = "Each uncertainty: does it rise where raters disagree, and does it find the mistakes?"
    return _one_row_each(
        present,
        "uncertainty",
        keys_of("uncertainty"),
        caption + _of_the_first(document, "the ensemble's rows"),
    )


def comparison(document: Mapping[str, Any], compared: Mapping[str, Any]) -> Table:
    """This run, another one, and their differences on the same faces, with McNemar's test in words."""
    other, test, metrics = compared["other"], compared["mcnemar"], compared["metrics"]
    p = "<\N{NO-BREAK SPACE}0.001" if test["p"] < 0.001 else f"=\N{NO-BREAK SPACE}{test['p']:.3f}"
    caption = (
        f"Over the same {compared['faces']:,} faces: only this run is right on {test['only_first']:,}, only {other} on "
        f"{test['only_second']:,}; McNemar's exact test: p\N{NO-BREAK SPACE}{p}."
    )
    if document["settings"]["bootstrap"]:
        caption += " The intervals are of the differences, face by face."
    return Table(
        caption=caption,
        head=("measure", "this run", other, "difference"),
        rows=[
            (
                Cell(MEASURES[key].head),
                Cell(cell(document["metrics"][key], key).text),
                cell(metrics[key], key),
                cell(difference, key, signed=True),
            )
            for key, difference in compared["differences"].items()
            if difference is not None
        ],
    )


def switches(document: Mapping[str, Any]) -> Table:
    """The network with one part switched, beside itself on the same faces."""
    shown = ("accuracy", "negative_log_likelihood")
    heads = [f"{MEASURES[key].head} (switched − own)" for key in shown]
    return Table(
        caption="One part switched at a time: does this network use it? Whether a network needs it, only one that was "
        "trained without can tell.",
        head=("switch", "other answers", "accuracy,\N{NO-BREAK SPACE}%", *heads),
        rows=[
            (
                Cell(one["switch"]),
                Cell(f"{one['changed']:,}"),
                Cell(f"{100 * one['accuracy']:.1f}"),
                *(cell(one["differences"][key], key, signed=True) for key in shown),
            )
            for one in document["switches"]
        ],
    )


def _one_row_each(rows: Sequence[Mapping[str, Any]], what: str, wanted: Sequence[str], caption: str) -> Table:
    """A row for each of several things with title, explanation and measures; no column that is empty."""
    keys = [key for key in wanted if any(one.get(key) is not None for one in rows)]
    return Table(
        caption=caption,
        head=(what, *(MEASURES[key].head for key in keys)),
        rows=[(Cell(one["title"]), *(cell(one.get(key), key) for key in keys)) for one in rows],
        notes={one["title"]: one["about"] for one in rows},
    )


def _temperature(method: Mapping[str, Any]) -> str:
    values = method.get("temperature")
    if values is None:
        return ""
    return f" (T\N{NO-BREAK SPACE}=\N{NO-BREAK SPACE}{' and '.join(f'{value:.2f}' for value in values)})"


def _of_the_first(document: Mapping[str, Any], but: str) -> str:
    """What an ensemble's reader must know of the other rows."""
    networks = document["networks"]
    return f" All but {but} are of the first of the {networks} networks alone." if networks > 1 else ""
