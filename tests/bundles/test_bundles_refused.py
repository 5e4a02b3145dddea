"""A bundle with faults is refused as a whole, with a line for each fault, whatever the file holds."""

import json
from pathlib import Path

import pytest
import yaml
from bundle_files import HAPPENING, LINES, SOURCE, faults, put
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from shares import share

from timeline import Timeline, bundles
from timeline.bundles import json_lines, yaml_file
from timeline.errors import BundleInvalid, TimelineError

FORMS = {
    "": "b.yaml: is empty. Write an entry, or remove the file",
    " \n\n": "b.yaml: is empty. Write an entry, or remove the file",
    "# nothing yet\n": "b.yaml: holds nothing but comments. Write an entry, or remove the file",
    "hello": 'b.yaml:1: is not a bundle. Begin with "sources:" or "happenings:" and a list under it',
    "- {id: a}": 'b.yaml:1: is not a bundle. Begin with "sources:" or "happenings:" and a list under it',
    "source: []": 'b.yaml:1: "source" is not known here. Did you mean "sources"?',
    "zzz: []": 'b.yaml:1: "zzz" is not known here. There are sources and happenings',
    "sources: hello": "b.yaml:1: sources is not a list. Begin each entry with a hyphen",
    "happenings:\n  - hello": "b.yaml:2: is not an entry. Write its fields, such as id: and title:",
    "happenings:\n  -": "b.yaml:2: is empty. Write its fields, such as id: and title:",
    "happenings:\n  - {correct: a, retract: b}": "b.yaml:2: has correct and retract at once. Write an entry for each",
    "sources:\n  - {retract: a}": ("b.yaml:2: a source is not retracted: it stays in the archive. Correct it, or remove the entry"),
    "sources: []\nsources: []": 'b.yaml:2: "sources" appears twice, first on line 1. Give it once',
    "sources: []\n---\nsources: []": 'b.yaml:2: a second document begins ("---"). Put it into a separate file',
    "a: &x 1\nb: *x": ("b.yaml:1: anchors and aliases (&, *) are not accepted. Write it out, or put quotes around it"),
    "sources:\n  - {id: s, title: *x}": (
        "b.yaml:2: anchors and aliases (&, *) are not accepted. Write it out, or put quotes around it"
    ),
    "sources:\n  - <<: {id: s}": 'b.yaml:2: the merge key "<<" is not accepted. Write the fields out',
    "sources: !!python/object/apply:os.system ['true']": (
        'b.yaml:1: the tag "!!python/object/apply:os.system" is not accepted: every value is text. Remove it, or put quotes'
        " around it"
    ),
    "happenings: [{date: !!timestamp 2025-01-01}]": (
        'b.yaml:1: the tag "!!timestamp" is not accepted: every value is text. Remove it, or put quotes around it'
    ),
    "sources:\n - {id: s, title: null}": (
        "b.yaml:2: null may be a word or nothing. Put quotes around the word; for nothing leave the value empty"
    ),
    "sources:\n - {id: s, title: ~}": (
        "b.yaml:2: ~ may be a word or nothing. Put quotes around the word; for nothing leave the value empty"
    ),
    "{a: 1, [b]: 2}": "b.yaml:1: a field needs a name, of text. Write it before the colon",
    "a: " + "[" * 50_000: "b.yaml:1: is nested more than 12 deep. Write it flat",
    "sources: [{id: s, title: T": "b.yaml:1: the file ends in the middle of what begins on line 1. Restore the rest, or close it",
    'sources:\n  - title: "The end': (
        "b.yaml:2: the file ends in the middle of what begins on line 2. Restore the rest, or close it"
    ),
    "sources:\n  - title: The: end": (
        'b.yaml:2: is not YAML at column 15: mapping values are not allowed in this context. Text that holds ": "'
        " needs quotes around it"
    ),
    "sources:\n\t- a": ("b.yaml:2: begins with a tab. YAML indents with spaces: use spaces instead"),
    "sources: \x1b": "b.yaml:1: is not YAML: control characters are not allowed. Remove them",
}
JSON_FORMS = {
    "": "b.jsonl: is empty. Write an entry, or remove the file",
    "[1]\n": 'b.jsonl:1: is not an object. Write {"happening": {…}} or another entry',
    "{}\n": "b.jsonl:1: does not say what it is. Write one of source, happening, correct, correct_source, retract",
    '{"hapening": {}}\n': 'b.jsonl:1: does not say what it is. Did you mean "happening"?',
    '{"happening": {}, "source": {}}\n': "b.jsonl:1: has source and happening at once. Write an entry for each",
    '{"happening": 5}\n': 'b.jsonl:1: "happening" has no fields. Write them as {"id": …, "title": …}',
    '{"happening": {"id": "a"': "b.jsonl:1: the file ends in the middle of this line. Restore the rest of it",
    '{"happening"; 1}\n': "b.jsonl:1: is not JSON: expecting ':' delimiter at column 13. Correct it",
    '{"retract": "a", "retract": "b"}\n': 'b.jsonl:1: "retract" appears twice. Give it once',
    '{"retract": "a", "reason": NaN}\n': "b.jsonl:1: NaN is not JSON. Write text, in quotes",
    "[" * 100_000 + "\n": "b.jsonl:1: is nested too deeply. Write it flat",
    '{"retract": 5, "reason": "r"}\n': "b.jsonl:1: happening/5: retract: is a number. Write it in quotes",
    '{"retract": {}, "reason": "r"}\n': (
        "b.jsonl:1: happening: retract: has fields, expected a text. Put the whole value in quotation marks"
    ),
    '{"retract": null, "reason": "r"}\n': "b.jsonl:1: happening: retract: has no value. Give it one, or leave it out",
    '{"retract": "../a", "reason": "r"}\n': "b.jsonl:1: happening/../a: retract: ",
    '{"source": {"id": "s", "text": true, "title": "T"}}\n': "b.jsonl:1: source/s: text: is not text. Write it in quotes",
    '{"source": {"id": "s", "text": ["a"], "title": "T"}}\n': (
        "b.jsonl:1: source/s: text: is a list, expected a text. Leave the brackets out, or put the whole value in quotation marks"
    ),
    '{"source": {"id": "s", "text": "a", "title": "\\ud800"}}\n': (
        "b.jsonl:1: source/s: title: holds half a character (a lone surrogate). Remove it"
    ),
    '{"source": {"id": "s", "file": "a\\u0000b", "title": "T"}}\n': "b.jsonl:1: source/s: file: holds a NUL character. Remove it",
    '{"source": {"id": "s", "text": "a", "file": "b", "title": "T"}}\n': (
        "b.jsonl:1: source/s: file: give either a file or a text"
    ),
    '{"source": {"id": "s", "title": "T"}}\n': "b.jsonl:1: source/s: file: give either a file or a text",
    '{"source": {"id": "s", "text": "a", "title": "T"}, "x": 1}\n': (
        'b.jsonl:1: source/s: x: is beside "source". Move it inside, or leave it out'
    ),
    '{"source": {"id": "s", "text": "a", "title": "T", "self": "x"}}\n': (
        "b.jsonl:1: source/s: self: is not a field here. Leave it out"
    ),
    '{"source": {"id": "s", "text": "a", "title": "T", "expected_version": "0"}}\n': (
        "b.jsonl:1: source/s: expected_version: is not a field here. Leave it out"
    ),
}
TEXTS = st.text(st.characters(codec="utf-8"), max_size=30)
IDS = st.sampled_from(["a", "b", "c", "s", "", "../x"])
SCALARS = TEXTS | st.none() | st.booleans() | st.integers() | st.floats() | IDS
VALUES = st.recursive(SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3), max_leaves=6)
NAMES = (
    st.sampled_from(["id", "title", "date", "zone", "file", "text", "citations", "reason", "part_of", "related", "tags"]) | TEXTS
)
FIELDS = st.dictionaries(NAMES, VALUES | st.sampled_from(["2025", "2025-11-24T10:00:00", "Africa"]), max_size=6)
ENTRIES = st.builds(
    lambda verb, fields, inner: {verb: fields} if inner else {verb: "a", **fields},
    st.sampled_from(["source", "happening", "correct", "correct_source", "retract", "x"]),
    FIELDS,
    st.booleans(),
)
SLOW = settings(deadline=None, max_examples=share(150), suppress_health_check=[HealthCheck.function_scoped_fixture])


def test_every_fault_is_reported_with_its_line(timeline: Timeline, tmp_path: Path) -> None:
    """File, line, entry, field and next step, for all faults of a file at once."""
    text = """\
sources:
  - id: s
    text: The council met in Marrakech. It sat for four days.
    titel: A report
  - {id: gone, file: nowhere.txt, title: Gone}
happenings:
  - id: a
    title: The council meets
    date: "2025-11-31"
    citations:
      - {source: s, quote: The council met}
      - source: s
        quote: It sat for five days
        stance: maybe
  - id: b
    title: B
    date: 2025
    part_of: nowhere
    citations: [{source: s, quote: four days}]
  - {correct: never, title: X, reason: because}
"""
    told = faults(timeline, put(tmp_path, text))
    assert [line.split(": ")[:3] for line in told] == [
        ["b.yaml:4", "source/s", "titel"],
        ["b.yaml:5", "source/gone", "file"],
        ["b.yaml:9", "happening/a", "date"],
        ["b.yaml:14", "happening/a", "citations.2.stance"],
        ["b.yaml:20", "happening/never", "correct"],
        ["b.yaml:18", "happening/b", "part_of"],
    ]
    assert told[0].endswith('is not a field here. Did you mean "title"?')
    assert "November 2025 has 30 days" in told[2]


def test_consequences_of_a_fault_are_not_reported(timeline: Timeline, tmp_path: Path) -> None:
    """Quotations from a refused source, and parts and corrections of a refused happening, are not separate faults."""
    text = """\
sources:
  - {id: s, file: nowhere.txt, title: T}
happenings:
  - {id: a, title: A, date: 2025-13, citations: [{source: s, quote: x}]}
  - {id: b, title: B, date: 2025, part_of: a, citations: [{source: s, quote: x}]}
  - {correct: a, title: AA, reason: r}
  - {retract: b, reason: r, superseded_by: a}
"""
    told = faults(timeline, put(tmp_path, text))
    assert [line.split(": ")[:3] for line in told] == [
        ["b.yaml:2", "source/s", "file"],
        ["b.yaml:4", "happening/a", "date"],
    ]


def test_references_are_checked_even_if_quotations_are_not_found(timeline: Timeline, tmp_path: Path) -> None:
    """Each is reported at its own entry, whether that was appended or refused; a malformed one is reported once."""
    text = (
        SOURCE
        + """\
happenings:
  - {id: a, title: A, date: 2025, part_of: nix, related: [nix, b, "b c"], citations: [{source: s, quote: four days}]}
  - {id: b, title: B, date: 2025, part_of: nix, related: [nix, a], citations: [{source: s, quote: five days}]}
  - {id: c, title: C, date: 2025, citations: [{source: s, quote: four days}]}
  - {correct: c, title: CC, reason: r}
  - {correct: c, part_of: nix, reason: r, citations: [{source: s, quote: five days}]}
  - {retract: c, reason: r, superseded_by: nix}
  - {retract: none, reason: r, superseded_by: nix}
  - {id: d, title: D, date: 2025, part_of: d, citations: [{source: s, quote: four days}]}
  - {retract: d, reason: r, superseded_by: d}
"""
    )
    told = faults(timeline, put(tmp_path, text))
    assert sorted(tuple(line.split(": ")[:3]) for line in told) == [
        ("b.yaml:10", "happening/none", "retract"),
        ("b.yaml:10", "happening/none", "superseded_by"),
        ("b.yaml:11", "happening/d", "part_of"),
        ("b.yaml:12", "happening/d", "superseded_by"),
        ("b.yaml:4", "happening/a", "part_of"),
        ("b.yaml:4", "happening/a", "related.1.other"),
        ("b.yaml:4", "happening/a", "related.3.other"),
        ("b.yaml:5", "happening/b", "citations.1.quote"),
        ("b.yaml:5", "happening/b", "part_of"),
        ("b.yaml:5", "happening/b", "related.1.other"),
        ("b.yaml:8", "happening/c", "citations.1.quote"),
        ("b.yaml:8", "happening/c", "part_of"),
        ("b.yaml:9", "happening/c", "superseded_by"),
    ]


def test_quotations_are_checked_even_if_other_fields_have_faults(timeline: Timeline, tmp_path: Path) -> None:
    """The document of a refused source is read, and the quotations of a refused happening are looked for in it."""
    text = SOURCE.replace("}", ", published: 2025-13}") + HAPPENING.replace("date: 2025", "date: soon").replace("met", "sat")
    told = faults(timeline, put(tmp_path, text))
    assert [line.split(": ")[2] for line in told] == ["published", "date", "citations.1.quote"]


def test_an_entry_that_needs_a_refused_bundle_names_it(timeline: Timeline, tmp_path: Path) -> None:
    """The second bundle names the first, instead of reporting an unknown source."""
    refused: dict[str, str] = {}
    for name, text in (("a.yaml", SOURCE.replace("}", ", published: x}")), ("b.yaml", HAPPENING)):
        with pytest.raises(BundleInvalid) as caught:
            bundles.append(timeline, put(tmp_path, text, name), refused=refused)
    assert str(caught.value).endswith(f"citations.1.source: source/s is refused in {tmp_path / 'a.yaml'}. Correct that first")


def test_a_source_of_a_refused_bundle_can_be_archived_with_another_text(timeline: Timeline, tmp_path: Path) -> None:
    """The text that was rolled back is forgotten: quotations are looked for in the archived text."""
    with pytest.raises(BundleInvalid):
        bundles.append(timeline, put(tmp_path, SOURCE + HAPPENING + "    kind: [x]\n"))
    other = SOURCE.replace("The council met", "Yesterday the council met") + HAPPENING.replace(
        "The council", "Yesterday the council"
    )
    bundles.append(timeline, put(tmp_path, other))
    assert timeline.happening("a").citations[0].end_char == len("Yesterday the council met")
    assert timeline.verify().ok


def test_faults_beyond_a_hundred_are_counted(timeline: Timeline, tmp_path: Path) -> None:
    """Nobody reads a thousand lines; after a thousand faults reading stops."""
    told = faults(timeline, put(tmp_path, "{}\n" * 150, "b.jsonl"))
    assert (len(told), told[-1]) == (101, "b.jsonl: and 50 more faults")
    told = faults(timeline, put(tmp_path, "{}\n" * 5000, "b.jsonl"))
    assert (len(told), told[-1]) == (101, "b.jsonl: and 900 more faults; the rest of the file was not read")


@pytest.mark.parametrize("text", FORMS, ids=[text[:30].replace("\n", "/") or "empty" for text in FORMS])
def test_a_file_that_is_no_bundle_is_refused_in_one_line(timeline: Timeline, tmp_path: Path, text: str) -> None:
    """The place, the actual content, and the next step."""
    assert faults(timeline, put(tmp_path, text)) == [FORMS[text]]


def test_a_bundle_in_another_encoding_is_refused_with_the_place(timeline: Timeline, tmp_path: Path) -> None:
    """The encoding is not guessed, and no letter is replaced."""
    text = b"sources:\n  - {id: s, title: Caf\xe9}\n"
    assert faults(timeline, put(tmp_path, text)) == ["b.yaml:2: byte 32 is not UTF-8. Save the file in UTF-8"]
    assert faults(timeline, put(tmp_path, "{}\n".encode("utf-16"), "b.jsonl"))[0].startswith("b.jsonl:1: byte 4 is NUL")
    assert faults(timeline, put(tmp_path, b'{"retract": "a\xe9"}', "b.jsonl")) == [
        "b.jsonl:1: byte 15 is not UTF-8. Save the file in UTF-8"
    ]


def test_yaml_tags_make_no_objects(timeline: Timeline, tmp_path: Path) -> None:
    """Whatever a tag names."""
    made = tmp_path / "made"
    faults(timeline, put(tmp_path, f"sources: !!python/object/apply:pathlib.Path.touch ['{made}']"))
    assert not made.exists()


@pytest.mark.parametrize("text", JSON_FORMS, ids=[text[:40].strip() or "empty" for text in JSON_FORMS])
def test_a_malformed_entry_is_refused_in_one_line(timeline: Timeline, tmp_path: Path, text: str) -> None:
    """The line, the field, the actual content, and the next step."""
    told = faults(timeline, put(tmp_path, text, "b.jsonl"))
    assert len(told) == 1
    assert told[0].startswith(JSON_FORMS[text])


def test_a_device_is_no_document(timeline: Timeline, tmp_path: Path) -> None:
    """An endless file is not read: a hostile bundle may name /dev/zero."""
    (tmp_path / "zero.txt").symlink_to("/dev/zero")
    bundle = put(tmp_path, "sources: [{id: s, file: zero.txt, title: T}]")
    (told,) = faults(timeline, bundle)
    assert "zero.txt: leads to /dev/zero, outside " in told
    with pytest.raises(BundleInvalid, match=r"zero\.txt: is not a file\. Name the document itself"):
        bundles.append(timeline, bundle, allowed=[Path("/dev")])


def test_numbers_are_text_in_quotes(timeline: Timeline, tmp_path: Path) -> None:
    """A JSON number is refused unless it is a coordinate: 2025 and "2025" differ."""
    line = '{"happening": {"id": "a", "title": "T", "date": 2025, "tags": [1], "citations": [{"source": "s", "quote": 1.50}]}}'
    told = faults(timeline, put(tmp_path, f"{json.dumps(LINES[0])}\n{line}\n", "b.jsonl"))
    assert told[:3] == [
        f"b.jsonl:2: happening/a: {field}: is a number. Write it in quotes" for field in ("date", "tags.1", "citations.1.quote")
    ]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("absent.yaml", "absent.yaml: there is no such file. Check the path"),
        ("folder.yaml", "folder.yaml: is not a file. Check the path"),
        ("b.json", "b.json: is not named like a bundle. Bundles end in .yaml, .yml, .jsonl"),
    ],
)
def test_a_path_that_is_no_bundle_file_is_refused_in_one_line(timeline: Timeline, tmp_path: Path, name: str, expected: str) -> None:
    """A missing file, a folder, and an unknown suffix."""
    (tmp_path / "folder.yaml").mkdir()
    assert faults(timeline, tmp_path / name) == [expected]


@pytest.mark.parametrize("suffix", [".yaml", ".jsonl"])
def test_a_gigabyte_of_nothing_fails_at_once(timeline: Timeline, tmp_path: Path, suffix: str) -> None:
    """A sparse gigabyte is refused in one line, before it is read."""
    path = tmp_path / f"b{suffix}"
    with path.open("wb") as file:
        file.truncate(1_000_000_000)
    (told,) = faults(timeline, path)
    assert told in (
        "b.yaml: is larger than 32 MB. Write it as JSON Lines (.jsonl), one entry to a line",
        "b.jsonl:1: byte 1 is NUL: this is not text. Write the file in UTF-8",
    )


def test_a_bundle_of_countless_values_fails_before_they_fill_the_memory(
    timeline: Timeline, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A few bytes can hold many values, and a few values many faults."""
    monkeypatch.setattr(yaml_file, "MOST", 10_000)
    (told,) = faults(timeline, put(tmp_path, "sources: [" + "{}," * 10_000 + "]"))
    assert told == "b.yaml:1: holds more than 10,000 values. Write it as JSON Lines (.jsonl), one entry to a line"
    told = faults(timeline, put(tmp_path, json.dumps({"retract": "a", "reason": [1] * 100_000}), "b.jsonl"))[-1]
    assert told == "b.jsonl: and 902 more faults; the rest of the file was not read"


def test_a_line_too_long_is_refused(timeline: Timeline, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Only a limited part of a line is ever held."""
    monkeypatch.setattr(json_lines, "LONGEST_LINE", 1_000_000)
    (told,) = faults(timeline, put(tmp_path, "x" * 1_000_001, "b.jsonl"))
    assert told == "b.jsonl:1: is longer than 1 MB. Put a long text into a file of its own, and name that"


def test_parts_without_their_source_are_refused(timeline: Timeline, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """At the line where they begin; so are malformed parts, and a document that is too large."""
    part = '{"part": {"text": "They met. "}}\n'
    source = '{"source": {"id": "a", "title": "A", "text": "They sat."}}\n'
    happening = '{"happening": {"id": "h", "title": "x", "date": "2025", "citations": [{"source": "a", "quote": "met. They"}]}}\n'
    bundles.append(timeline, put(tmp_path, part + source + happening, "sound.jsonl"))
    unfollowed = "is a part of a document, and no source follows. Write its source right after its parts"
    assert faults(timeline, put(tmp_path, part + happening + "\n" + part, "b.jsonl")) == [
        f"b.jsonl:{line}: {unfollowed}" for line in (1, 4)
    ]
    (told,) = faults(timeline, put(tmp_path, '{"part": {"title": "x"}}', "b.jsonl"))
    assert told.startswith("b.jsonl:1: is not a part of a document")
    monkeypatch.setattr(json_lines, "LONGEST_DOCUMENT", 20)
    assert "b.jsonl:3: the parts up to here are longer than" in faults(timeline, put(tmp_path, part * 3 + source, "b.jsonl"))[0]


def appended_or_refused(timeline: Timeline, path: Path) -> None:
    """Append a file that may hold anything: it is in whole, or refused in words."""
    before = list(timeline.events())
    try:
        bundles.append(timeline, path)
    except TimelineError:
        assert list(timeline.events()) == before
    else:
        assert bundles.append(timeline, path).events == 0


@SLOW
@given(st.lists(ENTRIES, max_size=4))
def test_any_json_is_appended_or_refused(timeline: Timeline, tmp_path: Path, entries: list[object]) -> None:
    """No JSON raises anything but a refusal."""
    text = "".join(json.dumps(entry) + "\n" for entry in entries)
    appended_or_refused(timeline, put(tmp_path, text, "b.jsonl"))


@SLOW
@given(st.lists(FIELDS, max_size=3), st.lists(FIELDS, max_size=3), st.booleans())
def test_any_yaml_is_appended_or_refused(
    timeline: Timeline, tmp_path: Path, sources: list[object], happenings: list[object], flow: bool
) -> None:
    """No YAML raises anything but a refusal."""
    text = yaml.safe_dump({"sources": sources, "happenings": happenings}, allow_unicode=True, default_flow_style=flow)
    appended_or_refused(timeline, put(tmp_path, text))


@SLOW
@given(st.binary(max_size=60) | TEXTS.map(str.encode), st.sampled_from(["b.yaml", "b.jsonl"]))
def test_any_bytes_are_appended_or_refused(timeline: Timeline, tmp_path: Path, content: bytes, name: str) -> None:
    """No file raises anything but a refusal."""
    appended_or_refused(timeline, put(tmp_path, content, name))


@SLOW
@given(st.data())
def test_a_bundle_cut_off_anywhere_is_appended_or_refused(timeline: Timeline, tmp_path: Path, data: st.DataObject) -> None:
    """Wherever a file ends, its sound part is read, or it is refused."""
    text = (SOURCE + HAPPENING).encode()
    cut = data.draw(st.integers(0, len(text)))
    appended_or_refused(timeline, put(tmp_path, text[:cut]))
