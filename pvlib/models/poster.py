"""POSTER-Var and POSTER++, assembled (Figure 2 of the paper).

``forward_features`` reads like the figure from left to right: two backbones, one cross-attention a level,
embedding on a common grid, layer embedding, fusion norm, token encoder, squeeze-and-excitation; the head
comes last.
"""

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.distributions import Distribution

from pvlib.data.network_input import IMAGENET_MEAN, IMAGENET_STD
from pvlib.errors import CourseError
from pvlib.models.cross_attention import CrossAttentionLevel
from pvlib.models.heads import HEADS, HeadSample
from pvlib.models.ir50 import ImagePyramid
from pvlib.models.layer_embedding import LayerEmbedding
from pvlib.models.mobilefacenet import MobileFaceNet
from pvlib.models.queries import FixedQueries, OtherFace
from pvlib.models.sizes import Size, paper, without_variational_parts
from pvlib.models.squeeze_excite import SqueezeExcite
from pvlib.models.token_encoder import TokenEncoder

MOST_CLASSES = 1_000  # far more than expressions have names; a number in a file may ask for any memory


def resize(images: Tensor, size: int) -> Tensor:
    """Square images to ``size``: reduced by nearest neighbour as released (224 -> 112 takes every second
    pixel), enlarged bilinearly, untouched where the size already fits."""
    if images.shape[-1] == size:
        return images
    if images.shape[-1] > size:
        return F.interpolate(images, size=(size, size), mode="nearest")
    return F.interpolate(images, size=(size, size), mode="bilinear", align_corners=False)


def to_native_landmark_input(images: Tensor) -> Tensor:
    """Undo the ImageNet normalisation and turn RGB into BGR: what the landmark weights were trained on."""
    mean = images.new_tensor(IMAGENET_MEAN).view(3, 1, 1)
    std = images.new_tensor(IMAGENET_STD).view(3, 1, 1)
    return (images * std + mean).flip(1)


class Poster(nn.Module):
    """Facial expression recognition from an image pyramid questioned by a landmark pyramid.

    Shape: ImageNet-normalised RGB images (batch, 3, H, H) -> logits (batch, classes). In training mode a
    head with noise returns one reparameterised sample of them, in evaluation mode its answer, without noise.
    """

    def __init__(self, size: Size, num_classes: int):
        super().__init__()
        if num_classes < 2:
            raise CourseError(f"num_classes must be at least 2, not {num_classes}")
        if num_classes > MOST_CLASSES:
            raise CourseError(f"num_classes must be at most {MOST_CLASSES}, not {num_classes}")
        self.size = size
        self.num_classes = num_classes
        dim = size.embed_dim
        image_shapes = list(zip(size.channels, size.windows, strict=True))
        landmark_shapes = image_shapes
        self.landmark_net: MobileFaceNet | FixedQueries
        if size.reads_landmarks:
            landmark_shapes = list(zip(size.landmark.channels, size.landmark.maps, strict=True))
            self.landmark_net = MobileFaceNet(size.landmark)
        else:
            self.landmark_net = FixedQueries(image_shapes)
        self.queries = OtherFace() if size.queries == "other_face" else nn.Identity()
        self.image_pyramid = ImagePyramid(size.channels, size.units)
        self.landmark_reduce = nn.ModuleList(
            landmark_reduction(*landmark, *image)
            for landmark, image in zip(landmark_shapes, image_shapes, strict=True)
        )
        self.image_reduce = nn.ModuleList(nn.Conv2d(c, c, 3, stride=2, padding=1) for c in size.channels)
        self.levels = nn.ModuleList(
            CrossAttentionLevel(
                c, size.head_dim, window, drop_path, size.layer_scale, asked=size.queries != "none"
            )
            for c, window, drop_path in zip(size.channels, size.windows, size.drop_path, strict=True)
        )
        self.embeds = nn.ModuleList(embeddings(size))
        self.layer_embedding = LayerEmbedding(3, dim) if size.layer_embedding else nn.Identity()
        self.fusion_norm = nn.LayerNorm(dim) if size.fusion_norm else nn.Identity()
        self.encoder = TokenEncoder(
            size.tokens, dim, size.encoder_depth, size.encoder_heads, size.position_embedding
        )
        self.squeeze_excite = (
            SqueezeExcite(dim, size.excite_reduction) if size.squeeze_excite else nn.Identity()
        )
        self.head = HEADS[size.head](dim, num_classes, **size.head_settings)
        if torch.get_default_device().type != "meta":  # no numbers to set there (see relative_position_index)
            self.initialise()
        if size.landmark.frozen:
            self.landmark_net.requires_grad_(False).eval()
        for level in self.levels if size.freeze_layer_scale else ():
            for scale in (level.scale_attention, level.scale_mlp):
                scale.requires_grad_(False)

    def initialise(self) -> None:
        """As released: convolutions Kaiming (fan-out), linear layers from the encoder on N(0, linear_std²)."""
        for module in self.modules():
            if isinstance(module, nn.Conv2d):
                nn.init.kaiming_normal_(module.weight, mode="fan_out")
                if module.bias is not None:
                    nn.init.zeros_(module.bias)
        for part in (self.encoder, self.squeeze_excite, self.head):
            for module in part.modules():
                if isinstance(module, nn.Linear):
                    nn.init.trunc_normal_(module.weight, std=self.size.linear_std)
                    nn.init.zeros_(module.bias)

    def train(self, mode: bool = True) -> "Poster":
        """As usual, but a frozen landmark branch stays in evaluation mode, unless its statistics shall drift."""
        super().train(mode)
        if self.size.landmark.frozen and not self.size.landmark.drift:
            self.landmark_net.eval()
        return self

    def forward(self, images: Tensor) -> Tensor:
        return self.head(self.forward_features(images))

    def forward_features(self, images: Tensor) -> Tensor:
        """Return the representation that the head reads: (batch, embed_dim)."""
        return self.squeeze_excite(self.encoder(self.forward_tokens(images)))

    def forward_tokens(self, images: Tensor) -> Tensor:
        """Return the tokens of all levels, fused and marked: (batch, 3 × M₃², embed_dim)."""
        fused = self.forward_levels(images)
        tokens = [
            embed(maps.permute(0, 3, 1, 2)).flatten(2).transpose(1, 2)  # (batch, M₃², embed_dim)
            for embed, maps in zip(self.embeds, fused, strict=True)
        ]
        tokens = self.layer_embedding(tokens)
        return self.fusion_norm(torch.cat(tokens, dim=1))

    def forward_levels(self, images: Tensor) -> list[Tensor]:
        """Return the map of each level after cross-attention: three times (batch, Mᵢ, Mᵢ, Cᵢ)."""
        landmark_maps = self.queries(self.landmark_levels(images))
        image_maps = self.image_pyramid(resize(images, self.size.image_size))
        return [
            level(reduce(image_map), landmark_reduce(landmark_map))
            for level, reduce, image_map, landmark_reduce, landmark_map in zip(
                self.levels, self.image_reduce, image_maps, self.landmark_reduce, landmark_maps, strict=True
            )
        ]

    def landmark_levels(self, images: Tensor) -> list[Tensor]:
        """Return the three maps of the landmark branch, without a graph when it is frozen."""
        frozen = self.size.landmark.frozen
        with torch.set_grad_enabled(torch.is_grad_enabled() and not frozen):
            return self.landmark_net.pyramid(self.landmark_input(images))

    def landmark_input(self, images: Tensor) -> Tensor:
        images = resize(images, self.size.landmark.input_size)
        return to_native_landmark_input(images) if self.size.landmark.native_input else images

    def landmarks(self, images: Tensor) -> Tensor:
        """Return the 68 points of the landmark branch: (batch, 68, 2), fractions of the image's sides.

        Raises:
            CourseError: when this size has no layer that reads points.
        """
        return self.landmark_net(self.landmark_input(images))

    def sample_logits(self, images: Tensor) -> HeadSample:
        """Return logits as ``forward`` gives them in training, with what else a loss may need of that pass."""
        sample = self.head.sample(self.forward_features(images))
        return sample._replace(logits=sample.logits.float())

    def distribution(self, images: Tensor) -> Distribution:
        """Return what the head samples from: of a variational head the logits, N(μ, diag σ²), batch shape (batch,).

        Raises:
            CourseError: when the head is a point head, which has none.
        """
        if not self.head.offers:
            raise CourseError('a point head has no distribution: build the network with head="variational"')
        return self.head.distribution(self.forward_features(images))


def landmark_reduction(in_channels: int, in_map: int, out_channels: int, out_map: int) -> nn.Module:
    """Bring a landmark map to its level's width and side; nothing to do where both fit already.

    At paper size only the third level differs (512 -> 256, a 3x3 convolution).
    """
    steps: list[nn.Module] = []
    if in_map != out_map:
        steps.append(nn.AdaptiveAvgPool2d(out_map))
    if in_channels != out_channels:
        steps.append(nn.Conv2d(in_channels, out_channels, 3, padding=1))
    return nn.Sequential(*steps)


def embeddings(size: Size) -> list[nn.Sequential]:
    """The convolutions that bring each level to ``embed_dim`` on the coarsest grid (Figure 2, "embed")."""

    def convolve(in_channels: int, kernel: int, stride: int) -> list[nn.Module]:
        conv = nn.Conv2d(in_channels, size.embed_dim, kernel, stride, padding=kernel // 2)
        return [conv, nn.GELU()] if size.embed_activation else [conv]

    first, second, third = size.channels
    return [
        nn.Sequential(*convolve(first, 3, 2), *convolve(size.embed_dim, 3, 2)),
        nn.Sequential(*convolve(second, 3, 2)),
        nn.Sequential(*convolve(third, 1, 1)),
    ]


def poster_var(num_classes: int, size: Size | None = None) -> Poster:
    """POSTER-Var at paper size, or at the given one (``tiny()``)."""
    return Poster(size or paper(), num_classes)


def poster_pp(num_classes: int, size: Size | None = None) -> Poster:
    """POSTER++: the same graph without layer embedding, GELU in the embeddings, fusion norm and VI head."""
    return Poster(without_variational_parts(size or paper()), num_classes)
