"""What people type into the search box, as SQLite can look it up.

Owns the reading of the words: each is quoted, so that no punctuation is an operator, the last may be the beginning of
a longer one unless it is very short, and each is looked for as typed and in plain letters: without diacritics (Arabic vowel
signs and hamzas, Hebrew points) and ligatures, as the index has it in a column of its own. Must not run anything.
"""

import re
import unicodedata

MOST_WORDS = 20
LONGEST = 2_000  # characters of a search that are read
# The beginnings of half of all words: looked for among a million happenings, they take a second. Chinese, Japanese and
# Korean, which say more in a letter and are written without spaces, begin above the other number.
SHORT, SAYING_MORE = 2, 0x2E80
_LONGEST_PATTERN = 70  # letters, so that no pattern is longer than SQLite is told to take: see timeline.web.limits
_TATWEEL = "\u0640"
_LIGATURES = re.compile("[\ufb00-\ufb06]")


def words(text: str) -> list[str]:
    """Give the words of a search: what stands between white space and holds a letter or a digit."""
    return [word for word in text[:LONGEST].split() if re.search(r"[^\W_]", word)][:MOST_WORDS]


def folded(word: str) -> str:
    """Give a word without its combining marks, with letters for ligatures, as the index's folded column has it.

    Letter by letter, because to bring a long row of marks into order takes the square of its length.
    """
    spelt = _LIGATURES.sub(lambda found: unicodedata.normalize("NFKC", found[0]), word)
    apart = (part for letter in spelt for part in unicodedata.normalize("NFD", letter))
    return "".join(c for c in apart if unicodedata.category(c) != "Mn" and c != _TATWEEL)


def forms(word: str) -> list[str]:
    """Give the forms in which a word is looked for: as typed, and folded where that differs."""
    return list(dict.fromkeys(form for form in (word, folded(word)) if re.search(r"[^\W_]", form)))


def short_word(text: str) -> str | None:
    """Give the last word of a search where it is looked for as it is, and not as the beginning of a longer one."""
    found = words(text)
    return found[-1] if found and is_short(found[-1]) else None


def is_short(word: str) -> bool:
    """Say whether a word is looked for as it is, even where it stands last."""
    tail = re.findall(r"[^\W_]+", folded(word))[-1:]
    return bool(tail) and len(tail[0]) <= SHORT and all(ord(c) < SAYING_MORE for c in tail[0])


def match(text: str) -> str:
    """Give the full-text expression for a search; empty where there is no word in it."""
    found = words(text)
    parts = []
    for number, word in enumerate(found, start=1):
        star = "*" if number == len(found) and not is_short(word) else ""
        quoted = ['"' + form.replace('"', '""') + '"' + star for form in forms(word)]
        parts.append(f"({' OR '.join(quoted)})")
    return " AND ".join(parts)


def like(form: str) -> str:
    """Give the LIKE pattern, escaped by a backslash, for a form that stands anywhere; for a very long one, its beginning."""
    return "%" + re.sub(r"([\\%_])", r"\\\1", form[:_LONGEST_PATTERN]) + "%"
