"""The tables of a report say the numbers of the document, and dashes where there are none."""

import pytest

from pvlib.evaluation.measures import Cell, cell
from pvlib.report import tables


def number(value, half=0.01):
    return {"value": value, "low": value - half, "high": value + half}


@pytest.mark.parametrize(("given", "key", "expected"), [
    (number(0.8216), "accuracy", Cell("82.2", "[81.2, 83.2]")),
    (number(0.5), "brier", Cell("0.500", "[0.490, 0.510]")),
    (number(0.05), "aurc", Cell("50.0", "[40.0, 60.0]")),
    (number(-0.2, 0.1), "spearman_votes", Cell("−0.200", "[−0.300, −0.100]")),
    ({"value": 0.5, "low": None, "high": None}, "brier", Cell("0.500")),
    (None, "accuracy", Cell("–")),
])  # fmt: skip
def test_a_number_is_written_in_its_unit_with_its_interval(given, key, expected):
    assert cell(given, key) == expected


def test_what_does_not_exist_is_a_dash_or_has_no_row_or_column(document):
    rows = {row[0].text: [one.text for one in row[1:4]] for row in tables.classes(document).rows}
    assert rows == {"anger": ["4", "75.0", "100.0"], "fear": ["2", "0.0", "–"], "neutral": ["0", "–", "0.0"]}
    methods = tables.methods(document)
    assert [row[0].text.partition(" (T")[0] for row in methods.rows] == ["softmax", "temperature scaling"]
    head = tables.uncertainties(document).head
    assert any("AUROC" in text for text in head)
    assert not any("votes" in text or "mixture" in text for text in head)


def test_the_temperature_of_each_half_and_mcnemar_are_told_in_words(document):
    document["methods"]["temperature"]["temperature"] = [1.314, 0.9]
    told = tables.methods(document).rows[1][0].text.replace("\N{NO-BREAK SPACE}", " ")
    assert told == "temperature scaling (T = 1.31 and 0.90)"
    compared = {"other": "runs/b", "faces": 100, "differences": {}, "metrics": {}}
    for p, told in ((0.02148, "p = 0.021"), (1e-9, "p < 0.001")):
        compared["mcnemar"] = {"only_first": 9, "only_second": 1, "p": p}
        said = tables.comparison(document, compared).caption.replace("\N{NO-BREAK SPACE}", " ")
        assert "only this run is right on 9," in said
        assert told in said
