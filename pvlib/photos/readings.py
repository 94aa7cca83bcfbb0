"""What was read in one photo, as JSON values and as tables for a terminal."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from PIL import Image
from rich.table import Table
from rich.text import Text

from pvlib.data.labels import COLOURS
from pvlib.photos.intensities import LEVEL, Intensities
from pvlib.photos.photos import Box

_FACES_A_TABLE = 4


@dataclass(frozen=True)
class Reading:
    """A photo, the boxes of its faces, and what the network says of them (None where there is no face)."""

    path: Path
    photo: Image.Image
    boxes: list[Box]
    intensities: Intensities | None

    def as_json(self) -> dict[str, Any]:
        """Return path, size, and for each face its box (pixels of the upright photo) and intensities."""
        faces = [
            {
                "box": {key: round(value, 1) for key, value in box._asdict().items()},
                "expression": self.intensities.expression(face),
                "intensities": self.intensities.as_json(face),
            }
            for face, box in enumerate(self.boxes)
        ]
        return {
            "photo": str(self.path),
            "width": self.photo.width,
            "height": self.photo.height,
            "faces": faces,
        }

    def tables(self) -> Iterator[Table]:
        """Yield tables of at most four faces each, one row an expression."""
        for start in range(0, len(self.boxes), _FACES_A_TABLE):
            faces = range(start, min(start + _FACES_A_TABLE, len(self.boxes)))
            table = Table("", title=Text(str(self.path)) if start == 0 else None, title_justify="left")
            for face in faces:
                table.add_column(self._heading(face), justify="right")
            for k, name in enumerate(self.intensities.names):
                table.add_row(Text(name, COLOURS.get(name, "")), *(self._cell(face, k) for face in faces))
            yield table

    def _heading(self, face: int) -> str:
        box = self.boxes[face]
        spread = "" if self.intensities.low is None else f"\n(with {LEVEL:.0%} of the draws)"
        return f"face {face + 1} at ({box.centre[0]:.0f}, {box.centre[1]:.0f}){spread}"

    def _cell(self, face: int, k: int) -> Text:
        read = self.intensities
        text = f"{read.mean[face, k]:.1%}"
        if read.low is not None:
            text += f"  ({100 * read.low[face, k]:.1f}–{100 * read.high[face, k]:.1f})".rjust(14)
        return Text(text, "bold" if k == int(read.mean[face].argmax()) else "")
