"""Training a landmark network on drawn faces, whose 68 points are known exactly.

Most of the work is done on small pictures, where a step costs a third, and the rest at full size. The loss
is the wing loss of Feng et al. (2018, equation 5), whose pull does not fade as an error becomes small.
"""

import math
from collections.abc import Callable
from dataclasses import replace
from typing import Annotated

import torch
import torch.nn.functional as F
from pydantic import Field
from torch import Tensor, nn

from data_scripts.landmarks.points import MIRRORED, as_fractions
from pvlib.data.faces import Faces
from pvlib.errors import CourseError
from pvlib.models import LandmarkSize
from pvlib.models.mobilefacenet import MobileFaceNet
from pvlib.random_state import own_random_state
from pvlib.training.config import Seed
from pvlib.training.devices import autocast, check_precision
from pvlib.training.settings import settings


@settings
class LandmarkConfig:
    """What a landmark training depends on besides its faces.

    Attributes:
        small_size, small_epochs: side of the small pictures and passes over them.
        epochs: passes at the network's own size.
        batch_size: faces a step; batch normalisation needs two.
        learning_rate: the highest of AdamW; it rises for a twentieth of each part and then falls as a cosine.
        precision: "fp32" or "bf16".
        seed: of weights, order and random changes.
    """

    small_size: Annotated[int, Field(ge=16, le=1024, multiple_of=16)] = 64
    small_epochs: Annotated[int, Field(ge=0)] = 6
    epochs: Annotated[int, Field(ge=1)] = 2
    batch_size: Annotated[int, Field(ge=2)] = 64
    learning_rate: Annotated[float, Field(gt=0)] = 2e-3
    weight_decay: Annotated[float, Field(ge=0)] = 1e-2
    precision: str = "fp32"
    seed: Seed = 0

    def __post_init__(self) -> None:
        check_precision(self.precision)


def fit_landmarks(
    faces: Faces,
    config: LandmarkConfig,
    size: LandmarkSize | None = None,
    on_epoch: Callable[[int, float], None] = lambda side, loss: None,
) -> MobileFaceNet:
    """Return a landmark network trained on faces whose landmarks are known.

    Args:
        faces: with ``landmarks`` (N, 68, 2) in pixels; best as large as the network's input.
        size: of the network; by default the released MobileFaceNet fed 0-1 values in BGR order.
        on_epoch: called after each pass with its picture size and mean loss.

    Raises:
        CourseError: when the faces have no landmarks, there are fewer of them than a batch holds, or the loss
            is no longer a number.
    """
    if faces.landmarks is None:
        raise CourseError("landmarks can only be learnt from faces that have them: draw some")
    if len(faces) < config.batch_size:
        raise CourseError(f"batch_size = {config.batch_size}, but there are only {len(faces)} faces")
    size = size or LandmarkSize(native_input=True)
    points = as_fractions(faces.landmarks, faces.images.shape[-1])  # (N, 68, 2)
    with own_random_state(config.seed):
        small = MobileFaceNet(replace(size, input_size=config.small_size))
        _start_at(small, points)
        _train(small, faces.images, points, config, config.small_epochs, on_epoch)
        network = enlarged(small, size)
        _train(network, faces.images, points, config, config.epochs, on_epoch)
    return network.eval()


def _start_at(network: MobileFaceNet, points: Tensor) -> None:
    """Let the first answer be the mean face, each coordinate spread as in the data."""
    if network.points is None:
        raise CourseError("this landmark network has no layer that reads points: build it with points=True")
    nn.init.normal_(network.points.linear.weight, std=0.05)
    with torch.no_grad():
        network.points.norm.weight.copy_(points.std(dim=0).flatten().clamp(min=0.02))
        network.points.norm.bias.copy_(points.mean(dim=0).flatten())


def enlarged(network: MobileFaceNet, size: LandmarkSize) -> MobileFaceNet:
    """Return the network for larger pictures of the same faces.

    Only the kernel that spans the whole last map depends on their size: it is stretched over the larger map,
    and its weights shrink with the area, so that its sum over a smooth map stays.
    """
    larger = MobileFaceNet(size)
    state, kernel = network.state_dict(), "points.depthwise.conv.weight"
    old = state[kernel]  # (channels, 1, M, M)
    side = larger.state_dict()[kernel].shape[-1]
    stretched = F.interpolate(old, (side, side), mode="bilinear", align_corners=False)
    larger.load_state_dict({**state, kernel: stretched * (old.shape[-1] / side) ** 2})
    return larger


def _train(
    network: MobileFaceNet,
    images: Tensor,
    points: Tensor,
    config: LandmarkConfig,
    epochs: int,
    on_epoch: Callable[[int, float], None],
) -> None:
    """Train at the network's own size, in place."""
    if not epochs:
        return
    network.to(memory_format=torch.channels_last).train()
    optimizer = torch.optim.AdamW(
        network.parameters(), lr=config.learning_rate, weight_decay=config.weight_decay, fused=True
    )
    steps = len(images) // config.batch_size
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimizer, config.learning_rate, total_steps=epochs * steps, pct_start=0.05
    )
    side = network.size.input_size
    for _ in range(epochs):
        total = 0.0
        for chosen in torch.randperm(len(images))[: steps * config.batch_size].view(steps, -1):
            pictures, truth = changed(images[chosen], points[chosen], side)
            with autocast("cpu", config.precision):
                predicted = network(pictures.contiguous(memory_format=torch.channels_last))
            loss = wing_loss(predicted.float(), truth)
            optimizer.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(network.parameters(), 5.0)
            optimizer.step()
            schedule.step()
            total += loss.item()
        if not math.isfinite(total):
            raise CourseError(
                f"the loss of the landmark network is no longer a number: lower the learning rate "
                f"({config.learning_rate:g})"
            )
        on_epoch(side, total / steps)


def wing_loss(predicted: Tensor, truth: Tensor, width: float = 0.05, curvature: float = 0.01) -> Tensor:
    """Mean wing loss of points in fractions of the picture's side (Feng et al., 2018, equation 5).

    w ln(1 + |x| / ε) for errors below the width w, |x| - C above, with C = w - w ln(1 + w / ε), so that the
    two meet.
    """
    error = (predicted - truth).abs()
    constant = width - width * math.log1p(width / curvature)
    return torch.where(error < width, width * torch.log1p(error / curvature), error - constant).mean()


def changed(images: Tensor, points: Tensor, side: int) -> tuple[Tensor, Tensor]:
    """Change faces at random and move their points along.

    Each face is mirrored, turned by up to 25°, enlarged or reduced by a quarter, shifted by up to a tenth;
    lit differently; half of them lose their colour, a third their sharpness. So a face need be neither in
    the middle of its picture nor in colour.

    Shape: uint8 (B, 1 or 3, H, W), fractions (B, 68, 2) -> 0-1 values, blue, green, red (B, 3, side, side),
    (B, 68, 2).
    """
    batch = len(images)
    angle = math.radians(25) * (2 * torch.rand(batch) - 1) * torch.rand(batch)
    scale = 1.25 ** (2 * torch.rand(batch) - 1)
    mirror = torch.where(torch.rand(batch) < 0.5, -1.0, 1.0)
    shift = 0.2 * (2 * torch.rand(batch, 2) - 1)  # the picture's sides have length 2
    cosine, sine = angle.cos() * scale, angle.sin() * scale
    # The matrix from a point of the new picture to where it is read in the old one.
    matrix = torch.stack([cosine * mirror, -sine, sine * mirror, cosine], dim=1).view(batch, 2, 2)
    grid = F.affine_grid(
        torch.cat([matrix, shift[:, :, None]], dim=2), [batch, 3, side, side], align_corners=False
    )
    pictures = images.float().div(255).expand(-1, 3, -1, -1).flip(1)
    pictures = F.grid_sample(pictures, grid, padding_mode="border", align_corners=False)

    moved = torch.linalg.solve(matrix, (2 * points - 1 - shift[:, None]).transpose(1, 2)).transpose(1, 2)
    moved = (moved + 1) / 2  # (B, 68, 2)
    moved = torch.where(mirror[:, None, None] < 0, moved[:, list(MIRRORED)], moved)

    def per_face(low: float, high: float) -> Tensor:
        return low + (high - low) * torch.rand(batch, 1, 1, 1)

    grey = pictures.mean(dim=1, keepdim=True).expand_as(pictures)
    pictures = torch.where(torch.rand(batch, 1, 1, 1) < 0.5, grey, pictures)
    coarse = F.interpolate(F.avg_pool2d(pictures, 2), (side, side), mode="bilinear", align_corners=False)
    pictures = torch.where(torch.rand(batch, 1, 1, 1) < 0.33, coarse, pictures)
    pictures = (pictures.clamp(1e-3, 1) ** per_face(0.6, 1.7) - 0.5) * per_face(0.6, 1.3) + per_face(
        0.35, 0.65
    )
    return (pictures + 0.03 * torch.rand(batch, 1, 1, 1) * torch.randn_like(pictures)).clamp(0, 1), moved
