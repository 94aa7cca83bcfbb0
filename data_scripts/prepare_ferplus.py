"""From what the owners of FER+ hand out to the one file that pvlib reads."""

import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import poster_var_course  # noqa: F401 (first: it sees to it that pvlib is the course's own)
from data_scripts.command import prepare, preparing_parser

if TYPE_CHECKING:
    from data_scripts.packing.report import Report

WHERE = """
where to get it:
  votes    fer2013new.csv from https://github.com/microsoft/FERPlus
  pixels   fer2013.csv from "Challenges in Representation Learning: Facial Expression Recognition Challenge",
           https://www.kaggle.com/c/challenges-in-representation-learning-facial-expression-recognition-challenge

what FOLDER must hold, one of:
  fer2013.csv (or icml_face_data.csv, the same table) and fer2013new.csv
  FER2013Train, FER2013Valid, FER2013Test with PNG files (any of them may be absent) and fer2013new.csv,
  or, where that is absent, a label.csv in each of them; the script of the FER+ repository writes this form

terms:
  The votes are under the MIT licence. The pixels are faces collected from the web whose rights are
  unresolved: use them for research only, do not pass them on, and keep FILE out of any repository.

example:
  python data_scripts/prepare_ferplus.py downloads/ferplus data/ferplus.safetensors
"""


def prepare_ferplus(
    root: str | Path,
    out: str | Path,
    on_progress: Callable[[int, int], None] = lambda done, total: None,
) -> "Report":
    """Read FER+ as its owners hand it out, under ``root``, and write the one file ``out``.

    Args:
        on_progress: see ``data_scripts.packing.writing.write_prepared``.

    Raises:
        CourseError: see ``list_ferplus`` and ``write_prepared``; ``out`` stays as it was.
    """
    from data_scripts.layouts.ferplus.listing import list_ferplus
    from data_scripts.layouts.ferplus.pixels import SIDE
    from data_scripts.packing.writing import write_prepared

    return write_prepared(list_ferplus(root), out, SIDE, on_progress=on_progress)


def main(arguments: list[str] | None = None) -> int:
    parser = preparing_parser(__doc__, WHERE)
    return prepare(prepare_ferplus, parser.parse_args(arguments))


if __name__ == "__main__":
    sys.exit(main())
