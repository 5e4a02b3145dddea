"""The report of an import: how rows were read, questions, dropped values, refusals, and the next step.

Owns the wording and its length: the same remark about many rows is printed once. Must not import anything itself.
"""

from collections import defaultdict
from collections.abc import Hashable, Iterable, Iterator, Mapping
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
    rows, counts = len(plan.outcomes), plan.counts()
    numbered = _NUMBERED.get(read.format, "numbered from 1 in the order of the file")
    encoded = "" if read.understood.encoding == "" else f", {read.understood.encoding}"
    yield f"{read.path}: {read.format}{encoded}, {count(rows, 'row')}{f', {numbered}' if rows else ''}"
    for note in plan.notes:
        yield f"  {on_one_line(note)}"
    if read.understood.guessed:
        yield "  the columns were guessed. To keep the guess and correct it: --save-mapping"
        yield from (f"    {line}" for line in read.understood.guessed.rstrip("\n").split("\n"))
    yield from _understood(plan.outcomes, full=full)
    yield from _some((_correction(one) for one in plan.outcomes if one.verb == "corrected"), full=full)
    yield from _remarks("To look at", ((one, one.row.questions) for one in plan.outcomes), full=full)
    yield from _remarks("Note", ((one, one.remarks) for one in plan.outcomes), full=full)
    yield from _dropped(plan.outcomes, full=full)
    yield from _remarks("Refused", ((one, [("", one.reason)]) for one in plan.outcomes if one.verb == "refused"), full=full)
    missing = (f"No longer in the file, and left as it is: happening/{id}" for id in plan.vanished)
    yield from _some(missing, full=full)
    if plan.vanished:
        yield "  If one of them never happened, retract it, in a bundle: {retract: ID, reason: …}"
    if plan.source and plan.archives:
        later = f", a later version of source/{plan.earlier}" if plan.earlier else ""
        yield f"{'Archived' if done else 'Would be archived'} as source/{plan.source}{later}"
    yield ", ".join(f"{counts[verb]:,} {verb}" for verb in ("new", "corrected", "unchanged", "refused")) + f" = {rows:,}"
    if not done and plan.changes:
        yield "Nothing was changed. To import it, add --append"
    elif not rows:
        yield "The file has no row to import"
    elif not done:
        yield "There is nothing to import"


def _understood(outcomes: Iterable[Outcome], *, full: bool) -> Iterator[str]:
    """Show how rows were read: all of them, or the first new ones."""
    chosen = list(outcomes) if full else [one for one in outcomes if one.verb == "new"]
    shown = chosen if full else chosen[:SAMPLE]
    if shown and not full:
        more = ": --all shows each" if len(chosen) > SAMPLE else ""
        yield f"Read as follows, of {count(len(chosen), 'new row')}{more}"
    for one in shown:
        yield f"  row {one.row.number}: {one.verb} {one.stream}".rstrip() + _row(one)


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


def _remarks(title: str, remarks: Iterable[tuple[Outcome, Iterable[tuple[str, str]]]], *, full: bool) -> Iterator[str]:
    """Group like remarks: print that of the first row, then the numbers of the other rows."""
    groups: dict[tuple[str, Hashable], list[tuple[int, str]]] = defaultdict(list)
    for outcome, each in remarks:
        for name, words in each:
            groups[name, kind_of(words)].append((outcome.row.number, on_one_line(f"{name}: {words}" if name else words)))

    def report() -> Iterator[str]:
        for rows in groups.values():
            number, words = rows[0]
            others = [one for one, _ in rows[1:] if one != number]
            likewise = f" (likewise {_rows(others, full=full)})" if others else ""
            yield f"{title}: row {number}: {words if full else _short(words, 300)}{likewise}"

    yield from _some(report(), full=full)


def _dropped(outcomes: Iterable[Outcome], *, full: bool) -> Iterator[str]:
    """Report dropped values: each reason once, with its fields and a sample of the values."""
    reasons: dict[str, dict[str, list[tuple[int, str]]]] = defaultdict(lambda: defaultdict(list))
    for outcome in outcomes:
        for name, value, why in outcome.row.dropped:
            reasons[why][name].append((outcome.row.number, value))

    def report() -> Iterator[str]:
        for why, fields in reasons.items():
            names = list(fields) if full else list(fields)[:SHOWN]
            more = f" and {len(fields) - len(names):,} more: --all" if len(fields) > len(names) else ""
            listed = "; ".join(f"{on_one_line(name)} ({_values(fields[name], full=full)})" for name in names)
            yield f"Dropped: {on_one_line(why).rstrip('.')}: {listed}{more}"

    yield from _some(report(), full=full)


def _values(held: list[tuple[int, str]], *, full: bool) -> str:
    if full:
        alike: dict[str, list[int]] = defaultdict(list)
        for number, value in held:
            alike[_short(value, 60)].append(number)
        return ", ".join(f'{_rows(numbers, full=True)} "{value}"' for value, numbers in alike.items())
    number, value = held[0]
    others = len(held) - 1
    return f'row {number} "{_short(value)}"' + (f", and in {others:,} more row{'s' if others > 1 else ''}" if others else "")


def _rows(numbers: list[int], *, full: bool) -> str:
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
