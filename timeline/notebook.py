"""Show a happening, a source, or a list of them in a notebook, as small tables that are readable on white and on black.

Owns that HTML, with everything escaped. Must not read a log.
"""

from collections.abc import Iterable, Sequence
from html import escape

_TABLE = '<table style="font-size: 90%">'


def card(title: str, id: str, about: Iterable[tuple[str, str | None]], quotations: Iterable[tuple[str, str]] = ()) -> str:
    """Return the HTML of one record: its title and id, its details, and its quotations with their sources."""
    rows = "".join(f"<tr><th>{escape(label)}</th><td>{escape(value)}</td></tr>" for label, value in about if value)
    items = "".join(f"<li><q>{escape(quote)}</q> <code>{escape(source)}</code></li>" for quote, source in quotations)
    quotation_list = f"<ul>{items}</ul>" if items else ""
    return f"<div><strong>{escape(title)}</strong> <code>{escape(id)}</code>{_TABLE}{rows}</table>{quotation_list}</div>"


def table(heads: Sequence[str], rows: Iterable[Sequence[str]], more: int, caption: str = "") -> str:
    """Return the HTML of a list, with a `caption` and the number of rows not shown (`more`)."""
    head = "".join(f"<th>{escape(one)}</th>" for one in heads)
    body = "".join(f"<tr>{''.join(f'<td>{escape(one)}</td>' for one in row)}</tr>" for row in rows)
    above = f"<p>{escape(caption)}</p>" if caption else ""
    below = f"<p>… and {more:,} more</p>" if more > 0 else ""
    return f"<div>{above}{_TABLE}<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>{below}</div>"
