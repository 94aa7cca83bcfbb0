"""From a painting to a photograph: blur, fall-off of light, grain, small sensors, watermarks and JPEG.

The order is a camera's: what the lens does, then the sensor, then what happens to the file. Lengths are in
pixels of a 48-pixel picture, so that one record means the same at every size.
"""

import io

import numpy as np
from PIL import Image, ImageDraw, ImageFilter, ImageFont

from drawnfaces.identity import Camera

_MARKS = ("stockphoto", "© images", "SAMPLE", "photo-bank")


def develop(
    image: Image.Image, camera: Camera, size: int, colour: bool, rng: np.random.Generator | None
) -> np.ndarray:
    """Turn a painting into a photograph of ``size`` pixels a side.

    Args:
        rng: the grain's source; without one there is none.

    Returns:
        uint8, (3, size, size) or, not ``colour``, (1, size, size). JPEG files are written in the mode of
        the picture, so a grey picture has no colour artefacts.
    """
    if not colour:
        image = image.convert("L")
    if image.width != size:
        image = image.reduce(image.width // size)
    if camera.blur > 0.05:
        image = image.filter(ImageFilter.GaussianBlur(camera.blur * size / 48))
    if camera.motion * size / 48 > 1:
        image = _smear(image, camera.motion * size / 48, camera.motion_angle)
    image = _expose(image, camera, rng)
    if 0 < camera.resolution < size:
        image = image.resize((camera.resolution,) * 2, Image.Resampling.BOX).resize(
            (size,) * 2, Image.Resampling.BILINEAR
        )
    if camera.watermark > 0:
        _stamp(image, camera.watermark)
    if camera.jpeg > 0:
        image = _through_jpeg(image, camera.jpeg)
    pixels = np.array(image)
    return pixels[None] if pixels.ndim == 2 else np.ascontiguousarray(pixels.transpose(2, 0, 1))


def _expose(image: Image.Image, camera: Camera, rng: np.random.Generator | None) -> Image.Image:
    """Let light fall off across the picture, then apply contrast, brightness and grain."""
    pixels = np.asarray(image, dtype=np.float32)
    size = image.width
    strength = min(1.0, camera.light_strength)  # a harder light shows on the face, not on the wall behind
    across = np.linspace(-1, 1, size, dtype=np.float32) * np.float32(0.16 * camera.light * strength)
    down = np.linspace(0.06, -0.1, size, dtype=np.float32) * np.float32(strength)
    light = 1 + across[None, :] + down[:, None]  # (size, size)
    if pixels.ndim == 3:
        light = light[:, :, None]  # (size, size, 1)
    pixels = (pixels * light - 128) * np.float32(camera.contrast) + np.float32(128 + camera.brightness)
    if rng is not None and camera.noise > 0.1:
        # The sum of two random bytes has a standard deviation of 104.5 and is exact on every machine.
        grain = rng.integers(0, 256, (2, *pixels.shape), dtype=np.uint8).astype(np.float32).sum(axis=0) - 255
        pixels += grain * np.float32(camera.noise / 104.5)
    return Image.fromarray(np.clip(np.rint(pixels), 0, 255).astype(np.uint8))


def _smear(image: Image.Image, length: float, angle: float) -> Image.Image:
    """Average the picture along a line of ``length`` pixels: the camera moved."""
    steps = max(2, round(length))
    offsets = (np.arange(steps) / (steps - 1) - 0.5) * length
    shifts = np.rint(offsets[:, None] * (np.cos(angle), np.sin(angle))).astype(int)  # (steps, 2)
    reach = int(np.abs(shifts).max())
    pixels = np.asarray(image)
    rest = ((0, 0),) * (pixels.ndim - 2)
    padded = np.pad(pixels, ((reach, reach), (reach, reach), *rest), mode="edge").astype(np.uint32)
    height, width = pixels.shape[:2]
    total = np.zeros_like(pixels, np.uint32)
    for x, y in shifts:
        total += padded[reach + y : reach + y + height, reach + x : reach + x + width]
    return Image.fromarray((total // steps).astype(np.uint8))


def _stamp(image: Image.Image, opacity: float) -> None:
    """Write a picture agency's watermark across the picture, as many FER2013 faces have it."""
    size = image.width
    text = _MARKS[int(opacity * 1000) % len(_MARKS)]
    mask = Image.new("L", image.size, 0)
    font = ImageFont.load_default(max(7.0, size / 6.5))
    ImageDraw.Draw(mask).text(
        (size / 2, 0.62 * size), text, fill=round(255 * opacity), font=font, anchor="mm"
    )
    image.paste("white", mask=mask)


def _through_jpeg(image: Image.Image, quality: int) -> Image.Image:
    """Save as JPEG of a quality from 1 to 95 and open again."""
    file = io.BytesIO()
    image.save(file, "JPEG", quality=quality)
    opened = Image.open(file)
    opened.load()
    return opened
