"""The page `/{database}/-/timeline/export`, with every format that the chosen happenings can be taken away in, and those files.

Owns the handlers and the headers of an answer. Must not choose, nor write: `timeline.selection` and `taking` do. Every refusal of a
file is one line of plain text; a file never holds more than was asked for because a filter made no sense.
"""

import functools
import re
import shlex
import sqlite3
from dataclasses import replace
from typing import Any
from urllib.parse import quote as percent

from datasette.app import Datasette
from datasette.database import Database
from datasette.utils import add_cors_headers
from datasette.utils.asgi import Request, Response

from timeline.errors import TimelineError, TookTooLong
from timeline.exchange import formats
from timeline.exchange.exporting.format import About, Format, with_near
from timeline.reading import happening_lookup
from timeline.selection import matches
from timeline.selection import state as states
from timeline.selection.matches import Matches
from timeline.selection.snapshot import Snapshot
from timeline.selection.state import State
from timeline.shortening import shortened
from timeline.web import access, assets, descriptions, links, security, snapshots, working
from timeline.web.pages import asked, etag, files, frame, offers, parameters, summary, taking

# An export says all that an event says, whichever table else says it.
TABLES = (*asked.TABLES, *asked.TABLES_OF_THE_PAST, "related", "happening_times")
# A bundle holds the documents as well.
TABLES_OF_THE_ARCHIVE = ("source_texts", "documents")
# How happenings are drawn, and on which page of how many, is nothing to a file.
CHOOSING = (*states.FILTERS, "as_of", "status")
_STATUSES = {"all": "retracted ones too", "retracted": "only retracted ones"}
_SHOWN = re.compile(r"text/html|image/svg|application/(atom\+xml|feed\+json)")


async def may_export(datasette: Datasette, request: Request, database: str) -> bool:
    """Say whether the visitor may read all that exports are made of."""
    for table in TABLES:
        if not await access.readable(datasette, request.actor, database, table):
            return False
    return True


def query(state: State) -> str:
    """Give the query string that chooses the same happenings, with its `?`; empty for all."""
    given = {name: state.given[name] for name in CHOOSING if name in state.given}
    return State(given).query() if given else ""


def feeds(datasette: Datasette, database: str, state: State) -> list[tuple[str, str, str]]:
    """Give the feeds of what a state chooses, for readers to discover: (media type, what it is called, address)."""
    there = [format for name in offers.FEEDS[1:] if (format := offers.found(name))]
    return [
        (format.media_type.partition(";")[0], format.title, links.export(datasette, database, format.name) + query(state))
        for format in there
    ]


@frame.answering
async def exports_page(datasette: Datasette, request: Request) -> Response:
    """Answer with the formats, and addresses that keep the filters; 400 where one makes no sense, which the page says."""
    database = await access.open_timeline(datasette, request, *TABLES)
    state = await asked.state_of(datasette, request, database, CHOOSING)
    tag = await etag.tag(datasette, request, database)
    if not state.faulty and (held := etag.unchanged(request, tag)):
        return held
    what, filters, namesake = await snapshots.read(database, lambda snapshot: _read(database, snapshot, state))
    state, here = what.state, links.timeline(datasette, database.name)
    same = links.export(datasette, database.name) + query(state)
    whole = all([await access.readable(datasette, request.actor, database.name, table) for table in TABLES_OF_THE_ARCHIVE])

    def address(format: Format) -> str:
        return links.export(datasette, database.name, format.name) + query(state)

    context = {
        "database": database.name,
        "heading": await frame.title_of(datasette, database),
        "canonical": same,
        "style": assets.address(datasette, "export.css"),
        "here": here + query(state),
        "state": state,
        "filters": filters,
        "feeds": feeds(datasette, database.name, state),
        "counted": summary.counts(what.counted),
        "too_many": what.counted is None or what.counted > taking.MOST,
        "most": taking.MOST,
        "groups": [
            (title, [_offered(datasette, request, offer, address(offer.format), state) for offer in members])
            for title, members in offers.groups()
        ],
        "missing": [why for name in formats.written_names() if (why := offers.missing(name))],
        "archive_closed": not whole,
        "options": options(state),
        "namesake": (links.happening(datasette, database.name, "export"), namesake) if namesake else None,
    }
    trail = [(here, "timeline"), (same, "export")]
    status = 400 if state.faulty else 200
    response = await frame.respond(datasette, request, "timeline_exports.html", context, trail=trail, status=status)
    if what.counted is not None:
        response.headers.update(etag.headers(tag))
    return response


def _offered(datasette: Datasette, request: Request, offer: offers.Offer, address: str, state: State) -> dict[str, Any]:
    """Say of a format all that its place on the page says."""
    format = offer.format
    absolute = datasette.absolute_url(request, address)
    return {
        "name": format.name,
        "title": format.title,
        "suffix": format.suffix,
        "purpose": offer.purpose,
        "loses": offer.loses,
        "alone": format.write_log is not None and state.past,
        "bundle": format.write_log is not None,
        "most": format.most,
        "latest": format.order == "recorded",
        "address": address,
        "absolute": absolute if format.name in offers.FEEDS else None,
        "webcal": re.sub(r"^https?:", "webcal:", absolute) if format.name == "ics" else None,
        "command": None if format.write_log is not None and state.past else f"timeline export {format.name}{options(state)}",
    }


def options(state: State) -> str:
    """Give the options of `timeline export` that choose the same happenings."""
    given = [(name.replace("_", "-"), state.given[name]) for name in CHOOSING if name in state.given]
    return "".join(
        f" --{name}={shlex.quote(value)}" if value.startswith("-") else f" --{name} {shlex.quote(value)}" for name, value in given
    )


def _read(database: Database, snapshot: Snapshot, state: State) -> tuple[Matches, list[tuple[str, str]], str | None]:
    """Find what matches, the filters in words, and the title of the happening whose id is the name of this page."""
    snapshot, what = matches.find(snapshot, state)
    return what, _filters(database, snapshot, what), happening_lookup.titles(snapshot.at(None), ["export"]).get("export")


def _filters(database: Database, snapshot: Snapshot, what: Matches) -> list[tuple[str, str]]:
    """Say the filters that hold, each as what it is and its value as people call it."""
    state = what.state
    offered = snapshots.offered(database, snapshot, what.end)
    found = [(label, value) for label, value, _ in summary.chips(state, offered, what.name)]
    if state.past:
        day = summary.as_of_day(state)
        found.append((states.LABELS["as_of"], f"the end of {day}" if day else f"position {state.as_of}"))
    if state.status in _STATUSES:
        found.append((states.LABELS["status"], _STATUSES[state.status]))
    return found


def _in_a_line(handler: frame.Handler) -> frame.Handler:
    """Say in one line what went wrong with a file; permissions and what is no timeline stay Datasette's."""

    @functools.wraps(handler)
    async def answer(datasette: Datasette, request: Request) -> Response:
        try:
            return await handler(datasette, request)
        except files.TooBusy as error:
            return files.line(str(error), 503)
        except TookTooLong:
            return files.line(f"that took too long. {taking.AGAIN} {taking.NARROW} {request.url_vars['name']}", 503)
        except TimelineError as error:  # the address says which format it is about
            format = _named(request.url_vars["name"])
            return files.line(error.beside(format.name if format else ""), 400)
        except files.Refused as error:
            return files.line(str(error), 400)
        except sqlite3.Error as error:
            return files.line(f"the database could not answer: {error}. See what is wrong: timeline verify", 400)

    return answer


@_in_a_line
async def export_file(datasette: Datasette, request: Request) -> Response:
    """Answer with the happenings that the address chooses, in the format that it names; 404 where there is no such format."""
    database = await access.open_timeline(datasette, request, *TABLES)
    format = _named(request.url_vars["name"])
    if format is None:
        if extra := offers.missing(request.url_vars["name"]):
            return files.line(extra, 404)
        shown = shortened("".join(one if one.isprintable() else "?" for one in request.url_vars["name"]), 40)
        return files.line(f"there is no format “{shown}”. Ask for one of these: {', '.join(offers.names())}", 404)
    state = await asked.state_of(datasette, request, database, CHOOSING)
    if format.write_log is not None and not state.past:
        await access.ensure_readable(datasette, request, database.name, *TABLES_OF_THE_ARCHIVE)
    if others := parameters.not_taken(request, states.NAMES):
        raise files.Refused(" ".join(others).replace(" and changes nothing", ""))
    if state.notes:
        raise files.Refused(" ".join(note.refusal for note in state.notes))
    tag = await etag.tag(datasette, request, database)
    if held := etag.unchanged(request, tag):
        return held
    what, chosen, said = await snapshots.read(database, lambda snapshot: _chosen(database, snapshot, state, format))
    body = b"" if request.method == "HEAD" else await _written(datasette, request, database, what, format, chosen, said)
    headers = {"Content-Disposition": _disposition(database.name, what.state, format), **etag.headers(tag)}
    if _is_document(format):
        headers["Content-Security-Policy"] = await working.in_thread(lambda: security.of_document(datasette, body.decode()))
    if datasette.cors:
        add_cors_headers(headers)
    return Response(body, headers=headers, content_type=_with_charset(format.media_type))


def _chosen(database: Database, snapshot: Snapshot, state: State, format: Format) -> tuple[Matches, taking.Chosen, str]:
    """Find what a file holds, and the filters in words."""
    snapshot, what = matches.find(snapshot, state.of_status(format.status))
    what = replace(what, state=replace(what.state, given=state.given))  # what follows says what was asked for, and no more
    said = "; ".join(f"{label.lower()}: {value}" for label, value in _filters(database, snapshot, what))
    chosen = taking.happenings(snapshot, what, format)
    return what, chosen, with_near(said, sum(bool(row["near"]) for row in chosen))


async def _written(
    datasette: Datasette, request: Request, database: Database, what: Matches, format: Format, chosen: taking.Chosen, said: str
) -> bytes:
    title, described = await frame.title_of(datasette, database), await _description(datasette, database)
    page = datasette.absolute_url(request, links.timeline(datasette, database.name))

    def tell(connection: sqlite3.Connection) -> About:
        state = what.state
        return About.read(
            connection,
            title=title,
            page=page,
            description=described,
            as_of=state.as_of,
            filters=said,
            query=query(state).removeprefix("?"),
            older=taking.older(what, format, chosen),
        )

    return await taking.body(database, what.state, format, chosen, tell)


async def _description(datasette: Datasette, database: Database) -> str | None:
    """Give what the metadata say of a database, unless it is our own word on how to read one."""
    if hasattr(datasette, "get_database_metadata"):
        found = (await datasette.get_database_metadata(database.name)).get("description")
    else:
        found = datasette.metadata("description", database=database.name, fallback=False)
    return str(found) if found and found != descriptions.as_metadata()["description"] else None


def _named(name: str) -> Format | None:
    """Find a format by its name, also where the suffix of its files follows."""
    for one in offers.names():
        format = offers.found(one)
        if format is not None and name in (one, one + format.suffix):
            return format
    return None


def _is_document(format: Format) -> bool:
    """Say whether a browser shows a file as a page, which may hold scripts."""
    return format.media_type.partition(";")[0] in ("text/html", "image/svg+xml")


def _with_charset(media_type: str) -> str:
    """Say that a text is UTF-8; JSON always is, and has no way to say so."""
    plain = media_type.partition(";")[0].strip()
    textual = plain.startswith("text/") or plain.endswith("xml")
    return f"{media_type}; charset=utf-8" if textual and "charset" not in media_type else media_type


def _disposition(database: str, state: State, format: Format) -> str:
    """Name the file after what it holds: the timeline, its filters, as of when, and the format where the suffix does not tell."""
    given = [state.given[name] for name in CHOOSING if name in state.given and name not in ("as_of", "status")]
    told = [database, *given]
    if state.status != "current":
        told.append(state.status)
    if state.past:
        told.append(f"as-of-{state.given['as_of']}")
    if format.suffix != f".{format.name}":
        told.append(format.name)
    name = "-".join(filter(None, (re.sub(r"[\W_]+", "-", one).strip("-").lower()[:40] for one in told)))
    plain = "-".join(re.findall("[a-z0-9]+", name))
    named = f'filename="{plain or "timeline"}{format.suffix}"'
    if plain != name:
        named += f"; filename*=UTF-8''{percent(name + format.suffix, safe='')}"  # RFC 6266, 4.3
    return f"{'inline' if _SHOWN.match(format.media_type) else 'attachment'}; {named}"
