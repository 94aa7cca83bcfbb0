"""Per-face transforms beside torchvision's own, one face at a time."""

import math

import pytest
import torch
import torch.nn.functional as F
from torchvision.transforms import v2
from torchvision.transforms.v2 import functional

from pvlib.data.drawn import draw_faces
from pvlib.data.network_input import IMAGENET_MEAN, IMAGENET_STD, network_input
from pvlib.data.transforms import (
    PerFaceColourJitter,
    PerFaceErasing,
    PerFaceGeometry,
    ToNetworkInput,
    normalise,
)
from pvlib.data.transforms.geometry import sampling_grid
from pvlib.errors import CourseError

CHANNELS = [1, 3]


def faces(batch=8, side=48, channels=1):
    torch.manual_seed(7)
    return torch.randint(0, 256, (batch, channels, side, side), dtype=torch.uint8)


def smooth_faces(batch=4, side=60):
    """Colour pictures without sharp edges, on which two ways of interpolating must agree; float 0-1."""
    torch.manual_seed(8)
    return F.interpolate(torch.rand(batch, 3, 6, 6), size=side, mode="bicubic").clamp(0, 1)


def still(batch, crop=0.0):
    """Parameters of PerFaceGeometry that move nothing."""
    return {
        "angle": torch.zeros(batch),
        "scale": torch.ones(batch),
        "mirror": torch.zeros(batch, dtype=torch.bool),
        "shift": torch.zeros(batch, 2),
        "crop": torch.full((batch, 2), crop),
    }


def test_normalise_gives_three_channels_with_imagenets_scale():
    white = torch.full((2, 1, 4, 4), 255, dtype=torch.uint8)
    expected = torch.tensor([(1 - 0.485) / 0.229, (1 - 0.456) / 0.224, (1 - 0.406) / 0.225])
    torch.testing.assert_close(normalise(white), expected.view(1, 3, 1, 1).expand(2, 3, 4, 4))


@pytest.mark.parametrize("channels", CHANNELS)
def test_network_input_is_what_torchvision_makes_of_the_whole_batch(channels):
    images = faces(batch=100, side=224 if channels == 1 else 100, channels=channels)
    steps = [v2.ToDtype(torch.float32, scale=True)]
    slowly = v2.Compose([*steps, v2.RGB(), v2.Normalize(IMAGENET_MEAN, IMAGENET_STD)])(images)
    torch.testing.assert_close(ToNetworkInput(steps, images.shape[-1])(images), slowly)


# --- geometry


@pytest.mark.parametrize(("stored", "side"), [(48, 112), (100, 48), (64, 64), (100, 224)])
@pytest.mark.parametrize("channels", CHANNELS)
def test_whole_faces_enter_a_network_as_torchvision_resizes_them_bit_for_bit(stored, side, channels):
    images = faces(batch=12, side=stored, channels=channels)
    slowly = ToNetworkInput([v2.Resize([side, side], antialias=True)], side)(images)
    assert torch.equal(network_input(images, side), slowly)
    assert torch.equal(network_input(images), normalise(images))


@pytest.mark.parametrize("channels", CHANNELS)
def test_geometry_without_changes_leaves_the_pixels_as_they_are(channels):
    images = faces(channels=channels)
    assert torch.equal(PerFaceGeometry(48)(images), images)
    moved = PerFaceGeometry(48, rotation=5).transform(images, still(8))  # through the resampling
    torch.testing.assert_close(moved, images / 255, atol=1e-4, rtol=0)


def test_the_sampling_grid_is_torchs_affine_grid():
    affine = torch.randn(3, 2, 3)
    expected = F.affine_grid(affine, [3, 1, 17, 17], align_corners=False)
    torch.testing.assert_close(sampling_grid(affine, 17), expected)


@pytest.mark.parametrize(("stored", "size"), [(100, 224), (112, 48)])
@pytest.mark.parametrize("channels", CHANNELS)
def test_upright_faces_are_torchvisions_flip_and_resize_of_bytes(stored, size, channels):
    images, params = faces(4, stored, channels), still(4)
    params["mirror"] = torch.tensor([True, False, False, True])
    moved = PerFaceGeometry(size, flip=0.5).transform(images / 255, params)
    for face, mirror, image in zip(moved, params["mirror"], images, strict=True):
        step = functional.horizontal_flip(image) if mirror else image
        expected = functional.resize(step, [size, size], antialias=True)
        # reductions round once more in one of torch's two kernels, and so by one step of 255
        assert (face.int() - expected.int()).abs().max() <= 1


@pytest.mark.parametrize("angle", [-90.0, -12.0, 5.0, 33.0])
def test_a_rotation_is_torchvisions_rotation(angle):
    images, params = smooth_faces(), still(4)
    params["angle"] = torch.full((4,), angle)
    moved = PerFaceGeometry(60, rotation=90).transform(images, params)
    expected = functional.rotate(images, angle, interpolation=v2.InterpolationMode.BILINEAR)
    inside = functional.rotate(torch.ones(4, 3, 60, 60), angle, v2.InterpolationMode.BILINEAR) > 0.999
    torch.testing.assert_close(moved[inside], expected[inside], atol=2e-3, rtol=0)
    outside = functional.rotate(torch.ones(4, 3, 60, 60), angle, v2.InterpolationMode.BILINEAR) == 0
    assert (moved[outside] < 0.05).all()


def test_resize_rotation_crop_and_flip_together_are_torchvisions_four_steps():
    images, params = smooth_faces(side=100), still(4, crop=7.0)
    params["angle"] = torch.tensor([-12.0, -3.0, 4.0, 11.0])
    params["mirror"] = torch.tensor([True, False, True, False])
    together = PerFaceGeometry(224, 236, rotation=12, flip=0.5).transform(images, params)
    for face, image, angle, mirror in zip(together, images, params["angle"], params["mirror"], strict=True):
        step = functional.resize(image, [236, 236], antialias=True)
        step = functional.rotate(step, angle.item(), interpolation=v2.InterpolationMode.BILINEAR)
        step = functional.crop(step, 7, 7, 224, 224)
        step = functional.horizontal_flip(step) if mirror else step
        middle = slice(40, 184)  # away from the black corners, whose edges are softer here
        torch.testing.assert_close(
            face[:, middle, middle], step[:, middle, middle], atol=6e-3, rtol=0
        )  # theirs interpolates twice


@pytest.mark.parametrize(
    ("step", "limits"),  # of each parameter: the middle of what is drawn, and how far it goes either way
    [
        (PerFaceGeometry(48, rotation=10, zoom=0.1, shift=0.06),
         {"angle": (0, 10), "scale": (1, 0.1), "shift": (0, 0.06)}),
        (PerFaceGeometry(224, 236, flip=0.5), {"crop": (6, 6)}),
        (PerFaceColourJitter(0.2, 0.4, 0.6, 0.1),
         {"brightness": (1, 0.2), "contrast": (1, 0.4), "saturation": (1, 0.6), "hue": (0, 0.1)}),
    ],
    ids=["geometry", "crop", "colour"],
)  # fmt: skip
def test_what_is_drawn_is_spread_evenly_up_to_its_limits(step, limits):
    params = step.draw(4000)
    for name, (middle, limit) in limits.items():
        spread = (params[name].flatten() - middle) / limit
        assert spread.abs().max() <= 1.001
        # a uniform variable on -1 ... 1 has variance 1/3, and the standard error of n of them is below 0.3/√n
        assert abs(spread.mean()) < 4 * math.sqrt(1 / 3 / 4000)
        assert abs(spread.var() - 1 / 3) < 4 * 0.3 / math.sqrt(4000)
    if "mirror" in params and step.flip:
        assert abs(params["mirror"].float().mean() - 0.5) < 4 * 0.5 / math.sqrt(4000)


def test_a_shift_moves_pixels_by_at_most_its_fraction_of_the_side():
    images = torch.zeros(64, 1, 40, 40, dtype=torch.uint8)
    images[:, :, 20, 20] = 255
    position = PerFaceGeometry(40, shift=0.1)(images).flatten(1).argmax(dim=1)
    rows, columns = position // 40, position % 40
    assert (rows - 20).abs().max() <= 5  # 4 pixels and one for interpolation
    assert (columns - 20).abs().max() <= 5
    assert rows.unique().numel() > 3


def test_a_zoom_above_one_shows_more_of_the_world_than_the_face():
    params = still(1)
    params["scale"] = torch.tensor([2.0])
    shown = PerFaceGeometry(40, zoom=0.5).transform(torch.ones(1, 1, 40, 40), params)
    assert shown[0, 0, 12:28, 12:28].min() == 1  # half the side is face
    assert shown[0, 0, :9].max() == 0  # and the rest is black


# --- colour


def factors(**given):
    plain = {"brightness": 1.0, "contrast": 1.0, "saturation": 1.0, "hue": 0.0}
    return {name: torch.tensor(given.get(name, [value] * 3)) for name, value in plain.items()}


@pytest.mark.parametrize("channels", CHANNELS)
@pytest.mark.parametrize(("name", "values"), [
    ("brightness", [0.5, 1.0, 1.7]), ("contrast", [0.3, 1.0, 1.9]),
    ("saturation", [0.0, 1.0, 1.8]), ("hue", [-0.5, 0.07, 0.31]),
])  # fmt: skip
def test_each_colour_change_is_torchvisions(name, values, channels):
    images = faces(batch=3, channels=channels) / 255
    images[0, :, :8] = 0.4  # grey, black and white pixels have no hue
    images[1, :, :8], images[2, :, :8] = 0.0, 1.0
    changed = PerFaceColourJitter(**{name: 0.5}).transform(images, factors(**{name: values}))
    adjust = getattr(functional, f"adjust_{name}")
    for face, image, value in zip(changed, images, values, strict=True):
        torch.testing.assert_close(face, adjust(image, value), atol=2e-5, rtol=0)


def test_all_colour_changes_are_torchvisions_four_in_a_row():
    images = draw_faces(3, 4, size=64, colour=True).images / 255
    drawn = factors(
        brightness=[0.8, 1.1, 1.2],
        contrast=[1.2, 0.9, 0.8],
        saturation=[0.8, 1.2, 1.0],
        hue=[-0.1, 0.1, 0.02],
    )
    changed = PerFaceColourJitter(0.2, 0.2, 0.2, 0.1).transform(images, drawn)
    for index, image in enumerate(images):
        step = image
        for name in ("brightness", "contrast", "saturation", "hue"):
            step = getattr(functional, f"adjust_{name}")(step, drawn[name][index].item())
        torch.testing.assert_close(changed[index], step, atol=2e-5, rtol=0)


# --- erasing


def erase(images, fill="zeros", area=(0.05, 0.3)):
    return PerFaceErasing(1.0, area, fill)(images)


def test_erasing_is_torchvisions_for_the_same_rectangle():
    images, step = torch.rand(2, 3, 40, 40), PerFaceErasing(1.0, (0.02, 0.1))
    params = {
        "chosen": torch.tensor([True, False]),
        "sides": torch.tensor([[0.25, 0.5], [0.5, 0.5]]),  # 10 x 20 of 40 x 40 pixels
        "place": torch.tensor([[0.5, 0.0], [0.0, 0.0]]),  # half of 31 possible rows
    }
    expected = functional.erase(images[:1], 15, 0, 10, 20, torch.zeros(1))
    changed = step.transform(images, params)
    assert torch.equal(changed[:1], expected)
    assert torch.equal(changed[1], images[1])


def test_erased_rectangles_lie_where_torchvisions_do():
    torch.manual_seed(1)
    ours = (erase(torch.ones(1500, 1, 30, 30)) == 0).float().mean(dim=(0, 1))
    theirs = torch.stack(
        [v2.RandomErasing(p=1.0, scale=(0.05, 0.3))(torch.ones(1, 30, 30)) == 0 for _ in range(1500)]
    )
    theirs = theirs.float().mean(dim=(0, 1))
    # two shares of 1500 differ by less than five standard errors, pixel by pixel
    assert (ours - theirs).abs().max() < 5 * math.sqrt(2 * 0.25 / 1500)


def test_half_of_the_faces_are_covered_and_the_faces_given_stay_as_they_were():
    images = torch.ones(2000, 1, 8, 8)
    covered = (PerFaceErasing(0.5, (0.1, 0.2))(images) == 0).any(dim=(1, 2, 3)).float().mean()
    assert abs(covered - 0.5) < 4 * 0.5 / math.sqrt(2000)
    assert (images == 1).all()


def test_noise_is_grey_and_fills_the_whole_range():
    covered = erase(torch.full((60, 3, 40, 40), 2.0), fill="noise")
    noise = covered[(covered != 2).all(dim=1, keepdim=True).expand_as(covered)].view(-1)
    assert noise.min() < 0.01
    assert noise.max() > 0.99
    assert abs(noise.mean() - 0.5) < 0.02
    assert torch.equal(covered[:, 0], covered[:, 2])


# --- what all share


@pytest.mark.parametrize("step", [
    PerFaceGeometry(48, rotation=10),
    PerFaceColourJitter(0.2),
    PerFaceErasing(1.0, (0.1, 0.2), "noise"),
], ids=lambda step: type(step).__name__)  # fmt: skip
def test_every_face_of_a_batch_is_changed_differently_and_a_seed_repeats_it(step):
    one_face_many_times = faces(batch=1).expand(8, -1, -1, -1) / 255
    torch.manual_seed(3)
    changed = step(one_face_many_times)
    assert len({tuple(face.flatten().tolist()) for face in changed}) == 8
    torch.manual_seed(3)
    assert torch.equal(changed, step(one_face_many_times))


def test_a_single_face_without_a_batch_is_refused():
    with pytest.raises(CourseError, match="PerFaceErasing changes a batch"):
        PerFaceErasing(1.0, (0.1, 0.2))(torch.zeros(1, 48, 48))
