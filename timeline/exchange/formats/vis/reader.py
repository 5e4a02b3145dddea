"""Read items of vis-timeline: a list, or {"items": […], "groups": […]}. A background item is an era."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from timeline.dates import free_text
from timeline.dates.free_text import DateUnread, OthersDate
from timeline.errors import ImportRefused
from timeline.exchange.formats.vis import placed
from timeline.exchange.rows.row import Read, Row
from timeline.exchange.rows.row_builder import Building, object_rows, scalar
from timeline.exchange.tables.dates import with_date_questions
from timeline.exchange.text import json_text
from timeline.exchange.text.json_text import Piece
from timeline.exchange.text.own_exports import OWN_KEYS, has_additions

_FIELDS: Final = frozenset(("id", "content", "start", "end", "group", "title", "type", "edtf"))
_LONG_YEAR: Final = re.compile(r"([+-]\d{6})(-\d\d-\d\d)(?:T(.*))?")
_FIRST, _LAST = "T00:00:00", "T23:59:59"
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


def read(text: str, **_: object) -> Read:
    """Read the items."""
    document = json_text.document(text)
    items = json_text.member(text, document, "items") or document
    if not isinstance(items.value, list):
        raise ImportRefused("not items of vis-timeline: it holds no list of items. Choose another format")
    groups = document.value.get("groups") if isinstance(document.value, dict) else None
    group_names = {
        scalar(group.get("id")): group.get("content") for group in groups if isinstance(group, dict)
    } if isinstance(groups, list) else {}  # fmt: skip

    def row(number: int, piece: Piece) -> Row:
        item = piece.value
        ours = "edtf" in item and has_additions(item.get("title"))
        key = scalar(item.get("id"))
        return _item(item, group_names).row(number, piece.start, piece.end, key=key, id=key if ours else None)

    return Read(with_date_questions(object_rows(json_text.elements(text, items), row)))


def _item(item: dict[str, Any], group_names: dict[str | None, Any]) -> Building:
    build = Building()
    build.line("title", item.get("content"), "content")
    own = build.own_html(item.get("title"), "title")
    build.words("summary", item.get("title") if own is None else own, "title")
    if not build.unmoved_edtf(item.get("edtf"), "edtf", lambda: _dates(item), lambda edtf: _dates(dict(placed(edtf)))):
        build.date(lambda: _dates(item))
    build.require_title("content")
    group = item.get("group")
    era = "era" if item.get("type") == "background" else None
    if own is None:
        build.line("kind", group_names.get(scalar(group)) or group or era, "group")
    else:
        build.exact("kind", group)
        build.claim(item.get("attributed_to"), item.get("date_note"))
    build.drop_others(item, _FIELDS if own is None else {*_FIELDS, *OWN_KEYS})
    return build


def _dates(item: dict[str, Any]) -> OthersDate:
    start, end = item.get("start"), item.get("end")
    if str(start).endswith(_FIRST) and str(end).endswith(_LAST):  # whole days, as our own exports write them
        start, end = str(start).removesuffix(_FIRST), str(end).removesuffix(_LAST)
    begin = _date(start)
    return free_text.lasting(begin, lambda: _date(end), end) if end not in (None, "") else begin


def _date(value: object) -> OthersDate:
    """Read an ISO date, or milliseconds since 1970."""
    text = scalar(value) or ""
    if match := re.fullmatch(r"/Date\((-?\d+).*\)/", text):
        text = match[1]
    if isinstance(value, int) or re.fullmatch(r"-?\d{9,16}", text):
        try:
            moment = _EPOCH + timedelta(milliseconds=int(text))
        except (OverflowError, ValueError):
            raise DateUnread("is not a readable time in milliseconds", text[:30]) from None
        return free_text.read(f"{moment.year:04d}-{moment:%m-%dT%H:%M:%S}Z")
    if match := _LONG_YEAR.fullmatch(text):  # as JavaScript writes years of six digits
        year = int(match[1])
        return free_text.of_parts(str(year if year > 0 else year - 1), *match[2].split("-")[1:])  # there is no year 0 there
    return free_text.read(text)
