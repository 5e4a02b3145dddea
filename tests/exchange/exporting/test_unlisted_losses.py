"""Every loss is listed: a field that a format cannot hold is in its list."""

import pytest

from timeline.exchange.exporting import format_named
from timeline.exchange.exporting.format import About
from timeline.reading.records import Happening, Picture, Quotation, Source

WORDS = {
    "title": "Titlewords", "summary": "Summarywords", "date_note": "Notewords", "zone": "Casablanca", "kind": "Kindwords",
    "place": "Placewords", "latitude": "31.623", "longitude": "7.987", "part_of": "wholeid", "attributed_to": "Claimant",
    "actors": "Actorname", "role": "Actorrole", "tags": "Tagword", "related": "otherid", "reason": "Reasonwords",
    "media": "Altwords", "review": "doubted",
    "recorded_by": "Recorder", "recorded_at": "2026-01-01", "quotations": "Quotewords", "supports": "Supportswords",
    "grade": "typographic", "stance": "isput", "prefix": "Prefixwords", "start": "1234567", "page": "47", "status": "etracted",
    "source.title": "Sourcetitle", "publisher": "Sourcepublisher", "author": "Sourceauthor", "published": "1987",
    "url": "sourceurl", "language": "tlh", "media_type": "x-sort", "sha256": "5a5a", "archived_at": "2019",
}  # fmt: skip
PLACE = {"prefix", "start", "grade"}
KEPT = {"language", "media_type", "sha256", "archived_at", "url"}
WITH = {
    "latitude": {"longitude"},
    "actors": {"role"},
    "recorded_by": {"recorded_at"},
    "quotations": {*PLACE, *KEPT, "supports", "stance", "page"},
    "grade": PLACE,
    "media_type": KEPT,
    "source.title": {"publisher", "author", "published", *KEPT},
}
"""Other fields that the description of a loss mentions."""
SOURCE = Source(
    "sourceid", "Sourcetitle", "Sourcepublisher", "Sourceauthor", "1987-06-05", "https://example.org/sourceurl", "tlh",
    "application/x-sort", "5a" * 32, "2019-08-07T00:00:00.000Z",
)  # fmt: skip
QUOTATION = Quotation(
    1, SOURCE, "Quotewords", "Prefixwords", "Suffixwords", 1234567, 1234577, "typographic", "disputes", "Supportswords", 47
)
HAPPENING = Happening(
    id="happeningid", version=7, position=88, recorded_at="2026-01-01T00:00:02.000Z", recorded_by="Recorder", status="retracted",
    title="Titlewords", date="2025-11-24T10:31:00", earliest="2025-11-24", latest="2025-11-24", reason="Reasonwords",
    date_note="Notewords", zone="Africa/Casablanca", instant="2025-11-24T09:31:00Z", summary="Summarywords", kind="Kindwords",
    place="Placewords", latitude="31.623", longitude="-7.987", part_of="wholeid", attributed_to="Claimant",
    actors=(("Actorname", "Actorrole"),), tags=("Tagword",), related=(("otherid", "Relationword"),), quotations=(QUOTATION,),
    media=(Picture(Source("pictureid", "Picturetitle", sha256="6b" * 32, media_type="image/png"), "Altwords"),),
    review="doubted",
)  # fmt: skip
OF_HAPPENINGS = ("timelinejs", "timelinejs-csv", "csv", "ics", "atom", "jsonfeed", "jsonld", "annotations", "timemap", "vis")


@pytest.mark.parametrize("name", OF_HAPPENINGS)
def test_every_missing_field_is_listed(name: str) -> None:
    """Every field of a happening, its quotation and its source is either written or listed."""
    format = format_named(name)
    text = "".join(map(str, format.write([HAPPENING], About("T", "https://example.org/t/-/timeline", position=88)))).replace(
        "\r\n ", ""
    )
    listed = {*format.loses, *(other for field in format.loses for other in WITH.get(field, ()))}
    stance = {"stance"} if name == "annotations" else set()  # it is a motivation there
    assert {field for field, words in WORDS.items() if words not in text} - listed - stance == set()
    assert {field for field in format.loses if format.loses[field] == "left out" and WORDS.get(field, "\0") in text} == set()


@pytest.mark.parametrize("name", ["csl-json", "ris"])
def test_lists_of_sources_list_their_losses(name: str) -> None:
    """Every field of a source, and the happenings as a whole."""
    format = format_named(name)
    text = "".join(map(str, format.write([HAPPENING], About("T")))).replace("/", "-")
    fields = ("source.title", "publisher", "author", "published", "url", "language", "media_type", "sha256", "archived_at")
    assert {field for field in fields if WORDS[field] not in text} == {"media_type"}
    assert {"media_type", "title", "quotations"} <= format.loses.keys()
