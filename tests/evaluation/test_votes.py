"""Two raters who disagree: ln 2; who agree: 0."""

import math
from dataclasses import replace

import pytest
import torch
from scipy.spatial.distance import jensenshannon
from scipy.stats import entropy as scipy_entropy

from pvlib.data.faces import Faces
from pvlib.data.labels import FERPLUS
from pvlib.evaluation.votes import entropy, jensen_shannon, kullback_leibler, vote_shares

SURE, OTHER, TORN = torch.tensor([1.0, 0.0]), torch.tensor([0.0, 1.0]), torch.tensor([0.5, 0.5])


def test_two_raters_who_disagree_have_entropy_ln_2_and_two_who_agree_none():
    assert entropy(TORN).item() == pytest.approx(math.log(2))
    assert entropy(SURE).item() == 0


def test_divergences_are_those_of_scipy():
    shares, said = (torch.rand(2, 20, 8, dtype=torch.float64) + 0.01).unbind()
    shares, said = (part / part.sum(dim=1, keepdim=True) for part in (shares, said))
    shares[:, 0] = 0
    shares = shares / shares.sum(dim=1, keepdim=True)
    expected = [scipy_entropy(v, p) for v, p in zip(shares.numpy(), said.numpy(), strict=True)]
    assert kullback_leibler(shares, said).tolist() == pytest.approx(expected)
    distances = [jensenshannon(v, p) ** 2 for v, p in zip(shares.numpy(), said.numpy(), strict=True)]
    assert jensen_shannon(shares, said).tolist() == pytest.approx(distances)


def test_a_vote_that_was_held_for_impossible_is_dear_and_finite():
    found = kullback_leibler(TORN.double(), SURE.double()).item()
    assert 300 < found < math.inf


def test_shares_are_of_the_votes_for_an_emotion_and_there_are_none_without_votes_or_with_other_classes():
    votes = torch.tensor([[2, 6, 0, 0, 0, 0, 0, 0, 1, 1]], dtype=torch.uint8)
    image = torch.zeros(1, 1, 48, 48, dtype=torch.uint8)
    faces = Faces(image, torch.full((1, 8), 1 / 8), FERPLUS, votes=votes)
    assert vote_shares(faces).tolist() == [[0.25, 0.75, 0, 0, 0, 0, 0, 0]]
    assert vote_shares(replace(faces, votes=None)) is None
    assert vote_shares(Faces(image, torch.full((1, 2), 1 / 2), ("a", "b"), votes=votes)) is None
