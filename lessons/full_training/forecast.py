"""How long a training will take and how much memory it needs, from one measured step."""

import time
from dataclasses import dataclass

import psutil
import torch
from torch import Tensor
from torch.utils.flop_counter import FlopCounterMode

from pvlib.errors import CourseError
from pvlib.models import Poster
from pvlib.training.config import RunConfig
from pvlib.training.devices import autocast

BYTES_PER_WEIGHT = 16  # float32: the weight, its gradient, and AdamW's two moments
LOOKING = 1 / 3  # of a face's time in training, to look at it: a forward pass without a backward pass


@dataclass(frozen=True, kw_only=True)
class Forecast:
    """What a step needs, and the whole training.

    Attributes:
        seconds_a_face: of a training step, divided by its faces.
        operations_a_face: of that step; multiplications and additions both count.
        bytes_of_weights: with gradients and moments.
        bytes_a_face: of what is kept for the backward pass.
        faces_at_a_time: that go through before the next do.
        seconds: of the whole training.
    """

    seconds_a_face: float
    operations_a_face: float
    bytes_of_weights: int
    bytes_a_face: int
    faces_at_a_time: int
    seconds: float

    @property
    def gigabytes(self) -> float:
        """What must fit at least, in GB; libraries and other programs come on top."""
        return (self.bytes_of_weights + self.faces_at_a_time * self.bytes_a_face) / 1e9


def forecast(
    network: Poster,
    config: RunConfig,
    *,
    training: int,
    watched: int,
    device: str,
    devices: int = 1,
    tried: int = 4,
) -> Forecast:
    """Take steps on ``tried`` faces of noise, and count up to the whole training.

    Args:
        network: on ``device``; its weights stay as they are, and no gradient is left.
        training, watched: faces that an epoch trains on, and those that are looked at after it.
        devices: among which the faces of a step are divided.
    """
    loop, side, classes = config.train, config.network.side, network.num_classes
    images = torch.randn(tried, 3, side, side, device=device)
    target = torch.full((tried, classes), 1 / classes, device=device)
    kept: dict[int, int] = {}  # where in memory: how many bytes

    def keep(saved: Tensor) -> Tensor:
        kept[saved.untyped_storage().data_ptr()] = saved.untyped_storage().nbytes()
        return saved

    def step() -> float:
        start = time.perf_counter()
        with autocast(device, loop.precision):
            sample = network.sample_logits(images)
        config.objective(sample.logits, target, sample.distribution, **sample.more).backward()
        network.zero_grad(set_to_none=True)
        if images.is_cuda:
            torch.cuda.synchronize()
        return time.perf_counter() - start

    network.train()
    with (
        FlopCounterMode(display=False) as counter,
        torch.autograd.graph.saved_tensors_hooks(keep, lambda saved: saved),
    ):
        step()
    of_weights = {value.untyped_storage().data_ptr() for value in (*network.parameters(), *network.buffers())}
    seconds_a_face = min(step() for _ in range(3)) / tried * (2 if loop.sam else 1)
    live = sum(weight.numel() for weight in network.parameters() if weight.requires_grad)
    frozen = sum(weight.numel() for weight in network.parameters() if not weight.requires_grad)
    return Forecast(
        seconds_a_face=seconds_a_face,
        operations_a_face=counter.get_total_flops() / tried,
        bytes_of_weights=BYTES_PER_WEIGHT * live + 4 * frozen,
        bytes_a_face=sum(size for place, size in kept.items() if place not in of_weights) // tried,
        faces_at_a_time=loop.faces_at_a_time(devices),
        seconds=loop.epochs * seconds_a_face * (training / devices + LOOKING * watched),
    )


def free_bytes(device: str) -> int:
    """What is free on the device now."""
    return torch.cuda.mem_get_info()[0] if device.startswith("cuda") else psutil.virtual_memory().available


def refuse_what_does_not_fit(asked: Forecast, device: str) -> None:
    """Raise a CourseError that says what would fit, before anything is trained."""
    room = free_bytes(device) - asked.bytes_of_weights
    if asked.faces_at_a_time * asked.bytes_a_face <= room:
        return
    fitting = int(max(room / asked.bytes_a_face, 0))
    advice = (
        f"let them go through in parts (train.accumulate), at most {fitting} at a time"
        if fitting >= 2
        else ("take a smaller network, or a device with more memory")
    )
    raise CourseError(
        f"{asked.faces_at_a_time} faces at a time need {asked.gigabytes:.1f} GB, and {free_bytes(device) / 1e9:.1f} GB "
        f"are free on {device}: {advice}"
    )


def peak(device: str, precision: str, side: int = 1024) -> float:
    """The operations a second of a product of two matrices: what this machine can do at best, measured."""
    one = torch.randn(
        side, side, device=device, dtype=torch.bfloat16 if precision == "bf16" else torch.float32
    )
    times = []
    for _ in range(5):
        start = time.perf_counter()
        one @ one
        if one.is_cuda:
            torch.cuda.synchronize()
        times.append(time.perf_counter() - start)
    return 2 * side**3 / min(times)


def in_words(seconds: float) -> str:
    """A duration for people."""
    for unit, length in (("days", 86_400), ("hours", 3_600), ("minutes", 60)):
        if seconds >= 2 * length:
            return f"{seconds / length:.0f} {unit}"
    return f"{seconds:.0f} seconds"
