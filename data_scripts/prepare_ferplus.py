"""From what the owners of FER+ hand out to the one file that pvlib reads."""

import argparse
import sys
from pathlib import Path

import poster_var_course  # noqa: F401 (first: it sees to it that pvlib is the course's own)

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


def main(arguments: list[str] | None = None) -> int:
    from pvlib.data.ferplus import prepare
    from pvlib.data.packing.command import run

    parser = argparse.ArgumentParser(
        description=__doc__, epilog=WHERE, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path, metavar="FOLDER", help="the files as their owners hand them out")
    parser.add_argument("file", type=Path, metavar="FILE", help="the file to write, ending in .safetensors")
    parser.add_argument(
        "--accept-odd-votes",
        action="store_true",
        help="let rows through whose votes do not sum to ten; the report names them",
    )
    return run(prepare, parser.parse_args(arguments))


if __name__ == "__main__":
    from pvlib.terminal import accept_any_output

    accept_any_output()
    sys.exit(main())
