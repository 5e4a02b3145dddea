"""Exports with any content are valid by the standards, as checked by independent libraries."""

import json
import warnings
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from difficult_happenings import ABOUT
from hypothesis import given, settings
from hypothesis import strategies as st
from random_happenings import happenings, sources
from sample_happenings import quotation
from shares import share

from timeline.exchange.exporting import format_named
from timeline.reading.records import Happening

SCHEMA_ORG = "https://schema.org/"
EVENT = {
    *("additionalType", "about", "description", "endDate", "identifier", "keywords", "location", "name", "startDate", "subjectOf"),
    *("superEvent", "temporalCoverage", "url"),
}


@st.composite
def many(draw: st.DrawFn) -> list[Happening]:
    """Draw several happenings, with sources."""
    drawn = draw(st.lists(st.tuples(happenings(), sources()), min_size=1, max_size=3))
    return [
        replace(
            one,
            id=f"h{number}",
            version=number,
            reason="because",
            quotations=(quotation(source=replace(source, id=f"s{number}"), quote=one.title),),
        )
        for number, (one, source) in enumerate(drawn, start=1)
    ]


def written(name: str, happenings: Sequence[Happening]) -> str:
    """Write happenings in a format."""
    return "".join(map(str, format_named(name).write(happenings, ABOUT)))


@given(many())
@settings(max_examples=share(20), deadline=None)
def test_a_calendar_is_valid(drawn: list[Happening]) -> None:
    """Icalendar has no complaint. Each event has its own UID, and happenings that are left out are listed."""
    icalendar = pytest.importorskip("icalendar")
    calendar = icalendar.Calendar.from_ical(written("ics", drawn))
    events = calendar.walk("VEVENT")
    assert [event.errors for event in (calendar, *events) if event.errors] == []
    left = calendar.get("X-TIMELINE-LEFT-OUT", [])
    assert len({event["UID"] for event in events}) + (len(left) if isinstance(left, list) else 1) == len(drawn)
    assert all(event.decoded("DTSTAMP") and event.decoded("DTSTART") for event in events)


@given(many())
@settings(max_examples=share(20), deadline=None)
def test_an_atom_feed_is_valid(drawn: list[Happening]) -> None:
    """By the schema of RFC 4287. Feedparser has no complaint, and reads every entry."""
    etree = pytest.importorskip("lxml.etree")
    feedparser = pytest.importorskip("feedparser")
    schema = etree.RelaxNG(etree.parse(str(Path(__file__).parent / "atom.rng")))
    text = written("atom", drawn).encode()
    schema.assertValid(etree.fromstring(text))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        feed = feedparser.parse(text)
    assert (feed.bozo, feed.version, len(feed.entries)) == (False, "atom10", len(drawn))
    assert [entry.id for entry in feed.entries] == [ABOUT.urn("happening", one.id) for one in drawn]


@given(many())
@settings(max_examples=share(20), deadline=None)
def test_a_json_feed_is_valid(drawn: list[Happening]) -> None:
    """It has the members of version 1.1 with their types, and no empty ones."""
    feed = json.loads(written("jsonfeed", drawn))
    assert feed["version"] == "https://jsonfeed.org/version/1.1"
    assert isinstance(feed["title"], str)
    known = {"id", "url", "title", "content_html", "date_published", "date_modified", "authors", "tags"}
    for item in feed["items"]:
        assert {name for name in item if not name.startswith("_")} <= known
        assert all(isinstance(item[name], str) for name in ("id", "url", "title", "content_html", "date_modified"))
        assert all(isinstance(tag, str) for tag in item.get("tags", []))
        assert [*item["authors"][0]] == ["name"]


@given(many())
@settings(max_examples=share(20), deadline=None)
def test_json_ld_is_understood(drawn: list[Happening]) -> None:
    """PyLD expands every event, and only to properties of schema.org."""
    jsonld = pytest.importorskip("pyld.jsonld")

    def load(url: str, _: object = None) -> dict[str, Any]:
        assert url.startswith("https://schema.org")
        return {"contextUrl": None, "documentUrl": url, "document": {"@context": {"@vocab": SCHEMA_ORG}}}

    (document,) = jsonld.expand(json.loads(written("jsonld", drawn)), {"documentLoader": load})
    events = document[f"{SCHEMA_ORG}itemListElement"]
    assert [event["@id"] for event in events] == [ABOUT.happening(one.id) for one in drawn]
    for event in events:
        assert event["@type"] == [f"{SCHEMA_ORG}Event"]
        assert {name.removeprefix(SCHEMA_ORG) for name in event} <= EVENT | {"@id", "@type"}
    assert [event[f"{SCHEMA_ORG}name"][0]["@value"] for event in events] == [one.headline for one in drawn]


@given(many())
@settings(max_examples=share(20), deadline=None)
def test_bibliographies_are_valid(drawn: list[Happening]) -> None:
    """Rispy reads every record. Each item of CSL-JSON has the members that its schema requires, and no others."""
    rispy = pytest.importorskip("rispy", reason="rispy (the extra exchange) is not installed")
    ids = [f"s{number}" for number in range(1, len(drawn) + 1)]
    assert [record["id"] for record in rispy.loads(written("ris", drawn))] == ids
    items = json.loads(written("csl-json", drawn))
    assert [item["id"] for item in items] == ids
    for item in items:
        assert item["type"] in ("document", "webpage", "personal_communication")
        assert item.keys() <= {"id", "type", "title", "author", "publisher", "issued", "accessed", "URL", "language", "note"}
        assert item.get("issued", {}).keys() <= {"date-parts", "circa", "literal", "edtf"}
        sides = item.get("issued", {}).get("date-parts", [[1]])
        assert len(sides) <= 2
        assert all(1 <= len(side) <= 3 for side in sides)


@given(many())
@settings(max_examples=share(20), deadline=None)
def test_annotations_are_valid(drawn: list[Happening]) -> None:
    """By the model of the W3C: ids, types, bodies, and a target with known selectors."""
    collection = json.loads(written("annotations", drawn))
    assert collection["@context"] == "http://www.w3.org/ns/anno.jsonld"
    assert (collection["type"], collection["first"]["type"], collection["total"]) == (
        "AnnotationCollection",
        "AnnotationPage",
        len(drawn),
    )
    for one in collection["first"]["items"]:
        assert (one["type"], one["id"].partition(":")[0]) == ("Annotation", "https")
        assert {body["type"] for body in one["body"]} <= {"TextualBody", "SpecificResource"}
        assert one["motivation"] in ("linking", "questioning")
        selectors = one["target"]["selector"]
        assert {one["type"] for one in selectors} <= {"TextQuoteSelector", "TextPositionSelector", "FragmentSelector"}
        assert ":" in one["target"]["source"]
