"""What the scripts in data_scripts share: options, a progress bar, one-line errors."""

import argparse
import os
from collections.abc import Callable

from pvlib.data.packing.report import Report
from pvlib.errors import printable
from pvlib.progress import progress_bar
from pvlib.terminal import line_for_user, say_error


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
    except KeyboardInterrupt:
        say_error(f"{file} is as it was before", "interrupted")
        return 130
    except Exception as error:
        line = line_for_user(error)
        if line is None:
            raise
        say_error(line)
        return 1
    print(printable(f"{report}\nWritten to {file}."))
    return 0
