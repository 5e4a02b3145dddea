"""Nothing that a Python call is given is dropped in silence."""

from typing import Any

import pytest

from timeline import Timeline
from timeline.errors import StatementInvalid

CITED = {"title": "T", "date": "2025", "citations": [{"source": "s", "quote": "The council met"}]}


@pytest.mark.parametrize(
    ("entry", "fault"),
    [
        ({"retract": "a", "reason": "r", "title": "x"}, "retract: title: is not a field here. Leave it out"),
        ({"retract": "a", "reson": "r"}, 'retract: reson: is not a field here. Did you mean "reason"?'),
        ({"happening": {"id": "b", **CITED}, "tags": ["x"]}, 'happening: tags: is beside "happening". Move it inside'),
        ({"source": {"id": "b", "text": "x", "title": "T"}, "url": None}, 'source: url: is beside "source". Move it inside'),
        ({"source": {"id": "b", "text": "x", "title": "T", "self": 1}}, "self: is not a field here. Leave it out"),
        ({"happening": {"id": "b", **CITED, "within": "x"}}, "within: is not a field here. Leave it out"),
        ({"id": "b", **CITED, "within": "x"}, "within: is not a field here. Leave it out"),
        ({"correct": "a", "title": "x", "reason": "r", "within": "x"}, "within: is not a field here. Leave it out"),
        ({"correct": "a", "id": "b", "title": "x", "reason": "r"}, 'correct: id: is beside "correct", which has the id'),
        ({"retract": "a", "id": "b", "reason": "r"}, 'retract: id: is beside "retract", which has the id'),
        ({"retract": "a", "reason": "r", "self": 1}, "self: is not a field here. Leave it out"),
        (CITED, "happening/: id: is missing. Give it"),
        ({"happening": CITED}, "happening/: id: is missing. Give it"),
        ({"source": {"text": "x", "title": "T"}}, "source/: id: is missing. Give it"),
        ({"happening": "b"}, "happening: has no fields. Write them as"),
        ({"source": ["b"]}, "source: has no fields. Write them as"),
        ({"happening": {1: "b"}}, "happening: has no fields. Write them as"),
        ({1: "b"}, "an entry has no named fields. Give one such as"),
        (None, "an entry has no named fields. Give one such as"),
        ([1], "an entry has no named fields. Give one such as"),
        ({"id": "b", **CITED, "sumary": None}, 'sumary: is not a field here. Did you mean "summary"?'),
        ({"correct": "a", "reason": "r", "kinds": None}, 'kinds: is not a field here. Did you mean "kind"?'),
        ({"correct_source": "s", "reason": "r", "sha256": "x"}, "sha256: is not a field here. Leave it out"),
        ({"id": "b", **CITED, "actors": [{"name": "x", "rule": None}]}, 'actors.1.rule: is not a field here. Did you mean "role"?'),
        ({"id": "b", **CITED, "related": [{"other": "a", "retired": None}]}, "related.1.retired: is not a field here."),
    ],
)
def test_nothing_in_an_entry_is_dropped(timeline: Timeline, entry: Any, fault: str) -> None:  # noqa: ANN401 - of any form
    """A field that is not known, or stands where it is not read, is refused in a line, whatever its value."""
    timeline.archive(text="The council met.", id="s", title="S")
    timeline.record("a", **CITED)
    before = timeline.log.size()
    for call in (lambda: timeline.append(entry), lambda: timeline.append_many([entry])):
        with pytest.raises(StatementInvalid) as caught:
            call()
        assert fault in str(caught.value)
    assert timeline.log.size() == before


@pytest.mark.parametrize("given", [{"encoding": "latin-1"}, {"record": "http://example.org/"}])
def test_how_a_file_is_read_is_not_dropped_where_a_text_is_given(timeline: Timeline, given: dict[str, Any]) -> None:
    """It would change nothing, and seem to."""
    with pytest.raises(StatementInvalid, match=f"{next(iter(given))}: is only for files, and a text is given"):
        timeline.archive(text="The council met.", id="s", title="S", **given)
