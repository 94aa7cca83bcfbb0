"""The teacher's papers, made to be printed: a card and an answer key for each lesson, the syllabus, and all as one file.

Cards are lessons/word/teacher.md, one page of A4 each where the text allows it. The syllabus is lessons/syllabus.md.
Pages open from the disk and ask nothing of another host.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import jinja2

from poster_var_course.classroom.answer_key import answer_key
from poster_var_course.order import LessonEntry, read_order
from poster_var_course.report import html_of
from pvlib.errors import CourseError
from pvlib.files import atomic_write


@dataclass(frozen=True, kw_only=True)
class Paper:
    """One document: the name of its file without the ending, its title, and its HTML."""

    name: str
    title: str
    body: str


def write_papers(out: Path, *, lessons: Path) -> list[Path]:
    """Write every paper as NAME.html into `out`, and all together as papers.html; the paths that were written.

    Raises:
        CourseError: a lesson has no source, card or tests (they come with a clone), or the syllabus leaves a lesson out.
    """
    papers = list(_papers(lessons))  # all are made before the first is written
    template = jinja2.Environment(
        loader=jinja2.PackageLoader("poster_var_course.classroom", "."),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
    ).get_template("papers.html.jinja")
    pages = {paper.name: (paper.title, [paper]) for paper in papers}
    pages["papers"] = ("POSTER-Var course: the teacher's papers", papers)
    written = []
    for name, (title, parts) in pages.items():
        written.append(out / f"{name}.html")
        with atomic_write(written[-1]) as temporary:
            temporary.write_text(template.render(title=title, papers=parts), encoding="utf-8")
    return written


def _papers(lessons: Path) -> Iterator[Paper]:
    entries = read_order(lessons)
    cards = {entry.word: _text(entry.folder / "teacher.md") for entry in entries}
    yield Paper(
        name="syllabus",
        title="POSTER-Var course: syllabus",
        body=html_of(syllabus(_text(lessons / "syllabus.md"), entries, cards)),
    )
    for entry in entries:
        title = f"{entry.number:02d} · {entry.title}"
        card = cards[entry.word].replace("# Teacher's card:", f"# Teacher's card {entry.number:02d}:", 1)
        yield Paper(name=f"{entry.name}-card", title=f"{title}: teacher's card", body=html_of(card))
    for entry in entries:
        title = f"{entry.number:02d} · {entry.title}"
        yield Paper(name=f"{entry.name}-answers", title=f"{title}: answer key", body=_key(entry, title))


def syllabus(text: str, entries: list[LessonEntry], cards: dict[str, str]) -> str:
    """The syllabus with each {word} as the lesson's number and short title, and {paths} as the cards' short paths.

    CourseError names a lesson that the text leaves out, and a word that is no lesson.
    """
    titles = {entry.word: f"**{entry.number:02d} {entry.title.partition(':')[0]}**" for entry in entries}
    words = [found[1] for found in re.finditer(r"{(\w+)}", text)]
    if unknown := [word for word in words if word not in titles and word != "paths"]:
        raise CourseError(f"lessons/syllabus.md: {{{unknown[0]}}} is no lesson of lessons/order.toml")
    if missing := [word for word in titles if word not in words]:
        raise CourseError(f"lessons/syllabus.md: lesson {missing[0]} has no place; write {{{missing[0]}}}")
    paths = [f"- {titles[entry.word]}: {_path(cards[entry.word], entry)}" for entry in entries]
    return re.sub(r"{(\w+)}", lambda found: titles.get(found[1]) or "\n".join(paths), text)


def _path(card: str, entry: LessonEntry) -> str:
    """The paragraph of a card that says what to do in 45 minutes."""
    found = re.search(r"^\*\*45 minutes[^*]*\*\*\s*(.+?)(?=\n\n|\Z)", card, re.MULTILINE | re.DOTALL)
    if not found:
        raise CourseError(
            f"lessons/{entry.word}/teacher.md: needs a paragraph that begins with **45 minutes.**"
        )
    return " ".join(found[1].split())


def _key(entry: LessonEntry, title: str) -> str:
    key = answer_key(entry)
    template = jinja2.Environment(
        loader=jinja2.PackageLoader("poster_var_course.classroom", "."), autoescape=True
    ).get_template("answer_key.html.jinja")
    questions = key.questions.partition("\n**Next:**")[0].replace("<details>", "<details open>")
    return template.render(
        title=title,
        exercises=[(exercise, html_of(exercise.task)) for exercise in key.exercises],
        helpers=key.helpers,
        questions=html_of(questions),
    )


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except OSError:
        raise CourseError(
            f"{path}: there is no such file; the teacher's papers are made in a clone of the course"
        ) from None
