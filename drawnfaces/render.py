"""One face from explicit arguments: the function behind every drawn picture."""

from collections.abc import Mapping, Sequence
from numbers import Integral

import numpy as np
from PIL import Image

from drawnfaces import beard, creases, features, hair, relief, skin
from drawnfaces.action_units import to_vector
from drawnfaces.anatomy import Anatomy, build
from drawnfaces.camera import develop
from drawnfaces.canvas import Canvas, Projection
from drawnfaces.errors import DrawingError
from drawnfaces.expressions import check_mixture, to_action_units
from drawnfaces.identity import Camera, Identity, Pose
from drawnfaces.occlusions import Occlusion, paint_occlusions

SMALLEST, LARGEST = 16, 4096  # pixels
NOSE_RELIEF = np.concatenate(
    [np.zeros(27), [0.02, 0.06, 0.1, 0.14], [0.06, 0.08, 0.1, 0.08, 0.06], np.zeros(32)]
)


def draw_face(
    action_units: Mapping[str | int, float] | Sequence[float] | np.ndarray | None = None,
    identity: Identity | None = None,
    pose: Pose | None = None,
    camera: Camera | None = None,
    *,
    mixture: Sequence[float] | None = None,
    occlusions: Sequence[Occlusion] = (),
    size: int = 224,
    colour: bool = True,
    rng: np.random.Generator | None = None,
) -> np.ndarray:
    """Draw one face.

    Args:
        action_units: vector (22,) or mapping, see ``action_units.to_vector``.
        mixture: instead of action units, shares of the eight ``names.EXPRESSIONS`` expressions; the neutral
            share sets the intensity (see ``expressions``).
        identity, pose, camera: who, how held, how taken; the defaults are one person from the front.
        occlusions: what lies over the face, the last one on top.
        size: the picture's width and height in pixels, 16 to 4096.
        colour: RGB, or else the same picture in grey.
        rng: the noise's source; without one the picture has no noise whatever ``camera.noise`` says.

    Returns:
        uint8, (3, size, size) or (1, size, size).

    Raises:
        DrawingError: for an unknown action unit, an intensity outside [0, 1], a mixture that does not sum
            to 1, both or neither of them, or a size out of range.
    """
    if action_units is not None and mixture is None:
        units = to_vector(action_units)
    elif mixture is not None and action_units is None:
        units = to_action_units(check_mixture(mixture))
    else:
        raise DrawingError("draw_face needs either action_units or a mixture, and not both")
    check_size(size)
    identity, pose, camera = identity or Identity(), pose or Pose(), camera or Camera()
    image = paint(build(units, identity), identity, pose, camera, size, occlusions, colour)
    return develop(image, camera, size, colour, rng)


def check_size(size: int) -> None:
    """Refuse a size that is no whole number of 16 to 4096 pixels."""
    if not isinstance(size, Integral) or not SMALLEST <= int(size) <= LARGEST:
        raise DrawingError(f"a drawn face needs a size of {SMALLEST} to {LARGEST} whole pixels, not {size}")


def landmarks(anatomy: Anatomy, pose: Pose, size: int) -> np.ndarray:
    """Return the 68 landmarks in pixels, (68, 2), in iBUG's order; pixel centres lie at integers."""
    return Projection(pose, size)(anatomy.landmarks(), NOSE_RELIEF) - 0.5


def paint(
    anatomy: Anatomy,
    identity: Identity,
    pose: Pose,
    camera: Camera,
    size: int,
    occlusions: Sequence[Occlusion] = (),
    colour: bool = True,
) -> Image.Image:
    """Paint the face, in colour or in grey, at twice the size when small, so that thin lines survive."""
    pixels = size * (2 if size < 128 else 1)
    canvas = Canvas(Projection(pose, pixels), pixels, camera.background, grey=not colour)
    hair.paint_back(canvas, identity)
    skin.paint_body(canvas, anatomy, identity)
    head = skin.paint_skin(canvas, anatomy, identity)
    mask = canvas.mask(*head)
    beard.paint_beard(canvas, anatomy, identity, mask)
    creases.paint_creases(canvas, anatomy, identity, mask)
    features.paint_eyes(canvas, anatomy, identity)
    features.paint_nose(canvas, anatomy, identity)
    features.paint_mouth(canvas, anatomy, identity)
    features.paint_brows(canvas, anatomy, identity)
    front = hair.paint_front(canvas, identity)
    relief.light_head(canvas, anatomy, identity, camera, [*head, *front])
    paint_occlusions(canvas, anatomy, identity, occlusions)
    return canvas.finish()
