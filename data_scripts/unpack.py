"""Unpack an archive that a stranger may have made: no path leads out, no link, no bomb, no leftovers."""

import argparse
import signal
import sys
from pathlib import Path

import poster_var_course  # noqa: F401 (first: it sees to it that pvlib is the course's own)
from data_scripts import archives
from data_scripts.command import parser_of, run
from pvlib.errors import CourseError


def unpack(options: argparse.Namespace) -> int:
    limit, folder = options.limit, options.folder
    if limit is not None and not 0 < limit <= 1e6:
        raise CourseError(f"--limit is a number of GiB from 0 to a million, not {limit:g}")
    # so that nothing is left behind after SIGTERM, either
    earlier = signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    try:
        files, size = archives.unpack(options.archive, folder, None if limit is None else int(limit * 2**30))
    finally:
        signal.signal(signal.SIGTERM, earlier)
    print(f"Files in {folder}: {files:,}, {size / 1e6:,.1f} MB.")
    print(f"Next: python data_scripts/check.py {folder}")
    return 0


def main(arguments: list[str] | None = None) -> int:
    parser = parser_of(__doc__)
    parser.add_argument("archive", type=Path, help="a zip or tar archive (plain, .gz, .bz2 or .xz)")
    parser.add_argument("folder", type=Path, help="a folder that does not exist yet, or is empty")
    parser.add_argument("--limit", type=float, metavar="GIB", help="allow so much to come out")
    options = parser.parse_args(arguments)
    return run(lambda: unpack(options), "nothing was written")


if __name__ == "__main__":
    sys.exit(main())
