"""Items of vis-timeline: a list, or {"items": […], "groups": […]}. A background item is an era."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from timeline.dates import free_text
from timeline.dates.free_text import DateUnread, OthersDate
from timeline.exchange.formats.vis.placing import placed
from timeline.exchange.importing.record_builder import Building, asked, scalar
from timeline.exchange.importing.row import ImportRefused, Read, Row
from timeline.exchange.text import json_text
from timeline.exchange.text.additions import ADDED

_KNOWN: Final = frozenset(("id", "content", "start", "end", "group", "title", "type", "edtf"))
_LONG: Final = re.compile(r"([+-]\d{6})(-\d\d-\d\d)(?:T(.*))?")
_FIRST, _LAST = "T00:00:00", "T23:59:59"
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


def read(text: str, **_: object) -> Read:
    """Read the items."""
    whole = json_text.document(text)
    items = json_text.member(text, whole, "items") or whole
    if not isinstance(items.value, list):
        raise ImportRefused("not items of vis-timeline: there is no list of them. Say another format")
    groups = whole.value.get("groups") if isinstance(whole.value, dict) else None
    named = {
        scalar(group.get("id")): group.get("content") for group in groups if isinstance(group, dict)
    } if isinstance(groups, list) else {}  # fmt: skip
    rows = list[Row]()
    for number, piece in enumerate(json_text.elements(text, items), start=1):
        if not isinstance(piece.value, dict):
            rows.append(Row(number, piece.start, piece.end, refused="it is not an object"))
            continue
        build = _item(piece.value, named)
        ours = "edtf" in piece.value and f'class="{ADDED}"' in str(piece.value.get("title"))
        key = scalar(piece.value.get("id"))
        rows.append(build.row(number, piece.start, piece.end, key=key, id=key if ours else None))
    return Read(asked(rows))


def _item(said: dict[str, Any], groups: dict[str | None, Any]) -> Building:
    build = Building()
    build.line("title", said.get("content"), "content")
    own = build.own_html(said.get("title"), "title")
    build.words("summary", said.get("title") if own is None else own, "title")
    if not build.kept(said.get("edtf"), "edtf", lambda: _dates(said), lambda edtf: _dates(dict(placed(edtf)))):
        try:
            build.date(_dates(said))
        except DateUnread as error:
            build.refuse(error)
    build.titled("content")
    group = said.get("group")
    era = "era" if said.get("type") == "background" else None
    if own is None:
        build.line("kind", groups.get(scalar(group)) or group or era, "group")
    else:
        build.exact("kind", group)
        build.claim(said.get("attributed_to"), said.get("date_note"))
    build.drop_others(said, _KNOWN if own is None else {*_KNOWN, "attributed_to", "date_note"})
    return build


def _dates(said: dict[str, Any]) -> OthersDate:
    start, end = said.get("start"), said.get("end")
    if str(start).endswith(_FIRST) and str(end).endswith(_LAST):  # as whole days are written
        start, end = str(start).removesuffix(_FIRST), str(end).removesuffix(_LAST)
    start = _date(start)
    return free_text.lasting(start, lambda: _date(end), end) if end not in (None, "") else start


def _date(value: object) -> OthersDate:
    """Read an ISO date, or milliseconds since 1970."""
    text = scalar(value) or ""
    if found := re.fullmatch(r"/Date\((-?\d+).*\)/", text):
        text = found[1]
    if isinstance(value, int) or re.fullmatch(r"-?\d{9,16}", text):
        try:
            moment = _EPOCH + timedelta(milliseconds=int(text))
        except (OverflowError, ValueError):
            raise DateUnread("is no time in milliseconds that can be read", text[:30]) from None
        return free_text.read(f"{moment.year:04d}-{moment:%m-%dT%H:%M:%S}Z")
    if found := _LONG.fullmatch(text):  # as JavaScript writes years of six digits
        day = free_text.of_parts(*_astronomical(found[1]), *found[2].split("-")[1:])
        return day
    return free_text.read(text)


def _astronomical(year: str) -> tuple[str]:
    """Give a year with a year 0 as one without."""
    number = int(year)
    return (str(number if number > 0 else number - 1),)
