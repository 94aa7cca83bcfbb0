"""The check of any folder: circles of links, deep and strange names, and things that are no images."""

import os
import sys

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

SOME = settings(
    max_examples=40,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)


@pytest.fixture
def judge(spoil):
    """A plain folder with one face in it, and a judge who checks it."""
    judge = spoil("rafdb folders")
    judge.root = judge.folder / "plain"
    judge.save(judge.root / "train" / "happy" / "face.png", judge.pictures[0], colour=False)
    return judge


@pytest.mark.skipif(sys.platform == "win32", reason="links need rights under Windows")
def test_links_in_circles_and_to_nowhere_end(judge):
    (judge.root / "train" / "again").symlink_to(judge.root)
    (judge.root / "loop.png").symlink_to("loop.png")
    (judge.root / "gone.png").symlink_to("gone")
    (judge.root / "endless.png").symlink_to("/dev/zero")
    os.mkfifo(judge.root / "pipe.png")
    (judge.root / "folder.png").mkdir()
    page = judge.check()
    assert page["readable"] == 1
    assert [count for count, _ in page["not_read"].values()] == [4]  # loop, gone, endless and pipe
    assert "Not read: 4 .png files" in " ".join(page["reasons"])


@SOME
@given(
    names=st.lists(
        st.text(
            st.characters(exclude_characters="/\0", exclude_categories=["Cs"]), min_size=1, max_size=20
        ).filter(lambda name: name not in (".", "..")),
        min_size=1,
        max_size=4,
        unique=True,
    ),
    depth=st.integers(0, 3),
)
@pytest.mark.skipif(sys.platform == "win32", reason="Windows forbids most of these names")
def test_any_names_are_listed(judge, names, depth):
    judge.root = judge.root.with_name("named")
    folder = judge.root.joinpath(*names[:depth])
    for i, name in enumerate(names):
        judge.save(folder / f"{i}{name}.png", judge.pictures[i], colour=False)
    hidden = any(name.startswith((".", "__")) for name in names[:depth])
    page = judge.check()
    if hidden:
        assert isinstance(page, str)
    else:
        assert page["readable"] == len(names)
    for path in sorted(judge.root.rglob("*"), reverse=True):
        path.rmdir() if path.is_dir() else path.unlink()


def test_a_face_among_ten_thousand_other_files_is_found(judge):
    for number in range(10_000):
        (judge.root / f"{number}.txt").touch()
    page = judge.check()
    assert page["readable"] == 1


def test_deep_folders_are_no_crash(judge):
    folder = judge.root
    for _ in range(200):
        folder = folder / "deeper"
    judge.save(folder / "face.png", judge.pictures[1], colour=False)
    assert judge.check()["readable"] == 2


def test_blank_pictures_by_the_hundred_are_copies_not_near_copies(judge):
    for number in range(200):
        judge.save(judge.root / "train" / "sad" / f"{number}.png", np.zeros((48, 48), np.uint8), colour=False)
    page = judge.check()
    assert page["copies_within"] == {"train": 199}
