"""From RAF-DB as its owners hand it out, or in class folders, to the one file that pvlib reads."""

import argparse
import sys
from pathlib import Path

import poster_var_course  # noqa: F401 (first: it sees to it that pvlib is the course's own)

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


def main(arguments: list[str] | None = None) -> int:
    # imported here, as each worker process runs this file's top again
    from pvlib.data.packing.command import add_image_options, run
    from pvlib.data.rafdb import prepare_rafdb
    from pvlib.data.rafdb.compact import SIDE

    parser = argparse.ArgumentParser(
        description=__doc__, epilog=WHERE, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path, metavar="FOLDER", help="the files as their owners hand them out")
    parser.add_argument("file", type=Path, metavar="FILE", help="the file to write, ending in .safetensors")
    add_image_options(parser, SIDE)
    return run(prepare_rafdb, parser.parse_args(arguments))


if __name__ == "__main__":
    from pvlib.terminal import accept_any_output

    accept_any_output()
    sys.exit(main())
