"""From AffectNet as its owners hand it out, in the old or the new layout, to the one file that pvlib reads."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import poster_var_course  # noqa: F401 (first: it sees to it that pvlib is the course's own)
from data_scripts.command import prepare, preparing_parser

if TYPE_CHECKING:
    from data_scripts.packing.report import Report

SIDE = 112

WHERE = """
where to get it:
  On its owners' page, http://mohammadmahoor.com/databases/affectnet/ (look there if it has moved). The head
  of a research group signs a licence.

what FOLDER must hold, one of:
  train_set and val_set, each with images/N.jpg and annotations/N_exp.npy, N_val.npy, N_aro.npy
  training.csv and validation.csv, and the pictures in Manually_Annotated_Images; the face's box is cut out

what comes out:
  splits train and valid, eight classes with contempt, of which seven can be read; valence and arousal. The
  owners keep the test set: papers report on valid. 290,000 faces take 11 GB at 112 pixels and 43 GB at 224.

terms:
  For non-commercial research only, under the signed licence. Do not pass the faces on, and keep FILE out of
  any repository.

example:
  python data_scripts/prepare_affectnet.py downloads/affectnet data/affectnet.safetensors --workers 8

A run that was stopped leaves nothing behind and begins anew: give the same command again.
"""


def prepare_affectnet(root: str | Path, out: str | Path, *, size: int = SIDE, **options: Any) -> "Report":
    """Read AffectNet in its old or new layout and write the one file ``out``.

    Args:
        size: pixels of a face's side. The file takes 3 · size² bytes a face: 11 GB at 112, 43 GB at 224.
        options: workers, on_progress, see ``data_scripts.packing.writing.write_prepared``.

    Raises:
        CourseError: see ``list_affectnet`` and ``write_prepared``; ``out`` stays as it was.
    """
    # imported here, as each worker process runs this file's top again
    from data_scripts.layouts.affectnet.listing import list_affectnet
    from data_scripts.packing.writing import write_prepared

    return write_prepared(list_affectnet(root), out, size, **options)


def main(arguments: list[str] | None = None) -> int:
    parser = preparing_parser(__doc__, WHERE, SIDE)
    return prepare(prepare_affectnet, parser.parse_args(arguments))


if __name__ == "__main__":
    sys.exit(main())
