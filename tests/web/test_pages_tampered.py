"""A file that was tampered with: each page that reads the log says that it cannot, and none fails."""

import json
import sqlite3
from pathlib import Path
from typing import Any

import pytest
from test_pages_demo import build, serve, text

from timeline.errors import StatementInvalid
from timeline.reading import event_data


def tamper(path: Path, position: int, data: str) -> None:
    """Put something else in the place of an event's data, as nobody can through the guards."""
    with sqlite3.connect(path) as connection:
        connection.execute("drop trigger events_update")
        connection.execute("update events set data = ? where position = ?", (data, position))


CITATION: dict[str, Any] = {
    "source": "notes", "quote": "q", "prefix": "", "suffix": "", "grade": "exact", "stance": "supports",
    "start_char": 0, "end_char": 1,
}  # fmt: skip
BROKEN = [
    "not json",
    "",
    "[]",
    "null",
    '"text"',
    "[" * 100_000,
    '{"statement": []}',
    '{"statement": {"title": 5}}',
    '{"statement": {"title": "\\ud800"}}',
    '{"statement": {"date": {}}}',
    '{"statement": {"actors": ["Ann"]}}',
    '{"statement": {"actors": "Ann"}}',
    '{"statement": {"tags": [1]}}',
    '{"statement": {"related": [{"relation": "follows"}]}}',
    '{"statement": {"citations": [null]}}',
    '{"reason": 5}',
    '{"superseded_by": 5}',
    *(
        json.dumps({"statement": {"citations": [{key: value for key, value in CITATION.items() if key != missing}]}})
        for missing in CITATION
    ),
]


@pytest.mark.parametrize("data", BROKEN, ids=lambda data: data[:60])
def test_what_is_not_the_shape_of_an_event_is_refused(data: str) -> None:
    """Any data is read, or the error names its position."""
    with pytest.raises(StatementInvalid, match="event 7"):
        event_data.read(data, 7)


@pytest.mark.asyncio
@pytest.mark.parametrize("data", BROKEN[:1] + BROKEN[5:9] + BROKEN[-2:], ids=lambda data: data[:60])
@pytest.mark.parametrize(
    ("position", "pages"),
    [
        (20, ["/meeting", "/meeting?as_of=20", "?as_of=20", "?as_of=20&tag=bilateral", "?as_of=20&q=talks", "/opening?as_of=20"]),
        (22, ["/mistake", "?status=all", "?status=retracted"]),
        (23, ["/sources/dispatch"]),
    ],
)
async def test_pages_say_that_the_log_could_not_be_read(tmp_path: Path, data: str, position: int, pages: list[str]) -> None:
    """Never 500: a page in words that names `timeline verify`, or one that did not need the event."""
    path = build(tmp_path / "demo.db")
    tamper(path, position, data)
    client = serve(path).client
    told_of = 0
    for page in pages:
        response = await client.get(f"/demo/-/timeline{page}")
        assert response.status_code in (200, 400), page
        assert "Traceback" not in response.text
        if response.status_code == 400:
            assert "The log could not be read here" in response.text, page
            assert "timeline verify" in response.text
            told_of += 1
    assert told_of


@pytest.mark.asyncio
@pytest.mark.parametrize("data", ["not json", '{"statement": {"title": 5}}', "[" * 100_000])
async def test_the_event_itself_is_shown_as_stored(tmp_path: Path, data: str) -> None:
    """Its page says what is wrong and gives the stored text."""
    path = build(tmp_path / "demo.db")
    tamper(path, 20, data)
    response = await serve(path).client.get("/demo/-/timeline/events/20")
    assert response.status_code == 200
    message = text(response.text).replace("&#34;", '"')
    assert "The log could not be read here" in message
    assert "timeline verify" in message
    assert data in message


@pytest.mark.asyncio
async def test_what_rests_on_other_events_is_still_shown(tmp_path: Path) -> None:
    """One damaged event does not close the timeline."""
    path = build(tmp_path / "demo.db")
    tamper(path, 20, "not json")
    client = serve(path).client
    for page in ("", "/office", "/sources/notes"):
        assert (await client.get(f"/demo/-/timeline{page}")).status_code == 200
