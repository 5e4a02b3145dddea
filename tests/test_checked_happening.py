"""The fields of a happening: the quick way for sound fields, and the models, judge alike and read alike."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from timeline import checked_happening
from timeline.checked_happening import check_happening
from timeline.errors import StatementInvalid
from timeline.model import Actor, Citation, Happening, PlacedCitation, check

QUOTED = {"source": "report", "quote": "It sat"}
texts = st.sampled_from(["One", " spaced ", "", "\x07", "é", None, 7])
ids = st.sampled_from(["a", "b", "not an id"])
citations = st.sampled_from(
    [
        QUOTED,
        {**QUOTED, "stance": "disputes", "prefix": None, "supports": " the date "},
        {**QUOTED, "stance": "mentions"},
        {**QUOTED, "start_char": 7},
        {**QUOTED, "start_char": None},
        {**QUOTED, "description": "A hall"},
        {"source": "p", "description": "A hall", "fragment": "xywh=percent:0,0,50,50"},
        {"source": "p", "description": "A hall"},
        {"quote": "It sat"},
        Citation(source="report", quote="It sat"),
        "It sat",
    ]
)
fields = st.fixed_dictionaries(
    {"title": texts, "date": st.sampled_from(["2003", "2025-02-30", "1985~", 1985]), "citations": st.lists(citations, max_size=2)},
    optional={
        "summary": texts,
        "zone": texts,
        "latitude": st.sampled_from(["1.5", 2, 91, None]),
        "longitude": st.sampled_from(["1.5", True, None]),
        "part_of": ids | st.none(),
        "actors": st.lists(
            st.sampled_from(["Ann", "ann", "", {"name": "Bo", "role": None}, {"role": "x"}, Actor(name="Cy")]), max_size=3
        ),
        "tags": st.lists(texts, max_size=3) | st.just(("x", "y")),
        "related": st.lists(ids | st.fixed_dictionaries({"other": ids}, optional={"relation": texts}), max_size=2),
        "media": st.lists(ids | st.just({"source": "a", "alt": "A hall", "credit": None}), max_size=2),
        "titel": texts,
    },
)


@given(fields)
def test_sound_fields_are_read_as_by_the_models_and_faulty_ones_are_refused_as_by_them(given_fields: dict[str, Any]) -> None:
    """The values, or the faults, are the same, and the keys are in order."""
    try:
        expected = checked_happening._plain(check(Happening, given_fields, "happening/x"))
    except StatementInvalid as error:
        with pytest.raises(StatementInvalid) as refused:
            check_happening(given_fields, "happening/x")
        assert refused.value.faults == error.faults
    else:
        read = check_happening(given_fields, "happening/x")
        assert read == expected
        assert all(list(one) == sorted(one) for one in (read, *read.get("actors", ()), *read.get("related", ())))


def test_sound_fields_make_no_models(monkeypatch: pytest.MonkeyPatch) -> None:
    """They are read in the quick way."""
    monkeypatch.delattr(checked_happening, "check")
    assert check_happening(
        {"title": " a ", "date": "2025", "actors": ["Ann", {"name": "Bo"}], "related": ["b"], "citations": [QUOTED], "kind": None},
        "happening/x",
    ) == {
        "actors": [{"name": "Ann"}, {"name": "Bo"}],
        "citations": [{**QUOTED, "stance": "supports"}],
        "date": "2025",
        "related": [{"other": "b", "relation": "related to"}],
        "title": "a",
    }


def test_a_citation_object_keeps_its_place() -> None:
    """Objects are read like their fields."""
    placed = PlacedCitation(source="report", quote="It sat", start_char=7)
    read = check_happening({"title": "a", "date": "2025", "citations": [placed]}, "happening/x")
    assert read["citations"] == [{**QUOTED, "stance": "supports", "start_char": 7}]
