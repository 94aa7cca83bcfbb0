"""Small sets of drawn faces on disk, in the layouts that the check knows."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from pvlib.data.drawn import draw_faces


@pytest.fixture(scope="session")
def drawn() -> list[np.ndarray]:
    """Forty different faces, grey, 96×96."""
    return list(draw_faces(40, seed=11, size=96).images[:, 0].numpy())


def save(image: np.ndarray, path: Path, **options) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(image).save(path, **options)


class Folders:
    """Writes images as split/class/name.png and the other layouts."""

    save = staticmethod(save)

    @staticmethod
    def images(
        root: Path, faces: list[np.ndarray], splits=("train", "test"), classes=("happy", "sad")
    ) -> Path:
        """Deal the faces out to the splits and classes in turn."""
        for i, face in enumerate(faces):
            split, name = splits[i % len(splits)], classes[i // len(splits) % len(classes)]
            save(face, root / split / name / f"{i:03}.png")
        return root

    @staticmethod
    def rafdb(root: Path, faces: list[np.ndarray], labels: list[int], test_from: int) -> Path:
        """RAF-DB in its owners' layout; labels 1 to 7."""
        lines, names = [], []
        for i, (face, label) in enumerate(zip(faces, labels, strict=True)):
            stem = f"test_{i - test_from + 1:04}" if i >= test_from else f"train_{i + 1:05}"
            colour = np.repeat(face[:, :, None], 3, axis=2)
            save(colour, root / "Image" / "aligned" / f"{stem}_aligned.png")
            lines.append(f"{stem}.png {label}")
            names.append(f"{stem}.png")
        (root / "EmoLabel").mkdir()
        (root / "EmoLabel" / "list_patition_label.txt").write_text("\n".join(lines) + "\n")
        return root


@pytest.fixture(scope="session")
def folders() -> type[Folders]:
    return Folders
