"""The smallest whole network and faces that are plain to tell apart, for the tests of training."""

from collections.abc import Callable
from dataclasses import replace

import torch
from torch import Tensor, nn

from pvlib.data.faces import Faces
from pvlib.data.recipes import recipe
from pvlib.models import Poster, Size, narrow_landmarks
from pvlib.training import EpochRecord, TrainConfig, fit, loop, state

MINUTE = Size(
    image_size=32,
    channels=(8, 8, 16),
    units=(1, 1, 1),
    landmark=replace(narrow_landmarks(32), stem=8, stages=(8, 8, 8), transitions=(8, 8, 8), separable=16),
    head_dim=8,
    layer_scale=0.1,
    embed_dim=16,
    encoder_depth=1,
    encoder_heads=2,
)
CONFIG = TrainConfig(epochs=3, batch_size=16, learning_rate=3e-3, seed=5, recipe=recipe("photograph").at(32))
OFTEN = 1e-9  # minutes between two checkpoints: at every look


def bright_or_dark(count: int = 64, side: int = 32) -> Faces:
    """Faces whose class is plain to see: class 1 is bright."""
    noise = torch.Generator().manual_seed(11)
    label = torch.arange(count) % 2
    images = torch.randint(0, 60, (count, 1, side, side), generator=noise) + 180 * label.view(-1, 1, 1, 1)
    return Faces(images.to(torch.uint8), torch.eye(2)[label], ("dark", "bright"))


def new_network(size: Size = MINUTE, classes: int = 2) -> Poster:
    torch.manual_seed(1)
    return Poster(size, classes)


def look_every(steps: int, patch: Callable[..., None] = setattr) -> None:
    """Have a run look at clock and loss after so many steps; with ``OFTEN`` it saves then as well."""
    for module in (loop, state):
        patch(module, "LOOK_EVERY", steps)


def freeze_batchnorm(network: Poster) -> Poster:
    """Keep the statistics of batch normalisation as they are, whatever mode the network is put into."""
    for module in network.modules():
        if isinstance(module, nn.modules.batchnorm._BatchNorm):
            module.eval()
            module.train = lambda mode=True, module=module: module
    return network


def weights(network: Poster) -> Tensor:
    """All weights and statistics in one row."""
    return torch.cat([value.detach().flatten().double() for value in network.state_dict().values()])


def run(
    folder=None, config: TrainConfig = CONFIG, network: Poster | None = None, **options
) -> tuple[Poster, list[EpochRecord]]:
    """Train ``network``, or a new one, on those faces."""
    network = network or new_network()
    faces = options.pop("faces", None) or bright_or_dark()
    return network, fit(network, faces, config, folder=folder, show_progress=False, **options)
