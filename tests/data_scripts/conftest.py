"""Calling a script as a person types it."""

from types import SimpleNamespace

import pytest


@pytest.fixture
def call(capsys):
    """call(main, *words): the script's exit status and what it printed."""

    def run(main, *words):
        capsys.readouterr()
        status = main([str(word) for word in words])
        printed = capsys.readouterr()
        return SimpleNamespace(exit_code=status, stdout=printed.out, stderr=printed.err)

    return run
