"""What lies over a face, in one list: sampled, painted, and measured for what it hides.

An occlusion is data; ``paint_occlusions`` puts it into the picture and ``covers`` tells the polygons that it hides, from
the same geometry, so picture and truth cannot drift apart.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from drawnfaces import coverings
from drawnfaces.anatomy import Anatomy
from drawnfaces.canvas import Canvas
from drawnfaces.errors import DrawingError
from drawnfaces.glasses import glasses_cover, paint_glasses
from drawnfaces.hand import PLACES, hand_cover, paint_hand
from drawnfaces.identity import Colour, Identity

MASKS: tuple[Colour, ...] = ((152, 196, 214), (226, 228, 228), (44, 46, 52), (206, 170, 176))
CLOTHS: tuple[Colour, ...] = ((150, 52, 52), (52, 74, 110), (74, 96, 72), (178, 146, 92), (70, 66, 76))
KINDS = ("mask", "strand", "cap", "scarf", "hand")


@dataclass(frozen=True)
class Occlusion:
    """One thing over a face.

    Raises:
        DrawingError: for a kind that is not of ``KINDS`` or a place that is not of ``hand.PLACES``.
    """

    kind: str
    side: int = 1  # of hand and strand: -1 the left of the picture, 1 its right
    place: str = "mouth"  # of a hand
    colour: Colour = CLOTHS[0]  # of what is woven

    def __post_init__(self):
        if self.kind not in KINDS or self.place not in PLACES:
            raise DrawingError(
                f"an occlusion is one of {', '.join(KINDS)}, a hand's place one of {', '.join(PLACES)}; "
                f"not {self.kind} at {self.place}"
            )


def sample_occlusions(extra: np.random.Generator, nuisances) -> tuple[Occlusion, ...]:
    """Draw what lies over a face, from at most one of each kind; the last one lies on top."""
    chosen = []
    for kind, (u, side, place, tone) in zip(KINDS, extra.random((len(KINDS), 4)).tolist(), strict=True):
        if u < getattr(nuisances, kind):
            tones = MASKS if kind == "mask" else CLOTHS
            chosen.append(
                Occlusion(
                    kind,
                    side=1 if side < 0.5 else -1,
                    place=PLACES[int(place * len(PLACES))],
                    colour=tones[int(tone * len(tones))],
                )
            )
    return tuple(chosen)


def paint_occlusions(
    canvas: Canvas, anatomy: Anatomy, identity: Identity, occlusions: Sequence[Occlusion]
) -> None:
    """Paint masks, then glasses, then what lies over both."""
    for occlusion in occlusions:
        if occlusion.kind == "mask":
            coverings.paint_mask(canvas, anatomy, identity, occlusion.colour)
    paint_glasses(canvas, anatomy, identity)
    for occlusion in occlusions:
        if occlusion.kind == "strand":
            coverings.paint_strand(canvas, identity, occlusion.side)
        elif occlusion.kind == "cap":
            coverings.paint_cap(canvas, identity, occlusion.colour)
        elif occlusion.kind == "scarf":
            coverings.paint_scarf(canvas, anatomy, identity, occlusion.colour)
        elif occlusion.kind == "hand":
            paint_hand(canvas, anatomy, identity, occlusion.place, occlusion.side)


def covers(
    anatomy: Anatomy, identity: Identity, occlusions: Sequence[Occlusion]
) -> list[tuple[np.ndarray, float]]:
    """Return the polygons (m, 2) that hide what is behind them, in face units, each with its relief."""
    hiding = glasses_cover(anatomy, identity)
    for occlusion in occlusions:
        if occlusion.kind == "mask":
            hiding.append((coverings.mask_outline(anatomy), coverings.MASK_RELIEF))
        elif occlusion.kind == "strand":
            hiding += [(outline, 0.0) for outline in coverings.strand_outlines(occlusion.side)]
        elif occlusion.kind == "cap":
            hiding += [(outline, 0.0) for outline in coverings.cap_outlines(identity)]
        elif occlusion.kind == "scarf":
            hiding.append((coverings.scarf_outline(anatomy), 0.0))
        else:
            hiding += hand_cover(anatomy, occlusion.place, occlusion.side)
    return hiding
