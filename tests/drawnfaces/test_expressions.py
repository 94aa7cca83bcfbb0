"""Mixtures, intensities and action units obey the documented formula; raters confuse what people confuse."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from drawnfaces import EXPRESSIONS, PROTOTYPES, VOTES, to_action_units
from drawnfaces.action_units import NAMES
from drawnfaces.expressions import COMPOUNDS, compound, dilute, expression_intensities, intensity_of
from drawnfaces.numbered import DrawingOptions, draw_numbered, sample_face
from drawnfaces.raters import CONFUSION, cast_votes, vote

ONE = np.eye(8)


def test_a_pure_expression_is_its_prototype():
    for k, name in enumerate(EXPRESSIONS):
        np.testing.assert_allclose(to_action_units(ONE[k]), PROTOTYPES[name][0])


def test_half_an_expression_moves_half_as_far_and_leaves_an_eighth_neutral():
    mixture = dilute(ONE[2], 0.5)
    np.testing.assert_allclose(mixture, [0.125, 0, 0.875, 0, 0, 0, 0, 0])
    np.testing.assert_allclose(to_action_units(mixture), 0.5 * PROTOTYPES["surprise"][0])


@given(st.floats(0.01, 1), st.floats(0, 1), st.integers(1, 7), st.integers(1, 7))
def test_intensity_can_be_read_back_from_a_mixture(intensity, share, first, second):
    mixture = dilute(share * ONE[first] + (1 - share) * ONE[second], intensity)
    assert mixture.sum() == pytest.approx(1)
    assert intensity_of(mixture) == pytest.approx(intensity, abs=1e-4)


def test_an_even_blend_is_as_strong_as_either_part():
    blend = to_action_units(0.5 * (ONE[1] + ONE[2]))
    jaw = NAMES.index("AU26")  # in surprise only
    assert blend[jaw] == pytest.approx(PROTOTYPES["surprise"][0][jaw] / np.sqrt(2))


def test_the_intensity_of_each_expression_weighs_its_prototype():
    even = dilute(0.5 * (ONE[1] + ONE[2]), 0.8)
    np.testing.assert_allclose(expression_intensities(even), 0.8 * np.sqrt(0.5) * (ONE[1] + ONE[2]))
    np.testing.assert_allclose(expression_intensities(dilute(ONE[6], 0.3)), 0.3 * ONE[6])
    assert (expression_intensities(ONE[0]) == 0).all()


@pytest.mark.parametrize("name", COMPOUNDS)
def test_a_compound_is_a_mixture_of_at_least_two_expressions_at_any_intensity(name):
    mixture = compound(name)
    named = {word[:3] for word in name.split()}  # happily surprised: happiness and surprise
    if len(named) == 2:
        assert {EXPRESSIONS[part][:3] for part in np.flatnonzero(mixture)} == named
    assert mixture.sum() == pytest.approx(1)
    assert (mixture > 0).sum() >= 2
    half = compound(name, 0.5)
    assert half[0] == pytest.approx(0.125)
    np.testing.assert_allclose(half[1:], 0.875 * mixture[1:])


def test_prototypes_hold_the_units_that_emfacs_names():
    needed = {
        "happiness": ("AU6", "AU12L", "AU12R"), "surprise": ("AU1", "AU2", "AU5", "AU26"),
        "sadness": ("AU1", "AU4", "AU15"), "anger": ("AU4", "AU5", "AU7", "AU23"),
        "disgust": ("AU9", "AU10"), "fear": ("AU1", "AU2", "AU4", "AU5", "AU20"),
    }  # fmt: skip
    for name, units in needed.items():
        for prototype in PROTOTYPES[name]:
            assert all(prototype[NAMES.index(unit)] > 0 for unit in units), name


def test_contempt_is_one_sided_either_way():
    left, right = (dict(zip(NAMES, p, strict=True)) for p in PROTOTYPES["contempt"])
    assert left["AU14L"] == right["AU14R"] == 1
    assert left["AU14R"] == right["AU14L"] == 0


def test_confusions_are_distributions_mostly_right_and_the_commonest_mistake_is_the_human_one():
    np.testing.assert_allclose(CONFUSION.sum(axis=1), 1)
    assert (CONFUSION >= 0).all()
    assert (CONFUSION[:, :8].argmax(axis=1) == np.arange(8)).all()
    mistakes = {"fear": "surprise", "surprise": "fear", "disgust": "anger", "anger": "disgust", "sadness": "neutral",
                "contempt": "neutral"}  # fmt: skip
    for seen, said in mistakes.items():
        row = CONFUSION[EXPRESSIONS.index(seen)].copy()
        row[EXPRESSIONS.index(seen)] = 0
        assert VOTES[row.argmax()] == said


def test_new_raters_vote_by_the_law_of_a_drawn_faces_own_ten():
    """Whoever leans as its own ten raters do votes what they voted."""
    options = DrawingOptions(seed=3, nuisances="wild", ambiguous=1.0)
    face, sampled = draw_numbered(options, 4), sample_face(options, 4)

    class SameOpinions:
        def random(self, shape):
            assert shape == (2, 10)  # each face is looked at afresh
            return np.broadcast_to(sampled.opinions, shape)

    again = vote(np.stack([face.mixture, ONE[0]]), 10, SameOpinions(), [face.legibility, 0.0])
    assert again.tolist() == [face.votes.tolist(), cast_votes(sampled.opinions, ONE[0], 0.0).tolist()]
