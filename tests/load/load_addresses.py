"""The addresses of a timeline with the worst that can be asked of each: every route, format, question and parameter.

Owns that table. It is of the timeline that `load_timeline` makes. What it does not ask is found by `unasked`, so that a new route,
format, question or parameter cannot be forgotten.
"""

import re
from collections.abc import Iterator
from urllib.parse import urlencode

from load_timeline import Size

from timeline import desk, web
from timeline.exchange import formats
from timeline.selection import state as states
from timeline.web import assets, queries

DATABASE = "load"
AT = f"/{DATABASE}/-/timeline"
SOURCES = (
    "lines", "short-lines", "paragraphs", "blank", "returns", "unbroken", "one-word", "marks", "one-mark", "invisible",
    "quotation-marks", "markup", "pdf", "page-breaks", "web", "csv", "cited", "cited-over", "leaf-1", "none",
)  # fmt: skip
HAPPENINGS = (
    "h-7", "whole", "reworded", "long", "people", "tagged", "quoting", "quoting-the-end", "disputed", "all-of-a-text", "none",
    "h",
    "x" * 5_000,
)  # fmt: skip
FAR = "9" * 18
SEARCHES = (
    "the",
    "t",
    "*",
    "gulls cry",
    "harb",
    "the " * 75,
    " ".join("abcdefghijklmnopqrstuvwxyz"),
    " ".join(f"{n:x}" for n in range(10_000)),
    "x" * 20_000,
    '"' * 300,
    "a OR b NEAR c " * 20,
    "\u064e" * 300,
    "é" * 300,
)
PERIODS = ("2000", "-9999", "Y-170000002", "[" + ",".join(f"{year}" for year in range(1000, 1090)) + "]", "1XXX", "2/" * 200)
WINDOWS = ("-9999-01-01/9999-12-31", "1990-01-01T00:00:00/1990-01-01T00:00:01", "1990-01-01/1990-01-02", "1000-01-01/2000-01-01")
LANES = ("kind", "actor", "place", "source", "tag")
FILTERS = (
    {"kind": "kind 1"}, {"kind": "large"}, {"actor": "everybody"}, {"actor": "Person 77"}, {"actor": "nobody"},
    {"place": "Place 7"}, {"tag": "all"}, {"tag": "sort-1"}, {"source": "csv"}, {"source": "cited"}, {"source": "leaf-1"},
    {"mark": "disputed"}, {"mark": "corrected"}, {"mark": "claimed"}, {"mark": "single"},
    {"status": "all"}, {"status": "retracted"},
)  # fmt: skip
TABLES = ("happenings", "happening_versions", "timeline", "events", "citations", "sources", "happening_actors", "facets", "spans")
STATEMENTS = (
    "select date, title, summary from happenings order by length(title) desc",
    "select '1990' as date, substr(text, 1, 1000000) as title from source_texts order by characters desc limit 20",
    "with recursive n(n) as (select 1 union all select n + 1 from n limit 1000) select '[' || substr(replace(hex(zeroblob(400)),"
    " '00', '1990,'), 1, 190) || '1990]' as date, n as title from n",
    "with recursive n(n) as (select 1 union all select n + 1 from n) select max(n) as date from n",
    "select no_such from happenings",
)


WRITER = "load"  # the actor who may append
METADATA = {"plugins": {"cited-timeline": {"timeline-append": {"id": WRITER}, "timeline-review": {"id": WRITER}}}}


def is_for_writers(address: str) -> bool:
    """Whether an address answers those alone who may write."""
    return re.match(rf"{AT}/(desk|append)\b", address) is not None


def addresses(size: Size, end: int) -> Iterator[str]:
    """Give every address. `end` is the log's."""
    middle = end // 2
    yield "/-/timeline"
    for name in assets.files():
        yield f"/-/timeline/assets/{assets.version()}/{name}"
    yield f"/-/timeline/assets/{'0' * 12}/none.js"
    for place in ("", "/drawing/overview", "/drawing/view", "/drawing/list", "/drawing/next"):
        for query in choosing(size, end):
            yield f"{AT}{place}{query}"
    for query in drawn(end):
        yield f"{AT}/drawing/view{query}"
        yield f"{AT}/drawing/list{query}"
        yield f"{AT}{query}"
        yield f"{AT}/drawing/next{query}"
    for query in turning(end):
        yield f"{AT}{query}"
    yield from of_sources(size, end)
    for happening in HAPPENINGS:
        for as_of in ("", 1, middle, end, FAR, "1990"):
            yield f"{AT}/{happening}?as_of={as_of}"
    yield from of_events(size, end)
    yield from of_the_log(end)
    for query in choosing(size, end):
        yield f"{AT}/export{query}"
    for name in (*formats.written_names(), "none", "x" * 5_000):
        for query in taking(end):
            yield f"{AT}/export/{name}{query}"
    yield from rows()
    yield from of_the_desk(size)


def of_the_desk(size: Size) -> Iterator[str]:
    """Give the pages of those who may append, which show a whole text beside a form, or all of a happening in one."""
    yield "/-/timeline/sign-in"
    yield f"{AT}/append"
    yield f"{AT}/desk/check"
    for query in ("", f"?page={FAR}", f"?q={'x' * 5_000}"):
        yield f"{AT}/desk{query}"
        yield f"{AT}/desk/drafts{query}"
        yield f"{AT}/desk/documents{query}"
    yield f"{AT}/desk/drafts.yaml"
    yield f"{AT}/desk/drafts/{'0' * 16}"
    for source in SOURCES:
        yield f"{AT}/desk/documents/{source}"
        yield f"{AT}/desk/documents/{source}?start={size.characters // 2}"
    for happening in HAPPENINGS:
        yield f"{AT}/desk/happenings/{happening}"


def of_sources(size: Size, end: int) -> Iterator[str]:
    """Give the list of sources in every order, and the sources, each from every place of its text."""
    for order in ("title", "date", "newest", "weight", "x" * 5_000):
        for asked in ({}, {"q": "the"}, {"q": "gulls cry 1", "as_of": end // 2}, {"as_of": end}, {"as_of": 9}, {"page": FAR}):
            yield f"{AT}/sources{query_of({'sort': order, **asked})}"
    for source in SOURCES:
        yield f"{AT}/sources/{source}"
        for file in ("image", "document", "frame", "pages/1.png"):
            yield f"{AT}/sources/{source}/{file}"
        for cited in ("h-7-2", "disputed-1", f"h-{FAR}", f"h-1-{FAR}", "-", "x" * 5_000):
            yield f"{AT}/sources/{source}?cited={cited}"
        yield f"{AT}/sources/{source}?start={size.characters // 2}"
        for passage in passages(size):
            yield f"{AT}/sources/{source}?passage={passage}"


def of_events(size: Size, end: int) -> Iterator[str]:
    """Give events, and their proofs."""
    for position in (0, 1, end // 2, end - 1, end, FAR, *range(size.many + 18, size.many + 30)):
        yield f"{AT}/events/{position}"
        yield f"{AT}/events/{position}/proof"
    for number in (1, 2, FAR, "1" * 5_000):
        yield f"{AT}/events/1/proof?checkpoint={number}"


def taking(end: int) -> Iterator[str]:
    """Give what is taken away in a file at its worst."""
    for asked in ({}, {"kind": "kind 1"}, {"kind": "large"}, {"q": "the", "as_of": end // 2}, {"q": "gulls cry 1"}, {"as_of": end},
                  {"status": "all", "tag": "tag-7"}, {"mark": "disputed"}, {"source": "cited"}):  # fmt: skip
        yield query_of(asked)


def query_of(asked: dict[str, object]) -> str:
    """Give a query string, with its `?`."""
    return f"?{urlencode(asked, doseq=True)}" if asked else ""


def choosing(size: Size, end: int) -> Iterator[str]:
    """Give what chooses happenings at its worst: words, filters, periods, positions, one at a time and together."""
    yield ""
    pasts: tuple[dict[str, object], ...] = ({}, {"as_of": 1}, {"as_of": end // 2}, {"as_of": end})
    for past in pasts:
        for q in SEARCHES:
            yield query_of({**past, "q": q})
        for filtered in FILTERS:
            yield query_of({**past, **filtered})
        yield query_of({**past, "q": "the", "actor": "everybody", "tag": "all", "kind": "kind 1", "status": "all"})
        yield query_of({**past, "q": "the", "source": "cited", "mark": "single", "from": "0001", "to": "2030"})
    for period in PERIODS:
        yield query_of({"from": period})
        yield query_of({"to": period})
        yield query_of({"as_of": period})
        yield query_of({"from": period, "to": "2030", "q": "the"})
    for name in states.NAMES:
        yield query_of({name: FAR * 3})
        yield query_of({name: [f"{n}" for n in range(3_000)]})
        yield query_of({name: "x" * 20_000})


def drawn(end: int) -> Iterator[str]:
    """Give windows and lanes at their worst."""
    for view in WINDOWS:
        for lanes in LANES:
            yield query_of({"view": view, "lanes": lanes, "width": 4_000})
            yield query_of({"view": view, "lanes": lanes, "q": "the"})
            yield query_of({"view": view, "lanes": lanes, "as_of": end // 2, "q": "gulls"})
            yield query_of({"view": view, "lanes": lanes, "mark": "claimed", "width": FAR})
        yield query_of({"view": view, "focus": "long", "step": -1})


def turning(end: int) -> Iterator[str]:
    """Give the pages at their worst: the largest, the deepest, those for paper."""
    for more in ({}, {"q": "the"}, {"as_of": end // 2}, {"mark": "disputed"}, {"kind": "large"}, {"as_of": end // 2, "q": "the"},
                 {"status": "all"}, {"from": "1990", "to": "1990"}):  # fmt: skip
        yield query_of({**more, "size": 200})
        yield query_of({**more, "size": 200, "before": "end"})
        yield query_of({**more, "size": 200, "after": "700000~-700000~~"})
        yield query_of({**more, "print": 1})
        yield query_of({**more, "embed": 1})


def passages(size: Size) -> Iterator[str]:
    """Give passages of a text at their worst."""
    whole, half = size.characters, size.characters // 2
    for start, to in ((0, whole), (0, 200_000), (0, 2_000_000), (0, whole - 10), (half, half + 10), (whole - 10, whole), (0, 10)):
        yield f"{start}-{to}"
    yield f"0-{'9' * 9}"
    yield "9" * 5_000


def of_the_log(end: int) -> Iterator[str]:
    """Give what is asked of the log at its worst."""
    for asked in ({}, {"after": end // 2}, {"after": FAR}, {"limit": FAR}, {"limit": 0}, {"after": "x" * 5_000}):
        yield f"{AT}/log.jsonl{query_of(asked)}"
    yield f"{AT}/live?after={FAR}"  # one that can be had does not end
    yield f"{AT}/log/checkpoints/now"
    for number in (1, 2, FAR):
        yield f"{AT}/log/checkpoints/{number}"
    for first, last in ((0, end), (1, end), (end // 3, end), (end - 1, end), (end, end), (0, FAR), (FAR, 0), (1, "x" * 5_000)):
        yield f"{AT}/log/consistency?from={first}&to={last}"
        yield f"{AT}/log/checkpoints?from={first}&to={last}"
        yield f"{AT}/log/checkpoints?from={first}&to={last}&after={end // 2}"
    for below in ("", 1, end, FAR, "x" * 5_000):
        yield f"{AT}/log/checkpoints?below={below}"


def rows() -> Iterator[str]:
    """Give `.timeline` of tables, views, questions and SQL, and Datasette's own pages, whose cells we link."""
    for table in TABLES:
        for size in ("100", "max"):
            yield f"/{DATABASE}/{table}.timeline?_size={size}"
            yield f"/{DATABASE}/{table}?_size={size}"
        yield f"/{DATABASE}/{table}.timeline?_size=max&_date=none&_until=none&_title=none"
    for question in queries.questions().values():
        for value in ("", "the", "1", "everybody", "x" * 20_000):
            asked = dict.fromkeys(question.parameters, value)
            yield f"/{DATABASE}/{question.name}.timeline?{urlencode(asked)}"
            yield f"/{DATABASE}/{question.name}.json?{urlencode(asked)}"
    for statement in STATEMENTS:
        yield f"/{DATABASE}/-/query.timeline?{urlencode({'sql': statement})}"
        yield f"/{DATABASE}.timeline?{urlencode({'sql': statement})}"


def unasked(asked: list[str]) -> list[str]:
    """Name the routes, formats, questions and parameters that no address asks."""
    paths = [address.partition("?")[0] for address in asked]
    queried = [address.partition("?")[2] for address in asked]
    patterns = [pattern for pattern, _ in (*desk.register_routes(), *web.register_routes())]
    routed = {next((pattern for pattern in patterns if re.match(pattern, path)), None) for path in paths}
    missing = [pattern for pattern in patterns if pattern not in routed]
    missing += [name for name in formats.written_names() if f"{AT}/export/{name}" not in paths]
    missing += [name for name in queries.questions() if f"/{DATABASE}/{name}.timeline" not in paths]
    missing += [name for name in states.NAMES if not any(re.search(rf"(^|&){name}=", query) for query in queried)]
    return missing
