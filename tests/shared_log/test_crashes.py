"""A short run of the crash harness; each night it runs for an hour."""

import subprocess
import sys

import pytest
from cluster import binaries
from examples import PROJECT


def test_nothing_acknowledged_is_lost_whatever_is_broken() -> None:
    """Two harms, with three writers, two followers and a synchronous standby."""
    if binaries() is None:
        pytest.skip("PostgreSQL is not installed (Debian: postgresql)")
    words = [sys.executable, "tests/load/shared.py", "--rounds", "2", "--seed", "7"]
    done = subprocess.run(words, cwd=PROJECT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.endswith("2 rounds: nothing acknowledged was lost or doubled, and all nodes agree\n")
