"""What reaches a terminal: no control characters, no endless values, errors as one line, in any encoding.

Names, values and exceptions come from files that strangers made. An escape sequence among them could wipe a
warning off the screen, so that every console of the course is a :class:`Terminal`, which shows such
characters as ``\\x1b`` and the like.
"""

import sys
import traceback
from collections.abc import Iterable
from io import TextIOWrapper
from typing import Any

from rich.console import Console, ConsoleOptions, RenderableType
from rich.markup import escape
from rich.segment import Segment
from rich.text import Text

from pvlib.errors import CourseError, printable

LONGEST_VALUE, LONGEST_MESSAGE, LONGEST_TRACEBACK = 500, 2_000, 20_000  # characters


def shorten(text: str, longest: int) -> str:
    """Return the text, without its middle where it is longer than ``longest`` characters."""
    if len(text) <= longest:
        return text
    return f"{text[: longest * 2 // 3]} … {text[-longest // 4 :]} ({len(text):,} characters)"


class Terminal(Console):
    """A console of rich that shows control characters instead of obeying them."""

    def render(self, renderable: RenderableType, options: ConsoleOptions | None = None) -> Iterable[Segment]:
        for segment in super().render(renderable, options):
            yield segment if segment.control else segment._replace(text=printable(segment.text))

    def render_str(self, text: str, **options: Any) -> Text:
        return super().render_str(printable(text), **options)  # before a table's columns are measured

    def say(self, markup: str) -> None:
        """Print one line as it is, however wide the terminal: what is printed can be copied and piped."""
        self.print(markup, soft_wrap=True, highlight=False)


def say_error(message: object, label: str = "error") -> None:
    """Print a message on stderr as one line."""
    words = (shorten(word, LONGEST_VALUE) for word in str(message).split())
    text = escape(shorten(" ".join(words), LONGEST_MESSAGE))
    Terminal(stderr=True).say(f"[bold red]{label}:[/] {text}")


def line_for_user(error: BaseException) -> str | None:
    """Return what to tell a user of an error that no code can help; None for a bug, whose traceback must show."""
    if isinstance(error, CourseError):
        return str(error)
    if isinstance(error, MemoryError) or "can't allocate memory" in str(error)[:1_000]:
        return (
            "there is not enough memory for this; ask for smaller pictures, fewer at a time, or fewer samples"
        )
    if isinstance(error, RecursionError):
        return "what was read is nested too deeply to be of use: look for a damaged file among those named"
    if isinstance(error, OSError) and error.strerror and not isinstance(error, BrokenPipeError):
        name = "" if error.filename is None else f"{error.filename}: "
        return f"{name}{error.strerror}; look at the path, its rights and the room on the disk"
    return None


def accept_any_output() -> None:
    """Let no character that the output's encoding lacks end a command (a redirect on Windows, for one)."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def show_traceback(error: BaseException) -> None:
    """Print the traceback of a bug on stderr."""
    text = "".join(traceback.format_exception(error))
    print(printable(shorten(text, LONGEST_TRACEBACK)), file=sys.stderr)
