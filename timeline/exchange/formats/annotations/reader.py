"""Read annotations as citations: those of the W3C, and exports of Hypothesis ({"rows": […]}).

A tag "happening:ID" names the happening, or its address in a body, as our own exports write it. A tag "source:ID" names a document
without an address, such as a PDF on somebody's disk.
"""

from collections.abc import Mapping
from typing import Any, Final

from timeline.documents import fragments
from timeline.errors import ImportRefused
from timeline.exchange.rows.row import Read, Row
from timeline.exchange.rows.row_builder import Building, as_list, object_rows, scalar
from timeline.exchange.text import json_text
from timeline.exchange.text.json_text import Piece
from timeline.exchange.text.own_exports import parse_address

_FIELDS: Final = frozenset(("@context", "id", "type", "body", "target", "tags", "text", "uri", "motivation"))


def read(text: str, **_: object) -> Read:
    """Read the annotations."""
    document = json_text.document(text)
    collection: Piece | None = document
    if isinstance(document.value, dict):
        paths = (("first", "items"), ("items",), ("rows",), ("annotations",), ("@graph",))
        collection = next((piece for path in paths if (piece := json_text.member(text, document, *path))), document)
    pieces = json_text.elements(text, collection) if collection and isinstance(collection.value, list) else [document]
    if not any(isinstance(piece.value, dict) and "target" in piece.value for piece in pieces):
        raise ImportRefused("not Web Annotations: nothing in it has a target. Choose another format")

    def row(number: int, piece: Piece) -> Row:
        return _annotation(piece.value).row(number, piece.start, piece.end, "citation", key=piece.value.get("id"))

    return Read(object_rows(pieces, row, "citation"))


def _annotation(annotation: dict[str, Any]) -> Building:
    build = Building()
    targets = [{"source": target} if isinstance(target, str) else target for target in as_list(annotation.get("target"))]
    target = next((target for target in targets if isinstance(target, dict)), {})
    selectors = [selector for selector in as_list(target.get("selector")) if isinstance(selector, dict)]
    part = next((value for one in selectors if (value := _fragment(one))), None)
    described = part is not None and not any(one.get("type") == "TextQuoteSelector" for one in selectors)
    _body(build, annotation, described=described)
    build.drop("target", targets[1:], "a citation has one place")
    state = next((state for state in as_list(target.get("state")) if isinstance(state, dict)), {})
    for value in (state.get("cached"), target.get("source")):
        kind, id = parse_address(value)
        if kind == "source":
            build.fields.setdefault("source", id)
    build.url(annotation.get("uri") or target.get("source"), "source")
    if "source" in build.fields and parse_address(build.fields.get("url"))[0]:
        del build.fields["url"]
    for selector in selectors:
        if selector.get("type") == "TextQuoteSelector":
            for name, field in (("exact", "quote"), ("prefix", "prefix"), ("suffix", "suffix")):
                if isinstance(value := selector.get(name), str) and value:
                    build.fields[field] = value
        elif _fragment(selector) and _fragment(selector) == part:
            build.fields["fragment"] = part
        else:
            build.drop(f"selector {scalar(selector.get('type'))}", selector, "the words of the quotation are searched instead")
    build.drop_others(annotation, _FIELDS, why="a citation has no field for it")
    if described and not build.fields.get("description"):
        build.refuse("it names a part of a picture or recording, and no comment describes it")
    elif not described and not build.fields.get("quote"):
        build.refuse("it quotes nothing: it has no TextQuoteSelector")
    if not ("source" in build.fields or "url" in build.fields):
        build.refuse('it has no address of a document. Tag it "source:ID"')
    return build


def _fragment(selector: Mapping[str, Any]) -> str | None:
    """Return the part of a picture or recording that a selector names, if a citation may name it so."""
    value = scalar(selector.get("value")) if selector.get("type") == "FragmentSelector" else None
    try:
        fragments.read(value or "")
    except ValueError:
        return None
    return value


def _body(build: Building, annotation: dict[str, Any], *, described: bool) -> None:
    """Read the happening, the stance, and what the citation supports; `described`: the first comment describes the part."""
    comments, tags = [scalar(annotation.get("text"))], [scalar(tag) or "" for tag in as_list(annotation.get("tags"))]
    stances = [scalar(motivation) for motivation in as_list(annotation.get("motivation"))]
    for part in as_list(annotation.get("body")):
        body = part if isinstance(part, dict) else {"source": part} if parse_address(part)[0] else {"value": part}
        purpose, value = body.get("purpose"), scalar(body.get("value"))
        kind, id = parse_address(body.get("source") or body.get("id"))
        if kind == "happening":
            build.fields["happening"] = id
            stances.append(scalar(purpose))
        elif purpose == "tagging":
            tags.append(value or "")
        elif purpose == "describing":
            build.drop("body", value, "the happening itself has it")
        else:
            comments.append(value)
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
    names = ("description", "supports") if described else ("supports",)
    own = parse_address(annotation.get("id"))[0] == "happening"  # our own export wrote it
    for field, comment in zip(names, filter(None, comments), strict=False):
        build.exact(field, comment) if own else build.line(field, comment, "text")
