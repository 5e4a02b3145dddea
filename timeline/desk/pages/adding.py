"""Adding a document: from a file, as pasted text, or from a web address where fetching is allowed.

Owns that form. How documents are read, and from where they may be fetched, `timeline.capture` decides.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, Final

from datasette.app import Datasette
from datasette.utils.asgi import Request, Response

from timeline import capture, plugin_settings
from timeline.desk import checking, refusals
from timeline.desk.pages import visit as visits
from timeline.desk.pages.visit import Visit
from timeline.errors import AlreadyRecorded, StatementInvalid, TimelineError
from timeline.exchange.importing import naming
from timeline.field_types import LANGUAGE
from timeline.timeline import Timeline
from timeline.web import security
from timeline.web.pages.sources import LANGUAGES

if TYPE_CHECKING:
    from timeline.archived_source import ArchivedSource

_TEXTS: Final = ("title", "publisher", "author", "published", "url", "language")
_CODES: Final = {name.lower(): code for code, name in LANGUAGES.items()}
_WAYS: Final = ("file", "text", "address")


@visits.answering
async def add_document_page(datasette: Datasette, request: Request) -> Response:
    """Answer with the form; archive what is submitted, and lead to the document."""
    visit = await visits.enter(datasette, request)
    if request.method != "POST":
        return await _page(visit, {}, {})
    with TemporaryDirectory(prefix="timeline-") as folder:
        pairs, files = await visits.read_form_with_files(request, Path(folder))
        typed = dict(pairs)
        refusals.ensure_own_form(datasette, request, request.headers.get("x-csrftoken") or typed.get("csrftoken", ""))
        ways = [way for way in _WAYS if (files.get("file") if way == "file" else typed.get(way, "").strip())]
        if len(ways) != 1:
            reason = "give one of a file, a text and an address" + (", not several" if ways else "")
            return await _page(visit, typed, {"file": [reason]}, status=422)
        fields, faults = _fields(typed)
        if "address" in ways and not fetching_allowed(datasette):
            faults["file"] = ["fetching is not allowed here. Save the page to a file, and add that"]
        if faults:
            return await _page(visit, typed, faults, status=422)
        try:
            source = await visit.write(lambda timeline: _archive(timeline, ways[0], typed, files, fields), in_reader=True)
        except AlreadyRecorded:
            page = visit.address("documents", _taken_id(typed, files, fields))
            return await _page(visit, typed, {}, conflict=page, status=409)
        except TimelineError as error:
            return await _page(visit, typed, _faults(error, ways[0]), chosen="file" in files, status=422)
    return visit.redirect(visit.address("documents", source.id))


def fetching_allowed(datasette: Datasette) -> bool:
    """Whether writers may fetch pages from the web: on one's own computer, or where the setting `fetch` says so."""
    return bool(os.environ.get(plugin_settings.DESK_FETCH)) or security.settings_of(datasette).get(plugin_settings.FETCH) is True


def _fields(typed: Mapping[str, str]) -> tuple[dict[str, str], dict[str, list[str]]]:
    fields = {name: value for name in _TEXTS if (value := typed.get(name, "").strip())}
    faults: dict[str, list[str]] = {}
    if "published" in fields:
        reading, reason = checking.read_date(fields["published"])
        if reading is None:
            faults["published"] = [reason]
        else:
            fields["published"] = reading.edtf
    if "language" in fields:
        language = fields["language"]
        fields["language"] = _CODES.get(language.lower(), language)
        if not re.fullmatch(LANGUAGE, fields["language"]):
            faults["language"] = ["is not a language that is known here. Write its code, such as en, fr or ar-MA"]
    return fields, faults


def _archive(
    timeline: Timeline, way: str, typed: Mapping[str, str], files: Mapping[str, Path], fields: dict[str, Any]
) -> ArchivedSource:
    as_found, id_ = bool(typed.get("as_found")), typed.get("id", "").strip() or None
    if way == "file":
        ocr = typed.get("ocr", "").strip() or None
        archive = partial(timeline.archive, files["file"], id=id_, as_found=as_found, ocr=ocr)
        return _archive_titled(archive, files["file"].stem, fields)
    if way == "text":
        id_ = id_ or checking.id_of_title(fields.get("title", "")) or None
        return timeline.archive(text=typed["text"].replace("\r\n", "\n"), id=id_, **fields)
    from timeline.capture import fetching  # noqa: PLC0415 - nothing else uses the network

    fetched = fetching.fetch(typed["address"].strip())
    document = capture.fetched(fetched)
    fields = {**fetched.collected, "collected_by": timeline.by, "url": fetched.url, **fields}
    name = fetched.url.partition("?")[0].rstrip("/")
    archive = partial(timeline.archive_document, document, id=id_, name=name, record=fetched.url, as_found=as_found)
    return _archive_titled(archive, name.rpartition("/")[2], fields)


def _archive_titled(archive: Callable[..., ArchivedSource], name: str, fields: Mapping[str, Any]) -> ArchivedSource:
    """Archive a document; under this name where no title was typed, and the document itself has none."""
    try:
        return archive(**fields)
    except StatementInvalid as error:
        if "title" in fields or [one.field for one in error.faults] != ["title"]:
            raise
        return archive(**fields, title=name)


def _taken_id(typed: Mapping[str, str], files: Mapping[str, Path], fields: Mapping[str, str]) -> str:
    """Return the id that a document would have had: the typed one, or one made of its file's name or of its title."""
    if id_ := typed.get("id", "").strip():
        return id_
    return naming.stem_of(files["file"]) if "file" in files else checking.id_of_title(fields.get("title", ""))


def _faults(error: TimelineError, way: str) -> dict[str, list[str]]:
    """Return the reasons of an error, each at the field of the form that it is about."""
    faults: dict[str, list[str]] = {}
    for name, reason in error.faults or (("", error.reason),):
        outer = name.partition(".")[0]
        known = outer in (*_TEXTS, "id", "ocr")
        faults.setdefault(outer if known else way, []).append(reason)
    return faults


async def _page(
    visit: Visit,
    typed: Mapping[str, str],
    faults: Mapping[str, list[str]],
    *,
    conflict: str = "",
    chosen: bool = False,
    status: int = 200,
) -> Response:
    context = {
        "conflict": conflict,
        "chosen": chosen,
        "typed": typed,
        "faults": faults,
        "fetching": fetching_allowed(visit.datasette),
        "action": visit.address("documents"),
        "begun": bool(typed),
    }
    trail = [(visit.address("documents"), "add a document")]
    return await visit.page("timeline_desk_add.html", context, trail=trail, status=status)
