"""The page `/{database}/-/timeline/{happening}`: all of one happening, its parts and its history, now or as of a position.

Owns the gathering. What it shows of the happening itself is what the event says that stood then.
"""

from sqlite3 import Row
from typing import Any

from datasette.app import Datasette
from datasette.database import Database
from datasette.utils import tilde_decode, tilde_encode
from datasette.utils.asgi import Request, Response

from timeline.exchange.writing import saying
from timeline.web import access, links
from timeline.web.pages import cards, frame, history, known, linked, moment, quotation, when
from timeline.web.pages import state as states
from timeline.web.pages.history import Version
from timeline.web.pages.state import State

TABLES = (
    "happenings", "happening_versions", "citations", "sources", "actors", "happening_actors", "happening_tags", "related",
    "happening_times", "events",
)  # fmt: skip
MOST_PARTS = 500
# All quotations together show so many characters, but each of them at least so many; in its source each stands whole.
LONGEST_QUOTED, LONGEST_OF_MANY = 1_000_000, 700
_SOURCES = "select sources from happening_versions where position = ?"


@frame.answering
async def happening_page(datasette: Datasette, request: Request) -> Response:
    """Answer with a happening; 404, with what may have been meant, where there is none or none was known yet."""
    database = await access.open_timeline(datasette, request, *TABLES)
    id_ = tilde_decode(request.url_vars["happening"])
    state = await moment.resolved(database, states.read({"as_of": request.args.getlist("as_of")}))
    versions = await history.read(datasette, database, f"happening/{id_}", state.as_of)
    told = [version for version in versions if version.type != "EventRedacted"]
    stood = [version for version in told if state.as_of is None or version.position <= state.as_of]
    if not stood:
        return await _unknown(datasette, request, database, id_, told=told, state=state)
    version, latest = stood[-1], told[-1]
    statement = version.statement or {}
    here = links.happening(datasette, database.name, id_)
    timeline = links.timeline(datasette, database.name)
    as_of = state.as_of_query
    title = statement.get("title") or f"{id_} (redacted)"
    headline = saying.claimed(statement["attributed_to"]) + title if statement.get("attributed_to") else title
    standing = id_ if version is latest else None
    longest = max(LONGEST_OF_MANY, LONGEST_QUOTED // max(1, len(statement.get("citations") or ())))
    quotations = await quotation.of_statement(datasette, database, statement, standing=standing, as_of=state.as_of, longest=longest)
    time = await _time(database, id_) if version is latest else None
    context = {
        "database": database.name,
        "canonical": here + as_of,
        "timeline": timeline,
        "as_of": as_of,
        "state": state,
        "as_of_day": moment.said(state),
        "here": here,
        "id": id_,
        "title": title,
        "short_title": known.clipped(headline, 90),
        "statement": statement,
        "version": version,
        "latest": latest,
        "is_latest": version is latest,
        "redacted": version.statement is None,
        "corrected": version.version > (2 if version.retracted else 1),
        "when": when.said(statement.get("date")),
        "html_time": when.html_time(statement.get("date")),
        "time": time,
        "times": when.times(statement.get("date")),
        "instant_time": when.html_time(time["instant"]) if time else None,
        "people": await _people(database, id_, statement, version is latest),
        "supporting": [one for one in quotations if not one.disputes],
        "disputing": [one for one in quotations if one.disputes],
        "sources": sum(row[0] for row in (await database.execute(_SOURCES, [version.position])).rows),
        "versions": list(reversed(versions)),
        "earlier_versions": versions[0].version - 1,
        **await _relations(datasette, database, id_, version, state),
        "linked": await linked.data(datasette, request, database, version.position, state.as_of),
        "table_row": datasette.urls.row(database.name, "happenings", tilde_encode(id_)),
    }
    trail = [(timeline, "timeline"), (here, known.clipped(headline, 60))]
    status = 400 if state.faulty else 200
    return await frame.respond(datasette, request, "timeline_happening.html", context, trail=trail, status=status)


async def _unknown(
    datasette: Datasette, request: Request, database: Database, id_: str, *, told: list[Version], state: State
) -> Response:
    """Say that there is no such happening, and which ids are near it."""
    rows = [] if told else await known.near(database, id_, state.as_of)
    near = [
        (links.happening(datasette, database.name, row["id"]) + state.as_of_query, row["title"] or row["id"], row["id"])
        for row in rows
    ]
    timeline = links.timeline(datasette, database.name)
    context = {
        "database": database.name,
        "what": "happening",
        "id": known.clipped(id_, 200),
        "near": near,
        "timeline": timeline,
        "as_of": state.as_of,
        "first": told[0] if told else None,
        "now": links.happening(datasette, database.name, id_),
    }
    return await frame.respond(datasette, request, "timeline_unknown.html", context, trail=[(timeline, "timeline")], status=404)


async def _time(database: Database, id_: str) -> Row | None:
    columns = "local_time, zone, instant, local_until"
    rows = await database.execute(f"select {columns} from happening_times where happening = :id", {"id": id_})
    return rows.rows[0] if rows.rows else None


async def _people(database: Database, id_: str, statement: dict[str, Any], standing: bool) -> list[cards.Person]:
    if not standing:
        return cards.people_of(statement)
    rows = await database.execute(
        "select name, role, actor from happening_actors join actors on actors.id = actor where happening = :id"
        " order by happening_actors.rowid",
        {"id": id_},
    )
    return [cards.Person(row["name"], row["role"], row["actor"]) for row in rows.rows]


async def _relations(datasette: Datasette, database: Database, id_: str, version: Version, state: State) -> dict[str, Any]:
    """Gather the whole, the parts and the ties, both ways, as known at the position; by id what only the statement names."""
    statement = version.statement or {}
    parts = await known.parts(database, id_, state.as_of, MOST_PARTS)
    ties = [(tie["relation"], tie["other"]) for tie in statement.get("related") or ()]
    reverse = await known.referring(database, id_, state.as_of, MOST_PARTS)
    other = [statement.get("part_of"), version.superseded_by, *(name for _, name in (*ties, *reverse))]
    names = await known.titles(database, [name for name in other if name], state.as_of)

    def link(name: str) -> tuple[str, str]:
        return links.happening(datasette, database.name, name) + state.as_of_query, names.get(name) or name

    return {
        "whole": link(statement["part_of"]) if statement.get("part_of") else None,
        "successor": link(version.superseded_by) if version.superseded_by else None,
        "parts": [(*link(row["id"])[:1], row["title"] or row["id"], when.said(row["date"]), row["status"]) for row in parts],
        "most_parts": MOST_PARTS,
        "related": [(relation, *link(name)) for relation, name in ties],
        "related_back": [(relation, *link(name)) for relation, name in reverse],
    }
