"""What is told of an import: how its rows were understood, what is asked, dropped and refused, and what to do next.

Owns the wording and its length: the same said of many rows is said once. Must not decide, nor do, anything.
"""

from collections import defaultdict
from collections.abc import Hashable, Iterable, Iterator, Mapping
from typing import Final

from timeline.cli.printing import count, on_one_line
from timeline.dates import worded
from timeline.errors import kind_of
from timeline.exchange.importing.file import File
from timeline.exchange.importing.outcome import Outcome, Plan

SHOWN: Final = 10  # things of a kind that are told, where not all are asked for
SAMPLE: Final = 3  # rows that are told as they were understood
_ROWS: Final = 5  # numbers of rows that are told
_VALUE: Final = 30  # characters of a value
_NUMBERED: Final[Mapping[str, str]] = {
    **dict.fromkeys(("csv", "tsv", "timelinejs-csv"), "numbered as a spreadsheet numbers them"),
    "jsonl": "numbered as the lines of the file",
}


def lines(read: File, plan: Plan, *, whole: bool, done: bool) -> Iterator[str]:
    """Tell of an import, in lines; of every row where the whole is asked for."""
    rows, counts = len(plan.outcomes), plan.counts()
    numbered = _NUMBERED.get(read.format, "numbered from 1 as they stand in the file")
    yield f"{read.path}: {read.format}, {read.understood.encoding}, {count(rows, 'row')}{f', {numbered}' if rows else ''}"
    for note in plan.notes:
        yield f"  {on_one_line(note)}"
    if read.understood.guessed:
        yield "  the columns were guessed. To keep the guess and correct it: --save-mapping"
        yield from (f"    {line}" for line in read.understood.guessed.rstrip("\n").split("\n"))
    yield from _understood(plan.outcomes, whole=whole)
    yield from _some((_correction(one) for one in plan.outcomes if one.verb == "corrected"), whole=whole)
    yield from _asked("To look at", ((one, one.row.questions) for one in plan.outcomes), whole=whole)
    yield from _asked("Note", ((one, one.remarks) for one in plan.outcomes), whole=whole)
    yield from _dropped(plan.outcomes, whole=whole)
    yield from _asked("Refused", ((one, [("", one.reason)]) for one in plan.outcomes if one.verb == "refused"), whole=whole)
    gone = (f"No longer in the file, and left as it is: happening/{id}" for id in plan.vanished)
    yield from _some(gone, whole=whole)
    if plan.vanished:
        yield "  If one of them never happened, retract it, in a bundle: {retract: ID, reason: …}"
    if plan.source and plan.archives:
        later = f", a later version of source/{plan.earlier}" if plan.earlier else ""
        yield f"{'Archived' if done else 'Would be archived'} as source/{plan.source}{later}"
    yield ", ".join(f"{counts[verb]:,} {verb}" for verb in ("new", "corrected", "unchanged", "refused")) + f" = {rows:,}"
    if not done and plan.changes:
        yield "Nothing was changed. To do it, add --append"
    elif not rows:
        yield "There is no row in it to be imported"
    elif not done:
        yield "There is nothing to be done"


def _understood(outcomes: Iterable[Outcome], *, whole: bool) -> Iterator[str]:
    """Tell how rows were understood: all of them, or the first that are new."""
    told = list(outcomes) if whole else [one for one in outcomes if one.verb == "new"]
    shown = told if whole else told[:SAMPLE]
    if shown and not whole:
        more = ": --all tells of each" if len(told) > SAMPLE else ""
        yield f"Understood, of {count(len(told), 'new row')}{more}"
    for one in shown:
        yield f"  row {one.row.number}: {one.verb} {one.stream}".rstrip() + _said(one)


def _said(outcome: Outcome) -> str:
    fields = outcome.row.fields
    date = str(fields.get("date") or fields.get("published") or "")
    words = worded(date)
    title = str(fields.get("title") or fields.get("quote") or "")
    parts = [date + (f" ({words})" if words not in ("", date) else ""), f'"{_short(title, 60)}"' if title else ""]
    parts += [_short(str(fields[name])) for name in ("kind", "place") if fields.get(name)]
    told = ", ".join(part for part in parts if part)
    return f": {told}" if told else ""


def _correction(outcome: Outcome) -> str:
    said = ", ".join(
        f"{name} {_value(outcome.was[name])} -> {_value(outcome.row.fields.get(name))}" if name in outcome.was else name
        for name in outcome.fields
    )
    return f"Corrected: row {outcome.row.number}, {outcome.stream}: {said}"


def _asked(title: str, said: Iterable[tuple[Outcome, Iterable[tuple[str, str]]]], *, whole: bool) -> Iterator[str]:
    """Group the remarks of one kind: show that of the first row in full, then the numbers of the others."""
    groups: dict[tuple[str, Hashable], list[tuple[int, str]]] = defaultdict(list)
    for outcome, each in said:
        for name, words in each:
            groups[name, kind_of(words)].append((outcome.row.number, on_one_line(f"{name}: {words}" if name else words)))

    def told_of() -> Iterator[str]:
        for rows in groups.values():
            number, words = rows[0]
            others = [one for one, _ in rows[1:] if one != number]
            likewise = f" (likewise {_rows(others, whole=whole)})" if others else ""
            yield f"{title}: row {number}: {words if whole else _short(words, 300)}{likewise}"

    yield from _some(told_of(), whole=whole)


def _dropped(outcomes: Iterable[Outcome], *, whole: bool) -> Iterator[str]:
    """Tell what is not taken over, and why: each reason once, with the fields and some of what they held."""
    reasons: dict[str, dict[str, list[tuple[int, str]]]] = defaultdict(lambda: defaultdict(list))
    for outcome in outcomes:
        for name, value, why in outcome.row.dropped:
            reasons[why][name].append((outcome.row.number, value))

    def told_of() -> Iterator[str]:
        for why, fields in reasons.items():
            names = list(fields) if whole else list(fields)[:SHOWN]
            more = f" and {len(fields) - len(names):,} more: --all" if len(fields) > len(names) else ""
            told = "; ".join(f"{on_one_line(name)} ({_values(fields[name], whole=whole)})" for name in names)
            yield f"Dropped: {on_one_line(why).rstrip('.')}: {told}{more}"

    yield from _some(told_of(), whole=whole)


def _values(held: list[tuple[int, str]], *, whole: bool) -> str:
    if whole:
        alike: dict[str, list[int]] = defaultdict(list)
        for number, value in held:
            alike[_short(value, 60)].append(number)
        return ", ".join(f'{_rows(numbers, whole=True)} "{value}"' for value, numbers in alike.items())
    number, value = held[0]
    others = len(held) - 1
    return f'row {number} "{_short(value)}"' + (f", and in {others:,} more row{'s' if others > 1 else ''}" if others else "")


def _rows(numbers: list[int], *, whole: bool) -> str:
    shown = numbers if whole else numbers[:_ROWS]
    more = f" and {len(numbers) - len(shown):,} more" if len(numbers) > len(shown) else ""
    return f"row{'s' if len(numbers) > 1 else ''} {', '.join(map(str, shown))}{more}"


def _some(told: Iterable[str], *, whole: bool) -> Iterator[str]:
    more = 0
    for number, line in enumerate(told):
        if whole or number < SHOWN:
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
