"""The first page of the desk: the documents to write from, with how much rests on each, and the way to the drafts.

Owns that list. Must not show a document: `document` does.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from datasette.app import Datasette
from datasette.utils.asgi import Request, Response

from timeline.desk.pages import visit as visits
from timeline.desk.pages.visit import Visit
from timeline.shortening import shortened
from timeline.web import links
from timeline.web.pages import date_wording

PAGE: Final = 50  # documents
MOST_CITATIONS: Final = 20_000  # of the documents on a page
LONGEST_TITLE: Final = 200
_DOCUMENTS: Final = """
select id, substr(title, 1, 400) as title, media_type, characters, archived_at, text_sha256,
    (select count(distinct happening) from citations where source = sources.id) as happenings
from sources where :q = '' or id like :like escape '\\' or title like :like escape '\\' or publisher like :like escape '\\'
order by position desc limit :size offset :skipped
"""
_SPANS: Final = "select source, start_char, end_char from citations where source in (select value from json_each(:ids)) limit :most"


@visits.answering
async def desk_page(datasette: Datasette, request: Request) -> Response:
    """Answer with the documents, the last archived first."""
    visit = await visits.enter(datasette, request)
    words, page = (request.args.get("q") or "").strip(), visits.page_number(request)
    draft = request.args.get("draft") or ""
    drafted = await visit.draft(draft)
    like = "%" + words.replace("\\", "\\\\").replace("%", r"\%").replace("_", r"\_") + "%"
    parameters = {"q": words, "like": like, "size": PAGE + 1, "skipped": PAGE * (page - 1)}
    rows = (await visit.database.execute(_DOCUMENTS, parameters)).rows
    documents = [dict(row) for row in rows[:PAGE]]
    uncited = await uncited_shares(visit, documents)
    for one in documents:
        one["address"] = visit.address("documents", one["id"], draft=draft)
        one["title"] = shortened(one["title"] or one["id"], LONGEST_TITLE)
        one["archived"] = date_wording.recording_time(one["archived_at"]) if one["archived_at"] else ""
        one["uncited"] = uncited.get(one["id"])
    query = {"q": words, "draft": draft}
    context = {
        "documents": documents,
        "q": words,
        "draft": draft,
        "drafted": shortened(drafted.title, LONGEST_TITLE) if drafted else "",
        "is_new": not documents and page == 1 and not words,
        "add": visit.address("documents"),
        "before": visit.address(**query, page=str(page - 1)) if page > 1 else None,
        "after": visit.address(**query, page=str(page + 1)) if len(rows) > PAGE else None,
        "timeline": links.timeline(datasette, visit.database.name),
    }
    return await visit.page("timeline_desk.html", context)


async def uncited_shares(visit: Visit, documents: Sequence[Mapping[str, Any]]) -> dict[str, int]:
    """Return the share of each text that no happening cites, in per cent, as `share_uncited` does."""
    ids = json.dumps([one["id"] for one in documents])
    rows = (await visit.database.execute(_SPANS, {"ids": ids, "most": MOST_CITATIONS})).rows
    spans: dict[str, list[tuple[int, int]]] = defaultdict(list)
    for row in rows:
        spans[row["source"]].append((row["start_char"], row["end_char"]))
    return {one["id"]: share_uncited(spans[one["id"]], one["characters"]) for one in documents if one["characters"]}


def share_uncited(spans: Iterable[tuple[int, int]], characters: int) -> int:
    """Return the share of a text outside these spans, in per cent. It is 0 only where all is cited, and 100 where nothing is."""
    cited = reached = 0
    for start, end in sorted(spans):
        cited += max(0, end - max(start, reached))
        reached = max(reached, end)
    share = 100 * (characters - cited) / characters
    return min(max(round(share), 0 if cited >= characters else 1), 100 if not cited else 99)
