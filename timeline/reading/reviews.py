"""Read the reviews of a happening from the read tables, now or as of a position.

Must not decide which reviews count, nor draw anything.
"""

from dataclasses import dataclass
from typing import Final

from timeline import authors, dates
from timeline.reading import wording
from timeline.selection.snapshot import Snapshot

_OF_HAPPENING: Final = (
    "select position, version, verdict, comment, reviewed_by, recorded_at, by_second_person from reviews"
    " where happening = :id order by position"
)


@dataclass(frozen=True, slots=True)
class Review:
    """A person's verdict on a version of a happening. `counts`: it is by a second person."""

    position: int
    version: int
    verdict: str
    comment: str | None
    by: str | None
    recorded_at: str
    counts: bool

    @property
    def when(self) -> str:
        """The day on which it was recorded, in words."""
        return dates.worded(self.recorded_at[:10])

    def __str__(self) -> str:
        """Word it: "confirmed version 2 by Ada, 22 November 2026: …"."""
        by = f" by {self.by}" if self.by else ""
        note = "" if self.counts else " (not by a second person, so it does not count)"
        comment = f": {wording.one_line(self.comment)}" if self.comment else ""
        return f"{self.verdict} version {self.version}{by}, {self.when}{note}{comment}"


def of_happening(snapshot: Snapshot, id: str) -> list[Review]:
    """Read the last verdict of each person on each version of a happening, in order."""
    return [
        Review(position, version, verdict, comment, authors.name(by), recorded_at, bool(counts))
        for position, version, verdict, comment, by, recorded_at, counts in snapshot.rows(_OF_HAPPENING, {"id": id})
    ]


def of_versions(snapshot: Snapshot, id: str) -> dict[int, str]:
    """Read what the reviews of a happening come to, by version: "doubted" if anybody who counts doubts it, else "confirmed"."""
    sql = "select version, max(verdict) as verdict from reviews where happening = :id and by_second_person group by version"
    return {row["version"]: row["verdict"] for row in snapshot.rows(sql, {"id": id})}


def are_there(snapshot: Snapshot) -> bool:
    """Whether the timeline has any review."""
    return bool(snapshot.value("select 1 from reviews limit 1"))
