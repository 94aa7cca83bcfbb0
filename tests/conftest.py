"""Fixtures that several test folders share."""

from pathlib import Path

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
