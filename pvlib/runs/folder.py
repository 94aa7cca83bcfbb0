"""What lies in a run folder: the network, its config, its record and the numbers of each epoch.

RUN/config.yaml         the config, whole; `pvlib train RUN/config.yaml --out RUN` goes on from there
RUN/run.json            faces, what chose the best epoch, and for every start: command, versions, git, device
RUN/last.safetensors    the checkpoint to go on from, and best.safetensors where accuracy was measured
RUN/metrics.csv         numbers of each epoch
"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pvlib.data.prepared import open_prepared
from pvlib.errors import CourseError
from pvlib.runs.trained import TrainedNetwork
from pvlib.training.checkpoints import BEST, LAST, checkpoint_path, load_network, read_state
from pvlib.training.config import RunConfig
from pvlib.training.config_files import load_config
from pvlib.training.sources import is_drawn, load_faces

CONFIG, RECORD = "config.yaml", "run.json"


def read_run(folder: Path, which: str | None = None) -> TrainedNetwork:
    """Return the network of a run folder with what is known of how it came about.

    Args:
        which: "best" or "last"; None for the best where the run chose some.

    Raises:
        CourseError: no such checkpoint, or a damaged one.
    """
    which = which or (BEST if checkpoint_path(folder, BEST).is_file() else LAST)
    state = read_state(folder, which)
    last = read_state(folder) if checkpoint_path(folder, LAST).is_file() else state
    epoch = len(state["history"])
    if which == BEST:
        if not state.get("best"):
            raise CourseError(
                f"{checkpoint_path(folder, which)}: does not say which epoch it is of; it is damaged"
            )
        epoch = state["best"]["epoch"]
    config = load_config(folder / CONFIG) if (folder / CONFIG).is_file() else None
    return TrainedNetwork(
        network=load_network(folder, which),
        class_names=tuple(state["names"]),
        input_size=config.network.side if config is not None else _size_in_training(state),
        about={"data_set": _data_set(_faces_of(state, config).get("root")), "weights": which, "epoch": epoch}
        | {"config": None if config is None else _without_folders(config)},
        path=folder,
        config=config,
        history=tuple(
            {**{key: value for key, value in row.items() if key != "metrics"}, **row["metrics"]}
            for row in last["history"]
        ),
        record=read_record(folder),
    )


def read_record(folder: Path) -> Mapping[str, Any]:
    """Return run.json; empty where there is none.

    Raises:
        CourseError: it is damaged.
    """
    path = folder / RECORD
    try:
        record = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
        counts = record["faces"].values() if path.exists() else ()
        if not all(type(count) is int for count in counts):
            raise ValueError("its numbers of faces are no whole numbers")
    except (OSError, ValueError, RecursionError, LookupError, TypeError, AttributeError) as error:
        raise CourseError(f"{path} is damaged ({error!r}); remove it, a report does without") from error
    return record


def look_at_faces(trained: TrainedNetwork) -> tuple[int, int]:
    """Return channels and side of the faces that a run was trained on.

    Raises:
        CourseError: they are not where the run found them.
    """
    try:
        if not trained.path.is_dir():
            raise CourseError("it was made in Python")
        chosen = _faces_of(read_state(trained.path, trained.which), trained.config)
        if chosen.get("root") is None:
            raise CourseError("its checkpoint does not say which faces it was trained on")
        faces = load_faces(
            chosen["root"], "train", rule=chosen.get("rule"), classes=chosen.get("classes"), count=1
        )
    except CourseError as error:
        raise CourseError(
            f"{trained.path}: what its faces looked like is not known ({error}); put the file back, or use pvlib export "
            "with --face-size and --grey or --colour"
        ) from error
    return faces.images.shape[1], faces.images.shape[2]


def _faces_of(state: Mapping[str, Any], config: RunConfig | None) -> Mapping[str, Any]:
    """What a run says of its faces: root, rule and classes, from its config or its checkpoint."""
    if config is not None:
        return vars(config.data)
    notes = state.get("run", {})
    data = notes.get("data")
    return (
        data if isinstance(data, dict) else {**notes, "root": data}
    )  # before format 3 these stood in the notes


def _size_in_training(state: Mapping[str, Any]) -> int | None:
    """Side of the network's input by the loop's own settings; None where it took faces as they are stored."""
    return (state.get("config", {}).get("recipe") or {}).get("output_size")


def _data_set(source: str | None) -> str | None:
    """Name of the data set; None where its file is gone."""
    if source is None or is_drawn(source):
        return source
    try:
        return open_prepared(source).data_set
    except CourseError:
        return None


def _without_folders(config: RunConfig) -> dict[str, Any]:
    """The config for others: a file that is handed on tells nothing of its maker's folders."""
    return config.with_paths(lambda path: Path(path).name).as_json()
