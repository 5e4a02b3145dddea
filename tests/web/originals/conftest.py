"""A timeline with documents of several kinds, served, and a page of a browser."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from browser import Served, serving
from original_documents import build

if TYPE_CHECKING:
    from playwright.sync_api import Page


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make that timeline once."""
    folder = tmp_path_factory.mktemp("originals")
    return build(folder / "timeline.db", folder)


@pytest.fixture
def archive(built: Path, path: Path) -> Path:
    """Copy it."""
    shutil.copy(built, path)
    return path


@pytest.fixture(scope="module")
def served(built: Path) -> Iterator[Served]:
    """Serve it to a browser."""
    with serving(built.parent, built) as server:
        yield server


@pytest.fixture
def page(chromium: Any) -> Iterator["Page"]:  # noqa: ANN401 - Playwright may not be installed
    """Open a page of a browser."""
    opened = chromium.new_page()
    yield opened
    opened.close()
