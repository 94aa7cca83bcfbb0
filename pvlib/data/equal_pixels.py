"""Which pictures are the very same, pixel for pixel: told by one digest everywhere."""

import hashlib
from collections import defaultdict
from collections.abc import Sequence

import numpy as np

DIGEST = 16  # bytes


def pixel_digest(image: np.ndarray | bytes) -> bytes:
    """Return what tells one picture's pixels from another's."""
    return hashlib.blake2b(
        np.ascontiguousarray(image).data if isinstance(image, np.ndarray) else image, digest_size=DIGEST
    ).digest()


def splits_of_equal_pixels(digests: Sequence[bytes], split: np.ndarray) -> np.ndarray:
    """Return for each face the splits in which its pixels stand, its own included, as bits; uint8, (N,)."""
    found: dict[bytes, int] = defaultdict(int)
    for digest, position in zip(digests, split.tolist(), strict=True):
        found[digest] |= 1 << position
    return np.array([found[digest] for digest in digests], np.uint8)


def copies_of(images: np.ndarray, rows: np.ndarray) -> np.ndarray:
    """Return the positions of all images equal to one of ``rows``, those included; int64, ascending.

    Args:
        images: uint8, (N, C, H, W), perhaps memory-mapped: only those whose middle row is equal are read whole.
        rows: positions, int64.
    """
    middle = np.ascontiguousarray(images[:, :, images.shape[2] // 2]).reshape(len(images), -1)  # (N, C × W)
    keys = middle.view(f"V{middle.shape[1]}")[:, 0]  # (N,)
    suspects = np.isin(keys, keys[rows]).nonzero()[0]  # (suspects,)
    wanted = {pixel_digest(images[row]) for row in rows.tolist()}
    return np.array([row for row in suspects.tolist() if pixel_digest(images[row]) in wanted], np.int64)
