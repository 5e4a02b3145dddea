"""The page `/{database}/-/timeline/export`, which lists the formats of the chosen happenings, and the files themselves.

Owns the handlers and the headers of these answers. Must not choose happenings, nor write a format: `timeline.selection` and
`export_body` do. Every refusal of a file is one line of plain text. A file never holds more because a filter made no sense.
"""

import re
import shlex
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
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
from timeline.web import access, assets, links, scheduling, security, snapshots
from timeline.web.pages import (
    etag,
    export_body,
    format_catalogue,
    introduction,
    page_frame,
    pictures,
    plain_answers,
    query_string,
    result_summary,
)
from timeline.web.pages.plain_answers import Refused, TooBusy

# An export holds everything that an event says, so the visitor must be able to read every table with a copy of it.
TABLES = (*query_string.TABLES, *query_string.TABLES_OF_THE_PAST, "related", "happening_times")
# A bundle holds the documents as well.
TABLES_OF_THE_ARCHIVE = ("source_texts", "documents")
# The parameters that choose happenings. How they are drawn, and on which page, does not matter to a file.
CHOOSING = (*states.FILTERS, "as_of", "status")
_STATUSES = {"all": "retracted ones too", "retracted": "only retracted ones"}
_INLINE = re.compile(r"text/html|image/svg|application/(atom\+xml|feed\+json)")


async def may_export(datasette: Datasette, request: Request, database: str) -> bool:
    """Whether the visitor may read everything that an export holds."""
    return await access.all_readable(datasette, request.actor, database, TABLES)


def query(state: State) -> str:
    """Return the query string that chooses the same happenings, with its `?`; empty for all."""
    given = {name: state.given[name] for name in CHOOSING if name in state.given}
    return State(given).query() if given else ""


def feeds(datasette: Datasette, database: str, state: State) -> list[tuple[str, str, str]]:
    """Return (media type, title, address) for each feed of a state's happenings, so that readers can discover it."""
    loadable = [format for name in format_catalogue.FEEDS[1:] if (format := format_catalogue.find(name))]
    return [
        (format.media_type.partition(";")[0], format.title, links.export(datasette, database, format.name) + query(state))
        for format in loadable
    ]


@page_frame.answering
async def exports_page(datasette: Datasette, request: Request) -> Response:
    """Answer with the formats, at addresses that keep the filters; 400 if a filter makes no sense, with a note on the page."""
    database = await access.open_timeline(datasette, request, *TABLES)
    state = await query_string.read_state(datasette, request, database, CHOOSING)
    tag = await etag.tag(datasette, request, database)
    if not state.faulty and (not_modified := etag.unchanged(request, tag)):
        return not_modified
    result, filters, namesake = await snapshots.read(database, lambda snapshot: _read(database, snapshot, state))
    state, timeline = result.state, links.timeline(datasette, database.name)
    here = links.export(datasette, database.name) + query(state)

    def address(format: Format) -> str:
        return links.export(datasette, database.name, format.name) + query(state)

    context = {
        "database": database.name,
        "heading": (await introduction.read(datasette, database)).title,
        "canonical": here,
        "style": assets.address(datasette, "export.css"),
        "timeline": timeline + query(state),
        "state": state,
        "filters": filters,
        "feeds": feeds(datasette, database.name, state),
        "count": result_summary.count_in_words(result.counted),
        "too_many": result.counted is None or result.counted > export_body.MOST,
        "most": export_body.MOST,
        "groups": [
            (title, [_entry(datasette, request, entry, address(entry.format), state) for entry in entries])
            for title, entries in format_catalogue.groups()
        ],
        "missing": [message for name in formats.written_names() if (message := format_catalogue.missing(name))],
        "archive_closed": not await access.all_readable(datasette, request.actor, database.name, TABLES_OF_THE_ARCHIVE),
        "withheld": bool((await database.execute("select 1 from withheld limit 1")).rows),
        "namesake": (links.happening(datasette, database.name, "export"), namesake) if namesake else None,
    }
    trail = [(here, "export")]
    status = 400 if state.faulty else 200
    response = await page_frame.respond(datasette, request, "timeline_exports.html", context, trail=trail, status=status)
    if result.counted is not None:
        response.headers.update(etag.headers(tag))
    return response


def _entry(datasette: Datasette, request: Request, entry: format_catalogue.Entry, address: str, state: State) -> dict[str, Any]:
    """Return the template's values for one format."""
    format = entry.format
    absolute = datasette.absolute_url(request, address)
    is_bundle = format.write_log is not None
    return {
        "name": format.name,
        "title": format.title,
        "suffix": format.suffix,
        "purpose": entry.purpose,
        "losses": entry.losses,
        "is_bundle": is_bundle,
        "without_history": is_bundle and state.past,
        "most": format.most,
        "latest": format.order == "recorded",
        "address": address,
        "absolute": absolute if format.name in format_catalogue.FEEDS else None,
        "webcal": re.sub(r"^https?:", "webcal:", absolute) if format.name == "ics" else None,
        "command": None if is_bundle and state.past else f"timeline export {format.name}{options(state)}",
    }


def options(state: State) -> str:
    """Return the options of `timeline export` that choose the same happenings."""
    given = [(name.replace("_", "-"), state.given[name]) for name in CHOOSING if name in state.given]
    return "".join(
        f" --{name}={shlex.quote(value)}" if value.startswith("-") else f" --{name} {shlex.quote(value)}" for name, value in given
    )


def _read(database: Database, snapshot: Snapshot, state: State) -> tuple[Matches, list[tuple[str, str]], str | None]:
    """Return the matches, the filters in words, and the title of the happening that has this page's name as its id."""
    snapshot, result = matches.find(snapshot, state)
    return result, _filters(database, snapshot, result), happening_lookup.titles(snapshot.at(None), ["export"]).get("export")


def _filters(database: Database, snapshot: Snapshot, result: Matches) -> list[tuple[str, str]]:
    """Return the active filters as (name, value), both as people call them."""
    state = result.state
    choices = snapshots.choices(database, snapshot, result.end)
    filters = [(label, value) for label, value, _ in result_summary.chips(state, choices, result.name)]
    if state.past:
        day = result_summary.as_of_day(state)
        filters.append((states.LABELS["as_of"], f"the end of {day}" if day else f"position {state.as_of}"))
    if state.status in _STATUSES:
        filters.append((states.LABELS["status"], _STATUSES[state.status]))
    return filters


@contextmanager
def _refusing(name: str) -> Iterator[None]:
    """Turn the errors of an export into refusals that name the format."""
    try:
        yield
    except TookTooLong:
        raise TooBusy(f"that took too long. {export_body.AGAIN} {export_body.NARROW} {name}") from None
    except TimelineError as error:
        format = _find(name)
        raise Refused(error.beside(format.name if format else "")) from error


@plain_answers.answering
async def export_file(datasette: Datasette, request: Request) -> Response:
    """Answer with the happenings that the address chooses, in the format that it names; 404 if there is no such format."""
    with _refusing(request.url_vars["name"]):
        return await _export(datasette, request, request.url_vars["name"])


async def _export(datasette: Datasette, request: Request, name: str) -> Response:
    database = await access.open_timeline(datasette, request, *TABLES)
    format = _find(name)
    if format is None:
        if message := format_catalogue.missing(name):
            return plain_answers.line(message, 404)
        shown = shortened("".join(char if char.isprintable() else "?" for char in name), 40)
        known = ", ".join(format_catalogue.names())
        return plain_answers.line(f"there is no format “{shown}”. Ask for one of these: {known}", 404)
    state = await query_string.read_state(datasette, request, database, CHOOSING)
    if format.write_log is not None and not state.past:
        await access.ensure_readable(datasette, request, database.name, *TABLES_OF_THE_ARCHIVE)
    plain_answers.refuse_unknown(request, states.NAMES)
    if state.notes:
        raise Refused(" ".join(note.refusal for note in state.notes))
    tag = await etag.tag(datasette, request, database)
    if not_modified := etag.unchanged(request, tag):
        return not_modified
    result, rows, filters = await snapshots.read(database, lambda snapshot: _choose(database, snapshot, state, format))
    body = b"" if request.method == "HEAD" else await _body(datasette, request, database, result, format, rows, filters)
    headers = {"Content-Disposition": _disposition(database.name, result.state, format), **etag.headers(tag)}
    if _is_document(format):
        policy = await scheduling.in_thread(lambda: security.policy_of_document(datasette, body.decode()))
        headers["Content-Security-Policy"] = policy
    if datasette.cors:
        add_cors_headers(headers)
    return Response(body, headers=headers, content_type=_with_charset(format.media_type))


def _choose(database: Database, snapshot: Snapshot, state: State, format: Format) -> tuple[Matches, export_body.Rows, str]:
    """Return the matches, the rows of the file, and the filters in words."""
    snapshot, result = matches.find(snapshot, state.of_status(format.status))
    result = replace(result, state=replace(result.state, given=state.given))  # the file names only the filters that were given
    filters = "; ".join(f"{label.lower()}: {value}" for label, value in _filters(database, snapshot, result))
    rows = export_body.happenings(snapshot, result, format)
    return result, rows, with_near(filters, sum(bool(row["near"]) for row in rows))


async def _body(
    datasette: Datasette,
    request: Request,
    database: Database,
    result: Matches,
    format: Format,
    rows: export_body.Rows,
    filters: str,
) -> bytes:
    about_it = await introduction.read(datasette, database)
    page = datasette.absolute_url(request, links.timeline(datasette, database.name))
    seen = await pictures.may_be_seen(datasette, request, database.name)

    def about(connection: sqlite3.Connection) -> About:
        return About.read(
            connection,
            title=about_it.title,
            page=page,
            description=about_it.description,
            as_of=result.state.as_of,
            filters=filters,
            query=query(result.state).removeprefix("?"),
            older=export_body.older(result, format, rows),
            pictures=seen,
        )

    return await export_body.write(database, result.state, format, rows, about)


def _find(name: str) -> Format | None:
    """Return a format by its name, with or without the suffix of its files."""
    for one in format_catalogue.names():
        format = format_catalogue.find(one)
        if format is not None and name in (one, one + format.suffix):
            return format
    return None


def _is_document(format: Format) -> bool:
    """Whether a browser shows a file as a page, which may hold scripts."""
    return format.media_type.partition(";")[0] in ("text/html", "image/svg+xml")


def _with_charset(media_type: str) -> str:
    """Add that a text is UTF-8. JSON always is, and has no parameter for it."""
    plain = media_type.partition(";")[0].strip()
    textual = plain.startswith("text/") or plain.endswith("xml")
    return f"{media_type}; charset=utf-8" if textual and "charset" not in media_type else media_type


def _disposition(database: str, state: State, format: Format) -> str:
    """Name the file after the timeline, its filters, as of when, and the format if the suffix does not show it."""
    parts = [database, *(state.given[name] for name in CHOOSING if name in state.given and name not in ("as_of", "status"))]
    if state.status != "current":
        parts.append(state.status)
    if state.past:
        parts.append(f"as-of-{state.given['as_of']}")
    if format.suffix != f".{format.name}":
        parts.append(format.name)
    name = "-".join(filter(None, (re.sub(r"[\W_]+", "-", part).strip("-").lower()[:40] for part in parts)))
    plain = "-".join(re.findall("[a-z0-9]+", name))
    filename = f'filename="{plain or "timeline"}{format.suffix}"'
    if plain != name:
        filename += f"; filename*=UTF-8''{percent(name + format.suffix, safe='')}"  # RFC 6266, 4.3
    return f"{'inline' if _INLINE.match(format.media_type) else 'attachment'}; {filename}"
