"""From a local time and a zone to the instant it names, and back to words people read. Must not see a vague date."""

from datetime import UTC, datetime

import pendulum
from pendulum.tz.exceptions import InvalidTimezone

from timeline.errors import DateInvalid


def instant(date: str, zone: str | None) -> str | None:
    """Work out the UTC instant (RFC 3339) of an EDTF date with a time of day; None where neither shift nor zone is known.

    Raises DateInvalid where the zone is no IANA zone, where the local time did not exist there or came twice (clocks were
    changed), or where a shift is given that was not the zone's.
    """
    local, shift = date[:19], date[19:]
    if not shift and zone is None:
        return None
    try:
        if zone is None:
            return _rfc3339(datetime.fromisoformat(local + _full(shift)))
        tz = pendulum.timezone(zone)
        early, late = (datetime.fromisoformat(local).replace(tzinfo=tz, fold=fold) for fold in (0, 1))
    except (InvalidTimezone, LookupError, OSError):
        raise DateInvalid(f'"{zone}" is not a time zone. Write an IANA name, such as Africa/Casablanca') from None
    except ValueError:
        raise DateInvalid(f'"{date}": the instant of this time cannot be told. Leave the zone and the shift out') from None
    if shift:
        told = datetime.fromisoformat(local + _full(shift))
        if told.utcoffset() not in (early.utcoffset(), late.utcoffset()):
            raise DateInvalid(f'"{date}": {zone} was at UTC{early.isoformat()[19:]} then. Correct the shift or the zone')
        return _rfc3339(told)
    if early.utcoffset() != late.utcoffset():
        raise DateInvalid(
            f'"{date}": this local time came twice or never in {zone}, where clocks were changed. Add the shift, such as +01:00'
        )
    return _rfc3339(early)


def ago(recorded_at: str) -> str:
    """Say how long ago an RFC 3339 instant was: "3 days ago"."""
    return pendulum.instance(datetime.fromisoformat(recorded_at)).diff_for_humans()


def now() -> datetime:
    """Tell the time, where no other clock is passed in."""
    return datetime.now(UTC)


def _full(shift: str) -> str:
    return shift if shift == "Z" or ":" in shift else f"{shift}:00"


def _rfc3339(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
