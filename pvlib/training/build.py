"""Which network a run trains: its size by name, with the ablations of the paper, and its first weights."""

from dataclasses import fields, replace
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field

from pvlib.errors import CourseError
from pvlib.models import LandmarkSize, Poster, Size, paper, tiny
from pvlib.models.heads import SETTINGS, head_settings
from pvlib.models.landmark_weights import is_landmark_file, load_landmark_net
from pvlib.models.mobilefacenet import MobileFaceNet
from pvlib.models.released import load_released
from pvlib.models.sizes import LATER, without_variational_parts
from pvlib.random_state import own_random_state
from pvlib.training.settings import settings

_SIDES = {"tiny": 48, "paper": 224}


@settings
class Network:
    """Which network a run trains: a size, with the ablations of the paper as switches.

    Attributes:
        size: "tiny" or "paper", see ``pvlib.models.sizes``.
        image_size: pixels per side of what the image backbone sees, a multiple of 16; null for the size's own
            (tiny 48, paper 112).
        input_size: pixels per side to which faces are resized, in training and wherever the run is measured;
            the network reduces larger ones itself, as released (224 to 112). Null for 224 at paper size, for
            ``image_size`` at tiny.
        head: one of ``pvlib.models.heads.HEADS``; "point" is the ablation "no VI head".
        latent: numbers of the code of a latent or decoder head; null for 16.
        rank, temperature, shared_factors: of a heteroscedastic head; null for 2, 1 and false.
        layer_embedding: false for the ablation "no layer embedding".
        landmarks: "narrow" trains a small branch along, "full" is the whole MobileFaceNet, frozen and fed
            what its weights were trained on; null for the size's own (paper: full, fed as released).
        landmark_weights: "shipped", or a file, for the full branch; null for random ones.
        weights: to start from, see ``runs.starting``: a run folder, a file of ``pvlib export``, or a released
            checkpoint; null for random ones.
        landmark_drift: let BatchNorm statistics of the frozen branch drift, as the released code does.
        drop_path: stochastic depth of the deepest level, 0 and half of it in the others (released: 0.25); or
            all three; null for the size's own.
        variational_parts: false for POSTER++, the baseline of the paper's ablation.
        queries, layer_scale, freeze_layer_scale, position_embedding, squeeze_excite, excite_reduction: see
            ``pvlib.models.sizes.Size``; null for the size's own.
    """

    size: Literal["tiny", "paper"] = "tiny"
    image_size: Annotated[int, Field(ge=16, le=1024)] | None = None
    input_size: Annotated[int, Field(ge=16, le=4096)] | None = None
    head: Literal["variational", "point", "latent", "decoder", "heteroscedastic"] = "variational"
    latent: int | None = None
    rank: int | None = None
    temperature: float | None = None
    shared_factors: bool | None = None
    layer_embedding: bool = True
    landmarks: Literal["narrow", "full"] | None = None
    landmark_weights: str | None = None
    weights: str | None = None
    landmark_drift: bool = False
    drop_path: float | tuple[float, float, float] | None = None
    variational_parts: bool = True
    queries: Literal["landmarks", "other_face", "random", "none"] | None = None
    layer_scale: float | None = None
    freeze_layer_scale: bool | None = None
    position_embedding: bool | None = None
    squeeze_excite: bool | None = None
    excite_reduction: int | None = None

    def as_size(self) -> Size:
        """Return what builds the network.

        Raises:
            CourseError: naming the choice that the size does not offer.
        """
        if self.size == "paper":
            if self.landmarks == "narrow":
                raise CourseError("the paper size has the full landmark branch: leave network.landmarks out")
            size = replace(paper(), landmark=LandmarkSize(native_input=self.landmarks == "full"))
            size = replace(size, image_size=self.image_size or size.image_size)
        else:
            full = LandmarkSize(native_input=True) if self.landmarks == "full" else None
            size = tiny(self.image_size or _SIDES["tiny"], landmark=full)
        head = self.head if self.variational_parts else "point"
        chosen = head_settings(head, {name: getattr(self, name) for name in SETTINGS}, "network")
        changed = {name: getattr(self, name) for name in ("layer_scale", *LATER)}
        chosen |= {name: value for name, value in changed.items() if value is not None}
        size = replace(size, head=head, layer_embedding=self.layer_embedding, **chosen)
        if self.landmark_drift:
            if not size.landmark.frozen:
                raise CourseError(
                    "network.landmark_drift is for a frozen landmark branch: set network.landmarks=full"
                )
            size = replace(size, landmark=replace(size.landmark, drift=True))
        if self.drop_path is not None:
            deepest = self.drop_path
            paths = deepest if isinstance(deepest, tuple) else (0.0, deepest / 2, deepest)
            if not all(0 <= path < 1 for path in paths):
                raise CourseError(f"network.drop_path must lie in 0 ... 1, not {self.drop_path}")
            size = replace(size, drop_path=paths)
        return size if self.variational_parts else without_variational_parts(size)

    @property
    def side(self) -> int:
        """Pixels per side of the pictures that the network is given."""
        own = self.image_size if self.size == "tiny" else None
        return self.input_size or own or _SIDES[self.size]


def build_network(
    size: Size, num_classes: int, *, seed: int, landmark_weights: str | Path | None = None
) -> Poster:
    """Return a freshly initialised network; the caller's random state is left alone.

    Args:
        seed: of the initial weights; those of a part do not depend on which other parts are left out.
        landmark_weights: for a full landmark branch, see :func:`load_landmarks`.

    Raises:
        CourseError: when the weights are no landmark network, or do not fit the branch of ``size``.
    """
    with own_random_state(seed):
        network = Poster(size, num_classes)
    defaults: dict[str, Any] = {entry.name: entry.default for entry in fields(Size) if entry.name in LATER}
    whole = replace(size, **defaults)
    if size != whole:  # what it shares with the whole network starts alike, so that seeds make pairs
        with own_random_state(seed):
            shared, own = Poster(whole, num_classes).state_dict(), network.state_dict()
        alike = {key: value for key, value in shared.items() if key in own and own[key].shape == value.shape}
        network.load_state_dict(own | alike)
    if landmark_weights is None:
        return network
    if not (size.landmark.frozen and size.reads_landmarks):
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
    """Return the landmark network of a file of ``data_scripts/train_landmarks.py`` or of a released checkpoint.

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
