"""A task that a linear head cannot do and a gate before it can: which of eight numbers counts is said by the others."""

import math
from collections.abc import Callable

import torch
import torch.nn.functional as F
from torch import Generator, Tensor, nn

from lessons.squeeze_excite.gates import gates_of, weights_of
from pvlib.models.squeeze_excite import SqueezeExcite
from pvlib.random_state import own_random_state

NUMBERS = 8
STEPS, BATCH, LEARNING_RATE, TESTED_ON = 300, 256, 2e-2, 4000
# The sum of all eight has the sign of the one that counts: two normals of correlation 1/√8.
BEST_LINEAR = 0.5 + math.asin(NUMBERS**-0.5) / math.pi

Block = Callable[[Tensor, Tensor, Tensor, Tensor, Tensor], Tensor]


def rows(count: int, generator: Generator) -> tuple[Tensor, Tensor]:
    """Rows of which number counts (one-hot, 8) and the numbers (8), (count, 16); whether that one is positive."""
    which = torch.randint(NUMBERS, (count,), generator=generator)
    numbers = torch.randn(count, NUMBERS, generator=generator)
    x = torch.cat([F.one_hot(which, NUMBERS).float(), numbers], dim=1)
    return x, (numbers[torch.arange(count), which] > 0).long()


class Chooser(nn.Module):
    """A gate, if any, and a linear head: (batch, 16) -> (batch, 2)."""

    def __init__(self, block: Block | None, reduction: int):
        super().__init__()
        self.block = block
        self.layers = SqueezeExcite(2 * NUMBERS, reduction)
        self.head = nn.Linear(2 * NUMBERS, 2)

    def forward(self, x: Tensor) -> Tensor:
        return self.head(x if self.block is None else self.block(x, *weights_of(self.layers)))


def accuracy(block: Block | None, seed: int, reduction: int = 1) -> dict[str, float]:
    """Train on rows, a quarter of a second; the accuracy on new ones, and with each gate at its mean."""
    generator = Generator().manual_seed(seed)
    with own_random_state(seed):
        network = Chooser(block, reduction)
        optimiser = torch.optim.AdamW(network.parameters(), lr=LEARNING_RATE)
        for _ in range(STEPS):
            x, wanted = rows(BATCH, generator)
            loss = F.cross_entropy(network(x), wanted)
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
        x, wanted = rows(TESTED_ON, generator)
        with torch.no_grad():
            own = network(x)
            constant = network.head(x * gates_of(network.layers, x).mean(dim=0)) if block else own
    return {
        name: (logits.argmax(dim=1) == wanted).double().mean().item()
        for name, logits in (("own", own), ("mean gate", constant))
    }
