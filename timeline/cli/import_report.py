"""The report of an import: how rows were read, questions, dropped values, refusals, and the next step.

Owns the wording and its length: the same remark about many rows is printed once. Must not import anything itself.
"""

from array import array
from collections import Counter
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from typing import Final

from timeline.cli.printing import count, on_one_line
from timeline.dates import worded
from timeline.errors import kind_of
from timeline.exchange.importing.file import File
from timeline.exchange.importing.outcome import Outcome, Plan

SHOWN: Final = 10  # remarks of one kind that are printed without --all
SAMPLE: Final = 3  # new rows that are printed as they were read
_ROWS: Final = 5  # row numbers that are printed
_VALUE: Final = 30  # characters of a value
_NUMBERED: Final[Mapping[str, str]] = {
    **dict.fromkeys(("csv", "tsv", "xlsx", "ods", "timelinejs-csv"), "numbered as a spreadsheet numbers them"),
    "jsonl": "numbered as the lines of the file",
}


def lines(read: File, plan: Plan, *, full: bool, done: bool) -> Iterator[str]:
    """Yield the lines of the report; `full` reports every row."""
    rows, counts, new = len(plan.outcomes), Counter[str](), list[Outcome]()
    questions, remarks, refusals, dropped = _Groups(), _Groups(), _Groups(), _Dropped(full=full)
    for one in plan.outcomes:
        counts[one.verb] += 1
        if one.verb == "new" and len(new) < SAMPLE:
            new.append(one)
        elif one.verb == "refused":
            refusals.add(one, "", one.reason)
        for field, words in one.row.questions:
            questions.add(one, field, words)
        for field, words in one.remarks:
            remarks.add(one, field, words)
        for field, value, why in one.row.dropped:
            dropped.add(one, field, value, why)
    numbered = _NUMBERED.get(read.format, "numbered from 1 in the order of the file")
    encoded = "" if read.understood.encoding == "" else f", {read.understood.encoding}"
    yield f"{read.path}: {read.format}{encoded}, {count(rows, 'row')}{f', {numbered}' if rows else ''}"
    for note in plan.notes:
        yield f"  {on_one_line(note)}"
    if read.understood.guessed:
        yield "  the columns were guessed. To keep the guess and correct it: --save-mapping"
        yield from (f"    {line}" for line in read.understood.guessed.rstrip("\n").split("\n"))
    if new and not full:
        yield f"Read as follows, of {count(counts['new'], 'new row')}{': --all shows each' if counts['new'] > SAMPLE else ''}"
    for one in plan.outcomes if full else new:
        yield f"  row {one.row.number}: {one.verb} {one.stream}".rstrip() + _row(one)
    if counts["corrected"]:
        yield from _some((_correction(one) for one in plan.outcomes if one.verb == "corrected"), full=full)
    for title, groups in (("To look at", questions), ("Note", remarks)):
        yield from _some(groups.lines(title, full=full), full=full)
    yield from _some(dropped.lines(), full=full)
    yield from _some(refusals.lines("Refused", full=full), full=full)
    yield from _some((f"No longer in the file, and left as it is: happening/{id}" for id in plan.vanished), full=full)
    yield from _ending(plan, counts, done=done)


def _ending(plan: Plan, counts: Mapping[str, int], *, done: bool) -> Iterator[str]:
    rows = len(plan.outcomes)
    if plan.vanished:
        yield "  If one of them never happened, retract it, in a bundle: {retract: ID, reason: …}"
    if plan.source and plan.archives:
        later = f", a later version of source/{plan.earlier}" if plan.earlier else ""
        yield f"{'Archived' if done else 'Would be archived'} as source/{plan.source}{later}"
    yield ", ".join(f"{counts[verb]:,} {verb}" for verb in ("new", "corrected", "unchanged", "refused")) + f" = {rows:,}"
    if not done and counts["new"] + counts["corrected"]:
        yield "Nothing was changed. To import it, add --append"
    elif not rows:
        yield "The file has no row to import"
    elif not done:
        yield "There is nothing to import"


def _row(outcome: Outcome) -> str:
    fields = outcome.row.fields
    date = str(fields.get("date") or fields.get("published") or "")
    words = worded(date)
    title = str(fields.get("title") or fields.get("quote") or "")
    parts = [date + (f" ({words})" if words not in ("", date) else ""), f'"{_short(title, 60)}"' if title else ""]
    parts += [_short(str(fields[name])) for name in ("kind", "place") if fields.get(name)]
    listed = ", ".join(part for part in parts if part)
    return f": {listed}" if listed else ""


def _correction(outcome: Outcome) -> str:
    changes = ", ".join(
        f"{name} {_value(outcome.was[name])} -> {_value(outcome.row.fields.get(name))}" if name in outcome.was else name
        for name in outcome.fields
    )
    return f"Corrected: row {outcome.row.number}, {outcome.stream}: {changes}"


class _Groups:
    """Like remarks about many rows: that about the first row, and the numbers of the others."""

    def __init__(self) -> None:
        self._groups: dict[tuple[str, Hashable], tuple[int, str, array[int]]] = {}

    def add(self, outcome: Outcome, name: str, words: str) -> None:
        """Add a remark about a field."""
        number, kind = outcome.row.number, (name, kind_of(words))
        if (group := self._groups.get(kind)) is None:
            self._groups[kind] = number, on_one_line(f"{name}: {words}" if name else words), array("q")
        elif number != group[0]:
            group[2].append(number)

    def lines(self, title: str, *, full: bool) -> Iterator[str]:
        """Print each remark once."""
        for number, words, others in self._groups.values():
            likewise = f" (likewise {_rows(others, full=full)})" if others else ""
            yield f"{title}: row {number}: {words if full else _short(words, 300)}{likewise}"


class _Dropped:
    """The dropped values: for each reason and field the first one and the number of the others, or with `full` all of them."""

    def __init__(self, *, full: bool) -> None:
        self._full = full
        self._reasons: dict[str, dict[str, dict[str, array[int]]]] = {}  # by reason, field and value, the numbers of the rows

    def add(self, outcome: Outcome, name: str, value: str, why: str) -> None:
        """Add a value."""
        values = self._reasons.setdefault(why, {}).setdefault(name, {})
        shown = _short(value, 60 if self._full else _VALUE) if self._full or not values else next(iter(values))
        values.setdefault(shown, array("q")).append(outcome.row.number)

    def lines(self) -> Iterator[str]:
        """Print each reason once, with its fields and values."""
        for why, fields in self._reasons.items():
            names = list(fields) if self._full else list(fields)[:SHOWN]
            more = f" and {len(fields) - len(names):,} more: --all" if len(fields) > len(names) else ""
            listed = "; ".join(f"{on_one_line(name)} ({self._values(fields[name])})" for name in names)
            yield f"Dropped: {on_one_line(why).rstrip('.')}: {listed}{more}"

    def _values(self, values: "Mapping[str, array[int]]") -> str:
        if self._full:
            return ", ".join(f'{_rows(numbers, full=True)} "{value}"' for value, numbers in values.items())
        ((value, numbers),) = values.items()
        others = len(numbers) - 1
        return f'row {numbers[0]} "{value}"' + (f", and in {others:,} more row{'s' if others > 1 else ''}" if others else "")


def _rows(numbers: Sequence[int], *, full: bool) -> str:
    shown = numbers if full else numbers[:_ROWS]
    more = f" and {len(numbers) - len(shown):,} more" if len(numbers) > len(shown) else ""
    return f"row{'s' if len(numbers) > 1 else ''} {', '.join(map(str, shown))}{more}"


def _some(lines: Iterable[str], *, full: bool) -> Iterator[str]:
    more = 0
    for number, line in enumerate(lines):
        if full or number < SHOWN:
            yield line
        else:
            more += 1
    if more:
        yield f"… and {more:,} more like that: --all"


def _value(value: object) -> str:
    return "nothing" if value in (None, "", [], ()) else f'"{_short(str(value))}"'


def _short(text: str, most: int = _VALUE) -> str:
    bare = on_one_line(text[: most * 4])
    return bare if len(bare) <= most and len(text) <= most * 4 else f"{bare[: most - 1].rstrip()}…"
