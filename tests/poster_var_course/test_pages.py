"""A lesson's page asks nothing of another host: formulas, moving figures, words and folds are in it."""

import re
import shutil

import plotly.graph_objects as go
import pytest
from matplotlib.figure import Figure
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from poster_var_course.build import build
from poster_var_course.formulas import mathml
from poster_var_course.order import read_order
from poster_var_course.report import html_page
from pvlib.errors import CourseError
from pvlib.figures.interactive import bundle, slider

HEAD = '# %% [markdown]\n# # {title}\n\n# %% tags=["parameters"]\nprofile = "reduced"\nseed = 0\n\n'


def grows():
    """A figure whose slider moves one bar, as plotly, and its picture."""
    moving = go.Figure(go.Bar(x=["a"], y=[1]))
    moving.frames = [go.Frame(name=str(height), data=[go.Bar(x=["a"], y=[height])]) for height in (1, 5)]
    moving.update_layout(sliders=[slider("", ["1", "5"])], yaxis_range=[0, 5])
    still = Figure(figsize=(2, 1))
    still.subplots().bar(["a"], [1])
    return moving, still


@pytest.fixture(scope="module")
def page():
    moving, still = grows()
    shown = (bundle(moving, still, "A bar that grows."), bundle(None, still, 'A "bar".'))
    outputs = [new_output("display_data", data=data, metadata=metadata) for data, metadata in shown]
    hidden = new_code_cell("secret = 1", metadata={"jupyter": {"source_hidden": True}}, id="hidden")
    text = "Mean $\\mathbb E\\big[z\\big]$ and\n\n$$\\frac{1}{2}$$\n\nand $\\nosuchthing$.\n\n<details open>$x$</details>"
    cells = [new_markdown_cell(text, id="prose"), hidden, new_code_cell("show()", outputs=outputs, id="show")]
    return html_page(new_notebook(cells=cells), "A page")


def test_no_script_picture_or_style_comes_from_another_host(page):
    links = re.findall(r'(?:src|href|url)\s*[=(]\s*["\']?(https?://[^"\')\s]+)', page.split("<script>/**")[0])
    assert links == []
    assert page.count("Plotly.newPlot(place") == 1


def test_formulas_are_mathml_or_stay_tex_pictures_are_described_and_a_folded_cell_can_be_opened(page):
    assert "<mi>𝔼</mi>" in page
    assert 'display="block"' in page
    assert "<code>\\nosuchthing</code>" in page
    assert """alt='A "bar".'""" in page
    assert '<details class="folded-code">' in page


@pytest.mark.parametrize("tex", [r"\begin{aligned}a&=b\end{aligned}", r"\nosuchthing", r"\left( x"])
def test_a_formula_that_no_page_could_set_is_refused_when_the_lesson_is_built(tmp_path, write_lessons, tex):
    with pytest.raises(CourseError, match="cannot set the formula"):
        mathml(tex)
    lessons = write_lessons(tmp_path, spare=f'{HEAD}# %% [markdown] id="law"\n# The law is ${tex}$.\n')
    with pytest.raises(CourseError, match="lesson spare, cell law: cannot set the formula"):
        build(read_order(lessons)[0])


def test_the_first_use_of_each_word_is_linked_and_all_are_listed_at_the_end(tmp_path, write_lessons):
    text = "# %% [markdown]\n# ## Votes\n# `votes`, $votes$ and [votes](there) are left; Votes are linked, votes once.\n"
    lessons = write_lessons(tmp_path, spare=HEAD + text)
    (lessons / "glossary.md").write_text(
        "| word | meaning |\n|---|---|\n| vote, votes | a hand that is raised |\n| logit | a number |\n\n## Symbols\n"
    )
    cells = build(read_order(lessons)[0]).cells
    assert cells[3].source.endswith(
        '(there) are left; [Votes](#Words-of-this-lesson "a hand that is raised") are linked, votes once.'
    )
    assert cells[-1].source == "## Words of this lesson\n\n- **vote**: a hand that is raised"
    (lessons / "glossary.md").write_text("| vote | a |\n| Vote | b |\n")
    with pytest.raises(CourseError, match="vote stands there twice"):
        build(read_order(lessons)[0])


@pytest.mark.skipif(not shutil.which("chromium"), reason="needs Debian's chromium")
def test_a_slider_moves_in_a_browser_without_a_network_at_a_telephones_width(page, tmp_path):
    sync_api = pytest.importorskip("playwright.sync_api")
    (tmp_path / "page.html").write_text(page, encoding="utf-8")
    said = []
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        tab = browser.new_context(offline=True, viewport={"width": 420, "height": 800}).new_page()
        tab.on("console", lambda message: said.append(message.text))
        tab.on("pageerror", lambda error: said.append(str(error)))
        tab.goto((tmp_path / "page.html").as_uri())
        bar = tab.locator(".plotly-figure .bars path").first
        before = bar.bounding_box()["height"]
        tab.locator(".slider-rail-touch-rect").first.click(position={"x": 150, "y": 5})
        tab.wait_for_timeout(1000)
        assert bar.bounding_box()["height"] > 3 * before
        assert tab.evaluate("document.documentElement.scrollWidth") <= 420
        assert tab.locator("math").count() == 3
        browser.close()
    assert said == []
