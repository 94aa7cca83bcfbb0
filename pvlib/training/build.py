"""Networks by the names that a person types: their size, their first weights, or trained ones to start from."""

from dataclasses import replace
from pathlib import Path

from torch import Tensor

from pvlib.errors import CourseError
from pvlib.models import LandmarkSize, Poster, Size, paper, tiny
from pvlib.models.landmark_weights import is_landmark_file, load_landmark_net
from pvlib.models.mobilefacenet import MobileFaceNet
from pvlib.models.released import load_released
from pvlib.models.shipped import is_trained_file, load_trained
from pvlib.random_state import own_random_state
from pvlib.training.checkpoints import BEST, LAST, checkpoint_path, load_network, read_state

SIZES = ("tiny", "paper")
LANDMARKS = ("narrow", "full")
TINY_SIDE = 48
_HEAD = "head."


def choose_size(
    name: str = "tiny",
    *,
    landmarks: str | None = None,
    head: str = "variational",
    layer_embedding: bool = True,
    image_size: int | None = None,
) -> Size:
    """Return the size called ``name`` with the ablations of the paper applied.

    Args:
        name: "tiny" or "paper".
        landmarks: "narrow" trains a small branch along; "full" is the whole MobileFaceNet at 112 px, frozen,
            fed what its weights were trained on. By default narrow for tiny; paper has its own, full and
            frozen, fed as released.
        image_size: pixels per side that the image backbone sees; by default 48 for tiny, 112 for paper.

    Raises:
        CourseError: naming the choice that does not exist, or that the size does not offer.
    """
    if name not in SIZES:
        raise CourseError(f'size must be one of {", ".join(SIZES)}, not "{name}"')
    if landmarks not in (None, *LANDMARKS):
        raise CourseError(f'landmarks must be one of {", ".join(LANDMARKS)}, not "{landmarks}"')
    if name == "paper":
        if landmarks == "narrow":
            raise CourseError('the paper size has the full landmark branch: leave "landmarks" out')
        size = replace(paper(), landmark=LandmarkSize(native_input=landmarks == "full"))
        size = size if image_size is None else replace(size, image_size=image_size)
    else:
        full = LandmarkSize(native_input=True) if landmarks == "full" else None
        size = tiny(image_size or TINY_SIDE, landmark=full)
    return replace(size, head=head, layer_embedding=layer_embedding)


def build_network(
    size: Size, num_classes: int, *, seed: int, landmark_weights: str | Path | None = None
) -> Poster:
    """Return a freshly initialised network; the caller's random state is left alone.

    Args:
        seed: of the initial weights.
        landmark_weights: for a full landmark branch, see :func:`load_landmarks`.

    Raises:
        CourseError: when the weights are no landmark network, or do not fit the branch of ``size``.
    """
    with own_random_state(seed):
        network = Poster(size, num_classes)
    if landmark_weights is None:
        return network
    if not size.landmark.frozen:
        raise CourseError(
            f"{landmark_weights}: only a full landmark branch takes weights; choose landmarks = full"
        )
    loaded = load_landmarks(landmark_weights)
    if (
        replace(loaded.size, native_input=size.landmark.native_input, drift=size.landmark.drift)
        != size.landmark
    ):
        raise CourseError(
            f"{landmark_weights}: these weights are of the full MobileFaceNet; choose landmarks = full"
        )
    network.landmark_net.load_state_dict(loaded.state_dict())
    return network


def load_landmarks(source: str | Path) -> MobileFaceNet:
    """Return the landmark network of a file of ``pvlib landmarks train`` or of a released checkpoint.

    Args:
        source: a file, or "shipped" for the one that comes with the course.

    Raises:
        CourseError: when there is no such file, or it holds no landmark network alone.
    """
    if source == "shipped":
        return load_landmark_net()[0]
    if is_landmark_file(source):
        return load_landmark_net(source)[0]
    loaded = load_released(source)
    if not isinstance(loaded, MobileFaceNet):
        raise CourseError(f"{source}: a whole {type(loaded).__name__}, not a landmark network alone")
    return loaded


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
