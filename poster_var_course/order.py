"""Which lessons there are, in which order: read from lessons/order.toml, the one place that knows numbers."""

import importlib.util
import tomllib
from dataclasses import dataclass
from pathlib import Path

from pvlib.errors import CourseError

ORDER = "order.toml"


@dataclass(frozen=True)
class LessonEntry:
    """One line of the order: the number, the folder's name, the title, and where the folder lies."""

    number: int
    word: str
    title: str
    folder: Path

    @property
    def name(self) -> str:
        """The name of the lesson's notebook without its ending: 01_reparameterization."""
        return f"{self.number:02d}_{self.word}"

    @property
    def source(self) -> Path:
        return self.folder / "lesson.py"


def read_order(lessons: Path) -> list[LessonEntry]:
    """The lessons of a folder by number; CourseError names what is wrong in its order.toml."""
    path = lessons / ORDER
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError:
        raise CourseError(f"{path}: there is no such file; it lists the lessons") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise CourseError(f"{path}: not readable as TOML ({error})") from None
    entries: list[LessonEntry] = []
    for word, facts in table.items():
        match facts:
            case {"number": int(number), "title": str(title)} if len(facts) == 2 and 0 <= number <= 99:
                entries.append(LessonEntry(number, word, title, lessons / word))
            case _:
                raise CourseError(f"{path}, [{word}]: needs number = 0 … 99 and title = a text, no more")
    if not entries:
        raise CourseError(f"{path}: names no lesson")
    numbers = [entry.number for entry in entries]
    if twice := {number for number in numbers if numbers.count(number) > 1}:
        raise CourseError(f"{path}: number {min(twice)} is given twice")
    return sorted(entries, key=lambda entry: entry.number)


def find_lessons() -> Path:
    """The folder of the lessons: in the working folder if that is a checkout, else as installed."""
    here = Path.cwd() / "lessons"
    if (here / ORDER).is_file():
        return here
    found = importlib.util.find_spec("lessons")
    places = found.submodule_search_locations if found else None
    if not places or not (Path(places[0]) / ORDER).is_file():
        raise CourseError(
            "the course's lessons are not installed beside pvlib: start from the course's own environment"
        )
    return Path(places[0])


def packaged_notebooks(lessons: Path) -> Path:
    """Where the notebooks of these lessons lie: inside an installed package, or beside lessons/."""
    inside = lessons / "notebooks"
    return inside if inside.is_dir() else lessons.parent / "notebooks"
