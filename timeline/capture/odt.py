"""Extract the text of an OpenDocument text (.odt): as a reader sees it, with the numbers of its lists, its notes and its boxes.

Owns which elements have text. Tracked insertions are in the text, deletions are not; hidden text is not. Notes follow the text,
then headers and footers.
"""

import re
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from typing import Final

from timeline.capture import odf
from timeline.capture.extracted_text import MAXIMUM_CHARACTERS, ExtractedText, readable
from timeline.capture.flow import Flow, composed, refuse_pictures, remarks
from timeline.capture.list_numbers import bullet, formatted

_PARAGRAPHS: Final = ("text:p", "text:h")
_SHAPES: Final = frozenset(
    f"draw:{name}"
    for name in (
        "text-box", "custom-shape", "rect", "ellipse", "circle", "line", "polyline", "polygon", "regular-polygon", "path",
        "connector", "caption", "measure",
    )
)  # fmt: skip
_ROOMS: Final = {
    "table:table": "table", "table:table-row": "row", "table:table-cell": "cell", "table:covered-table-cell": "cell",
    "text:note-body": "note", **dict.fromkeys(_SHAPES, "box"),
    **{f"style:{one}{which}": "note" for one in ("header", "footer") for which in ("", "-left", "-first")},
}  # fmt: skip
_SKIPPED: Final = frozenset(("svg:title", "svg:desc", "text:script", "office:scripts", "office:event-listeners"))
_STRUCTURE: Final = frozenset(
    f"text:{name}" for name in ("list", "list-item", "list-header", "section", "note", "note-body", "ruby", "numbered-paragraph")
)
_UNREAD: Final = {
    "draw:image": "picture", "draw:object": "object", "draw:object-ole": "object", "draw:plugin": "object",
    **{f"form:{name}": "form field" for name in (
        "text", "textarea", "checkbox", "radio", "listbox", "combobox", "formatted-text", "date", "time", "number",
    )},
}  # fmt: skip
_LEVELS: Final = ("text:list-level-style-number", "text:list-level-style-bullet", "text:outline-level-style")
_WHITE: Final = re.compile(r"[ \t\r\n]+")
_PLACE: Final = re.compile(r"%(\d+)%")
_OUTLINE: Final = "the outline of headings"
_DEEPEST: Final = 20  # levels of a list; office programs have ten


@dataclass(slots=True)
class _Level:
    """How paragraphs at a level of a list are numbered."""

    form: str
    before: str
    after: str
    shown: int
    start: int
    template: str
    sign: str


@dataclass(slots=True)
class _List:
    """A list that is being read: its style, its numbers by level, and whether its present item has no paragraph yet."""

    style: str
    counts: dict[int, int]
    fresh: bool = False
    start: int | None = None


@dataclass(slots=True)
class _Paragraph:
    """A paragraph that is being read: its style, its level as a heading, and its number if the file states it."""

    style: str
    heading: int | None = None
    plain: bool = False
    number: list[str] = field(default_factory=list)
    lists: int = 0


class _Reader:
    """Takes the elements of `styles.xml` and `content.xml`, and builds the text."""

    def __init__(self, flow: Flow) -> None:
        self.flow, self.counts = flow, Counter[str]()
        self.notes: dict[str, list[str]] = {"footnote": [], "endnote": []}
        self.headings: list[str] = []
        self._levels: dict[str, dict[int, _Level]] = defaultdict(dict)
        self._list_styles: dict[str, str] = {}  # of paragraph styles
        self._hidden_styles: set[str] = set()
        self._style = self._list_style = ""
        self._path: list[str] = []
        self._skip = 0
        self._tracked = False
        self._lists: list[_List] = []
        self._by_id: dict[str, dict[int, int]] = {}
        self._by_style: dict[str, dict[int, int]] = {_OUTLINE: {}}
        self._paragraphs: list[_Paragraph] = []
        self._marks: list[tuple[str, list[str]]] = []

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        """Begin an element."""
        if self._skip or self._is_skipped(tag, attributes):
            self._skip += 1
            return
        self._path.append(tag)
        if self._tracked:
            self.counts["insertion"] += tag == "text:insertion"
            self.counts["deletion"] += tag == "text:deletion"
        elif tag in _PARAGRAPHS:
            level = min(odf.number(attributes.get("text:outline-level")), _DEEPEST) if tag == "text:h" else None
            plain = attributes.get("text:is-list-header") == "true"
            self._paragraphs.append(_Paragraph(attributes.get("text:style-name", ""), level, plain, lists=len(self._lists)))
        elif tag == "text:s":
            self._write(" " * min(odf.number(attributes.get("text:c")), MAXIMUM_CHARACTERS))
        elif tag in ("text:tab", "text:line-break"):
            self._write("\t" if tag == "text:tab" else "\n")
        elif tag in _ROOMS:
            self.flow.open(_ROOMS[tag])
        elif tag.startswith("style:") or tag in _LEVELS or tag in ("text:list-style", "text:outline-style"):
            self._take_style(tag, attributes)
        elif tag.startswith("text:list"):
            self._begin_list(tag, attributes)
        elif tag == "text:note":
            self._marks.append((attributes.get("text:note-class", "footnote"), []))
        elif tag == "text:tracked-changes":
            self._tracked = True
        elif tag in _UNREAD:
            self.counts[_UNREAD[tag]] += 1

    def end(self, tag: str) -> None:
        """End an element."""
        if self._skip:
            self._skip -= 1
            return
        self._path.pop()
        if tag == "text:tracked-changes":
            self._tracked = False
        elif self._tracked:
            return
        elif tag in _PARAGRAPHS:
            self._end_paragraph(self._paragraphs.pop())
        elif tag in _ROOMS:
            text = self.flow.close()
            if tag == "text:note-body" and self._marks:
                kind, mark = self._marks[-1]
                self.notes.get(kind, self.notes["footnote"]).append(f"[{''.join(mark).strip()}] {text.strip()}")
            elif tag.startswith("style:") and text.strip():
                self.headings.append(text)
        elif tag == "text:note-citation" and self._marks:
            self._write(f"[{''.join(self._marks[-1][1]).strip()}]")
        elif tag == "text:note":
            self._marks.pop()
        elif tag == "text:list":
            self._lists.pop()

    def data(self, text: str) -> None:
        """Take text."""
        if self._skip or self._tracked or not self._path:
            return
        within = self._path[-1]
        if within == "text:note-citation":
            self._marks[-1][1].append(readable(text))
        elif within == "text:number":
            self._paragraphs[-1].number.append(readable(text))
        elif within.startswith("text:") and within not in _STRUCTURE:
            words = _WHITE.sub(" ", text)
            self._write(words[1:] if words.startswith(" ") and self.flow.last_letter() in ("", " ") else words)

    def _write(self, text: str) -> None:
        if self._paragraphs:
            self.flow.write(readable(text))

    def _is_skipped(self, tag: str, attributes: dict[str, str]) -> bool:
        """Whether an element has no text that a reader sees; counts it."""
        hidden = (
            (tag == "text:section" and attributes.get("text:display") == "none")
            or (tag in ("text:span", *_PARAGRAPHS) and attributes.get("text:style-name") in self._hidden_styles)
            or (tag.startswith("text:hidden-") and attributes.get("text:is-hidden") == "true")
        )
        if hidden and not self._tracked:
            self.counts["hidden"] += 1
            return True
        if tag == "office:annotation":
            self.counts["comment"] += 1
            return True
        if tag == "text:ruby-text":
            self.counts["pronunciation"] += 1
            return True
        silent = tag.startswith("text:") and (tag.endswith("-source") or attributes.get("text:display") == "none")
        return silent or tag in _SKIPPED or (tag in _ROOMS and attributes.get("style:display") == "false")

    def _take_style(self, tag: str, attributes: dict[str, str]) -> None:
        if tag == "style:style":
            self._style = attributes.get("style:name", "")
            parent = attributes.get("style:parent-style-name", "")
            if parent in self._hidden_styles:
                self._hidden_styles.add(self._style)
            if own := attributes.get("style:list-style-name", self._list_styles.get(parent, "")):
                self._list_styles[self._style] = own
        elif tag == "style:text-properties" and "style:style" in self._path[-2:-1]:
            display = attributes.get("text:display")
            if display == "none":
                self._hidden_styles.add(self._style)
            elif display is not None:
                self._hidden_styles.discard(self._style)
        elif tag in ("text:list-style", "text:outline-style"):
            self._list_style = attributes.get("style:name", "") if tag == "text:list-style" else _OUTLINE
        elif tag in _LEVELS:
            self._levels[self._list_style][min(odf.number(attributes.get("text:level")), _DEEPEST)] = _Level(
                attributes.get("style:num-format", ""),
                attributes.get("style:num-prefix", ""),
                attributes.get("style:num-suffix", ""),
                min(odf.number(attributes.get("text:display-levels")), _DEEPEST),
                odf.number(attributes.get("text:start-value")),
                attributes.get("style:num-list-format") or attributes.get("loext:num-list-format", ""),
                attributes.get("text:bullet-char", ""),
            )

    def _begin_list(self, tag: str, attributes: dict[str, str]) -> None:
        if tag == "text:list":
            outer = self._lists[-1] if self._lists else None
            style = attributes.get("text:style-name") or (outer.style if outer else "")
            if outer is not None:
                counts = outer.counts
            elif "text:continue-list" in attributes:
                counts = self._by_id.get(attributes["text:continue-list"], {})
            else:
                counts = self._by_style.get(style, {}) if attributes.get("text:continue-numbering") == "true" else {}
            self._lists.append(_List(style, counts))
            self._by_style[style] = counts
            if "xml:id" in attributes:
                self._by_id[attributes["xml:id"]] = counts
        elif self._lists:
            start = attributes.get("text:start-value")
            self._lists[-1].fresh = tag == "text:list-item"
            self._lists[-1].start = odf.number(start) if start else None

    def _end_paragraph(self, paragraph: _Paragraph) -> None:
        label = self._label(paragraph)
        self.flow.label("".join(paragraph.number).strip() or label)
        self.flow.end_paragraph()

    def _label(self, paragraph: _Paragraph) -> str:
        """Count a paragraph, and return its number."""
        if self._lists and paragraph.lists:
            one, level = self._lists[-1], len(self._lists)
            if not one.fresh or paragraph.plain:
                return ""
            one.fresh = False
            style = one.style or self._list_styles.get(paragraph.style, "")
            start, one.start = one.start, None
            return self._next_number(self._levels.get(style, {}), one.counts, level, start)
        if paragraph.heading is None or paragraph.plain:
            return ""
        return self._next_number(self._levels.get(_OUTLINE, {}), self._by_style[_OUTLINE], paragraph.heading, None)

    def _next_number(self, levels: dict[int, _Level], counts: dict[int, int], level: int, start: int | None) -> str:
        level = min(level, _DEEPEST)
        definition = levels.get(level)
        first = definition.start if definition else 1
        counts[level] = start if start is not None else counts.get(level, first - 1) + 1
        for deeper in [one for one in counts if one > level]:
            del counts[deeper]
        if definition is None:
            return ""
        if definition.sign:
            return bullet(definition.sign)
        if not definition.form:
            return ""

        def number(at: int) -> str:
            one = levels.get(at, definition)
            count = counts.get(at, one.start)
            text = formatted(count, one.form)
            self.counts["unknown number"] += text is None
            return str(count) if text is None else text

        if definition.template:
            return _PLACE.sub(lambda place: number(int(place[1])), definition.template).strip()
        numbers = [number(at) for at in range(max(1, level - definition.shown + 1), level + 1)]
        return f"{definition.before}{'.'.join(filter(None, numbers))}{definition.after}".strip()


def read(content: bytes, name: str, *, encoding: str | None = None, record: str | None = None) -> ExtractedText:
    """Read a document. Raises DocumentUnreadable."""
    package = odf.opened(content, name, "ODT")
    reader = _Reader(Flow(name))
    if odf.STYLES in package.members:
        package.stream(odf.STYLES, reader, odf.PREFIXES)
        reader.flow.take()
    package.stream(odf.CONTENT, reader, odf.PREFIXES)
    text, notes = reader.flow.take(), [*reader.notes["footnote"], *reader.notes["endnote"]]
    reader.counts["macros"] = odf.has_macros(package)
    how, whole = "; ".join(remarks(reader.counts, notes, reader.headings)), composed(text, notes, reader.headings)
    refuse_pictures(whole, reader.counts, name)
    return ExtractedText(whole, f"standard library, ODT ({how})", odf.facts_of(package))
