"""The teacher's papers hold every exercise, each wrong answer with its reason, and print as they should."""

import ast
import re
import shutil
from html import unescape
from pathlib import Path

import pytest

from lessons.raters import test_answers as raters
from poster_var_course.checks import run_check
from poster_var_course.classroom.papers import syllabus, write_papers
from poster_var_course.order import LessonEntry, read_order
from pvlib.errors import CourseError

LESSONS = Path(__file__).resolve().parents[2] / "lessons"
ENTRIES = read_order(LESSONS)


@pytest.fixture(scope="module")
def pages(tmp_path_factory):
    return {path.stem: path for path in write_papers(tmp_path_factory.mktemp("papers"), lessons=LESSONS)}


def test_every_lesson_has_a_card_and_a_key_with_all_its_checks_and_ten_answers(pages):
    for entry in ENTRIES:
        source = entry.source.read_text()
        key = pages[f"{entry.name}-answers"].read_text()
        assert re.findall(r"<h2>(\w+)</h2>", key) == re.findall(r'^check\("\w+\.(\w+)"', source, re.MULTILINE)
        assert key.count("<mark>") >= source.count("### BEGIN SOLUTION")
        assert key.count("<details open>") == 10
        assert "Teacher's card" in pages[f"{entry.name}-card"].read_text()
    whole = pages["papers"].read_text()
    assert whole.count("<section ") == 2 * len(ENTRIES) + 1
    assert not re.search(r"(src|href)=.?https?:|\\mathrm|{[a-z]+}|BEGIN SOLUTION", whole)


def test_each_recorded_wrong_answer_and_each_reason_that_a_check_knows_is_in_the_key(pages):
    key = unescape(pages["04_raters-answers"].read_text())
    for exercise, yours, _ in raters.WRONG:
        assert run_check(f"raters.{exercise}", yours).hint in key
    rows = sum(len(re.findall("<pre>", part)) for part in re.findall(r"<tbody>.*?</tbody>", key, re.DOTALL))
    assert rows >= len(raters.WRONG)
    tree = ast.parse((LESSONS / "raters/checks_and_hints.py").read_text())
    lists = [
        word.value for word in ast.walk(tree) if isinstance(word, ast.keyword) and word.arg == "mistakes"
    ]
    reasons = [pair.elts[1].value for pairs in lists for pair in pairs.elts]
    assert len(reasons) > 40
    assert not [reason for reason in reasons if reason not in key]


CARD = {"a": "# A\n\n**45 minutes.** Only section 1.\n\n**More.** x"}
ENTRY = [LessonEntry(7, "a", "Raters: how many?", Path())]


def test_the_syllabus_numbers_its_lessons_and_takes_the_short_paths_from_the_cards():
    text = syllabus("Week 1: {a}\n\n{paths}", ENTRY, CARD)
    assert text == "Week 1: **07 Raters**\n\n- **07 Raters**: Only section 1."
    for wrong, card, words in (
        ("{paths}", CARD, "no place"),
        ("{b}", CARD, "no lesson"),
        ("{a}", {"a": ""}, "45 minutes"),
    ):
        with pytest.raises(CourseError, match=words):
            syllabus(wrong, ENTRY, card)


def test_an_installed_package_has_no_papers_and_says_why(tmp_path):
    (tmp_path / "order.toml").write_text('[a]\nnumber = 1\ntitle = "A"\n')
    with pytest.raises(CourseError, match="clone of the course"):
        write_papers(tmp_path / "out", lessons=tmp_path)


@pytest.mark.skipif(not shutil.which("chromium"), reason="needs Debian's chromium")
def test_every_card_prints_on_one_page(pages):
    playwright = pytest.importorskip("playwright.sync_api")
    with playwright.sync_playwright() as started:
        browser = started.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        page = browser.new_page()
        for entry in ENTRIES:
            page.goto(pages[f"{entry.name}-card"].as_uri())
            printed = page.pdf(prefer_css_page_size=True)
            assert len(re.findall(rb"/Type\s*/Page\b", printed)) == 1, entry.name
        browser.close()
