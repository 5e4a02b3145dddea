"""Nothing of a denied table is to be had from any address: every one is asked, with a word in each table that nobody may see.

The tables come from the schema, the addresses from the routes of Datasette and of the plugin, the formats from the catalogue, and
the options from the page's own state, so that a new one is asked as well. On each push a part of them is asked, chosen by
TIMELINE_SEED; all of them where TIMELINE_EVERY_CASE is set.
"""

import json
import os
import random
import re
import sqlite3
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from re import _constants as codes  # type: ignore[attr-defined]
from re import _parser as parser  # type: ignore[attr-defined]
from typing import Any
from urllib.parse import urlencode

import marked_timeline
import pytest
from datasette.app import Datasette
from datasette.utils import path_from_row_pks, tilde_encode
from shares import EVERY_CASE

from timeline import projections
from timeline.exchange import formats
from timeline.selection import state as states
from timeline.selection.sources import ORDERS
from timeline.web import queries, table_copies

Serve = Callable[..., Datasette]
Denied = tuple[str, ...]

# Each word, and the tables whose own it is: it is a secret where, of each of these groups, a table is denied.
IN_TEXTS = {"source_texts", "documents", "sources"}
IN_THE_PAST = {"happenings", "happening_versions", "events"}
WORDS: dict[str, tuple[set[str], ...]] = {
    "xtitlex": ({"happenings"},), "xsummaryx": ({"happenings"},), "xkindx": ({"happenings"},), "xplacex": ({"happenings"},),
    "xclaimx": ({"happenings"},), "xhappeningidx": ({"happenings"},), "xdatenotex": ({"happenings"},),
    "xformerx": (IN_THE_PAST,), "xreasonx": (IN_THE_PAST,), "xrecorderx": ({"events"},),
    "xquotedx": ({"citations", "sources"}, IN_TEXTS), "xsupportsx": ({"citations", "sources"},), "xtextx": (IN_TEXTS,),
    "xactorx": ({"actors"},), "xrolex": ({"happening_actors"},), "xtagx": ({"happening_tags"},), "xrelationx": ({"related"},),
    "xaltx": ({"happening_media"},), "xcaptionx": ({"happening_media"},), "xpicturex": ({"sources"},),
    "xpixelx": ({"documents", "source_texts", "sources"},),
    "xsourceidx": ({"sources"},), "xsourcetitlex": ({"sources"},), "xpublisherx": ({"sources"},), "xauthorx": ({"sources"},),
    "xcollectorx": ({"sources"},), "xcustodyx": ({"sources"},), "xcommentx": ({"reviews"},), "xreviewerx": ({"reviews"},),
    "xoriginx": ({"checkpoints"},), "xwitnessx": ({"checkpoints", "signatures"},), "xnotex": ({"notes"},),
}  # fmt: skip
NOWHERE = "xnowherex"
# Which tables are denied together, beside each by itself: as the manual says it, and one side or the other whole.
TOGETHER = [
    ("citations", "source_texts"),
    ("citations", "documents", "sources"),
    ("actors", "happening_actors"),
    ("happenings", "happening_versions"),
]
# So many rows of each table, and so many of the addresses for each denial, are asked.
MOST_ROWS = 2
SAMPLE = 4
# They are asked in parts, each a test.
PARTS = 2
SEED = os.environ.get("TIMELINE_SEED", "0")
# What differs between two answers to one question.
_PASSING = re.compile(
    r'"query_ms": ?[\d.e-]+|[\d.]+ ?ms\b|name="csrftoken" value="[^"]*"|t[0-9a-f]{8}-'
    r"|'(content-length|etag|set-cookie)': '[^']*'|nonce(=\"|-)[\w-]{22}"
)
# Of Datasette's routes, those that write, sign in or out, or draw no row of any database.
_ELSEWHERE = re.compile(
    r"static|favicon|/-/(logout|messages|auth-token|create-token|permissions|allow-debug|patterns|plugins|versions)"
)


@pytest.fixture(scope="module")
def marked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build that timeline once."""
    pytest.importorskip("cryptography")
    return marked_timeline.build(tmp_path_factory.mktemp("marked") / "marked.db")


@dataclass(frozen=True)
class Schema:
    """The tables and values of the file, to request by name."""

    columns: dict[str, list[str]]
    rows: dict[str, list[str]]
    keys: list[tuple[str, str, str]]
    ids: list[str]

    @classmethod
    def of(cls, path: Path) -> "Schema":
        """Read it from a file."""
        connection = sqlite3.connect(path)
        connection.row_factory = sqlite3.Row
        names = [name for (name,) in connection.execute("select name from sqlite_master where type in ('table', 'view')")]
        columns, rows, keys = {}, {}, []
        for name in names:
            about = connection.execute("select name, pk from pragma_table_info(?)", (name,)).fetchall()
            columns[name] = [row["name"] for row in about]
            primary = [row["name"] for row in sorted(about, key=lambda row: row["pk"]) if row["pk"]]
            is_view = connection.execute("select type = 'view' from sqlite_master where name = ?", (name,)).fetchone()[0]
            chosen = "*" if primary or is_view else "rowid, *"
            result = [] if is_view else connection.execute(f'select {chosen} from "{name}" limit {MOST_ROWS}').fetchall()
            rows[name] = [path_from_row_pks(row, primary, not primary) for row in result if None not in tuple(row)[:1]]
            linked = connection.execute('select "from", "table" from pragma_foreign_key_list(?)', (name,))
            keys += [(name, row["from"], row["table"]) for row in linked]
        ids = [row[0] for row in connection.execute("select id from happenings union select id from sources")]
        connection.close()
        return cls(columns, rows, keys, ids)


def nowhere(word: str) -> str:
    """Give a word of the same letters that is in no table, so that even a picture of it is as wide."""
    return f"x{word[-2:0:-1]}x"


def secrets(denied: Iterable[str]) -> list[str]:
    """Name the words that are nobody's but those of denied tables."""
    return [word for word, groups in WORDS.items() if all(group & set(denied) for group in groups)]


def denials(schema: Schema, part: int) -> list[Denied]:
    """List a part of what is denied in turn: each table and view, and some together."""
    return [*((name,) for name in schema.columns), *TOGETHER][part::PARTS]


def closing(denied: Denied) -> dict[str, Any]:
    """Give the metadata that deny tables, as the manual has it."""
    return {"databases": {"marked": {"tables": {name: {"allow": False} for name in denied}}}}


def values(schema: Schema, group: str) -> list[str]:
    """Give what may stand in an address for a part of that name: all there is, where the name is new."""
    known = {
        "database": ["marked"],
        "format": ["json", "csv", "timeline"],
        "table": [*map(tilde_encode, schema.columns), *queries.questions()],
        "query": [*queries.questions()],
        "position": ["1", "3", "5", "6"],
        "number": ["1", "now"],
        "name": [*formats.written_names(), NOWHERE],
    }
    return known.get(group, [*schema.ids, "1", NOWHERE])


def paths(schema: Schema, pattern: str) -> Iterator[str]:
    """Write out the addresses that a route's pattern matches, with and without what is optional."""
    tree = parser.parse(pattern)
    names = {number: name for name, number in tree.state.groupdict.items()}

    def written(items: Any) -> list[list[str]]:  # noqa: ANN401 - as the parser has it
        parts: list[list[str]] = []
        for code, argument in items:
            if code is codes.LITERAL:
                parts.append([chr(argument)])
            elif code is codes.SUBPATTERN and argument[0] in names:
                parts.append([f"<{names[argument[0]]}>"])
            elif code is codes.SUBPATTERN:
                parts.append(["".join(one) for one in product(*written(argument[3]))])
            elif code in (codes.MAX_REPEAT, codes.MIN_REPEAT) and argument[0] == 0:
                parts.append(["", *("".join(one) for one in product(*written(argument[2])))])
            elif code is codes.BRANCH:
                parts.append(["".join(one) for branch in argument[1] for one in product(*written(branch))])
        return parts

    for one in product(*written(tree)):
        yield from _filled(schema, "".join(one))


def _filled(schema: Schema, template: str) -> Iterator[str]:
    if "<pks>" in template:
        for table, rows in schema.rows.items():
            for row in rows:
                yield from _filled(schema, template.replace("<table>", tilde_encode(table)).replace("<pks>", row))
        return
    group = re.search("<([a-z_]+)>", template)
    if group is None:
        yield template
        return
    for value in values(schema, group[1]):
        yield from _filled(schema, template.replace(group[0], value, 1))


def addresses(datasette: Datasette, schema: Schema) -> list[str]:
    """List every address that anybody may ask for, those of the tables with what their pages can show beside the rows."""
    result: dict[str, None] = {}
    for pattern, _ in datasette._routes():
        text = pattern.pattern if isinstance(pattern, re.Pattern) else pattern
        if not _ELSEWHERE.search(text):
            result.update(dict.fromkeys(paths(schema, text)))
    for name, columns in schema.columns.items():
        table = f"/marked/{tilde_encode(name)}"
        facets = [("_facet", column) for column in columns]
        extras = "facet_results,suggested_facets,foreign_key_tables,expandable_columns,display_rows,human_description_en"
        shown = urlencode([("_labels", "on"), ("_size", "max"), ("_extra", extras), *facets])
        result |= dict.fromkeys([f"{table}?{shown}", f"{table}.json?{shown}", f"{table}.csv?_labels=on&_stream=1"])
        result |= dict.fromkeys(
            f"{table}/{row}.json?_extras=foreign_key_tables&_extra=foreign_key_tables" for row in schema.rows[name]
        )
        result |= dict.fromkeys(
            [f"{table}/-/autocomplete?_initial=1", f"{table}/-/autocomplete?q=x", f"{table}/-/fragment?_labels=on"]
        )
    result |= dict.fromkeys(f"/marked/-/timeline/sources?sort={order}{then}" for order in ORDERS for then in ("", "&as_of=5"))
    for route in _of_state(result):
        for option, chosen in (("lanes", states.LANES), ("mark", states.MARKS), ("status", states.STATUSES), ("as_of", (3, 5))):
            result |= dict.fromkeys(f"{route}?{option}={one}" for one in chosen)
    result |= dict.fromkeys(f"/marked.json?sql=select+*+from+%22{name}%22" for name in schema.columns)
    return list(result)


def _of_state(result: Iterable[str]) -> list[str]:
    """Choose the addresses that read the page's state: the page, the drawing, an export of each sort, and the list of sources."""
    return [one for one in result if re.search(r"/-/timeline(/drawing/\w+|/export(/(csv|atom|svg))?|/sources)?$", one)]


def questions(schema: Schema, result: Iterable[str], word: str) -> list[str]:
    """List the addresses that answer yes or no about a word."""
    asked = [f"{route}?{name}={word}" for route in _of_state(result) for name in (*states.FILTERS, "focus")]
    indexes = [name for name in schema.columns if name.endswith("_fts")]
    for name, columns in schema.columns.items():
        table = f"/marked/{tilde_encode(name)}.json?_shape=array"
        asked += [f"{table}&_search={word}", *(f"{table}&_search={word}&_fts_table={index}" for index in indexes)]
        asked += [f"{table}&_search_{column}={word}" for index in indexes for column in schema.columns[index]]
        asked += [f"{table}&{column}__contains={word}" for column in columns]
        asked.append(f"{table}&_where=exists(select+1+from+citations+where+quote+like+'%25{word}%25')")
        through = [(other, column) for other, _, to in schema.keys if to == name for column in schema.columns[other]]
        asked += [f"{table}&_through={json.dumps({'table': t, 'column': c, 'value': word})}" for t, c in through]
    asked += [
        f"/marked/{name}.json?{'&'.join(f'{p}={word}' for p in q.parameters)}"
        for name, q in queries.questions().items()
        if q.parameters
    ]
    return list(dict.fromkeys(asked))


def sampled(listed: list[Any], denied: Denied, most: int) -> list[Any]:
    """Choose what is asked today."""
    return listed if EVERY_CASE or len(listed) <= most else random.Random(f"{SEED}{denied}").sample(listed, most)  # noqa: S311 - it is no secret


async def ask(datasette: Datasette, address: str, cookies: dict[str, str] | None = None) -> tuple[int, str]:
    """Ask as a visitor whom nobody knows, or with cookies, and give all that the answer says."""
    response = await datasette.client.get(address, follow_redirects=True, cookies=cookies or {})
    assert response.status_code < 500 or "/-/timeline" not in address, (address, response.text)
    return response.status_code, response.text + str(dict(response.headers))


@pytest.mark.asyncio
async def test_every_copy_is_declared_or_follows_from_foreign_keys(marked: Path) -> None:
    """A new read table has to say whose words it holds; and every word is in a table that says so."""
    ours = {name for _, name in projections.objects()} | {"events", "documents", "checkpoints", "signatures", "projected"}
    assert ours == {*table_copies.COPIES, *table_copies.ORIGINALS}
    assert not table_copies.COPIES.keys() & set(table_copies.ORIGINALS)
    assert {one for groups in WORDS.values() for group in groups for one in group} <= ours | {"notes"}


@pytest.mark.asyncio
async def test_every_word_is_shown_if_nothing_is_denied(serve: Serve, marked: Path) -> None:
    """Else nothing would be learned from its absence; and a search for it finds something."""
    datasette, schema = serve(marked), Schema.of(marked)
    await datasette.invoke_startup()
    result = addresses(datasette, schema)
    answers = [await ask(datasette, one) for one in result if re.search(r"^/marked/\w+\.json$|/export/jsonl$|/image$", one)]
    for word in WORDS:
        assert any(word in text for status, text in answers if status == 200), word
    for word, table in (("xquotedx", "happenings"), ("xtextx", "sources")):
        yes, no = [await ask(datasette, f"/marked/{table}.json?_shape=array&_search={one}") for one in (word, nowhere(word))]
        assert yes[0] == no[0] == 200
        assert yes != no


@pytest.mark.asyncio
@pytest.mark.parametrize("part", range(PARTS))
async def test_no_address_shows_anything_of_a_denied_table(serve: Serve, marked: Path, part: int) -> None:
    """No word of it, at any address; tables without copies of it are still shown."""
    schema = Schema.of(marked)
    leaks = []
    for denied in denials(schema, part):
        datasette = serve(marked, metadata=closing(denied))
        await datasette.invoke_startup()
        copies = await table_copies.in_database(datasette.get_database("marked"))
        hidden = secrets(denied)
        tables = [name for name in schema.columns if not name.startswith("sqlite_")]
        for name in tables if hidden else sampled(tables, denied, SAMPLE // 4):
            status, text = await ask(datasette, f"/marked/{tilde_encode(name)}.json?_size=max")
            leaks += [(denied, name, word) for word in hidden if word in text.lower()]
            if name not in copies.internal:
                is_closed = name in denied or bool(copies.others[name] & set(denied))
                assert status == (403 if is_closed else 200), (denied, name, status)
        most = (4 if denied in TOGETHER else 1) * SAMPLE
        for one in sampled(addresses(datasette, schema), denied, most) if hidden else ():
            status, text = await ask(datasette, one)
            leaks += [(denied, one, word) for word in hidden if status == 200 and word in text.lower()]
    assert not leaks


@pytest.mark.asyncio
@pytest.mark.parametrize("part", range(PARTS))
async def test_the_desk_shows_nothing_of_a_denied_table_to_a_writer(serve: Serve, marked: Path, part: int) -> None:
    """Nor does any other address, to one who may append and review, and not read everything."""
    schema = Schema.of(marked)
    may = {"cited-timeline": {"timeline-append": {"id": "ana"}, "timeline-review": {"id": "ana"}}}
    leaks = []
    for denied in denials(schema, part):
        hidden = secrets(denied)
        datasette = serve(marked, metadata={**closing(denied), "plugins": may})
        await datasette.invoke_startup()
        cookies = {"ds_actor": datasette.sign({"a": {"id": "ana"}}, "actor")}
        every = addresses(datasette, schema) if hidden else []
        desk = [one for one in every if re.search(r"/-/timeline/(desk|append)\b", one)]
        for one in [*sampled(desk, denied, SAMPLE), *sampled(every, denied, SAMPLE // 4)]:
            status, text = await ask(datasette, one, cookies)
            leaks += [(denied, one, word) for word in hidden if status == 200 and word in text.lower()]
    assert not leaks
    datasette = serve(marked, metadata={"plugins": may})
    await datasette.invoke_startup()
    cookies = {"ds_actor": datasette.sign({"a": {"id": "ana"}}, "actor")}
    assert "xquotedx" in (await ask(datasette, "/marked/-/timeline/desk/documents/xsourceidx", cookies))[1]


@pytest.mark.asyncio
@pytest.mark.parametrize("part", range(PARTS))
async def test_no_address_answers_yes_or_no_about_a_denied_word(serve: Serve, marked: Path, part: int) -> None:
    """Whatever searches answers about a word that is there as about one that is nowhere."""
    schema = Schema.of(marked)
    differ = []
    for denied in denials(schema, part):
        if not secrets(denied):
            continue
        datasette = serve(marked, metadata=closing(denied))
        await datasette.invoke_startup()
        every = addresses(datasette, schema)
        hidden = secrets(denied)
        asked = zip(*(questions(schema, every, word) for word in hidden), strict=True)
        # Each question is asked about one of the words in turn.
        trials = [(hidden[number % len(hidden)], about[number % len(hidden)]) for number, about in enumerate(asked)]
        searches = [trial for trial in trials if re.search(r"(happenings|sources)\.json\?_shape=array&_search=\w+$", trial[1])]
        for word, one in dict.fromkeys([*searches, *sampled(trials, denied, SAMPLE)]):
            result, missed = [await ask(datasette, asked) for asked in (one, one.replace(word, nowhere(word)))]
            alike = [(status, _PASSING.sub("", text).replace(word, nowhere(word))) for status, text in (result, missed)]
            if alike[0] != alike[1]:
                differ.append((denied, one, result[0], missed[0]))
    assert not differ


@pytest.mark.asyncio
async def test_with_the_readmes_recipe_the_rest_is_still_shown(serve: Serve, marked: Path) -> None:
    """Quotations and texts are closed; happenings, people, tags and documents by name are not."""
    datasette = serve(marked, metadata=closing(("citations", "source_texts")))
    for name in (
        "happenings",
        "timeline",
        "happening_versions",
        "sources",
        "actors",
        "happening_actors",
        "happening_tags",
        "related",
        "notes",
    ):
        assert (await ask(datasette, f"/marked/{name}.json"))[0] == 200, name
    assert "xtitlex" in (await ask(datasette, "/marked/happenings"))[1]
    # What refers to a row is counted where it may be read, and left out where not.
    row = (await ask(datasette, "/marked/happenings/xhappeningidx"))[1]
    assert "happening_tags" in row
    assert "from happening in" in row
    assert "in citations" not in row


@pytest.mark.asyncio
async def test_whoever_may_not_read_a_table_may_not_run_sql(serve: Serve, marked: Path) -> None:
    """SQL can read any table; a visitor who may read all of them may run it. Not every Datasette obeys `allow_sql`."""
    metadata = {"databases": {"marked": {"tables": {"citations": {"allow": {"id": "ann"}}}}}}
    datasette = serve(marked, metadata=metadata, crossdb=True)
    await datasette.invoke_startup()
    ann = {"ds_actor": datasette.sign({"a": {"id": "ann"}}, "actor")}
    for address in (
        "/marked.json?sql=select+quote+from+citations",
        "/marked/happenings.json?_where=exists(select+1+from+citations)",
        "/_memory.json?sql=select+quote+from+%5Bmarked%5D.citations",
    ):
        assert (await datasette.client.get(address, follow_redirects=True)).status_code == 403, address
        assert (await datasette.client.get(address, follow_redirects=True, cookies=ann)).status_code == 200, address


@pytest.mark.asyncio
async def test_whoever_may_not_read_a_table_may_not_take_the_file(serve: Serve, marked: Path) -> None:
    """Which holds them all; he who may read all may take it."""
    metadata = {"databases": {"marked": {"tables": {"citations": {"allow": {"id": "ann"}}}}}}
    datasette = serve(immutables=[str(marked)], metadata=metadata)
    await datasette.invoke_startup()
    ann = {"ds_actor": datasette.sign({"a": {"id": "ann"}}, "actor")}
    assert (await datasette.client.get("/marked.db")).status_code == 403
    assert (await datasette.client.get("/marked.db", cookies=ann)).status_code == 200
