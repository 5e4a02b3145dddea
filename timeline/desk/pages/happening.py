"""The desk's page of a happening: correct it, retract it, or review it.

Owns what is shown side by side before a correction, and what becomes of one that meets another: fields that only the other changed
follow the other. Recording is a call of the timeline.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import Any, Final

from datasette.app import Datasette
from datasette.utils import tilde_decode
from datasette.utils.asgi import Forbidden, NotFound, Request, Response

from timeline import authors
from timeline.desk import checking, form, permissions
from timeline.desk.checking import Checked
from timeline.desk.form import Form
from timeline.desk.pages import form_view
from timeline.desk.pages import visit as visits
from timeline.desk.pages.visit import Visit
from timeline.errors import TimelineError, VersionConflict
from timeline.log.event import Event
from timeline.reading import differences, wording
from timeline.shortening import shortened
from timeline.timeline import Timeline
from timeline.web import links
from timeline.web.pages import date_wording

_LABELS: Final = {"superseded_by": "Replaced by", "reason": "The reason"}
_VERSION: Final = re.compile(r"[0-9]{1,9}")
_REVIEWS: Final = (
    "select version, verdict, comment, reviewed_by, recorded_at from reviews where happening = :id order by position desc limit 50"
)


@dataclass(frozen=True)
class Known:
    """A happening as the log has it: the version and the statement that count now, and who stated them. `retracted` is final."""

    id: str
    version: int
    statement: Mapping[str, Any]
    stated_by: str
    stated_at: str
    retracted: bool
    current: int  # the version of the stream, which a review or redaction also raises

    @property
    def form(self) -> Form:
        """The form that would record it as it is."""
        return form.from_statement(self.statement, self.current)


@visits.answering
async def happening_page(datasette: Datasette, request: Request) -> Response:
    """Answer with a happening and its forms; record what is submitted."""
    visit = await visits.enter(datasette, request, permissions.APPEND, permissions.REVIEW)
    id_ = tilde_decode(request.url_vars["happening"])
    known = await visit.read(lambda timeline: known_happening(timeline, id_))
    if request.method == "POST":
        return await _submitted(visit, known)
    draft = await visit.draft(request.args.get("draft"))
    return await _page(visit, known, draft.form if draft else known.form, Checked())


def known_happening(timeline: Timeline, id_: str) -> Known:
    """Read a happening. Raises NotFound."""
    events = [*timeline.log.stream(f"happening/{id_}")]
    stated = [event for event in events if event.type.startswith("Happening") and event.type != "HappeningReviewed"]
    if not stated:
        raise NotFound(f"There is no happening {shortened(id_, 100)}")
    last = stated[-1]
    if last.data is None:
        raise NotFound(f"The happening {shortened(id_, 100)} was redacted")
    retracted = last.type == "HappeningRetracted"
    return Known(id_, last.version, last.payload["statement"], last.recorded_by, last.recorded_at, retracted, events[-1].version)


def statement_at(timeline: Timeline, id_: str, version: str) -> tuple[int, Mapping[str, Any]] | None:
    """Return the statement of a happening that a person read at a version of its stream, and that version; None if it is gone."""
    if not _VERSION.fullmatch(version):
        return None
    events = [*timeline.log.stream(f"happening/{id_}")]
    read = [one for one in events if one.version <= int(version) and one.data and "statement" in one.payload]
    return (min(int(version), events[-1].version), read[-1].payload["statement"]) if read else None


async def _submitted(visit: Visit, known: Known) -> Response:
    pairs = await visits.read_form(visit.request)
    names = dict(pairs)
    beside = names.get("beside", "")
    button, typed = form_view.submitted(pairs, beside)
    if button == "review":
        return await _reviewed(visit, known, names)
    await permissions.ensure(visit.datasette, visit.actor, permissions.APPEND, visit.database.name)
    if button == "retract":
        return await _retracted(visit, known, names)
    if button in ("draft", "elsewhere"):
        return await form_view.saved(visit, button, typed, document=beside, happening=known.id)
    return await _corrected(visit, known, typed, everything=button == "record")


async def _corrected(visit: Visit, known: Known, typed: Form, *, everything: bool) -> Response:
    """Record a correction, or show what it would change."""
    if not _VERSION.fullmatch(typed.version) or not 0 < int(typed.version) <= known.current:
        typed = replace(typed, version=str(known.current))
        problem = "This form names no version of the happening. Compare what was and what will be, then record it."
        checked = await visit.read(lambda timeline: checking.check(timeline, typed, everything=False))
        return await _page(visit, known, typed, checked, problem=problem, compared=True, status=409)
    if int(typed.version) < known.version:  # a review in between changes nothing
        typed, notes = await visit.read(lambda timeline: _merged(timeline, known, typed))
        checked = await visit.read(lambda timeline: checking.check(timeline, typed, everything=False))
        return await _page(visit, known, typed, checked, problem=notes, status=409)
    checked = await visit.read(lambda timeline: checking.check(timeline, typed, everything=True))
    faults = {**checked.faults}
    if everything and not typed.reason.strip():
        faults["reason"] = ["is empty. Say why it is corrected: everyone can read it"]
    changed = _changes(known, typed, checked)
    if everything and not changed:
        faults["reason"] = ["is not needed yet: nothing is changed"]
    checked = replace(checked, faults=faults)
    if not everything or not checked.is_sound:
        return await _page(visit, known, typed, checked, compared=True, status=422 if everything else 200)

    def record(timeline: Timeline) -> Event:
        return timeline.append({"correct": known.id, **changed, "reason": typed.reason.strip(), "expected_version": known.current})

    try:
        await visit.write(record)
    except VersionConflict:
        latest = await visit.read(lambda timeline: known_happening(timeline, known.id))
        return await _corrected(visit, latest, typed, everything=True)
    except TimelineError as error:
        problem = "" if error.faults else str(error)
        return await _page(visit, known, typed, form_view.with_error(checked, error), problem=problem, status=409)
    await visit.delete_draft(typed.draft)
    return visit.redirect(visit.address("happenings", known.id, done="corrected"))


def _changes(known: Known, typed: Form, checked: Checked) -> dict[str, Any]:
    """Return the fields that a form changes."""
    date = known.statement["date"]
    edtf = checked.date.edtf if checked.date else typed.date
    return form.changes(known.form.entry(date), typed.entry(date if typed.date.strip() == date else edtf))


def _compared(known: Known, typed: Form, checked: Checked) -> list[differences.Change]:
    """Return what was and what will be, field by field."""
    after = {**known.statement, **_changes(known, typed, checked)}
    if "citations" in _changes(known, typed, checked):
        states = zip(typed.quotations, checked.quotations, strict=True)
        places = [{"start_char": state.start, "end_char": state.end} for one, state in states if not one.is_empty]
        after["citations"] = [{**one, **place} for one, place in zip(after["citations"], places, strict=True)]
    return differences.between(known.statement, {name: value for name, value in after.items() if value}, differences.Budget())


def _merged(timeline: Timeline, known: Known, typed: Form) -> tuple[Form, str]:
    """Bring a form up to date that was filled in for an earlier version, and say what happened meanwhile.

    A field that the person left as it was follows the log; one that the person changed stays as typed.
    """
    events = [*timeline.log.stream(f"happening/{known.id}")]
    read = statement_at(timeline, known.id, typed.version)
    was, now = form.from_statement(read[1], 0) if read else Form(), known.form
    left = ("version", "draft", "reason")
    values = {
        one.name: getattr(now if getattr(typed, one.name) == getattr(was, one.name) else typed, one.name)
        for one in fields(Form)
        if one.name not in left
    }
    both = [
        one.name
        for one in fields(Form)
        if one.name not in left and getattr(now, one.name) != getattr(was, one.name) and values[one.name] != getattr(now, one.name)
    ]
    last = events[-1]
    who = authors.name(last.recorded_by) or "Somebody"
    notes = (
        f"{who} {wording.VERBS.get(last.type, 'changed')} it while you wrote (version {last.version}). Your words are here still."
    )
    if both:
        labels = ", ".join(differences.LABELS.get(name, name).lower() for name in both)
        notes += f" You both changed: {labels}. Compare, then record."
    else:
        notes += " You changed other fields, so both changes fit together. Compare, then record."
    return Form(**{**values, "reason": typed.reason, "draft": typed.draft, "version": str(known.current)}), notes


async def _retracted(visit: Visit, known: Known, names: Mapping[str, str]) -> Response:
    reason, instead = names.get("retract_reason", "").strip(), names.get("superseded_by", "").strip()
    version = names.get("version", "")
    entry: dict[str, Any] = {"retract": known.id, "reason": reason, **({"superseded_by": instead} if instead else {})}
    if _VERSION.fullmatch(version):
        entry["expected_version"] = int(version)
    if not reason:
        return await _again(visit, known, names, "Say why it is retracted: everyone can read the reason.", 422)
    try:
        await visit.write(lambda timeline: timeline.append(entry))
    except TimelineError as error:
        reasons = "; ".join(f"{_LABELS.get(one.field, one.field)}: {one.reason}" for one in error.faults) or error.reason
        return await _again(visit, known, names, reasons, 409 if isinstance(error, VersionConflict) else 422)
    return visit.redirect(visit.address("happenings", known.id, done="retracted"))


async def _reviewed(visit: Visit, known: Known, names: Mapping[str, str]) -> Response:
    await permissions.ensure(visit.datasette, visit.actor, permissions.REVIEW, visit.database.name)
    verdict, comment = names.get("verdict", ""), names.get("comment", "").strip()
    version = names.get("reviewed_version", "")
    if verdict not in ("confirmed", "doubted"):
        return await _again(visit, known, names, "Choose a verdict: confirmed, or doubted.", 422)
    if version != str(known.version):
        return await _again(visit, known, names, "It was corrected while you read it. Read it again, then review it.", 409)
    try:
        await visit.write(
            lambda timeline: timeline.append(
                {"review": known.id, "verdict": verdict, "comment": comment or None, "version": known.version}
            )
        )
    except TimelineError as error:
        return await _again(visit, known, names, error.reason, 422)
    own = not authors.are_two(visit.by, known.stated_by)
    return visit.redirect(visit.address("happenings", known.id, done="reviewed-own" if own else "reviewed"))


async def _again(visit: Visit, known: Known, names: Mapping[str, str], problem: str, status: int) -> Response:
    """Show the page again with what was typed for a retraction or a review, and what is wrong with it."""
    return await _page(visit, known, known.form, Checked(), refused=problem, other=names, status=status)


async def _page(
    visit: Visit,
    known: Known,
    typed: Form,
    checked: Checked,
    *,
    problem: str = "",
    refused: str = "",
    compared: bool = False,
    other: Mapping[str, str] | None = None,
    status: int = 200,
) -> Response:
    name = visit.database.name
    may = {one: await permissions.is_allowed(visit.datasette, visit.actor, one, name) for one in permissions.ALL}
    here = visit.address("happenings", known.id)
    title = shortened(known.statement["title"], 200)
    titles = await form_view.titles(visit, {one["source"] for one in known.statement.get("citations", ())})
    reviews = (await visit.database.execute(_REVIEWS, {"id": known.id})).rows
    context = {
        **await form_view.context(visit, typed, checked, problem=problem),
        "known": known,
        "title": title,
        "when": date_wording.capitalised(known.statement["date"]),
        "stated": date_wording.recording_time(known.stated_at),
        "stated_by": authors.name(known.stated_by),
        "own": not authors.are_two(visit.by, known.stated_by),
        "changes": _compared(known, typed, checked) if compared else None,
        "page": links.happening(visit.datasette, name, known.id),
        "citations": [
            {**one, "address": visit.address("documents", one["source"]), "title": titles.get(one["source"], "")}
            for one in known.statement.get("citations", ())
        ],
        "reviews": [{**dict(row), "when": date_wording.recording_time(row["recorded_at"])} for row in reviews],
        "may_append": may[permissions.APPEND],
        "may_review": may[permissions.REVIEW],
        "action": here,
        "done": visit.request.args.get("done") or "",
        "saved": bool(visit.request.args.get("saved")),
        "other": other or {},
        "refused": refused,
        "attempted": status >= 400 and not refused,
        "is_correction": True,
    }
    if not any(may.values()):
        raise Forbidden("You may neither append nor review here")
    return await visit.page("timeline_desk_happening.html", context, trail=[(here, shortened(title, 60))], status=status)
