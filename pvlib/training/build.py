"""Networks by the names that a person types: their size and their first weights."""

from dataclasses import replace
from pathlib import Path

from pvlib.errors import CourseError
from pvlib.models import LandmarkSize, Poster, Size, paper, tiny
from pvlib.models.landmark_weights import is_landmark_file, load_landmark_net
from pvlib.models.mobilefacenet import MobileFaceNet
from pvlib.models.released import load_released
from pvlib.random_state import own_random_state

SIZES = ("tiny", "paper")
LANDMARKS = ("narrow", "full")
TINY_SIDE = 48


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
