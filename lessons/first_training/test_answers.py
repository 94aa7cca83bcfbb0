"""The checks of the first training pass on right answers and know the typical wrong ones."""

import math

import pytest
import torch

from poster_var_course.checks import run_check
from pvlib.losses import cross_entropy


def right_step(network, optimizer, images, target):
    network.train()
    loss = cross_entropy(network(images), target)
    optimizer.zero_grad(set_to_none=False)
    loss.backward()
    optimizer.step()
    return float(loss.detach())


def without_clearing(network, optimizer, images, target):
    network.train()
    loss = cross_entropy(network(images), target)
    loss.backward()
    optimizer.step()
    return loss.item()


def two_softmaxes(network, optimizer, images, target):
    network.train()
    optimizer.zero_grad()
    loss = cross_entropy(network(images).softmax(1), target)
    loss.backward()
    optimizer.step()
    return loss.item()


def in_evaluation_mode(network, optimizer, images, target):
    optimizer.zero_grad()
    loss = cross_entropy(network(images), target)
    loss.backward()
    optimizer.step()
    return loss.item()


def without_step(network, optimizer, images, target):
    network.train()
    optimizer.zero_grad()
    loss = cross_entropy(network(images), target)
    loss.backward()
    return loss.item()


def cleared_too_late(network, optimizer, images, target):
    network.train()
    loss = cross_entropy(network(images), target)
    loss.backward()
    optimizer.zero_grad()
    optimizer.step()
    return loss.item()


def returns_a_tensor(network, optimizer, images, target):
    network.train()
    optimizer.zero_grad()
    loss = cross_entropy(network(images), target)
    loss.backward()
    optimizer.step()
    return loss


def half(accuracy, faces):
    return 1.96 * math.sqrt(accuracy * (1 - accuracy) / faces)


RIGHT = {
    "training_step": right_step,
    "learning_rate_of": lambda epoch, first, decay: first * math.exp(epoch * math.log(decay)),
    "decay_for": lambda epochs, fraction: math.exp(math.log(fraction) / (epochs - 1)),
    "accuracy_interval": lambda a, n: torch.tensor([a - half(a, n), a + half(a, n)]).clamp(0, 1),
}

WRONG = [
    ("training_step", without_clearing, "old gradients"),
    ("training_step", two_softmaxes, "softmax inside"),
    ("training_step", in_evaluation_mode, "network.train()"),
    ("training_step", without_step, "must take a step"),
    ("training_step", cleared_too_late, "must take a step"),
    ("training_step", returns_a_tensor, "loss.item()"),
    ("learning_rate_of", lambda epoch, first, decay: first * decay ** (epoch + 1), "full rate"),
    ("learning_rate_of", lambda epoch, first, decay: first * decay * epoch, "again and again"),
    ("learning_rate_of", lambda epoch, first, decay: first * (1 - decay) ** epoch, "not 1 − γ"),
    ("learning_rate_of", lambda epoch, first, decay: first if epoch == 0 else first * decay, "depends on"),
    ("decay_for", lambda epochs, fraction: fraction ** (1 / epochs), "one multiplication fewer"),
    ("decay_for", lambda epochs, fraction: fraction ** (epochs - 1) if epochs > 2 else fraction, "the power"),
    ("decay_for", lambda epochs, fraction: fraction / (epochs - 1) if epochs > 2 else fraction, "a root"),
    ("accuracy_interval", lambda a, n: (a - half(a, n) / 1.96, a + half(a, n) / 1.96), "1.96 of them"),
    ("accuracy_interval", lambda a, n: (a - half(a, n), a + half(a, n)), "Cut the interval"),
    ("accuracy_interval", lambda a, n: (max(a - half(a, 1), 0), min(a + half(a, 1), 1)), "divide by their"),
    ("accuracy_interval", lambda a, n: (a - half(a, 1) / n, a + half(a, 1) / n), "under the root"),
    ("accuracy_interval", lambda a, n: (a - half(a, n)**2 / 1.96, a + half(a, n) ** 2 / 1.96), "square root"),
]  # fmt: skip


@pytest.mark.parametrize("exercise", RIGHT)
def test_a_right_answer_passes(exercise):
    result = run_check(f"first_training.{exercise}", RIGHT[exercise])
    assert result.passed, result.message


@pytest.mark.parametrize(("exercise", "wrong", "hint"), WRONG, ids=range(len(WRONG)))
def test_a_typical_mistake_gets_its_own_hint(exercise, wrong, hint):
    result = run_check(f"first_training.{exercise}", wrong)
    assert not result.passed
    assert hint in result.hint


@pytest.mark.parametrize("exercise", RIGHT)
def test_an_unwritten_answer_is_called_unwritten(exercise):
    assert run_check(f"first_training.{exercise}", lambda *inputs: None).status == "unwritten"
