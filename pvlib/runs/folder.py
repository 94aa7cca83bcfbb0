"""What lies in a run folder, and the one place that writes and reads its config and record.

RUN/config.yaml         the config, whole; `pvlib train RUN/config.yaml --out RUN` goes on from there
RUN/run.json            what the config does not say, see :func:`write_description`
RUN/last.safetensors    the checkpoint to go on from, see ``pvlib.training.checkpoints``
RUN/best.safetensors    the weights of the most accurate epoch, where accuracy was measured
RUN/metrics.csv         numbers of each epoch; tensorboard/ holds the same, where TensorBoard is installed
RUN/evaluation/         the report of `pvlib evaluate RUN`
RUN/.lock               while a training goes on there
"""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from pvlib.data.faces import Faces
from pvlib.data.prepared import open_prepared
from pvlib.errors import CourseError, shown
from pvlib.files import atomic_write
from pvlib.runs.trained import TrainedNetwork
from pvlib.training.checkpoints import BEST, LAST, checkpoint_path, load_network, read_state
from pvlib.training.config import RunConfig
from pvlib.training.config_files import load_config, to_yaml
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
    if not path.exists():
        return {}
    try:
        record = json.loads(path.read_text(encoding="utf-8"))
        if not all(type(count) is int for count in record["faces"].values()):
            raise ValueError("its numbers of faces are no whole numbers")
        if not isinstance(record.get("sessions", []), list):
            raise ValueError("its sessions are no list")
    except (OSError, ValueError, RecursionError, LookupError, TypeError, AttributeError) as error:
        raise CourseError(
            f"{path} is damaged ({shown(repr(error))}); remove it to go on without it"
        ) from error
    return record


def write_description(
    folder: Path,
    config: RunConfig,
    *,
    class_names: Sequence[str],
    faces: Mapping[str, int],
    session: Mapping[str, Any],
) -> None:
    """Write config.yaml and run.json at the start of a run, and again whenever it goes on.

    Args:
        faces: how many there are to train on ("train") and to choose the best epoch by ("valid" or "test").
        session: this start, see :func:`pvlib.runs.provenance.session`; those before it stay in the record.

    Raises:
        CourseError: the record of a run that goes on is damaged, or the folder cannot be written to.
    """
    before = read_record(folder).get("sessions", []) if checkpoint_path(folder).exists() else []
    record = {
        "preset": config.preset,
        "select": config.select,
        "seed": config.seed,
        "classes": list(class_names),
        "faces": faces,
        "sessions": [*before, session],
    }
    for name, text in ((CONFIG, to_yaml(config)), (RECORD, json.dumps(record, indent=1) + "\n")):
        with atomic_write(folder / name) as temporary:
            temporary.write_text(text, encoding="utf-8")


def look_at_faces(trained: TrainedNetwork) -> tuple[int, int]:
    """Return channels and side of the faces that a run was trained on.

    Raises:
        CourseError: they are not where the run found them.
    """
    try:
        faces = some_faces(trained, 1)
    except CourseError as error:
        raise CourseError(
            f"{trained.path}: what its faces looked like is not known ({error}); put the file back, or use pvlib export "
            "with --face-size and --grey or --colour"
        ) from error
    return faces.images.shape[1], faces.images.shape[2]


def some_faces(trained: TrainedNetwork, count: int) -> Faces:
    """Return so many of the faces that a run was trained on, from everywhere among them.

    Raises:
        CourseError: they are not where the run found them, or it is no run.
    """
    if not trained.path.is_dir():
        raise CourseError("it was made in Python")
    chosen = _faces_of(read_state(trained.path, trained.which), trained.config)
    if chosen.get("root") is None:
        raise CourseError("its checkpoint does not say which faces it was trained on")
    rule, classes = chosen.get("rule"), chosen.get("classes")
    return load_faces(chosen["root"], "train", rule=rule, classes=classes, count=count)


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
