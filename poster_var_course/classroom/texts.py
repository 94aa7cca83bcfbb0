"""Every text inside a file, however it is wrapped: archives, compressed bytes, base64, JSON, HTML, git's objects."""

import base64
import bz2
import gzip
import html
import io
import json
import lzma
import re
import subprocess
import tarfile
import urllib.parse
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pvlib.errors import CourseError

DEEPEST = 8  # wrappings inside each other
MOST = 256 * 2**20  # bytes that one wrapping may grow to
BASE64 = re.compile(r"[A-Za-z0-9+/_-]{24,}(?:[ \t]*\r?\n[ \t]*[A-Za-z0-9+/_-]{4,})*")
HEXADECIMAL = re.compile(r"(?:[0-9a-fA-F]{2}){24,}")
WORDS = re.compile(rb"[\t\n\r\x20-\x7e]{8,}")
ZLIB = re.compile(rb"\x78[\x01\x5e\x9c\xda]")
TAG = re.compile(r"<[^<>]*>")
PREFIX = re.compile(r"(?m)^[ \t>|*+-]*(?:\d+[.:)|]?[ \t])?")  # of quoted, listed, changed and numbered lines
ESCAPED = re.compile(r"\\(?:u([0-9a-fA-F]{4})|x([0-9a-fA-F]{2})|([nrt]))")
OPENERS: dict[bytes, Callable[..., Any]] = {
    b"\x1f\x8b": gzip.open,
    b"BZh": bz2.open,
    b"\xfd7zXZ\x00": lzma.open,
}


@dataclass(frozen=True)
class Text:
    """A text, the file that holds it (`a.zip!b.ipynb`), and where in it ("cells[3] target, outputs[0]")."""

    path: str
    where: str
    text: str


@dataclass(frozen=True)
class Unread:
    """A part that could not be looked into, and why."""

    path: str
    where: str
    why: str


def texts_of(data: bytes, path: str, where: str = "", depth: int = 0) -> Iterator[Text | Unread]:
    """All texts in a file's bytes, those inside its wrappings too; each may come in several readings."""
    if not data:
        return
    if depth > DEEPEST:  # before a bomb of archives is opened
        yield Unread(path, where, f"more than {DEEPEST} wrappings inside each other")
        return
    opener = next((opener for magic, opener in OPENERS.items() if data.startswith(magic)), None)
    if zipfile.is_zipfile(io.BytesIO(data)):
        yield from _members_of_zip(data, path, depth)
    elif opener:
        yield from _unpacked(opener, data, path, where, depth)
    elif data[257:262] == b"ustar":
        yield from _members_of_tar(data, path, depth)
    else:
        yield from _texts_of_plain(data, path, where, depth)


def _texts_of_plain(data: bytes, path: str, where: str, depth: int) -> Iterator[Text | Unread]:
    """A text; of other bytes their words, and what zlib has compressed between them."""
    try:
        text = data.decode("utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig")
        if "\0" in text:
            raise ValueError("not a text")
    except ValueError:
        for found in ZLIB.finditer(data):
            yield from _inflated(data[found.start() :], path, where, depth)
        text = "\n".join(word.decode("ascii") for word in WORDS.findall(data))
    yield from _readings(text, path, where, depth)


def texts_of_git(repository: Path) -> Iterator[Text | Unread]:
    """Everything that a git repository remembers: files of every commit, lost ones too, and messages."""
    names = {}
    for line in _git(repository, "rev-list", "--objects", "--all", "--reflog").decode().splitlines():
        name, _, path = line.partition(" ")
        names[name] = path
    every = [
        "git",
        "-C",
        str(repository),
        "cat-file",
        "--batch-all-objects",
        "--batch=%(objectname) %(objecttype) %(objectsize)",
    ]
    with subprocess.Popen(every, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        while header := process.stdout.readline():
            name, kind, size = header.decode().split()
            data = process.stdout.read(int(size) + 1)[:-1]
            if kind != "tree":
                path = names.get(name) or f"{kind} {name[:12]}"
                yield from texts_of(data, path, f"git history, {kind} {name[:12]}")
    if process.returncode:
        raise CourseError(f"{repository}: git cannot list its objects; run git fsck there")


def _git(repository: Path, *words: str) -> bytes:
    try:
        return subprocess.run(["git", "-C", str(repository), *words], check=True, capture_output=True).stdout
    except FileNotFoundError:
        raise CourseError("git is not installed here, and the history must be looked through") from None
    except subprocess.CalledProcessError as error:
        raise CourseError(
            f"{repository}: git cannot read it ({error.stderr.decode(errors='replace').strip()})"
        ) from None


def _members_of_zip(data: bytes, path: str, depth: int) -> Iterator[Text | Unread]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        start = min((member.header_offset for member in archive.infolist()), default=0)
        yield from texts_of(data[:start] + archive.comment, path, "around the archive", depth + 1)
        for member in archive.infolist():
            name = f"{path}!{member.filename}"
            if member.file_size > MOST:
                yield Unread(name, "", f"larger than {MOST >> 20} MiB")
                continue
            try:
                content = archive.read(member)
            except (RuntimeError, NotImplementedError, zipfile.BadZipFile, zlib.error, OSError) as error:
                yield Unread(name, "", str(error))
                continue
            yield from texts_of(content, name, "", depth + 1)
            yield from texts_of(member.comment + member.extra, name, "comment of the member", depth + 1)


def _members_of_tar(data: bytes, path: str, depth: int) -> Iterator[Text | Unread]:
    try:
        with tarfile.open(fileobj=io.BytesIO(data)) as archive:
            for member in archive:
                if part := archive.extractfile(member):
                    yield from texts_of(part.read(), f"{path}!{member.name}", "", depth + 1)
    except tarfile.TarError as error:
        yield Unread(path, "", str(error))


def _unpacked(
    opener: Callable[..., Any], data: bytes, path: str, where: str, depth: int
) -> Iterator[Text | Unread]:
    try:
        content = opener(io.BytesIO(data)).read(MOST + 1)
    except (OSError, EOFError, zlib.error, lzma.LZMAError) as error:
        yield Unread(path, where, f"cannot be unpacked: {error}")
        return
    if len(content) > MOST:
        yield Unread(path, where, f"larger than {MOST >> 20} MiB when unpacked")
        return
    yield from texts_of(content, path, _inside(where, "unpacked"), depth + 1)


def _inflated(data: bytes, path: str, where: str, depth: int) -> Iterator[Text | Unread]:
    """A stream of zlib inside other bytes, such as a text in a picture; most places that look so are none."""
    stream = zlib.decompressobj()
    try:
        content = stream.decompress(data, MOST)
    except zlib.error:
        return
    if len(content) == MOST:
        yield Unread(path, where, f"larger than {MOST >> 20} MiB when unpacked")
    elif content:
        yield from texts_of(content, path, _inside(where, "unpacked"), depth + 1)


def _readings(text: str, path: str, where: str, depth: int) -> Iterator[Text | Unread]:
    """The text as it stands, and as it reads without escapes, tags, marks of quotation and encodings."""
    if depth > DEEPEST:
        yield Unread(path, where, f"more than {DEEPEST} wrappings inside each other")
        return
    seen: set[str] = set()
    readings = [text]
    while readings and len(seen) < DEEPEST:
        reading = readings.pop(0)
        if reading in seen or not reading.strip():
            continue
        seen.add(reading)
        yield Text(path, where, reading)
        readings += [
            ESCAPED.sub(_unescaped, reading),
            html.unescape(TAG.sub("", reading)),
            PREFIX.sub("", reading),
        ]
        if "%" in reading:
            readings.append(urllib.parse.unquote(reading))
    if text.lstrip()[:1] in ("{", "["):
        try:
            content = json.loads(text)
        except (ValueError, RecursionError):
            pass
        else:
            yield from _leaves(content, path, where, depth)
            return  # what is packed is in the leaves
    for run in BASE64.findall(text):
        packed = re.sub(r"\s", "", run).rstrip("=").replace("-", "+").replace("_", "/")
        try:
            data = base64.b64decode(packed[: len(packed) - (len(packed) % 4 == 1)] + "==")
        except ValueError:
            continue
        yield from texts_of(data, path, _inside(where, "base64"), depth + 1)
    for run in HEXADECIMAL.findall(text):
        yield from texts_of(bytes.fromhex(run), path, _inside(where, "hexadecimal"), depth + 1)


def _leaves(content: object, path: str, where: str, depth: int) -> Iterator[Text | Unread]:
    """The strings of a JSON text; a list of strings is the lines of one, as in a notebook."""
    if isinstance(content, str):
        yield from _readings(content, path, where, depth + 1)
    elif isinstance(content, list) and content and all(isinstance(part, str) for part in content):
        yield from _leaves("".join(content), path, where, depth)
    elif isinstance(content, list):
        for number, part in enumerate(content):
            name = f"[{number}]"
            if isinstance(part, dict) and isinstance(part.get("id"), str):
                name += f" ({part['id']})"
            yield from _leaves(part, path, where + name, depth)
    elif isinstance(content, dict):
        for key, part in content.items():
            yield from _leaves(key, path, _inside(where, "a key"), depth)
            yield from _leaves(part, path, _inside(where, key), depth)


def _inside(where: str, part: str) -> str:
    return f"{where}, {part}" if where else part


def _unescaped(found: re.Match[str]) -> str:
    code = found[1] or found[2]
    return chr(int(code, 16)) if code else " "
