"""What a learner writes in this lesson, as the course has it: used until their own passes its check."""

from collections.abc import Callable

import numpy as np
import torch
from torch import Tensor, nn

from pvlib.models.poster import Poster
from pvlib.models.switches import switched


@torch.no_grad()
def only_landmarks(network: Poster, images: Tensor, labels: Tensor) -> Tensor:
    """Whether the answer is the expression of the face whose landmarks it got, (faces,): the image is another's."""
    with switched(network, attention="other_face"):
        answers = network(images).argmax(dim=1)
    return answers == labels.roll(1)  # row i has the landmarks of face i − 1


@torch.no_grad()
def largest_difference(run: Callable[[np.ndarray], np.ndarray], network: nn.Module, images: Tensor) -> float:
    """The largest |difference| of any logit between another runtime and torch."""
    return float((torch.from_numpy(run(images.numpy())) - network(images)).abs().max())
