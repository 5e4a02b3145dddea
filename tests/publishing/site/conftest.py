"""A timeline that was published as a site, once for all tests; and a copy of both for those that change them."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import site_material
from site_material import Published

pytest.importorskip("datasette")
pytest.importorskip("lxml")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what is here: it starts Datasette, and some of it a browser."""
    here = Path(__file__).parent
    for item in items:
        if item.path.is_relative_to(here):
            item.add_marker("datasette")
            if "chromium" in getattr(item, "fixturenames", ()):
                item.add_marker("browser")


@pytest.fixture(scope="session")
def published(tmp_path_factory: pytest.TempPathFactory) -> Published:
    """Build a timeline and publish it. Tests must not change it."""
    from publishing_commands import run

    folder = tmp_path_factory.mktemp("site")
    db = site_material.build(folder / "timeline.db")
    (folder / "metadata.json").write_text('{"databases": {"timeline": {"title": "The council, dated", "description": "Who met."}}}')
    result = run("publish", "--site", folder / "out", "--yes", "--db", db, "--metadata", folder / "metadata.json")
    assert result.exit_code == 0, result.output
    return Published(db, folder / "out")


@pytest.fixture
def copied(published: Published, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Published:
    """Copy both, times included, and go there."""
    monkeypatch.chdir(tmp_path)
    shutil.copy2(published.db, tmp_path / "timeline.db")
    shutil.copy2(published.db.with_name("metadata.json"), tmp_path / "metadata.json")
    shutil.copytree(published.site, tmp_path / "out")
    return Published(tmp_path / "timeline.db", tmp_path / "out")


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    """Start Chromium without a window. Skips where it is not installed."""
    sync_api = pytest.importorskip("playwright.sync_api")
    path = next(filter(None, map(shutil.which, ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome"))), None)
    if path is None:
        pytest.skip("Chromium is not installed")
    with sync_api.sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield started
        started.close()
