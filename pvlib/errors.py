"""The one exception that a user of the course can cause, and how its message shows what strangers wrote."""

import reprlib
import unicodedata

_INVISIBLE = ("Cc", "Cf", "Cs")  # Unicode's control, format and surrogate characters
_HARMLESS = "\n\t\u200c\u200d"  # the last two join and part letters and emoji


class CourseError(Exception):
    """Something outside the code is wrong; the message names the culprit and the next step.

    The command line prints it as one line, without a traceback, and exits with status 1.
    """


def shown(value: object, limit: int = 80) -> str:
    """Return what a stranger's file holds as it may stand in a message: one line, harmless, at most ``limit`` long.

    Text stays as it is but for control characters, which are escaped; anything else is described as ``repr`` does,
    however large or deeply nested it is.
    """
    text = value if isinstance(value, str) else _Description().repr(value)
    text = " ".join(printable(text[: limit + 1]).split())
    return text if len(text) <= limit else f"{text[:limit]}…"


def printable(text: str) -> str:
    """Return the text with every character escaped that would steer a terminal or cannot be encoded.

    A byte of a file name that is no UTF-8 shows as ``\\xe9``.
    """
    if text.isprintable():
        return text
    return "".join(_visible(character) for character in text)


def _visible(character: str) -> str:
    if character in _HARMLESS or unicodedata.category(character) not in _INVISIBLE:
        return character
    if "\udc80" <= character <= "\udcff":  # how Python holds a byte of a file name that it cannot decode
        return f"\\x{ord(character) - 0xDC00:x}"
    return character.encode("unicode_escape").decode("ascii")


class _Description(reprlib.Repr):
    def repr_int(self, number: int, level: int) -> str:
        return repr(number) if number.bit_length() < 200 else f"a number of {number.bit_length()} bits"
