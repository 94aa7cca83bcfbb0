"""Which network reads the photo: the one that ships, another exported file, or a run folder."""

from pathlib import Path
from typing import Any

from pvlib.data.prepared import open_prepared
from pvlib.errors import CourseError
from pvlib.models.shipped import SHIPPED, TrainedNetwork, load_trained
from pvlib.runs.train import CONFIG
from pvlib.training.checkpoints import BEST, LAST, checkpoint_path, load_network, read_state
from pvlib.training.config_files import load_config
from pvlib.training.sources import is_drawn, load_faces


def load_weights(source: str | Path | None = None) -> TrainedNetwork:
    """Return a trained network.

    Args:
        source: a file of ``pvlib export``, or a run folder of ``pvlib train``; None for the file that ships.

    Raises:
        CourseError: there is no such file or folder, or it holds no network that names expressions.
    """
    if source is None and not SHIPPED.is_file():
        raise CourseError(f"{SHIPPED} is missing: fetch it again, or name a run with --weights RUN")
    path = SHIPPED if source is None else Path(source)
    return trained_of_run(path) if path.is_dir() else load_trained(path)


def trained_of_run(
    run: Path, which: str | None = None, face_size: int | None = None, channels: int | None = None
) -> TrainedNetwork:
    """Return the network of a run folder with what is known of how it came about.

    Args:
        which: "best" or "last"; None for the best where the run chose some.
        face_size, channels: of the faces that it was trained on; None to look at them.

    Raises:
        CourseError: no such checkpoint, or the faces are not where the run found them.
    """
    which = which or (BEST if checkpoint_path(run, BEST).is_file() else LAST)
    network, state = load_network(run, which), read_state(run, which)
    notes, epochs = state.get("run", {}), len(state.get("history", []))
    if face_size is None or channels is None:
        seen_channels, seen_size = _look_at_faces(run, notes)
        face_size, channels = face_size or seen_size, channels or seen_channels
    config = load_config(run / CONFIG) if (run / CONFIG).is_file() else None
    about: dict[str, Any] = {
        "data_set": _data_set(notes.get("data")),
        "weights": which,
        "epoch": state["best"]["epoch"] if which == BEST else epochs,
        "config": None if config is None else config.as_json(),
    }
    if about["config"] is not None:  # a file that is handed on tells nothing of its maker's folders
        about["config"]["data"]["root"] = Path(about["config"]["data"]["root"]).name
    input_size = None if config is None else config.network.side
    return TrainedNetwork(network, tuple(state["names"]), face_size, channels, about, input_size)


def _look_at_faces(run: Path, notes: dict[str, Any]) -> tuple[int, int]:
    """Channels and side of the faces that a run was trained on."""
    try:
        if notes.get("data") is None:
            raise CourseError("its checkpoint does not say which faces it was trained on")
        choices = {key: notes.get(key) for key in ("rule", "classes")}
        faces = load_faces(notes["data"], "train", **choices, count=1)
    except CourseError as error:
        raise CourseError(
            f"{run}: what its faces looked like is not known ({error}); put the file back, or use pvlib export "
            "with --face-size and --grey or --colour"
        ) from error
    return faces.images.shape[1], faces.images.shape[2]


def _data_set(source: str | None) -> str | None:
    """Name of the data set; None where its file is gone."""
    if source is None or is_drawn(source):
        return source
    try:
        return open_prepared(source).data_set
    except CourseError:
        return None
