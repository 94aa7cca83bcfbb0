"""What the scripts share: options, one-line errors, and what happens when they are stopped."""

import argparse
import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from data_scripts.progress import progress_bar
from pvlib.errors import printable
from pvlib.terminal import accept_any_output, line_for_user, say_error

if TYPE_CHECKING:
    from data_scripts.packing.report import Report


def parser_of(description: str | None, epilog: str = "") -> argparse.ArgumentParser:
    """Return a parser that prints the script's own text as it stands."""
    return argparse.ArgumentParser(
        description=description, epilog=epilog, formatter_class=argparse.RawDescriptionHelpFormatter
    )


def looking_parser(description: str | None, workers: int | None, by_default: str) -> argparse.ArgumentParser:
    """Return the parser of a script that looks at every image of a set; ``workers`` is the default number."""
    parser = parser_of(description)
    parser.add_argument(
        "path", type=Path, help="a data set's folder, any folder of images, or a prepared file"
    )
    parser.add_argument("--json", type=Path, metavar="FILE", help="also write everything found here")
    parser.add_argument(
        "--workers", type=int, default=workers, metavar="N", help=f"processes that read images; {by_default}"
    )
    return parser


def preparing_parser(
    description: str | None, epilog: str, side: int | None = None
) -> argparse.ArgumentParser:
    """Return the parser of a script that prepares a data set; ``side`` is the default size of image files."""
    parser = parser_of(description, epilog)
    parser.add_argument("folder", type=Path, metavar="FOLDER", help="the files as their owners hand them out")
    parser.add_argument("file", type=Path, metavar="FILE", help="the file to write, ending in .safetensors")
    if side is None:
        return parser
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
    return parser


def prepare(function: "Callable[..., Report]", options: argparse.Namespace) -> int:
    """Prepare a data set with the options by their names and print the report; return the exit status."""
    given = dict(vars(options))
    folder, file = given.pop("folder"), given.pop("file")

    def work() -> int:
        with progress_bar("faces") as show:
            report = function(folder, file, **given, on_progress=show)
        print(printable(f"{report}\nWritten to {file}."))
        return 0

    return run(work, f"{file} is as it was before")


def run(work: Callable[[], int], when_interrupted: str) -> int:
    """Do a script's work; return its exit status, after one line on stderr for what a user can mend."""
    accept_any_output()
    try:
        return work()
    except KeyboardInterrupt:
        say_error(when_interrupted, "interrupted")
        return 130
    except Exception as error:
        line = line_for_user(error)
        if line is None:
            raise
        say_error(line)
        return 1
