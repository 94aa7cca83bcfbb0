"""Faces are found where they are, and nothing else is: photographs, drawn faces on a canvas, gravel, badges."""

import numpy as np
import pytest
import torch
from PIL import Image
from skimage import data
from torch import nn

from pvlib.data.drawn import draw_faces
from pvlib.models import LandmarkSize
from pvlib.photos import face_finder
from pvlib.photos.boxes import Box
from pvlib.photos.face_finder import find_faces, measure_unsteadiness

# what one sees in skimage's portrait of Eileen Collins, in pixels: both eyes and the mouth's middle
EYES, MOUTH = ((206, 114), (244, 113)), (223, 152)


@pytest.fixture(scope="module")
def astronaut() -> Image.Image:
    return Image.fromarray(data.astronaut())


class Stub(nn.Module):
    """A landmark network with a given idea of where the 68 points are: views -> (views, 2) fractions."""

    def __init__(self, where):
        super().__init__()
        self.where, self.size = where, LandmarkSize()

    def forward(self, views):
        return self.where(views)[:, None].expand(-1, 68, -1)


@pytest.fixture
def stub(monkeypatch):
    def use(where):
        monkeypatch.setattr(face_finder, "_landmark_net", lambda: Stub(where))

    return use


def test_the_face_of_a_portrait_is_found_once_and_in_its_place(astronaut):
    (box,) = find_faces(astronaut.crop((100, 20, 400, 400)))
    assert all(box.holds((x - 100, y - 20)) for x, y in (*EYES, MOUTH))
    eye_distance = EYES[1][0] - EYES[0][0]
    assert 2 < box.side / eye_distance < 3.2  # FER's faces: 48 pixels for about 18 between the eyes


def test_a_larger_photo_gives_the_same_face_at_its_scale(astronaut, monkeypatch):
    monkeypatch.setattr(face_finder, "LONGEST_SIDE", 180)
    crop = astronaut.crop((130, 40, 310, 220))
    (small,), (large,) = find_faces(crop), find_faces(crop.resize((1080, 1080), Image.Resampling.BICUBIC))
    for one, other in zip(small, large, strict=True):
        assert other / 6 == pytest.approx(one, abs=0.12 * small.side)


@pytest.mark.parametrize("name", ["gravel", "grass", "brick"])
def test_no_face_is_found_in_a_texture(name):
    assert find_faces(Image.fromarray(getattr(data, name)()[:220, :220]).convert("RGB")) == []


def test_a_badge_that_the_cascade_proposes_is_no_face(astronaut):
    badge = astronaut.crop((150, 270, 400, 470))
    assert face_finder._propose(np.asarray(badge), neighbours=4)  # or this test would show nothing
    assert find_faces(badge) == []


def test_several_drawn_faces_on_a_canvas_are_all_found_row_by_row():
    places, side = [(15, 20), (165, 15), (20, 165), (160, 170)], 110
    faces = draw_faces(4, seed=5, size=side, colour=True, ambiguous=0.0)
    canvas = np.full((290, 290, 3), 140, np.uint8)
    for (x, y), image in zip(places, faces.images, strict=True):
        canvas[y : y + side, x : x + side] = image.permute(1, 2, 0)
    boxes = find_faces(Image.fromarray(canvas))
    assert len(boxes) == 4
    for (x, y), box, points in zip(places, boxes, faces.landmarks, strict=True):
        eyes, nose = points[36:48].mean(dim=0), points[30]
        assert box.holds((x + float(eyes[0]), y + float(eyes[1])))
        away = torch.dist(torch.tensor(box.centre), torch.tensor([x, y]) + nose)
        assert away < 0.2 * box.side  # the tip of the nose is the middle of a face


@pytest.mark.parametrize("size", [(1, 1), (10, 300), (300, 10), (23, 23)])
def test_a_picture_too_small_for_a_face_has_none(size):
    assert find_faces(Image.new("RGB", size, (90, 90, 90))) == []


@pytest.mark.parametrize("side", [80, 300])
def test_points_that_stay_on_a_spot_are_steady_whatever_the_view(stub, side):
    """The spot is found in each view, moved or turned; back in the picture it is always in one place."""

    def brightest(views):
        weight = views.mean(dim=1)  # (views, 112, 112)
        weight = weight / weight.sum(dim=(1, 2), keepdim=True)
        middle = (torch.arange(112) + 0.5) / 112
        return torch.stack([(weight.sum(dim=1) * middle).sum(1), (weight.sum(dim=2) * middle).sum(1)], dim=1)

    stub(brightest)
    y, x = np.mgrid[:400, :500] + 0.5
    left, top = 90, 60
    spot = np.exp(-((x - left - 0.6 * side) ** 2 + (y - top - 0.4 * side) ** 2) / (0.05 * side) ** 2)
    picture = np.repeat((255 * spot).astype(np.uint8)[..., None], 3, axis=2)
    (unsteady,) = measure_unsteadiness(picture, [Box(left, top, side)])
    assert unsteady < 0.003
