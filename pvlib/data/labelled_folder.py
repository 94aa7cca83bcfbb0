"""A few images of any folder, to look at: no label file, no split, class names from the folders' names."""

from pathlib import Path

import numpy as np
import torch

from pvlib.data.faces import Faces
from pvlib.data.folders import images_below
from pvlib.data.pictures import open_picture, read_picture
from pvlib.errors import CourseError

LARGEST_SIDE = 224  # pixels


def load_some_images(root: str | Path, count: int, seed: int) -> Faces:
    """Return up to ``count`` images from ``root`` and the folders below it, chosen at random.

    All are scaled to one square, as large as the largest of them, 224 pixels at most. An image's class is
    the name of the folder in which it lies.

    Raises:
        CourseError: there is no image, or one of those chosen cannot be read.
    """
    found = [Path(root, name) for name in sorted(images_below(Path(root)))]
    if not found:
        raise CourseError(f"there is no image in {root} or in the folders below it")
    order = torch.randperm(len(found), generator=torch.Generator().manual_seed(seed))
    chosen = [found[position] for position in order[:count].tolist()]
    side = min(LARGEST_SIDE, max(min(open_picture(str(path)).size) for path in chosen))
    names = tuple(sorted({path.parent.name or str(root) for path in chosen}))
    classes = torch.tensor([names.index(path.parent.name or str(root)) for path in chosen])
    images = np.stack([read_picture(str(path), side) for path in chosen])  # (N, 3, side, side)
    return Faces(
        images=torch.from_numpy(images),
        target=torch.nn.functional.one_hot(classes, len(names)).float(),
        names=names,
        ids=tuple(path.name for path in chosen),
    )
