"""Turn the words that people type into the search box into SQLite full-text expressions.

Owns the reading of the words. Each is quoted, so that punctuation is never an operator. The last may be the beginning of a longer
word, unless it is very short. Each is searched as typed and folded: without diacritics (Arabic vowel signs and hamzas, Hebrew
points) and ligatures, as the index holds it in a column of its own. Must not run anything.
"""

import re
import unicodedata

MOST_WORDS = 20
LONGEST = 2_000  # characters of a search that are read
# Half of all words begin with so few letters, and a search for them among a million happenings takes a second. Chinese, Japanese
# and Korean, which say more in a letter and have no spaces, start above the second number.
SHORT, SAYING_MORE = 2, 0x2E80
_TATWEEL = "\u0640"
LIGATURES = re.compile("[\ufb00-\ufb06]")


def words(text: str) -> list[str]:
    """Split a search into words at white space; a word has at least one letter or digit."""
    return [word for word in text[:LONGEST].split() if re.search(r"[^\W_]", word)][:MOST_WORDS]


def folded(text: str) -> str:
    """Return a text without combining marks and with ligatures spelt out: in the index's folded column, and in a search.

    Works letter by letter, because normalising sorts a long run of marks in quadratic time.
    """
    spelt = LIGATURES.sub(lambda match: unicodedata.normalize("NFKC", match[0]), text)
    decomposed = spelt.translate({ord(letter): unicodedata.normalize("NFD", letter) for letter in set(spelt)})
    marks = "".join(c for c in set(decomposed) if unicodedata.category(c) == "Mn" or c == _TATWEEL)
    return re.sub(f"[{re.escape(marks)}]+", "", decomposed) if marks else decomposed


def forms(word: str) -> list[str]:
    """Return the forms of a word to search for: as typed, and folded if that differs."""
    return list(dict.fromkeys(form for form in (word, folded(word)) if re.search(r"[^\W_]", form)))


def short_word(text: str) -> str | None:
    """Return the last word of a search if it is too short to stand for longer words that begin with it; else None."""
    typed = words(text)
    return typed[-1] if typed and is_short(typed[-1]) else None


def is_short(word: str) -> bool:
    """Whether a word is too short to stand for longer words that begin with it, even if it is the last."""
    tail = re.findall(r"[^\W_]+", folded(word))[-1:]
    return bool(tail) and len(tail[0]) <= SHORT and all(ord(c) < SAYING_MORE for c in tail[0])


def match(text: str) -> str:
    """Return the full-text expression for a search; empty if it has no word."""
    typed = words(text)
    parts = []
    for number, word in enumerate(typed, start=1):
        star = "*" if number == len(typed) and not is_short(word) else ""
        quoted = ['"' + form.replace('"', '""') + '"' + star for form in forms(word)]
        parts.append(f"({' OR '.join(quoted)})")
    return " AND ".join(parts)
