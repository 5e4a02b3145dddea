"""Properties of what the drawing reckons with: the layout, the axis and the calendar, as they are served to a browser.

The modules are run on inputs made up at random, with a seed, and judged here.
"""

import json
import math
import random
from collections import Counter
from collections.abc import Callable, Iterator
from itertools import pairwise
from typing import Any

import pytest
from browser import Served, Visitor, settled

from timeline import dates
from timeline.dates.calendar import civil, day_number
from timeline.selection import window as windows

Run = Callable[[str, str, Any], Any]

YEAR = 365.2425
WIDTHS = [200, 320, 390, 640, 1280, 2000]


@pytest.fixture(scope="module")
def run(chromium: Any, demo: Served) -> Iterator[Run]:  # noqa: ANN401 - Playwright may not be installed
    """Give a function that runs a line of JavaScript with one of our modules as `m`, and `given` as it was handed over."""
    visitor = Visitor(chromium)
    page = settled(visitor.open(demo.page + "?size=1"))
    folder = page.locator("script[type=module][src*=timeline]").first.get_attribute("src").rpartition("/")[0]

    # As JSON, which takes a tenth of the time of Playwright's own way to hand things over.
    def inner(module: str, line: str, given: object) -> object:
        script = (
            f"async (text) => {{ const given = JSON.parse(text); const m ="
            f" await import(new URL('{folder}/{module}', location.href)); return JSON.stringify({line}); }}"
        )
        return json.loads(page.evaluate(script, json.dumps(given)))

    yield inner
    visitor.close()


def chance(seed: int) -> random.Random:
    """Give the same chances every time."""
    return random.Random(seed)  # noqa: S311 - it is not for secrets


def some_windows(many: int) -> list[dict[str, float]]:
    """Make up windows from ten minutes to a thousand million years, most about now, some long ago."""
    dice = chance(1)
    found = []
    for number in range(many):
        length = 10 ** dice.uniform(math.log10(10 / 1440), math.log10(1e9 * YEAR))
        middle = dice.choice([dice.uniform(600_000, 760_000), dice.uniform(-400, 400), dice.uniform(-1e9, 1e9)])
        if number % 9 == 0:
            middle = day_number(1, 1, 1)
        found.append({"start": middle - length / 2, "end": middle + length / 2})
    return found


def some_item(dice: random.Random, number: int, lanes: int, window: dict[str, float]) -> dict[str, Any]:
    """Make up a happening near a window: a point, a time, a bar, with open and unknown ends."""
    length = window["end"] - window["start"]
    first = math.floor(dice.uniform(window["start"] - length / 3, window["end"] + length / 3))
    item: dict[str, Any] = {
        "id": f"i{number}",
        "title": "x" * dice.choice([0, 1, 5, 20, 60, 161]),
        "lanes": sorted(dice.sample(range(lanes), dice.randint(1, min(lanes, 3)))),
        "weight": dice.choice([0, 0, 10, 1000]),
        "marks": dice.choice([[], ["disputed"], ["corrected", "claimed", "single"]]),
        "edtf": "2000",
        "how": dice.choice(["point", "within", "through", "through", "time"]),
        "a": first,
        "b": first + math.floor(abs(dice.gauss(0, 1)) * length * dice.choice([0, 0, 0.2, 3])),
    }
    if item["how"] == "time":
        minute = dice.randint(0, 1439)
        item |= {"a": first + minute / 1440, "b": first + (minute + 1) / 1440 - 1}
    elif dice.random() < 0.25:
        side = dice.choice(["start", "end"])
        item[side] = dice.choice(["open", "unknown"])
        del item["a" if side == "start" else "b"]
    if dice.random() < 0.2:
        item["perhaps"] = item["about"] = 1
    return item


def some_drawings(many: int) -> list[dict[str, Any]]:
    """Make up what a view may hold, and how much room there is for it."""
    dice = chance(2)
    found = []
    for window in some_windows(many):
        lanes = dice.choice([1, 1, 2, 5, 13])
        length = window["end"] - window["start"]
        clusters = []
        for _ in range(dice.choice([0, 0, 5, 60])):
            first = math.floor(dice.uniform(window["start"] - length / 2, window["end"] + length / 2))
            clusters.append(
                [dice.randrange(lanes), first, first + math.floor(dice.uniform(0, length / 40)), dice.randint(1, 10_000)]
            )
        items = [some_item(dice, number, lanes, window) for number in range(dice.choice([0, 1, 10, 40, 120]))]
        data = {"lanes": [{"value": str(n), "label": f"Lane {n}"} for n in range(lanes)], "items": items, "clusters": clusters}
        room = {"rows": dice.choice([1, 3, 4, 11]), "unit": dice.choice([1, 1, 1.25, 2])}
        found.append({"data": data, "window": window, "width": dice.choice(WIDTHS), **room})
    return found


def span(item: dict[str, Any]) -> tuple[float, float]:
    """Say when a happening begins and ends in the drawing."""
    first = item.get("a", item.get("b"))
    assert first is not None
    if item["how"] == "time":
        return first, first
    if "b" in item:
        return first, item["b"] + 1
    return first, math.inf if item["how"] == "through" and item.get("end") == "open" else first + 1


LAYOUT = """given.map(({ data, window, width, rows, unit }) =>
  m.layout(data, window, width, { rows, unit, measure: (text) => text.length * 7 * unit + 8 })
).map((placed) => ({ ...placed, boxes: placed.boxes.map((box) => ({ ...box, item: box.item.id })) }))"""


@pytest.fixture(scope="module")
def laid_out(run: Run) -> list[tuple[dict[str, Any], dict[str, Any]]]:
    """Lay out what was made up."""
    drawings = some_drawings(200)
    return list(zip(drawings, run("layout.js", LAYOUT, drawings), strict=True))


def test_no_two_boxes_touch(laid_out: list[tuple[dict[str, Any], dict[str, Any]]]) -> None:
    """In one lane and row there is room between each two, their labels and tails included."""
    for _, placed in laid_out:
        rows: dict[tuple[int, int], list[tuple[float, float]]] = {}
        for box in placed["boxes"]:
            assert box["left"] <= box["right"]
            rows.setdefault((box["lane"], box["row"]), []).append((box["left"], box["right"]))
        for boxes in rows.values():
            boxes.sort()
            assert all(one[1] < other[0] for one, other in pairwise(boxes))


def test_no_two_counts_touch(laid_out: list[tuple[dict[str, Any], dict[str, Any]]]) -> None:
    """In one lane they stand side by side, within the width."""
    for drawing, placed in laid_out:
        lanes: dict[int, list[tuple[float, float]]] = {}
        for chip in placed["chips"]:
            assert chip["at"] >= -0.01
            assert chip["at"] + chip["width"] <= drawing["width"] + 0.01
            assert chip["count"] > 0
            assert chip["start"] < chip["end"] or chip["start"] == chip["end"]
            lanes.setdefault(chip["lane"], []).append((chip["at"], chip["at"] + chip["width"]))
        for chips in lanes.values():
            chips.sort()
            assert all(one[1] <= other[0] + 0.01 for one, other in pairwise(chips))


def test_nothing_is_lost_and_nothing_counted_twice(laid_out: list[tuple[dict[str, Any], dict[str, Any]]]) -> None:
    """In each lane the happenings that are placed and those in counts are those that touch the window, with the server's counts."""
    for drawing, placed in laid_out:
        data, window = drawing["data"], drawing["window"]
        for number in range(len(data["lanes"])):
            here = [item["id"] for item in data["items"] if number in item["lanes"] and touches(item, window)]
            clusters = [c for c in data["clusters"] if c[0] == number and c[1] < window["end"] and c[2] + 1 > window["start"]]
            shown = [box["item"] for box in placed["boxes"] if box["lane"] == number]
            assert max(Counter(shown).values(), default=1) == 1
            assert set(shown) <= set(here)
            counted = sum(chip["count"] for chip in placed["chips"] if chip["lane"] == number)
            assert len(shown) + counted == len(here) + sum(cluster[3] for cluster in clusters)


def touches(item: dict[str, Any], window: dict[str, float]) -> bool:
    """Say whether a happening touches a window, the end of which is no part of it."""
    first, last = span(item)
    return first < window["end"] and (last > window["start"] or first >= window["start"])


def test_labels_and_lanes_have_room(laid_out: list[tuple[dict[str, Any], dict[str, Any]]]) -> None:
    """No width is below zero, lanes lie below each other, and each box lies within its own."""
    for drawing, placed in laid_out:
        for box in placed["boxes"]:
            assert 0 <= box["label"] < math.inf
            assert 0 <= box["row"] < drawing["rows"]
            lane = placed["lanes"][box["lane"]]
            assert box["top"] >= 0
            assert box["top"] + 26 * drawing["unit"] <= lane["height"]
        tops = [lane["top"] for lane in placed["lanes"]]
        ends = [lane["top"] + lane["height"] for lane in placed["lanes"]]
        assert tops == sorted(tops)
        assert all(abs(end - top) < 0.01 for end, top in zip(ends, tops[1:], strict=False))
        assert abs(ends[-1] - placed["height"]) < 0.01


def test_what_is_drawn_does_not_depend_on_the_order(run: Run) -> None:
    """The same happenings, handed over in another order, are placed alike."""
    drawings = some_drawings(40)
    dice = chance(5)
    shuffled = [
        {**one, "data": {**one["data"], "items": dice.sample(one["data"]["items"], len(one["data"]["items"]))}} for one in drawings
    ]

    def places(placed: list[dict[str, Any]]) -> list[list[tuple[Any, ...]]]:
        return [sorted((box["item"], box["lane"], box["row"], box["left"]) for box in one["boxes"]) for one in placed]

    assert places(run("layout.js", LAYOUT, drawings)) == places(run("layout.js", LAYOUT, shuffled))


def test_labels_stand_in_order_where_there_are_too_many(run: Run) -> None:
    """From top to bottom as they begin, on the line or in words, each in the first row that those before it leave free."""
    dice, given = chance(5), []
    for rows in (12, 18, 25):
        window = {"start": 0.0, "end": 10_000.0}
        items = [some_item(dice, number, 1, window) for number in range(120)]
        days = [dice.uniform(0, 9_999) // 1 for _ in items]
        points = [
            {**item, "a": day, "b": day, "c": None, "d": None, "how": "point", "title": "x" * 80}
            for item, day in zip(items, days, strict=True)
        ]
        points = [{name: value for name, value in one.items() if value is not None} for one in points]
        data = {"lanes": [{"value": None, "label": ""}], "items": points, "clusters": [], "first": 0, "last": 9_999}
        given.append({"data": data, "window": window, "width": 1280, "rows": rows, "unit": 1})

    def in_order(boxes: list[dict[str, Any]], by: str) -> bool:
        return all(
            any(
                other["row"] == row
                and other[by] <= box[by]
                and other["left"] < box["right"] + 10
                and box["left"] < other["right"] + 10
                for other in boxes
            )
            for box in boxes
            for row in range(box["row"])
        )

    for placed in run("layout.js", LAYOUT, given):
        labelled = [box for box in placed["boxes"] if box["side"] != "none"]
        assert len(labelled) > 20
        assert any(in_order(labelled, by) for by in ("from", "left"))


def some_days() -> list[int]:
    """Make up days: all about the change of era, at random, and as far as there are any."""
    dice = chance(3)
    extreme = [day_number(sign * 10**power, month, 28) for power in range(12) for sign in (-1, 1) for month in (1, 2, 3, 12)]
    return [
        *range(-800, 801),
        *(dice.randint(-(10**10), 10**10) for _ in range(2000)),
        *(dice.randint(1, 800_000) for _ in range(2000)),
        *extreme,
    ]


def test_english_dates_are_the_servers(run: Run) -> None:
    """In the browser they are written as on the server: days, months, years and minutes, before year 1 and far from it too."""
    dice = chance(7)
    texts = []
    for _ in range(400):
        year, month, day = (
            dice.choice([dice.randint(-3000, 999), dice.randint(1000, 9999)]),
            dice.randint(1, 12),
            dice.randint(1, 28),
        )
        date = f"{'-' if year < 0 else ''}{abs(year):04}"
        texts += [date, f"{date}-{month:02}", f"{date}-{month:02}-{day:02}"]
    assert run("axis.js", "given.map((edtf) => m.inWords({ edtf }))", texts) == [dates.words(one) for one in texts]
    many = [0, 1, 999, 1000, 12_345, 999_499, 999_500, 1_000_000, 1_234_567, 123_456_789]
    assert run("axis.js", "given.map((one) => m.number(one))", many) == [f"{one:,}" for one in many]
    short = run("axis.js", "given.map((one) => m.compact(one))", many[4:])
    assert short == ["12K", "1M", "1M", "1M", "1.2M", "120M"]


def test_the_calendar_is_the_servers(run: Run) -> None:
    """A day has one number and one name, in the browser as on the server."""
    days = some_days()
    assert [tuple(one) for one in run("calendar.js", "given.map((day) => m.civil(day))", days)] == [
        tuple(civil(day)) for day in days
    ]
    assert run("calendar.js", "given.map((one) => m.dayNumber(...one))", [list(civil(day)) for day in days]) == days


def test_a_window_is_written_as_the_server_reads_it(run: Run) -> None:
    """To the minute, or to the day where it is wider than sixty days, and never as what is none."""
    some = some_windows(600)
    for window, text in zip(some, run("calendar.js", "given.map((one) => m.writtenWindow(one))", some), strict=True):
        read = windows.read(text)
        if max(abs(window["start"]), abs(window["end"])) > 3.6e14:
            continue
        assert read is not None, (window, text)
        coarse = window["end"] - window["start"] > 60
        slack = 1.0001 if coarse else 1.01 / 1440
        assert abs(read.start - window["start"]) <= slack, text
        assert abs(read.end - window["end"]) <= slack, text
        assert windows.write(read) == text


def test_ticks_leave_each_other_room(run: Run) -> None:
    """Never closer than sixty pixels, always within the window, in order, and never none where there is room for some."""
    given = [{"window": window, "width": width} for window in some_windows(150) for width in (200, 390, 1280, 2000)]
    found = run("axis.js", "given.map(({ window, width }) => m.ticks(window, width, 'en'))", given)
    for one, ticks in zip(given, found, strict=True):
        window, width = one["window"], one["width"]
        at = [tick["at"] for tick in ticks]
        assert all(window["start"] <= instant <= window["end"] for instant in at)
        apart = [(other - before) / (window["end"] - window["start"]) * width for before, other in pairwise(at)]
        assert all(gap > 60 for gap in apart), (one, ticks[:4], min(apart))
        assert len(ticks) < width / 60 + 1
        if width >= 1000:
            assert len(ticks) >= 2, one


def test_each_tick_says_something_else(run: Run) -> None:
    """No two years of an axis have the same name, and there is no year 0."""
    given = [{"window": window, "width": 1280} for window in some_windows(200) if window["end"] - window["start"] > 20 * YEAR]
    for ticks in run("axis.js", "given.map(({ window, width }) => m.ticks(window, width, 'en'))", given):
        labels = [tick["label"] for tick in ticks]
        assert len(labels) == len(set(labels)), labels
        assert all(label not in ("", "0", "0 BCE", "-0") for label in labels)


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("2003", (2003, 1, 1), (2004, 1, 1)),
        ("44 BCE", (-43, 1, 1), (-42, 1, 1)),
        ("1 BC", (0, 1, 1), (1, 1, 1)),
        ("-43", (-43, 1, 1), (-42, 1, 1)),
        ("−43", (-43, 1, 1), (-42, 1, 1)),
        ("500 AD", (500, 1, 1), (501, 1, 1)),
        ("2025-11", (2025, 11, 1), (2025, 12, 1)),
        ("2025-12", (2025, 12, 1), (2026, 1, 1)),
        ("2024-02-29", (2024, 2, 29), (2024, 3, 1)),
        ("170000000 BCE", (-169_999_999, 1, 1), (-169_999_998, 1, 1)),
    ],
)
def test_what_people_type_is_read(run: Run, text: str, first: tuple[int, int, int], last: tuple[int, int, int]) -> None:
    """Years, months and days, before the era too."""
    assert run("typeddate.js", "m.typed(given)", text) == {"start": day_number(*first), "end": day_number(*last)}


@pytest.mark.parametrize(("text", "minute", "length"), [("2025-11-24T04:10", 250, 1), ("2025-11-24T00:00", 0, 1)])
def test_a_time_that_people_type_is_read(run: Run, text: str, minute: int, length: int) -> None:
    """To the minute."""
    found = run("typeddate.js", "m.typed(given)", text)
    day = day_number(2025, 11, 24)
    assert [round((found[side] - day) * 1440, 3) for side in ("start", "end")] == [minute, minute + length]


@pytest.mark.parametrize(
    "text",
    [
        "2025-11T04:10",
        "2025-11-24T24:00",
        "2025-11-24T04:60",
        "2025-11-24T4:10",
        "",
        "x",
        "2003-13",
        "2003-00",
        "2025-02-29",
        "2025-11-31",
        "2003/2004",
        "20 03",
        "1e9",
        "2003-1-1-1",
        "0 BCE",
    ],
)
def test_what_is_no_date_is_not_read(run: Run, text: str) -> None:
    """Rather than as something else."""
    assert run("typeddate.js", "m.typed(given)", text) is None
