"""From what a user asked for to a folder with the report in it."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from rich.console import Console

from pvlib.errors import CourseError
from pvlib.evaluation.comparison import compare
from pvlib.evaluation.evaluate import Evaluation, evaluate
from pvlib.files import atomic_write
from pvlib.models.weight_file import fingerprint
from pvlib.report.cautions import cautions_of
from pvlib.report.chosen_faces import choose_faces
from pvlib.report.content import Comparison, Report
from pvlib.report.drawings import draw_all
from pvlib.report.evaluation_faces import EvaluationFaces, FacesRequest, check_names, load_evaluation_faces
from pvlib.report.facts import facts_of, summary_of
from pvlib.report.markdown import as_markdown
from pvlib.report.page import as_page
from pvlib.report.pictures import save_figure
from pvlib.runs.provenance import session
from pvlib.runs.trained import TrainedNetwork, load_trained
from pvlib.training.devices import check_precision, make_fabric
from pvlib.training.sources import is_drawn

PAGE, NUMBERS, TABLES = "index.html", "evaluation.json", "table.md"
_WHY_NO_FACES = (
    "Pictures of real people are left out, so that this page may be shown to others: most data sets do not allow "
    "their faces to be handed on. --pictures shows them."
)


@dataclass(frozen=True)
class Settings:
    """How to measure and what to show; see ``pvlib evaluate --help``."""

    without: tuple[str, ...] = ()
    samples: int = 100
    passes: int = 20
    bootstrap: int = 1000
    seed: int = 0
    pictures: bool = False
    pdf: bool = False
    precision: str = "fp32"
    device: str = "auto"
    batch_size: int = 256

    def __post_init__(self):
        check_precision(self.precision)
        for name, least in (("samples", 1), ("passes", 0), ("bootstrap", 0), ("seed", 0), ("batch_size", 1)):
            if getattr(self, name) < least:
                option = name.replace("_", "-")
                raise CourseError(f"--{option} must be at least {least}, not {getattr(self, name)}")


def make_report(
    runs: Sequence[Path],
    asked: FacesRequest,
    settings: Settings,
    *,
    against: Sequence[Path] = (),
    ensemble: bool = False,
    weights: str | None = None,
    out: Path | None = None,
    console: Console | None = None,
) -> tuple[Report, Path]:
    """Evaluate and write the report; return it and its folder.

    Args:
        runs: one run folder or file, or the members of an ensemble.
        against: others to compare it with, on the same faces.
        weights: "best" or "last", of every run.
        out: folder of the report.

    Raises:
        CourseError: naming what does not exist or does not fit; nothing is written then.
    """
    if (len(runs) > 1) != ensemble:
        raise CourseError(
            "several runs: give --ensemble to let them answer together, --against RUN to compare two, or evaluate one "
            "at a time"
            if not ensemble
            else "an ensemble needs at least two runs"
        )
    subjects = [load_trained(path, weights) for path in runs]
    others = [load_trained(path, weights if path.is_dir() else None) for path in against]
    if len({subject.input_size for subject in subjects}) > 1:
        raise CourseError(
            "an ensemble needs networks that were trained on pictures of one size (network.input_size)"
        )
    measured = load_evaluation_faces(subjects[0], asked)
    for subject in (*subjects, *others):
        check_names(subject, measured.faces)
    device = str(make_fabric(settings.device).device)
    out = out or _folder_of(subjects)
    # the page's place is taken first: a folder that cannot be written to is told before the work
    with atomic_write(out / PAGE) as page, (console or Console(quiet=True)).status("measuring"):
        evaluation = _evaluate(subjects, measured, settings, device)
        compared = [_compared(evaluation, other, measured, settings, device) for other in others]
        report = _report(subjects, others, measured, asked, settings, evaluation, compared, device)
        page.write_text(as_page(report), encoding="utf-8")
        _write(out / NUMBERS, json.dumps(report.document, indent=1, ensure_ascii=False))
        _write(out / TABLES, as_markdown(report))
        if settings.pdf:
            for drawing in report.drawings.values():
                save_figure(drawing, out / "figures")
    return report, out


def _evaluate(
    subjects: Sequence[TrainedNetwork],
    measured: EvaluationFaces,
    settings: Settings,
    device: str,
) -> Evaluation:
    return evaluate(
        [subject.network for subject in subjects],
        measured.faces,
        calibration_faces=measured.calibration,
        without=settings.without,
        samples=settings.samples,
        passes=settings.passes,
        bootstrap=settings.bootstrap,
        seed=settings.seed,
        device=device,
        precision=settings.precision,
        batch_size=settings.batch_size,
        input_size=subjects[0].input_size,
    )


def _compared(
    evaluation: Evaluation, other: TrainedNetwork, measured: EvaluationFaces, settings: Settings, device: str
) -> Comparison:
    theirs = _evaluate([other], measured, replace(settings, passes=0, bootstrap=0), device)
    result = compare(evaluation, theirs, replicates=settings.bootstrap, seed=settings.seed)
    return Comparison(str(other.path), {**result.as_json(), "metrics": theirs.as_json()["metrics"]})


def _report(
    subjects: Sequence[TrainedNetwork],
    others: Sequence[TrainedNetwork],
    measured: EvaluationFaces,
    asked: FacesRequest,
    settings: Settings,
    evaluation: Evaluation,
    compared: Sequence[Comparison],
    device: str,
) -> Report:
    first, alone = subjects[0], len(subjects) == 1
    now = session(device)
    # a network may stand on both sides, and is warned of once
    warnings = list(
        dict.fromkeys(one for subject in (*subjects, *others) for one in cautions_of(subject, measured))
    )
    document = evaluation.as_json()
    document["settings"]["left_out"] = list(settings.without)
    facts = facts_of(subjects, measured, asked, document, now, settings.precision)
    document |= {
        "about": _about(subjects, measured, asked, warnings, now),
        "comparisons": [{"other": one.other, **one.result} for one in compared],
    }
    shown = is_drawn(measured.source) or settings.pictures
    return Report(
        title=str(first.path) if alone else f"{first.path} and {len(subjects) - 1} more",
        summary=summary_of(subjects, measured, asked, document),
        warnings=warnings,
        document=document,
        drawings=draw_all(evaluation, document, first.history if alone else (), first.epoch),
        facts=facts,
        command=now["command"],
        faces=choose_faces(evaluation, measured.faces) if shown else {},
        why_no_faces=_WHY_NO_FACES,
        comparisons=compared,
    )


def _about(
    subjects: Sequence[TrainedNetwork],
    measured: EvaluationFaces,
    asked: FacesRequest,
    warnings: Sequence[str],
    now: dict[str, Any],
) -> dict[str, Any]:
    """What a program that reads the numbers must know of them."""
    return {
        "runs": [
            {
                "path": str(subject.path),
                "weights": subject.which if subject.history else "file",
                "epoch": subject.epoch if subject.history else None,
                "fingerprint": fingerprint(subject.network),
                "select": subject.config.select if subject.config else None,
            }
            for subject in subjects
        ],
        "data": measured.source,
        "split": asked.split,
        "warnings": list(warnings),
        "session": now,
    }


def _folder_of(subjects: Sequence[TrainedNetwork]) -> Path:
    path = subjects[0].path
    if not path.is_dir():
        return Path("runs") / f"evaluation-{path.stem}"
    return path / ("evaluation" if len(subjects) == 1 else "evaluation-ensemble")


def _write(path: Path, text: str) -> None:
    with atomic_write(path) as temporary:
        temporary.write_text(text, encoding="utf-8")
