"""Augmentation and normalisation of batches."""

import pytest
import torch

from pvlib.data.transforms import Augmentation, normalise
from pvlib.errors import CourseError

NOTHING = Augmentation(flip=False, rotation=0, zoom=0, shift=0, brightness=0, contrast=0, erase=0)


def faces(batch=8, side=48):
    return torch.randint(0, 256, (batch, 1, side, side), dtype=torch.uint8)


def test_normalise_gives_three_channels_with_imagenets_scale():
    white = torch.full((2, 1, 4, 4), 255, dtype=torch.uint8)
    expected = torch.tensor([(1 - 0.485) / 0.229, (1 - 0.456) / 0.224, (1 - 0.406) / 0.225])
    torch.testing.assert_close(normalise(white), expected.view(1, 3, 1, 1).expand(2, 3, 4, 4))


def test_with_everything_switched_off_nothing_changes():
    images = faces()
    torch.testing.assert_close(NOTHING(images), images.float(), atol=1e-2, rtol=0)


def test_flip_alone_gives_the_face_or_its_mirror_image():
    images = faces(batch=32)
    changed = Augmentation(True, 0, 0, 0, 0, 0, 0)(images)
    same = ((changed - images).abs().amax(dim=(1, 2, 3)) < 0.01).tolist()
    mirrored = ((changed - images.flip(-1)).abs().amax(dim=(1, 2, 3)) < 0.01).tolist()
    assert all(a != b for a, b in zip(same, mirrored, strict=True))  # each face is one of the two ...
    assert 4 < sum(mirrored) < 28  # ... and both occur (probability of failure 2e-5)


def test_every_face_of_a_batch_is_changed_differently():
    one_face_many_times = faces(batch=1).expand(8, -1, -1, -1)
    changed = Augmentation()(one_face_many_times)
    assert len({tuple(face.flatten().tolist()) for face in changed}) == 8


def test_a_shift_moves_pixels_by_at_most_its_fraction_of_the_side():
    images = torch.zeros(64, 1, 40, 40, dtype=torch.uint8)
    images[:, :, 20, 20] = 255
    moved = Augmentation(False, 0, 0, 0.1, 0, 0, 0)(images)
    position = moved.flatten(1).argmax(dim=1)
    rows, columns = position // 40, position % 40
    assert (rows - 20).abs().max() <= 5  # 4 pixels and one for interpolation
    assert (columns - 20).abs().max() <= 5
    assert rows.unique().numel() > 3


def test_erasing_covers_one_rectangle_within_the_stated_area():
    images = torch.full((64, 1, 48, 48), 300.0)  # outside 0-255, so that noise can be told from face
    erased = Augmentation(False, 0, 0, 0, 0, 0, 1.0, (0.05, 0.1))._erase(images) != 300
    share = erased.float().mean(dim=(1, 2, 3))
    assert share.min() > 0.02  # whole pixels and narrow rectangles cut some of it off
    assert share.max() < 0.14
    for mask in erased[:, 0]:
        rows, columns = mask.any(dim=1).sum(), mask.any(dim=0).sum()
        assert mask.sum() == rows * columns


def test_light_keeps_pixels_in_range_and_scales_the_mean_by_at_most_the_brightness():
    images = torch.full((64, 1, 8, 8), 100, dtype=torch.uint8)
    means = Augmentation(False, 0, 0, 0, 0.2, 0, 0)(images).mean(dim=(1, 2, 3))
    assert means.min() >= 80 - 1e-3
    assert means.max() <= 120 + 1e-3
    assert means.std() > 5


def test_the_same_random_state_gives_the_same_change():
    images = faces()
    torch.manual_seed(3)
    first = Augmentation()(images)
    torch.manual_seed(3)
    assert torch.equal(first, Augmentation()(images))


@pytest.mark.parametrize(
    ("field", "value"),
    [("shift", 1.5), ("brightness", -0.1), ("erase", 2), ("rotation", 200), ("erase_area", (0.2, 0.1)), ("zoom", -1)],
)  # fmt: skip
def test_a_value_that_makes_no_sense_is_refused_by_name(field, value):
    with pytest.raises(CourseError, match=field):
        Augmentation(**{field: value})
