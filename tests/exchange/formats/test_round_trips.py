"""What is written for others is read again here: equal, but for what the format lists, and the list names no more than that."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest
from difficult_happenings import ABOUT, SOURCE, happening
from hypothesis import example, given, settings
from hypothesis import strategies as st
from random_happenings import MAYBE, WORDS, happenings, sources
from sample_happenings import quotation

from timeline.exchange.exporting import format_named
from timeline.exchange.exporting.losses import Losses
from timeline.exchange.importing import row
from timeline.reading.records import Happening, Source
from timeline.reading.wording import one_line

FIELDS = (
    "title", "date", "date_note", "zone", "summary", "kind", "place", "latitude", "longitude", "part_of", "attributed_to", "actors",
    "tags", "related",
)  # fmt: skip
BACK = ("exact", "removes again")
"""How a format says of a field which it has no place for that an import brings it back all the same."""


def said(happening: Happening) -> dict[str, Any]:
    """Say what it says in the fields that an import has."""
    plain = {field: getattr(happening, field) for field in FIELDS}
    plain["actors"] = [{"name": name, "role": role} if role else name for name, role in happening.actors]
    plain["related"] = [{"other": other, "relation": relation} for other, relation in happening.related]
    return {
        field: list(value) if isinstance(value, tuple) else value for field, value in plain.items() if value not in (None, (), [])
    }


def lost(name: str, happening: Happening) -> tuple[set[str], bool]:
    """Tell which fields the format lists for a happening as not coming back, and whether it leaves it out as a whole."""
    losses = Losses(format_named(name))
    list(losses.watch([happening]))
    fields, gone = set[str](), False
    for field, count in losses.counts.items():
        told = losses.format.loses[field]
        if not count or any(words in told for words in BACK):
            continue
        if field == "eras":
            continue
        if field in ("date.unknown", "date.far"):
            gone = True
        elif field == "latitude":
            fields |= {"latitude", "longitude"}
        elif field == "returns":
            fields |= {
                one
                for one in ("summary", "place", "kind", "tags", "attributed_to", "date_note")
                if "\r" in "".join(getattr(happening, one) or "")
            }
        else:
            fields.add(field.partition(".")[0])
    return fields & {*FIELDS}, gone


def read(name: str, *written: Happening) -> list[row.Row]:
    """Write happenings, and read them again."""
    text = "".join(map(str, format_named(name).write(written, ABOUT)))
    return [one for one in row.reader(name).read(text, format=name).rows if one.kind == "happening"]


def differing(one: Mapping[str, Any], other: Mapping[str, Any]) -> set[str]:
    """Name the fields that differ."""
    return {field for field in {*one, *other} if one.get(field) != other.get(field)}


@pytest.mark.parametrize("name", ["timelinejs", "timelinejs-csv", "csv", "ics", "vis", "jsonld"])
@given(happenings())
@example(happening(1, "2025~"))
@example(happening(1, "2017-11-11T04"))
@example(happening(1, "2017-11-11T04:10~"))
@example(happening(1, "2017-11-11T04:10/2017-11-11T04:30"))
@example(happening(1, "[2017-11-11T04:10Z..2017-11-11T04:30Z]"))
@settings(max_examples=40, deadline=None)
def test_all_comes_back_but_what_is_listed(name: str, written: Happening) -> None:
    """No more is lost than the format lists for this happening, and no less; its id is kept, and nothing of it is asked."""
    rows = [one for one in read(name, written) if one.refused is None]
    fields, gone = lost(name, written)
    assert [one.id for one in rows] == ([] if gone else [written.id])
    for one in rows:
        assert differing(said(written), one.fields) == fields, (said(written), dict(one.fields))
        assert one.questions == ()
    assert "quotations" in format_named(name).loses


@pytest.mark.parametrize("name", ["csl-json", "ris"])
@given(sources())
@settings(max_examples=40, deadline=None)
def test_sources_come_back(name: str, source: Source) -> None:
    """All of the bibliography, and the id; where the format has no line ends, those that it lists are spaces."""
    pytest.importorskip("rispy", reason="rispy (the extra exchange) is not installed")
    fields = ("title", "publisher", "author", "published", "url", "language")
    written = replace(happening(1, "2025"), quotations=(quotation(source=source),))
    listed = Losses(format_named(name))
    list(listed.watch([written]))
    (one,) = row.reader(name).read("".join(map(str, format_named(name).write([written], ABOUT)))).rows
    squeezed = {field: one_line(value) if (value := getattr(source, field)) else None for field in fields}
    assert (one.kind, one.key, one.refused) == ("source", "s-1", None)
    expected = squeezed if listed.counts.get("source.spaces") else {field: getattr(source, field) for field in fields}
    assert {field: one.fields.get(field) for field in fields} == expected
    assert ("source.spaces" in format_named(name).loses) == (name == "ris")


@given(st.lists(st.tuples(WORDS, st.sampled_from(["supports", "disputes"]), MAYBE, st.none() | st.just("https://example.org/a#b"))))
@settings(max_examples=40, deadline=None)
def test_citations_come_back(said: list[tuple[str, str, str | None, str | None]]) -> None:
    """The words and what is around them to the letter, from which source, for which happening, for or against what."""
    written = [
        quotation(number, quote=quote, stance=stance, supports=supports, prefix=" a\n", source=replace(SOURCE, url=url))
        for number, (quote, stance, supports, url) in enumerate(said, start=1)
    ]
    text = "".join(map(str, format_named("annotations").write([replace(happening(1, "2025"), quotations=tuple(written))], ABOUT)))
    if not written:
        return
    for one, back in zip(written, row.reader("annotations").read(text).rows, strict=True):
        expected = {"happening": "h1", "source": "report", "url": one.source.url, "quote": one.quote, "prefix": one.prefix,
                    "stance": "disputes" if one.stance == "disputes" else None, "supports": one.supports}  # fmt: skip
        assert (back.kind, back.refused, dict(back.fields)) == ("citation", None, {k: v for k, v in expected.items() if v})


@pytest.mark.parametrize(
    ("name", "was", "moved", "date"),
    [
        ("timelinejs", '"year":2025', '"year":2024', "2024"),
        ("timelinejs-csv", "\r\n2025,", "\r\n2024,", "2024"),
        ("ics", "DATE:202", "DATE:203", "2035-01-01/2035-12-31"),
        ("vis", '"2025-', '"2024-', "2024-01-01/2024-12-31"),
        ("csv", ",2025~,", ",spring 2024,", "2024-21"),
    ],
)
def test_a_date_that_was_moved_since_counts(name: str, was: str, moved: str, date: str) -> None:
    """People change what they see: EDTF that says otherwise gives way, and it is asked."""
    text = "".join(map(str, format_named(name).write([happening(1, "2025~")], ABOUT)))
    (one,) = (row for row in row.reader(name).read(text.replace(was, moved), format=name).rows if row.refused is None)
    assert (one.fields["date"], one.id) == (date, "h1")
    assert (name == "csv") == (not one.questions)


def test_a_calendar_names_what_was_left_out_of_it() -> None:
    """As rows that are refused, with their words; and what was retracted is not recorded again."""
    left, retracted, kept = read(
        "ics", happening(1, "-0043-03-15"), replace(happening(2, "2025"), status="retracted"), happening(3, "2025")
    )
    assert "h1: 15 March 44 BCE: =Title 1 <b>" in (left.refused or "")
    assert (bool(retracted.refused), kept.refused) == (True, None)
