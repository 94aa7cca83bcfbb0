"""Each nuisance can be had alone, does what it says, and says truly what it hides."""

from dataclasses import fields

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.path import Path as PolygonPath
from PIL import Image

from drawnfaces import EXPRESSIONS, Camera, Identity, Nuisances, Pose
from drawnfaces.action_units import to_vector
from drawnfaces.anatomy import build
from drawnfaces.camera import develop
from drawnfaces.glasses import FRAMES
from drawnfaces.occlusions import KINDS, Occlusion
from drawnfaces.raters import CONFUSION, HAZE, cast_votes
from drawnfaces.render import landmarks, paint
from drawnfaces.visibility import contains, legibility, visible_landmarks
from pvlib.data.drawn import draw_faces

BROWS, EYES, NOSE, MOUTH = range(17, 27), range(36, 48), range(29, 36), range(48, 68)
ALL = np.ones(68, dtype=bool)
RESTING = to_vector({})
SMILE = to_vector({"AU12": 1, "AU6": 0.8, "AU25": 0.8})


def hidden(*occlusions, identity=None, pose=None, units=RESTING):
    identity, pose = identity or Identity(), pose or Pose()
    visible = visible_landmarks(build(units, identity), identity, pose, occlusions)
    return set(np.flatnonzero(~visible).tolist()) - OUTSIDE


# The picture is framed so tightly that it may cut the chin off.
_POINTS = landmarks(build(RESTING, Identity()), Pose(), 48)
OUTSIDE = set(np.flatnonzero(((_POINTS < -0.5) | (_POINTS > 47.5)).any(axis=1)).tolist())


def alone(name):
    """This nuisance and no other, at a strength that shows."""
    largest = {"roll": 0.4, "yaw": 0.5, "pitch": 0.3, "scale": 0.1, "shift": 0.08, "contrast": 0.4,
               "brightness": 30.0, "blur": 2.0, "noise": 20.0}  # fmt: skip
    return Nuisances(**{name: largest.get(name, 1.0)})


@pytest.mark.parametrize("name", [field.name for field in fields(Nuisances)])
def test_each_nuisance_alone_changes_the_picture_and_only_the_pose_moves_landmarks(name):
    plain = draw_faces(4, seed=2, nuisances="none")
    faces = draw_faces(4, seed=2, nuisances=alone(name))
    assert not torch.equal(faces.images, plain.images)
    assert torch.equal(faces.mixture, plain.mixture)
    assert torch.equal(faces.action_units, plain.action_units)
    pose = name in ("roll", "yaw", "pitch", "scale", "shift")
    assert torch.equal(faces.landmarks, plain.landmarks) != pose


MASKED = {*range(3, 14), *NOSE, *MOUTH} - OUTSIDE
SIDES = {-1: (range(36, 42), range(42, 48), range(8)), 1: (range(42, 48), range(36, 42), range(9, 17))}


@pytest.mark.parametrize(("occlusion", "least", "of", "never"), [
    (Occlusion("mask"), len(MASKED), MASKED, {*range(68)} - MASKED),
    (Occlusion("scarf"), len(MOUTH), MOUTH, {*EYES, *BROWS, *NOSE}),
    (Occlusion("cap"), 0, BROWS, {*EYES, *MOUTH}),
    *(
        row
        for side, (near_eye, far_eye, cheek) in SIDES.items()
        for row in [
            (Occlusion("hand", side, "eye"), 5, near_eye, far_eye),  # a gap between two fingers may show one
            (Occlusion("hand", side, "mouth"), 14, MOUTH, {*EYES, *BROWS}),
            (Occlusion("hand", side, "cheek"), 2, cheek, NOSE),
            (Occlusion("strand", side), 3, near_eye, {*far_eye, *MOUTH}),
        ]
    ),
])  # fmt: skip
def test_an_occlusion_hides_what_it_lies_on_and_nothing_else(occlusion, least, of, never):
    found = hidden(occlusion)
    assert len(found & set(of)) >= least
    assert not found & set(never)


def test_an_occlusion_lies_on_the_face_as_it_moves():
    assert hidden(Occlusion("mask"), units=SMILE) == MASKED
    assert hidden(Occlusion("cap"), units=to_vector({"AU1": 1, "AU2": 1})) & set(BROWS)


@pytest.mark.parametrize("frame", FRAMES)
def test_clear_glasses_hide_nothing_and_dark_ones_or_glare_hide_the_eyes(frame):
    assert not hidden(identity=Identity(glasses=frame, tint=0.1, glare=0.3))
    for how in ({"tint": 0.85}, {"glare": 0.9}):
        found = hidden(identity=Identity(glasses=frame, **how))
        assert len(found & set(EYES)) >= 8
        assert not found & {*MOUTH, *NOSE}


def test_a_head_turned_far_hides_its_far_side_only():
    assert not hidden(pose=Pose(yaw=0.3))
    right, left = hidden(pose=Pose(yaw=0.6)), hidden(pose=Pose(yaw=-0.6))
    assert {15, 16, 26, 45} <= right
    assert {0, 1, 17, 36} <= left
    assert not right & {0, 1, 17, 36}


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_hidden_is_painted_over(kind):
    identity, pose, camera, size = Identity(), Pose(), Camera(), 224
    anatomy = build(RESTING, identity)
    before, after = (
        np.asarray(paint(anatomy, identity, pose, camera, size, hiding), dtype=float)
        for hiding in ((), (Occlusion(kind, place="eye", colour=(20, 200, 20)),))
    )
    changed = np.abs(after - before).max(axis=2) > 4
    for mark in hidden(Occlusion(kind, place="eye")):
        x, y = np.rint(landmarks(anatomy, pose, size)[mark]).astype(int).clip(2, size - 3)
        assert changed[y - 2 : y + 3, x - 2 : x + 3].mean() > 0.5, mark


@given(
    st.lists(st.tuples(st.integers(-5, 5), st.integers(-5, 5)), min_size=3, max_size=7, unique=True),
    st.integers(0, 2**32),
)
def test_what_a_polygon_contains_agrees_with_matplotlib(corners, seed):
    polygon = np.array(corners, dtype=float)
    points = np.random.default_rng(seed).uniform(-5, 5, (20, 2))  # almost surely on no edge
    assert contains(polygon, points).tolist() == PolygonPath(polygon).contains_points(points).tolist()


def test_legibility_is_the_product_that_its_docstring_gives():
    assert legibility(ALL, Camera()) == pytest.approx(1.0)
    assert legibility(ALL, Camera(blur=2.2)) == pytest.approx(0.5)
    assert legibility(ALL, Camera(noise=50.0)) == pytest.approx(0.5)
    assert legibility(ALL, Camera(jpeg=20)) == pytest.approx(0.875)
    assert legibility(ALL, Camera(motion=2.2 * 12**0.5)) == pytest.approx(0.5)
    without_mouth = ALL.copy()
    without_mouth[list(MOUTH)] = False
    assert legibility(without_mouth, Camera()) == pytest.approx(0.6)


def test_raters_guess_more_of_what_they_can_see_less():
    rng = np.random.default_rng(0)
    mixture = np.eye(8)[EXPRESSIONS.index("fear")]
    for clear in (0.0, 0.5, 1.0):
        votes = np.sum([cast_votes(rng.random(10), mixture, clear).astype(int) for _ in range(1500)], axis=0)
        guessing = (1 - clear) ** 3
        expected = (1 - guessing) * (mixture @ CONFUSION) + guessing * HAZE
        # The standard deviation of a share over 15,000 votes is at most 0.0041.
        np.testing.assert_allclose(votes / 15000, expected, atol=0.017)


def test_snapshots_disagree_about_as_much_as_ferplus():
    """FER+ (shared specification): mean entropy 0.44 nats, 32 % unanimous."""
    faces = draw_faces(250, seed=12, size=16, nuisances="snapshot")
    shares = faces.votes / 10
    assert 0.36 < torch.special.entr(shares).sum(dim=1).mean() < 0.54
    assert 0.2 < (shares.amax(dim=1) == 1).float().mean() < 0.42


# faint: JPEG drops faint detail first
PICTURE = np.random.default_rng(1).integers(110, 146, (96, 96), dtype=np.uint8)


def _developed(camera):
    return develop(Image.fromarray(PICTURE), camera, 96, False, np.random.default_rng(1))[0].astype(float)


def _fine_detail(image):
    """Mean square of what a 2×2 mean takes away."""
    coarse = image.reshape(48, 2, 48, 2).mean(axis=(1, 3)).repeat(2, axis=0).repeat(2, axis=1)
    return ((image - coarse) ** 2).mean()


PLAIN = {"light_strength": 0.0}


@pytest.mark.parametrize("steps", [
    [Camera(**PLAIN, jpeg=q) for q in (95, 50, 15)],
    [Camera(**PLAIN, blur=b) for b in (0.0, 0.3, 1.0)],
    [Camera(**PLAIN, resolution=r) for r in (0, 40, 16)],
    [Camera(**PLAIN, motion=m, motion_angle=0.3) for m in (0.0, 2.0, 6.0)],
], ids=["jpeg", "blur", "resolution", "motion"])  # fmt: skip
def test_a_stronger_nuisance_takes_more_detail_away(steps):
    detail = [_fine_detail(_developed(camera)) for camera in steps]
    assert detail == sorted(detail, reverse=True)
    assert detail[-1] < 0.9 * detail[0]


def test_a_plain_camera_changes_no_pixel():
    np.testing.assert_array_equal(_developed(Camera(**PLAIN)), PICTURE)
