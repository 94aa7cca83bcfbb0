"""What all random changes of faces share: every face of a batch draws its own.

torchvision's random transforms draw once a call, so a batch handed to them would be turned, lit and covered
alike. These are transforms of the same kind (``make_params`` draws, ``transform`` computes), but draw one
parameter a face and change all faces by a few batched tensor operations.
"""

from typing import Any

from torch import Tensor
from torchvision.transforms import v2

from pvlib.errors import CourseError


class PerFace(v2.Transform):
    """A random change of a batch of faces, (batch, channels, H, W).

    Draws on the CPU from torch's global random state, wherever the faces are, so that a seed means the same
    on every device.

    Raises:
        CourseError: when called with something else than a batch.
    """

    def check_inputs(self, flat_inputs: list[Any]) -> None:
        if not flat_inputs or not isinstance(flat_inputs[0], Tensor) or flat_inputs[0].ndim != 4:
            raise CourseError(
                f"{type(self).__name__} changes a batch of faces: give a tensor (batch, channels, H, W)"
            )

    def make_params(self, flat_inputs: list[Any]) -> dict[str, Tensor]:
        return self.draw(len(flat_inputs[0]))

    def draw(self, faces: int) -> dict[str, Tensor]:
        """Return one parameter a face for each name, on the CPU."""
        raise NotImplementedError
