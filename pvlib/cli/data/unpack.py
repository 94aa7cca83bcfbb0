"""``pvlib data unpack ARCHIVE DIR``: everything inside DIR, or nothing at all."""

import signal
import sys
from pathlib import Path
from typing import Annotated

from typer import Argument, Option, echo


def unpack(
    archive: Annotated[Path, Argument(help="a zip or tar archive (plain, .gz, .bz2 or .xz)")],
    folder: Annotated[Path, Argument(metavar="DIR", help="a folder that does not exist yet, or is empty")],
    limit: Annotated[float | None, Option(metavar="GIB", help="allow so much to come out")] = None,
) -> None:
    """Unpack an archive that a stranger may have made: no path leads out, no link, no bomb, no leftovers."""
    from pvlib.data.archives import unpack as unpack_archive
    from pvlib.errors import CourseError

    if limit is not None and not 0 < limit <= 1e6:
        raise CourseError(f"--limit is a number of GiB from 0 to a million, not {limit:g}")

    # so that nothing is left behind after SIGTERM, either
    earlier = signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    try:
        files, size = unpack_archive(archive, folder, None if limit is None else int(limit * 2**30))
    finally:
        signal.signal(signal.SIGTERM, earlier)
    echo(f"Files in {folder}: {files:,}, {size / 1e6:,.1f} MB.")
    echo(f"Next: pvlib data check {folder}")
