"""What the tests of the desk share: a served timeline, in which Ana may append and review."""

from pathlib import Path

import desk_client
import pytest
from chromium_desk import page, served, signed_in

from timeline import Timeline

__all__ = ["desk", "page", "served", "signed_in"]


@pytest.fixture
def desk(tmp_path: Path) -> desk_client.Desk:
    """Serve an empty timeline."""
    path = tmp_path / "timeline.db"
    with Timeline(path, by="The editors") as timeline:
        timeline.log.make()
    return desk_client.Desk(path, desk_client.metadata())
