"""The state of the timeline page: everything that its address asks for, read and checked.

Owns the names and limits of the parameters, the messages for values that make no sense, and the addresses of other states. Must
not look anything up: whether an actor exists, or at which position a day ended, is not decided here.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from urllib.parse import urlencode

from timeline.dates import DAY
from timeline.selection import period, search_words, time_order, window
from timeline.selection.time_order import Key
from timeline.selection.window import Window

FACETS = ("kind", "actor", "place", "tag", "source", "mark", "review")
# `without` is a list of kinds that are left out, each on a line. After a line ALL_BUT, it is a list of those that are not.
ALL_BUT = "!"
FILTERS = ("q", *FACETS, "without", "from", "to")
# How the same happenings are drawn, and which of them is selected.
DRAWING = ("lanes", "scale", "view", "focus")
# Where the page appears: in a frame of another page, on paper, or one happening after another.
SHOWN = ("embed", "print", "story")
PAGING = ("after", "before", "size")
# A date in the field "Go to a date": it becomes the window.
GO_TO = "go"
NAMES = (*FILTERS, "as_of", "status", *DRAWING, *SHOWN, *PAGING, GO_TO)
STATUSES = ("current", "all", "retracted")
MARKS = {"disputed": "Disputed", "corrected": "Corrected", "claimed": "Somebody’s claim", "single": "Single source"}
REVIEWS = {"confirmed": "Confirmed", "doubted": "Doubted", "none": "Not reviewed"}
LANES = {"none": "None", "kind": "By kind", "actor": "By who", "place": "By place", "source": "By source", "tag": "By tag"}
# The label of each parameter: in the form, beside active filters, and in messages.
LABELS = {
    "q": "Words", "kind": "Kind", "actor": "Who", "place": "Place", "tag": "Tag", "source": "Source", "mark": "Marks",
    "review": "Review", "without": "Without",
    "from": "From", "to": "To", "as_of": "As of", "status": "Show", "size": "Happenings on a page",
    "lanes": "Lanes", "scale": "Scale", "view": "Window", "focus": "Looked at", "embed": "Embedding", "print": "Printing",
    "story": "Story",
    "after": "Place in the timeline", "before": "Place in the timeline", "go": "Go to a date",
}  # fmt: skip
PAGE_SIZE, LARGEST_PAGE, MOST_PRINTED = 50, 200, 2_000
LONGEST_SEARCH, LONGEST_VALUE, LONGEST_SHOWN = 300, 500, 40
THE_END = "end"
LEFT_OUT = ", so it was left out"
_LARGEST_POSITION_DIGITS = 15
_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,199}")


@dataclass(frozen=True)
class ParameterFault:
    """A fault in a parameter: its `field`, the `value` as typed, the `reason`, what the page did `instead`, and the `advice`."""

    field: str
    value: str
    reason: str
    instead: str = ""
    advice: str = ""

    def __str__(self) -> str:
        """Return the message for a page, which does something instead."""
        return self._sentence(self.instead)

    @property
    def refusal(self) -> str:
        """The message for a caller that does nothing instead."""
        return self._sentence("")

    def _sentence(self, instead: str) -> str:
        value = self.value if len(self.value) <= LONGEST_SHOWN else self.value[:LONGEST_SHOWN] + "…"
        quoted = f"“{value}” " if value else ""
        advice = f" {self.advice}." if self.advice else ""
        return f"{LABELS[self.field]}: {quoted}{self.reason}{instead}.{advice}"


@dataclass(frozen=True)
class State:
    """What the page is to show. `given` holds the valid parameters, as typed; `notes` the faults of the others.

    Dates in words are in `given` as EDTF, and their names in `from_words`. `typed` holds all parameters as typed, and `refused` the
    names of those that were left out. If `as_of_day` is set, `as_of` is None until the last position of that day has been looked
    up. `went`: the window was typed as a date to go to.
    """

    given: dict[str, str] = field(default_factory=dict)
    as_of: int | None = None
    as_of_day: str | None = None
    from_day: int | None = None
    to_day: int | None = None
    from_second: int = 0
    to_second: int = DAY - 1
    after: Key | None = None
    before: Key | None = None
    size: int = PAGE_SIZE
    window: Window | None = None
    notes: tuple[ParameterFault, ...] = ()
    faulty: bool = False
    typed: Mapping[str, str] = field(default_factory=dict)
    refused: frozenset[str] = frozenset()
    from_words: tuple[str, ...] = ()
    went: bool = False

    @property
    def timed(self) -> bool:
        """Whether the period begins or ends at a time of day."""
        return (self.from_second, self.to_second) != (0, DAY - 1)

    @property
    def status(self) -> str:
        """The status of the happenings to show: current, all, or retracted."""
        return self.given.get("status", "current")

    def of_status(self, status: str) -> "State":
        """Return the state with this status, unless the address names one."""
        return self if "status" in self.given or status == "current" else replace(self, given={**self.given, "status": status})

    @property
    def past(self) -> bool:
        """Whether it shows the past: a position or a day."""
        return self.as_of is not None or self.as_of_day is not None

    @property
    def lanes(self) -> str:
        """How the drawing is divided: not at all, or by one property of the happenings."""
        return self.given.get("lanes", "none")

    @property
    def without(self) -> list[str]:
        """The kinds that are left out; or, if `without_others`, those that are not."""
        return self.given.get("without", "").splitlines()[self.without_others :]

    @property
    def without_others(self) -> bool:
        """Whether all kinds are left out but those of `without`, and the happenings without a kind too."""
        return self.given.get("without", "").splitlines()[:1] == [ALL_BUT]

    @property
    def focus(self) -> str | None:
        """The id of the selected happening."""
        return self.given.get("focus")

    @property
    def story(self) -> str | None:
        """The id of the happening at which the story is open; None where the whole timeline is shown."""
        return self.given.get("story")

    @property
    def embedded(self) -> bool:
        """Whether the page is in a frame of another."""
        return "embed" in self.given

    @property
    def printed(self) -> bool:
        """Whether everything is on one page, for paper."""
        return "print" in self.given

    @property
    def backwards(self) -> bool:
        """Whether the page ends at a key, rather than starting at one."""
        return "before" in self.given

    @property
    def filters(self) -> dict[str, str]:
        """The active filters, as typed."""
        return {name: self.given[name] for name in FILTERS if name in self.given}

    def query(self, **changes: object) -> str:
        """Return the query string of another state, with its `?`. A value of None removes the parameter.

        Changes return to the first page, unless they only turn the page or change the drawing. They also leave print.
        """
        changed = {name.rstrip("_"): value for name, value in changes.items()}
        only_drawing = changed and changed.keys() <= {*DRAWING, *SHOWN}
        dropped = set() if only_drawing or changed.keys() & {"after", "before"} else {"after", "before"}
        if changed:
            dropped.add("print")
        known: dict[str, object] = {name: value for name, value in self.given.items() if name not in dropped} | changed
        return "?" + urlencode([(name, known[name]) for name in NAMES if known.get(name) is not None])

    @property
    def unfiltered_query(self) -> str:
        """The query string of the whole timeline as now known, drawn and framed like this one."""
        values = {name: self.given[name] for name in (*DRAWING, "embed") if name in self.given}
        return f"?{urlencode(values)}" if values else ""

    @property
    def as_of_query(self) -> str:
        """The query string that only says as of when; empty for now."""
        return f"?{urlencode({'as_of': self.given['as_of']})}" if self.past else ""


def read(values: Mapping[str, list[str]]) -> State:
    """Read the state from the parameters of an address, name to values. Values that make no sense are left out and noted."""
    return _Reader(values).state()


class _Reader:
    """Reads one address."""

    def __init__(self, values: Mapping[str, list[str]]) -> None:
        self.values = values
        self.given: dict[str, str] = {}
        self.typed: dict[str, str] = {}
        self.refused: set[str] = set()
        self.from_words: list[str] = []
        self.notes: list[ParameterFault] = []
        self.faulty = False

    def state(self) -> State:
        for name in NAMES:
            self._take(name)
        self._search()
        from_day, to_day, from_second, to_second = self._period()
        as_of, as_of_day = self._as_of()
        went = self._go()
        self._choices()
        if "print" in self.given:
            for name in ("after", "before"):
                self.given.pop(name, None)
        after, before, size = self._key("after"), self._key("before"), self._size()
        if "after" in self.given and "before" in self.given:
            self._refuse("before", "cannot be combined with “after”", ": the page begins there rather than ending there")
            before = None
        return State(
            given=self.given, as_of=as_of, as_of_day=as_of_day, from_day=from_day, to_day=to_day, from_second=from_second,
            to_second=to_second, after=after, before=before, size=MOST_PRINTED if "print" in self.given else size,
            window=self._window(), notes=tuple(self.notes),
            faulty=self.faulty, typed=self.typed, refused=frozenset(self.refused), from_words=tuple(self.from_words), went=went,
        )  # fmt: skip

    def _take(self, name: str) -> None:
        values = [value.strip() for value in self.values.get(name, ()) if value.strip()]
        if not values:
            return
        if len(set(values)) > 1:
            self._complain(name, f"is in the address {len(values)} times, and only one can be used", ": the first is")
        value = "".join(c for c in values[0] if c.isprintable() or c.isspace() or ord(c) > 0x9F).strip()
        if value:
            self.given[name] = self.typed[name] = value
        if len(value) > LONGEST_VALUE and name != "q":
            self._refuse(name, f"is {len(value):,} characters long, longer than any")

    def _complain(self, name: str, reason: str, instead: str = "", advice: str = "") -> None:
        self.notes.append(ParameterFault(name, self.typed.get(name, ""), reason, instead, advice))
        self.faulty = True

    def _refuse(self, name: str, reason: str, instead: str = LEFT_OUT, advice: str = "") -> None:
        """Leave a parameter out, and add a note."""
        self._complain(name, reason, instead, advice)
        self.refused.add(name)
        self.given.pop(name, None)

    def _search(self) -> None:
        q = self.given.get("q", "")
        if len(q) > LONGEST_SEARCH:
            self.given["q"] = q[:LONGEST_SEARCH].rstrip()
            reason = f"is {len(q):,} characters long, and {LONGEST_SEARCH} are the most"
            self.notes.append(ParameterFault("q", q, reason, f", so its first {LONGEST_SEARCH} were looked for"))
        if q and not search_words.words(self.given["q"]):
            self.notes.append(ParameterFault("q", q, "has no letter or digit in it", ", so nothing was searched for"))
            del self.given["q"]

    def _period(self) -> tuple[int | None, int | None, int, int]:
        for name in ("from", "to"):
            self._read_date(name)
        from_day = period.bounds(self.given["from"])[0] if "from" in self.given else None
        to_day = period.bounds(self.given["to"])[1] if "to" in self.given else None
        from_second = period.seconds(self.given["from"])[0] if from_day is not None else 0
        to_second = period.seconds(self.given["to"])[1] if to_day is not None else DAY - 1
        if from_day is not None and to_day is not None and (from_day, from_second) > (to_day, to_second):
            self.notes.append(ParameterFault("to", self.given["to"], f"is before the beginning, {self.given['from']}"))
        return from_day, to_day, from_second, to_second

    def _read_date(self, name: str) -> None:
        """Replace a date in words by its EDTF; refuse a text that is no date, or in doubt."""
        text = self.given.get(name)
        if text is None:
            return
        if fault := period.fault(text):
            self._refuse(name, fault.reason, advice=fault.advice)
            return
        self.given[name] = period.canonical(text)
        if self.given[name] != text:
            self.from_words.append(name)

    def _go(self) -> bool:
        """Turn a date to go to into the window."""
        self._read_date(GO_TO)
        text = self.given.pop(GO_TO, None)
        if text is None:
            return False
        if (target := window.of_period(text)) is None:
            self._refuse(GO_TO, "has no beginning or no end", advice="Write both")
            return False
        self.given["view"] = window.write(target)
        return True

    def _choices(self) -> None:
        """Refuse values that are not among the choices of their parameter."""
        for name, choices, instead in (
            ("status", STATUSES, ", so current happenings are shown"),
            ("mark", tuple(MARKS), LEFT_OUT),
            ("review", tuple(REVIEWS), LEFT_OUT),
            ("lanes", tuple(LANES), ", so there are none"),
            ("scale", ("true",), ", so long empty stretches are cut short"),
            ("embed", ("1",), LEFT_OUT),
            ("print", ("1",), LEFT_OUT),
        ):
            if name in self.given and self.given[name] not in choices:
                which = f"They are {', '.join(choices)}" if len(choices) > 1 else f"The only one is {choices[0]}"
                self._refuse(name, "is not one of the choices", instead, which)
        for name in ("focus", "story"):
            if name in self.given and not _ID.fullmatch(self.given[name]):
                self._refuse(name, "is no happening’s id")

    def _window(self) -> Window | None:
        text = self.given.get("view")
        result = window.read(text) if text else None
        if text and result is None:
            self._refuse("view", "is no window on time", advice=window.HOW_TO)
        return result

    def _as_of(self) -> tuple[int | None, str | None]:
        text = self.given.get("as_of")
        if text is None:
            return None, None
        if text.isascii() and text.isdigit():
            return int(text) if len(text) <= _LARGEST_POSITION_DIGITS else 10**_LARGEST_POSITION_DIGITS, None
        if period.last_day(text) is not None:
            self._read_date("as_of")
            return None, self.given["as_of"]
        present = ", so what is known now is shown"
        if (fault := period.fault(text)) and fault.advice != period.HOW_TO:
            self._refuse("as_of", fault.reason, present, fault.advice)
            return None, None
        self._refuse(
            "as_of",
            "is neither a position in the log (a whole number, from 0) nor a day or a month (24 Nov 2026, 2026-11)",
            present,
        )
        return None, None

    def _key(self, name: str) -> Key | None:
        text = self.given.get(name)
        if text is None or (name == "before" and text == THE_END):
            return None
        key = time_order.read(text)
        if key is None:
            self._refuse(name, "is none", ", so it is shown from its start")
        return key

    def _size(self) -> int:
        text = self.given.get("size")
        if text is None:
            return PAGE_SIZE
        if text.isascii() and text.isdigit() and 1 <= int(text[:9]) <= LARGEST_PAGE:
            return int(text[:9])
        self.notes.append(ParameterFault("size", text, f"is not from 1 to {LARGEST_PAGE}", f", so {PAGE_SIZE} are shown"))
        del self.given["size"]
        return PAGE_SIZE
