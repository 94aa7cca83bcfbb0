"""What goes into an archive comes out of it; a damaged one leaves nothing behind."""

import io
import tarfile
import zipfile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pvlib.data.archives import is_archive, needs_password, unpack
from pvlib.errors import CourseError

FILES = {
    "set/train/1/a.jpg": b"a" * 3000,
    "set/train/2/ü.png": bytes(range(256)) * 700,
    "set/list.txt": b"",
}
SOME = settings(max_examples=60, deadline=None, derandomize=True, database=None)


def write_zip(path, files, compression=zipfile.ZIP_DEFLATED):
    with zipfile.ZipFile(path, "w", compression) as archive:
        for name, content in files.items():
            archive.writestr(name, content)


def write_tar(path, files, mode="w"):
    with tarfile.open(path, mode) as archive:
        for name, content in files.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(content)
            archive.addfile(entry, io.BytesIO(content))


def contents(folder):
    return {
        path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()
    }


def refusal(path, folder):
    """The complaint about the archive, or None where it could be unpacked; any other error is a crash."""
    try:
        unpack(path, folder)
    except CourseError as error:
        return str(error)
    return None


def names(folder):
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*"))


WRITERS = {
    "stored.zip": lambda path: write_zip(path, FILES, zipfile.ZIP_STORED),
    "set.zip": lambda path: write_zip(path, FILES),
    "lzma.zip": lambda path: write_zip(path, FILES, zipfile.ZIP_LZMA),
    "set.tar": lambda path: write_tar(path, FILES),
    "set.tar.gz": lambda path: write_tar(path, FILES, "w:gz"),
    "set.tar.bz2": lambda path: write_tar(path, FILES, "w:bz2"),
    "set.tar.xz": lambda path: write_tar(path, FILES, "w:xz"),
}


@pytest.mark.parametrize("name", WRITERS)
def test_what_went_in_comes_out(tmp_path, name):
    WRITERS[name](tmp_path / name)
    unpacked = unpack(tmp_path / name, tmp_path / "new" / "out")
    assert contents(tmp_path / "new" / "out") == FILES
    assert (unpacked.files, unpacked.bytes) == (3, sum(map(len, FILES.values())))
    assert sorted(path.name for path in (tmp_path / "new").iterdir()) == ["out"]


def test_the_kind_is_told_by_the_content_not_by_the_name(tmp_path):
    write_tar(tmp_path / "set.zip", FILES, "w:gz")
    unpack(tmp_path / "set.zip", tmp_path / "out")
    assert contents(tmp_path / "out") == FILES


def test_an_empty_folder_is_filled_and_a_full_one_is_refused_untouched(tmp_path):
    write_zip(tmp_path / "set.zip", FILES)
    (tmp_path / "out").mkdir()
    unpack(tmp_path / "set.zip", tmp_path / "out")
    (tmp_path / "out" / "set" / "list.txt").write_text("mine")
    with pytest.raises(CourseError, match="out is not empty"):
        unpack(tmp_path / "set.zip", tmp_path / "out")
    assert (tmp_path / "out" / "set" / "list.txt").read_text() == "mine"


def test_files_get_usual_rights_whatever_the_archive_says(tmp_path):
    with tarfile.open(tmp_path / "set.tar", "w") as archive:
        entry = tarfile.TarInfo("tool")
        entry.mode = 0o6777
        archive.addfile(entry)
    unpack(tmp_path / "set.tar", tmp_path / "out")
    assert (tmp_path / "out" / "tool").stat().st_mode & 0o7111 == 0


def test_a_hard_link_becomes_a_copy_of_its_own(tmp_path):
    with tarfile.open(tmp_path / "set.tar", "w") as archive:
        entry = tarfile.TarInfo("a.png")
        entry.size = 3
        archive.addfile(entry, io.BytesIO(b"abc"))
        link = tarfile.TarInfo("b.png")
        link.type, link.linkname = tarfile.LNKTYPE, "a.png"
        archive.addfile(link)
    unpack(tmp_path / "set.tar", tmp_path / "out")
    assert contents(tmp_path / "out") == {"a.png": b"abc", "b.png": b"abc"}
    assert (tmp_path / "out" / "b.png").stat().st_nlink == 1


@settings(SOME, max_examples=25)
@given(
    files=st.dictionaries(
        st.from_regex(r"[a-z]{1,3}(/[a-z]{1,3}){0,2}\.png", fullmatch=True),
        st.binary(max_size=2000),
        min_size=1,
        max_size=6,
    ),
    kind=st.sampled_from(["zip", "w", "w:gz", "w:xz"]),
)
def test_any_files_come_back(tmp_path_factory, files, kind):
    folder = tmp_path_factory.mktemp("round")
    write_zip(folder / "set", files) if kind == "zip" else write_tar(folder / "set", files, kind)
    unpack(folder / "set", folder / "out")
    assert contents(folder / "out") == files


@pytest.mark.parametrize("name", [name for name in WRITERS if name != "lzma.zip"])
@SOME
@given(share=st.floats(0, 0.999))
def test_an_archive_cut_short_anywhere_is_refused_and_leaves_nothing(tmp_path_factory, name, share):
    folder = tmp_path_factory.mktemp("cut")
    path = folder / name
    WRITERS[name](path)
    whole = path.read_bytes()
    path.write_bytes(whole[: int(share * _needed(whole, name))])
    with pytest.raises(CourseError, match=name):
        unpack(path, folder / "deep" / "out")
    assert names(folder) == [name]


def _needed(whole, name):
    """A tar file ends with padding that nobody misses: one block of zeros is the end mark."""
    return len(whole.rstrip(b"\0")) + 1 if name == "set.tar" else len(whole)


@pytest.mark.parametrize("name", ["set.zip", "set.tar", "set.tar.gz"])
@SOME
@given(data=st.data())
def test_a_damaged_archive_is_refused_or_gives_files_but_is_never_a_crash(tmp_path_factory, name, data):
    folder = tmp_path_factory.mktemp("flip")
    path = folder / name
    WRITERS[name](path)
    content = bytearray(path.read_bytes())
    for _ in range(data.draw(st.integers(1, 3))):
        place = data.draw(st.integers(0, len(content) - 1))
        content[place : place + data.draw(st.integers(0, 4))] = data.draw(st.binary(max_size=4))
    path.write_bytes(content)
    complaint = refusal(path, folder / "out")
    if complaint:
        assert name in complaint
        assert "\n" not in complaint
        assert names(folder) == [name]
    else:
        assert {path.name for path in folder.iterdir()} == {name, "out"}


@pytest.mark.parametrize("kind", ["zip", "w:gz"])
def test_a_flipped_bit_in_compressed_data_is_never_passed_on(tmp_path, kind):
    files = {"noise.bin": bytes((i * i * 7919 >> 5) % 256 for i in range(20_000))}
    path = tmp_path / "set"
    write_zip(path, files) if kind == "zip" else write_tar(path, files, kind)
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 8
    path.write_bytes(content)
    with pytest.raises(CourseError, match="is damaged"):
        unpack(path, tmp_path / "out")
    assert names(tmp_path) == ["set"]


def test_a_tar_that_ends_between_two_entries_counts_as_cut_short(tmp_path):
    write_tar(tmp_path / "set.tar", {"a.png": b"x" * 512, "b.png": b"y" * 512})
    whole = (tmp_path / "set.tar").read_bytes()
    (tmp_path / "set.tar").write_bytes(whole[:1024])  # one header, one block
    with pytest.raises(CourseError, match="end mark is missing"):
        unpack(tmp_path / "set.tar", tmp_path / "out")
    assert names(tmp_path) == ["set.tar"]


def test_a_tar_with_a_damaged_header_in_the_middle_is_not_taken_for_its_end(tmp_path):
    write_tar(tmp_path / "set.tar", {"a.png": b"x" * 512, "b.png": b"y" * 512})
    content = bytearray((tmp_path / "set.tar").read_bytes())
    content[1024 + 150] ^= 1  # in the check sum of b.png's header
    (tmp_path / "set.tar").write_bytes(content)
    with pytest.raises(CourseError, match="end mark is missing"):
        unpack(tmp_path / "set.tar", tmp_path / "out")


@pytest.mark.parametrize(
    ("start", "complaint"),
    [
        (b"7z\xbc\xaf\x27\x1c\0\4", "is a 7z archive.*unpack it with 7-Zip"),
        (b"Rar!\x1a\x07\x01\0", "is a rar archive.*unpack it with 7-Zip"),
        (b"\x28\xb5\x2f\xfd", "is a Zstandard archive"),
        (b"\x89PNG", "is no zip or tar archive"),
        (b"", "is no zip or tar archive"),
    ],
)
def test_another_kind_of_file_says_what_opens_it(tmp_path, start, complaint):
    (tmp_path / "set.bin").write_bytes(start)
    with pytest.raises(CourseError, match=rf"set\.bin {complaint}"):
        unpack(tmp_path / "set.bin", tmp_path / "out")


def test_a_missing_archive_and_a_folder_are_named(tmp_path):
    with pytest.raises(CourseError, match=r"cannot read .*none\.zip"):
        unpack(tmp_path / "none.zip", tmp_path / "out")
    with pytest.raises(CourseError, match="is no file"):
        unpack(tmp_path, tmp_path / "out")


def test_a_place_that_cannot_be_written_is_named(tmp_path):
    write_zip(tmp_path / "set.zip", FILES)
    with pytest.raises(CourseError, match=r"set\.zip.out: a part of that path is a file"):
        unpack(tmp_path / "set.zip", tmp_path / "set.zip" / "out")
    with pytest.raises(CourseError, match="is there and is no folder"):
        unpack(tmp_path / "set.zip", tmp_path / "set.zip")


def test_an_interruption_leaves_nothing(tmp_path, monkeypatch):
    write_zip(tmp_path / "set.zip", FILES)

    def interrupt(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr("pvlib.data.archives.budget.Budget.add_bytes", interrupt)
    with pytest.raises(KeyboardInterrupt):
        unpack(tmp_path / "set.zip", tmp_path / "deep" / "out")
    assert names(tmp_path) == ["set.zip"]


def test_a_full_disk_is_told_before_it_is_full(tmp_path, monkeypatch):
    write_zip(tmp_path / "set.zip", FILES)
    monkeypatch.setattr("shutil.disk_usage", lambda _: type("Usage", (), {"free": 1 << 20}))
    with pytest.raises(CourseError, match=r"needs more room than the 0\.0 GiB that are free"):
        unpack(tmp_path / "set.zip", tmp_path / "out")
    assert names(tmp_path) == ["set.zip"]


@pytest.mark.parametrize(
    "name", ["a.zip", "A.ZIP", "b.tar", "c.tar.gz", "d.tgz", "e.7z", "f.part01.rar", "g.zip.001"]
)
def test_the_name_of_an_archive_is_known(tmp_path, name):
    assert is_archive(tmp_path / name)
    assert not is_archive(tmp_path / f"{name}.safetensors")


def test_only_an_encrypted_zip_needs_a_password(tmp_path):
    for name, write in WRITERS.items():
        write(tmp_path / name)
        assert not needs_password(tmp_path / name)
