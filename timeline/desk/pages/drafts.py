"""The pages of drafts: their list, saving and deleting one, and all of them as a bundle.

Must not record anything.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any, Final

import yaml
from datasette.app import Datasette
from datasette.utils import tilde_decode
from datasette.utils.asgi import NotFound, Request, Response

from timeline.desk import checking, drafts, form
from timeline.desk.drafts import Draft
from timeline.desk.form import from_pairs, from_statement
from timeline.desk.pages import happening
from timeline.desk.pages import visit as visits
from timeline.desk.pages.visit import Visit
from timeline.shortening import shortened
from timeline.timeline import Timeline
from timeline.web.pages import date_wording

LONGEST_TITLE = 200
_DUMPER: Final = getattr(yaml, "CSafeDumper", yaml.SafeDumper)
_NO_ENTRY = "It changes nothing, it empties a field, or the happening is gone."
_HEADING = (
    "# Drafts from the desk. They are not in the timeline: check each, then append the file. The documents that they cite are"
    " in the timeline.\n\n"
)


@visits.answering
async def drafts_page(datasette: Datasette, request: Request) -> Response:
    """Answer with the list of drafts; save one where a form is sent, and answer with its id."""
    visit = await visits.enter(datasette, request)
    if request.method == "POST":
        return await _saved(visit)
    page = visits.page_number(request)
    number = await asyncio.to_thread(visit.drafts.count)
    listed = await asyncio.to_thread(visit.drafts.some, page)
    context = {
        "listed": [_row_of(visit, one) for one in listed],
        "number": number,
        "bundle": visit.address("drafts.yaml"),
        "before": visit.address("drafts", page=str(page - 1)) if page > 1 else None,
        "after": visit.address("drafts", page=str(page + 1)) if page * drafts.PAGE < number else None,
        "deleted": bool(request.args.get("deleted")),
    }
    return await visit.page("timeline_desk_drafts.html", context, trail=[(visit.address("drafts"), "drafts")])


async def _saved(visit: Visit) -> Response:
    """Save what was typed; answer with the id and the time."""
    pairs = await visits.read_form(visit.request)
    names = dict(pairs)
    id_ = await visit.save_draft(from_pairs(pairs), document=names.get("beside", ""), happening=names.get("happening", ""))
    return Response.json({"draft": id_}, headers=visits.HEADERS)


@visits.answering
async def draft_page(datasette: Datasette, request: Request) -> Response:
    """Lead to the page on which a draft goes on, or delete it where a form asks for that."""
    visit = await visits.enter(datasette, request)
    id_ = tilde_decode(request.url_vars["draft"])
    if request.method == "POST":
        if dict(await visits.read_form(request)).get("do") == "delete":
            await visit.delete_draft(id_)
        return visit.redirect(visit.address("drafts", deleted="1"))
    draft = await visit.draft(id_)
    if draft is None:
        raise NotFound("There is no such draft. It may have been recorded or deleted")
    return visit.redirect(_address(visit, draft))


@visits.answering
async def bundle_file(datasette: Datasette, request: Request) -> Response:
    """Answer with all drafts as a bundle."""
    visit = await visits.enter(datasette, request)
    text = await visit.read(lambda timeline: _bundle(timeline, visit.drafts.all()))
    headers = {**visits.HEADERS, "Content-Disposition": f'attachment; filename="{visit.database.name}-drafts.yaml"'}
    return Response(text, content_type="application/yaml; charset=utf-8", headers=headers)


def _address(visit: Visit, draft: Draft) -> str:
    if draft.happening:
        return visit.address("happenings", draft.happening, draft=draft.id)
    return visit.address("documents", draft.document, draft=draft.id) if draft.document else visit.address(draft=draft.id)


def _row_of(visit: Visit, draft: Draft) -> dict[str, Any]:
    quoted = next((one.quote for one in draft.form.quotations if one.quote), "")
    return {
        "address": _address(visit, draft),
        "delete": visit.address("drafts", draft.id),
        "title": shortened(draft.title or draft.form.date or quoted or "Untitled", LONGEST_TITLE),
        "date": draft.form.date,
        "corrects": draft.happening,
        "document": draft.document,
        "saved": date_wording.recording_time(draft.saved_at),
        "saved_by": draft.saved_by,
    }


def _bundle(timeline: Timeline, all_drafts: Sequence[Draft]) -> str:
    """Write drafts as a bundle. One that is no entry, such as a correction of what is gone, is named in a comment."""
    entries, left = [], []
    for draft in all_drafts:
        entry = _entry(timeline, draft)
        if entry is None:
            left.append(f"# Left out: a draft that corrects {draft.happening}. {_NO_ENTRY}\n")
        else:
            entries.append(entry)
    text = yaml.dump({"happenings": entries}, Dumper=_DUMPER, allow_unicode=True, sort_keys=False, width=120)
    return f"{_HEADING}{''.join(left)}{text}"


def _entry(timeline: Timeline, draft: Draft) -> dict[str, Any] | None:
    """Return a draft as the entry of a bundle. A date that cannot be read yet stays as it was typed.

    A correction has the fields that the draft changes, and the version that its writer read, so that it undoes nobody's work.
    """
    reading, _ = checking.read_date(draft.form.date)
    fields = draft.form.entry(reading.edtf if reading else draft.form.date)
    if not draft.happening:
        return {"id": draft.form.id or checking.id_of_title(draft.form.title) or f"draft-{draft.id}", **fields}
    read = happening.statement_at(timeline, draft.happening, draft.form.version)
    if read is None:
        return None
    version, statement = read
    before = from_statement(statement, version)
    date = statement["date"] if draft.form.date.strip() == statement["date"] else fields["date"]
    changed = form.changes(before.entry(statement["date"]), {**fields, "date": date})
    changed = {name: [] if value is None and name in form.LISTS else value for name, value in changed.items()}
    if not changed or None in changed.values():  # YAML has no word for an emptied field
        return None
    return {"correct": draft.happening, **changed, "reason": draft.form.reason, "expected_version": version}
