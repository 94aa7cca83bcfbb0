"""What data_scripts/prepare_rafdb.py and prepare_affectnet.py share: options, a progress bar, one-line errors."""

import argparse
import os
import sys
from collections.abc import Callable

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from pvlib.data.packing.report import Report
from pvlib.errors import CourseError
from pvlib.terminal import Terminal, printable, say_error


def add_options(parser: argparse.ArgumentParser, side: int) -> None:
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
    parser.add_argument(
        "--start-over", action="store_true", help="throw away what a run that was stopped has done"
    )


def run(prepare: Callable[..., Report], options: argparse.Namespace) -> int:
    """Prepare and print the report; return the exit status."""
    columns = (TextColumn("faces"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    console = Terminal(stderr=True)
    try:
        with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bar:
            task = bar.add_task("faces", total=None)
            report = prepare(
                options.folder,
                options.file,
                size=options.size,
                workers=options.workers,
                strict=options.strict,
                start_over=options.start_over,
                on_progress=lambda done, total: bar.update(task, completed=done, total=total),
            )
    except CourseError as error:
        say_error(error)
        return 1
    except KeyboardInterrupt:
        print(
            f"Interrupted; what is done stays in {options.file}.unfinished, and the same command goes on there.",
            file=sys.stderr,
        )
        return 130
    print(printable(str(report)))
    print(f"Written to {options.file}.")
    return 0
