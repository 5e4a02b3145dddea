"""What the tests of the desk share: a served timeline, in which Ana may append and review."""

import shutil
from pathlib import Path

import desk_client
import pytest
from chromium_desk import page, served, signed_in

__all__ = ["desk", "page", "served", "signed_in"]


@pytest.fixture
def desk(empty: Path, tmp_path: Path) -> desk_client.Desk:
    """Serve an empty timeline."""
    path = tmp_path / "timeline.db"
    shutil.copyfile(empty, path)
    return desk_client.Desk(path, desk_client.metadata())
