"""What the tests of training share."""

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))  # so that tests and the programs they start share small.py


@pytest.fixture(scope="module", autouse=True)
def small_networks(one_thread):
    """All networks here are tiny."""
