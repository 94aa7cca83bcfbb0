"""Near duplicates: the same picture changed a little is found; different faces and blank pictures are not."""

import io
from itertools import combinations

import numpy as np
import pytest
from PIL import Image

from pvlib.data.check.lookalikes import (
    BITS_APART,
    STRUCTURE,
    agreement,
    candidates,
    find_lookalikes,
    perceptual_hash,
)
from pvlib.data.drawn import draw_faces


@pytest.fixture(scope="module")
def faces():
    return draw_faces(150, seed=5).images[:, 0].numpy()


def jpeg(quality):
    def change(face):
        buffer = io.BytesIO()
        Image.fromarray(face).save(buffer, "JPEG", quality=quality)
        return np.asarray(Image.open(buffer))

    return change


def resized(face):
    return np.asarray(Image.fromarray(face).resize((96, 96)).resize((48, 48)))


def shifted(face):
    return np.pad(face, ((1, 0), (2, 0)), mode="edge")[:-1, :-2]


CHANGES = {
    "jpeg 90": jpeg(90),
    "jpeg 50": jpeg(50),
    "darker": lambda face: (face * 0.7).astype(np.uint8),
    "less contrast": lambda face: (face // 2 + 60).astype(np.uint8),
    "resized": resized,
    "shifted": shifted,
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_changed_copy_agrees_with_its_original(faces, change):
    copies = np.stack([CHANGES[change](face) for face in faces])
    assert agreement(faces, copies).min() > STRUCTURE


def test_different_faces_do_not_agree(faces):
    first, second = np.array(list(combinations(range(50), 2))).T
    assert agreement(faces[first], faces[second]).max() < STRUCTURE
    assert len(find_lookalikes(faces).pairs) == 0


@pytest.mark.parametrize("change", ["jpeg 90", "jpeg 50", "darker", "less contrast", "resized"])
def test_every_changed_copy_is_found_with_its_original_and_nothing_else(faces, change):
    copies = np.stack([CHANGES[change](face) for face in faces[:40]])
    found = find_lookalikes(np.concatenate([faces, copies]))
    assert found.pairs.tolist() == [[i, i + len(faces)] for i in range(40)]
    assert not found.cut_short


def test_nearly_every_shifted_copy_is_found_and_nothing_else(faces):
    copies = np.stack([np.pad(face, ((0, 0), (1, 0)), mode="edge")[:, :-1] for face in faces])
    found = find_lookalikes(np.concatenate([faces, copies])).pairs
    assert (found[:, 1] - found[:, 0] == len(faces)).all()
    assert len(found) >= 0.95 * len(faces)


def test_blank_and_nearly_blank_pictures_match_nothing():
    random = np.random.default_rng(0)
    blank = np.stack([np.full((48, 48), grey, np.uint8) for grey in range(0, 250, 10)])
    faint = (128 + random.integers(-2, 3, (25, 48, 48))).astype(np.uint8)
    assert len(find_lookalikes(np.concatenate([blank, faint])).pairs) == 0


def test_noise_matches_nothing():
    noise = np.random.default_rng(0).integers(0, 256, (200, 48, 48), np.uint8)
    assert len(find_lookalikes(noise).pairs) == 0


@pytest.mark.parametrize("count", [0, 1])
def test_no_picture_and_one_picture_have_no_pairs(count):
    assert find_lookalikes(np.zeros((count, 48, 48), np.uint8)).pairs.shape == (0, 2)


def test_a_film_whose_frames_are_all_alike_ends_early_and_says_so(faces):
    frames = np.stack([np.clip(faces[0].astype(int) + i % 7, 0, 255) for i in range(60)]).astype(np.uint8)
    assert len(find_lookalikes(frames).pairs) == 60 * 59 / 2
    some = find_lookalikes(frames, most=100)
    assert some.cut_short
    assert len(some.pairs) == 100


def test_candidates_are_all_pairs_that_agree_in_three_groups_each_of_them_once():
    random = np.random.default_rng(1)
    hashes = random.integers(0, 256, (8, 8), np.uint8)[random.integers(0, 8, 120)]
    flips = np.packbits(random.random((120, 64)) < 0.12, axis=1)
    hashes ^= flips
    hashes[:, 7] &= 0xFE  # the 64th bit is not used
    bits = np.unpackbits(hashes, axis=1)[:, :63]
    expected = []
    for one, other in combinations(range(120), 2):
        differing = np.flatnonzero(bits[one] != bits[other])
        untouched = 12 - len({int(bit) % 12 for bit in differing})
        if len(differing) <= BITS_APART and untouched >= 3:
            expected.append((one, other))
    found = [
        pair
        for first, second in candidates(hashes)
        for pair in zip(first.tolist(), second.tolist(), strict=True)
    ]
    assert sorted(found) == expected
    assert len(expected) > 50


def test_of_the_real_pairs_that_a_comparison_of_all_with_all_finds_nearly_none_is_missed(shared):
    images = np.load(shared / "data" / "ferplus" / "train_valid.npz")["images"][:4000]
    faces = np.unique(images.reshape(4000, -1), axis=0).reshape(-1, 48, 48)  # no exact copy among them
    coarse = faces.reshape(-1, 16, 3, 16, 3).mean(axis=(2, 4)).reshape(len(faces), -1)
    alike = np.triu(np.corrcoef(coarse.astype(np.float32)), 1) >= 0.84
    pairs = np.argwhere(alike)
    agreeing = np.concatenate(
        [agreement(faces[part[:, 0]], faces[part[:, 1]]) for part in np.array_split(pairs, 8)]
    )
    expected = set(map(tuple, pairs[agreeing >= STRUCTURE].tolist()))
    found = set(map(tuple, find_lookalikes(faces).pairs.tolist()))
    assert len(expected) > 20
    assert found <= expected
    assert len(found) >= 0.9 * len(expected)


def test_the_hash_does_not_mind_brightness_and_contrast(faces):
    dim = (faces // 2 + 20).astype(np.uint8)
    apart = np.bitwise_count(perceptual_hash(faces) ^ perceptual_hash(dim)).sum(axis=1)
    assert apart.max() <= 4
