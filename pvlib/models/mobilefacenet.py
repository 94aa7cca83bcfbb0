"""The landmark backbone: MobileFaceNet for 68 landmarks (Chen et al., 2018).

POSTER++ and POSTER-Var keep it frozen and read three of its maps; its own output, the 68 landmarks, is
kept so that it can be drawn what this branch looks at.
"""

import torch
from torch import Tensor, nn

from pvlib.errors import CourseError
from pvlib.models.prelu import PReLU
from pvlib.models.sizes import LandmarkSize


class StridedDepthwise(nn.Conv2d):
    """A convolution that trains in float32 on a CPU, even under autocast.

    There its gradient in bfloat16 takes twenty times as long as in float32.
    """

    def forward(self, maps: Tensor) -> Tensor:
        if not (maps.is_cpu and maps.requires_grad):
            return super().forward(maps)
        with torch.autocast(maps.device.type, enabled=False):
            return super().forward(maps.to(self.weight.dtype))


class ConvBlock(nn.Sequential):
    """Convolution without bias - BN - PReLU; ``linear`` leaves the activation out."""

    def __init__(
        self, in_channels: int, out_channels: int, kernel: int, stride: int = 1, padding: int = 0,
        groups: int = 1, linear: bool = False,
    ):  # fmt: skip
        super().__init__()
        conv = StridedDepthwise if groups > 1 and stride > 1 else nn.Conv2d
        self.conv = conv(in_channels, out_channels, kernel, stride, padding, groups=groups, bias=False)
        self.norm = nn.BatchNorm2d(out_channels)
        if not linear:
            self.activation = PReLU(out_channels)


class Bottleneck(nn.Module):
    """Inverted bottleneck: 1x1 expand, 3x3 depthwise, 1x1 linear project; residual where stride is 1.

    Shape: (batch, in_channels, H, W) -> (batch, out_channels, H / stride, W / stride).
    """

    def __init__(self, in_channels: int, out_channels: int, hidden: int, stride: int):
        super().__init__()
        self.expand = ConvBlock(in_channels, hidden, 1)
        self.depthwise = ConvBlock(hidden, hidden, 3, stride, padding=1, groups=hidden)
        self.project = ConvBlock(hidden, out_channels, 1, linear=True)
        self.residual = stride == 1

    def forward(self, maps: Tensor) -> Tensor:
        out = self.project(self.depthwise(self.expand(maps)))
        return maps + out if self.residual else out


class LandmarkPyramid(nn.Module):
    """The three maps that the cross-attention takes its queries from.

    Shape: (batch, 3, S, S) -> [(batch, stage 1, S/4, S/4), (batch, stage 2, S/8, S/8),
    (batch, separable, S/16, S/16)].
    """

    def __init__(self, size: LandmarkSize):
        super().__init__()
        self.stem = nn.Sequential(
            ConvBlock(3, size.stem, 3, stride=2, padding=1),
            ConvBlock(size.stem, size.stem, 3, padding=1, groups=size.stem),
        )
        self.stages = nn.ModuleList()
        width = size.stem
        for out, hidden, depth in zip(size.stages, size.transitions, size.depths, strict=True):
            units = [Bottleneck(out, out, 2 * out, stride=1) for _ in range(depth)]
            self.stages.append(nn.Sequential(Bottleneck(width, out, hidden, stride=2), *units))
            width = out
        self.separable = ConvBlock(width, size.separable, 1)

    def forward(self, images: Tensor) -> list[Tensor]:
        stage1 = self.stages[0](self.stem(images))  # (batch, 64, S/4, S/4) at paper size
        stage2 = self.stages[1](stage1)  # (batch, 128, S/8, S/8)
        separable = self.separable(self.stages[2](stage2))  # (batch, 512, S/16, S/16)
        return [stage1, stage2, separable]


class LandmarkPoints(nn.Module):
    """Read 68 points from the last map: a depthwise convolution over the whole map, linear, BN.

    Shape: (batch, channels, M, M) -> (batch, 68, 2); (x, y) as fractions of the image's sides.
    """

    def __init__(self, channels: int, map_size: int, points: int = 68):
        super().__init__()
        self.depthwise = ConvBlock(channels, channels, map_size, groups=channels, linear=True)
        self.linear = nn.Linear(channels, 2 * points, bias=False)
        self.norm = nn.BatchNorm1d(2 * points)

    def forward(self, maps: Tensor) -> Tensor:
        vector = self.depthwise(maps).flatten(1)  # (batch, channels)
        return self.norm(self.linear(vector)).unflatten(1, (-1, 2))  # (batch, 68, 2)


class MobileFaceNet(nn.Module):
    """Pyramid and, where the size asks for it, 68 points: what a landmark file loads into.

    Shape: (batch, 3, S, S) -> (batch, 68, 2). The released weights expect S = 112, values in 0-1 and the
    channel order blue, green, red; see :func:`pvlib.models.poster.to_native_landmark_input`.
    """

    def __init__(self, size: LandmarkSize):
        super().__init__()
        self.size = size
        self.pyramid = LandmarkPyramid(size)
        self.points = LandmarkPoints(size.separable, size.input_size // 16) if size.points else None

    def forward(self, images: Tensor) -> Tensor:
        if self.points is None:
            raise CourseError(
                "this size has no landmark points: set LandmarkSize(points=True) and load its weights"
            )
        return self.points(self.pyramid(images)[-1])
