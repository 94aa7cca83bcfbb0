"""From RAF-DB as its owners hand it out, or in class folders, to the one file that pvlib reads."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import poster_var_course  # noqa: F401 (first: it sees to it that pvlib is the course's own)
from data_scripts.command import prepare, preparing_parser

if TYPE_CHECKING:
    from data_scripts.packing.report import Report

SIDE = 100

WHERE = """
where to get it:
  Ask Shan Li and Weihong Deng, by e-mail from a university's address, as their page explains:
  http://www.whdeld.cn/RAF/model1.html
  They send the address of an archive; unpack its folder "basic" (and in it Image/aligned.zip).

what FOLDER must hold, one of:
  EmoLabel/list_patition_label.txt (sic) and Image/aligned/train_00001_aligned.jpg, …
  train/1 … train/7 and test/1 … test/7 with the aligned faces; names such as train/surprise are read, too

what comes out:
  splits train, valid and test. RAF-DB has no validation split, so a tenth of every class's training faces
  is held out, chosen by a hash of the image's name: the same faces on every machine. "train+valid" is the
  official training set.

terms:
  For non-commercial research only, under the terms that its owners send. Do not pass the faces on, and keep
  FILE out of any repository.

example:
  python data_scripts/prepare_rafdb.py downloads/rafdb/basic data/rafdb.safetensors --workers 4

A run that was stopped leaves nothing behind and begins anew: give the same command again.
"""


def prepare_rafdb(root: str | Path, out: str | Path, *, size: int = SIDE, **options: Any) -> "Report":
    """Read RAF-DB as its owners hand it out, or in class folders, and write the one file ``out``.

    Args:
        size: pixels of a face's side; 100 is what the owners' aligned faces have.
        options: workers, on_progress, see ``data_scripts.packing.writing.write_prepared``.

    Raises:
        CourseError: see ``list_rafdb`` and ``write_prepared``; ``out`` stays as it was.
    """
    # imported here, as each worker process runs this file's top again
    from data_scripts.layouts.rafdb import list_rafdb
    from data_scripts.packing.writing import write_prepared

    return write_prepared(list_rafdb(root), out, size, **options)


def main(arguments: list[str] | None = None) -> int:
    parser = preparing_parser(__doc__, WHERE, SIDE)
    return prepare(prepare_rafdb, parser.parse_args(arguments))


if __name__ == "__main__":
    sys.exit(main())
