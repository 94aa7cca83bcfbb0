"""Which images of a set show one photograph twice: re-encoded, shifted, brighter or darker, or mirrored?

Equal pixels are found by check.py; this finds what only looks alike. Comparing all pairs of 290,000 faces
takes too long, so it goes in three sieves, each slower and finer:

1. a 64-bit perceptual hash: the signs of the low frequencies of the cosine transform against their median.
   Pairs that agree in three of twelve groups of its bits and differ in at most 14 bits are candidates (on
   FER+, 99 of 100 pictures find their copy that is shifted by one pixel of 48);
2. the correlation of the two pictures, shrunken to 16×16 pixels;
3. at the shift that fits best, the structure term of the structural similarity (Wang et al., 2004,
   doi:10.1109/TIP.2003.819861) of the pictures of 48×48 pixels: a correlation in a window around every
   pixel, so that brightness and contrast do not count. Two people who both look into the camera agree as a
   whole, but not around the mouth.

Every picture takes part twice, as it is and mirrored, because mirroring is the commonest augmentation of faces.
The limit of 0.95 was chosen on a million pairs of drawn faces of different people, where the highest value
is 0.945. A picture without contrast has no structure: it is in no pair.

Measured on the 30,618 different training and validation faces of FER+ (11 s on one core): 1,756 pairs, 16 of them
mirrored; 299 pairs stand across the two splits, 3 of those mirrored. Of the unmirrored pairs 80 were looked at, among
them the 40 least alike, and of the mirrored ones all 16: every one shows one photograph twice. So do most pairs
between 0.90 and 0.95: the limit rather misses a pair than names a wrong one.
"""

import argparse
import json
import os
import sys
import tempfile
from collections.abc import Callable, Iterator
from itertools import combinations

import numpy as np
from PIL import Image
from scipy.fft import dctn, irfft2, rfft2
from scipy.ndimage import gaussian_filter

import poster_var_course  # noqa: F401 (first: it sees to it that pvlib is the course's own)
from data_scripts.checking.recognise import recognise
from data_scripts.command import looking_parser, run
from data_scripts.layouts.listing import Item, Listing
from data_scripts.packing.writing import decoded
from data_scripts.progress import progress_bar
from pvlib.files import atomic_write
from pvlib.terminal import printable

SIDE = 48
BITS_APART = 14
_GROUPS, _ALIKE = 12, 3
COARSE = 0.85
STRUCTURE = 0.95
SHIFT = 4  # pixels of 48
FLAT = 4.0  # standard deviation of the grey levels; the flattest face of FER+ has 8.7
SHOWN = 20  # pairs; --json has all
MOST = 500_000  # candidates; the frames of a film are nearly all alike
_ROWS = 1024  # pictures or pairs worked on at a time, so that memory stays bounded
_PAIRS = 1 << 20


def near_duplicates(small: np.ndarray, most: int = MOST) -> tuple[np.ndarray, np.ndarray, bool]:
    """Find the pairs of near duplicates among shrunken grey pictures.

    Args:
        small: uint8, (N, 48, 48); may be memory-mapped.
        most: end the search with so many candidates.

    Returns:
        positions, first < second, int64 (P, 2); which pairs are mirrored, bool (P,); whether the search was ended.
    """
    count = len(small)
    hashes = np.zeros((2 * count, 8), np.uint8)  # of the pictures, and then of the mirrored ones
    coarse = np.zeros((2 * count, 256), np.float16)
    shape = np.zeros(2 * count, bool)
    for start in range(0, count, _ROWS):
        part = small[start : start + _ROWS]
        for place, view in ((start, part), (count + start, part[:, :, ::-1])):
            hashes[place : place + len(part)] = perceptual_hash(view)
            coarse[place : place + len(part)] = _unit(_shrink(view, 16).reshape(len(part), -1))
            shape[place : place + len(part)] = view.std(axis=(1, 2)) >= FLAT
    shown = np.flatnonzero(shape)  # (M,)
    found, total = [np.zeros((0, 2), np.int64)], 0
    for first, second in candidates(hashes[shown]):
        some = np.stack([shown[first], shown[second]], axis=1)  # (P, 2)
        some = some[
            (some[:, 0] < count) & (some[:, 1] != some[:, 0] + count)
        ]  # two mirrored ones say nothing new
        found.append(some[_correlation(coarse, some) >= COARSE])
        total += len(found[-1])
        if total > most:
            break
    pairs = np.concatenate(found)[:most]
    mirrored = pairs[:, 1] >= count
    pairs = np.sort(np.where(mirrored[:, None], pairs - [0, count], pairs), axis=1)
    found_once = np.unique(np.column_stack([pairs, mirrored]), axis=0)  # a pair may be found from both sides
    pairs, mirrored = found_once[:, :2], found_once[:, 2].astype(bool)
    same = np.zeros(len(pairs), bool)
    for start in range(0, len(pairs), _ROWS):
        batch = slice(start, start + _ROWS)
        one, other = small[pairs[batch, 0]], small[pairs[batch, 1]]
        flipped = mirrored[batch]
        other[flipped] = other[flipped][:, :, ::-1]
        same[batch] = agreement(one, other) >= STRUCTURE
    return pairs[same], mirrored[same], total > most


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
        first_code, second_code, third_code = (codes[group] for group in chosen)
        keys = first_code << 12 | second_code << 6 | third_code
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


def thumbnails(
    listing: Listing, workers: int, on_progress: Callable[[int, int], None]
) -> tuple[np.ndarray, list[Item]]:
    """Return the different readable images of a listing in grey, uint8 (N, 48, 48), in a temporary file, and their items."""
    rows, done = list(range(len(listing.items))), 0
    items: list[Item] = []
    seen: set[bytes] = set()  # of exact copies every further one would only repeat the pairs of the first
    with tempfile.TemporaryFile() as file:  # the map keeps it alive
        small = np.memmap(file, np.uint8, "w+", shape=(max(1, len(rows)), SIDE, SIDE))
    for part in decoded(listing, rows, SIDE, workers):
        chunk = listing.items[done : done + len(part.digests) + len(part.problems)]
        kept = [item for place, item in enumerate(chunk) if place not in part.problems]
        for item, image, digest in zip(kept, part.images, part.digests, strict=True):
            if digest not in seen:
                seen.add(digest)
                small[len(items)] = _grey(image)
                items.append(item)
        done += len(chunk)
        on_progress(done, len(rows))
    return small[: len(items)], items


def _grey(image: np.ndarray) -> np.ndarray:
    """Return a picture (..., C, H, W) in grey, (48, 48)."""
    pixels = image.reshape(-1, *image.shape[-2:]).transpose(1, 2, 0)  # (H, W, C)
    picture = Image.fromarray(pixels[:, :, 0] if pixels.shape[2] == 1 else np.ascontiguousarray(pixels))
    return np.asarray(picture.convert("L").resize((SIDE, SIDE), Image.Resampling.BOX))


def find(options: argparse.Namespace) -> int:
    with progress_bar("images") as show:
        listing = recognise(options.path)
        small, items = thumbnails(listing, max(1, options.workers), show)
    pairs, mirrored, ended = near_duplicates(small)
    found = [
        {"images": [items[one].name, items[other].name], "splits": [items[one].split, items[other].split],
         "mirrored": flipped, "labels_differ": items[one].label != items[other].label}
        for (one, other), flipped in zip(pairs.tolist(), mirrored.tolist(), strict=True)
    ]  # fmt: skip
    if options.json:
        with atomic_write(options.json) as temporary:
            temporary.write_text(json.dumps(found, indent=1))
    print(printable(_page(found, len(items), ended)))
    return 0


def main(arguments: list[str] | None = None) -> int:
    options = looking_parser(__doc__, os.cpu_count() or 1, "by default one for each processor").parse_args(
        arguments
    )
    return run(lambda: find(options), "nothing was written")


def _page(found: list[dict], images: int, ended: bool) -> str:
    across = [pair for pair in found if len(set(pair["splits"])) > 1]
    lines = [
        f"near duplicates among {images:,} different images: {len(found):,} pairs, "
        f"{_count(found, 'mirrored')} of them mirrored",
        f"pairs across splits: {len(across):,}, {_count(across, 'mirrored')} of them mirrored",
        f"pairs with two labels: {_count(found, 'labels_differ')}",
    ]
    for pair in (across + [pair for pair in found if pair not in across])[:SHOWN]:
        (one, other), (first, second) = pair["images"], pair["splits"]
        lines.append(f"  {one} ({first}) and {other} ({second}){', mirrored' if pair['mirrored'] else ''}")
    if len(found) > SHOWN:
        lines.append(f"  … and {len(found) - SHOWN:,} more: --json FILE writes them all")
    if ended:
        lines.append("There are more: so many images are alike that the search was ended.")
    return "\n".join(lines)


def _count(pairs: list[dict], key: str) -> str:
    return f"{sum(pair[key] for pair in pairs):,}"


if __name__ == "__main__":
    sys.exit(main())
