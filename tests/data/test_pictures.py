"""Every kind of picture that the web sends is read right, or refused by name."""

import itertools
import struct
import zlib
from io import BytesIO

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image, ImageCms

from pvlib.data.pictures import LARGEST_SIDE, MOST_PIXELS, read_picture
from pvlib.errors import CourseError

SIZE = 40
UPPER, LOWER = (250, 120, 40), (10, 60, 200)  # colours of the two halves


@pytest.fixture
def halves() -> Image.Image:
    """A picture whose upper half is orange and whose lower half is blue."""
    pixels = np.empty((SIZE, SIZE, 3), np.uint8)
    pixels[: SIZE // 2], pixels[SIZE // 2 :] = UPPER, LOWER
    return Image.fromarray(pixels)


@pytest.fixture
def noise() -> Image.Image:
    return Image.fromarray(np.random.default_rng(0).integers(0, 256, (SIZE, SIZE, 3), np.uint8))


def colours(path, size=SIZE, box=None):
    """The colours in the middle of the upper and of the lower half."""
    image = read_picture(str(path), size, box)
    assert (image.shape, image.dtype) == ((3, size, size), np.uint8)
    return image[:, size // 4, size // 2].tolist(), image[:, -size // 4, size // 2].tolist()


def assert_near(found, expected, tolerance):
    assert np.abs(np.subtract(found, expected)).max() <= tolerance, (found, expected)


def grey(colour):
    """ITU-R 601 luma, which Pillow's documentation gives for grey."""
    return [round(np.dot(colour, (0.299, 0.587, 0.114)))] * 3


@pytest.mark.parametrize(("suffix", "mode", "tolerance"), [
    ("png", "RGB", 0), ("png", "RGBA", 0), ("png", "P", 30), ("bmp", "RGB", 0), ("tif", "RGB", 0),
    ("jpg", "RGB", 6), ("jpg", "CMYK", 12), ("tif", "CMYK", 1), ("tif", "YCbCr", 3), ("tif", "LAB", 6),
    ("gif", "P", 30), ("webp", "RGB", 10), ("webp", "RGBA", 10),
    ("png", "L", 3), ("png", "LA", 3), ("jpg", "L", 3), ("tif", "L", 3), ("bmp", "L", 3),
])  # fmt: skip
def test_pictures_of_every_kind_keep_their_colours_and_grey_ones_get_three_equal(
    tmp_path, halves, suffix, mode, tolerance
):
    path = tmp_path / f"face.{suffix}"
    if mode == "LAB":
        profiles = [ImageCms.createProfile(name) for name in ("sRGB", "LAB")]
        ImageCms.profileToProfile(halves, *profiles, outputMode="LAB").save(path)
    else:
        halves.convert(mode).save(path)
    expected = (grey(UPPER), grey(LOWER)) if mode.startswith("L") and mode != "LAB" else (UPPER, LOWER)
    assert_near(colours(path), expected, tolerance)


def test_transparent_parts_become_black(tmp_path, halves):
    alpha = np.full((SIZE, SIZE), 255, np.uint8)
    alpha[: SIZE // 2] = 0
    halves.putalpha(Image.fromarray(alpha))
    halves.save(tmp_path / "face.png")
    assert colours(tmp_path / "face.png") == ([0] * 3, list(LOWER))


@pytest.mark.parametrize("suffix", ["jpg", "png", "tif", "webp"])
@pytest.mark.parametrize(("orientation", "stored"), [
    (1, lambda image: image),
    (3, lambda image: image.transpose(Image.Transpose.ROTATE_180)),
    (4, lambda image: image.transpose(Image.Transpose.FLIP_TOP_BOTTOM)),
    (6, lambda image: image.transpose(Image.Transpose.ROTATE_90)),  # to be turned back by 270° for display
    (8, lambda image: image.transpose(Image.Transpose.ROTATE_270)),
])  # fmt: skip
def test_a_picture_that_was_taken_sideways_comes_out_upright(tmp_path, halves, suffix, orientation, stored):
    exif = Image.Exif()
    exif[0x0112] = orientation
    path = tmp_path / f"face.{suffix}"
    stored(halves).save(path, exif=exif)
    assert_near(colours(path), (UPPER, LOWER), 10)


@pytest.mark.parametrize(("name", "how"), [
    ("face.jpg", {"format": "PNG"}),  # the content says what a file is, and not its suffix
    ("face.gif", {"save_all": True, "append_images": [Image.new("RGB", (SIZE, SIZE), (0, 255, 0))]}),
    ("face.jpg", {"exif": b"Exif\x00\x00" + b"\xff" * 60}),
], ids=["suffix of another form", "several frames, the first counts", "damaged metadata"])  # fmt: skip
def test_a_picture_that_is_oddly_saved_keeps_its_colours(tmp_path, halves, name, how):
    halves.save(tmp_path / name, **how)
    assert_near(colours(tmp_path / name), (UPPER, LOWER), 30)


# ---- cutting and scaling


@pytest.mark.parametrize(("side", "box", "inside"), [
    (SIZE, None, (slice(None), slice(None))),  # of the right size it stays as it is
    (12, (5, 8, 35, 38), (slice(8, 38), slice(5, 35))),
    (24, (-7, -7, 10, 12), (slice(0, 12), slice(0, 10))),
    (24, (30, 20, 9_000, 30_000), (slice(20, 40), slice(30, 40))),
])  # fmt: skip
def test_a_box_is_cut_out_and_clamped_to_the_picture(tmp_path, noise, side, box, inside):
    noise.save(tmp_path / "face.png")
    cut = Image.fromarray(np.asarray(noise)[inside])
    expected = np.asarray(cut.resize((side, side), Image.Resampling.BILINEAR)).transpose(2, 0, 1)
    assert np.array_equal(read_picture(str(tmp_path / "face.png"), side, box), expected)


def test_a_box_outside_of_the_picture_is_refused(tmp_path, halves):
    halves.save(tmp_path / "face.png")
    with pytest.raises(CourseError, match=r"face\.png: the face's box .* lies outside of the 40×40 picture"):
        read_picture(str(tmp_path / "face.png"), SIZE, (40, 0, 60, 20))


# ---- refused


def assert_refused(path, complaint):
    with pytest.raises(CourseError, match=complaint) as raised:
        read_picture(str(path), SIZE)
    assert "\n" not in str(raised.value)
    assert str(path) in str(raised.value)


@pytest.mark.parametrize(("suffix", "kind"), [("png", np.uint16), ("tif", np.uint16), ("tif", np.float32)])
def test_more_than_eight_bits_are_refused(tmp_path, suffix, kind):
    Image.fromarray(np.full((SIZE, SIZE), 0.5 if kind is np.float32 else 4000, kind)).save(
        tmp_path / f"face.{suffix}"
    )
    assert_refused(tmp_path / f"face.{suffix}", "more than 8 bits a pixel")


@pytest.mark.parametrize("suffix", ["jpg", "png", "bmp", "tif", "gif", "webp"])
@pytest.mark.parametrize("share", [0, 0.02, 0.5, 0.9])
def test_a_picture_that_ends_early_is_refused(tmp_path, noise, suffix, share):
    path = tmp_path / f"face.{suffix}"
    noise.save(path)
    content = path.read_bytes()
    path.write_bytes(content[: int(share * len(content))])
    assert_refused(path, "is damaged or no picture|is empty")


def png_of_size(width, height, pixels=10, comment=0):
    """A PNG that says to be of that size, and holds that many bytes of pixels and of a packed comment."""
    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    packed = b"x\0\0" + zlib.compress(bytes(comment))
    chunks = ((b"IHDR", header), (b"zTXt", packed), (b"IDAT", zlib.compress(bytes(pixels))), (b"IEND", b""))
    body = b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        for kind, data in chunks
    )
    return b"\x89PNG\r\n\x1a\n" + body


@pytest.mark.parametrize(("width", "height"), [
    (100_000, 1), (1, 100_000), (100_000, 100_000), (LARGEST_SIDE, MOST_PIXELS // LARGEST_SIDE + 1), (2**31 - 1, 2**31 - 1)
])  # fmt: skip
def test_a_picture_too_large_for_one_is_refused_before_it_is_decoded(tmp_path, width, height):
    (tmp_path / "face.png").write_bytes(png_of_size(width, height))
    assert_refused(tmp_path / "face.png", "more than the 64 million .* make it smaller|exceeds limit")


@pytest.mark.parametrize("content", [
    b"", b"<html>not found</html>", bytes(5_000), png_of_size(0, 0, 0), png_of_size(48, 48, comment=200 << 20),  # a bomb
    b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 48 48\nshowpage\n", b'<svg xmlns="http://www.w3.org/2000/svg"/>',
], ids=itertools.count())  # fmt: skip
def test_what_is_no_picture_is_refused(tmp_path, content):
    (tmp_path / "face.jpg").write_bytes(content)
    assert_refused(tmp_path / "face.jpg", "is damaged or no picture|is empty")


def test_what_is_no_file_or_too_large_a_one_is_refused(tmp_path):
    with (tmp_path / "huge.jpg").open("wb") as file:
        file.truncate(1 << 30)
    assert_refused(tmp_path / "huge.jpg", "has 1024 MiB: too large")
    assert_refused(tmp_path / "none.jpg", "cannot read")
    assert_refused(tmp_path, "is no ordinary file")


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(form=st.sampled_from(["JPEG", "PNG", "BMP", "GIF", "TIFF", "WEBP"]), data=st.data())
def test_a_damaged_file_is_read_to_some_picture_or_refused_by_name(tmp_path, halves, form, data):
    buffer = BytesIO()
    halves.save(buffer, form)
    content = bytearray(buffer.getvalue())
    for _ in range(data.draw(st.integers(1, 4))):
        place = data.draw(st.integers(0, len(content) - 1))
        content[place : place + data.draw(st.integers(0, 3))] = data.draw(st.binary(max_size=3))
    path = tmp_path / "face"
    path.write_bytes(content)
    form = complaint = None
    try:
        image = read_picture(str(path), SIZE)
        form = (image.shape, image.dtype)
    except CourseError as error:
        complaint = str(error)
    assert str(path) in complaint if complaint else form == ((3, SIZE, SIZE), np.uint8)


@pytest.mark.parametrize(("name", "start", "said"), [
    ("face.heic", b"\0\0\0\x18ftypheic", r"HEIC \(iPhone\): save as JPEG"),
    ("face.jpg", b"\0\0\0\x18ftypheix", r"HEIC \(iPhone\): save as JPEG"),
    ("face.png", b"\0\0\0\x1cftypavif", "AVIF: save as JPEG"),
    ("face.NEF", b"MM\0*", "RAW .*: save as JPEG"),
    ("face.cr3", b"\0\0\0\x18ftypcrx ", "RAW .*: save as JPEG"),
    ("face.jxl", b"\xff\x0a", "JPEG XL: save as JPEG"),
    ("film.mp4", b"\0\0\0\x18ftypisom", "no picture"),
])  # fmt: skip
def test_a_picture_that_only_other_programs_read_is_named_with_what_to_do(tmp_path, name, start, said):
    (tmp_path / name).write_bytes(start + bytes(100))
    assert_refused(tmp_path / name, said)
