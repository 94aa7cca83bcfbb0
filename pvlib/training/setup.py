"""From names that a person types to faces, sizes and networks: shared by the command line and lesson 08."""

from dataclasses import replace
from pathlib import Path

import torch

from pvlib.data.drawn import draw_faces
from pvlib.data.faces import Faces
from pvlib.data.prepared import load_prepared, open_prepared
from pvlib.data.recipes import Recipe, recipe
from pvlib.errors import CourseError
from pvlib.models import LandmarkSize, Poster, Size, paper, tiny
from pvlib.models.landmark_weights import is_landmark_file, load_landmark_net
from pvlib.models.mobilefacenet import MobileFaceNet
from pvlib.models.released import load_released
from pvlib.random_state import own_random_state

DRAWN = "drawn"
# Drawn faces are numbered under a seed; each split has a seed of its own, far from those of the lessons.
DRAWN_SEEDS = {"train": 1_000, "valid": 2_000, "test": 3_000}
DRAWN_COUNTS = {"train": 6_000, "valid": 1_000, "test": 1_000}
SIZES = ("tiny", "paper")
LANDMARKS = ("narrow", "full")


def load_faces(
    source: str,
    split: str,
    *,
    rule: str | None = None,
    target: str | None = None,
    classes: int | None = None,
    without_duplicates: bool = False,
    count: int | None = None,
) -> Faces:
    """Return the faces of one split.

    Args:
        source: "drawn" for the embedded faces, "drawn:snapshot" for those with the nuisances of that name (see
            ``drawnfaces.nuisances``), else a file that a script in data_scripts wrote.
        split: "train", "valid" or "test", where the data set has it.
        rule, target: FER+ only, see :func:`pvlib.data.ferplus.load_ferplus`; None for its defaults.
        classes: AffectNet only, 7 or 8; None for its default.
        without_duplicates: leave out faces whose very pixels stand also in a later split.
        count: how many drawn faces, or at most how many real ones; all by default.

    Raises:
        CourseError: naming the source, split or rule that does not exist, or a choice that the data set
            does not offer.
    """
    if count is not None and count < 1:
        raise CourseError(f"count must be at least 1, not {count}")
    if is_drawn(source):
        if split not in DRAWN_SEEDS:
            raise CourseError(f'split must be one of {", ".join(DRAWN_SEEDS)}, not "{split}"')
        for name, choice in (("rule", rule), ("target", target), ("classes", classes)):
            if choice is not None:
                raise CourseError(f"drawn faces have no choice of {name}: leave it out")
        return draw_faces(count or DRAWN_COUNTS[split], DRAWN_SEEDS[split], nuisances=nuisances_of(source))
    faces = load_prepared(
        source, split, rule=rule, target=target, classes=classes, without_duplicates=without_duplicates
    )
    return thinned(faces, count)


def thinned(faces: Faces, count: int | None) -> Faces:
    """Return at most ``count`` of the faces, from everywhere, as files may be sorted; all of them for None."""
    if count is None or count >= len(faces):
        return faces
    return faces.subset(torch.arange(count) * len(faces) // count)


def is_drawn(source: str) -> bool:
    """Whether ``source`` names embedded faces: "drawn", or "drawn:" and a preset of nuisances."""
    return source == DRAWN or source.startswith(f"{DRAWN}:")


def nuisances_of(source: str) -> str:
    """Return the preset of nuisances that a source of embedded faces names; "studio" where it names none."""
    return source.removeprefix(DRAWN).removeprefix(":") or "studio"


def choices_of(source: str) -> tuple[str, ...]:
    """Return which keyword arguments of :func:`load_faces` mean something for the faces of ``source``.

    Raises:
        CourseError: the file is missing, damaged, or no prepared data set.
    """
    return () if is_drawn(source) else tuple(open_prepared(source).options)


def recipe_for(source: str, name: str | None = None, output_size: int | None = None) -> Recipe | None:
    """Return the random changes that suit the faces.

    Args:
        source: photographs bear larger changes than drawn faces, which vary in pose, light and noise already.
        name: of another recipe, see :func:`pvlib.data.recipes.recipe`; "none" for no change.
        output_size: pixels per side of the network's input; by default the recipe's own.

    Raises:
        CourseError: no recipe has that name.
    """
    if name == "none":
        return None
    chosen = recipe(name or ("drawn" if is_drawn(source) else "photograph"))
    return chosen if output_size is None else chosen.at(output_size)


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
        size = tiny(*([] if image_size is None else [image_size]), landmark=full)
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


def fast_precision(device: str) -> str:
    """Return "bf16" where the processor computes in bfloat16 by itself, else "fp32"."""
    if torch.device(device).type == "cuda":
        return "bf16" if torch.cuda.is_bf16_supported() else "fp32"
    # private, but torch has no public name for it; without it we lose speed, not results
    native = getattr(torch.cpu, "_is_avx512_bf16_supported", lambda: False)
    return "bf16" if torch.device(device).type == "cpu" and native() else "fp32"
