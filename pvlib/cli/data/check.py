"""``pvlib data check PATH``: one page that says whether a set of faces is whole."""

import json
from pathlib import Path
from typing import Annotated

from rich.markup import escape
from typer import Argument, Exit, Option


def check(
    path: Annotated[Path, Argument(help="a data set's folder, any folder of images, or a prepared file")],
    json_file: Annotated[
        Path | None, Option("--json", metavar="FILE", help="also write everything found here")
    ] = None,
    workers: Annotated[
        int | None, Option(min=1, help="processes that read images; one a core by default, for many images")
    ] = None,
) -> None:
    """Count and compare a set of faces: missing, broken, unused, doubled and contradicting images.

    The last lines say "ready to use", "usable, but …" (exit status 0) or "not usable" (1).
    """
    from pvlib.data.check.findings import check as check_set
    from pvlib.files import atomic_write
    from pvlib.progress import progress_bar
    from pvlib.terminal import Terminal

    with progress_bar("images") as show:
        findings = check_set(path, workers, show)
    terminal = Terminal()
    colour = ("green" if not findings.reasons else "yellow") if findings.usable else "red"
    terminal.say(f"{escape(str(findings))}\n\n[bold {colour}]{findings.verdict}[/]")
    for reason in findings.reasons:
        terminal.say(f"  - {escape(reason)}")
    if json_file is not None:
        with atomic_write(json_file) as temporary:
            temporary.write_text(json.dumps(findings.to_json(), indent=1))
    raise Exit(0 if findings.usable else 1)
