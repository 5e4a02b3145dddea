"""Convert local times in a zone to UTC instants, and instants to words. Must not interpret dates."""

import re
from datetime import UTC, datetime, timedelta

from timeline.dates import is_date, times_of_day
from timeline.errors import DateInvalid, Fault


def instant(date: str, zone: str | None) -> str | None:
    """Return an EDTF date with its times of day in UTC, each as precise as before: "2017-11-11T03:10Z".

    Return None if neither shift nor zone is known, if an instant is outside the years 1 to 9999 (the limits of RFC 3339), or if
    the other end of an interval is a day without a zone and the order would be reversed.
    Raises DateInvalid if the zone is not an IANA zone, if a local time was skipped or occurred twice there (the clocks were
    changed), or if the given shift was not the zone's.
    """
    if zone is None and not any(match["shift"] for match in times_of_day.WRITTEN.finditer(date)):
        return None
    try:
        universal = times_of_day.WRITTEN.sub(lambda match: _in_utc(match, zone), date)
    except (ValueError, OverflowError):
        return None
    return universal if is_date(universal) else None


def _in_utc(match: re.Match[str], zone: str | None) -> str:
    """Return one time in UTC. If an hour is not a whole hour in UTC, return its first minute, its last, or both."""
    shift = match["shift"] or ""
    parts = match["time"].split(":")
    local = f"{match['day']}T{':'.join([*parts, '00', '00'][:3])}"
    moment = datetime.fromisoformat(local + (shift if shift in ("", "Z") or ":" in shift else f"{shift}:00"))
    if zone is not None:
        moment = _in_zone(moment, zone, match[0])
    moment = moment.astimezone(UTC)
    if len(parts) > 1 or not moment.minute:
        return _utc(moment, len(parts)) + match["mark"]
    first, last = (_utc(one, 2) + match["mark"] for one in (moment, moment + timedelta(minutes=59)))
    before, after = match.string[: match.start()], match.string[match.end() :]
    if before.endswith(("/", "..")):
        return last
    if after.startswith(("/", "..")):
        return first
    return f"{first}..{last}" if before else f"[{first}..{last}]"


def _utc(moment: datetime, parts: int) -> str:
    return f"{moment.year:04d}-{moment:%m-%d}T{':'.join(f'{moment:%H:%M:%S}'.split(':')[:parts])}Z"


def unknown(zone: str) -> DateInvalid:
    """Return the error for an unknown zone."""
    reason = f'"{zone}" is not a time zone. Write an IANA name, such as Africa/Casablanca'
    return DateInvalid(reason, faults=[Fault("zone", reason, zone)])


def _in_zone(moment: datetime, zone: str, date: str) -> datetime:
    import pendulum  # noqa: PLC0415 - slow to load, and few dates have a zone
    from pendulum.tz.exceptions import InvalidTimezone  # noqa: PLC0415 - as above

    try:
        tz = pendulum.timezone(zone)
    except (InvalidTimezone, LookupError, OSError, ValueError):
        raise unknown(zone) from None
    early, late = (moment.replace(tzinfo=tz, fold=fold) for fold in (0, 1))
    if moment.tzinfo is not None:
        if moment.utcoffset() not in (early.utcoffset(), late.utcoffset()):
            raise DateInvalid(f'"{date}": {zone} was at UTC{early.isoformat()[19:]} at that time. Correct the shift or the zone')
        return moment
    if early.utcoffset() != late.utcoffset():
        raise DateInvalid(
            f'"{date}": this local time occurred twice or never in {zone}, where clocks were changed. Add the shift, such as +01:00'
        )
    return early


def ago(recorded_at: str) -> str:
    """Return how long ago an RFC 3339 instant was, in words: "3 days ago"."""
    import pendulum  # noqa: PLC0415 - slow to load, and rarely needed

    return pendulum.instance(datetime.fromisoformat(recorded_at)).diff_for_humans()


def now() -> datetime:
    """Return the current time, for callers without a clock of their own."""
    return datetime.now(UTC)
