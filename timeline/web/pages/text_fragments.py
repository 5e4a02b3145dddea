"""The address of a quotation at its source: the page of a PDF, or the words themselves in a web page (a text fragment).

Owns the form of such an address. Must not look for the words in the text: the caller says whether they repeat.
"""

import re
from urllib.parse import quote

from timeline.reading.records import PAGES, Source

# A longer quotation is named by its first and last words.
LONGEST, WORDS = 120, 6
# An address never holds a run of words with more characters.
MOST = 1_000
# A browser does not find words across elements (lines, table cells), except by the first and the last of them.
_ELEMENT_END = re.compile(r"[\t\n\r\f]+")


def address(source: Source, quotation: str, prefix: str, suffix: str, *, page: int | None, repeats: bool) -> str | None:
    """Return the address of a quotation at its source; None if the source has no web address."""
    url = source.url or ""
    if not re.match(r"https?://", url):
        return None
    if source.media_type == "application/pdf" and page is not None:
        return f"{url.partition('#')[0]}#page={page}"
    if source.media_type in PAGES and (words := fragment(quotation, prefix, suffix, repeats=repeats)):
        return f"{url}{'' if '#' in url else '#'}:~:text={words}"
    return url


def first_words(quotation: str) -> str:
    """Return the words that a browser looks for first: all of a short quotation, the beginning of a longer one."""
    return _ends(quotation)[0]


def fragment(quotation: str, prefix: str, suffix: str, *, repeats: bool) -> str:
    """Write words as a text directive: `start`, `start,end`, and with `prefix-,` and `,-suffix` if they repeat."""
    start, end = _ends(quotation)
    if not start:
        return ""
    left, right = _ELEMENT_END.split(prefix)[-1], _ELEMENT_END.split(suffix)[0]
    # Browsers find only whole words: complete a word that the quotation cuts.
    head = re.search(r"\w+$", left) if re.match(r"\w", start) else None
    tail = re.match(r"\w+", right) if re.search(r"\w$", end or start) else None
    if head:
        start, left = head[0] + start, left[: head.start()]
    if tail:
        start, end = (start, end + tail[0]) if end else (start + tail[0], end)
        right = right[tail.end() :]
    parts = [_encoded(start)] + ([_encoded(end)] if end else [])
    if repeats:
        # A citation's prefix and suffix have 32 characters, and may cut their outer word.
        left = " ".join(left.split()[1:] if len(left) > 20 else left.split())
        right = " ".join(right.split()[:-1] if len(right) > 20 else right.split())
        parts = ([f"{_encoded(left)}-"] if left else []) + parts + ([f"-{_encoded(right)}"] if right else [])
    return ",".join(parts)


def _ends(quotation: str) -> tuple[str, str]:
    """Return the first and the last words of a quotation, or all of it and nothing."""
    lines = [" ".join(line.split()) for line in _ELEMENT_END.split(quotation) if line.strip()]
    if not lines:
        return "", ""
    if len(lines) == 1 and len(lines[0]) <= LONGEST:
        return lines[0], ""
    first, last = lines[0].split(), lines[-1].split()
    if len(lines) == 1 and len(first) < 2:
        return _short(lines[0]), ""
    words = 1 if len(lines) == 1 and len(first) < 2 * WORDS else WORDS
    start, end = _short(" ".join(first[:words])), _short(" ".join(last[-words:]))
    return (start, end) if start and end else ("", "")


def _short(words: str) -> str:
    """Return words that fit an address, or nothing: browsers do not find part of a word."""
    return words if len(words) <= MOST else ""


def _encoded(words: str) -> str:
    """Encode words so that none of their characters is read as part of the directive: `-`, `,` and `&` too."""
    return quote(words, safe="").replace("-", "%2D")
