"""The course: its lessons are built, run and checked here; the network that they build is in ``pvlib``.

Importing it comes first wherever a process starts. An unrelated solar-energy package is called pvlib, too: the
course's own library is put first, or the process ends with a line that says which one is in the way.
"""

import importlib.util
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent.parent


def main() -> None:
    """Run the command line, `pvlib`."""
    from poster_var_course.cli import app

    app()


def _use_own_pvlib() -> None:
    """Let `import pvlib` find the library beside this one; exit with a message where it cannot."""
    if sys.path[:1] != [str(HERE)]:
        sys.path.insert(0, str(HERE))
    loaded = sys.modules.get("pvlib")
    found = loaded.__file__ if loaded else getattr(importlib.util.find_spec("pvlib"), "origin", None)
    if not found or "POSTER-Var" not in Path(found).read_text(encoding="utf-8", errors="replace"):
        sys.exit(
            f"error: pvlib is {found or 'missing'}, which is not this course's library: the solar-energy package "
            "has the same name. Install the course in an environment of its own (make course)."
        )


_use_own_pvlib()

from poster_var_course.guesses import guess, reveal  # noqa: E402 (needs pvlib)
from poster_var_course.learners_own import chosen  # noqa: E402
from poster_var_course.outputs import record  # noqa: E402

__all__ = ["chosen", "guess", "main", "record", "reveal"]
