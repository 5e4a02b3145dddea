"""The page `/{database}/-/timeline/{happening}`: all of one happening, its parts and its history, now or as of a position.

Owns the gathering. What it shows of the happening itself is what the event says that stood then.
"""

from sqlite3 import Row
from typing import Any

from datasette.app import Datasette
from datasette.utils import tilde_decode, tilde_encode
from datasette.utils.asgi import Request, Response

from timeline.reading import happening_lookup, wording
from timeline.selection import as_of as as_of_day
from timeline.selection import state as states
from timeline.selection.snapshot import Snapshot
from timeline.selection.state import State
from timeline.shortening import shortened
from timeline.web import access, links, snapshots
from timeline.web.pages import cards, frame, history, linked, quotation, summary, when
from timeline.web.pages.history import Version

TABLES = (
    "happenings", "happening_versions", "citations", "sources", "actors", "happening_actors", "happening_tags", "related",
    "happening_times", "events",
)  # fmt: skip
MOST_PARTS = 500
# All quotations together show so many characters, but each of them at least so many; in its source each stands whole.
LONGEST_QUOTED, LONGEST_OF_MANY = 1_000_000, 700


@frame.answering
async def happening_page(datasette: Datasette, request: Request) -> Response:
    """Answer with a happening; 404, with what may have been meant, where there is none or none was known yet."""
    database = await access.open_timeline(datasette, request, *TABLES)
    id_ = tilde_decode(request.url_vars["happening"])
    state = states.read({"as_of": request.args.getlist("as_of")})
    here, timeline = links.happening(datasette, database.name, id_), links.timeline(datasette, database.name)
    read = await snapshots.read(database, lambda snapshot: _read(datasette, request, database.name, snapshot, id_, state))
    context = {"database": database.name, "timeline": timeline, "id": id_, **read}
    if "version" not in read:
        template, trail, status = "timeline_unknown.html", [(timeline, "timeline")], 404
    else:
        template, status = "timeline_happening.html", 400 if state.faulty else 200
        trail = [(timeline, "timeline"), (here, shortened(read["headline"], 60))]
    return await frame.respond(datasette, request, template, context, trail=trail, status=status)


def _read(datasette: Datasette, request: Request, database: str, snapshot: Snapshot, id_: str, state: State) -> dict[str, Any]:
    """Read all that the page shows; or, where the happening is not known, what may have been meant."""
    state = as_of_day.resolved(snapshot, state)
    snapshot = snapshot.at(state.as_of)
    versions = history.read(datasette, database, snapshot, f"happening/{id_}")
    told = [version for version in versions if version.type != "EventRedacted"]
    stood = [version for version in told if state.as_of is None or version.position <= state.as_of]
    if not stood:
        return _unknown(datasette, database, snapshot, id_, told=told, state=state)
    version, latest = stood[-1], told[-1]
    statement = version.statement or {}
    here, as_of = links.happening(datasette, database, id_), state.as_of_query
    title = statement.get("title") or f"{id_} (redacted)"
    headline = wording.headline(title, statement.get("attributed_to"))
    longest = max(LONGEST_OF_MANY, LONGEST_QUOTED // max(1, len(statement.get("citations") or ())))
    quotations = quotation.of_happenings(datasette, database, snapshot, [id_], None, longest).get(id_, [])
    time = _time(snapshot, id_) if version is latest else None
    return {
        "canonical": here + as_of,
        "as_of": as_of,
        "state": state,
        "as_of_day": summary.as_of_day(state),
        "here": here,
        "title": title,
        "headline": headline,
        "short_title": shortened(headline, 90),
        "statement": statement,
        "version": version,
        "latest": latest,
        "is_latest": version is latest,
        "redacted": version.statement is None,
        "corrected": version.corrected,
        "when": when.said(statement.get("date")),
        "html_time": when.html_time(statement.get("date")),
        "time": time,
        "times": when.times(statement.get("date")),
        "instant_time": when.html_time(time["instant"]) if time else None,
        "people": [person for _, person in cards.people(snapshot, [id_])],
        "supporting": [one for one in quotations if not one.cited.disputes],
        "disputing": [one for one in quotations if one.cited.disputes],
        "sources": snapshot.value("select sources from happenings where id = :id", {"id": id_}) or 0,
        "versions": list(reversed(versions)),
        "earlier_versions": versions[0].version - 1,
        **_relations(datasette, database, snapshot, id_, version, as_of),
        "linked": linked.data(datasette, request, database, snapshot, version.position),
        "table_row": datasette.urls.row(database, "happenings", tilde_encode(id_)),
    }


def _unknown(
    datasette: Datasette, database: str, snapshot: Snapshot, id_: str, *, told: list[Version], state: State
) -> dict[str, Any]:
    """Say that there is no such happening, and which ids are near it."""
    rows = [] if told else happening_lookup.near(snapshot, id_)
    return {
        "what": "happening",
        "id": shortened(id_, 200),
        "near": [
            (links.happening(datasette, database, row["id"]) + state.as_of_query, row["title"] or row["id"], row["id"])
            for row in rows
        ],
        "as_of": state.as_of,
        "first": told[0] if told else None,
        "now": links.happening(datasette, database, id_),
    }


def _time(snapshot: Snapshot, id_: str) -> Row | None:
    columns = "local_time, zone, instant, local_until"
    rows = snapshot.plain(f"select {columns} from happening_times where happening = :id", {"id": id_})
    return rows[0] if rows else None


def _relations(datasette: Datasette, database: str, snapshot: Snapshot, id_: str, version: Version, as_of: str) -> dict[str, Any]:
    """Gather the whole, the parts and the ties, both ways; by id what only the statement names."""
    statement = version.statement or {}
    parts = happening_lookup.parts(snapshot, id_, MOST_PARTS)
    ties = [(tie["relation"], tie["other"]) for tie in statement.get("related") or ()]
    reverse = happening_lookup.referring(snapshot, id_, MOST_PARTS)
    other = [statement.get("part_of"), version.superseded_by, *(name for _, name in (*ties, *reverse))]
    names = happening_lookup.titles(snapshot, [name for name in other if name])

    def link(name: str) -> tuple[str, str]:
        return links.happening(datasette, database, name) + as_of, names.get(name) or name

    return {
        "whole": link(statement["part_of"]) if statement.get("part_of") else None,
        "successor": link(version.superseded_by) if version.superseded_by else None,
        "parts": [(*link(row["id"])[:1], row["title"] or row["id"], when.said(row["date"]), row["status"]) for row in parts],
        "most_parts": MOST_PARTS,
        "related": [(relation, *link(name)) for relation, name in ties],
        "related_back": [(relation, *link(name)) for relation, name in reverse],
    }
