"""Which network reads the photo: the one that ships, another exported file, or a run folder."""

from pathlib import Path

import torch

from pvlib.errors import CourseError
from pvlib.models.shipped import SHIPPED, TrainedNetwork, load_trained
from pvlib.training.checkpoints import load_network, read_state
from pvlib.training.setup import load_faces


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
    run: Path, which: str = "last", face_size: int | None = None, channels: int | None = None
) -> TrainedNetwork:
    """Return the network of a run folder with what its checkpoint knows of it.

    Args:
        which: "last" or "best".
        face_size, channels: of the faces that it was trained on; None to look at them.

    Raises:
        CourseError: no such checkpoint, or the faces are not where the run found them.
    """
    network = load_network(run, which)
    state = read_state(run, which)
    data = state.get("run", {}).get("data")
    if face_size is None or channels is None:
        own_channels, own_size = _look_at_faces(run, data, state)
        face_size, channels = face_size or own_size, channels or own_channels
    history = state.get("history", [])
    about = {
        "run": state.get("run", {}),
        "config": state.get("config", {}),
        "checkpoint": which,
        "epochs": len(history),
    }
    return TrainedNetwork(network, tuple(state["names"]), face_size, channels, about)


def _look_at_faces(run: Path, data: str | None, state: dict) -> tuple[int, int]:
    """Channels and side of the faces that a run was trained on."""
    try:
        if data is None:
            raise CourseError("its checkpoint does not say which faces it was trained on")
        notes = state["run"]
        faces = load_faces(data, "train", rule=notes.get("rule"), classes=notes.get("classes"), count=1)
    except CourseError as error:
        raise CourseError(
            f"{run}: what the network's faces looked like is not known ({error}); put the file back, or export "
            "with --face-size and --grey or --colour"
        ) from error
    return faces.images.shape[1], faces.images.shape[2]


def parameters_of(trained: TrainedNetwork) -> int:
    """How many numbers were trained, or loaded: all but the running statistics."""
    return sum(weight.numel() for weight in trained.network.parameters() if isinstance(weight, torch.Tensor))
