"""What is evaluated: a run folder, an exported network, or a checkpoint that the authors released."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pvlib.errors import CourseError
from pvlib.models import Poster, shipped
from pvlib.models.released import load_released
from pvlib.runs.train import CONFIG, RECORD
from pvlib.training.checkpoints import BEST, LAST, checkpoint_path, load_network, read_state
from pvlib.training.config import RunConfig
from pvlib.training.config_files import load_config

_RELEASED_SIDE = 224  # the released code resizes every face to it; the network reduces them to 112 itself


@dataclass(frozen=True, kw_only=True)
class Subject:
    """A trained network and what is known of how it came about.

    Attributes:
        path: as it was given.
        network: in evaluation mode.
        names: its classes in order; None for a released file, which does not say.
        weights: which of its weights, in words.
        which: "best" or "last"; "" for a file.
        epoch: after which epoch the weights were taken; None where nobody knows.
        config: of the run; None for a file, or a run that was started from Python.
        history: numbers of each epoch, flat.
        record: run.json, where there is one.
        exported: what an exported file says of the run that it comes from; empty for anything else.
        side: pixels per side to which faces are resized first, as in training; None for as they are stored.
    """

    path: Path
    network: Poster
    names: tuple[str, ...] | None
    weights: str
    which: str = ""
    epoch: int | None = None
    config: RunConfig | None = None
    history: tuple[Mapping[str, Any], ...] = ()
    record: Mapping[str, Any] = field(default_factory=dict)
    exported: Mapping[str, Any] = field(default_factory=dict)
    side: int | None = None

    @property
    def released(self) -> bool:
        """Whether it is a file of the authors', which does not name its classes."""
        return self.names is None

    @property
    def title(self) -> str:
        """What it is called in a report."""
        return str(self.path)


def load_subject(path: Path, which: str | None = None) -> Subject:
    """Read a run folder or a file.

    Args:
        which: "best" or "last" weights of a run; by default the best where the run chose some.

    Raises:
        CourseError: naming what is missing, damaged, or no network that names expressions.
    """
    if path.is_dir():
        return _run(path, which)
    if which is not None:
        raise CourseError(f"{path} holds one network: only a run folder has {BEST} and {LAST} weights")
    if path.is_file() and shipped.is_trained_file(path):
        trained = shipped.load_trained(path)
        return Subject(
            path=path,
            network=trained.network,
            names=trained.names,
            weights="exported by pvlib export",
            exported=trained.about,
            side=trained.input_size or trained.face_size,
        )
    network = load_released(path)
    if not isinstance(network, Poster):
        raise CourseError(f"{path}: a landmark network names no expressions; give a POSTER-Var or POSTER++")
    return Subject(
        path=path, network=network, names=None, weights="a released checkpoint", side=_RELEASED_SIDE
    )


def _run(folder: Path, which: str | None) -> Subject:
    which = which or (BEST if checkpoint_path(folder, BEST).is_file() else LAST)
    state = read_state(folder, which)
    rows = tuple(
        {**{key: value for key, value in row.items() if key != "metrics"}, **row["metrics"]}
        for row in (read_state(folder) if checkpoint_path(folder, LAST).is_file() else state)["history"]
    )
    epoch = state["best"]["epoch"] if which == BEST else len(state["history"])
    config = load_config(folder / CONFIG) if (folder / CONFIG).is_file() else None
    return Subject(
        path=folder,
        network=load_network(folder, which),
        names=tuple(state["names"]),
        weights=f"{which}: after epoch {epoch} of {len(rows)}",
        which=which,
        epoch=epoch,
        config=config,
        history=rows,
        record=_record(folder / RECORD),
        side=None if config is None else config.network.side,
    )


def _record(path: Path) -> Mapping[str, Any]:
    try:
        return json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
    except ValueError as error:
        raise CourseError(f"{path} is damaged ({error}); remove it, a report does without") from error
