"""The command `pvlib` starts here, in a module that no other package's name can hide.

An unrelated solar-energy package is called pvlib, too. Importing this module puts the course's own library
first, or says which one is in the way.
"""

import importlib.util
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent


def main() -> None:
    """Run the command line."""
    from pvlib.cli import app

    app()


def _use_own_pvlib() -> None:
    """Let `import pvlib` find the library beside this file; exit with a message where it cannot."""
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
