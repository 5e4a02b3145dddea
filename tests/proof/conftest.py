"""The keys with which tests sign checkpoints."""

from pathlib import Path

import pytest

from timeline.proof.signing import SigningKey


@pytest.fixture
def key(tmp_path: Path) -> SigningKey:
    """Make the log's key, in a file."""
    key = SigningKey.new("example.org/log")
    key.save(tmp_path / "keys" / "log.key")
    return key


@pytest.fixture
def witness() -> SigningKey:
    """Make the key of someone who cosigns."""
    return SigningKey.new("witness.example")
