"""A checkpoint is one safetensors file: tensors, and as JSON in its header all that is not a tensor.

One file, replaced in one step: a run killed while it saves keeps the checkpoint before. ``state.json`` beside
it repeats the header for people; nothing reads it back.
"""

import json
from pathlib import Path
from typing import Any

import safetensors.torch
import torch
from safetensors import SafetensorError, safe_open
from torch import nn

from pvlib.errors import CourseError
from pvlib.files import atomic_write
from pvlib.models import LandmarkSize, Poster, Size

CHECKPOINT = "last.safetensors"
_NETWORK, _OPTIMIZER = "network.", "optimizer."


def save_checkpoint(
    folder: Path, network: Poster, optimizer: torch.optim.Optimizer, state: dict[str, Any]
) -> None:
    """Write ``folder/last.safetensors`` and ``folder/state.json``.

    Args:
        state: JSON values that belong to the run: size, class names, config, history.

    Raises:
        CourseError: when the folder has no room or may not be written to; the checkpoint before stays.
    """
    tensors = {_NETWORK + key: value.contiguous() for key, value in network.state_dict().items()}
    names = [name for name, parameter in network.named_parameters() if parameter.requires_grad]
    for index, moments in optimizer.state_dict()["state"].items():
        for moment, value in moments.items():
            tensors[f"{_OPTIMIZER}{names[index]}:{moment}"] = value.contiguous()
    with atomic_write(folder / CHECKPOINT) as temporary:
        safetensors.torch.save_file(tensors, temporary, metadata={"state": json.dumps(state)})
    with atomic_write(folder / "state.json") as temporary:
        temporary.write_text(json.dumps(state, indent=1))


def read_state(folder: Path) -> dict[str, Any]:
    """Return the JSON part of the checkpoint in ``folder``.

    Raises:
        CourseError: when there is no checkpoint, or the file is damaged.
    """
    path = Path(folder) / CHECKPOINT
    if not path.is_file():
        raise CourseError(f"{folder}: no {CHECKPOINT} in it; give the folder of a run that finished an epoch")
    try:
        with safe_open(path, framework="pt") as file:
            return json.loads(file.metadata()["state"])
    except (SafetensorError, KeyError, TypeError, ValueError) as error:
        raise CourseError(f"{path}: not a checkpoint of pvlib, or damaged ({error})") from error


def load_network(folder: Path) -> Poster:
    """Build the network that the checkpoint in ``folder`` describes and fill it; evaluation mode.

    Raises:
        CourseError: naming the file and the key that is missing or misshapen.
    """
    state = read_state(folder)
    try:
        landmark = LandmarkSize(**_with_tuples(state["size"]["landmark"]))
        network = Poster(Size(**{**_with_tuples(state["size"]), "landmark": landmark}), len(state["names"]))
    except (KeyError, TypeError) as error:
        raise CourseError(f"{Path(folder) / CHECKPOINT}: does not describe its network ({error})") from error
    _fill(network, _read_tensors(folder), folder)
    return network.eval()


def resume(folder: Path, network: Poster, optimizer: torch.optim.Optimizer) -> None:
    """Put network and optimizer back to where the checkpoint in ``folder`` left them.

    Raises:
        CourseError: naming the weight whose value or moments are missing or of another shape.
    """
    tensors = _read_tensors(folder)
    _fill(network, tensors, folder)
    live = [(name, weight) for name, weight in network.named_parameters() if weight.requires_grad]
    moments = {index: _moments_of(name, weight, tensors, folder) for index, (name, weight) in enumerate(live)}
    optimizer.load_state_dict({"state": moments, "param_groups": optimizer.state_dict()["param_groups"]})


def _moments_of(
    name: str, weight: torch.Tensor, tensors: dict[str, torch.Tensor], folder: Path
) -> dict[str, torch.Tensor]:
    """AdamW's three tensors of one weight, laid out in memory like the weight: its fused kernel relies on that."""
    found = {}
    for moment in ("step", "exp_avg", "exp_avg_sq"):
        stored = tensors.get(f"{_OPTIMIZER}{name}:{moment}")
        if stored is None or (moment != "step" and stored.shape != weight.shape):
            raise CourseError(
                f'{Path(folder) / CHECKPOINT}: the optimizer\'s "{moment}" of "{name}" is missing or misshapen; '
                "the run cannot go on exactly, start it anew in another folder"
            )
        found[moment] = (
            stored.clone() if moment == "step" else torch.empty_like(weight).copy_(stored).detach()
        )
    return found


def _read_tensors(folder: Path) -> dict[str, torch.Tensor]:
    path = Path(folder) / CHECKPOINT
    try:
        return safetensors.torch.load_file(path)
    except (SafetensorError, OSError) as error:
        raise CourseError(f"{path}: not a checkpoint of pvlib, or damaged ({error})") from error


def _fill(network: nn.Module, tensors: dict[str, torch.Tensor], folder: Path) -> None:
    own = network.state_dict()
    for key, value in own.items():
        stored = tensors.get(_NETWORK + key)
        if stored is None:
            raise CourseError(f'{Path(folder) / CHECKPOINT}: key "{key}" is missing')
        if stored.shape != value.shape:
            raise CourseError(
                f'{Path(folder) / CHECKPOINT}: key "{key}" has shape {tuple(stored.shape)}, '
                f"not {tuple(value.shape)}"
            )
    network.load_state_dict({key: tensors[_NETWORK + key] for key in own})


def _with_tuples(fields: dict[str, Any]) -> dict[str, Any]:
    """JSON has lists where the frozen sizes have tuples."""
    return {key: tuple(value) if isinstance(value, list) else value for key, value in fields.items()}
