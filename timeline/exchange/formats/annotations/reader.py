"""Annotations as citations: those of the W3C, and what Hypothesis exports ({"rows": […]}).

The happening is named by a tag "happening:ID", or by its address in a body, as our own exports write it; a document that has no
address, such as a PDF on somebody's disk, by a tag "source:ID".
"""

from typing import Any, Final

from timeline.exchange.importing.addresses import named as _address
from timeline.exchange.importing.record_builder import Building, listed, scalar
from timeline.exchange.importing.row import ImportRefused, Read, Row
from timeline.exchange.text import json_text
from timeline.exchange.text.json_text import Piece

_KNOWN: Final = frozenset(("@context", "id", "type", "body", "target", "tags", "text", "uri", "motivation"))


def read(text: str, **_: object) -> Read:
    """Read the annotations."""
    whole = json_text.document(text)
    found: Piece | None = whole
    if isinstance(whole.value, dict):
        paths = (("first", "items"), ("items",), ("rows",), ("annotations",), ("@graph",))
        found = next((piece for path in paths if (piece := json_text.member(text, whole, *path))), whole)
    pieces = json_text.elements(text, found) if found and isinstance(found.value, list) else [whole]
    if not any(isinstance(piece.value, dict) and "target" in piece.value for piece in pieces):
        raise ImportRefused("not Web Annotations: nothing in it has a target. Say another format")
    rows = list[Row]()
    for number, piece in enumerate(pieces, start=1):
        if not isinstance(piece.value, dict):
            rows.append(Row(number, piece.start, piece.end, "citation", refused="it is not an object"))
            continue
        rows.append(_annotation(piece.value).row(number, piece.start, piece.end, "citation", key=piece.value.get("id")))
    return Read(rows)


def _annotation(said: dict[str, Any]) -> Building:
    build = Building()
    _body(build, said)
    targets = [{"source": one} if isinstance(one, str) else one for one in listed(said.get("target"))]
    target = next((one for one in targets if isinstance(one, dict)), {})
    build.drop("target", targets[1:], "a citation has one place")
    state = next((one for one in listed(target.get("state")) if isinstance(one, dict)), {})
    for value in (state.get("cached"), target.get("source")):
        named = _address(value)
        if named and named[0] == "source":
            build.fields.setdefault("source", named[1])
    build.url(said.get("uri") or target.get("source"), "source")
    if "source" in build.fields and _address(build.fields.get("url")):
        del build.fields["url"]
    for selector in (one for one in listed(target.get("selector")) if isinstance(one, dict)):
        if selector.get("type") == "TextQuoteSelector":
            for name, field in (("exact", "quote"), ("prefix", "prefix"), ("suffix", "suffix")):
                if isinstance(value := selector.get(name), str) and value:
                    build.fields[field] = value
        else:
            build.drop(f"selector {scalar(selector.get('type'))}", selector, "the quotation is looked for by its words")
    build.drop_others(said, _KNOWN, why="a citation has no place for it")
    if not build.fields.get("quote"):
        build.refuse("it quotes nothing: there is no TextQuoteSelector")
    if not ("source" in build.fields or "url" in build.fields):
        build.refuse('it names no document by its address. Tag it "source:ID"')
    return build


def _body(build: Building, said: dict[str, Any]) -> None:
    """Read which happening it is, the stance, and what it is cited for."""
    comment, tags = scalar(said.get("text")), [scalar(tag) or "" for tag in listed(said.get("tags"))]
    stances = [scalar(one) for one in listed(said.get("motivation"))]
    for one in listed(said.get("body")):
        body = one if isinstance(one, dict) else {"source": one} if _address(one) else {"value": one}
        purpose, value = body.get("purpose"), scalar(body.get("value"))
        named = _address(body.get("source") or body.get("id"))
        if named and named[0] == "happening":
            build.fields["happening"] = named[1]
            stances.append(scalar(purpose))
        elif purpose == "tagging":
            tags.append(value or "")
        elif purpose == "describing":
            build.drop("body", value, "the happening says it itself")
        else:
            comment = comment or value
    for tag in tags:
        kind, _, id = tag.partition(":")
        if kind in ("happening", "source") and id.strip():
            build.fields[kind] = id.strip()
        elif tag.lower() == "disputes":
            stances.append("questioning")
        else:
            build.drop("tags", tag, "a citation has none")
    if "questioning" in stances:
        build.fields["stance"] = "disputes"
    ours = named and named[0] == "happening" if (named := _address(said.get("id"))) else False
    if ours:
        build.exact("supports", comment)
    else:
        build.line("supports", comment, "text")
