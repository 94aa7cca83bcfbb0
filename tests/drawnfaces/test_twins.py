"""One property changes and everything else of the drawn person stays."""

import numpy as np
import pytest

from drawnfaces import DrawingError, numbered
from drawnfaces.action_units import NAMES
from drawnfaces.expressions import sample_mixture
from drawnfaces.identity import SKINS
from drawnfaces.numbered import DrawingOptions, draw_numbered, sample_face
from drawnfaces.twins import MOVED, draw_neutral_twin, draw_pairs, redraw

STUDIO = DrawingOptions(seed=5)


def test_nothing_changed_is_the_same_picture():
    face = sample_face(STUDIO, 2)
    same = redraw(STUDIO, 2, skin=face.identity.skin, yaw=face.pose.yaw, expression=face.mixture)
    assert np.array_equal(same.image, draw_numbered(STUDIO, 2).image)


def test_skin_glasses_and_age_change_the_picture_and_no_truth_about_the_expression():
    before = draw_numbered(STUDIO, 2)
    for change in ({"skin": SKINS[6]}, {"glasses": "round"}, {"age": 1.0}):
        after = redraw(STUDIO, 2, **change)
        assert not np.array_equal(after.image, before.image), change
        for truth in ("mixture", "action_units", "landmarks", "votes"):
            assert np.array_equal(getattr(after, truth), getattr(before, truth)), change


def test_a_turned_head_hides_landmarks_and_so_becomes_harder_to_read():
    front, turned = redraw(STUDIO, 2, yaw=0.0), redraw(STUDIO, 2, yaw=1.0)
    assert turned.visible.sum() < front.visible.sum()
    assert turned.legibility < front.legibility


@pytest.mark.parametrize(("change", "said"), [
    ({"skim": SKINS[0]}, '"skin"'),
    ({"glasses": "pink"}, "one of none"),
    ({"expression": "joy"}, "happiness"),
])  # fmt: skip
def test_what_no_face_has_is_named(change, said):
    with pytest.raises(DrawingError, match=said):
        redraw(STUDIO, 0, **change)


def test_the_twin_of_a_face_that_is_neutral_already_is_the_same_picture(monkeypatch):
    def neutral(rng, ambiguous, proportions):
        sample_mixture(rng, ambiguous, proportions)  # uses up as many random numbers
        return np.eye(8)[0]

    monkeypatch.setattr(numbered, "sample_mixture", neutral)
    assert np.array_equal(draw_neutral_twin(STUDIO, 4).image, draw_numbered(STUDIO, 4).image)


def test_faces_of_one_number_that_differ_in_mixture_only_have_the_same_twin():
    same_person = DrawingOptions(seed=5, ambiguous=1.0, proportions="ferplus")
    assert not np.array_equal(draw_numbered(same_person, 9).mixture, draw_numbered(STUDIO, 9).mixture)
    assert np.array_equal(draw_neutral_twin(same_person, 9).image, draw_neutral_twin(STUDIO, 9).image)


def test_where_no_muscle_moves_the_twin_keeps_its_landmarks():
    wrinkler = NAMES.index("AU9")
    for number in range(40):
        face, twin = draw_numbered(STUDIO, number), draw_neutral_twin(STUDIO, number)
        assert twin.action_units.max() < 0.1  # at rest, but for a little difference of each person
        moved = np.linalg.norm(face.landmarks - twin.landmarks, axis=1)  # (68,), pixels
        assert moved[[0, 1, 2, 14, 15, 16, 27]].max() < 0.5  # before the ears, and the nose's root
        if face.action_units[wrinkler] < 0.1:
            assert moved[27:31].max() < 0.5  # the bridge, too, unless the nose is wrinkled


def test_pairs_hold_a_face_its_twin_and_where_the_two_differ():
    pairs = draw_pairs(12, seed=3, expressions=("anger", "fear"), colour=True)
    assert set(pairs.mixture.argmax(axis=1)) == {4, 6}
    options = DrawingOptions(seed=3, ambiguous=0, colour=True, proportions=[0, 0, 0, 0, 0.5, 0, 0.5, 0])
    assert np.array_equal(pairs.expressive[7], draw_numbered(options, 7).image)
    assert np.array_equal(pairs.poker[7], draw_neutral_twin(options, 7).image)
    assert pairs.identity[7] == sample_face(options, 7).identity
    row, column = np.argwhere(pairs.moved[7])[0]
    assert abs(pairs.expressive[7].astype(float) - pairs.poker[7])[:, row, column].max() > MOVED * 255
    assert 0.03 < pairs.moved.mean() < 0.25  # seven eighths of a picture do not move
