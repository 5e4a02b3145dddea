"""The report of an audit. Must not check anything itself."""

from collections.abc import Sequence
from dataclasses import dataclass, field

MAX_FAULTS = 1_000  # faults listed for each check; the rest are counted


@dataclass(frozen=True, slots=True)
class Check:
    """One check: the number of items checked, and the faults as (place, fault). `more` faults were only counted.

    `remarks` are not faults, such as who signed, or that something could not be checked.
    """

    name: str
    count: int
    faults: tuple[tuple[str, str], ...]
    more: int = 0
    remarks: tuple[str, ...] = ()
    outdated: bool = False
    """Whether another version of the program made the read tables, so they cannot be checked."""


@dataclass(frozen=True, slots=True)
class Report:
    """The outcome of an audit: its checks, in order."""

    checks: tuple[Check, ...]

    @property
    def ok(self) -> bool:
        """Whether there are no faults."""
        return not any(check.faults for check in self.checks)

    @property
    def faults(self) -> tuple[tuple[str, str], ...]:
        """All faults, each as (place, fault)."""
        return tuple(fault for check in self.checks for fault in check.faults)

    @property
    def total(self) -> int:
        """The number of all faults, with those that are only counted."""
        return sum(len(check.faults) + check.more for check in self.checks)

    @property
    def events(self) -> int:
        """The number of events checked."""
        return self._count("events")

    @property
    def documents(self) -> int:
        """The number of archived documents checked."""
        return self._count("documents")

    @property
    def citations(self) -> int:
        """The number of citations checked, in every version of every happening."""
        return self._count("citations")

    @property
    def outdated(self) -> bool:
        """Whether the only faults are that another version of the program made the read tables."""
        failed = [check for check in self.checks if check.faults]
        return bool(failed) and all(check.outdated for check in failed)

    def _count(self, name: str) -> int:
        return next((check.count for check in self.checks if check.name == name), 0)


@dataclass(slots=True)
class Tally:
    """A check in progress."""

    name: str
    count: int = 0
    faults: list[tuple[str, str]] = field(default_factory=list)
    more: int = 0
    remarks: list[str] = field(default_factory=list)
    outdated: bool = False

    def fault(self, place: str, reason: str) -> None:
        """Add a fault, or only count it if there are too many."""
        if len(self.faults) < MAX_FAULTS:
            self.faults.append((place, " ".join(reason.split())))
        else:
            self.more += 1

    def remark(self, text: str, places: Sequence[str]) -> None:
        """Add a remark on one or more places: name the first and count the others."""
        if places:
            more = f" (and of {len(places) - 1:,} more)" if len(places) > 1 else ""
            self.remarks.append(f"{text}: {places[0]}{more}")

    def failed(self, place: str, reason: str, error: Exception, advice: str = "") -> None:
        """Add an error as a fault. An interruption is raised, and ends the audit."""
        if getattr(error, "sqlite_errorname", None) == "SQLITE_INTERRUPT":
            raise error
        self.fault(place, f"{reason}: {str(error) or type(error).__name__}{advice}")

    def done(self) -> Check:
        """Return the finished check."""
        return Check(self.name, self.count, tuple(self.faults), self.more, tuple(self.remarks), self.outdated)
