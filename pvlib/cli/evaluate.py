"""``pvlib evaluate``: a run in, a report out. ``pvlib.cli`` adds it to the command line."""

from pathlib import Path
from typing import Annotated

from rich.markup import escape
from typer import Argument, Option

from pvlib.terminal import Terminal


def evaluate(
    runs: Annotated[
        list[Path],
        Argument(help="a run folder, an exported network or a released checkpoint; several with --ensemble"),
    ],
    against: Annotated[
        list[Path] | None, Option(help="another run, to be compared on the same faces; may be repeated")
    ] = None,
    switch: Annotated[
        list[str] | None,
        Option(help="measure with a part switched: gate=one, attention=off@1, …; may be repeated"),
    ] = None,
    ensemble: Annotated[bool, Option("--ensemble", help="let several runs answer together")] = False,
    data: Annotated[str | None, Option(help='"drawn" or a prepared file; by default the run\'s own')] = None,
    split: Annotated[
        str,
        Option(help="valid, test (the split on which papers report), or train; of other data: its own names"),
    ] = "valid",
    rule: Annotated[str | None, Option(help="FER+ rule; by default the run's own")] = None,
    classes: Annotated[int | None, Option(help="AffectNet: 7 or 8; by default the network's own")] = None,
    count: Annotated[int | None, Option(help="number of faces; all by default")] = None,
    unambiguous: Annotated[
        bool,
        Option("--unambiguous", help="drawn faces: only those of one expression, labelled by their mixture"),
    ] = False,
    without: Annotated[
        list[str] | None, Option(help="leave a class out, of faces and of answers; may be repeated")
    ] = None,
    weights: Annotated[
        str | None, Option(help="of a run: best or last", show_default="best, where one was chosen")
    ] = None,
    samples: Annotated[int, Option(help="draws of a variational head's logits")] = 100,
    passes: Annotated[int, Option(help="passes with drop-path left on; the slow part, 0 leaves it out")] = 20,
    bootstrap: Annotated[int, Option(help="resamples of the faces, for the intervals; 0 for none")] = 1000,
    seed: Annotated[int, Option(help="of draws, passes and resamples")] = 0,
    pictures: Annotated[
        bool,
        Option(
            "--pictures", help="show faces of a real data set in the report; drawn faces are always shown"
        ),
    ] = False,
    precision: Annotated[str, Option(help="fp32 or bf16")] = "fp32",
    device: Annotated[str, Option(help="cpu, cuda, mps; auto takes a GPU where there is one")] = "auto",
    batch_size: Annotated[int, Option(help="faces at a time; smaller where memory is short")] = 256,
    out: Annotated[
        Path | None, Option(help="folder of the report", show_default="evaluation, in the run's folder")
    ] = None,
) -> None:
    """Measure accuracy, calibration and uncertainties, and write a page, a JSON file and Markdown tables."""
    from rich.markdown import Markdown

    from pvlib.report.evaluation_faces import FacesRequest
    from pvlib.report.write_report import PAGE, EvaluationSettings, write_report

    request = FacesRequest(
        data=data, split=split, rule=rule, classes=classes, count=count, unambiguous=unambiguous
    )
    settings = EvaluationSettings(
        without=tuple(without or ()),
        samples=samples,
        passes=passes,
        bootstrap=bootstrap,
        seed=seed,
        precision=precision,
        device=device,
        batch_size=batch_size,
    )
    console = Terminal()
    report, folder = write_report(
        runs,
        request,
        settings,
        against=against or (),
        switches=switch or (),
        ensemble=ensemble,
        weights=weights,
        pictures=pictures,
        out=out,
        console=console,
    )
    console.say(f"[bold]{escape(report.title)}[/]: {escape(report.summary)}")
    for caution in report.cautions:
        console.say(f"[bold red]{escape(caution)}[/]")
    console.print(Markdown(report.as_markdown(short=True)))
    console.say(f"report: {escape(str(folder / PAGE))}")
