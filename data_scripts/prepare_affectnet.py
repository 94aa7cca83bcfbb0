"""From AffectNet as its owners hand it out, in the old or the new layout, to the one file that pvlib reads."""

import argparse
import sys
from pathlib import Path

import poster_var_course  # noqa: F401 (first: it sees to it that pvlib is the course's own)

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


def main(arguments: list[str] | None = None) -> int:
    # imported here, as each worker process runs this file's top again
    from pvlib.data.affectnet import prepare_affectnet
    from pvlib.data.affectnet.compact import SIDE
    from pvlib.data.packing.command import add_image_options, run

    parser = argparse.ArgumentParser(
        description=__doc__, epilog=WHERE, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path, metavar="FOLDER", help="the files as their owners hand them out")
    parser.add_argument("file", type=Path, metavar="FILE", help="the file to write, ending in .safetensors")
    add_image_options(parser, SIDE)
    return run(prepare_affectnet, parser.parse_args(arguments))


if __name__ == "__main__":
    from pvlib.terminal import accept_any_output

    accept_any_output()
    sys.exit(main())
