"""Versions and redactions as the pages show them: in words, with addresses, and with the changes between versions.

Owns those words. Must not read events: `timeline.reading.history` does.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from datasette.app import Datasette

from timeline.reading import differences, history
from timeline.reading.differences import Change
from timeline.reading.history import Redaction, Version
from timeline.reading.wording import VERBS
from timeline.selection.snapshot import Snapshot
from timeline.web import links
from timeline.web.pages import date_wording

# A page shows this many versions at most, and only the latest that have this many characters together.
MOST_VERSIONS, LONGEST = 200, 5_000_000


@dataclass(frozen=True)
class RedactionView:
    """A redaction on a page."""

    record: Redaction
    address: str

    @property
    def recorded(self) -> str:
        """The recording time in words."""
        return date_wording.recording_time(self.record.recorded_at)


@dataclass(frozen=True)
class VersionView:
    """A version on a page. `redacts` is the position and the address of the event that it redacted."""

    record: Version
    address: str
    redacts: tuple[int, str] | None
    redaction: RedactionView | None
    changes: Sequence[Change]

    @property
    def verb(self) -> str:
        """What the event did, capitalised: "Corrected"."""
        verb = VERBS.get(self.record.type, self.record.type)
        return verb[:1].upper() + verb[1:]

    @property
    def recorded(self) -> str:
        """The recording time in words."""
        return date_wording.recording_time(self.record.recorded_at)


def versions(datasette: Datasette, database: str, snapshot: Snapshot, stream: str) -> list[VersionView]:
    """Return the latest versions of a stream, first to last, and the one that is current in the snapshot.

    Raises StatementInvalid if one cannot be read.
    """
    records = history.versions(snapshot, stream, most=MOST_VERSIONS, longest=LONGEST)
    redacted = redactions(datasette, database, snapshot, [record.position for record in records if not record.data])
    budget = differences.Budget()
    # The latest versions come first, so that they use the budget first.
    changes = [
        [] if record.former is None or record.statement is None else differences.between(record.former, record.statement, budget)
        for record in reversed(records)
    ]
    return [
        VersionView(
            record=record,
            address=links.event(datasette, database, record.position),
            redacts=(record.redacts, links.event(datasette, database, record.redacts)) if record.redacts is not None else None,
            redaction=redacted.get(record.position),
            changes=change,
        )
        for record, change in zip(records, reversed(changes), strict=True)
    ]


def redactions(datasette: Datasette, database: str, snapshot: Snapshot, positions: Iterable[int]) -> dict[int, RedactionView]:
    """Return the redactions of the events at these positions, by that position. Raises StatementInvalid if one cannot be read."""
    records = history.redactions(snapshot, positions)
    return {position: redaction_view(datasette, database, record) for position, record in records.items()}


def redaction_view(datasette: Datasette, database: str, record: Redaction) -> RedactionView:
    """Return a redaction with the address of its event."""
    return RedactionView(record, links.event(datasette, database, record.position))
