"""The embedded faces: numbered, reproducible, and true to what they say about themselves."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from drawnfaces import EXPRESSIONS, VOTES
from pvlib.data.drawn import draw_faces
from pvlib.data.labels import FERPLUS, FERPLUS_VOTES
from pvlib.errors import CourseError

TRUTHS = (
    "target", "votes", "mixture", "action_units", "intensity", "intensities", "visible", "legibility",
    "ambiguity",
)  # fmt: skip


@pytest.fixture(scope="module")
def faces():
    return draw_faces(240, seed=3, size=16)  # the truths do not depend on the size


def _same(one, other):
    return all(
        torch.equal(getattr(one, name), getattr(other, name)) for name in (*TRUTHS, "images", "landmarks")
    )


def test_a_face_depends_on_its_number_alone():
    whole = draw_faces(5, seed=1)
    assert _same(draw_faces(3, seed=1), whole.subset(torch.arange(3)))
    assert _same(draw_faces(2, seed=1, start=3), whole.subset(torch.arange(3, 5)))


def test_size_and_colour_change_the_picture_but_not_the_truth():
    grey, colour = draw_faces(4, seed=5), draw_faces(4, seed=5, size=96, colour=True)
    assert grey.images.shape == (4, 1, 48, 48)
    assert colour.images.shape == (4, 3, 96, 96)
    for name in TRUTHS:
        assert torch.equal(getattr(grey, name), getattr(colour, name))
    # A pixel's centre lies at an integer, so half a pixel is added before sizes are compared.
    assert torch.allclose((grey.landmarks + 0.5) * 2, colour.landmarks + 0.5, atol=1e-3)


def test_ten_raters_vote_on_every_face_and_targets_are_their_votes_for_the_eight_emotions(faces):
    assert faces.votes.shape == (240, len(VOTES))
    assert (faces.votes.sum(dim=1) == 10).all()
    unknown, not_a_face = (faces.votes[:, 8:].float().mean(dim=0) / 10).tolist()
    assert unknown < 0.02
    assert not_a_face < 0.004
    emotions = faces.votes[:, :8].double()
    expected = emotions / emotions.sum(dim=1, keepdim=True)
    assert torch.allclose(faces.target.double(), expected, atol=1e-6)


def test_ambiguous_is_the_share_of_mixed_faces_and_ambiguity_the_entropy_of_the_mixture(faces):
    expected = -(faces.mixture.double() * faces.mixture.double().clamp(min=1e-30).log()).sum(dim=1)
    assert torch.allclose(faces.ambiguity.double(), expected, atol=1e-5)
    assert faces.ambiguity[faces.unambiguous].max() < faces.ambiguity.max()
    # A binomial of 240 at one half has a standard deviation of 8 faces.
    assert 85 < faces.unambiguous.sum() < 155
    assert draw_faces(30, seed=0, size=16, ambiguous=0).unambiguous.all()
    assert not draw_faces(30, seed=0, size=16, ambiguous=1).unambiguous.any()


@pytest.mark.parametrize(("proportions", "expected"), [
    (None, [1 / 8] * 8),
    ([0, 0, 0, 0, 1, 0, 0, 0], [0, 0, 0, 0, 1, 0, 0, 0]),
    ("rafdb", [n / 12_271 for n in (2524, 4772, 1290, 1982, 705, 717, 281, 0)]),  # as published, in our order
])  # fmt: skip
def test_proportions_choose_how_often_each_class_leads(proportions, expected):
    faces = draw_faces(120, seed=0, size=16, proportions=proportions, ambiguous=0)
    counts = torch.bincount(faces.mixture.argmax(dim=1), minlength=8)
    share = torch.tensor(expected)
    # four of a binomial's σ
    assert ((counts - 120 * share).abs() <= 4 * (120 * share * (1 - share)).sqrt()).all()


def test_visible_landmarks_lie_inside_the_picture_and_most_are_visible():
    size = 48
    faces = draw_faces(150, seed=8, size=size)
    seen = faces.landmarks[faces.visible]
    assert seen.min() >= -0.5  # a pixel's centre lies at an integer, its edge half a pixel outside
    assert seen.max() <= size - 0.5
    assert faces.visible[:, 17:].float().mean() > 0.99


@settings(max_examples=30, deadline=None)
@given(
    name=st.sampled_from(["count", "seed", "start", "size", "ambiguous"]),
    value=st.one_of(st.integers(-(10**6), -1), st.floats(1.0001, 50), st.just(float("nan"))),
)
def test_an_argument_out_of_range_is_named(name, value):
    arguments = {"count": 1, "seed": 0, name: value}
    with pytest.raises(CourseError, match=name):
        draw_faces(**arguments)


def test_two_workers_draw_the_same_bits_as_one():
    one = draw_faces(7, seed=4, start=2, nuisances="wild", size=32, colour=True)
    assert _same(draw_faces(7, seed=4, start=2, nuisances="wild", size=32, colour=True, workers=2), one)


def test_the_course_and_the_renderer_name_the_same_things_in_the_same_order():
    assert (EXPRESSIONS, VOTES) == (FERPLUS, FERPLUS_VOTES)


def test_no_faces_are_an_empty_set_and_more_than_fit_into_memory_are_refused_at_once():
    assert draw_faces(0, seed=0).images.shape == (0, 1, 48, 48)
    with pytest.raises(CourseError, match="GiB of memory, and"):
        draw_faces(10**12, seed=0)
