"""What was read in one photo, as JSON values and as tables for a terminal."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from PIL import Image
from rich.table import Table
from rich.text import Text

from pvlib.data.expression_colours import COLOURS
from pvlib.photos.boxes import Box
from pvlib.photos.intensities import LEVEL, Intensities
from pvlib.terminal import printable

_FACES_A_TABLE = 4


@dataclass(frozen=True, kw_only=True)
class Reading:
    """A photo, the boxes of its faces, and what the network says of them (None where there is no face)."""

    path: Path
    photo: Image.Image
    boxes: list[Box]
    intensities: Intensities | None

    def as_json(self) -> dict[str, Any]:
        """Return path, size, and for each face its box (pixels of the upright photo) and intensities."""
        read = self.intensities
        faces = [
            {
                "box": {key: round(value, 1) for key, value in box._asdict().items()},
                "expression": read.expression(face),
                "intensities": read.as_json(face),
            }
            for face, box in enumerate(self.boxes)
            if read is not None
        ]
        return {
            "photo": printable(str(self.path)),
            "width": self.photo.width,
            "height": self.photo.height,
            "faces": faces,
        }

    def tables(self) -> Iterator[Table]:
        """Yield tables of at most four faces each, one row an expression."""
        read = self.intensities
        if read is None:
            return
        for start in range(0, len(read), _FACES_A_TABLE):
            faces = range(start, min(start + _FACES_A_TABLE, len(read)))
            table = Table("")
            for face in faces:
                spread = "" if read.low is None else f"\n(with {LEVEL:.0%} of the draws)"
                x, y = self.boxes[face].centre
                table.add_column(f"face {face + 1} at ({x:.0f}, {y:.0f}){spread}", justify="right")
            for k, name in enumerate(read.names):
                table.add_row(
                    Text(printable(name), COLOURS.get(name, "")), *(_cell(read, face, k) for face in faces)
                )
            yield table


def _cell(read: Intensities, face: int, k: int) -> Text:
    text = f"{read.mean[face, k]:.1%}"
    if read.low is not None and read.high is not None:
        text += f"  ({100 * read.low[face, k]:.1f}–{100 * read.high[face, k]:.1f})".rjust(14)
    return Text(text, "bold" if k == int(read.mean[face].argmax()) else "")
