"""A happening's page says it to machines, as JSON-LD."""

import json
import re
from typing import Any

import pytest
from datasette.app import Datasette
from exported import text


def linked(html: str) -> Any:  # noqa: ANN401 - it is JSON
    """Read the JSON-LD of a page."""
    result = re.findall(r'<script type="application/ld\+json">(.*?)</script>', html, re.DOTALL)
    return json.loads(result[0]) if result else None


@pytest.mark.asyncio
async def test_a_happenings_page_says_it_to_machines(demo: Datasette) -> None:
    """In the terms of schema.org, as known then; none for a retracted one, and none on the timeline page."""
    at = "/demo/-/timeline"
    message = linked(await text(demo, f"{at}/assembly"))
    assert (message["@type"], message["name"]) == ("Event", "The assembly meets")
    assert message["url"] == "http://localhost/demo/-/timeline/assembly"
    rows = await demo.get_database("demo").execute("select id, position, known_from from happening_versions where version = 1")
    for row in list(rows.rows)[:3]:
        then = linked(await text(demo, f"{at}/{row['id']}?as_of={row['known_from']}"))
        assert then == linked(await text(demo, f"{at}/events/{row['position']}"))
        assert then["identifier"] == row["id"]
    gone = await demo.get_database("demo").execute("select id from happenings where status = 'retracted'")
    assert linked(await text(demo, f"{at}/{gone.rows[0]['id']}")) is None
    assert linked(await text(demo, at)) is None
    assert linked(await text(demo, f"{at}/events/1")) is None


@pytest.mark.asyncio
async def test_no_text_of_a_happening_ends_the_script(demo: Datasette) -> None:
    """A title that is a script element stays a name."""
    html = await text(demo, "/demo/-/timeline/hostile")
    assert linked(html)["name"] == 'According to <em>Mallory</em>: <script>alert("title")</script>'
    assert '<script>alert("title")' not in html
