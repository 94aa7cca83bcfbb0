"""The tables of a report, from the JSON of an evaluation; the page and the Markdown file print the same ones."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pvlib.evaluation.measures import MEASURES, Cell, cell

_QUALITY = (
    "accuracy",
    "mean_class_accuracy",
    "negative_log_likelihood",
    "brier",
    "calibration_error",
    "classwise_calibration_error",
    "kl_to_votes",
    "js_to_votes",
)
_UNCERTAINTY = ("spearman_votes", "spearman_mixture", "auroc_errors", "aurc", "excess_aurc")


@dataclass(frozen=True)
class Table:
    """A table as words.

    Attributes:
        caption: what it shows and how to read it.
        head: one text a column; the first column names the rows.
        rows: the cells; the first of each row is its name.
        notes: row name -> what it means, for a reader who needs it.
    """

    caption: str
    head: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    notes: Mapping[str, str]


def quality(document: Mapping[str, Any]) -> Table:
    """The measures of the answer that exist here, one row each."""
    numbers = document["metrics"]
    keys = [key for key in (*_QUALITY, "mean_sigma") if numbers.get(key) is not None]
    return Table(
        f"{document['faces']:,} faces"
        + (
            f"; in brackets {100 * document['settings']['level']:g} % intervals from resampling the faces."
            if _has_intervals(document)
            else ", without intervals."
        )
        + (
            " The mean σ is that of the first network."
            if document["networks"] > 1 and "mean_sigma" in keys
            else ""
        ),
        ("measure", "value"),
        tuple((Cell(MEASURES[key].head), cell(numbers[key], key)) for key in keys),
        {MEASURES[key].head: MEASURES[key].meaning for key in keys},
    )


def classes(document: Mapping[str, Any]) -> Table:
    """Faces, recall, precision and calibration of each class."""
    rows = tuple(
        (
            Cell(one["name"]),
            Cell(f"{one['faces']:,}"),
            cell(one["recall"], "recall"),
            cell(one["precision"], "precision"),
            cell(one["calibration_error"], "classwise_calibration_error"),
        )
        for one in document["classes"]
    )
    head = (
        "expression",
        "faces",
        MEASURES["recall"].head,
        MEASURES["precision"].head,
        "ECE of the class, %\N{NO-BREAK SPACE}↓",
    )
    return Table("Each expression.", head, rows, {})


def confusion(document: Mapping[str, Any]) -> Table:
    """How many faces of each class were called what."""
    names = document["names"]
    rows = tuple(
        (Cell(name), *(Cell(f"{count:,}") for count in row))
        for name, row in zip(names, document["confusion"], strict=True)
    )
    return Table("Faces by label (row) and answer (column).", ("label", *names), rows, {})


def methods(document: Mapping[str, Any]) -> Table:
    """How good the probabilities of each method are."""
    present = {key: one for key, one in document["methods"].items() if one is not None}
    keys = [key for key in _QUALITY if any(one["metrics"].get(key) is not None for one in present.values())]
    rows = tuple(
        (
            Cell(one["title"] + _temperature(one)),
            *(cell(one["metrics"].get(key), key) for key in keys),
        )
        for one in present.values()
    )
    return Table(
        "Ways to turn what the network says into probabilities."
        + _of_the_first(document, "the ensemble's row"),
        ("method", *(MEASURES[key].head for key in keys)),
        rows,
        {one["title"] + _temperature(one): one["about"] for one in present.values()},
    )


def uncertainties(document: Mapping[str, Any]) -> Table:
    """How well each uncertainty follows the raters and finds the mistakes."""
    present = {key: one for key, one in document["uncertainties"].items() if one is not None}
    keys = [key for key in _UNCERTAINTY if any(one.get(key) is not None for one in present.values())]
    return Table(
        "Each uncertainty: does it rise where raters disagree, and does it find the mistakes?"
        + _of_the_first(document, "the ensemble's rows"),
        ("uncertainty", *(MEASURES[key].head for key in keys)),
        tuple((Cell(one["title"]), *(cell(one.get(key), key) for key in keys)) for one in present.values()),
        {one["title"]: one["about"] for one in present.values()},
    )


def comparison(document: Mapping[str, Any], other: str, compared: Mapping[str, Any]) -> Table:
    """This run, another one, and their differences on the same faces."""
    differences = {
        key: one for key, one in compared["differences"].items() if one is not None and key in MEASURES
    }
    rows = tuple(
        (
            Cell(MEASURES[key].head),
            Cell(cell(document["metrics"][key], key).text),
            cell(compared["metrics"][key], key),
            cell(one, key, signed=True),
        )
        for key, one in differences.items()
    )
    return Table(
        f"Over the same {compared['faces']:,} faces"
        + ("; the intervals are of the differences, face by face." if _has_intervals(document) else "."),
        ("measure", "this run", other, "difference"),
        rows,
        {},
    )


def mcnemar_sentence(other: str, compared: Mapping[str, Any]) -> str:
    """McNemar's exact test in words."""
    test = compared["mcnemar"]
    p = "<\N{NO-BREAK SPACE}0.001" if test["p"] < 0.001 else f"=\N{NO-BREAK SPACE}{test['p']:.3f}"
    return (
        f"Only this run is right on {test['only_first']:,} faces, only {other} on {test['only_second']:,}; McNemar's "
        f"exact test: p\N{NO-BREAK SPACE}{p}."
    )


def facts_table(facts: Mapping[str, str]) -> Table:
    """What was measured, and with what."""
    return Table("", ("", ""), tuple((Cell(name), Cell(value)) for name, value in facts.items()), {})


def _temperature(method: Mapping[str, Any]) -> str:
    values: float | Sequence[float] | None = method.get("temperature")
    if values is None:
        return ""
    values = [values] if isinstance(values, int | float) else values
    return f" (T\N{NO-BREAK SPACE}=\N{NO-BREAK SPACE}{' and '.join(f'{value:.2f}' for value in values)})"


def _has_intervals(document: Mapping[str, Any]) -> bool:
    return document["settings"]["bootstrap"] > 0


def _of_the_first(document: Mapping[str, Any], but: str) -> str:
    """What an ensemble's reader must know of the other rows."""
    networks = document["networks"]
    return f" All but {but} are of the first of the {networks} networks alone." if networks > 1 else ""
