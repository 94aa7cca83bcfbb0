"""The checks of the first training pass on right answers and know the typical wrong ones."""

import math

import pytest
from torch import Tensor

from poster_var_course.checks import run_check
from pvlib.losses import cross_entropy


def step_of(moves, softmax=False, returned=Tensor.item):
    """A training step that makes these moves in this order."""

    def step(network, optimizer, images, target):
        for move in moves.split():
            if move == "loss":
                logits = network(images)
                loss = cross_entropy(logits.softmax(1) if softmax else logits, target)
            elif move == "backward":
                loss.backward()
            else:
                {"train": network.train, "zero": optimizer.zero_grad, "step": optimizer.step}[move]()
        return returned(loss)

    return step


def wilson(accuracy, faces, z=1.96):
    """The textbook's form, with the margin under one root."""
    margin = z * math.sqrt(accuracy * (1 - accuracy) / faces + z**2 / (4 * faces**2))
    centre = accuracy + z**2 / (2 * faces)
    return tuple((centre + sign * margin) / (1 + z**2 / faces) for sign in (-1, 1))


def wald(accuracy, faces):
    half = 1.96 * math.sqrt(accuracy * (1 - accuracy) / faces)
    return accuracy - half, accuracy + half


RIGHT = {
    "training_step": step_of("train loss zero backward step", returned=lambda loss: float(loss.detach())),
    "floor_of_two_softmaxes": lambda classes: math.log(math.e + classes - 1) - 1,
    "accuracy_interval": wilson,
}

WRONG = [
    ("training_step", step_of("train loss backward step"), "old gradients"),
    ("training_step", step_of("train zero loss backward step", softmax=True), "softmax inside"),
    ("training_step", step_of("zero loss backward step"), "network.train()"),
    ("training_step", step_of("train zero loss backward"), "must take a step"),
    ("training_step", step_of("train loss backward zero step"), "before backward, not between"),
    ("training_step", step_of("train zero loss step backward"), "step came before backward()"),
    ("training_step", step_of("train zero loss backward step", returned=lambda loss: loss), "loss.item()"),
    ("floor_of_two_softmaxes", lambda classes: 0.0, "do not stay 1 and 0"),
    ("floor_of_two_softmaxes", lambda classes: math.log(classes), "equal logits"),
    ("floor_of_two_softmaxes", lambda classes: math.e / (math.e + classes - 1), "minus its logarithm"),
    ("floor_of_two_softmaxes", lambda classes: 1 - math.log(math.e + classes - 1), "minus the logarithm"),
    ("floor_of_two_softmaxes", lambda classes: math.log(1 + classes / math.e), "not among the others"),
    ("floor_of_two_softmaxes", lambda classes: math.log(1 + (classes - 1) * math.e), "Two lines"),
    ("accuracy_interval", wald, "fine in the middle, wrong at the ends"),
    ("accuracy_interval", lambda a, n: (max(wald(a, n)[0], 0.0), min(wald(a, n)[1], 1.0)), "wrong at the ends"),
    ("accuracy_interval", lambda a, n: wilson(a, n, z=1.0), "1.96 of them"),
    ("accuracy_interval", lambda a, n: wilson(a, n)[::-1], "lower end comes first"),
    ("accuracy_interval", lambda a, n: [100 * end for end in wilson(a, n)], "not per cent"),
    ("accuracy_interval", lambda a, n: wilson(a, n**2), "both must agree"),
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
