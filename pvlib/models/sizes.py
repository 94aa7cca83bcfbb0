"""Sizes are data: every width, depth and ablation of the network is a field of a frozen dataclass."""

from collections.abc import Container, Mapping
from dataclasses import MISSING, dataclass, field, fields, replace
from typing import Any, ClassVar

from pvlib.errors import CourseError, shown
from pvlib.models.heads import SETTINGS, head_settings

QUERIES = ("landmarks", "other_face", "random", "none")
LATER = ("queries", "freeze_layer_scale", "position_embedding", "squeeze_excite", "excite_reduction")
"""Fields of a size that files of before lack, as they lack the heads' settings; they have the defaults."""


@dataclass(frozen=True, kw_only=True)
class LandmarkSize:
    """Widths and depths of the landmark branch; the defaults are the released MobileFaceNet (1.007 M).

    Attributes:
        input_size: pixels per side that the branch sees; a multiple of 16.
        stem: width of the first two convolutions.
        stages: width of each of the three stages.
        transitions: hidden width of the strided bottleneck that opens each stage.
        depths: further bottlenecks of each stage.
        separable: width of the last 1x1 convolution.
        points: whether the layer that reads the 68 points is there (it takes no part in the expression).
        frozen: no gradient and no drifting BatchNorm statistics; else the branch trains along.
        native_input: feed 0-1 values in BGR order, which the released weights were trained on, instead of
            the ImageNet-normalised RGB that the released network feeds them.
        drift: let a frozen branch's BatchNorm statistics follow the training faces, as they do in the released
            code; only its weights are then frozen.

    Raises:
        CourseError: naming the field that is of another type, or outside ``BOUNDS``.
    """

    BOUNDS: ClassVar = {
        "input_size": (16, 512), "stem": (1, 2048), "stages": (1, 2048), "transitions": (1, 2048),
        "depths": (0, 50), "separable": (1, 2048),
    }  # fmt: skip

    input_size: int = 112
    stem: int = 64
    stages: tuple[int, int, int] = (64, 128, 128)
    transitions: tuple[int, int, int] = (128, 256, 512)
    depths: tuple[int, int, int] = (4, 6, 2)
    separable: int = 512
    points: bool = True
    frozen: bool = True
    native_input: bool = False
    drift: bool = False

    def __post_init__(self):
        _check_fields(self)
        if self.input_size % 16:
            raise CourseError(f"LandmarkSize.input_size must be a multiple of 16, not {self.input_size}")

    @classmethod
    def from_json(cls, stored: object) -> "LandmarkSize":
        """Return the size whose ``asdict`` went through JSON.

        Raises:
            CourseError: naming the field that is unknown, missing or makes no sense.
        """
        # files of before have no drift, and no answer needs it
        return cls(**_from_json(cls, stored, optional=("drift",)))

    @property
    def channels(self) -> tuple[int, int, int]:
        """Width of each of the three maps that the cross-attention reads."""
        return (self.stages[0], self.stages[1], self.separable)

    @property
    def maps(self) -> tuple[int, int, int]:
        """Side of each of those maps."""
        return (self.input_size // 4, self.input_size // 8, self.input_size // 16)


@dataclass(frozen=True, kw_only=True)
class Size:
    """Every size and ablation of POSTER-Var; the defaults are the paper's.

    Attributes:
        image_size: pixels per side that the image backbone sees; larger input is reduced to it first.
        channels: width of the three levels of the image pyramid, and of the cross-attention.
        units: residual units of each stage of the image backbone.
        landmark: the landmark branch.
        head_dim: width of one cross-attention head; level i has ``channels[i] / head_dim`` heads.
        drop_path: stochastic depth in the cross-attention of each level.
        layer_scale: initial γ of both residual branches of the cross-attention.
        embed_dim: width of the tokens, of the encoder and of the features.
        encoder_depth, encoder_heads: blocks of the token encoder and heads of each.
        linear_std: standard deviation of the initial weights of encoder, squeeze-excite and head.
        head: one of ``heads.HEADS``; "point" for the ablation "no VI head".
        latent, rank, temperature, shared_factors: of the heads that have them, see ``heads``; None for their own.
        layer_embedding: ablation "no layer embedding" when False.
        embed_activation: GELU after each embedding convolution (POSTER-Var yes, POSTER++ no).
        fusion_norm: LayerNorm on the concatenated levels (POSTER-Var yes, POSTER++ no).
        queries: what asks the image in the cross-attention: the face's own "landmarks"; those of the "other_face"
            before it in the batch; "random", the same noise for every face; "none", no attention at all. The last
            two have no landmark branch.
        freeze_layer_scale: γ stays at ``layer_scale``.
        position_embedding: no positions in the token encoder when False.
        squeeze_excite: no gate between encoder and head when False.
        excite_reduction: how many times narrower the gate's hidden layer is (released: 1; Hu et al.: 16).

    Raises:
        CourseError: naming the field that is of another type, or outside ``BOUNDS``: these keep what a stranger's
            file can ask for small, and leave room around everything that was ever published.
    """

    BOUNDS: ClassVar = {
        "image_size": (16, 256), "channels": (1, 2048), "units": (1, 50), "head_dim": (1, 2048),
        "drop_path": (0, 1), "layer_scale": (0, 10), "embed_dim": (1, 4096), "encoder_depth": (0, 50),
        "encoder_heads": (1, 256), "linear_std": (0, 10), "excite_reduction": (1, 4096),
    }  # fmt: skip

    image_size: int = 112
    channels: tuple[int, int, int] = (64, 128, 256)
    units: tuple[int, int, int] = (3, 4, 14)
    landmark: LandmarkSize = field(default_factory=LandmarkSize)
    head_dim: int = 32
    drop_path: tuple[float, float, float] = (0.0, 0.125, 0.25)
    layer_scale: float = 1e-5
    embed_dim: int = 768
    encoder_depth: int = 2
    encoder_heads: int = 8
    linear_std: float = 0.01
    head: str = "variational"
    latent: int | None = None
    rank: int | None = None
    temperature: float | None = None
    shared_factors: bool | None = None
    layer_embedding: bool = True
    embed_activation: bool = True
    fusion_norm: bool = True
    queries: str = "landmarks"
    freeze_layer_scale: bool = False
    position_embedding: bool = True
    squeeze_excite: bool = True
    excite_reduction: int = 1

    def __post_init__(self):
        _check_fields(self)
        if self.image_size % 16:
            raise CourseError(f"Size.image_size must be a multiple of 16, not {self.image_size}")
        _ = self.head_settings  # refuses what the head does not take
        for width in self.channels:
            if width % self.head_dim:
                raise CourseError(f"Size.channels: {width} is not a multiple of head_dim = {self.head_dim}")
        for parts in ("encoder_heads", "excite_reduction"):
            if self.embed_dim % getattr(self, parts):
                raise CourseError(
                    f"Size.embed_dim = {self.embed_dim} is not a multiple of {parts} = {getattr(self, parts)}"
                )
        if self.queries not in QUERIES:
            raise CourseError(f"Size.queries must be {', '.join(QUERIES)}, not {shown(self.queries)}")

    @classmethod
    def from_json(cls, stored: object) -> "Size":
        """Return the size whose ``asdict`` went through JSON.

        Raises:
            CourseError: naming the field that is unknown, missing or makes no sense.
        """
        values = _from_json(cls, stored, optional=(*SETTINGS, *LATER))
        return cls(**{**values, "landmark": LandmarkSize.from_json(values["landmark"])})

    @property
    def head_settings(self) -> dict[str, Any]:
        """What builds the head, beside its name and shape."""
        return head_settings(self.head, {name: getattr(self, name) for name in SETTINGS}, "Size")

    @property
    def reads_landmarks(self) -> bool:
        """Whether there is a landmark branch."""
        return self.queries in ("landmarks", "other_face")

    @property
    def windows(self) -> tuple[int, int, int]:
        """Side of each level's map after its reduction; one attention window covers the whole map."""
        return (self.image_size // 4, self.image_size // 8, self.image_size // 16)

    @property
    def tokens(self) -> int:
        """Tokens that enter the encoder, without CLS: every level is embedded on the coarsest grid."""
        return 3 * self.windows[-1] ** 2


def paper() -> Size:
    """POSTER-Var as published: 224x224 input, reduced to 112x112 for both backbones."""
    return Size()


def without_variational_parts(size: Size) -> Size:
    """Turn a POSTER-Var into the POSTER++ of the same widths: the baseline row of the paper's ablation."""
    return replace(size, head="point", layer_embedding=False, embed_activation=False, fusion_norm=False)


def tiny(image_size: int = 48, landmark: LandmarkSize | None = None) -> Size:
    """The same graph for faces of 48-64 px and a laptop CPU: at most 2 M parameters.

    Args:
        image_size: 48 or 64.
        landmark: the landmark branch; by default a narrow one that trains along.
    """
    return Size(
        image_size=image_size,
        channels=(32, 64, 128),
        units=(1, 2, 2),
        landmark=landmark or narrow_landmarks(image_size),
        layer_scale=0.1,
        embed_dim=128,
        encoder_heads=4,
        # 1 / √128. The paper's 0.01 starts near zero and counts on pretrained backbones; from nothing, at this
        # width, it left the network at chance for epochs.
        linear_std=0.088,
    )


def narrow_landmarks(input_size: int) -> LandmarkSize:
    """A landmark branch of about 0.1 M parameters that trains along with the rest."""
    return LandmarkSize(
        input_size=input_size,
        stem=16,
        stages=(32, 64, 64),
        transitions=(32, 64, 128),
        depths=(1, 1, 1),
        separable=128,
        points=False,
        frozen=False,
    )


def _from_json(owner: type, stored: object, optional: Container[str] = ()) -> dict[str, Any]:
    """The fields of a size as JSON has them, with tuples for its lists; all must be there that change an answer."""
    if not isinstance(stored, Mapping):
        raise CourseError(f"{owner.__name__} must be a mapping of fields, not {shown(stored)}")
    known = {entry.name for entry in fields(owner)}
    for name in sorted(known ^ set(stored)):
        if name not in optional:
            raise CourseError(
                f"{owner.__name__}.{shown(name)} is {'missing' if name in known else 'unknown'}"
            )
    return {name: tuple(value) if isinstance(value, list) else value for name, value in stored.items()}


def _check_fields(size: "LandmarkSize | Size") -> None:
    for entry in fields(size):
        if entry.name in SETTINGS:
            continue  # the head's own, which it knows the limits of
        value, name = getattr(size, entry.name), f"{type(size).__name__}.{entry.name}"
        default = LandmarkSize() if entry.default is MISSING else entry.default
        if not _is_like(value, default):
            raise CourseError(f"{name} must be like {default!r}, not {shown(value)}")
        if entry.name in size.BOUNDS:
            low, high = size.BOUNDS[entry.name]
            if not all(low <= part <= high for part in (value if isinstance(value, tuple) else (value,))):
                raise CourseError(f"{name} must be between {low} and {high}, not {shown(value)}")


def _is_like(value: object, default: object) -> bool:
    """Whether the value is of the default's type; True is no number, and a whole number may stand for any."""
    if isinstance(default, tuple):
        return isinstance(value, tuple) and len(value) == len(default) and all(map(_is_like, value, default))
    return type(value) is type(default) or (isinstance(default, float) and type(value) is int)
