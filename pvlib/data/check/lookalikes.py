"""Near duplicates: pictures that were re-encoded, shifted or made brighter, but show the same shot.

Comparing all pairs of 290,000 faces takes too long, so it goes in three sieves, each slower and finer:

1. a 64-bit perceptual hash: the signs of the low frequencies of the cosine transform against their median.
   Pairs that agree in three of twelve groups of its bits and differ in at most 14 bits are candidates (on
   FER+, 99 of 100 pictures find their copy that is shifted by one pixel of 48);
2. the correlation of the two pictures, shrunken to 16×16 pixels;
3. at the shift that fits best, the structure term of the structural similarity (Wang et al., 2004,
   doi:10.1109/TIP.2003.819861) of the pictures of 48×48 pixels: a correlation in a window around every
   pixel, so that brightness and contrast do not count. Two people who both look into the camera agree as a
   whole, but not around the mouth.

The limit of 0.95 was chosen on a million pairs of drawn faces of different people, where the highest value
is 0.945. Of the 1,740 pairs that it finds in FER+, 80 were looked at, among them the 40 least alike: all show one
photograph twice. So do most pairs between 0.90 and 0.95: the limit rather misses a pair than names a wrong
one. A picture without contrast has no structure: it is in no pair.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from scipy.fft import dctn, irfft2, rfft2
from scipy.ndimage import gaussian_filter

from pvlib.data.check.picture import SIDE

BITS_APART = 14
_GROUPS, _ALIKE = 12, 3
COARSE = 0.85
STRUCTURE = 0.95
SHIFT = 4  # pixels of 48
FLAT = 4.0  # standard deviation of the grey levels; the flattest face of FER+ has 8.7
_ROWS = 1024  # pictures or pairs worked on at a time, so that memory stays bounded
_PAIRS = 1 << 20


@dataclass(frozen=True)
class Lookalikes:
    """Pairs of positions, first < second, int64 (P, 2); ``cut_short`` where there were too many for a list."""

    pairs: np.ndarray
    cut_short: bool = False


def find_lookalikes(small: np.ndarray, most: int = 500_000) -> Lookalikes:
    """Return the pairs of near duplicates among shrunken grey pictures.

    Args:
        small: uint8, (N, 48, 48); may be memory-mapped. Of exact duplicates, give one: every further copy
            would only repeat its pairs.
        most: end the search with so many candidates, as the frames of a film are nearly all alike.
    """
    hashes = np.zeros((len(small), 8), np.uint8)
    coarse = np.zeros((len(small), 256), np.float16)
    shape = np.zeros(len(small), bool)
    for start in range(0, len(small), _ROWS):
        part = small[start : start + _ROWS]
        hashes[start : start + _ROWS] = perceptual_hash(part)
        coarse[start : start + _ROWS] = _unit(_shrink(part, 16).reshape(len(part), -1))
        shape[start : start + _ROWS] = part.std(axis=(1, 2)) >= FLAT
    shown = np.flatnonzero(shape)  # (M,)
    found, count = [np.zeros((0, 2), np.int64)], 0
    for first, second in candidates(hashes[shown]):
        some = np.stack([shown[first], shown[second]], axis=1)  # (P, 2)
        found.append(some[_correlation(coarse, some) >= COARSE])
        count += len(found[-1])
        if count > most:
            break
    pairs = np.concatenate(found)[:most]
    pairs = pairs[np.lexsort((pairs[:, 1], pairs[:, 0]))]
    parts = [pairs[start : start + _ROWS] for start in range(0, len(pairs), _ROWS)]
    same = [agreement(small[part[:, 0]], small[part[:, 1]]) >= STRUCTURE for part in parts]
    return Lookalikes(pairs[np.concatenate([np.zeros(0, bool), *same])], count > most)


def perceptual_hash(small: np.ndarray) -> np.ndarray:
    """Return the hash of each grey picture: uint8 (N, 48, 48) -> uint8 (N, 8), low frequencies first."""
    frequencies = dctn(_shrink(small, 16), axes=(1, 2))[:, :8, :8].reshape(-1, 64)  # (N, 64)
    order = np.argsort(np.add.outer(range(8), range(8)), axis=None, kind="stable")[1:]
    frequencies = frequencies[:, order]  # (N, 63): the mean brightness is left out
    signs = frequencies > np.median(frequencies, axis=1, keepdims=True)
    return np.packbits(np.ascontiguousarray(signs), axis=1)


def candidates(hashes: np.ndarray) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Yield, once each, the pairs of rows whose hashes agree in three groups of bits and differ in few.

    Hashes that differ in nine bits at most are always found: three groups of twelve are then untouched.
    """
    words = hashes.view(np.uint64)[:, 0]  # (N,)
    bits = np.unpackbits(hashes, axis=1)[:, :63].astype(np.uint32)
    # Bits of neighbouring frequencies flip together, so each group takes some of every frequency.
    groups = [bits[:, i::_GROUPS] for i in range(_GROUPS)]
    codes = [group @ (1 << np.arange(group.shape[1], dtype=np.uint32)) for group in groups]  # below 2^6 each
    for chosen in combinations(range(_GROUPS), _ALIKE):
        keys = np.zeros(len(hashes), np.uint32)
        for group in chosen:
            keys = keys << 6 | codes[group]
        order = np.argsort(keys, kind="stable")
        ordered = keys[order]
        ends = np.searchsorted(ordered, ordered, side="right")  # (N,): where each row's bucket ends
        followers = ends - np.arange(len(ends)) - 1
        total = np.cumsum(followers)
        start = 0
        while start < len(order):
            done = total[start - 1] if start else 0
            stop = max(start + 1, int(np.searchsorted(total, done + _PAIRS, side="right")))
            counts = followers[start:stop]
            first = np.repeat(np.arange(start, stop), counts)
            step = np.arange(len(first)) - np.repeat(np.cumsum(counts) - counts, counts)
            first, second = order[first], order[first + 1 + step]
            near = np.bitwise_count(words[first] ^ words[second]) <= BITS_APART
            first, second = first[near], second[near]
            # Another choice of groups has given the pair already if it agrees in a group that is skipped here.
            for group in set(range(chosen[-1])) - set(chosen):
                new = codes[group][first] != codes[group][second]
                first, second = first[new], second[new]
            yield np.minimum(first, second), np.maximum(first, second)
            start = stop


def agreement(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """Return the structural agreement of each pair where it fits best: uint8 (P, 48, 48) twice -> (P,) to 1."""
    pictures = [np.asarray(picture, np.float32) for picture in (first, second)]
    # Fine detail fixes the shift: its cross-correlation, over all shifts at once, has one sharp peak.
    detail = [rfft2(picture - gaussian_filter(picture, (0, 1.5, 1.5))) for picture in pictures]
    fit = irfft2(detail[0] * detail[1].conj(), s=(SIDE, SIDE))  # (P, 48, 48)
    reach = np.arange(-SHIFT, SHIFT + 1)
    best = fit[:, reach[:, None], reach].reshape(len(fit), -1).argmax(axis=1)  # (P,)
    rows, columns = (SHIFT - reach[best // len(reach)], SHIFT - reach[best % len(reach)])
    inner = np.arange(SIDE - 2 * SHIFT)
    moved = pictures[1][
        np.arange(len(best))[:, None, None],
        (rows[:, None] + inner)[:, :, None],
        (columns[:, None] + inner)[:, None],
    ]  # (P, 40, 40)
    return _structure(pictures[0][:, SHIFT:-SHIFT, SHIFT:-SHIFT], moved)


def _structure(one: np.ndarray, other: np.ndarray) -> np.ndarray:
    """Return the mean over windows of their correlation, (P, H, W) twice -> (P,)."""
    one, other = (
        gaussian_filter(picture, (0, 0.7, 0.7)) for picture in (one, other)
    )  # noise is no structure
    # A share of the whole picture's variance keeps flat windows, where only noise is left, near agreement.
    floors = [0.02 * picture.var(axis=(1, 2), keepdims=True) + 1e-6 for picture in (one, other)]
    variances = [
        _window(picture**2) - _window(picture) ** 2 + floor
        for picture, floor in zip((one, other), floors, strict=True)
    ]
    covariance = _window(one * other) - _window(one) * _window(other) + np.sqrt(floors[0] * floors[1])
    return (covariance / np.sqrt(variances[0] * variances[1])).mean(axis=(1, 2))


def _window(pictures: np.ndarray) -> np.ndarray:
    return gaussian_filter(pictures, (0, 3, 3))


def _shrink(pictures: np.ndarray, side: int) -> np.ndarray:
    """Average blocks of pixels: (N, 48, 48) -> float32 (N, side, side)."""
    block = SIDE // side
    return pictures.reshape(-1, side, block, side, block).mean(axis=(2, 4), dtype=np.float32)


def _unit(rows: np.ndarray) -> np.ndarray:
    """Bring each row to mean 0 and length 1, so that a product of two rows is their correlation."""
    rows = rows - rows.mean(axis=1, keepdims=True)
    return rows / np.linalg.norm(rows, axis=1, keepdims=True).clip(1e-6)


def _correlation(units: np.ndarray, pairs: np.ndarray) -> np.ndarray:
    result = np.zeros(len(pairs), np.float32)
    for start in range(0, len(pairs), 1 << 15):
        one, other = (units[pairs[start : start + (1 << 15), side]].astype(np.float32) for side in (0, 1))
        result[start : start + len(one)] = np.einsum("ij,ij->i", one, other)
    return result
