"""What the scripts in data_scripts share: options, a progress bar, one-line errors."""

import argparse
import os
import sys
from collections.abc import Callable

from pvlib.data.packing.report import Report
from pvlib.errors import CourseError
from pvlib.progress import progress_bar


def add_image_options(parser: argparse.ArgumentParser, side: int) -> None:
    """Add the options of preparing image files; ``side`` is the default size."""
    parser.add_argument(
        "--size", type=int, default=side, metavar="PIXELS", help=f"side of a face, by default {side}"
    )
    parser.add_argument(
        "--workers",
        type=int,
        default=min(8, os.cpu_count() or 1),
        metavar="N",
        help="processes that decode; by default one for each processor, 8 at most",
    )
    parser.add_argument(
        "--strict",
        action="store_true",
        help="refuse a set of which anything is missing or damaged; by default the report says what was left out",
    )


def run(prepare: Callable[..., Report], options: argparse.Namespace) -> int:
    """Prepare with the options by their names and print the report; return the exit status."""
    given = dict(vars(options))
    folder, file = given.pop("folder"), given.pop("file")
    try:
        with progress_bar("faces") as show:
            report = prepare(folder, file, **given, on_progress=show)
    except CourseError as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print(f"Interrupted; {file} is as it was before.", file=sys.stderr)
        return 130
    print(report)
    print(f"Written to {file}.")
    return 0
