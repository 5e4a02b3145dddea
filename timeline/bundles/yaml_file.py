"""Parse YAML bundles, `sources` and `happenings`, with every scalar as text; and other YAML of the project in the same way.

Owns the accepted part of YAML: mappings, lists and text. Tags, anchors, aliases, merge keys and second documents are refused
before they are resolved. A bare null may mean the word or nothing, so it is refused too. A name without a value, and a "#" that
cuts a text short, are faults: other YAML parsers drop the rest in silence.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from difflib import get_close_matches
from pathlib import Path
from typing import Any, BinaryIO

import yaml

from timeline.bundles.entry import BY, DEEPEST, FIELDS, Absent, Cut, Entry, Fault, author, make, plain, unreadable
from timeline.misshapen_input import not_a_field
from timeline.size_limits import NAMED

LARGEST = 32_000_000  # bytes
MOST = 2_000_000  # names, values, lists and mappings: a quarter of the most that this many bytes can hold
LISTS = ("sources", "happenings")
_VERBS = {"sources": ("correct",), "happenings": ("correct", "retract", "review")}
_ALIKE = 0.7  # how similar a name must be to one of them
_TOO_DEEP = f"is nested more than {DEEPEST} deep. Write it flat"
_LINE_END = re.compile("\r\n|[\n\r\x85\u2028\u2029]")  # as YAML counts lines
_COMMENT = re.compile("[ \t]+#(.?)")
_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_HINTS = {
    "mapping values are not allowed": 'Text that holds ": " needs quotes around it',
    "cannot start any token": "Indent with spaces, and put quotes around text that begins with a sign",
    "expected <block end>": "Check the indentation, and the quotes around text",
    "did not find expected": "Check the indentation, and the quotes around text",
    "could not find expected ':'": "Check the indentation, and the colons after names",
    "control characters": "Remove them",
}


class _Refused(Exception):
    """A line holds YAML that is not accepted."""

    def __init__(self, line: int, reason: str) -> None:
        super().__init__(reason)
        self.line = line


@dataclass(slots=True)
class _Node:
    """A piece of YAML and the line where it begins: text, nothing, a list of nodes, or nodes by name.

    `flow`: a list or mapping in brackets, where a comma ends a value. `cut`: a comma or a "#" may have cut the text short.
    """

    value: "str | list[_Node] | dict[str, _Node] | None"
    line: int
    name: "_Node | None" = None  # in an unfinished mapping: the name that waits for its value
    flow: bool = False
    cut: bool = False


def entries(file: BinaryIO, size: int, folder: Path) -> Iterator[Entry]:
    """Yield the entries, sources first. A file that is not YAML, or has more of YAML than is accepted, yields a single fault."""
    if size > LARGEST:
        yield unreadable(0, f"is larger than {LARGEST // 1_000_000} MB. Write it as JSON Lines (.jsonl), one entry to a line")
        return
    content = file.read()
    try:
        root = _compose(_decoded(content), empty=not content.strip())
        by = _author(root)
        lists, unknown = _lists(root)
    except _Refused as refused:
        yield unreadable(refused.line, str(refused))
        return
    weight = size // (sum(len(items) for items in lists.values()) or 1)
    yield from unknown
    for key in LISTS:
        for item in lists.get(key, ()):
            yield replace(_entry(key, item, folder, weight), by=by)


def texts(raw: bytes) -> tuple[Any, Mapping[str, int], list[Fault]]:
    """Read other YAML as texts, lists and mappings of them, with the line of each by its dotted path, and all faults.

    A name without a value, and a text that is cut short, are faults as in a bundle.
    """
    lines: dict[str, int] = {}
    faults: list[Fault] = []
    try:
        content = _values_of(_compose(_decoded(raw), empty=not raw.strip()), "", lines)
    except _Refused as refused:
        return None, {"": refused.line}, [("", str(refused))]
    return plain(content, "", faults), lines, faults


def _decoded(content: bytes) -> str:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise _Refused(line, f"byte {error.start + 1} is not UTF-8. Save the file in UTF-8") from None
    if "\0" in text:
        line = text.count("\n", 0, text.index("\0")) + 1
        raise _Refused(line, f"byte {content.index(0) + 1} is NUL: this is not text. Write the file in UTF-8")
    return text


def _compose(text: str, *, empty: bool) -> _Node:
    """Build nodes from YAML, event by event, with an explicit stack, so that no depth or size can overflow Python's."""
    stack: list[_Node] = []
    root: _Node | None = None
    lines = _LINE_END.split(text)
    try:
        for number, event in enumerate(yaml.parse(text, Loader=_LOADER)):
            line = event.start_mark.line + 1 if event.start_mark is not None else 0
            _refuse_beyond(event, line, len(stack), root)
            if number > MOST:
                raise _Refused(line, f"holds more than {MOST:,} values. Write it as JSON Lines (.jsonl), one entry to a line")
            match event:
                case yaml.MappingStartEvent():
                    stack.append(_Node({}, line, flow=bool(event.flow_style)))
                case yaml.SequenceStartEvent():
                    stack.append(_Node([], line, flow=bool(event.flow_style)))
                case yaml.MappingEndEvent() | yaml.SequenceEndEvent():
                    root = _placed(stack.pop(), stack)
                case yaml.ScalarEvent():
                    root = _placed(
                        _Node(_scalar(event, line), line, cut=_is_cut(event, lines, stack[-1] if stack else None)), stack
                    )
    except yaml.YAMLError as error:
        raise _not_yaml(error, text) from None
    if root is None:
        raise _Refused(0, f"{'is empty' if empty else 'holds nothing but comments'}. Write an entry, or remove the file")
    return root


def _refuse_beyond(event: yaml.Event, line: int, depth: int, root: _Node | None) -> None:
    """Refuse all YAML but mappings, lists and text."""
    if isinstance(event, yaml.DocumentStartEvent) and root is not None:
        raise _Refused(line, 'a second document begins ("---"). Put it into a separate file')
    if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None) is not None:
        raise _Refused(line, "anchors and aliases (&, *) are not accepted. Write it out, or put quotes around it")
    if (tag := getattr(event, "tag", None)) is not None:
        sign = str(tag).replace("tag:yaml.org,2002:", "!!")[:60]
        raise _Refused(line, f'the tag "{sign}" is not accepted: every value is text. Remove it, or put quotes around it')
    if depth > DEEPEST:
        raise _Refused(line, _TOO_DEEP)


def _scalar(event: yaml.ScalarEvent, line: int) -> str | None:
    value = str(event.value)
    bare = event.style in (None, "")
    if bare and value.lower() in ("null", "~"):
        raise _Refused(line, f"{value} may be a word or nothing. Put quotes around the word; for nothing leave the value empty")
    return None if bare and not value else value


def _is_cut(event: yaml.ScalarEvent, lines: list[str], holder: _Node | None) -> bool:
    """Return whether a text may be cut short: YAML reads "pump #4 failed" as "pump", and {a: On 3 March, by letter} as two names.

    Such a second name has no value: the value's place is where the name ends, without a colon before it.
    """
    begin, end = event.start_mark, event.end_mark
    if event.style not in (None, "") or begin is None or end is None:
        return False
    if not event.value:
        if holder is None or not holder.flow:
            return False
        line, column = begin.line, begin.column
        before = lines[line][:column].rstrip() if line < len(lines) else ""
        while line and not before:
            line -= 1
            before = lines[line].rstrip()
        return not before.endswith(":")
    comment = _COMMENT.match(lines[end.line], end.column) if end.line < len(lines) else None
    return comment is not None and (comment[1] not in ("", " ", "\t", "#") or re.search(r"\s", event.value) is not None)


def _placed(node: _Node, stack: list[_Node]) -> _Node | None:
    """Put a finished node into the one that contains it; return it if none does."""
    if not stack:
        return node
    holder = stack[-1]
    if isinstance(holder.value, list):
        holder.value.append(node)
    elif isinstance(holder.value, dict):
        if holder.name is None:
            _refuse_name(node, holder.value)
            holder.name = node
        else:
            # The line of a field is the line of its name, even if its value begins further down.
            holder.value[str(holder.name.value)] = replace(node, line=holder.name.line)
            holder.name = None
    return None


def _refuse_name(node: _Node, earlier: dict[str, _Node]) -> None:
    if not isinstance(node.value, str):
        raise _Refused(node.line, "a field needs a name, of text. Write it before the colon")
    if node.value == "<<":
        raise _Refused(node.line, 'the merge key "<<" is not accepted. Write the fields out')
    if node.value in earlier:
        raise _Refused(node.line, f'"{node.value[:NAMED]}" appears twice, first on line {earlier[node.value].line}. Give it once')


def _not_yaml(error: yaml.YAMLError, text: str) -> _Refused:
    problem = str(getattr(error, "problem", None) or getattr(error, "reason", None) or "it cannot be read")
    hint = next((hint for part, hint in _HINTS.items() if part in problem), "Correct it")
    mark = getattr(error, "problem_mark", None)
    if mark is None:
        position = getattr(error, "position", 0)
        return _Refused(text.encode()[:position].count(b"\n") + 1, f"is not YAML: {problem}. {hint}")
    line = min(mark.line, text.rstrip("\n").count("\n")) + 1
    if "\t" in re.match(r"\s*", text.split("\n")[line - 1])[0]:  # type: ignore[index]
        return _Refused(line, "begins with a tab. YAML indents with spaces: use spaces instead")
    if "nesting depth" in problem:  # libyaml's own limit, which many open brackets reach before its first event
        return _Refused(line, _TOO_DEEP)
    if not _rest(text, mark).strip():
        context = getattr(error, "context_mark", None)
        began = f" what begins on line {context.line + 1}" if context is not None else " something"
        return _Refused(line, f"the file ends in the middle of{began}. Restore the rest, or close it")
    return _Refused(line, f"is not YAML at column {mark.column + 1}: {problem}. {hint}")


def _rest(text: str, mark: yaml.Mark) -> str:
    """Return the text after a mark."""
    lines = text.split("\n")[mark.line :]
    return "\n".join([lines[0][mark.column :], *lines[1:]]) if lines else ""


def _author(root: _Node) -> str:
    """Take the author out of a bundle; "" where it names none."""
    node = root.value.pop(BY, None) if isinstance(root.value, dict) else None
    if node is None:
        return ""
    if not isinstance(node.value, str) or node.cut:
        raise _Refused(node.line, f"{BY} is not a name. Write the author of these entries: {BY}: Ben")
    try:
        return author(node.value)
    except ValueError as error:
        raise _Refused(node.line, str(error)) from None


def _lists(root: _Node) -> tuple[dict[str, list[_Node]], list[Entry]]:
    """Return the lists of a bundle by name, and a fault for anything beside them."""
    if not isinstance(root.value, dict):
        raise _Refused(root.line, 'is not a bundle. Begin with "sources:" or "happenings:" and a list under it')
    lists: dict[str, list[_Node]] = {}
    unknown = []
    for name, node in root.value.items():
        if name not in LISTS:
            near = get_close_matches(name[:NAMED], LISTS, n=1)
            advice = f'Did you mean "{near[0]}"?' if near else f"There are {' and '.join(LISTS)}"
            unknown.append(unreadable(node.line, f'"{name[:NAMED]}" is not known here. {advice}'))
        elif isinstance(node.value, list):
            lists[name] = node.value
        elif node.value is not None:
            unknown.append(unreadable(node.line, f"{name} is not a list. Begin each entry with a hyphen"))
    return lists, unknown


def _entry(key: str, item: _Node, folder: Path, weight: int) -> Entry:
    if not isinstance(item.value, dict):
        fault = "is empty" if item.value is None else "is not an entry"
        return unreadable(item.line, f"{fault}. Write its fields, such as id: and title:", weight)
    lines: dict[str, int] = {}
    content = _values_of(item, "", lines)
    corrects, retracts, reviews = (verb in content for verb in _VERBS["happenings"])
    if key == "sources" and retracts:
        return unreadable(item.line, "a source is not retracted: it stays in the archive. Correct it, or remove the entry", weight)
    if key == "sources" and reviews:
        return unreadable(item.line, "a source is not reviewed: happenings are. Remove the entry", weight)
    if key == "sources" and corrects:
        content["correct_source"] = content.pop("correct")
        lines["correct_source"] = lines["correct"]
    elif not corrects and not retracts and not reviews:
        kind = "source" if key == "sources" else "happening"
        for name in () if "id" in content else content:
            if name not in FIELDS[kind] and (near := get_close_matches(name[:NAMED], _VERBS[key], n=1, cutoff=_ALIKE)):
                return unreadable(lines[name[:NAMED]], f"{name[:NAMED]}: {not_a_field(name, near)}", weight)
        content = {kind: content}
    return make(content, item.line, lines, folder, weight)


def _values_of(node: _Node, path: str, lines: dict[str, int], *, named: bool = False) -> Any:  # noqa: ANN401 - mappings of mappings
    """Return the values of nodes, and note their lines by path; a name without a value gets `Absent`."""
    lines[path] = node.line
    match node.value:
        case dict():
            return {
                name: _values_of(inner, f"{path}.{name[:NAMED]}".lstrip("."), lines, named=True)
                for name, inner in node.value.items()
            }
        case list():
            return [_values_of(inner, f"{path}.{number}", lines) for number, inner in enumerate(node.value, start=1)]
        case None if named:
            return Absent(node.cut)
        case str() if node.cut:
            return Cut(node.value)
    return node.value
