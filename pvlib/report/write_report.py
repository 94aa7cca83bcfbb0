"""Evaluate trained networks and write the report folder: one page, one JSON file, one file of tables."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from rich.console import Console

from pvlib.errors import CourseError
from pvlib.evaluation.comparison import compare
from pvlib.evaluation.evaluate import evaluate
from pvlib.evaluation.record import Evaluation
from pvlib.evaluation.switching import read_switch, switch_difference
from pvlib.files import atomic_write, locked, write_whole
from pvlib.models.switches import switched
from pvlib.models.weight_file import fingerprint
from pvlib.report.cautions import cautions_of
from pvlib.report.chosen_faces import choose_faces
from pvlib.report.content import Report
from pvlib.report.drawings import draw_all
from pvlib.report.evaluation_faces import (
    EvaluationFaces,
    FacesRequest,
    check_names,
    load_evaluation_faces,
)
from pvlib.report.facts import facts_of, summary_of
from pvlib.runs.provenance import session
from pvlib.runs.trained import TrainedNetwork, load_trained
from pvlib.training.devices import check_precision, make_fabric
from pvlib.training.sources import is_drawn

PAGE, NUMBERS, TABLES = "index.html", "evaluation.json", "table.md"
_BOUNDS = {
    "samples": (1, 10_000),
    "passes": (0, 10_000),
    "bootstrap": (0, 1_000_000),
    "seed": (0, 2**63 - 1),
    "batch_size": (1, 1_000_000),
}


@dataclass(frozen=True, kw_only=True)
class EvaluationSettings:
    """How to measure; see ``pvlib evaluate --help``.

    Raises:
        CourseError: naming the option whose value makes no sense.
    """

    without: tuple[str, ...] = ()
    samples: int = 100
    passes: int = 20
    bootstrap: int = 1000
    seed: int = 0
    precision: str = "fp32"
    device: str = "auto"
    batch_size: int = 256

    def __post_init__(self) -> None:
        check_precision(self.precision)
        for name, (least, most) in _BOUNDS.items():
            value = getattr(self, name)
            option = f"--{name.replace('_', '-')}"
            if value < least:
                raise CourseError(f"{option} must be at least {least}, not {value}")
            if value > most:  # more fits in no memory, or into no generator of random numbers
                raise CourseError(f"{option} {value} is too much: {most:,} at most")


def write_report(
    runs: Sequence[Path],
    request: FacesRequest,
    settings: EvaluationSettings,
    *,
    against: Sequence[Path] = (),
    switches: Sequence[str] = (),
    ensemble: bool = False,
    weights: str | None = None,
    pictures: bool = False,
    out: Path | None = None,
    console: Console | None = None,
) -> tuple[Report, Path]:
    """Evaluate and write the report; return it and its folder.

    Args:
        runs: one run folder or file, or the members of an ensemble.
        against: others to compare it with, on the same faces.
        switches: parts of the network to switch, one at a time, see ``switching.read_switch``.
        weights: "best" or "last", of every run.
        pictures: show faces of a real data set too.
        out: folder of the report.

    Raises:
        CourseError: naming what does not exist or does not fit; nothing is written then.
    """
    if len(runs) > 1 and not ensemble:
        raise CourseError(
            "several runs: give --ensemble to let them answer together, --against RUN to compare two, or evaluate one "
            "at a time"
        )
    if len(runs) < 2 and ensemble:
        raise CourseError("an ensemble needs at least two runs")
    networks = [load_trained(path, weights) for path in runs]
    others = [load_trained(path, weights if path.is_dir() else None) for path in against]
    if switches and ensemble:
        raise CourseError("--switch is of one network: leave --ensemble out")
    for switch in switches:  # a typo is told before anything is measured
        with switched(networks[0].network, **read_switch(switch)):
            pass
    faces = load_evaluation_faces(networks[0], request)
    for trained in (*networks, *others):
        check_names(trained, faces.faces)
    settings = replace(settings, device=str(make_fabric(settings.device).device))
    out = out or _folder_of(networks)
    # the place is taken first: a folder that cannot be written to is told before the work
    with (
        locked(out, "an evaluation"),
        atomic_write(out / PAGE) as page,
        (console or Console(quiet=True)).status("measuring"),
    ):
        evaluation = evaluate_trained(networks, faces, settings)
        report = _report(networks, others, switches, faces, request, settings, evaluation)
        if pictures or is_drawn(faces.source):
            report = replace(report, faces=choose_faces(evaluation, faces.faces))
        page.write_text(report.as_page(), encoding="utf-8")
        write_whole(out / NUMBERS, json.dumps(report.document, indent=1, ensure_ascii=False))
        write_whole(out / TABLES, report.as_markdown())
    return report, out


def evaluate_trained(
    networks: Sequence[TrainedNetwork], faces: EvaluationFaces, settings: EvaluationSettings
) -> Evaluation:
    """Measure a network, or an ensemble, on faces resized as in its training.

    Raises:
        CourseError: the members of an ensemble were trained on pictures of several sizes, or as ``evaluate``.
    """
    if len({trained.input_size for trained in networks}) > 1:
        sizes = ", ".join(f"{trained.path}: {trained.input_size or 'as stored'}" for trained in networks)
        raise CourseError(
            "an ensemble needs networks that were trained on pictures of one size (network.input_size), not "
            f"{sizes}"
        )
    return evaluate(
        [trained.network for trained in networks],
        faces.faces,
        calibration_faces=faces.calibration,
        input_size=networks[0].input_size,
        **asdict(settings),
    )


def _report(
    networks: Sequence[TrainedNetwork],
    others: Sequence[TrainedNetwork],
    switches: Sequence[str],
    faces: EvaluationFaces,
    request: FacesRequest,
    settings: EvaluationSettings,
    evaluation: Evaluation,
) -> Report:
    first, alone = networks[0], len(networks) == 1
    # a network may stand on both sides, and is warned of once
    cautions = [caution for trained in (*networks, *others) for caution in cautions_of(trained, faces)]
    document = evaluation.as_json()
    document["settings"] |= {"left_out": list(settings.without), "precision": settings.precision}
    document["about"] = {
        "runs": [
            {
                "path": str(trained.path),
                "weights": trained.which if trained.history else "file",
                "epoch": trained.epoch if trained.history else None,
                "fingerprint": fingerprint(trained.network),
                "select": trained.config.select if trained.config else None,
            }
            for trained in networks
        ],
        "data": faces.source,
        "split": request.split,
        "warnings": list(dict.fromkeys(cautions)),
        "session": session(settings.device),
    }
    document["comparisons"] = []
    for other in others:
        theirs = evaluate_trained([other], faces, replace(settings, passes=0, bootstrap=0))
        found = compare(evaluation, theirs, replicates=settings.bootstrap, seed=settings.seed)
        metrics = theirs.as_json()["metrics"]
        document["comparisons"].append({"other": str(other.path), **found, "metrics": metrics})
    look = {name: getattr(settings, name) for name in ("without", "precision", "device", "batch_size")}
    look |= {"input_size": first.input_size, "replicates": settings.bootstrap, "seed": settings.seed}
    document["switches"] = [
        {"switch": switch}
        | switch_difference(evaluation, first.network, faces.faces, read_switch(switch), **look)
        for switch in switches
    ]
    return Report(
        title=str(first.path) if alone else f"{first.path} and {len(networks) - 1} more",
        summary=summary_of(networks, document),
        cautions=document["about"]["warnings"],
        document=document,
        drawings=draw_all(evaluation, document, first.history if alone else (), first.epoch),
        facts=facts_of(networks, request, document),
        command=document["about"]["session"]["command"],
    )


def _folder_of(networks: Sequence[TrainedNetwork]) -> Path:
    path = networks[0].path
    if not path.is_dir():
        return Path("runs") / f"evaluation-{path.stem}"
    return path / ("evaluation" if len(networks) == 1 else "evaluation-ensemble")
