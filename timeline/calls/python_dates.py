"""Convert Python's dates to EDTF: never more exact than they are, and never in another zone.

Owns that conversion. Must not parse text, nor read the clock.
"""

from collections.abc import Mapping
from datetime import date as Day
from datetime import datetime, timedelta, timezone
from typing import Any

from timeline.errors import DateInvalid, StatementInvalid

DateLike = str | Day | datetime
"""EDTF text, a day, or a moment."""


def read(fields: Mapping[str, Any], subject: str) -> dict[str, Any]:
    """Convert the dates among fields to EDTF, and put the zone of one into `zone`. Raises StatementInvalid."""
    values = _with_shifts(fields, subject) if "collected_at" in fields or "custody" in fields else dict(fields)
    for name in ("date", "published"):
        if not isinstance(value := values.get(name), Day):
            continue
        try:
            values[name], zone = _moment(value) if isinstance(value, datetime) else (value.isoformat(), None)
            if zone is not None and name == "date" and values.setdefault("zone", zone) is None:
                values["zone"] = zone
            if zone is not None and values.get("zone") != zone:
                raise DateInvalid(f"is in {zone}, and {_other(name, values)}. Give it in that zone, or without one")
        except DateInvalid as error:
            raise StatementInvalid.in_fields(subject, ((name, str(error)),)) from None
    return values


def _with_shifts(fields: Mapping[str, Any], subject: str) -> dict[str, Any]:
    """Convert the dates of how a source was obtained, which have no zone beside them, only an offset from UTC."""
    values = dict(fields)
    steps = values.get("custody")
    if isinstance(steps, list | tuple):
        values["custody"] = steps = [dict(step) if isinstance(step, Mapping) else step for step in steps]
    else:
        steps = ()
    holders = [("collected_at", values, "collected_at")]
    holders += [(f"custody.{number}.when", step, "when") for number, step in enumerate(steps, 1) if isinstance(step, dict)]
    for field, holder, name in holders:
        if isinstance(value := holder.get(name), Day):
            try:
                holder[name] = _local(value) + _shift(value) if isinstance(value, datetime) else value.isoformat()
            except DateInvalid as error:
                raise StatementInvalid.in_fields(subject, ((field, str(error)),)) from None
    return values


def text(value: DateLike) -> str:
    """Convert a date of a filter to EDTF. Raises DateInvalid."""
    if isinstance(value, datetime):
        return _moment(value)[0]
    return value.isoformat() if isinstance(value, Day) else value


def _other(name: str, values: Mapping[str, Any]) -> str:
    return f"zone is {values.get('zone')}" if name == "date" else "a source's date has no zone"


def _moment(value: datetime) -> tuple[str, str | None]:
    """Convert a moment, to the minute, or to the second if it has one, with its offset from UTC or its zone."""
    zone = _name(value)
    shift = "" if zone is not None and not _comes_twice(value) else _shift(value)
    return _local(value) + shift, zone


def _local(value: datetime) -> str:
    if value.microsecond:
        raise DateInvalid("has a fraction of a second, which no date may have. Leave it out: .replace(microsecond=0)")
    return value.replace(tzinfo=None).isoformat(timespec="seconds" if value.second else "minutes")


def _name(value: datetime) -> str | None:
    """Return the IANA name of a moment's zone, from zoneinfo, pendulum, dateutil or pytz; None where it has none."""
    if value.tzinfo is None or isinstance(value.tzinfo, timezone):
        return None
    for attribute in ("key", "zone", "name"):
        zone = getattr(value.tzinfo, attribute, None)
        if isinstance(zone, str) and "/" in zone:
            return zone
    return None


def _comes_twice(value: datetime) -> bool:
    """Return whether this local time came twice or never in its zone, because clocks were changed."""
    return value.replace(fold=0).utcoffset() != value.replace(fold=1).utcoffset()


def _shift(value: datetime) -> str:
    if value.tzinfo is None:
        return ""
    shift = value.utcoffset()
    if shift is None or shift % timedelta(minutes=1):
        raise DateInvalid(
            "has an offset from UTC that is not a whole number of minutes. Give it in UTC, or with the name of its zone"
        )
    if not shift and _name(value) is None:
        return "Z"
    sign, minutes = "-" if shift < timedelta() else "+", abs(shift) // timedelta(minutes=1)
    return f"{sign}{minutes // 60:02}:{minutes % 60:02}"
