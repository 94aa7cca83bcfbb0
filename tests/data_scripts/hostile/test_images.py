"""Spoilt, huge, odd and misnamed images, and things that only look like images, in every layout."""

import io
import os
import struct
import sys
import zlib

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

WITH_FILES = [
    "ferplus folders", "ferplus label.csv", "rafdb owners", "rafdb folders", "affectnet new", "affectnet old",
]  # fmt: skip
SOME = settings(
    max_examples=25,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)


def encode(image, form, **options):
    buffer = io.BytesIO()
    image.save(buffer, form, **options)
    return buffer.getvalue()


def png_chunk(kind, content):
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


def png(width, height, content, depth=8, colour=0):
    header = struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, 0)
    chunks = (b"IHDR", header), (b"IDAT", content), (b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + b"".join(png_chunk(*chunk) for chunk in chunks)


RANDOM = np.random.default_rng(4)
NOISE = Image.fromarray(RANDOM.integers(0, 256, (48, 48), np.uint8))
TRANSPARENT = Image.merge("LA", [NOISE, NOISE])
READABLE = {
    "one bit": encode(NOISE.convert("1"), "PNG"),
    "palette": encode(NOISE.convert("P"), "PNG"),
    "palette with transparency": encode(NOISE.convert("P"), "PNG", transparency=3),
    "grey with alpha": encode(TRANSPARENT, "PNG"),
    "colour with alpha": encode(TRANSPARENT.convert("RGBA"), "PNG"),
    "print": encode(NOISE.convert("CMYK"), "JPEG"),
    "a gif": encode(NOISE, "GIF"),
    "a webp": encode(NOISE.convert("RGB"), "WEBP", lossless=True),
    "a tiff": encode(NOISE, "TIFF"),
    "a bmp": encode(NOISE, "BMP"),
    "a progressive jpeg": encode(NOISE, "JPEG", progressive=True),
    "one pixel": encode(Image.new("L", (1, 1)), "PNG"),
}
UNREADABLE = {
    "empty": b"",
    "text": b"this is no image\n" * 50,
    "zeros": bytes(5000),
    "16 bits": encode(Image.fromarray(np.full((48, 48), 4000, np.uint16)), "PNG"),
    "32 bits": encode(Image.fromarray(np.full((48, 48), 0.5, np.float32)), "TIFF"),
    "a row of 100,000 pixels": png(100_000, 1, zlib.compress(bytes(100_001))),
    "400 million pixels": png(20_000, 20_000, zlib.compress(bytes(1000))),
    "four billion rows": png(1, 2**31 - 1, zlib.compress(bytes(1000))),
    "no pixel at all": png(0, 0, b""),
    "a bomb that fits its header": png(8000, 8001, zlib.compress(bytes(64_016_001), 9)),
    "a long comment": png(48, 48, b"")[:33]
    + png_chunk(b"zTXt", b"x\0\0" + zlib.compress(bytes(200 << 20), 9)),
    "a vector drawing": b'<svg xmlns="http://www.w3.org/2000/svg"/>',
    "a program for printers": b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 48 48\nshowpage\n",
}


@pytest.mark.parametrize("layout", WITH_FILES)
@SOME
@given(data=st.data())
def test_a_cut_or_flipped_image_is_left_out_or_named(spoil, layout, data):
    judge = spoil(layout)
    path = data.draw(st.sampled_from(judge.image_files()))
    content = bytearray(path.read_bytes())
    place = data.draw(st.integers(0, len(content) - 1))
    if data.draw(st.booleans()):
        del content[place:]
    else:
        content[place] ^= 1 << data.draw(st.integers(0, 7))
    path.write_bytes(content)
    shown = judge.prepare()
    if isinstance(shown, str):
        assert path.name in shown
    elif path.suffix == ".png" or content[:8] == b"\x89PNG\r\n\x1a\n":  # its check sums leave no doubt
        judge.assert_only_known_pictures(shown)
    page = judge.check()
    if isinstance(shown, str):
        assert [name.rpartition("/")[2] for name in page["unreadable"]]


@pytest.mark.parametrize("layout", WITH_FILES)
@pytest.mark.parametrize("kind", UNREADABLE)
def test_what_cannot_be_an_image_is_left_out_or_named(spoil, layout, kind):
    judge = spoil(layout)
    path = judge.image_files()[0]
    path.write_bytes(UNREADABLE[kind])
    shown = judge.prepare()
    if isinstance(shown, str):
        assert path.name in shown
    else:
        assert len(shown) == 5
        judge.assert_only_known_pictures(shown)
    page = judge.check()
    assert len(page["unreadable"]) == 1
    assert path.name in next(iter(page["unreadable"].values()))


@pytest.mark.parametrize("layout", WITH_FILES)
@pytest.mark.parametrize("kind", READABLE)
def test_an_image_of_another_kind_is_read_or_named(spoil, layout, kind):
    judge = spoil(layout)
    path = judge.image_files()[0]
    path.write_bytes(READABLE[kind])
    shown = judge.prepare()
    assert path.name in shown if isinstance(shown, str) else layout == "affectnet old" or len(shown) == 6
    page = judge.check()
    assert page["readable"] + len(page["unreadable"]) == 6


@pytest.mark.parametrize("layout", WITH_FILES)
@pytest.mark.parametrize("kind", ["folder", "dangling link", "link to itself", "pipe", "link to a device"])
def test_what_only_looks_like_an_image_is_left_out_or_named(spoil, layout, kind):
    if sys.platform == "win32" and kind != "folder":
        pytest.skip("Windows has no pipes and devices with such names")
    judge = spoil(layout)
    path = judge.image_files()[0]
    path.unlink()
    if kind == "folder":
        path.mkdir()
    elif kind == "pipe":
        os.mkfifo(path)
    else:
        path.symlink_to({"dangling link": "nowhere.png", "link to itself": path.name}.get(kind, "/dev/zero"))
    shown = judge.prepare()
    if isinstance(shown, str):
        assert path.name in shown
    else:
        judge.assert_only_known_pictures(shown)
        assert len(shown) == 5
    page = judge.check()
    assert page["readable"] == 5


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may read everything")
@pytest.mark.parametrize("layout", WITH_FILES)
def test_an_image_without_permission_is_left_out_or_named(spoil, layout):
    judge = spoil(layout)
    path = judge.image_files()[0]
    path.chmod(0)
    shown = judge.prepare()
    assert path.name in shown if isinstance(shown, str) else len(shown) == 5
    assert len(judge.check()["unreadable"]) == 1


@pytest.mark.parametrize("layout", WITH_FILES)
def test_a_set_without_one_good_image_is_refused_and_leaves_nothing(spoil, layout):
    judge = spoil(layout)
    for path in judge.image_files():
        path.write_bytes(b"no image")
    assert isinstance(judge.prepare(), str)
    page = judge.check()
    assert page["usable"] is False
    assert page["readable"] == 0


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no pipes with such names")
@pytest.mark.parametrize(
    "layout", ["ferplus folders", "ferplus label.csv", "ferplus tables", "rafdb owners", "affectnet old"]
)
@pytest.mark.parametrize("kind", ["folder", "pipe"])
def test_what_only_looks_like_a_label_file_is_refused_at_once(spoil, layout, kind):
    judge = spoil(layout)
    path = judge.labels()[0]
    path.unlink()
    path.mkdir() if kind == "folder" else os.mkfifo(path)
    shown = judge.prepare()
    assert isinstance(shown, str) or layout == "affectnet old"  # the other table is still there
    judge.check()


def test_names_that_are_no_text_are_no_crash(spoil):
    judge = spoil("rafdb folders")
    content = judge.image_files()[0].read_bytes()
    folder = os.fsencode(judge.root / "train" / "1")
    try:
        with open(folder + b"/\xff\xfe[bold]\x1b[31m.png", "wb") as file:
            file.write(content)
    except OSError:
        pytest.skip("this system knows no such names")
    assert len(judge.prepare()) == 7
    assert judge.check()["readable"] == 7
