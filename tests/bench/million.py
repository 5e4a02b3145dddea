"""Make a timeline of any size to try the page on: made-up happenings of five thousand years, more of them as time goes on.

    python tests/bench/million.py 1000000 million.db

A million takes some minutes and about two gigabytes. The same number gives the same happenings. Nothing in it is true.
"""

import argparse
import random
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from timeline import Timeline

VOLUME = 1_000  # happenings that one source tells of
KINDS = {
    "meeting": "The council of {place} meets",
    "treaty": "{place} and its neighbours sign a treaty",
    "storm": "A storm strikes {place}",
    "voyage": "A ship leaves {place} and does not return",
    "trial": "{actor} stands trial in {place}",
    "election": "{actor} is elected in {place}",
    "founding": "A school is founded in {place}",
    "journey": "{actor} travels to {place}",
}
FIRST = (
    "Anna",
    "Bilal",
    "Chen",
    "Dalia",
    "Emeka",
    "Farid",
    "Gül",
    "Hugo",
    "Ines",
    "Jonas",
    "Kofi",
    "Leïla",
    "Mina",
    "Noor",
    "Olga",
)
LAST = ("Adler", "Benali", "Castro", "Diallo", "Eriksen", "Fassi", "Garcia", "Haddad", "Ito", "Jansen", "Kaya", "Lindt", "Moreau")
START = ("Nor", "Mar", "Tel", "Aza", "Kal", "Ober", "Vil", "San")
END = ("burg", "mouth", "dal", "haven", "ra", "stad", "mar")


def date(chance: random.Random) -> str:
    """Make a date in EDTF: a day mostly, later ones more often; some vague, some long, a few still going on."""
    year = 2020 - int(5_000 * chance.random() ** 3)
    stated = f"{'-' if year < 0 else ''}{abs(year):04}"
    month, day = chance.randint(1, 12), chance.randint(1, 28)
    kind = chance.random()
    if kind < 0.03:
        return stated + chance.choice(("", "", "~", "?"))
    if kind < 0.05:
        return f"{stated}-{month:02}"
    if kind < 0.07 and day < 20:
        return f"{stated}-{month:02}-{day:02}/{stated}-{month:02}-{day + chance.randint(1, 8):02}"
    if kind < 0.0701:
        return f"{stated}/.."
    return f"{stated}-{month:02}-{day:02}"


def volumes(count: int) -> Iterator[list[dict[str, Any]]]:
    """Make sources, each with its happenings, as entries of a bundle; each happening quotes its own line."""
    chance = random.Random(count)  # noqa: S311 - nothing is kept secret with it
    for start in range(0, count, VOLUME):
        told = []
        for n in range(start, min(start + VOLUME, count)):
            actor = f"{chance.choice(FIRST)} {chance.choice(LAST)}"
            place, kind = chance.choice(START) + chance.choice(END), chance.choice(list(KINDS))
            told.append((n, actor, place, kind, KINDS[kind].format(place=place, actor=actor)))
        volume = f"volume-{start // VOLUME + 1}"
        text = "".join(f"[{n + 1}] {title}.\n" for n, _, _, _, title in told)
        source = {"source": {"id": volume, "title": f"Invented chronicle, {volume.replace('-', ' ')}", "text": text}}
        yield [source, *(happening(chance, volume, *one) for one in told)]


def happening(chance: random.Random, volume: str, n: int, actor: str, place: str, kind: str, title: str) -> dict[str, Any]:
    """Make a happening that quotes its line of a volume."""
    cited = [{"source": volume, "quote": f"[{n + 1}] {title}."}]
    said = {"title": title, "date": date(chance), "kind": kind, "place": place, "actors": [actor]}
    return {"id": f"h-{n + 1}", **said, "citations": cited}


def main() -> None:
    """Make the file that the command line names."""
    parser = argparse.ArgumentParser(description="Make a timeline of made-up happenings.")
    parser.add_argument("count", type=int, help="how many happenings")
    parser.add_argument("path", type=Path, help="the file to make")
    options = parser.parse_args()
    if options.path.exists():
        raise SystemExit(f"{options.path} is there already. Give another path, or remove it")
    with Timeline(options.path, by="million.py") as timeline:
        for number, entries in enumerate(volumes(options.count)):
            timeline.append_many(entries)
            print(f"\r{number * VOLUME:,} happenings", end="", file=sys.stderr, flush=True)
    print(f"\r{options.count:,} happenings are in {options.path}.")


if __name__ == "__main__":
    main()
