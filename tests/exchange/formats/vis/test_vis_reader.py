"""Items of vis-timeline."""

import json

from timeline.exchange.formats.vis import reader as vis


def test_items_are_read_with_their_groups() -> None:
    """ISO days, years of six digits, milliseconds. The name of a group is the kind. Our EDTF takes precedence."""
    items = [
        {"id": 1, "content": "<b>A</b>", "start": "2014-04-20", "group": 7, "className": "x"},
        {"id": 2, "content": "B", "start": 1400000000000},
        {"id": 3, "content": "C", "start": "-000043-03-15T00:00:00"},
        {"id": 4, "content": "D", "start": "1920-01-01", "end": "1929-12-31", "type": "background", "edtf": "192X"},
        {"id": 5, "content": "E"},
    ]
    text = json.dumps({"groups": [{"id": 7, "content": "war"}], "items": items})
    rows = vis.read(text).rows
    assert [row.fields.get("date") for row in rows] == ["2014-04-20", "2014-05-13T16:53:20Z", "-0043-03-15", "192X", None]
    assert [row.fields.get("kind") for row in rows] == ["war", None, None, "era", None]
    assert (rows[0].fields["title"], rows[0].key) == ("A", "1")
    assert rows[4].refused
    assert [json.loads(text[row.start : row.end])["id"] for row in rows] == [1, 2, 3, 4, 5]
    assert ("className", "x") in {one[:2] for one in rows[0].dropped}
