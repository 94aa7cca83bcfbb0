"""Choosing faces: every field follows, and neighbours stay where they are."""

import pytest
import torch

from pvlib.data.faces import Faces
from pvlib.errors import CourseError


@pytest.fixture
def faces() -> Faces:
    return Faces(
        images=torch.randint(0, 256, (10, 1, 4, 4), dtype=torch.uint8),
        target=torch.rand(10, 2).softmax(dim=1),
        names=("joy", "gloom"),
        landmarks=torch.rand(10, 68, 2),
        ids=tuple("abcdefghij"),
    )


@pytest.mark.parametrize("index", [
    torch.tensor([7, 2, 2]), torch.tensor([4]), torch.tensor([-1, 0]), torch.tensor([5, 4, 3]),
    torch.arange(3, 8), torch.arange(10), torch.arange(10) > 6, torch.arange(10) % 3 == 0,
    torch.tensor([], dtype=torch.int64), torch.zeros(10, dtype=torch.bool),
])  # fmt: skip
def test_every_field_follows_the_choice(faces, index):
    chosen = faces.subset(index)
    rows = torch.arange(10)[index].tolist()
    assert chosen.images.tolist() == [faces.images[row].tolist() for row in rows]
    assert chosen.target.tolist() == [faces.target[row].tolist() for row in rows]
    assert chosen.landmarks.tolist() == [faces.landmarks[row].tolist() for row in rows]
    assert chosen.ids == tuple("abcdefghij"[row] for row in rows)
    assert chosen.names == faces.names
    assert chosen.votes is None


def test_fields_that_do_not_fit_the_images_are_refused(faces):
    images, target, names = faces.images, faces.target, faces.names
    for wrong, complaint in (
        ({"images": images.float()}, "uint8 of shape"),
        ({"images": images[:, 0]}, "uint8 of shape"),
        ({"target": target[:9]}, r"\(10, 2\), not \(9, 2\)"),
        ({"ids": ("a",)}, "Faces.ids has 1 rows for 10 images"),
    ):
        with pytest.raises(CourseError, match=complaint):
            Faces(**{"images": images, "target": target, "names": names, **wrong})


def test_joined_faces_follow_each_other_and_what_one_does_not_know_is_left_out():
    images, target = torch.arange(16, dtype=torch.uint8).view(4, 1, 2, 2), torch.eye(2).repeat(2, 1)
    first = Faces(images[:3], target[:3], ("a", "b"), ids=("x", "y", "z"), landmarks=torch.zeros(3, 68, 2))
    both = first.joined(Faces(images[3:], target[3:], ("a", "b"), ids=("w",)))
    assert torch.equal(both.images, images)
    assert torch.equal(both.target, target)
    assert (both.ids, both.landmarks) == (("x", "y", "z", "w"), None)


@pytest.mark.parametrize(("names", "side"), [(("b", "a"), 2), (("a", "b"), 4)])
def test_faces_of_other_classes_or_sizes_cannot_be_joined(names, side):
    faces = Faces(torch.zeros(2, 1, 2, 2, dtype=torch.uint8), torch.eye(2), ("a", "b"))
    other = Faces(torch.zeros(2, 1, side, side, dtype=torch.uint8), torch.eye(2), names)
    with pytest.raises(CourseError, match="cannot be joined"):
        faces.joined(other)
