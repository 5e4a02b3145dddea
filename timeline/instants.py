"""From local times and a zone to the instants they name, and back to words people read. Must not decide what a date means."""

import re
from datetime import UTC, datetime, timedelta

from timeline.dates import is_date, times
from timeline.errors import DateInvalid, Fault


def instant(date: str, zone: str | None) -> str | None:
    """Write an EDTF date with times of day in universal time, each time as exact as it is: "2017-11-11T03:10Z".

    None where neither shift nor zone is known, an instant is out of the years 1 to 9999, which is as far as RFC 3339 goes, or a
    day at the other end, which has no zone, would then be on the wrong side.
    Raises DateInvalid where the zone is no IANA zone, where a local time did not exist there or came twice (clocks were
    changed), or where a shift is given that was not the zone's.
    """
    if zone is None and not any(found["shift"] for found in times.WRITTEN.finditer(date)):
        return None
    try:
        universal = times.WRITTEN.sub(lambda found: _in_utc(found, zone), date)
    except (ValueError, OverflowError):
        return None
    return universal if is_date(universal) else None


def _in_utc(found: re.Match[str], zone: str | None) -> str:
    """Write one time in UTC; an hour that is no whole hour there, as its first minute, its last, or both."""
    shift = found["shift"] or ""
    parts = found["time"].split(":")
    local = f"{found['day']}T{':'.join([*parts, '00', '00'][:3])}"
    moment = datetime.fromisoformat(local + (shift if shift in ("", "Z") or ":" in shift else f"{shift}:00"))
    if zone is not None:
        moment = _in_zone(moment, zone, found[0])
    moment = moment.astimezone(UTC)
    if len(parts) > 1 or not moment.minute:
        return _written(moment, len(parts)) + found["mark"]
    first, last = (_written(one, 2) + found["mark"] for one in (moment, moment + timedelta(minutes=59)))
    before, after = found.string[: found.start()], found.string[found.end() :]
    if before.endswith(("/", "..")):
        return last
    if after.startswith(("/", "..")):
        return first
    return f"{first}..{last}" if before else f"[{first}..{last}]"


def _written(moment: datetime, parts: int) -> str:
    return f"{moment.year:04d}-{moment:%m-%d}T{':'.join(f'{moment:%H:%M:%S}'.split(':')[:parts])}Z"


def unknown(zone: str) -> DateInvalid:
    """Tell that there is no such zone."""
    reason = f'"{zone}" is not a time zone. Write an IANA name, such as Africa/Casablanca'
    return DateInvalid(reason, faults=[Fault("zone", reason, zone)])


def _in_zone(moment: datetime, zone: str, date: str) -> datetime:
    import pendulum  # noqa: PLC0415 - slow to load, and few dates have a zone
    from pendulum.tz.exceptions import InvalidTimezone  # noqa: PLC0415 - the same

    try:
        tz = pendulum.timezone(zone)
    except (InvalidTimezone, LookupError, OSError, ValueError):
        raise unknown(zone) from None
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
    import pendulum  # noqa: PLC0415 - slow to load, and seldom needed

    return pendulum.instance(datetime.fromisoformat(recorded_at)).diff_for_humans()


def now() -> datetime:
    """Tell the time, where no other clock is passed in."""
    return datetime.now(UTC)
