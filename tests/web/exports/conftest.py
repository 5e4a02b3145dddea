"""The demo to export from, and formats that only show what they were given."""

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest
from browser import Served, serving
from datasette.app import Datasette
from test_pages_demo import build
from test_pages_demo import serve as serve_demo

from timeline.exchange import exporting
from timeline.exchange.exporting.format import About, Format
from timeline.reading.records import Happening
from timeline.web.pages import format_catalogue


@pytest.fixture(scope="module")
def demo_db(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the demo once."""
    return build(tmp_path_factory.mktemp("exports") / "demo.db")


@pytest.fixture
def demo(demo_db: Path) -> Datasette:
    """Serve the demo."""
    return serve_demo(demo_db)


def lines(happenings: Iterable[Happening], about: About) -> Iterator[str]:
    """Write one line about the timeline, then one for each happening."""
    yield f"{about.title}|{about.page}|{about.filters}|{about.query}|{about.as_of}|{about.position}|{about.at}\n"
    for one in happenings:
        yield f"{one.id}@{one.version} {one.title}\n"


@pytest.fixture
def stub(monkeypatch: pytest.MonkeyPatch) -> Callable[..., Format]:
    """Give a function that puts a format of ours in the place of one, however that is written."""
    real = exporting.format_named
    stubs: dict[str, Format] = {}
    monkeypatch.setattr(format_catalogue, "format_named", lambda name: stubs.get(name) or real(name))

    def put(name: str, media_type: str = "text/plain", **fields: Any) -> Format:  # noqa: ANN401 - any of Format's
        given: dict[str, Any] = {"title": "A stub", "suffix": ".txt", "write": lines, **fields}
        stubs[name] = Format(name=name, media_type=media_type, **given)
        return stubs[name]

    return put


@pytest.fixture
def demo_served(demo_db: Path) -> Iterator[Served]:
    """Serve the demo to a browser."""
    with serving(demo_db.parent, demo_db) as served:
        yield served
