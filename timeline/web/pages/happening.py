"""The page `/{database}/-/timeline/{happening}`: one happening with its parts and its history, now or as of a position.

Owns the content of the page. It shows the happening itself as the event states it that was current then.
"""

from collections.abc import Mapping
from sqlite3 import Row
from typing import Any

from datasette.app import Datasette
from datasette.utils import tilde_decode, tilde_encode
from datasette.utils.asgi import Request, Response

from timeline.reading import happening_lookup, reviews, wording
from timeline.selection import as_of as as_of_day
from timeline.selection import conditions, matches
from timeline.selection import state as states
from timeline.selection.matches import Matches
from timeline.selection.plan import plan
from timeline.selection.snapshot import Snapshot
from timeline.selection.state import State
from timeline.shortening import shortened
from timeline.web import access, links, snapshots
from timeline.web.pages import (
    date_wording,
    happening_cards,
    history,
    linked_data,
    page_frame,
    pictures,
    quotation_views,
    result_summary,
)
from timeline.web.pages.history import VersionView
from timeline.web.pages.introduction import Preview

TABLES = (
    "happenings", "happening_versions", "citations", "sources", "actors", "happening_actors", "happening_tags", "related",
    "happening_media", "happening_times", "reviews", "events",
)  # fmt: skip
MOST_PARTS = 500
LONGEST_LINK = 70  # characters of a headline in a link to the one before or after
# All quotations together show this many characters, but each at least this many. The source's page shows each complete.
LONGEST_TOGETHER, LEAST_EACH = 1_000_000, 700


@page_frame.answering
async def happening_page(datasette: Datasette, request: Request) -> Response:
    """Answer with a happening; 404, with similar ids, if there is none or none was known yet."""
    database = await access.open_timeline(datasette, request, *TABLES)
    id_ = tilde_decode(request.url_vars["happening"])
    state = states.read({"as_of": request.args.getlist("as_of")})
    here, timeline = links.happening(datasette, database.name, id_), links.timeline(datasette, database.name)
    content = await snapshots.read(database, lambda snapshot: read(datasette, request, database.name, snapshot, id_, state))
    seen = await pictures.may_be_seen(datasette, request, database.name)
    context = {"database": database.name, "timeline": timeline, "id": id_, "pictures_shown": seen, **content}
    if "version" not in content:
        template, trail, status = "timeline_unknown.html", [], 404
    else:
        template, status = "timeline_happening.html", 400 if state.faulty else 200
        trail = [(here, shortened(content["headline"], 60))]
    return await page_frame.respond(datasette, request, template, context, trail=trail, status=status)


def read(datasette: Datasette, request: Request, database: str, snapshot: Snapshot, id_: str, state: State) -> dict[str, Any]:
    """Read everything that a page shows of a happening; or, if it is not known, the happenings with similar ids."""
    state = as_of_day.resolved(snapshot, state)
    snapshot = snapshot.at(state.as_of)
    versions = history.versions(datasette, database, snapshot, f"happening/{id_}")
    statements = [version for version in versions if version.record.makes_statement]
    by_then = [version for version in statements if state.as_of is None or version.record.position <= state.as_of]
    if not by_then:
        return _unknown(datasette, database, snapshot, id_, first=statements[0] if statements else None, state=state)
    version, latest = by_then[-1], statements[-1]
    statement = version.record.statement or {}
    here, as_of = links.happening(datasette, database, id_), state.as_of_query
    title = statement.get("title") or f"{id_} (redacted)"
    headline = wording.headline(title, statement.get("attributed_to"))
    longest = max(LEAST_EACH, LONGEST_TOGETHER // max(1, len(statement.get("citations") or ())))
    quotations = quotation_views.of_happenings(datasette, database, snapshot, [id_], None, longest).get(id_, [])
    time = _time(snapshot, id_) if version is latest else None
    return {
        "canonical": here + as_of,
        "state": state,
        "as_of_day": result_summary.as_of_day(state),
        "here": here,
        "title": title,
        "headline": headline,
        "short_title": shortened(headline, 90),
        "preview": Preview("article", shortened(headline, 200), _preview_text(statement)),
        "statement": statement,
        "version": version,
        "latest": latest,
        "is_latest": version is latest,
        "redacted": version.record.statement is None,
        "when": date_wording.capitalised(statement.get("date")),
        "html_time": date_wording.html_time(statement.get("date")),
        "time": time,
        "times": date_wording.times(statement.get("date")),
        "instant_time": date_wording.html_time(time["instant"]) if time else None,
        "pictures": pictures.of_statement(datasette, database, snapshot, statement.get("media") or ()),
        "people": [person for _, person in happening_cards.people(snapshot, [id_])],
        "supporting": [quotation for quotation in quotations if not quotation.cited.disputes],
        "disputing": [quotation for quotation in quotations if quotation.cited.disputes],
        "sources": snapshot.value("select sources from happenings where id = :id", {"id": id_}) or 0,
        "reviews": [(one, links.event(datasette, database, one.position)) for one in reviews.of_happening(snapshot, id_)],
        "review": snapshot.value("select review from happenings where id = :id", {"id": id_}),
        "reviews_are_there": reviews.are_there(snapshot),
        "versions": list(reversed(versions)),
        "earlier_versions": versions[0].record.version - 1,
        **_relations(datasette, database, snapshot, id_, version, as_of),
        "json_ld": linked_data.for_event(datasette, request, database, snapshot, version.record.position),
        "table_row": datasette.urls.row(database, "happenings", tilde_encode(id_)),
        **_neighbours(datasette, database, snapshot, id_, as_of),
    }


def _preview_text(statement: Mapping[str, Any]) -> str:
    """Return a happening's date and summary in a line."""
    parts = (date_wording.capitalised(statement.get("date")), statement.get("summary"))
    return shortened(": ".join(part for part in parts if part), 300)


def _unknown(
    datasette: Datasette, database: str, snapshot: Snapshot, id_: str, *, first: VersionView | None, state: State
) -> dict[str, Any]:
    """Return the template's values for a happening that does not exist, or was not recorded yet (`first` is its first version)."""
    rows = [] if first else happening_lookup.near(snapshot, id_)
    return {
        "what": "happening",
        "id": shortened(id_, 200),
        "near": [
            (links.happening(datasette, database, row["id"]) + state.as_of_query, row["title"] or row["id"], row["id"])
            for row in rows
        ],
        "as_of": state.as_of,
        "first": first,
        "now": links.happening(datasette, database, id_),
    }


def _neighbours(datasette: Datasette, database: str, snapshot: Snapshot, id_: str, as_of: str) -> dict[str, Any]:
    """Return the current happenings before and after this one in time order, each as (address, headline)."""
    everything, end = State(as_of=snapshot.as_of), snapshot.end
    chosen = conditions.chosen(everything, None, plan(snapshot, everything, None, end))
    result = Matches(everything, end, None, None, chosen, None)

    def link(row: Row | None) -> tuple[str, str] | None:
        return (links.happening(datasette, database, row["id"]) + as_of, headline_of(row)) if row else None

    before, after = matches.neighbours(snapshot, result, id_)
    return {"before": link(before), "after": link(after)}


def headline_of(row: Row) -> str:
    """Return the headline of a happening for a link, shortened."""
    title = row["title"] or f"{row['id']} (redacted)"
    return shortened(wording.headline(title, row["attributed_to"]), LONGEST_LINK)


def _time(snapshot: Snapshot, id_: str) -> Row | None:
    columns = "local_time, zone, instant, local_until"
    rows = snapshot.plain(f"select {columns} from happening_times where happening = :id", {"id": id_})
    return rows[0] if rows else None


def _relations(
    datasette: Datasette, database: str, snapshot: Snapshot, id_: str, version: VersionView, as_of: str
) -> dict[str, Any]:
    """Return the parent, the parts, the successor and the related happenings in both directions, unknown ones by their ids."""
    statement, successor = version.record.statement or {}, version.record.superseded_by
    parts = happening_lookup.parts(snapshot, id_, MOST_PARTS)
    related = [(item["relation"], item["other"]) for item in statement.get("related") or ()]
    referring = happening_lookup.referring(snapshot, id_, MOST_PARTS)
    others = [statement.get("part_of"), successor, *(other for _, other in (*related, *referring))]
    titles = happening_lookup.titles(snapshot, [other for other in others if other])

    def link(other: str) -> tuple[str, str]:
        return links.happening(datasette, database, other) + as_of, titles.get(other) or other

    return {
        "parent": link(statement["part_of"]) if statement.get("part_of") else None,
        "successor": link(successor) if successor else None,
        "parts": [
            (*link(row["id"])[:1], row["title"] or row["id"], date_wording.capitalised(row["date"]), row["status"]) for row in parts
        ],
        "most_parts": MOST_PARTS,
        "related": [(relation, *link(other)) for relation, other in related],
        "referring": [(relation, *link(other)) for relation, other in referring],
    }
