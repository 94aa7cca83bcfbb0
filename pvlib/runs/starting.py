"""Start from trained weights instead of random ones: fine-tuning, or the authors' networks on other data."""

from pathlib import Path

from pvlib.errors import CourseError
from pvlib.models import Poster
from pvlib.runs.trained import load_trained

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
    trained = load_trained(source)
    weights, own = trained.network.state_dict(), network.state_dict()
    same_classes = trained.class_names in (None, names)
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
