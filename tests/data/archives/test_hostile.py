"""Archives made to do harm: every trick known to us is refused, by name, and leaves nothing behind."""

import gzip
import io
import struct
import tarfile
import tracemalloc
import zipfile
import zlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pvlib.data.archives import needs_password, unpack
from pvlib.errors import CourseError

ESCAPES = [
    "../outside.png",
    "a/../../outside.png",
    "..",
    "/outside.png",
    "//server/share/outside.png",
    "C:/outside.png",
    "c:outside.png",
    "\\outside.png",
    "..\\outside.png",
    "a\\..\\..\\outside.png",
]
UNPORTABLE = [
    "aux",
    "NUL.png",
    "a/com1.txt",
    "LPT9 .png",
    "a.",
    "a ",
    "ab:b.png",
    "conin$",
    "a\tb",
    "a\nb.png",
    "x" * 300,
]


@pytest.fixture(params=["zip", "tar"])
def pack(request, tmp_path):
    """A function that writes an archive of one file or more under tmp_path/inner, however they are named."""

    def write(*names):
        (tmp_path / "inner").mkdir()
        path = tmp_path / "inner" / f"set.{request.param}"
        if request.param == "zip":
            with zipfile.ZipFile(path, "w") as archive:
                for name in names:
                    entry = zipfile.ZipInfo("x")
                    entry.filename = name
                    archive.writestr(entry, b"evil")
        else:
            with tarfile.open(path, "w") as archive:
                for name in names:
                    archive.addfile(_file(name, 4), io.BytesIO(b"evil"))
        return path

    return write


def _file(name, size=0, kind=tarfile.REGTYPE, link=""):
    entry = tarfile.TarInfo(name)
    entry.size, entry.type, entry.linkname = size, kind, link
    return entry


def assert_refused(path, complaint, **options):
    """The archive is refused, and nothing is new in the folder of the archive and the one around it."""
    around = path.parent.parent
    before = sorted(around.rglob("*"))
    with pytest.raises(CourseError, match=complaint) as caught:
        unpack(path, path.parent / "out", **options)
    assert str(caught.value).startswith(str(path))
    assert "\n" not in str(caught.value)
    assert sorted(around.rglob("*")) == before


@pytest.mark.parametrize("name", ESCAPES)
def test_a_name_that_leads_out_of_the_folder_is_refused(pack, name):
    assert_refused(pack("fine.png", name), "leads out of the folder|is an absolute path")


@pytest.mark.parametrize("name", UNPORTABLE)
def test_a_name_that_is_none_on_some_system_is_refused(pack, name):
    assert_refused(pack("fine.png", name), "under Windows|control characters|is too long")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("a.png", "A.PNG"),
        ("Train/a.png", "train/b.png"),
        ("é.png", "e\u0301.png"),
        ("a", "a/b.png"),
        ("a/b.png", "A"),
        ("ſ.png", "s.png"),
    ],
)
def test_names_that_mean_one_file_on_some_system_are_refused(pack, one, other):
    assert_refused(pack(one, other), "mean the same file on some systems")


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_a_name_that_comes_twice_is_refused(pack):
    assert_refused(pack("a.png", "./a.png"), "'./?a.png'|'a.png' comes twice")


def test_a_zero_byte_does_not_hide_the_rest_of_a_name(tmp_path):
    (tmp_path / "inner").mkdir()
    path = tmp_path / "inner" / "set.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("fine_png/../../out", b"evil")
    path.write_bytes(path.read_bytes().replace(b"fine_png/", b"fine.png\0"))
    assert_refused(path, "leads out|control characters")


@pytest.mark.parametrize(
    "entry",
    [
        _file("link", kind=tarfile.SYMTYPE, link="/etc/passwd"),
        _file("link", kind=tarfile.SYMTYPE, link="../../outside"),
        _file("link", kind=tarfile.SYMTYPE, link="fine.png"),
        _file("pipe", kind=tarfile.FIFOTYPE),
        _file("disk", kind=tarfile.BLKTYPE),
        _file("zero", kind=tarfile.CHRTYPE),
        _file("link", kind=tarfile.LNKTYPE, link="/etc/passwd"),
        _file("link", kind=tarfile.LNKTYPE, link="../outside"),
        _file("link", kind=tarfile.LNKTYPE, link="later.png"),
    ],
    ids=lambda entry: f"{entry.type.decode()}-{entry.linkname}",
)
def test_a_tar_entry_that_is_no_plain_file_is_refused(tmp_path, entry):
    (tmp_path / "inner").mkdir()
    path = tmp_path / "inner" / "set.tar"
    with tarfile.open(path, "w") as archive:
        archive.addfile(_file("fine.png"))
        archive.addfile(entry)
        archive.addfile(_file("later.png"))
    assert_refused(path, "no set of faces needs|leads out|is an absolute path|no earlier file")


@pytest.mark.parametrize(
    ("kind", "word"), [(0o120777, "symbolic link"), (0o020666, "device"), (0o010666, "pipe")]
)
def test_a_zip_entry_that_is_no_plain_file_is_refused(tmp_path, kind, word):
    (tmp_path / "inner").mkdir()
    path = tmp_path / "inner" / "set.zip"
    with zipfile.ZipFile(path, "w") as archive:
        entry = zipfile.ZipInfo("link")
        entry.create_system, entry.external_attr = 3, kind << 16
        archive.writestr(entry, "/etc/passwd")
    assert_refused(path, word)


@pytest.mark.parametrize("kind", ["zip", "tar.gz", "tar.xz"])
def test_far_more_than_the_archives_size_needs_permission(tmp_path, kind):
    (tmp_path / "inner").mkdir()
    path = tmp_path / "inner" / f"set.{kind}"
    size = 80 << 20
    if kind == "zip":
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive, archive.open("zeros", "w") as file:
            for _ in range(80):
                file.write(bytes(1 << 20))
    else:
        with tarfile.open(path, f"w:{kind[4:]}") as archive:
            archive.addfile(_file("zeros", size), io.BytesIO(bytes(size)))
    assert_refused(path, "more than 0.1 GiB.*--limit")
    assert unpack(path, tmp_path / "out", limit=size + 4096).bytes == size


def test_a_million_empty_files_count_by_the_room_they_take(tmp_path):
    (tmp_path / "inner").mkdir()
    path = tmp_path / "inner" / "set.tar.gz"
    header = _file("n" * 50).tobuf()
    with gzip.open(path, "wb", compresslevel=1) as file:
        for number in range(20_000):
            name = f"{number:050}".encode()
            entry = bytearray(header)
            entry[:50] = name
            entry[148:156] = b" " * 8
            entry[148:156] = b"%06o\0 " % sum(entry)
            file.write(entry)
        file.write(bytes(10240))
    assert_refused(path, "more than 0.1 GiB")


def test_zip_entries_that_share_their_bytes_are_refused(tmp_path):
    (tmp_path / "inner").mkdir()
    path = tmp_path / "inner" / "set.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("a", bytes(5000))
        archive.start_dir = archive.fp.tell()
        for number in range(9):  # nine more names for the one entry
            again = zipfile.ZipInfo(f"b{number}")
            first = archive.filelist[0]
            again.CRC, again.compress_size, again.file_size = first.CRC, first.compress_size, first.file_size
            again.header_offset = 0
            archive.filelist.append(again)
            archive.NameToInfo[again.filename] = again
        archive._didModify = True
    assert_refused(path, "its entries overlap")


def _octal(entry, start, text):
    block = bytearray(entry)
    block[start : start + len(text)] = text
    block[148:156] = b" " * 8
    block[148:156] = b"%06o\0 " % sum(block)
    return bytes(block)


@pytest.mark.parametrize("kind", [tarfile.XHDTYPE, tarfile.XGLTYPE, tarfile.GNUTYPE_LONGNAME])
def test_a_header_that_asks_for_a_gigabyte_gets_no_memory(tmp_path, kind):
    (tmp_path / "inner").mkdir()
    path = tmp_path / "inner" / "set.tar.gz"
    with gzip.open(path, "wb", compresslevel=1) as file:
        file.write(_file("x", 1 << 30, kind).tobuf(tarfile.GNU_FORMAT))
        file.write(bytes(8 << 20))
    tracemalloc.start()
    assert_refused(path, "asks for more than any header holds")
    assert tracemalloc.get_traced_memory()[1] < 16 << 20
    tracemalloc.stop()


@pytest.mark.parametrize("kind", [tarfile.REGTYPE, tarfile.XHDTYPE, b"Z"])
def test_a_negative_size_does_not_send_the_reader_backwards_for_ever(tmp_path, kind):
    (tmp_path / "inner").mkdir()
    path = tmp_path / "inner" / "set.tar"
    negative = b"\xff" + (-1024).to_bytes(11, "big", signed=True)
    first, evil = _file("a.png").tobuf(), _octal(_file("b.png", 0, kind).tobuf(), 124, negative)
    path.write_bytes(first + evil + bytes(10240))
    assert_refused(path, "damaged|backwards|no set of faces needs")


def test_a_file_of_holes_is_refused(tmp_path):
    (tmp_path / "inner").mkdir()
    path = tmp_path / "inner" / "set.tar"
    sparse = {"GNU.sparse.map": "0,0", "GNU.sparse.size": str(1 << 40), "GNU.sparse.name": "hole"}
    entry = _file("hole")
    entry.pax_headers = sparse
    with tarfile.open(path, "w", format=tarfile.PAX_FORMAT) as archive:
        archive.addfile(entry)
    assert_refused(path, "no set of faces needs")


class ZipCrypto:
    """The traditional encryption of PKWARE's APPNOTE 6.1, for the test's own archives."""

    def __init__(self, password):
        self.keys = [0x12345678, 0x23456789, 0x34567890]
        for byte in password:
            self.update(byte)

    def update(self, byte):
        a, b, c = self.keys
        a = self.crc(byte, a)
        b = ((b + (a & 0xFF)) * 134775813 + 1) & 0xFFFFFFFF
        self.keys = [a, b, self.crc(b >> 24, c)]

    @staticmethod
    def crc(byte, crc):
        # the table's step of CRC-32, without the inversions that zlib puts around it
        return zlib.crc32(bytes([byte]), crc ^ 0xFFFFFFFF) ^ 0xFFFFFFFF

    def encrypt(self, plain):
        result = bytearray()
        for byte in plain:
            mask = (self.keys[2] & 0xFFFF) | 2
            result.append(byte ^ ((mask * (mask ^ 1)) >> 8 & 0xFF))
            self.update(byte)
        return bytes(result)


def encrypted_zip(path, content, password, method=0):
    crc, name = zlib.crc32(content), b"face.png"
    body = ZipCrypto(password).encrypt(bytes(11) + bytes([crc >> 24]) + content)
    fields = struct.pack("<HHHHHIIIHH", 20, 1, method, 0, 0x21, crc, len(body), len(content), len(name), 0)
    local = b"PK\3\4" + fields + name + body
    central = b"PK\1\2" + struct.pack("<H", 20) + fields + struct.pack("<HHHII", 0, 0, 0, 0, 0) + name
    end = b"PK\5\6" + struct.pack("<HHHHIIH", 0, 0, 1, 1, len(central), len(local), 0)
    path.write_bytes(local + central + end)


def test_an_encrypted_zip_opens_with_its_password_only(tmp_path):
    (tmp_path / "inner").mkdir()
    path = tmp_path / "inner" / "set.zip"
    encrypted_zip(path, b"a face" * 100, b"secret")
    assert needs_password(path)
    assert_refused(path, "needs a password.*--password-file")
    for wrong in (b"Secret", b"x", "ü".encode()):
        assert_refused(path, "the password is wrong", password=wrong)
    unpack(path, tmp_path / "out", password=b"secret")
    assert (tmp_path / "out" / "face.png").read_bytes() == b"a face" * 100


def test_another_encryption_names_the_program_that_opens_it(tmp_path):
    (tmp_path / "inner").mkdir()
    path = tmp_path / "inner" / "set.zip"
    encrypted_zip(path, b"a face", b"secret", method=99)
    assert_refused(path, "encrypted with AES.*7-Zip", password=b"secret")
    encrypted_zip(path, b"a face", b"secret", method=93)
    assert_refused(path, "only other programs know.*7-Zip", password=b"secret")


@settings(max_examples=150, deadline=None, derandomize=True, database=None)
@given(
    name=st.text(st.sampled_from("ab./\\:\0 éE\u0301-C"), min_size=1, max_size=9),
    kind=st.sampled_from(["zip", "tar"]),
)
def test_no_name_whatever_leads_out(tmp_path_factory, name, kind):
    around = tmp_path_factory.mktemp("names")
    (around / "inner").mkdir()
    path = around / "inner" / "set"
    if kind == "zip":
        entry = zipfile.ZipInfo("x")
        entry.filename = entry.orig_filename = name
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr(entry, b"evil")
    else:
        with tarfile.open(path, "w") as archive:
            archive.addfile(_file(name, 4), io.BytesIO(b"evil"))
    try:
        unpack(path, around / "inner" / "out")
    except CourseError:
        assert sorted(around.rglob("*")) == [around / "inner", path]
    else:
        outside = [found for found in around.rglob("*") if (around / "inner" / "out") not in found.parents]
        assert sorted(outside) == [around / "inner", around / "inner" / "out", path]
