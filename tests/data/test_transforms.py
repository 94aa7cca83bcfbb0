"""Per-face transforms beside torchvision's own, one face at a time."""

import math

import pytest
import torch
import torch.nn.functional as F
from torchvision.transforms import v2
from torchvision.transforms.v2 import functional

from pvlib.data.network_input import network_input
from pvlib.data.recipes import recipe
from pvlib.data.transforms import (
    PerFaceColourJitter,
    PerFaceErasing,
    PerFaceGeometry,
    ToNetworkInput,
)
from pvlib.data.transforms.pipeline import ToUnitFloat
from pvlib.errors import CourseError

CHANNELS = [1, 3]
IMAGENET = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)  # mean and standard deviation


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


@pytest.mark.parametrize("channels", CHANNELS)
def test_network_input_is_what_torchvision_makes_of_the_whole_batch(channels):
    images = faces(batch=100, side=224 if channels == 1 else 100, channels=channels)
    steps = [v2.ToDtype(torch.float32, scale=True)]
    slowly = v2.Compose([*steps, v2.RGB(), v2.Normalize(*IMAGENET)])(images)
    torch.testing.assert_close(ToNetworkInput([ToUnitFloat()], images.shape[-1])(images), slowly)
    torch.testing.assert_close(network_input(images), slowly)


# --- geometry


@pytest.mark.parametrize(("stored", "side"), [(48, 112), (100, 48), (64, 64), (100, 224)])
@pytest.mark.parametrize("channels", CHANNELS)
def test_whole_faces_enter_a_network_as_torchvision_resizes_them_bit_for_bit(stored, side, channels):
    images = faces(batch=12, side=stored, channels=channels)
    slowly = ToNetworkInput([v2.Resize([side, side], antialias=True)], side)(images)
    assert torch.equal(network_input(images, side), slowly)


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


@pytest.mark.parametrize(("name", "value", "theirs"), [
    *(("angle", angle, {"angle": -angle}) for angle in (-90.0, -12.0, 5.0, 33.0)),  # theirs turns clockwise
    ("scale", 2.0, {"scale": 0.5}), ("scale", 0.8, {"scale": 1.25}),  # of what is looked at, of what is shown
    ("shift", (0.1, -0.05), {"translate": [-6, 3]}),
])  # fmt: skip
def test_a_turn_a_zoom_and_a_shift_are_torchvisions(name, value, theirs):
    images, params = smooth_faces(), still(4)
    params[name] = torch.tensor(value).expand_as(params[name])
    moved = PerFaceGeometry(60, rotation=90).transform(images, params)
    affine = {"angle": 0.0, "translate": [0, 0], "scale": 1.0, "shear": [0.0, 0.0]} | theirs
    expected, covered = (
        functional.affine(picture, **affine, interpolation=v2.InterpolationMode.BILINEAR)
        for picture in (images, torch.ones(4, 3, 60, 60))
    )
    torch.testing.assert_close(moved[covered > 0.999], expected[covered > 0.999], atol=2e-3, rtol=0)
    assert (moved[covered == 0] < 0.05).all()


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
        # theirs interpolates twice
        torch.testing.assert_close(face[:, middle, middle], step[:, middle, middle], atol=6e-3, rtol=0)


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


# --- colour


@pytest.mark.parametrize("channels", CHANNELS)
@pytest.mark.parametrize("changes", [
    {"brightness": [0.5, 1.0, 1.7]}, {"contrast": [0.3, 1.0, 1.9]},
    {"saturation": [0.0, 1.0, 1.8]}, {"hue": [-0.5, 0.07, 0.31]},
    {"brightness": [0.8, 1.1, 1.2], "contrast": [1.2, 0.9, 0.8], "saturation": [0.8, 1.2, 1.0], "hue": [-0.1, 0.1, 0.02]},
], ids=lambda changes: "+".join(changes))  # fmt: skip
def test_colour_changes_are_torchvisions_one_after_the_other(changes, channels):
    images = faces(batch=3, channels=channels) / 255
    images[0, :, :8] = 0.4  # grey, black and white pixels have no hue
    images[1, :, :8], images[2, :, :8] = 0.0, 1.0
    plain = {"brightness": 1.0, "contrast": 1.0, "saturation": 1.0, "hue": 0.0}
    drawn = {name: torch.tensor(changes.get(name, [value] * 3)) for name, value in plain.items()}
    changed = PerFaceColourJitter(**dict.fromkeys(changes, 0.5)).transform(images, drawn)
    for index, image in enumerate(images):
        step = image
        for name, values in changes.items():
            step = getattr(functional, f"adjust_{name}")(step, values[index])
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
    recipe("photograph").training(),
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
