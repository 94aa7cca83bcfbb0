"""Start from trained weights instead of random ones: fine-tuning, or the authors' networks on other data."""

from pathlib import Path

from torch import Tensor

from pvlib.errors import CourseError
from pvlib.models import Poster
from pvlib.models.released import load_released
from pvlib.models.shipped import is_trained_file, load_trained
from pvlib.training.checkpoints import BEST, LAST, checkpoint_path, load_network, read_state

_HEAD = "head."


def start_from(network: Poster, names: tuple[str, ...], source: str | Path) -> tuple[str, ...]:
    """Put the weights of ``source`` into ``network``; return the names of those that keep their random numbers.

    These are the head's alone, and only where the classes are others, or the head is of the other kind. A
    released file does not name its classes: its head is taken where their number fits.

    Args:
        names: the classes that ``network`` is to learn.
        source: a run folder (its best weights, else its last), a file of ``pvlib export``, or a released
            checkpoint.

    Raises:
        CourseError: there is no such network, or a weight outside the head is missing, left over or misshapen.
    """
    weights, trained_names = _weights(Path(source))
    own = network.state_dict()
    same_classes = trained_names is None or trained_names == names
    fresh = tuple(
        key
        for key, value in own.items()
        if key.startswith(_HEAD)
        and not (same_classes and key in weights and weights[key].shape == value.shape)
    )
    if fresh:  # never half a head
        fresh = tuple(key for key in own if key.startswith(_HEAD))
    for key, value in own.items():
        if key in fresh:
            continue
        if key not in weights or weights[key].shape != value.shape:
            found = tuple(weights[key].shape) if key in weights else "missing"
            raise CourseError(
                f'{source}: weight "{key}" is {found}, and this network needs {tuple(value.shape)}: choose the size and '
                "the parts of the network as they were trained"
            )
    left_over = [key for key in weights if key not in own and not key.startswith(_HEAD)]
    if left_over:
        raise CourseError(
            f'{source}: has a weight "{left_over[0]}" that this network has no place for: choose the size and the parts '
            "of the network as they were trained"
        )
    network.load_state_dict({key: value if key in fresh else weights[key] for key, value in own.items()})
    return fresh


def _weights(source: Path) -> tuple[dict[str, Tensor], tuple[str, ...] | None]:
    """The weights of ``source`` and the names of its classes, where it knows them."""
    if source.is_dir():
        which = BEST if checkpoint_path(source, BEST).is_file() else LAST
        return load_network(source, which).state_dict(), tuple(read_state(source, which)["names"])
    if is_trained_file(source):
        trained = load_trained(source)
        return trained.network.state_dict(), trained.names
    loaded = load_released(source)
    if not isinstance(loaded, Poster):
        raise CourseError(
            f"{source}: a landmark network alone; give it as network.landmark_weights, or give a whole network"
        )
    return loaded.state_dict(), None
