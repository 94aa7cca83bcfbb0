"""Find the faces of a photo: a cascade proposes squares, and a landmark network says which of them are faces.

The proposals are those of scikit-image's cascade of local binary patterns for frontal faces (Ahonen et al.,
2004; Viola and Jones, 2001). It is fast, comes with the library and needs no download, but it also proposes
patterns in gravel and badges. So each proposal is looked at through several views, moved and turned: on a
face the 68 landmarks stay where they are whatever the view, on anything else they move along with it. The
landmark network is the one that ships with the course, trained on drawn faces alone.

Measured: see ``docs/results/face-finder.md``.
"""

from functools import lru_cache
from math import ceil

import numpy as np
import torch
import torch.nn.functional as F
from PIL import Image
from skimage.data import lbp_frontal_face_cascade_filename
from skimage.feature import Cascade
from torch import Tensor

from pvlib.models.landmark_weights import load_landmark_net
from pvlib.models.mobilefacenet import MobileFaceNet
from pvlib.photos.boxes import Box

LONGEST_SIDE = 800  # pixels of a photo that is searched
WINDOW = 24  # pixels of the smallest face that the cascade can see there
# FER2013's pictures were cut by such a cascade: on its training faces the cascade's squares have the picture's
# centre and, in the median, its side over this number.
WIDER = 1.04
# Mean distance of a landmark from its mean over the views, as a share of the box's side: below the first for a
# face that the cascade insists on, below the second for any proposal.
STEADY, VERY_STEADY = 0.065, 0.028
# (right, down) as a share of the side, degrees
VIEWS = ((0, 0, 0), (0.15, 0, 0), (-0.15, 0, 0), (0, 0.15, 0), (0, -0.15, 0), (0, 0, 15), (0, 0, -15))


def find_faces(photo: Image.Image) -> list[Box]:
    """Return a box around each upright, roughly frontal face: row by row, from left to right.

    The boxes are those that FER2013's pictures show, from the middle of the forehead to the chin.

    Args:
        photo: RGB, upright.
    """
    scale = _search_scale(photo)
    width, height = (max(1, round(side * scale)) for side in photo.size)
    small = photo.resize((width, height), Image.Resampling.BOX) if scale < 1 else photo
    picture = np.asarray(small)  # (H, W, 3)
    proposals = _propose(picture, neighbours=4)
    if not proposals:
        return []
    unsteadiness = measure_unsteadiness(picture, proposals)
    found: list[Box] = []
    for unsteady, box in sorted(zip(unsteadiness, proposals, strict=True)):
        same = any(box.holds(other.centre) or other.holds(box.centre) for other in found)
        if not same and (unsteady < VERY_STEADY or (unsteady < STEADY and _insists(picture, box))):
            found.append(box)
    return in_reading_order([_widen(box, 1 / scale) for box in found])


def smallest_face(photo: Image.Image) -> int:
    """Return how many pixels of a photo a face must span, from forehead to chin, to be found in it."""
    return ceil(WIDER * WINDOW / _search_scale(photo))


def in_reading_order(boxes: list[Box]) -> list[Box]:
    """Sort boxes as a reader numbers people in a photo: each row from left to right, the upper row first."""
    rows: list[list[Box]] = []
    for box in sorted(boxes, key=lambda box: box.centre[1]):
        if rows and abs(box.centre[1] - rows[-1][0].centre[1]) < box.side / 2:
            rows[-1].append(box)
        else:
            rows.append([box])
    return [box for row in rows for box in sorted(row)]


def measure_unsteadiness(picture: np.ndarray, boxes: list[Box]) -> list[float]:
    """Return how far the landmarks of each box move with the view, as a share of its side.

    Args:
        picture: uint8, (H, W, 3).
    """
    pixels = torch.from_numpy(picture.copy()).permute(2, 0, 1)[None].float() / 255  # (1, 3, H, W)
    return [_unsteadiness(pixels, box) for box in boxes]


@torch.no_grad()
def _unsteadiness(pixels: Tensor, box: Box) -> float:
    network = _landmark_net()
    side = network.size.input_size
    shrunk = pixels
    factor = WIDER * box.side / side
    if factor > 1:  # or the views would skip pixels
        shrunk = F.interpolate(pixels, scale_factor=1 / factor, mode="area", recompute_scale_factor=True)
    height, width = pixels.shape[2:]
    frames = torch.stack([_frame(box, *view) for view in VIEWS])  # (views, 2, 3)
    to_grid = torch.tensor([[2 / width, 0, -1], [0, 2 / height, -1], [0, 0, 1]])
    theta = to_grid[:2, :2] @ frames + F.pad(to_grid[:2, 2:], (2, 0))  # (views, 2, 3)
    grid = F.affine_grid(theta, [len(VIEWS), 3, side, side], align_corners=False)
    views = F.grid_sample(
        shrunk.expand(len(VIEWS), -1, -1, -1), grid, padding_mode="reflection", align_corners=False
    )
    points = 2 * network(views.flip(1)) - 1  # (views, 68, 2), from -1 to 1; the network wants blue first
    seen = points @ frames[:, :, :2].mT + frames[:, None, :, 2]  # (views, 68, 2), pixels
    moved = (seen - seen.mean(dim=0)).norm(dim=2)  # (views, 68)
    return moved.mean().item() / box.side


def _search_scale(photo: Image.Image) -> float:
    return min(1.0, LONGEST_SIDE / max(photo.size))


def _frame(box: Box, right: float, down: float, degrees: float) -> Tensor:
    """What takes a point of a view, from -1 to 1, to a pixel of the picture: (2, 3)."""
    turn = np.radians(degrees)
    half = WIDER * box.side / 2
    x, y = box.centre
    return torch.tensor(
        [
            [half * np.cos(turn), -half * np.sin(turn), x + right * box.side],
            [half * np.sin(turn), half * np.cos(turn), y + down * box.side],
        ],
        dtype=torch.float32,
    )


def _propose(picture: np.ndarray, neighbours: int) -> list[Box]:
    height, width = picture.shape[:2]
    if min(height, width) < WINDOW:
        return []
    found = _cascade().detect_multi_scale(
        img=picture,
        scale_factor=1.1,
        step_ratio=1,
        min_size=(WINDOW, WINDOW),
        max_size=(min(height, width),) * 2,
        min_neighbor_number=neighbours,
    )
    return [Box(each["c"], each["r"], each["width"]) for each in found]


def _insists(picture: np.ndarray, box: Box) -> bool:
    """Whether the cascade finds the face again around the box, by twice as many windows."""
    left, top = (max(0, int(edge - box.side / 2)) for edge in (box.left, box.top))
    right, bottom = (int(edge + 1.5 * box.side) for edge in (box.left, box.top))
    around = np.ascontiguousarray(picture[top:bottom, left:right])
    moved = Box(box.left - left, box.top - top, box.side)
    return any(moved.holds(again.centre) for again in _propose(around, neighbours=8))


def _widen(box: Box, scale: float) -> Box:
    """From the cascade's square in the searched picture to FER's in the photo."""
    more = box.side * (WIDER - 1) / 2
    return Box(scale * (box.left - more), scale * (box.top - more), scale * box.side * WIDER)


@lru_cache(maxsize=1)
def _cascade() -> Cascade:
    return Cascade(lbp_frontal_face_cascade_filename())


@lru_cache(maxsize=1)
def _landmark_net() -> MobileFaceNet:
    return load_landmark_net()[0]
