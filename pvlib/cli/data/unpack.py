"""``pvlib data unpack ARCHIVE DIR``: everything inside DIR, or nothing at all."""

import signal
import sys
from pathlib import Path
from typing import Annotated

from typer import Argument, Option, echo, prompt


def unpack(
    archive: Annotated[Path, Argument(help="a zip or tar archive (plain, .gz, .bz2 or .xz)")],
    folder: Annotated[Path, Argument(metavar="DIR", help="a folder that does not exist yet, or is empty")],
    password_file: Annotated[Path | None, Option(help="a text file whose first line is the password")] = None,
    limit: Annotated[float | None, Option(metavar="GIB", min=0, help="allow so much to come out")] = None,
) -> None:
    """Unpack an archive that a stranger may have made: no path leads out, no link, no bomb, no leftovers."""
    from pvlib.data.archives import needs_password
    from pvlib.data.archives import unpack as unpack_archive
    from pvlib.errors import CourseError

    password = None
    if password_file is not None:
        try:
            password = (password_file.read_bytes().splitlines() or [b""])[0]
        except OSError as error:
            raise CourseError(f"cannot read {password_file}: {error.strerror}") from error
    elif archive.is_file() and sys.stdin.isatty() and needs_password(archive):
        password = prompt(f"Password of {archive.name}", hide_input=True).encode()
    earlier = signal.signal(
        signal.SIGTERM, lambda *_: sys.exit(143)
    )  # so that nothing is left behind then, either
    try:
        unpacked = unpack_archive(
            archive, folder, password, None if limit is None else int(limit * (1 << 30))
        )
    finally:
        signal.signal(signal.SIGTERM, earlier)
    echo(f"Files in {folder}: {unpacked.files:,}, {unpacked.bytes / 1e6:,.1f} MB.")
    echo(f"Next: pvlib data check {folder}")
