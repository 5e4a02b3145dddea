"""From a local time and a zone to the instant it names, and back to words people read. Must not see a vague date."""

from datetime import UTC, datetime

import pendulum
from pendulum.tz.exceptions import InvalidTimezone

from timeline.errors import DateInvalid


def instant(date: str, zone: str | None) -> str | None:
    """Work out the UTC instant (RFC 3339) of an EDTF date with a time of day.

    None where neither shift nor zone is known, or the instant is out of the years 1 to 9999, which is as far as RFC 3339 goes.
    Raises DateInvalid where the zone is no IANA zone, where the local time did not exist there or came twice (clocks were
    changed), or where a shift is given that was not the zone's.
    """
    local, shift = date[: date.index("T") + 9], date[date.index("T") + 9 :]
    if not shift and zone is None:
        return None
    try:
        moment = datetime.fromisoformat(local + (shift if shift in ("", "Z") or ":" in shift else f"{shift}:00"))
        if zone is not None:
            moment = _in_zone(moment, zone, date)
        return moment.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
    except (ValueError, OverflowError):
        return None


def _in_zone(moment: datetime, zone: str, date: str) -> datetime:
    try:
        tz = pendulum.timezone(zone)
    except (InvalidTimezone, LookupError, OSError, ValueError):
        raise DateInvalid(f'"{zone}" is not a time zone. Write an IANA name, such as Africa/Casablanca') from None
    early, late = (moment.replace(tzinfo=tz, fold=fold) for fold in (0, 1))
    if moment.tzinfo is not None:
        if moment.utcoffset() not in (early.utcoffset(), late.utcoffset()):
            raise DateInvalid(f'"{date}": {zone} was at UTC{early.isoformat()[19:]} then. Correct the shift or the zone')
        return moment
    if early.utcoffset() != late.utcoffset():
        raise DateInvalid(
            f'"{date}": this local time came twice or never in {zone}, where clocks were changed. Add the shift, such as +01:00'
        )
    return early


def ago(recorded_at: str) -> str:
    """Say how long ago an RFC 3339 instant was: "3 days ago"."""
    return pendulum.instance(datetime.fromisoformat(recorded_at)).diff_for_humans()


def now() -> datetime:
    """Tell the time, where no other clock is passed in."""
    return datetime.now(UTC)
