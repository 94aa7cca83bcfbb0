"""Words that a lesson explains where it first uses them: a link with the meaning as its tip, and a list at the end.

The words stand in lessons/glossary.md, a page that people read as it is. No author marks them: the first use in each
lesson's prose is found when its notebook is built, so that none can be forgotten.
"""

import re
from dataclasses import dataclass
from pathlib import Path

from pvlib.errors import CourseError

ROW = re.compile(r"^\| (?P<forms>[^|]+?) \| (?P<meaning>[^|]+?) \|$", re.MULTILINE)
HEADING = "Words of this lesson"
# what is left as it is: headings, code, formulas, links, HTML
ELSEWHERE = r"^#[^\n]*$|^```.*?^```|`[^`]*`|\$\$.+?\$\$|\$[^$]+\$|!?\[[^\]]*\]\([^)]*\)|<[^>]+>"


@dataclass(frozen=True)
class Word:
    """A word of the glossary, in each form that prose may use, and its meaning."""

    forms: tuple[str, ...]
    meaning: str


def read_glossary(lessons: Path) -> list[Word]:
    """The words of glossary.md in the folder of lessons; none where there is no such page."""
    page = lessons / "glossary.md"
    if not page.exists():
        return []
    table = page.read_text(encoding="utf-8").split("\n## ")[
        0
    ]  # the first table; symbols have one of their own
    rows = [match for match in ROW.finditer(table) if match["forms"] not in ("word", "---")]
    words = [Word(tuple(row["forms"].split(", ")), row["meaning"]) for row in rows]
    forms = [form.lower() for word in words for form in word.forms]
    if twice := {form for form in forms if forms.count(form) > 1}:
        raise CourseError(f"{page}: {', '.join(sorted(twice))} stands there twice")
    if quoted := [word.forms[0] for word in words if '"' in word.meaning]:
        raise CourseError(f'{page}: the meaning of {quoted[0]} holds a ", which ends the tip of a link')
    return words


def mark_first_uses(prose: list[str], words: list[Word]) -> tuple[list[str], list[Word]]:
    """Make a link of the first use of each word, over all cells of a lesson; return the cells and the words used."""
    used = []
    for word in words:
        forms = "|".join(re.escape(form) for form in sorted(word.forms, key=len, reverse=True))
        pattern = re.compile(
            rf"{ELSEWHERE}|(?P<word>\b(?:{forms})\b)", re.MULTILINE | re.DOTALL | re.IGNORECASE
        )
        for number, text in enumerate(prose):
            found = next((match for match in pattern.finditer(text) if match["word"]), None)
            if found:
                link = f'[{found["word"]}](#{HEADING.replace(" ", "-")} "{word.meaning}")'
                prose = [
                    *prose[:number],
                    text[: found.start()] + link + text[found.end() :],
                    *prose[number + 1 :],
                ]
                used.append(word)
                break
    return prose, used


def as_list(words: list[Word]) -> str:
    """The words with their meanings, as the text of a lesson's last cell."""
    rows = (
        f"- **{word.forms[0]}**: {word.meaning}"
        for word in sorted(words, key=lambda word: word.forms[0].lower())
    )
    return "\n".join([f"## {HEADING}", "", *rows])
