"""The address of quoted words at their source: the page of a PDF, or the words themselves in a web page (a text fragment).

Owns how words are written in such an address. Must not fetch anything: whether words repeat is told by whoever asks.
"""

import re
from urllib.parse import quote

from timeline.reading.records import PAGES, Source

# A quotation longer than this is named by its first and last words.
LONGEST, WORDS = 120, 6
# Words that take up so many characters stand in no address.
MOST = 1_000
# Words in several elements are found only by the first and the last of them: lines, and the cells of a table.
_PARTED = re.compile(r"[\t\n\r\f]+")


def address(source: Source, quotation: str, prefix: str, suffix: str, *, page: int | None, repeats: bool) -> str | None:
    """Give the address of a quotation at its source; None where the source has none that a browser follows."""
    url = source.url or ""
    if not re.match(r"https?://", url):
        return None
    if source.media_type == "application/pdf" and page is not None:
        return f"{url.partition('#')[0]}#page={page}"
    if source.media_type in PAGES and (words := fragment(quotation, prefix, suffix, repeats=repeats)):
        return f"{url}{'' if '#' in url else '#'}:~:text={words}"
    return url


def first_words(quotation: str) -> str:
    """Give the words that are looked for first: all of a short quotation, the beginning of another."""
    return _ends(quotation)[0]


def fragment(quotation: str, prefix: str, suffix: str, *, repeats: bool) -> str:
    """Write words as a text directive: `start`, `start,end`, and with `prefix-,` and `,-suffix` where they repeat."""
    start, end = _ends(quotation)
    if not start:
        return ""
    left, right = _PARTED.split(prefix)[-1], _PARTED.split(suffix)[0]
    # Only whole words are found: what was cut off within one is completed.
    head = re.search(r"\w+$", left) if re.match(r"\w", start) else None
    tail = re.match(r"\w+", right) if re.search(r"\w$", end or start) else None
    if head:
        start, left = head[0] + start, left[: head.start()]
    if tail:
        start, end = (start, end + tail[0]) if end else (start + tail[0], end)
        right = right[tail.end() :]
    parts = [_written(start)] + ([_written(end)] if end else [])
    if repeats:
        # What stands around is kept for 32 characters, so that its outer word may be half a one.
        left = " ".join(left.split()[1:] if len(left) > 20 else left.split())
        right = " ".join(right.split()[:-1] if len(right) > 20 else right.split())
        parts = ([f"{_written(left)}-"] if left else []) + parts + ([f"-{_written(right)}"] if right else [])
    return ",".join(parts)


def _ends(quotation: str) -> tuple[str, str]:
    """Give the first and the last words of a quotation, or all of it and nothing."""
    lines = [" ".join(line.split()) for line in _PARTED.split(quotation) if line.strip()]
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
    """Give words that an address has room for, or nothing: part of a word is not found."""
    return words if len(words) <= MOST else ""


def _written(words: str) -> str:
    """Encode words so that no character of theirs is read as part of the directive: `-`, `,` and `&` too."""
    return quote(words, safe="").replace("-", "%2D")
