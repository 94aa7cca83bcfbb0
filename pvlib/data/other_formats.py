"""Pictures of phones and cameras that are not read here, by name: whoever has one must hear what to do with it."""

from pathlib import Path

OTHER_SUFFIXES = {
    ".heic": "HEIC", ".heif": "HEIF", ".hif": "HEIF", ".avif": "AVIF", ".jxl": "JPEG XL", ".jp2": "JPEG 2000",
    ".svg": "SVG", ".psd": "Photoshop",
} | dict.fromkeys((".dng", ".cr2", ".cr3", ".nef", ".arw", ".orf", ".raf", ".rw2", ".pef", ".srw"), "RAW")  # fmt: skip
_BRANDS = {b"heic": "HEIC", b"heix": "HEIC", b"hevc": "HEIC", b"heim": "HEIC", b"heis": "HEIC", b"mif1": "HEIF",
           b"msf1": "HEIF", b"avif": "AVIF", b"avis": "AVIF", b"crx ": "RAW"}  # fmt: skip
_READ, _TIFF = (b"\xff\xd8\xff", b"\x89PNG", b"GIF8", b"BM", b"RIFF"), (b"II*\0", b"MM\0*")
_MAKERS = {"HEIC": " (iPhone)", "RAW": " (of a camera)"}


def other_format(name: str | Path, content: bytes = b"") -> str | None:
    """Return the format of a picture that only other programs read, by its first bytes and its suffix.

    A phone's HEIC often carries the name ``.jpg``, and a camera's raw data begin like a TIFF file, of which
    one would see a thumbnail. None for everything that is no such picture.
    """
    if content[4:8] == b"ftyp":
        return _BRANDS.get(content[8:12])
    form = OTHER_SUFFIXES.get(Path(name).suffix.lower())
    return None if content.startswith(_READ if form == "RAW" else (*_READ, *_TIFF)) else form


def how_to_read(format: str) -> str:
    """Return what to do with a picture of that format: "HEIC (iPhone): save as JPEG"."""
    return f"{format}{_MAKERS.get(format, '')}: save as JPEG"
