"""A task that nobody can do without knowing the level of each token: four letters, three levels."""

from collections.abc import Callable

import torch
import torch.nn.functional as F
from torch import Generator, Tensor, nn

from pvlib.models.token_encoder import TokenEncoder
from pvlib.random_state import own_random_state

LETTERS, LEVELS, CHANNELS = 4, 3, 16
STEPS, BATCH, LEARNING_RATE, TESTED_ON = 200, 128, 1e-2, 2000
BEST_OF_A_SET = (
    9 / 16
)  # who sees only which letters occur names the most frequent one: (3 + 9 · 2 + 6 · 1) / 48


class LetterNetwork(nn.Module):
    """Letters -> tokens -> marks, if any -> token encoder -> which letter. Shape: 3 × (batch, 1, 4) -> (batch, 4)."""

    def __init__(self, marker: Callable[[int, int], nn.Module] | None, positions: bool):
        super().__init__()
        self.embed = nn.Linear(LETTERS, CHANNELS)
        self.mark = nn.Identity() if marker is None else marker(LEVELS, CHANNELS)
        self.encoder = TokenEncoder(LEVELS, CHANNELS, depth=1, heads=2)
        if not positions:
            self.encoder.position.requires_grad_(False).zero_()
        self.head = nn.Linear(CHANNELS, LETTERS)

    def forward(self, levels: list[Tensor]) -> Tensor:
        tokens = self.mark([self.embed(level) for level in levels])
        return self.head(self.encoder(torch.cat(tokens, dim=1)))


def letters(count: int, generator: Generator, loud: float = 1) -> tuple[list[Tensor], Tensor]:
    """Noisy letters of three levels, (count, 1, 4) each, those of level 1 times `loud`; the letter of level 2, (count,)."""
    which = torch.randint(LETTERS, (count, LEVELS), generator=generator)
    seen = F.one_hot(which, LETTERS) + 0.1 * torch.randn(count, LEVELS, LETTERS, generator=generator)
    first, *others = seen.split(1, dim=1)
    return [loud * first, *others], which[:, 1]


def accuracy(
    marker: Callable[[int, int], nn.Module] | None, positions: bool, seed: int, loud: float = 1
) -> float:
    """Train a network on the letters, half a second, and return its accuracy on new ones."""
    generator = Generator().manual_seed(seed)
    with own_random_state(seed):
        network = LetterNetwork(marker, positions)
        optimiser = torch.optim.AdamW(network.parameters(), lr=LEARNING_RATE, fused=True)
        for _ in range(STEPS):
            levels, wanted = letters(BATCH, generator, loud)
            loss = F.cross_entropy(network(levels), wanted)
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
        levels, wanted = letters(TESTED_ON, generator, loud)
        with torch.no_grad():
            return (network(levels).argmax(dim=1) == wanted).double().mean().item()
