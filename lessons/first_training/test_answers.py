"""The checks of the first training pass on right answers and know the typical wrong ones."""

import math

import numpy as np
import torch
from torch import Tensor, nn

from lessons.answer_tests import answer_tests
from poster_var_course.checks import run_check
from pvlib.losses import cross_entropy


def step_of(moves, criterion=cross_entropy, returned=Tensor.item):
    """A training step that makes these moves in this order, with this loss."""

    def step(network, optimizer, images, target):
        for move in moves.split():
            if move == "loss":
                loss = criterion(network(images), target)
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


def of_the_means(network, optimizer, images, target):
    network.train()
    optimizer.zero_grad()
    loss = cross_entropy(network.distribution(images).mean, target)
    loss.backward()
    optimizer.step()
    return loss.item()


def divergence(logits, target):
    """Its gradient is that of the cross-entropy, its value is not."""
    return nn.functional.kl_div(logits.log_softmax(1), target, reduction="batchmean")


def roots(accuracy, faces):
    w = 1.96**2 / faces
    return np.roots([1 + w, -(2 * accuracy + w), accuracy**2])[::-1].real


ALL = "train zero loss backward step"
RIGHT = [
    ("training_step", step_of("train loss zero backward step", returned=lambda loss: float(loss.detach()))),
    ("training_step", step_of("train loss backward step zero", nn.CrossEntropyLoss())),
    ("training_step", step_of(ALL, returned=lambda loss: loss.detach().numpy()[()])),
    ("floor_of_two_softmaxes", lambda classes: math.log(math.e + classes - 1) - 1),
    ("floor_of_two_softmaxes", lambda classes: cross_entropy(torch.eye(classes), torch.eye(classes))),
    ("accuracy_interval", wilson),
    ("accuracy_interval", roots),
]

WRONG = [
    ("training_step", step_of("train loss backward step"), "old gradients"),
    ("training_step", step_of(ALL, lambda z, t: cross_entropy(z.softmax(1), t)), "one too many"),
    ("training_step", step_of(ALL, lambda z, t: cross_entropy(z, t.argmax(1))), "without argmax"),
    ("training_step", step_of(ALL, lambda z, t: cross_entropy(t, z)), "logits come first"),
    ("training_step", step_of(ALL, lambda z, t: -cross_entropy(z, t)), "raises the loss"),
    ("training_step", step_of(ALL, nn.CrossEntropyLoss(reduction="sum")), "not the sum"),
    ("training_step", step_of(ALL, lambda z, t: cross_entropy(z, t) / 2), "one by one"),
    ("training_step", step_of(ALL, divergence), "The weights are right"),
    ("training_step", step_of("train zero loss step"), "loss.backward() is missing"),
    ("training_step", of_the_means, "That is the loss of the means"),
    ("training_step", step_of("zero loss backward step"), "network.train()"),
    ("training_step", step_of(ALL, returned=str), "loss.item()"),
    ("training_step", step_of("train zero loss backward"), "must take a step"),
    ("training_step", step_of("train loss backward zero step"), "before backward, not between"),
    ("training_step", step_of("train zero loss step backward"), "step came before backward()"),
    ("training_step", step_of(ALL, returned=lambda loss: loss), "loss.item()"),
    ("floor_of_two_softmaxes", lambda classes: math.log(1 + 7 / math.e), "for eight classes"),
    ("floor_of_two_softmaxes", lambda classes: math.log2(1 + (classes - 1) / math.e), "natural logarithm"),
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
    ("accuracy_interval", lambda a, n: wilson(a, n)[0], "both ends as a pair"),
    ("accuracy_interval", lambda a, n: (wilson(a, n)[1] - wilson(a, n)[0]) / 2, "half the width"),
    ("accuracy_interval", lambda a, n: wilson(a, n**2), "both must agree"),
]  # fmt: skip


EXAMPLES = [
    ("accuracy_interval", "both must agree", (0.5, 100), [0.40383, 0.59617])
]  # so they do for these two ends
OURS = {"accuracy_interval": wilson}
test_right, test_wrong, test_unwritten, test_examples = answer_tests(
    "first_training", RIGHT, WRONG, EXAMPLES, OURS
)


def test_only_a_loss_with_a_graph_is_said_to_keep_it():
    whole, cut = (step_of(ALL, returned=f) for f in (lambda loss: loss, Tensor.detach))
    assert "graph" in run_check("first_training.training_step", whole).hint
    assert "graph" not in run_check("first_training.training_step", cut).hint
