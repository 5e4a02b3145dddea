"""Readers of JSON-LD (schema.org) and Web Annotations."""

import json

import pytest

from timeline.errors import ImportRefused
from timeline.exchange.formats.annotations import reader as annotations
from timeline.exchange.formats.jsonld import reader as jsonld

EVENT = {
    "@type": "MusicEvent",
    "name": "A",
    "startDate": "2024-05",
    "location": {"@type": "Place", "name": "Hall", "geo": {"latitude": 31.62, "longitude": "-8.0"}},
    "performer": [{"@type": "Person", "name": "B"}],
    "keywords": "x, y",
    "eventStatus": "https://schema.org/EventCancelled",
}


def test_events_are_read_at_any_place() -> None:
    """In a graph, a list of items, and the script of a page. The slice is the object."""
    graph = json.dumps({"@graph": [EVENT, {"@type": "Person"}]})
    items = json.dumps({"@type": "ItemList", "name": "All", "itemListElement": [{"@type": "ListItem", "item": EVENT}]})
    page = f'<html><script type="application/ld+json">{graph}</script><script type="application/ld+json">{{</script></html>'
    for text in (graph, items, page, json.dumps([EVENT])):
        (row,) = jsonld.read(text).rows
        assert json.loads(text[row.start : row.end]) == EVENT
        assert row.fields == {
            "title": "A", "date": "2024-05", "kind": "MusicEvent", "place": "Hall", "latitude": "31.62", "longitude": "-8.0",
            "actors": [{"name": "B", "role": "performer"}], "tags": ["x", "y"],
        }  # fmt: skip
        assert "EventCancelled" in row.questions[0][1]


def test_annotations_are_citations() -> None:
    """Of Hypothesis by a tag, of our own exports by an address. The happening may be missing."""
    target = {"source": "https://e.org/1", "selector": [{"type": "TextQuoteSelector", "exact": "words", "prefix": "a "}]}
    rows = {
        "rows": [
            {"uri": "https://e.org/1", "text": "for it", "tags": ["happening:ga-93"], "target": [target]},
            {"uri": "urn:x-pdf:1", "tags": ["source:report"], "target": [{**target, "source": "urn:x-pdf:1"}]},
        ]
    }
    first, second = annotations.read(json.dumps(rows)).rows
    expected = {"happening": "ga-93", "url": "https://e.org/1", "quote": "words", "prefix": "a ", "supports": "for it"}
    assert (first.kind, first.fields) == ("citation", expected)
    assert (second.refused, second.fields["source"], "happening" in second.fields) == (None, "report", False)
    body = [{"type": "SpecificResource", "source": "urn:timeline:happening:ga-93", "purpose": "questioning"}]
    ours = {"body": body, "target": {**target, "state": {"cached": "https://t.org/db/-/timeline/sources/s-1"}}}
    (row,) = annotations.read(json.dumps({"first": {"items": [ours]}})).rows
    assert (row.fields["happening"], row.fields["source"], row.fields["stance"]) == ("ga-93", "s-1", "disputes")


def test_dropped_fields_of_people_and_places_are_reported() -> None:
    """By the path of the field."""
    event = {
        "@type": "Event", "name": "A", "startDate": "2003",
        "organizer": {"@type": "Person", "name": "Ann", "email": "ann@example.org"},
        "performer": {"@type": "Role", "roleName": "singer", "startDate": "1999", "performer": {"name": "Bo", "age": "7"}},
        "location": {"name": "Hall", "telephone": "1", "address": {"addressLocality": "Rabat", "postalCode": "10000"}},
    }  # fmt: skip
    (row,) = jsonld.read(json.dumps(event)).rows
    assert {field for field, _, _ in row.dropped} == {
        "organizer.email", "performer.startDate", "performer.age", "location.telephone", "location.address.postalCode",
    }  # fmt: skip


def test_an_event_is_part_of_its_super_event() -> None:
    """By its identifier or address. A parent without either is dropped."""
    festival = {"@type": "Festival", "@id": "https://e.org/f", "name": "F", "startDate": "2024"}
    named = {"@type": "Event", "name": "A", "startDate": "2024-05", "superEvent": {"@id": "https://e.org/f"}}
    rows = jsonld.read(json.dumps([festival, named, {**named, "superEvent": {"name": "F"}}])).rows
    assert (rows[0].key, rows[1].fields["part_of"]) == ("https://e.org/f", "https://e.org/f")
    assert "superEvent" in {one[0] for one in rows[2].dropped}


def test_microdata_is_refused_by_its_name() -> None:
    """The line names the form in which the page has its events."""
    with pytest.raises(ImportRefused, match="as microdata, which is not read"):
        jsonld.read('<div itemscope itemtype="https://schema.org/Event"><b itemprop="name">A</b></div>')
