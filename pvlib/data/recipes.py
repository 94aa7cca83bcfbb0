"""How training faces of each data set are changed at random: the paper's words, the released code's, and ours.

Where paper and released code differ, a recipe's flavour says which it follows, and ``ABOUT`` what neither
says and what stands in for it. Paper: Lv, Zhang, Tsoi, *Sci Rep* 16, 7323 (2026), "Implementation details".
The released code gives names of steps only and points to the QCS and DCS recipes, whose numbers these are.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from difflib import get_close_matches
from functools import partial

from torch import Tensor, nn

from pvlib.data.network_input import network_input
from pvlib.data.transforms import (
    PerFaceColourJitter,
    PerFaceErasing,
    PerFaceGeometry,
    ToNetworkInput,
    ToUnitFloat,
)
from pvlib.errors import CourseError

FILLS = ("mean", "noise")
PADDINGS = ("zeros", "reflection")
_LARGEST_SIDE = 4096


@dataclass(frozen=True)
class Recipe:
    """Random changes of a training face, every face its own; 0 switches a change off.

    Normalisation is no part of it: every network here takes ImageNet's mean and deviation.

    Attributes:
        name: as in ``RECIPES``, or any other for a recipe of your own.
        output_size: pixels per side of what the network gets.
        resize: pixels per side to which the whole face is scaled; then ``output_size`` of them are cropped
            at random.
        flip: probability of the mirror image.
        rotation: at most so many degrees either way.
        zoom: the part that is looked at is larger or smaller by at most this fraction.
        shift: moved by at most this fraction of the side, in both directions.
        jitter: brightness, contrast, saturation, hue, as in torchvision's ColorJitter.
        erasing: probability of covering a rectangle.
        erasing_area: its smallest and largest area, as fractions of the image.
        erasing_fill: "mean" covers it with ImageNet's mean colour, "noise" with grey noise.
        padding: what lies beyond the edge of a turned face: "zeros" (black) or "reflection".

    Raises:
        CourseError: naming the field whose value makes no sense.
    """

    name: str = "own"
    output_size: int = 224
    resize: float = 224
    flip: float = 0.0
    rotation: float = 0.0
    zoom: float = 0.0
    shift: float = 0.0
    jitter: tuple[float, float, float, float] = (0.0, 0.0, 0.0, 0.0)
    erasing: float = 0.0
    erasing_area: tuple[float, float] = (0.02, 0.33)
    erasing_fill: str = "mean"
    padding: str = "zeros"

    def __post_init__(self):
        if not isinstance(self.name, str):
            raise CourseError(f"Recipe.name must be a text, not {self.name!r}")
        if not isinstance(self.output_size, int):
            raise CourseError(
                f"Recipe.output_size must be a whole number of pixels, not {self.output_size!r}"
            )
        _check("output_size", self.output_size, 1, _LARGEST_SIDE)
        _check("resize", self.resize, self.output_size, _LARGEST_SIDE)
        for name, highest in (("flip", 1), ("rotation", 180), ("zoom", 0.9), ("shift", 1), ("erasing", 1)):
            _check(name, getattr(self, name), 0, highest)
        for name, length in (("jitter", 4), ("erasing_area", 2)):
            value = getattr(self, name)
            if not isinstance(value, tuple) or len(value) != length:
                raise CourseError(f"Recipe.{name} must be a tuple of {length} numbers, not {value!r}")
        for name, value in zip(("brightness", "contrast", "saturation"), self.jitter, strict=False):
            _check(f"jitter ({name})", value, 0, 1)
        _check("jitter (hue)", self.jitter[3], 0, 0.5)
        _check("erasing_area", self.erasing_area[0], 0, 1)
        _check("erasing_area", self.erasing_area[1], self.erasing_area[0], 1)
        for name, known in (("erasing_fill", FILLS), ("padding", PADDINGS)):
            if getattr(self, name) not in known:
                raise CourseError(f"Recipe.{name} must be {' or '.join(known)}, not {getattr(self, name)!r}")

    @property
    def about(self) -> str:
        """Whom the recipe follows and what is unknown; empty for a recipe of your own."""
        return ABOUT.get(self.name, "")

    def at(self, output_size: int) -> "Recipe":
        """Return the recipe for another output size, all amounts of pixels in proportion."""
        return replace(self, output_size=output_size, resize=self.resize * output_size / self.output_size)

    def training(self) -> nn.Sequential:
        """Return what turns stored faces into training input.

        uint8 (batch, 1 or 3, H, W) -> float32 (batch, 3, output_size, output_size). Colours change before the
        geometry, while there are few pixels; a face's contrast is so measured on all of it.
        """
        jitter, geometry, erasing = self.jitter_step(), self.geometry_step(), self.erasing_step()
        steps: list[nn.Module] = [ToUnitFloat()]
        steps += [jitter] if any(self.jitter) else []
        steps.append(geometry)
        if self.erasing and self.erasing_fill == "noise":
            steps += [ToUnitFloat(), erasing]
        network_input = ToNetworkInput(steps, self.output_size)
        after = [erasing] if self.erasing and self.erasing_fill == "mean" else []
        return nn.Sequential(network_input, *after)

    def evaluation(self) -> Callable[[Tensor], Tensor]:
        """Return what turns stored faces into test input, see :func:`pvlib.data.network_input.network_input`."""
        return partial(network_input, side=self.output_size)

    def jitter_step(self) -> PerFaceColourJitter:
        return PerFaceColourJitter(*self.jitter)

    def geometry_step(self) -> PerFaceGeometry:
        return PerFaceGeometry(
            self.output_size, self.resize, self.rotation, self.zoom, self.shift, self.flip, self.padding
        )

    def erasing_step(self) -> PerFaceErasing:
        fill = "noise" if self.erasing_fill == "noise" else "zeros"
        return PerFaceErasing(self.erasing, self.erasing_area, fill, inplace=True)


def _check(name: str, value: object, low: float, high: float) -> None:
    """Refuse what is no number, and, as no comparison with it is true, what is not a number (NaN)."""
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not low <= value <= high:
        raise CourseError(f"Recipe.{name} must be a number in {low:g} ... {high:g}, not {value!r}")


_PAPER = Recipe("rafdb:paper", flip=0.5, jitter=(0.2, 0.2, 0.2, 0.0), erasing=0.5, erasing_area=(0.02, 0.33))
RECIPES = {
    recipe.name: recipe
    for recipe in (
        _PAPER,
        Recipe("rafdb:released", flip=0.5, jitter=(0.2, 0.2, 0.2, 0.1), erasing=0.5, erasing_area=(0.02, 0.1)),
        replace(_PAPER, name="affectnet:paper", resize=236, rotation=12),
        Recipe("affectnet:released", resize=236, rotation=12, flip=0.5, erasing=0.5, erasing_area=(0.03, 0.1)),
        replace(_PAPER, name="ferplus:paper", resize=232, rotation=10),
        Recipe("ferplus:released", resize=232, rotation=10, flip=0.5, erasing=0.5, erasing_area=(0.02, 0.1)),
        Recipe(
            "drawn", 48, 48, flip=0.5, rotation=3, zoom=0.05, shift=0.03, jitter=(0.1, 0.1, 0, 0),
            padding="reflection",
        ),
        Recipe(
            "photograph", 48, 48, flip=0.5, rotation=10, zoom=0.1, shift=0.06, jitter=(0.2, 0.2, 0, 0),
            erasing=0.5, erasing_area=(0.02, 0.1), erasing_fill="noise", padding="reflection",
        ),
    )
}  # fmt: skip
_PAPER_SILENT = (
    "Follows the paper, which names {steps} and gives one number, jitter 0.2. Unknown, and torchvision's "
    "defaults here: whether hue is jittered (no), erasing's probability (0.5), area (2-33 %) and fill (mean)."
)
_RELEASED_SILENT = (
    "Follows the QCS and DCS recipes to which the released code points. Unknown: erasing's probability (0.5, "
    "torchvision's default) and fill (mean){more}."
)
_ANGLES = " Angle and crop are the released recipe's."
ABOUT = {
    "rafdb:paper": _PAPER_SILENT.format(steps="resize 224, flip, jitter and random erasing"),
    "rafdb:released": _RELEASED_SILENT.format(more=""),
    "affectnet:paper": _PAPER_SILENT.format(steps="resize, rotation, random crop, flip, jitter and erasing")
    + _ANGLES,
    "affectnet:released": _RELEASED_SILENT.format(more=", and whether faces are mirrored (half of them)")
    + " Goes with 5,000 faces of each class drawn anew every epoch.",
    "ferplus:paper": _PAPER_SILENT.format(steps="resize, rotation, random crop, flip, jitter and erasing")
    + _ANGLES,
    "ferplus:released": _RELEASED_SILENT.format(
        more=", whether faces are mirrored (half of them), and whether they are resized to 232 (here) or 234"
    )
    + " Goes with the released target, votes / 10.",
    "drawn": "Ours: light changes, as drawn faces vary in pose, light and noise already.",
    "photograph": "Ours: for photographs, at any size, with a rectangle of noise.",
}


def recipe(name: str, flavour: str | None = None) -> Recipe:
    """Return a recipe by name: ``recipe("drawn")``, ``recipe("ferplus", "released")`` or
    ``recipe("ferplus:released")``. A data set's name alone means its paper flavour.

    Raises:
        CourseError: no recipe has that name; the message names the nearest one.
    """
    wanted = f"{name}:{flavour}" if flavour is not None else str(name)
    wanted = wanted if wanted in RECIPES else f"{wanted}:paper" if f"{wanted}:paper" in RECIPES else wanted
    if wanted not in RECIPES:
        nearest = name if name in RECIPES else get_close_matches(wanted, RECIPES, n=1, cutoff=0)[0]
        raise CourseError(
            f'there is no recipe "{wanted}"; did you mean "{nearest}"? Recipes: {", ".join(RECIPES)}'
        )
    return RECIPES[wanted]
