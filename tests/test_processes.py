"""Processes that work for another leave Ctrl-C to it."""

import os
import signal
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

import pytest

from pvlib.processes import leave_interrupts_to_the_caller


def interrupted() -> str:
    os.kill(os.getpid(), signal.SIGINT)
    return "went on"


@pytest.mark.skipif(os.name == "nt", reason="Windows sends no SIGINT to a single process")
def test_an_interrupt_does_not_end_a_worker():
    context = get_context("fork")  # this module's functions need no import there
    with ProcessPoolExecutor(1, context, initializer=leave_interrupts_to_the_caller) as pool:
        assert pool.submit(interrupted).result() == "went on"
