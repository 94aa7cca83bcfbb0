"""Work through the lessons in JupyterLab, as a learner would, in headless Chromium.

    python lessons/in_jupyterlab.py [--dark] [SHOTS [lesson …]]      # lessons by their words; all by default

Each notebook is opened with a real kernel and run; then its first exercise is solved by typing, a prediction is made
with the mouse and seen again, and of each moving figure the slider is moved, each button pressed and each menu used. What
does not happen is named; the exit status says whether anything did. Pictures of every figure are left in SHOTS, in
JupyterLab's dark theme with --dark. Takes about as long as the lessons do.
"""

import argparse
import json
import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import nbformat
from playwright.sync_api import Locator, Page, sync_playwright

from poster_var_course.build import build
from poster_var_course.order import LessonEntry, read_order

ROOT = Path(__file__).resolve().parents[1]
MARK = "# write your lines here"
SETTINGS = {
    "notebook-extension/tracker": {"windowingMode": "none"},
    "apputils-extension/notification": {"fetchNews": "false"},  # its question would cover a slider
}


@contextmanager
def jupyterlab(folder: Path) -> Iterator[str]:
    """A server on `folder` with every cell of a notebook in the page; its address."""
    for name, setting in SETTINGS.items():
        file = folder / ".settings" / "@jupyterlab" / f"{name}.jupyterlab-settings"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(json.dumps(setting))
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    options = [
        f"--port={port}",
        "--no-browser",
        "--allow-root",
        "--IdentityProvider.token=",
        f"--notebook-dir={folder}",
    ]
    environment = os.environ | {
        "JUPYTERLAB_SETTINGS_DIR": str(folder / ".settings"),
        "JUPYTER_CONFIG_PATH": str(ROOT / "lessons" / "jupyter"),  # as `make lab`
        "PYTHONPATH": str(ROOT),
    }
    server = subprocess.Popen(
        [sys.executable, "-m", "jupyterlab", *options], env=environment, stderr=subprocess.DEVNULL, cwd=folder
    )
    try:
        for _ in range(300):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.2)
        yield f"http://127.0.0.1:{port}/lab/tree"
    finally:
        server.terminate()
        server.wait()


def cell_with(page: Page, text: str, kind: str = "CodeCell"):
    return page.locator(f".jp-{kind}", has_text=text).first


def wait_until_run(page: Page, seconds: float) -> None:
    """Wait until the kernel is idle and no cell is queued or running."""
    page.wait_for_timeout(1500)
    waiting = "[...document.querySelectorAll('.jp-InputPrompt')].some(p => p.textContent.includes('*'))"
    idle = "/\\| Idle/.test(document.querySelector('#jp-main-statusbar').textContent)"
    page.wait_for_function(f"{idle} && !({waiting})", timeout=1000 * seconds)
    page.wait_for_timeout(1500)


def run_all(page: Page) -> None:
    page.get_by_role("menuitem", name="Run", exact=True).click()
    page.get_by_role("menuitem", name="Run All Cells", exact=True).click()


def type_into(page: Page, cell, text: str) -> None:
    """Replace what the cell holds and run it."""
    cell.locator(".cm-content").first.click()
    page.keyboard.press("Control+A")
    page.keyboard.insert_text(text)
    page.keyboard.press("Shift+Enter")


def press(page: Page, place: Locator, across: float) -> None:
    """Press the mouse in a place that is in view, so far across it, as a share of its width."""
    box = place.bounding_box()
    assert box, "what is in view has a place"
    page.mouse.click(box["x"] + across * box["width"], box["y"] + min(box["height"] / 2, 10))


def run_again(page: Page, number: int) -> None:
    """Run one cell that has run before; its own code may be folded."""
    prompt = page.locator(".jp-Cell").nth(number).locator(".jp-OutputPrompt").first
    prompt.scroll_into_view_if_needed()
    press(page, prompt, 0.5)
    page.keyboard.press("Shift+Enter")
    wait_until_run(page, 300)


def solve_first(page: Page, entry: LessonEntry) -> list[str]:
    """Type the first solution over its placeholder, run its check, and say what was not right."""
    learners, solved = build(entry).cells, build(entry, solved=True).cells
    number = next(i for i, cell in enumerate(learners) if cell.cell_type == "code" and MARK in cell.source)
    type_into(page, cell_with(page, MARK), solved[number].source)
    wait_until_run(page, 120)
    check = next(i for i in range(number, len(learners)) if "check(" in learners[i].source)
    if check != number:
        run_again(page, check)
    passed = page.locator(".jp-Cell").nth(check).locator("text=✔ Passed").count()
    return [] if passed else [f"typing the solution of cell {learners[number].id} did not pass its check"]


def predict(page: Page, entry: LessonEntry) -> list[str]:
    """Make the lesson's first prediction with the mouse, run the cell that reveals it, and look for it there."""
    cells = build(entry).cells
    asked = next(
        (i for i, cell in enumerate(cells) if "guess(" in cell.source and cell.cell_type == "code"), None
    )
    if asked is None:
        return ["asks for no prediction"]
    place = page.locator(".jp-Cell").nth(asked)
    place.scroll_into_view_if_needed()
    for control in (
        "input[type=radio]",
        "button[title^='one vote more']",
        "button:has-text('This is my guess')",
    ):
        if place.locator(control).count():
            place.locator(control).first.click()
            break
    kept = place.locator("text=Your guess")
    for _ in range(100):  # the kernel answers, on a busy machine after some seconds
        page.wait_for_timeout(300)
        if kept.count():
            break
    problems = [] if kept.count() else [f"cell {cells[asked].id}: the guess was not kept"]
    question = re.search(r'guess\(\s*"([^"]+)"', cells[asked].source)
    assert question, "a guess names its question"
    revealing = re.compile(rf'reveal\(\s*"{question[1]}"')
    told = next(i for i, cell in enumerate(cells) if revealing.search(cell.source))
    run_again(page, told)
    if not page.locator(".jp-Cell").nth(told).locator("text=You said").count():
        problems.append(f"cell {cells[told].id}: the guess is not shown again")
    return problems


def move_figures(page: Page, shots: Path, name: str) -> list[str]:
    """Use all controls of each plotly figure; what is drawn must change each time."""
    problems = []
    figures = page.locator(".jp-RenderedPlotly")
    for number in range(figures.count()):
        figure = figures.nth(number)
        figure.scroll_into_view_if_needed()
        figure.hover()  # wakes it: until then JupyterLab shows the picture
        figure.locator(".plot-container").wait_for(timeout=30_000)
        page.wait_for_timeout(1500)
        rails, buttons = figure.locator(".slider-rail-touch-rect"), figure.locator(".updatemenu-button")
        menus = figure.locator(".updatemenu-header")
        if not rails.count() + buttons.count() + menus.count():
            problems.append(f"figure {number} has nothing that moves it")
        for place in range(rails.count()):
            rails.nth(place).scroll_into_view_if_needed()
            if not changes(page, figure, partial(press, page, rails.nth(place), 0.8)):
                problems.append(f"slider {place} of figure {number} moves nothing")
        page.screenshot(path=shots / f"{name}-{number}.png")
        if not (box := figure.bounding_box()) or box["height"] < 200:
            problems.append(f"figure {number} is gone after its slider moved")
        for place in range(buttons.count()):
            if not changes(page, figure, buttons.nth(place).click):
                problems.append(f"button {place} of figure {number} moves nothing")
        for place in range(menus.count()):
            if not changes(page, figure, partial(choose_last, page, figure, menus.nth(place))):
                problems.append(f"menu {place} of figure {number} moves nothing")
            page.screenshot(path=shots / f"{name}-{number}-menu-{place}.png")
    return problems if figures.count() else ["no moving figure is in the page"]


def changes(page: Page, figure: Locator, act: Callable[[], None]) -> bool:
    """Whether what is drawn changes within some seconds, beside the controls themselves."""
    drawn = (
        "f => [...f.querySelectorAll('.main-svg')].map(s => { s = s.cloneNode(true); s.querySelectorAll('.menulayer')"
        ".forEach(m => m.remove()); return s.innerHTML }).join()"
    )
    before = figure.evaluate(drawn)
    act()
    for _ in range(20):
        page.wait_for_timeout(300)
        if figure.evaluate(drawn) != before:
            return True
    return False


def choose_last(page: Page, figure: Locator, menu: Locator) -> None:
    """Open a menu and take its last entry."""
    menu.click()
    page.wait_for_timeout(500)
    figure.locator(".updatemenu-dropdown-button").last.click()


def picture_all(page: Page, shots: Path, name: str) -> None:
    """A picture of every output that is a still figure."""
    stills = page.locator(".jp-RenderedImage")
    for number in range(stills.count()):
        stills.nth(number).scroll_into_view_if_needed()
        stills.nth(number).screenshot(path=shots / f"{name}-still-{number}.png")


def work_through(page: Page, address: str, entry: LessonEntry, shots: Path) -> list[str]:
    page.goto(f"{address}/{entry.name}.ipynb?reset")
    page.wait_for_selector(".jp-Notebook .jp-CodeCell", timeout=60_000)
    wait_until_run(page, 120)
    run_all(page)
    wait_until_run(page, 900)
    problems = [
        f"an output is an error: {text[:200]}"
        for text in page.locator("[data-mime-type='application/vnd.jupyter.error']").all_text_contents()
    ]
    problems += predict(page, entry)
    problems += solve_first(page, entry)
    problems += move_figures(page, shots, entry.name)
    picture_all(page, shots, entry.name)
    page.keyboard.press("Control+S")
    page.wait_for_timeout(1000)
    page.evaluate("window.onbeforeunload = null")
    return problems


def listen(page: Page) -> list[str]:
    """A list that fills with what goes wrong in the page itself."""
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(f"the page says: {error}"))
    return errors


def main(shots: Path, wanted: list[str]) -> int:
    shots.mkdir(parents=True, exist_ok=True)
    failed = False
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary) / "notebooks"
        shutil.copytree(ROOT / "notebooks", folder)
        with jupyterlab(folder) as address, sync_playwright() as playwright:
            browser = playwright.chromium.launch(
                executable_path=shutil.which("chromium"), args=["--no-sandbox"]
            )
            for entry in (
                entry for entry in read_order(ROOT / "lessons") if not wanted or entry.word in wanted
            ):
                page = browser.new_page(viewport={"width": 1300, "height": 950})
                errors = listen(page)
                try:
                    problems = work_through(page, address, entry, shots)
                except Exception as error:  # one lesson must not hide the others
                    problems = [f"{type(error).__name__}: {str(error)[:400]}"]
                    page.screenshot(path=shots / f"{entry.name}-stopped.png")
                page.close()
                kept = nbformat.read(folder / f"{entry.name}.ipynb", as_version=4)
                size = len(nbformat.writes(kept)) / 1e6
                print(
                    f"{entry.name}: {'; '.join(problems + errors) or 'all worked'} ({size:.2f} MB)",
                    flush=True,
                )
                failed |= bool(problems + errors)
            browser.close()
    return failed


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("shots", nargs="?", default="shots", type=Path, help="folder for the pictures")
    lessons = [entry.word for entry in read_order(ROOT / "lessons")]
    parser.add_argument("lessons", nargs="*", metavar="lesson", help=f"all by default: {', '.join(lessons)}")
    parser.add_argument("--dark", action="store_true", help="JupyterLab's dark theme")
    given = parser.parse_args()
    if unknown := sorted(set(given.lessons) - set(lessons)):
        parser.error(f"no lesson is called {', '.join(unknown)}; there are {', '.join(lessons)}")
    if given.dark:
        SETTINGS["apputils-extension/themes"] = {"theme": "JupyterLab Dark"}
    sys.exit(main(given.shots, given.lessons))
