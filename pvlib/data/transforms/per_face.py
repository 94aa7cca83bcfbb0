"""What all random changes of faces share: every face of a batch draws its own.

torchvision's random transforms draw once a call, so a batch handed to them would be turned, lit and covered
alike. These draw one parameter a face and change all faces by a few batched tensor operations; like every
module, they can stand in a pipeline of torchvision's.
"""

from torch import Tensor, nn

from pvlib.errors import CourseError


class PerFace(nn.Module):
    """A random change of a batch of faces, (batch, channels, H, W).

    Draws on the CPU from torch's global random state, wherever the faces are, so that a seed means the same
    on every device.

    Raises:
        CourseError: when called with something else than a batch.
    """

    def forward(self, images: Tensor) -> Tensor:
        if not isinstance(images, Tensor) or images.ndim != 4:
            raise CourseError(
                f"{type(self).__name__} changes a batch of faces: give a tensor (batch, channels, H, W)"
            )
        return self.transform(images, self.draw(len(images)))

    def draw(self, faces: int) -> dict[str, Tensor]:
        """Return one parameter a face for each name, on the CPU."""
        raise NotImplementedError

    def transform(self, images: Tensor, params: dict[str, Tensor]) -> Tensor:
        """Return the faces changed by the parameters of :meth:`draw`."""
        raise NotImplementedError
