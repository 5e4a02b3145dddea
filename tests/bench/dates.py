"""How many dates are read in a second: python tests/bench/dates.py prints it.

Prints one line for each form, then ratios to the standard library's ISO reader (the floor: it knows only days
of the years 1 to 9999) and to other EDTF packages, where they are installed.
"""

import datetime
import importlib
import sys
import timeit
from collections.abc import Callable
from functools import partial
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from timeline.dates import parse, words
from timeline.errors import DateInvalid

FORMS = (
    "2003",
    "2003-05",
    "2003-05-16",
    "2003~",
    "156X-12-25",
    "1985-04-12T23:20:30Z",
    "2003-05-16/2003-05-17",
    "[1667,1668,1670..1672]",
)
PEERS = (("edtf", "parse_edtf"), ("undate", "Undate.parse"))


def rate(call: Callable[[], object], seconds: float = 0.2) -> float:
    """Measure calls in a second, the best of three runs."""
    timer = timeit.Timer(call)
    number = max(1, int(seconds / max(timer.timeit(1), 1e-7)))
    number = max(1, int(number * seconds / max(timer.timeit(number), 1e-7)))
    return number / min(timer.repeat(3, number))


def refuse() -> None:
    """Read a date that is refused."""
    try:
        parse("2025-11-31")
    except DateInvalid:
        return


def peer(package: str, name: str) -> Callable[[], object] | None:
    """Find another package's reader of the same day, or None where it is not installed."""
    try:
        found = importlib.import_module(package)
    except ImportError:
        return None
    for part in name.split("."):
        found = getattr(found, part)
    reader: Callable[..., object] = found  # type: ignore[assignment]
    extra = ("EDTF",) if package == "undate" else ()
    return lambda: reader("2003-05-16", *extra)


def main() -> None:
    """Measure and print."""
    for text in FORMS:
        print(f"parse {text:24}{rate(partial(parse, text)):14,.0f} a second")
    print(f"words {'2003-05-16':24}{rate(lambda: words('2003-05-16')):14,.0f} a second")
    print(f"refuse {'2025-11-31':23}{rate(refuse):14,.0f} a second")
    ours = rate(lambda: parse("2003-05-16"))
    floor = rate(lambda: datetime.date.fromisoformat("2003-05-16"))
    print(f"against datetime.date.fromisoformat: {floor / ours:.1f} times slower")
    for package, name in PEERS:
        call = peer(package, name)
        if call is not None:
            print(f"against {package}: {ours / rate(call):,.0f} times faster")


if __name__ == "__main__":
    main()
