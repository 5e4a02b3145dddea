"""Measures how long it takes to find a quotation, and not to find one, in a text of 200,000 characters.

Run it as `python -m tests.bench.quotes`. It prints medians in milliseconds, and their ratio to the floor,
which is what `str.find` takes to find the same quotation in the same text.
"""

import random
import statistics
import time
import unicodedata
from collections.abc import Callable
from contextlib import suppress
from functools import partial

from timeline.errors import QuoteAmbiguous, QuoteNotFound
from timeline.quotes import Text, find

CHARACTERS = 200_000
ROUNDS = 15


def prose(alphabet: str, seed: int = 1) -> str:
    """Make reproducible words over an alphabet, about as long as a book's."""
    chance = random.Random(seed)  # noqa: S311  words to measure with, no secrets
    words = ["".join(chance.choices(alphabet, k=chance.randint(2, 9))) for _ in range(5000)]
    return " ".join(chance.choices(words, k=CHARACTERS // 5))[:CHARACTERS]


def median(work: Callable[[], object], rounds: int = ROUNDS) -> float:
    """Take the median time of some work, in milliseconds, refusals included."""
    taken = []
    for _ in range(rounds):
        begun = time.perf_counter()
        with suppress(QuoteNotFound, QuoteAmbiguous):
            work()
        taken.append((time.perf_counter() - begun) * 1000)
    return statistics.median(taken)


def words(text: str) -> str:
    """Take some 200 characters of a text, cut at white space."""
    return " ".join(text[150_000:150_200].split(" ")[1:-1])


def main() -> None:
    """Print a line for each case, then two for many quotations."""
    latin = prose("abcdefghijklmnopqrstuvwxyz")
    wrapped = "\r\n".join(latin[at : at + 80] for at in range(0, len(latin), 80))
    curly = latin.replace("a ", "a\u2019s ").replace("e ", "e \u2013 ")
    french = unicodedata.normalize("NFD", prose("abcdeéèàçêîfghilmnoprstu"))[:CHARACTERS]
    hangul = unicodedata.normalize("NFD", prose("가각간갇갈감갑값낙난날남납낭다닥단달담답"))[:CHARACTERS]
    arabic = prose("ابتثجحخدذرزسشصضطظعغفقكلمنهوي\u064e\u064f\u0650\u0652")
    digit = latin[150_000:150_300] + "7" + latin[150_301:152_000]
    straight = curly.replace("\u2019", "'").replace("\u2013", "-")
    other = prose("abcdefghijklmnopqrstuvwxyz", seed=2)
    cases = [
        ("exact", "hit", latin, latin[150_000:150_200]),
        ("exact", "hit, Arabic with harakat", arabic, words(arabic)),
        ("normalised", "hit, wrapped lines", wrapped, " ".join(wrapped[150_000:150_200].split())),
        ("normalised", "hit, decomposed French", french, unicodedata.normalize("NFC", words(french))),
        ("normalised", "hit, decomposed Hangul", hangul, unicodedata.normalize("NFC", words(hangul))),
        ("typographic", "hit, curly quotes and dashes", curly, straight[150_000:151_000]),
        ("QuoteNotFound", "miss, a changed digit in 2,000", latin, digit),
        ("QuoteNotFound", "miss, upper case", latin, latin[150_000:152_000].upper()),
        ("QuoteNotFound", "miss, another text's 2,000", latin, other[:2000]),
        ("QuoteNotFound", "miss, another alphabet's 60", latin, "αβγδεζηθικλμνξοπρστυ" * 3),
        ("QuoteNotFound", "miss, Arabic, a word changed", arabic, arabic[150_000:150_900] + "ز" * 1000),
        ("QuoteNotFound", "miss, b after 1,000 of a letter", "a" * CHARACTERS, "a" * 1000 + "b"),
        ("QuoteAmbiguous", "1,000 of one letter", "a" * CHARACTERS, "a" * 1000),
        ("QuoteAmbiguous", "100,000 of one letter", "a" * CHARACTERS, "a" * 100_000),
    ]
    print(f"{'milliseconds':<48}{'str.find':>9}{'prepared':>9}{'ratio':>7}{'first':>9}{'ratio':>7}")
    for expected, name, raw, quote in cases:
        text = Text(raw)
        floor = median(partial(raw.find, quote))
        first, again = median(partial(find, raw, quote)), median(partial(find, text, quote))
        try:
            outcome = find(text, quote).grade
        except (QuoteNotFound, QuoteAmbiguous) as refused:
            outcome = type(refused).__name__
        ratios = again / floor, first / floor
        label = f"{outcome:<16}{name:<32}" if outcome == expected else f"WRONG {outcome} for {name}"
        print(f"{label}{floor:>9.3f}{again:>9.3f}{ratios[0]:>6.0f}x{first:>9.3f}{ratios[1]:>6.0f}x")
    dense = median(partial(find, Text("a" * CHARACTERS), "a" * 1000, "b"), rounds=3)
    print(f"199,001 places, none after the prefix: {dense:.0f} ms")
    text = Text(latin)
    begun = time.perf_counter()
    for at in range(0, 190_000, 19):
        find(text, latin[at : at + 150])
    print(f"10,000 quotations from one text: {time.perf_counter() - begun:.2f} s")


if __name__ == "__main__":
    main()
