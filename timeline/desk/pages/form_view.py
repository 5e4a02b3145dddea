"""The form on the desk's pages: what its template needs, what a submitted form asks for, and the answers while a person types.

Owns the values that fields offer to complete, and the buttons of the form. Must not write.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import chain, repeat
from sqlite3 import Row
from typing import Any, Final

from datasette.app import Datasette
from datasette.utils.asgi import Request, Response

from timeline.desk import checking
from timeline.desk.checking import Checked, Verified
from timeline.desk.form import Form, Quotation, from_pairs
from timeline.desk.pages import visit as visits
from timeline.desk.pages.visit import Visit
from timeline.documents import fragments, images
from timeline.errors import TimelineError
from timeline.reading.differences import LABELS
from timeline.shortening import shortened

_INDEX: Final = re.compile(r"[0-9]{1,4}")
MOST_OFFERED: Final = 300  # values that a field offers to complete
_FACETS: Final = (
    "select value, coalesce((select name from actors where facet = 'actor' and id = value), value) as label from facets"
    " where facet = :facet order by happenings desc, value limit :most"
)
_HAPPENINGS: Final = (
    "select id, substr(title, 1, 201) as title, date from happenings where status = 'current' order by position desc limit :most"
)
_SOURCES: Final = (
    "select id, substr(title, 1, 201) as title, media_type, text_sha256 from sources"
    " where id in (select value from json_each(:ids))"
)


async def context(visit: Visit, form: Form, checked: Checked, *, problem: str = "", source: str = "") -> dict[str, Any]:
    """Return what the template of the form needs. `source` is the document beside the form, from which a new quotation comes."""
    empty = Quotation(source=source)
    quotations = [*form.quotations] or [empty]
    rows = await _rows(visit, {one.source for one in quotations} | {source})
    named = {id_: _title(row) for id_, row in rows.items()}

    def quotation_view(one: Quotation, state: Verified) -> dict[str, Any]:
        return {
            "typed": one,
            "verified": state,
            "source_title": named.get(one.source, one.source),
            "address": visit.address("documents", one.source, draft=form.draft),
            "has_parts": part_of(rows[one.source]["media_type"]) if one.source in rows else "",
            "has_words": one.source not in rows or rows[one.source]["text_sha256"] != images.NO_TEXT,
        }

    return {
        "form": form,
        "quotations": [*map(quotation_view, quotations, chain(checked.quotations, repeat(Verified())))],
        "empty_quotation": quotation_view(empty, Verified()),
        "checked": checked,
        "problem": problem,
        "labels": LABELS,
        "offered": {name: await _completions(visit, name) for name in ("kind", "place", "actor", "tag")},
        "happenings": [dict(row) for row in (await visit.database.execute(_HAPPENINGS, {"most": MOST_OFFERED})).rows],
        "beside": source,
        "beside_title": named.get(source, source),
    }


def submitted(pairs: Sequence[tuple[str, str]], source: str) -> tuple[str, Form]:
    """Return the button that submitted a form, and the form as that button leaves it: it may choose, add or remove a quotation."""
    do = next((value for name, value in reversed(pairs) if name == "do"), "check")
    form = from_pairs(pairs)
    button, _, rest = do.partition(":")
    number, _, start = rest.partition(":")
    quotations = [*form.quotations]
    if button == "choose" and _INDEX.fullmatch(number) and int(number) < len(quotations) and start:
        quotations[int(number)] = replace(quotations[int(number)], start_char=start, prefix="", suffix="")
    elif button == "date":
        form = replace(form, date=do.partition(":")[2])
    elif button == "remove" and _INDEX.fullmatch(number) and int(number) < len(quotations):
        del quotations[int(number)]
    elif button == "add":
        quotations.append(Quotation(source=source))
    return button, replace(form, quotations=tuple(quotations))


async def saved(visit: Visit, button: str, typed: Form, *, document: str, happening: str = "") -> Response:
    """Save a form as a draft, and go on with it: on its page, or in the list of documents, to quote from another one."""
    draft = await visit.save_draft(typed, document=document, happening=happening)
    if button == "elsewhere":
        return visit.redirect(visit.address(draft=draft))
    here = ("happenings", happening) if happening else ("documents", document)
    return visit.redirect(visit.address(*here, draft=draft, saved="1"))


def with_error(checked: Checked, error: TimelineError) -> Checked:
    """Return the result of a check with the faults of an error added, each at its field."""
    faults: dict[str, list[str]] = {name: [*reasons] for name, reasons in checked.faults.items()}
    for name, reason in error.faults:
        faults.setdefault(name.partition(".")[0], []).append(reason)
    return replace(checked, faults=faults)


async def _completions(visit: Visit, facet: str) -> list[str]:
    rows = (await visit.database.execute(_FACETS, {"facet": facet, "most": MOST_OFFERED})).rows
    return [row["label"] for row in rows]


async def titles(visit: Visit, ids: set[str]) -> Mapping[str, str]:
    """Return the titles of documents, by their ids."""
    return {id_: _title(row) for id_, row in (await _rows(visit, ids)).items()}


async def _rows(visit: Visit, ids: set[str]) -> Mapping[str, Row]:
    return {row["id"]: row for row in (await visit.database.execute(_SOURCES, {"ids": json.dumps(sorted(ids))})).rows}


def _title(row: Row) -> str:
    return shortened(row["title"] or row["id"], 200)


def part_of(media_type: str | None) -> str:
    """Return which parts of a document can be cited without words: the region of a picture, the time of a recording, or none."""
    return "time" if fragments.is_recording(media_type) else "region" if (media_type or "").startswith("image/") else ""


@visits.answering
async def check_answer(datasette: Datasette, request: Request) -> Response:
    """Answer with the parts of the form that say how each entry is read."""
    visit = await visits.enter(datasette, request)
    form = from_pairs(await visits.read_form(request))
    checked = await visit.read(lambda timeline: checking.check(timeline, form, everything=False))
    html = await datasette.render_template("timeline_desk_checked.html", {"checked": checked}, request=request)
    return Response.html(html, headers=visits.HEADERS)
