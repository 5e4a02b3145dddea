"""The state of the timeline page: all that its address says, read and made readable.

Owns the names and limits of the parameters, what is said of those that make no sense, and the addresses of other
states. Must not look anything up: whether an actor exists is for others to find out.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlencode

from timeline.web.pages import keys, period, search
from timeline.web.pages.keys import Key

FILTERS = ("q", "kind", "actor", "place", "tag", "source", "from", "to")
PAGING = ("after", "before", "size")
NAMES = (*FILTERS, "as_of", "status", *PAGING)
STATUSES = ("current", "all", "retracted")
# What people call each parameter: in the form, beside the filters that hold, and where one makes no sense.
LABELS = {
    "q": "Words", "kind": "Kind", "actor": "Who", "place": "Place", "tag": "Tag", "source": "Source", "from": "From", "to": "To",
    "as_of": "As of position", "status": "Show", "size": "Happenings on a page",
    "after": "Place in the timeline", "before": "Place in the timeline",
}  # fmt: skip
PAGE_SIZE, LARGEST_PAGE = 50, 200
LONGEST_SEARCH, LONGEST_VALUE, LONGEST_SHOWN = 300, 500, 40
THE_END = "end"
_LARGEST_POSITION_DIGITS = 15


@dataclass(frozen=True)
class State:
    """What the page is to show. `given` holds the parameters that hold, as typed; `notes` what became of the others.

    `typed` holds all of them as typed, and `refused` the names of those that were left out.
    """

    given: dict[str, str] = field(default_factory=dict)
    as_of: int | None = None
    from_day: int | None = None
    to_day: int | None = None
    after: Key | None = None
    before: Key | None = None
    size: int = PAGE_SIZE
    notes: tuple[str, ...] = ()
    faulty: bool = False
    typed: Mapping[str, str] = field(default_factory=dict)
    refused: frozenset[str] = frozenset()

    @property
    def status(self) -> str:
        """Which happenings are shown: current, all, or retracted."""
        return self.given.get("status", "current")

    @property
    def backwards(self) -> bool:
        """Whether the page ends at a place, rather than beginning at one."""
        return "before" in self.given

    @property
    def filters(self) -> dict[str, str]:
        """The filters that hold, as typed."""
        return {name: self.given[name] for name in FILTERS if name in self.given}

    def query(self, **changes: object) -> str:
        """Give the query string of another state, with its `?`: None removes; any change but of the page turns to its start."""
        known = dict(self.given)
        if not changes.keys() & {"after", "before"}:
            changes = {**changes, "after": None, "before": None}
        for name, value in changes.items():
            known.pop(name.rstrip("_"), None)
            if value is not None:
                known[name.rstrip("_")] = str(value)
        return "?" + urlencode({name: known[name] for name in NAMES if name in known})


def read(values: Mapping[str, list[str]]) -> State:
    """Read the state from the parameters of an address: name to values. What makes no sense is left out, and said."""
    return _Reader(values).state()


class _Reader:
    """One reading of an address."""

    def __init__(self, values: Mapping[str, list[str]]) -> None:
        self.values = values
        self.given: dict[str, str] = {}
        self.typed: dict[str, str] = {}
        self.refused: set[str] = set()
        self.notes: list[str] = []
        self.faulty = False

    def state(self) -> State:
        for name in NAMES:
            self._take(name)
        self._search()
        from_day, to_day = self._period()
        as_of, after, before, size = self._as_of(), self._key("after"), self._key("before"), self._size()
        if self.given.get("status", "current") not in STATUSES:
            self._refuse("status", "is not one of the choices, so current happenings are shown")
        if "after" in self.given and "before" in self.given:
            self._refuse("before", "is given twice, and only one can hold: the page begins there rather than ending there")
            before = None
        notes, refused = tuple(self.notes), frozenset(self.refused)
        return State(self.given, as_of, from_day, to_day, after, before, size, notes, self.faulty, self.typed, refused)

    def _take(self, name: str) -> None:
        values = [value.strip() for value in self.values.get(name, ()) if value.strip()]
        if not values:
            return
        if len(set(values)) > 1:
            self._complain(name, f"stands in the address {len(values)} times, and only one can hold: the first does")
        value = "".join(c for c in values[0] if c.isprintable() or c.isspace() or ord(c) > 0x9F)
        if value:
            self.given[name] = self.typed[name] = value
        if len(value) > LONGEST_VALUE and name != "q":
            self._refuse(name, f"is {len(value):,} characters long, longer than any, so it was left out")

    def _complain(self, name: str, what: str) -> None:
        typed = self.typed.get(name, "")
        shown = f"“{typed if len(typed) <= LONGEST_SHOWN else typed[:LONGEST_SHOWN] + '…'}” " if typed else ""
        self.notes.append(f"{LABELS[name]}: {shown}{what}.")
        self.faulty = True

    def _refuse(self, name: str, what: str) -> None:
        """Leave a parameter out, and say so."""
        self._complain(name, what)
        self.refused.add(name)
        self.given.pop(name, None)

    def _search(self) -> None:
        q = self.given.get("q", "")
        if len(q) > LONGEST_SEARCH:
            self.given["q"] = q[:LONGEST_SEARCH].rstrip()
            self.notes.append(f"The search was {len(q):,} characters long: its first {LONGEST_SEARCH} were looked for.")
        if q and not search.words(self.given["q"]):
            self.notes.append("The search has no letter or digit in it, so nothing was searched for.")
            del self.given["q"]

    def _period(self) -> tuple[int | None, int | None]:
        for name in ("from", "to"):
            if name in self.given and period.fault(self.given[name]):
                self._refuse(name, f"is no date, so it was left out. {period.HOW_TO}")
        from_day = period.bounds(self.given["from"])[0] if "from" in self.given else None
        to_day = period.bounds(self.given["to"])[1] if "to" in self.given else None
        if from_day is not None and to_day is not None and from_day > to_day:
            self.notes.append(f"The period ends before it begins: from {self.given['from']} to {self.given['to']}.")
        return from_day, to_day

    def _as_of(self) -> int | None:
        text = self.given.get("as_of")
        if text is None:
            return None
        if not (text.isascii() and text.isdigit()):
            self._refuse("as_of", "is not a position in the log (a whole number, from 0), so what is known now is shown")
            return None
        return int(text) if len(text) <= _LARGEST_POSITION_DIGITS else 10**_LARGEST_POSITION_DIGITS

    def _key(self, name: str) -> Key | None:
        text = self.given.get(name)
        if text is None or (name == "before" and text == THE_END):
            return None
        key = keys.read(text)
        if key is None:
            self._refuse(name, "is none, so it is shown from its start")
        return key

    def _size(self) -> int:
        text = self.given.get("size")
        if text is None:
            return PAGE_SIZE
        if text.isascii() and text.isdigit() and 1 <= int(text[:9]) <= LARGEST_PAGE:
            return int(text[:9])
        self.notes.append(f"{LABELS['size']}: “{text[:LONGEST_SHOWN]}” is not from 1 to {LARGEST_PAGE}, so {PAGE_SIZE} are shown.")
        del self.given["size"]
        return PAGE_SIZE
