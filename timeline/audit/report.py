"""What an audit found. Must not look for anything itself."""

from collections.abc import Sequence
from dataclasses import dataclass, field

KEPT = 1_000  # faults that are told for each check; the rest is counted


@dataclass(frozen=True, slots=True)
class Check:
    """One kind of thing that was checked: how many there are, and what is wrong where. `more` faults were only counted.

    `remarks` tell what is not wrong, and yet to be known: who signed, and what could not be checked.
    """

    name: str
    count: int
    faults: tuple[tuple[str, str], ...]
    more: int = 0
    remarks: tuple[str, ...] = ()
    outdated: bool = False
    """Whether another version of the program made the read tables, so that they cannot be checked."""


@dataclass(frozen=True, slots=True)
class Report:
    """The outcome of an audit: a check for each kind of thing, in the order in which they were made."""

    checks: tuple[Check, ...]

    @property
    def ok(self) -> bool:
        """Whether nothing was found wrong."""
        return not any(check.faults for check in self.checks)

    @property
    def faults(self) -> tuple[tuple[str, str], ...]:
        """What is wrong, each as (where, what)."""
        return tuple(fault for check in self.checks for fault in check.faults)

    @property
    def events(self) -> int:
        """How many events were checked."""
        return self._count("events")

    @property
    def documents(self) -> int:
        """How many archived documents were checked."""
        return self._count("documents")

    @property
    def citations(self) -> int:
        """How many citations were looked for again, in every version of every happening."""
        return self._count("citations")

    @property
    def outdated(self) -> bool:
        """Whether nothing is wrong but that another version of the program made the read tables."""
        wrong = [check for check in self.checks if check.faults]
        return bool(wrong) and all(check.outdated for check in wrong)

    def _count(self, name: str) -> int:
        return next((check.count for check in self.checks if check.name == name), 0)


@dataclass(slots=True)
class Tally:
    """A check while it is being made."""

    name: str
    count: int = 0
    faults: list[tuple[str, str]] = field(default_factory=list)
    more: int = 0
    remarks: list[str] = field(default_factory=list)
    outdated: bool = False

    def fault(self, where: str, what: str) -> None:
        """Keep a fault, or count it where there are too many already."""
        if len(self.faults) < KEPT:
            self.faults.append((where, " ".join(what.split())))
        else:
            self.more += 1

    def remark(self, what: str, places: Sequence[str]) -> None:
        """Keep a remark on one or more places: the first is told, the others are counted."""
        if places:
            more = f" (and of {len(places) - 1:,} more)" if len(places) > 1 else ""
            self.remarks.append(f"{what}: {places[0]}{more}")

    def failed(self, where: str, what: str, error: Exception, advice: str = "") -> None:
        """Keep as a fault what ended in an error; an interruption is nobody's fault, and ends the audit."""
        if getattr(error, "sqlite_errorname", None) == "SQLITE_INTERRUPT":
            raise error
        self.fault(where, f"{what}: {str(error) or type(error).__name__}{advice}")

    def done(self) -> Check:
        """Give the finished check."""
        return Check(self.name, self.count, tuple(self.faults), self.more, tuple(self.remarks), self.outdated)
