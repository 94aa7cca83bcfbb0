"""The image backbone: IR-50 without its last stage (Deng et al., ArcFace, 2019).

Pre-BN residual units ("improved residual"): BN - conv - PReLU - conv - BN beside a shortcut. The three
stages give the image pyramid of POSTER++ and POSTER-Var. The released module also allocates an output
layer of 12.85 M parameters that never receives a gradient; it is left out here.
"""

from torch import Tensor, nn

from pvlib.models.prelu import PReLU


class ImprovedResidualUnit(nn.Module):
    """BN - 3x3 conv - PReLU - 3x3 conv (strided) - BN, added to the shortcut.

    The shortcut is the input itself (every second pixel when strided) where the width stays, and a
    strided 1x1 convolution with BN where the width changes.

    Shape: (batch, in_channels, H, W) -> (batch, out_channels, H / stride, W / stride).
    """

    def __init__(self, in_channels: int, out_channels: int, stride: int):
        super().__init__()
        self.norm1 = nn.BatchNorm2d(in_channels)
        self.conv1 = nn.Conv2d(in_channels, out_channels, 3, padding=1, bias=False)
        self.activation = PReLU(out_channels)
        self.conv2 = nn.Conv2d(out_channels, out_channels, 3, stride, padding=1, bias=False)
        self.norm2 = nn.BatchNorm2d(out_channels)
        self.shortcut: nn.Module
        if in_channels == out_channels:
            self.shortcut = nn.MaxPool2d(1, stride) if stride > 1 else nn.Identity()
        else:
            self.shortcut = nn.Sequential(
                nn.Conv2d(in_channels, out_channels, 1, stride, bias=False), nn.BatchNorm2d(out_channels)
            )

    def forward(self, maps: Tensor) -> Tensor:
        residual = self.conv1(self.norm1(maps))
        residual = self.norm2(self.conv2(self.activation(residual)))
        return residual + self.shortcut(maps)


class ImagePyramid(nn.Module):
    """Three maps of a face, each half as wide as the one before.

    Args:
        channels: width of each stage; (64, 128, 256) in IR-50.
        units: residual units of each stage; (3, 4, 14) in IR-50.

    Shape: (batch, 3, S, S) -> [(batch, C1, S/2, S/2), (batch, C2, S/4, S/4), (batch, C3, S/8, S/8)].
    """

    def __init__(self, channels: tuple[int, ...], units: tuple[int, ...]):
        super().__init__()
        self.stem = nn.Sequential(
            nn.Conv2d(3, channels[0], 3, padding=1, bias=False),
            nn.BatchNorm2d(channels[0]),
            PReLU(channels[0]),
        )
        self.stages = nn.ModuleList()
        width = channels[0]
        for stage_width, depth in zip(channels, units, strict=True):
            first = ImprovedResidualUnit(width, stage_width, stride=2)
            others = [ImprovedResidualUnit(stage_width, stage_width, stride=1) for _ in range(depth - 1)]
            self.stages.append(nn.Sequential(first, *others))
            width = stage_width

    def forward(self, images: Tensor) -> list[Tensor]:
        maps, levels = self.stem(images), []
        for stage in self.stages:
            maps = stage(maps)
            levels.append(maps)
        return levels
