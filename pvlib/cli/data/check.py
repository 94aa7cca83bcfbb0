"""``pvlib data check PATH``: one page that says whether a set of faces is whole."""

import json
from pathlib import Path
from typing import Annotated

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from typer import Argument, Exit, Option

from pvlib.terminal import Terminal


def check(
    path: Annotated[Path, Argument(help="a data set's folder, any folder of images, or a prepared file")],
    json_file: Annotated[
        Path | None, Option("--json", metavar="FILE", help="also write everything found here")
    ] = None,
    workers: Annotated[
        int | None, Option(min=1, help="processes that read images; one a core by default")
    ] = None,
) -> None:
    """Count, compare and fingerprint a set of faces: missing, broken, doubled and contradicting images.

    The last lines say "ready to use", "usable, but …" (exit status 0) or "not usable" (1).
    """
    from pvlib.data.check.findings import check as check_set
    from pvlib.data.check.page import show, to_json
    from pvlib.data.check.verdict import judge
    from pvlib.files import atomic_write

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    screen = Terminal(stderr=True)
    with Progress(*columns, console=screen, transient=True, disable=not screen.is_terminal) as progress:
        task = progress.add_task("looking at images", total=None)
        findings = check_set(
            path,
            workers,
            start=lambda collection: progress.update(task, total=len(collection)),
            step=lambda images: progress.advance(task, images),
        )
    verdict = judge(findings)
    console = Terminal()
    if not console.is_terminal:
        console = Terminal(width=100)
    show(findings, verdict, console)
    if json_file is not None:
        with atomic_write(json_file) as temporary:
            temporary.write_text(json.dumps(to_json(findings, verdict), indent=1))
    raise Exit(0 if verdict.usable else 1)
