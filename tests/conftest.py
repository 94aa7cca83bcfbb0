"""Fixtures that several test folders share."""

import json
import struct
from pathlib import Path
from types import SimpleNamespace

import pytest
import torch
from typer.testing import CliRunner

from pvlib.cli import app

REPOSITORY = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of real data beside the checkout; absent on most machines, and then the test skips."""
    folder = REPOSITORY.parent / "shared"
    if not folder.is_dir():
        pytest.skip(f"needs the real data in {folder}, which is not here")
    return folder


@pytest.fixture(scope="session")
def sets(tmp_path_factory):
    """Prepared files NAME.safetensors of drawn faces: RAF-DB of 80 + 12, AffectNet of 160 + 12, FER+ of 60 + 20 + 10."""
    from data_scripts import prepare_affectnet, prepare_ferplus, prepare_rafdb
    from drawnfaces.layouts import write_layout

    folder = tmp_path_factory.mktemp("sets")
    write_layout(folder / "raf", "rafdb", {"train": 80, "test": 12}, 0, size=32)
    prepare_rafdb.prepare_rafdb(folder / "raf", folder / "rafdb.safetensors", size=32)
    write_layout(folder / "aff", "affectnet", {"train": 160, "valid": 12}, 0, size=32)
    prepare_affectnet.prepare_affectnet(folder / "aff", folder / "affectnet.safetensors", size=32)
    write_layout(folder / "fer", "ferplus", {"train": 60, "valid": 20, "test": 10}, 0)
    prepare_ferplus.prepare_ferplus(folder / "fer", folder / "ferplus.safetensors")
    return folder


@pytest.fixture(scope="session")
def change_header():
    """change_header(file, change): rewrite the metadata in the header of a safetensors file."""

    def rewrite(file, change):
        content = file.read_bytes()  # eight bytes of length, a header in JSON, tensors
        (length,) = struct.unpack("<Q", content[:8])
        header = json.loads(content[8 : 8 + length])
        change(header["__metadata__"])
        encoded = json.dumps(header).encode()
        file.write_bytes(struct.pack("<Q", len(encoded)) + encoded + content[8 + length :])

    return rewrite


@pytest.fixture
def call(capsys):
    """call(main, *words): the script's exit status and what it printed."""

    def run(main, *words):
        capsys.readouterr()
        status = main([str(word) for word in words])
        printed = capsys.readouterr()
        return SimpleNamespace(exit_code=status, stdout=printed.out, stderr=printed.err)

    return run


@pytest.fixture(scope="session")
def command():
    """command(*words): what `pvlib words` did, into an output that takes ASCII alone, the least that it meets."""

    def run(*words, charset="ascii"):
        return CliRunner(charset=charset).invoke(app, [str(word) for word in words])

    return run


@pytest.fixture(scope="session")
def succeed(command):
    """The same of a command that ends with status 0."""

    def run(*words, **options):
        result = command(*words, **options)
        assert result.exit_code == 0, result.output
        return result

    return run


@pytest.fixture(scope="session")
def refuse(command):
    """refuse(culprit, *words): the command ends with status 1 and one line that names the culprit."""

    def run(culprit, *words):
        result = command(*words)
        assert result.exit_code == 1, result.output
        assert culprit in result.stderr
        assert len(result.stderr.strip().splitlines()) == 1

    return run


@pytest.fixture(scope="module")
def one_thread():
    """Networks of a few thousand weights run fastest, and bit for bit alike, on one thread."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


@pytest.fixture(autouse=True)
def seeded():
    """Every test starts from the same random state, whatever ran before it."""
    torch.manual_seed(0)
