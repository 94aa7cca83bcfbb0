"""Near duplicates: a picture changed a little, or mirrored, is found; different faces and blank pictures are not."""

import io
import json
from itertools import combinations

import numpy as np
import pytest
from PIL import Image

from data_scripts import find_near_duplicates as script
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


CHANGES = {
    "jpeg 90": jpeg(90),
    "jpeg 50": jpeg(50),
    "darker": lambda face: (face * 0.7).astype(np.uint8),
    "less contrast": lambda face: (face // 2 + 60).astype(np.uint8),
    "resized": lambda face: np.asarray(Image.fromarray(face).resize((96, 96)).resize((48, 48))),
}


@pytest.mark.parametrize("mirror", [False, True])
@pytest.mark.parametrize("change", CHANGES)
def test_every_changed_copy_is_found_with_its_original_and_nothing_else(faces, change, mirror):
    copies = np.stack([CHANGES[change](face) for face in faces[:40]])
    copies = copies[:, :, ::-1] if mirror else copies
    pairs, mirrored, ended = script.near_duplicates(np.concatenate([faces, copies]))
    assert pairs.tolist() == [[i, i + len(faces)] for i in range(40)]
    assert (mirrored == mirror).all()
    assert not ended


def test_nearly_every_shifted_copy_is_found_and_nothing_else(faces):
    copies = np.stack([np.pad(face, ((0, 0), (1, 0)), mode="edge")[:, :-1] for face in faces])
    pairs, mirrored, _ = script.near_duplicates(np.concatenate([faces, copies]))
    assert (pairs[:, 1] - pairs[:, 0] == len(faces)).all()
    assert len(pairs) >= 0.95 * len(faces)
    assert not mirrored.any()


def test_different_faces_do_not_agree(faces):
    first, second = np.array(list(combinations(range(50), 2))).T
    assert script.agreement(faces[first], faces[second]).max() < script.STRUCTURE
    assert len(script.near_duplicates(faces)[0]) == 0


def test_blank_and_nearly_blank_pictures_and_noise_match_nothing():
    random = np.random.default_rng(0)
    blank = np.stack([np.full((48, 48), grey, np.uint8) for grey in range(0, 250, 10)])
    faint = (128 + random.integers(-2, 3, (25, 48, 48))).astype(np.uint8)
    noise = random.integers(0, 256, (200, 48, 48), np.uint8)
    assert len(script.near_duplicates(np.concatenate([blank, faint, noise]))[0]) == 0


def test_a_film_whose_frames_are_all_alike_ends_early_and_says_so(faces):
    frames = np.stack([np.clip(faces[0].astype(int) + i % 7, 0, 255) for i in range(60)]).astype(np.uint8)
    pairs, mirrored, _ = script.near_duplicates(frames)
    assert (~mirrored).sum() == 60 * 59 / 2
    pairs, _, ended = script.near_duplicates(frames, most=100)
    assert ended
    assert len(pairs) <= 100


def test_candidates_are_all_pairs_that_agree_in_three_groups_each_of_them_once():
    random = np.random.default_rng(1)
    hashes = random.integers(0, 256, (8, 8), np.uint8)[random.integers(0, 8, 120)]
    hashes ^= np.packbits(random.random((120, 64)) < 0.12, axis=1)
    hashes[:, 7] &= 0xFE  # the 64th bit is not used
    bits = np.unpackbits(hashes, axis=1)[:, :63]
    expected = []
    for one, other in combinations(range(120), 2):
        differing = np.flatnonzero(bits[one] != bits[other])
        untouched = 12 - len({int(bit) % 12 for bit in differing})
        if len(differing) <= script.BITS_APART and untouched >= 3:
            expected.append((one, other))
    parts = script.candidates(hashes)
    found = [pair for one, other in parts for pair in zip(one.tolist(), other.tolist(), strict=True)]
    assert sorted(found) == expected
    assert len(expected) > 50


def test_mirrored_test_faces_in_training_are_found_and_listed(drawn, call, tmp_path):
    root = drawn("rafdb-folders", tmp_path / "set", train=12, test=4)
    for path in sorted((root / "test").rglob("*.jpg")):
        flipped = Image.open(path).transpose(Image.Transpose.FLIP_LEFT_RIGHT)
        folder = root / "train" / path.parent.name
        folder.mkdir(exist_ok=True)
        flipped.save(folder / f"flipped_{path.name}", quality=85)
    result = call(script.main, root, "--workers", 1, "--json", tmp_path / "pairs.json")
    assert "20 different images: 4 pairs, 4 of them mirrored" in result.stdout
    assert "pairs across splits: 4, 4 of them mirrored" in result.stdout
    found = json.loads((tmp_path / "pairs.json").read_text())
    assert all("flipped_" in " ".join(pair["images"]) and pair["mirrored"] for pair in found)
    refused = call(script.main, tmp_path / "none")
    assert refused.exit_code == 1
    assert "there is no file or folder" in refused.stderr
