"""Random happenings and sources from Hypothesis. Must not test anything."""

from difficult_happenings import DATES
from hypothesis import strategies as st
from sample_happenings import quotation

from timeline import dates
from timeline.actors import actor_id
from timeline.dates.instants import instant
from timeline.reading.records import Happening, Source

SIGNS = st.sampled_from(
    [*"a0é'\"=+-@;:,()<>&|\\/[]{}#%~?.", " ", "  ", "\n", "\n\n\n", "\t", "\r\n", "\u00a0", "\u2028", "\x85", "\u202e"]
)
HOSTILE = st.lists(
    SIGNS
    | st.sampled_from(["<b>", "&lt", "&#39;", "&amp;", "— — —", "\n\n— — —\n", "</div>", "\\n", "(x)", "; ", "24 November 2025: "])
)
WORDS = (HOSTILE.map("".join) | st.text(st.characters(exclude_categories=["C"]), max_size=9)).map(str.strip).filter(bool)
MAYBE = st.none() | WORDS
DAYS = ("2025-11-24", "2025-11-25", "2025-11-30")


def _times(shift: str) -> st.SearchStrategy[str]:
    clocks = st.sampled_from(["00", "04", "04:00", "04:10", "04:10:00", "04:10:30", "23:59", "23"])
    return st.tuples(st.sampled_from(DAYS), clocks, st.sampled_from(["", "", "", "~", "?", "%"])).map(
        lambda parts: f"{parts[0]}T{parts[1]}{shift}{parts[2]}"
    )


@st.composite
def timed(draw: st.DrawFn) -> str:
    """Draw a date with times of day of any precision: alone, as an interval, or in a set. Each side may be a day."""
    times = _times(draw(st.sampled_from(["", "", "Z", "+01:00", "-05"])))
    ends = times | st.sampled_from([*DAYS, "", ".."])
    spans = st.tuples(ends, ends).map("/".join)
    runs = st.tuples(times | st.just(""), times | st.just("")).map("..".join)
    sets = st.lists(times, min_size=1, max_size=3).map(",".join) | runs
    choices = st.tuples(st.sampled_from(["[{}]", "{{{}}}"]), sets).map(lambda pair: pair[0].format(pair[1]))
    return draw((times | spans | choices).filter(lambda text: "T" in text and dates.is_date(text)))


TIMES = ("2025-11-24T10:30:00", "0001-01-01", "9999-12-30", "2003/2003", "{2003,2004}", "2003-05/", "/2003", "2025-11-24T10:30:00Z")


@st.composite
def happenings(draw: st.DrawFn, number: int = 1) -> Happening:
    """Draw a happening with or without each field."""
    date = draw(st.sampled_from((*DATES, *TIMES)) | timed())
    parsed = dates.parse(date)
    zoned = parsed.timed and not any(dates.shifts(date)) and draw(st.booleans())
    zone = draw(st.sampled_from(["Africa/Casablanca", "Asia/Kolkata"])) if zoned else None
    latitude, longitude = draw(st.sampled_from([(None, None), ("31.620", "-7.98"), ("-0", "0.00000000000000000001")]))
    actors = draw(st.lists(st.tuples(WORDS, MAYBE), max_size=3, unique_by=lambda one: actor_id(one[0])))
    return Happening(
        id=f"h{number}", version=1, position=number + 2, recorded_at="2026-01-01T00:00:02.000Z", recorded_by="tester",
        status="current", title=draw(WORDS), date=date, earliest=parsed.earliest, latest=parsed.latest, date_note=draw(MAYBE),
        zone=zone, instant=instant(date, zone) if parsed.timed else None, summary=draw(MAYBE),
        kind=draw(MAYBE | st.just("era")), place=draw(MAYBE), latitude=latitude, longitude=longitude,
        part_of=draw(st.sampled_from([None, "h0", "a.b_C-d"])), attributed_to=draw(MAYBE), actors=tuple(actors),
        tags=tuple(draw(st.lists(WORDS, max_size=3, unique=True))),
        related=tuple(draw(st.lists(st.tuples(st.sampled_from(["h0", "x-1"]), WORDS), max_size=2, unique=True))),
        quotations=(quotation(),),
    )  # fmt: skip


@st.composite
def sources(draw: st.DrawFn) -> Source:
    """Draw a source."""
    published = draw(st.sampled_from([None, *DATES, "2025-11-28T10:00:00", "2003/2003", "2025-11-28"]))
    address = st.none() | st.text("abc;/?&=%#é", max_size=8).map("https://example.org/".__add__)
    return Source(
        "s-1", draw(WORDS), draw(MAYBE), draw(MAYBE), published, draw(address), draw(st.sampled_from([None, "en", "ar-MA"])),
        "text/html", "ab" * 32, "2026-01-01T00:00:01.000Z",
    )  # fmt: skip
