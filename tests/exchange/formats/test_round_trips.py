"""Exports are read again: only the listed fields differ, and every listed field does."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest
from difficult_happenings import ABOUT, SOURCE, happening
from hypothesis import example, given, settings
from hypothesis import strategies as st
from random_happenings import MAYBE, WORDS, happenings, sources
from sample_happenings import quotation
from shares import share

from timeline.exchange.exporting import format_named
from timeline.exchange.exporting.losses import Losses
from timeline.exchange.importing.file import reader
from timeline.exchange.rows.row import Row
from timeline.reading.records import Happening, Source
from timeline.reading.wording import one_line

FIELDS = (
    "title", "date", "date_note", "zone", "summary", "kind", "place", "latitude", "longitude", "part_of", "attributed_to", "actors",
    "tags", "related",
)  # fmt: skip
BACK = ("exact", "removes again")
"""The words by which a format promises that an import restores a field nevertheless."""


def import_fields(happening: Happening) -> dict[str, Any]:
    """Return a happening in the fields of an import."""
    plain = {field: getattr(happening, field) for field in FIELDS}
    plain["actors"] = [{"name": name, "role": role} if role else name for name, role in happening.actors]
    plain["related"] = [{"other": other, "relation": relation} for other, relation in happening.related]
    return {
        field: list(value) if isinstance(value, tuple) else value for field, value in plain.items() if value not in (None, (), [])
    }


def lost(name: str, happening: Happening) -> tuple[set[str], bool]:
    """Return the fields that a format lists as lost for a happening, and whether it leaves out the whole happening."""
    losses = Losses(format_named(name))
    list(losses.watch([happening]))
    fields, gone = set[str](), False
    for field, count in losses.counts.items():
        description = losses.format.loses[field]
        if not count or any(words in description for words in BACK):
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


def read(name: str, *written: Happening) -> list[Row]:
    """Write happenings and read them again."""
    text = "".join(map(str, format_named(name).write(written, ABOUT)))
    return [one for one in reader(name).read(text, format=name).rows if one.kind == "happening"]


def differing(one: Mapping[str, Any], other: Mapping[str, Any]) -> set[str]:
    """Return the fields that differ."""
    return {field for field in {*one, *other} if one.get(field) != other.get(field)}


@pytest.mark.parametrize("name", ["timelinejs", "timelinejs-csv", "csv", "ics", "vis", "jsonld"])
@given(happenings())
@example(happening(1, "2025~"))
@example(happening(1, "2017-11-11T04"))
@example(happening(1, "2017-11-11T04:10~"))
@example(happening(1, "2017-11-11T04:10/2017-11-11T04:30"))
@example(happening(1, "[2017-11-11T04:10Z..2017-11-11T04:30Z]"))
@settings(max_examples=share(40), deadline=None)
def test_every_field_that_is_not_listed_comes_back(name: str, written: Happening) -> None:
    """Exactly the listed fields are lost for this happening. Its id is recorded, and there are no questions."""
    rows = [row for row in read(name, written) if row.refused is None]
    fields, gone = lost(name, written)
    assert [row.id for row in rows] == ([] if gone else [written.id])
    for read_back in rows:
        assert differing(import_fields(written), read_back.fields) == fields, (import_fields(written), dict(read_back.fields))
        assert read_back.questions == ()
    assert "quotations" in format_named(name).loses


@pytest.mark.parametrize("name", ["csl-json", "ris"])
@given(sources())
@settings(max_examples=share(40), deadline=None)
def test_sources_come_back(name: str, source: Source) -> None:
    """The whole bibliography, and the id. In formats without line ends, they become spaces, as listed."""
    pytest.importorskip("rispy", reason="rispy (the extra exchange) is not installed")
    fields = ("title", "publisher", "author", "published", "url", "language")
    written = replace(happening(1, "2025"), quotations=(quotation(source=source),))
    listed = Losses(format_named(name))
    list(listed.watch([written]))
    (one,) = reader(name).read("".join(map(str, format_named(name).write([written], ABOUT)))).rows
    squeezed = {field: one_line(value) if (value := getattr(source, field)) else None for field in fields}
    assert (one.kind, one.key, one.refused) == ("source", "s-1", None)
    expected = squeezed if listed.counts.get("source.spaces") else {field: getattr(source, field) for field in fields}
    assert {field: one.fields.get(field) for field in fields} == expected
    assert ("source.spaces" in format_named(name).loses) == (name == "ris")


@given(st.lists(st.tuples(WORDS, st.sampled_from(["supports", "disputes"]), MAYBE, st.none() | st.just("https://example.org/a#b"))))
@settings(max_examples=share(40), deadline=None)
def test_citations_come_back(citations: list[tuple[str, str, str | None, str | None]]) -> None:
    """The exact words with prefix and suffix, the source, the happening, the stance and the purpose."""
    written = [
        quotation(number, quote=quote, stance=stance, supports=supports, prefix=" a\n", source=replace(SOURCE, url=url))
        for number, (quote, stance, supports, url) in enumerate(citations, start=1)
    ]
    text = "".join(map(str, format_named("annotations").write([replace(happening(1, "2025"), quotations=tuple(written))], ABOUT)))
    if not written:
        return
    for one, back in zip(written, reader("annotations").read(text).rows, strict=True):
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
def test_a_moved_date_takes_precedence_over_edtf(name: str, was: str, moved: str, date: str) -> None:
    """People change the visible date. It then takes precedence over EDTF, with a question."""
    text = "".join(map(str, format_named(name).write([happening(1, "2025~")], ABOUT)))
    (one,) = (row for row in reader(name).read(text.replace(was, moved), format=name).rows if row.refused is None)
    assert (one.fields["date"], one.id) == (date, "h1")
    assert (name == "csv") == (not one.questions)


def test_a_calendar_lists_what_it_leaves_out() -> None:
    """As refused rows with their words. A retracted happening is not recorded again."""
    left, retracted, recorded = read(
        "ics", happening(1, "-0043-03-15"), replace(happening(2, "2025"), status="retracted"), happening(3, "2025")
    )
    assert "h1: 15 March 44 BCE: =Title 1 <b>" in (left.refused or "")
    assert (bool(retracted.refused), recorded.refused) == (True, None)
