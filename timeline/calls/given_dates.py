"""Dates as Python has them, as EDTF: never more exact than they are, and never in another zone.

Owns that reading. Must not read text, nor the clock.
"""

from collections.abc import Mapping
from datetime import date as Day
from datetime import datetime, timedelta, timezone
from typing import Any

from timeline.errors import DateInvalid, StatementInvalid

DateLike = str | Day | datetime
"""EDTF text, a day, or a moment."""


def read(fields: Mapping[str, Any], subject: str) -> dict[str, Any]:
    """Write the dates among fields as EDTF, and the zone that one names into `zone`. Raises StatementInvalid."""
    said = dict(fields)
    for name in ("date", "published"):
        if not isinstance(value := said.get(name), Day):
            continue
        try:
            said[name], zone = _moment(value) if isinstance(value, datetime) else (value.isoformat(), None)
            if zone is not None and name == "date" and said.setdefault("zone", zone) is None:
                said["zone"] = zone
            if zone is not None and said.get("zone") != zone:
                raise DateInvalid(f"is in {zone}, and {_other(name, said)}. Give it in that zone, or without one")
        except DateInvalid as error:
            raise StatementInvalid.in_fields(subject, ((name, str(error)),)) from None
    return said


def text(value: DateLike) -> str:
    """Write a date that is asked about as EDTF. Raises DateInvalid."""
    if isinstance(value, datetime):
        return _moment(value)[0]
    return value.isoformat() if isinstance(value, Day) else value


def _other(name: str, said: Mapping[str, Any]) -> str:
    return f"zone says {said.get('zone')}" if name == "date" else "a source's date has no zone"


def _moment(value: datetime) -> tuple[str, str | None]:
    """Write a moment to the minute, or to the second where it has one, with its shift or the name of its zone."""
    if value.microsecond:
        raise DateInvalid("has a fraction of a second, which no date here has. Leave it out: .replace(microsecond=0)")
    zone = _name(value)
    shift = "" if value.tzinfo is None or (zone is not None and not _comes_twice(value)) else _shift(value)
    local = value.replace(tzinfo=None)
    return local.isoformat(timespec="seconds" if value.second else "minutes") + shift, zone


def _name(value: datetime) -> str | None:
    """Give the IANA name of a moment's zone, as zoneinfo, pendulum, dateutil or pytz have it; None where it has none."""
    if value.tzinfo is None or isinstance(value.tzinfo, timezone):
        return None
    for attribute in ("key", "zone", "name"):
        found = getattr(value.tzinfo, attribute, None)
        if isinstance(found, str) and "/" in found:
            return found
    return None


def _comes_twice(value: datetime) -> bool:
    """Whether clocks were changed, so that this local time came twice or never in its zone."""
    return value.replace(fold=0).utcoffset() != value.replace(fold=1).utcoffset()


def _shift(value: datetime) -> str:
    shift = value.utcoffset()
    if shift is None or shift % timedelta(minutes=1):
        raise DateInvalid("has a shift from UTC that is no whole number of minutes. Give it in UTC, or with the name of its zone")
    if value.tzinfo is not None and not shift and _name(value) is None:
        return "Z"
    sign, minutes = "-" if shift < timedelta() else "+", abs(shift) // timedelta(minutes=1)
    return f"{sign}{minutes // 60:02}:{minutes % 60:02}"
