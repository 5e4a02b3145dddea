"""How a happening, a source and lists of them look in a notebook: small tables that are readable on white and on black.

Owns that HTML, all of it escaped. Must not read a log.
"""

from collections.abc import Iterable, Sequence
from html import escape

_TABLE = '<table style="font-size: 90%">'


def card(title: str, id: str, about: Iterable[tuple[str, str | None]], quotations: Iterable[tuple[str, str]] = ()) -> str:
    """Show one thing: its title and id, what is known of it, and the quotations it rests on with the source of each."""
    rows = "".join(f"<tr><th>{escape(label)}</th><td>{escape(value)}</td></tr>" for label, value in about if value)
    quoted = "".join(f"<li><q>{escape(quote)}</q> <code>{escape(source)}</code></li>" for quote, source in quotations)
    listed = f"<ul>{quoted}</ul>" if quoted else ""
    return f"<div><strong>{escape(title)}</strong> <code>{escape(id)}</code>{_TABLE}{rows}</table>{listed}</div>"


def table(heads: Sequence[str], rows: Iterable[Sequence[str]], more: int, said: str = "") -> str:
    """Show a list, with how many `more` there are than are shown."""
    head = "".join(f"<th>{escape(one)}</th>" for one in heads)
    body = "".join(f"<tr>{''.join(f'<td>{escape(one)}</td>' for one in row)}</tr>" for row in rows)
    above = f"<p>{escape(said)}</p>" if said else ""
    below = f"<p>… and {more:,} more</p>" if more > 0 else ""
    return f"<div>{above}{_TABLE}<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>{below}</div>"
