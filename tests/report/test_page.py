"""The page opens anywhere: whole, without the network, and readable by ear."""

from html.parser import HTMLParser

import pytest

VOID = {"meta", "img", "br", "link", "hr"}


class Page(HTMLParser):
    """What a test asks of a page: elements by name, text, and whether every element is closed."""

    def __init__(self, text):
        super().__init__()
        self.elements, self.open, self.texts = [], [], []
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        self.elements.append((tag, dict(attributes)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.texts.append(data.strip())

    def all(self, tag):
        return [attributes for name, attributes in self.elements if name == tag]


@pytest.fixture
def page(report):
    page = Page(report.as_page())
    assert page.open == []
    return page


def test_nothing_is_fetched_and_nothing_runs(page):
    sources = [one[key] for _, one in page.elements for key in ("src", "href") if key in one]
    assert sources
    assert all(source.startswith("data:image/") for source in sources)
    assert not page.all("script")
    policy = next(one["content"] for one in page.all("meta") if "http-equiv" in one)
    assert policy.startswith("default-src 'none'")


def test_every_picture_has_its_description_and_what_is_not_there_leaves_no_trace(page):
    alts = [one["alt"] for one in page.all("img")]
    assert "Confusion matrix in per cent" in alts[0]
    assert "labelled anger, called neutral with 93 %" in alts[1]
    assert len(alts) == 2
    assert "Mistakes that it was surest of" in page.texts
    assert "Faces that it is least certain of" not in page.texts
    assert "Training" not in page.texts


def test_a_warning_stands_before_the_numbers_and_no_name_is_markup(report, page):
    (marked,) = (index for index, (_, one) in enumerate(page.elements) if one.get("role") == "alert")
    assert marked < next(index for index, (_, one) in enumerate(page.elements) if one.get("class") == "tiles")
    assert "select=test: chosen & scored on the same faces" in page.texts
    assert "<b>one" not in report.as_page()
    assert "Evaluation of runs/<b>one</b>" in page.texts


def test_the_markdown_has_the_same_numbers_in_whole_tables(report):
    text = report.as_markdown()
    tables = [block for block in text.split("\n\n") if block.startswith("|")]
    for table in tables:
        columns = {line.replace("\\|", "").count("|") for line in table.splitlines()}
        assert len(columns) == 1, table
    (anger,) = (line for line in text.splitlines() if line.startswith("| anger | 4 | 75.0 ["))
    assert " | 100.0 [" in anger
    assert "> **Warning:** select=test" in text
    assert "| Accuracy, % ↑ | 50.0 | 33.3 | +16.7 [" in text
    assert "p = 1.000" in text
    assert "<b>" not in text.replace("pvlib evaluate 'runs/<b>one</b>'", "")
