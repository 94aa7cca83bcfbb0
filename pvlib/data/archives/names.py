"""Which names an archive may bring along: those that mean one file inside the folder, on every system."""

import re
import unicodedata

from pvlib.errors import CourseError

_RESERVED = re.compile(r"(con|prn|aux|nul|conin\$|conout\$|com[0-9¹²³]|lpt[0-9¹²³])", re.IGNORECASE)
_LONGEST_PART, _LONGEST = 255, 2000  # bytes


class Names:
    """Checks one entry's name after the other, and remembers them, as two may be one file on some systems."""

    def __init__(self):
        self._seen: dict[str, tuple[str, bool]] = {}  # what systems compare -> spelling, is a folder

    def add(self, name: str, folder: bool) -> tuple[str, ...]:
        """Return the parts of the path inside the folder; () for the folder itself.

        Raises:
            CourseError: the name leads out of the folder, cannot be a file's name on some system, or is the
                name of an earlier entry there.
        """
        parts = _safe_parts(name)
        for depth in range(1, len(parts) + 1):
            spelling = "/".join(parts[:depth])
            key = _key(spelling)
            is_folder = folder or depth < len(parts)
            earlier = self._seen.get(key)
            if earlier is None:
                self._seen[key] = (spelling, is_folder)
            elif earlier != (spelling, is_folder):
                raise CourseError(
                    f"the names {_shown(earlier[0])} and {_shown(spelling)} mean the same file on some systems"
                )
            elif not is_folder:
                raise CourseError(f"the name {_shown(spelling)} comes twice")
        return parts

    def find(self, name: str) -> tuple[str, ...]:
        """Return the parts of an earlier file's name.

        Raises:
            CourseError: the name is not allowed, or no earlier file has it.
        """
        parts = _safe_parts(name)
        spelling = "/".join(parts)
        if self._seen.get(_key(spelling)) != (spelling, False):
            raise CourseError(f"a link leads to {_shown(name)}, which is no earlier file of the archive")
        return parts


def _safe_parts(name: str) -> tuple[str, ...]:
    def refuse(why: str) -> CourseError:
        return CourseError(f"the name {_shown(name)} {why}")

    path = name.replace("\\", "/")
    if path.startswith("/") or re.match(r"[A-Za-z]:", path):
        raise refuse("is an absolute path")
    if any(unicodedata.category(letter) in ("Cc", "Cs") for letter in path):
        raise refuse("holds control characters or is in no known encoding")
    parts = tuple(part for part in path.split("/") if part not in ("", "."))
    for part in parts:
        if part == "..":
            raise refuse("leads out of the folder")
        if ":" in part or part[-1] in ". " or _RESERVED.fullmatch(part.split(".")[0].rstrip(" ")):
            raise refuse("cannot be a file's name under Windows")
        if len(part.encode()) > _LONGEST_PART:
            raise refuse("is too long")
    if len(path.encode()) > _LONGEST:
        raise refuse("is too long")
    return parts


def _key(spelling: str) -> str:
    """What systems compare that know no upper and lower case, or only one way to write an umlaut."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", spelling).casefold())


def _shown(name: str) -> str:
    return ascii(name if len(name) <= 80 else f"{name[:77]}...")
