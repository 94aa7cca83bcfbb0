"""What goes into an archive comes out of it; one made to do harm, or damaged, leaves nothing behind."""

import gzip
import io
import signal
import stat
import subprocess
import sys
import tarfile
import time
import tracemalloc
import zipfile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data_scripts.archives import unpack
from data_scripts.unpack import main
from pvlib.errors import CourseError

FILES = {"set/train/1/a.jpg": b"a" * 3000, "set/train/2/ü.png": bytes(range(256)) * 700, "set/list.txt": b""}
KINDS = ("zip", "w:", "w:gz", "w:bz2", "w:xz")


def entry(name, size=0, kind=tarfile.REGTYPE, link=""):
    info = tarfile.TarInfo(name)
    info.size, info.type, info.linkname = size, kind, link
    return info


def pack(path, files, kind):
    """Write an archive of (name, content) pairs, however the files are named."""
    if kind == "zip":
        with zipfile.ZipFile(path, "w") as archive:
            for name, content in files:
                info = zipfile.ZipInfo("x")
                info.filename = info.orig_filename = name
                info.compress_type = zipfile.ZIP_DEFLATED
                archive.writestr(info, content)
    else:
        with tarfile.open(path, kind) as archive:
            for name, content in files:
                archive.addfile(entry(name, len(content)), io.BytesIO(content))
    return path


def contents(folder):
    return {
        path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()
    }


def assert_refused(path, complaint, folder=None, **options):
    """The archive is refused in one line that names it, and nothing new lies in or around its folder."""
    before = sorted(path.parent.parent.rglob("*"))
    with pytest.raises(CourseError, match=complaint) as caught:
        unpack(path, folder or path.parent / "out", **options)
    assert str(caught.value).startswith(f"{path} was not unpacked: ")
    assert "\n" not in str(caught.value)
    assert sorted(path.parent.parent.rglob("*")) == before


@pytest.fixture
def path(tmp_path):
    """Where an archive goes, two folders deep, so that it can be seen if something gets out."""
    (tmp_path / "inner").mkdir()
    return tmp_path / "inner" / "set"


@pytest.mark.parametrize("kind", KINDS)
def test_what_went_in_comes_out(path, kind):
    pack(path, FILES.items(), kind)
    assert unpack(path, path.parent / "new" / "out") == (3, sum(map(len, FILES.values())))
    assert contents(path.parent / "new" / "out") == FILES
    assert [left.name for left in (path.parent / "new").iterdir()] == ["out"]


def test_an_empty_folder_is_filled_and_a_full_one_or_a_file_is_refused_untouched(path):
    pack(path, FILES.items(), "zip")
    out = path.parent / "out"
    out.mkdir()
    unpack(path, out)
    (out / "set" / "list.txt").write_text("mine")
    for target in (out, path):
        with pytest.raises(CourseError, match="is there already"):
            unpack(path, target)
    assert (out / "set" / "list.txt").read_text() == "mine"
    with pytest.raises(CourseError, match="no file"):
        unpack(path.parent / "none.zip", path.parent / "more")
    path.write_bytes(b"7z\xbc\xaf\x27\x1c\0\4")
    assert_refused(path, "no zip or tar archive.*7-Zip", folder=path.parent / "more")


@pytest.mark.parametrize("kind", ["zip", "w:"])
@pytest.mark.parametrize("name", [
    "../out.png", "a/../../out.png", "..", "/out.png", "//server/out.png", "C:/out.png", "c:out.png", "\\out.png",
    "..\\out.png", "a\\..\\..\\out.png", "ab:b.png",
])  # fmt: skip
def test_a_name_that_leads_out_on_some_system_is_refused(path, kind, name):
    assert_refused(pack(path, [("fine.png", b""), (name, b"evil")], kind), "leads out of the folder")


@pytest.mark.filterwarnings("ignore:Duplicate name")
@pytest.mark.parametrize("kind", ["zip", "w:"])
@pytest.mark.parametrize(
    ("one", "other"), [("a.png", "a.png"), ("a.png", "./a.png"), ("a", "a/b.png"), ("a/b.png", "a")]
)
def test_names_that_mean_one_file_are_refused(path, kind, one, other):
    assert_refused(pack(path, [(one, b""), (other, b"")], kind), "comes twice")


def test_a_zero_byte_does_not_hide_the_rest_of_a_name(path):
    pack(path, [("fine_png/../../out", b"evil")], "zip")
    path.write_bytes(path.read_bytes().replace(b"fine_png/", b"fine.png\0"))
    assert_refused(path, "leads out")


@pytest.mark.parametrize("kind", [
    tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.FIFOTYPE, tarfile.BLKTYPE, tarfile.CHRTYPE, b"Z",
])  # fmt: skip
def test_a_tar_entry_that_is_no_plain_file_is_refused(path, kind):
    with tarfile.open(path, "w") as archive:
        archive.addfile(entry("fine.png"))
        archive.addfile(entry("link", kind=kind, link="fine.png"))
    assert_refused(path, "no set of faces needs|damaged")


def test_a_link_in_a_zip_is_refused(path):
    with zipfile.ZipFile(path, "w") as archive:
        info = zipfile.ZipInfo("link")
        info.external_attr = (stat.S_IFLNK | 0o777) << 16
        archive.writestr(info, "/etc/passwd")
    assert_refused(path, "link or device")


def test_no_file_keeps_odd_rights(path):
    with tarfile.open(path, "w") as archive:
        tool = entry("a.png", 3)
        tool.mode = 0o6777
        archive.addfile(tool, io.BytesIO(b"abc"))
    unpack(path, path.parent / "out")
    assert (path.parent / "out" / "a.png").stat().st_mode & 0o7111 == 0


@pytest.mark.parametrize("kind", ["zip", "w:gz"])
def test_a_bomb_of_bytes_or_of_entries_is_refused_unless_it_is_trusted(path, kind):
    pack(path, [("zeros", bytes(70 << 20))], kind)
    assert_refused(path, "0.1 GiB.*--limit GIB")
    unpack(path, path.parent / "out", limit=71 << 20)
    pack(path, [(f"{i}", b"") for i in range(300)], kind)
    with pytest.raises(CourseError, match="would become more"):
        unpack(path, path.parent / "more", limit=1 << 20)


@pytest.mark.parametrize("kind", [tarfile.XHDTYPE, tarfile.GNUTYPE_LONGNAME])
def test_a_header_that_asks_for_memory_gets_none(path, kind):
    with gzip.open(path, "wb", compresslevel=1) as file:
        file.write(entry("x", 1 << 30, kind).tobuf(tarfile.GNU_FORMAT))
        file.write(bytes(8 << 20))
    tracemalloc.start()
    assert_refused(path, "asks for more than any header holds")
    assert tracemalloc.get_traced_memory()[1] < 16 << 20
    tracemalloc.stop()


def test_a_file_of_holes_is_refused(path):
    hole = entry("hole")
    hole.pax_headers = {"GNU.sparse.map": "0,0", "GNU.sparse.size": str(1 << 40), "GNU.sparse.name": "hole"}
    with tarfile.open(path, "w", format=tarfile.PAX_FORMAT) as archive:
        archive.addfile(hole)
    assert_refused(path, "no set of faces needs")


def test_an_encrypted_zip_names_the_program_that_opens_it(path):
    pack(path, [("face.png", b"")], "zip")
    content = bytearray(path.read_bytes())
    for mark, offset in ((b"PK\3\4", 6), (b"PK\1\2", 8)):  # the flags in the local and the central header
        content[content.index(mark) + offset] |= 1
    path.write_bytes(content)
    assert_refused(path, "encrypted: unpack it with 7-Zip")


@pytest.mark.parametrize("kind", KINDS)
@settings(max_examples=25, deadline=None, derandomize=True, database=None)
@given(share=st.floats(0, 0.999), flip=st.integers(1, 255))
def test_an_archive_cut_short_is_refused_and_a_changed_byte_is_never_a_crash(
    tmp_path_factory, kind, share, flip
):
    inner = tmp_path_factory.mktemp("damaged") / "inner"
    inner.mkdir()
    whole = pack(inner / "set", FILES.items(), kind).read_bytes()
    # nobody misses a tar's last padding
    needed = len(whole.rstrip(b"\0")) + 1 if kind == "w:" else len(whole)
    (inner / "set").write_bytes(whole[: int(share * needed)])
    assert_refused(inner / "set", "damaged|no zip or tar")
    changed = bytearray(whole)
    changed[int(share * len(whole))] ^= flip
    (inner / "set").write_bytes(changed)
    try:
        unpack(inner / "set", inner / "out")
    except CourseError:
        assert [left.name for left in inner.iterdir()] == ["set"]


@pytest.mark.parametrize("damage", ["cut between two files", "damaged header in the middle"])
def test_a_tar_whose_end_is_not_its_end_mark_is_refused(path, damage):
    pack(path, [("a.png", b"x" * 512), ("b.png", b"y" * 512)], "w:")
    content = bytearray(path.read_bytes())
    content[1024 + 150] ^= 1  # in the check sum of b.png's header
    path.write_bytes(content if damage.startswith("damaged") else content[:1024])
    assert_refused(path, "end mark is missing")


# ---- the script


def test_the_limit_is_named_and_can_be_raised(tmp_path, call):
    archive = pack(tmp_path / "set.zip", [("train/a.png", bytes(70 << 20))], "zip")
    refused = call(main, archive, tmp_path / "out")
    assert refused.exit_code == 1
    assert "--limit GIB" in refused.stderr
    assert not (tmp_path / "out").exists()
    done = call(main, archive, tmp_path / "out", "--limit", "0.1")
    assert done.exit_code == 0
    assert done.stdout.splitlines() == [
        f"Files in {tmp_path}/out: 1, 73.4 MB.",
        f"Next: python data_scripts/check.py {tmp_path}/out",
    ]


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGTERM that a program can answer")
@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
def test_a_command_that_is_told_to_end_leaves_nothing(tmp_path, how):
    with tarfile.open(tmp_path / "set.tar.gz", "w:gz", compresslevel=1) as file:
        file.fileobj.write(entry("zeros", 3 << 30).tobuf())
        for _ in range(150):
            file.fileobj.write(bytes(1 << 20))
    command = [sys.executable, "-m", "data_scripts.unpack", "set.tar.gz", "out", "--limit", "9"]
    process = subprocess.Popen(command, cwd=tmp_path, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    deadline = time.monotonic() + 60
    while not list(tmp_path.glob(".out*/**/zeros")) and time.monotonic() < deadline:
        time.sleep(0.005)
    process.send_signal(how)
    assert process.wait(60) != 0
    assert [path.name for path in tmp_path.iterdir()] == ["set.tar.gz"]
