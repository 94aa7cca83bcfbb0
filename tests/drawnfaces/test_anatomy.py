"""Action units move the landmarks as the muscles move a face; landmarks sit on what is drawn."""

import math

import numpy as np
import pytest

from data_scripts.landmarks.points import MIRRORED
from drawnfaces import Camera, DrawingError, Identity, Nuisances, Pose, draw_face
from drawnfaces.action_units import NAMES, to_vector
from drawnfaces.anatomy import build
from drawnfaces.expressions import compound
from drawnfaces.identity import sample_identity
from drawnfaces.render import landmarks
from drawnfaces.sheets import nuisance_sheet

X, Y = 0, 1
SIZE = 224
PEOPLE = [Identity(), *(sample_identity(np.random.default_rng([9, i])) for i in range(5))]


def points(person=PEOPLE[0], pose=None, **units):
    return landmarks(build(to_vector(units), person), pose or Pose(), SIZE)


@pytest.fixture(params=range(len(PEOPLE)))
def person(request):
    return PEOPLE[request.param]


def test_the_resting_face_is_symmetric(person):
    rest = points(person)
    flipped = rest[list(MIRRORED)] * (-1, 1) + (SIZE - 1, 0)  # pixel centres lie at integers
    np.testing.assert_allclose(flipped, rest, atol=1e-6)


def test_landmarks_are_in_ibug_order(person):
    rest = points(person)
    assert (np.diff(rest[:17, X]) > 0).all()  # the jaw from the picture's left to its right
    assert rest[8, Y] == rest[:, Y].max()  # the chin
    assert (np.diff(rest[17:27, X]) > 0).all()  # brows
    assert (np.diff(rest[27:31, Y]) > 0).all()  # the bridge of the nose, downwards
    for start in (36, 42):  # eyes: corner, two above, corner, two below
        eye = rest[start : start + 6]
        assert eye[1:3, Y].max() < eye[[0, 3], Y].min() < eye[4:, Y].min()
    assert rest[48, X] < rest[60, X] < rest[64, X] < rest[54, X]
    assert rest[50, Y] < rest[62, Y] <= rest[66, Y] < rest[57, Y]


def test_au1_raises_the_inner_brows_and_au2_the_outer(person):
    inner, outer = ((points(person) - points(person, **{unit: 1}))[17:27, Y] for unit in ("AU1", "AU2"))
    assert (inner[[4, 5]] > 5).all()
    assert (inner[[0, 9]] < 0.2 * inner[4]).all()
    assert (outer[[1, 8]] > 5).all()
    assert (outer[[1, 8]] > outer[[4, 5]]).all()


def opening(face, upper, lower):
    return face[lower, Y].mean() - face[upper, Y].mean()


MEASURES = {
    "eyes": lambda face: opening(face, [37, 38, 43, 44], [40, 41, 46, 47]),
    "lips, from edge to edge": lambda face: opening(face, [50, 51, 52], [56, 57, 58]),
    "mouth, between the lips": lambda face: opening(face, [61, 62, 63], [65, 66, 67]),
    "width of the mouth": lambda face: np.ptp(face[[48, 54], X]),
    "gap of the brows": lambda face: np.diff(face[[21, 22], X])[0],
}


@pytest.mark.parametrize(("measure", "rising"), [  # {}: the resting face
    ("gap of the brows", [{"AU4": 1}, {}]), ("eyes", [{"AU43": 1}, {"AU43": 0.5}, {}]),
    ("eyes", [{"AU6": 1}, {}, {"AU5": 1}]), ("eyes", [{"AU7": 1}, {}]), ("eyes", [{"AU9": 1}, {}]),
    ("lips, from edge to edge", [{"AU24": 1}, {}]),
    ("mouth, between the lips", [{}, {"AU25": 1}, {"AU26": 1}, {"AU27": 1}]),
    ("width of the mouth", [{"AU23": 1}, {}, {"AU20": 1}]), ("width of the mouth", [{}, {"AU12": 1}]),
])  # fmt: skip
def test_units_widen_and_narrow_what_their_muscles_do(person, measure, rising):
    measured = [MEASURES[measure](points(person, **units)) for units in rising]
    assert (np.diff(measured) > 0).all()
    if rising[0] == {"AU43": 1}:  # which closes the lids
        assert abs(measured[0]) < 0.05 * measured[-1]
    elif not measure.startswith("mouth"):
        assert measured[0] > 0


@pytest.mark.parametrize(
    ("unit", "marks", "least", "most"),  # pixels of 224, downwards
    [
        ("AU4", range(17, 27), 0.01, 30),
        ("AU9", (31, 35), -30, -0.01),
        ("AU10", (31, 35), -30, -0.01),
        ("AU12", (48, 54), -30, -5),
        ("AU15", (48, 54), 3, 30),
        ("AU16", (56, 57, 58), 2, 30),
        ("AU16", range(49, 54), -1e-6, 1e-6),  # it leaves the upper lip
        ("AU17", (8,), -30, -0.01),
        ("AU26", (8,), 5, 60),
        ("AU25", (8,), 0, 0),  # the lips part, the jaw stays
    ],
)
def test_a_unit_raises_or_lowers_its_landmarks(person, unit, marks, least, most):
    moved = (points(person, **{unit: 1}) - points(person))[list(marks), Y]
    assert (moved >= least).all()
    assert (moved <= most).all()


@pytest.mark.parametrize("unit", ["AU12", "AU14"])
def test_a_one_sided_unit_moves_its_own_side(person, unit):
    rest = points(person)
    left = np.linalg.norm(points(person, **{f"{unit}L": 1}) - rest, axis=1)
    right = np.linalg.norm(points(person, **{f"{unit}R": 1}) - rest, axis=1)
    # The person's left corner, 54, is on the right of the picture.
    assert left[54] > 3 * left[48]
    assert right[48] > 3 * right[54]


UPPER = ("AU1", "AU2", "AU4", "AU5", "AU7", "AU43")
LOWER = (
    "AU14L", "AU14R", "AU15", "AU16", "AU17", "AU20", "AU23", "AU24", "AU25", "AU26", "AU27",
)  # fmt: skip


@pytest.mark.parametrize("size", [48, 224])
@pytest.mark.parametrize("unit", NAMES)
def test_every_action_unit_changes_its_own_part_of_the_picture_and_more_when_stronger(unit, size):
    rest, half, full = (draw_face({unit: v}, size=size, colour=False)[0] for v in (0.0, 0.5, 1.0))
    weaker, change = (np.abs(face.astype(float) - rest) for face in (half, full))
    assert change.max() > 25
    assert change.sum() > weaker.sum()
    # Lids and brows end, and the muscles of mouth and chin begin, at the middle of the nose.
    middle = points()[29, Y] * size / SIZE
    rows = np.flatnonzero((change > 12).any(axis=1))
    if unit in UPPER:
        assert rows.max() <= middle
    if unit in LOWER:
        assert rows.min() >= middle


def test_a_resting_face_has_the_proportions_of_real_ones():
    """Medians of 199 neutral FER+ faces seen from the front, as shares of the eyes' distance."""
    face = points()
    left, right = face[36:42].mean(axis=0), face[42:48].mean(axis=0)
    measured = {
        "mouth width": (face[54, X] - face[48, X], 0.79),
        "nose width": (face[35, X] - face[31, X], 0.44),
        "eye width": (face[39, X] - face[36, X], 0.42),
        "brows apart": (face[22, X] - face[21, X], 0.415),
        "eyes to nose": (face[33, Y] - left[Y], 0.757),
        "eyes to mouth": (face[48, Y] - left[Y], 1.044),
        "eyes to chin": (face[8, Y] - left[Y], 1.598),
        "cheek to cheek": (face[14, X] - face[2, X], 2.043),
    }
    for name, (length, share) in measured.items():
        assert length / (right[X] - left[X]) == pytest.approx(share, rel=0.13), name


def test_roll_turns_every_landmark_about_the_centre():
    centre = np.array([(SIZE - 1) / 2] * 2)
    cosine, sine = np.cos(0.1), np.sin(0.1)
    expected = (points() - centre) @ np.array([[cosine, sine], [-sine, cosine]]) + centre
    np.testing.assert_allclose(points(pose=Pose(roll=0.1)), expected, atol=1e-6)


def test_a_turn_and_a_bow_move_the_nose_and_narrow_the_far_side():
    rest, turned, bowed = points(), points(pose=Pose(yaw=0.3)), points(pose=Pose(pitch=0.3))
    moved = (turned - rest)[:, X]
    assert moved[30] > moved[[36, 45]].max() > moved[[0, 16]].max()
    assert turned[45, X] - turned[42, X] < 0.98 * (rest[45, X] - rest[42, X])  # the far eye is foreshortened
    np.testing.assert_allclose(points(pose=Pose(yaw=-0.3))[30, X], SIZE - 1 - turned[30, X])
    down = (bowed - rest)[:, Y]
    assert down[30] > max(down[27], down[8])


def test_eyes_brows_and_the_open_mouth_are_drawn_where_landmarks_say():
    face = draw_face({}, size=SIZE, colour=False)[0].astype(float)
    marks = points()
    cheek = face[tuple(np.rint(marks[[2, 30]].mean(axis=0))[::-1].astype(int))]
    for eye in (slice(36, 42), slice(42, 48)):
        x, y = np.rint(marks[eye].mean(axis=0)).astype(int)
        assert face[y - 3 : y + 4, x - 3 : x + 4].min() < 0.4 * cheek
    for brow in (19, 24):
        x, y = np.rint(marks[brow]).astype(int)
        assert face[y, x] < 0.6 * cheek
    x, y = np.rint(points(AU25=1, AU26=1)[[62, 66]].mean(axis=0)).astype(int)
    assert draw_face({"AU25": 1, "AU26": 1}, size=SIZE, colour=False)[0][y, x] < 0.4 * cheek


def test_the_jaw_landmarks_lie_on_the_edge_of_the_head():
    person = Identity(hair_style="bald", skin=(255, 255, 255))
    pose = Pose(scale=0.9)  # so that the chin keeps clear of the picture's edge
    marks = points(person, pose)
    camera = Camera(background=(0, 0, 0))
    face = draw_face({}, person, pose, camera, size=SIZE, colour=False)[0].astype(float)
    for mark in marks[3:14]:
        inward = (marks[30] - mark) / np.linalg.norm(marks[30] - mark)
        steps = np.rint(mark + np.arange(-6, 7)[:, None] * inward).astype(int)
        jumps = np.abs(np.diff(face[steps[:, Y], steps[:, X]]))
        assert jumps.argmax() in (4, 5, 6, 7)  # within two pixels of the landmark, 5.5 on this scale


def test_names_and_numbers_and_vectors_say_the_same():
    vector = to_vector({"AU12": 0.5, 26: 1})
    assert dict(zip(NAMES, vector, strict=True))["AU12L"] == 0.5
    assert vector.sum() == 2.0
    assert (to_vector(vector) == vector).all()


HALF = [0.5, 0.5] + [0.0] * 6


@pytest.mark.parametrize(("draw", "message"), [
    (lambda: draw_face({"AU3": 0.5}), "unknown action unit"),
    (lambda: to_vector({"AU1": 1.001}), "AU1"),
    (lambda: to_vector({"AU1": math.nan}), "AU1"),
    (lambda: to_vector({"AU1": "much"}), "AU1"),
    (lambda: to_vector({"AU1": None}), "AU1"),
    (lambda: compound("merry"), "compound"),
    (lambda: compound("awed", math.nan), "compound"),
    (lambda: draw_face(mixture=[1.0] * 8), "mixture"),
    (lambda: draw_face(mixture=[1.0]), "mixture"),
    (lambda: draw_face(mixture=[2.0, -1.0] + [0.0] * 6), "mixture"),
    (lambda: draw_face({"AU1": 1}, mixture=HALF), "not both"),
    (lambda: draw_face(), "not both"),
    (lambda: Nuisances(roll=-0.001), "roll"),
    (lambda: Nuisances(yaw=math.nan), "yaw"),
    (lambda: Nuisances(mask=101.0), "mask"),
    (lambda: nuisance_sheet({}, 2), "at least one"),
])  # fmt: skip
def test_what_cannot_be_drawn_is_refused_by_its_name(draw, message):
    with pytest.raises(DrawingError, match=message):
        draw()
