"""Bundles: what they may hold, and what is said of everything else; all of a file is appended, or nothing."""

import json
import os
from pathlib import Path

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from timeline import Timeline, bundles
from timeline.bundles import json_lines, yaml_file
from timeline.errors import BundleInvalid, TimelineError

SOURCE = """\
sources:
  - {id: s, text: "The council met in Marrakech. It sat for four days.", title: A report}
"""
HAPPENING = """\
happenings:
  - id: a
    title: The council meets
    date: 2025
    citations: [{source: s, quote: The council met}]
"""
LINES = [
    {"source": {"id": "s", "text": "The council met in Marrakech. It sat for four days.", "title": "A report"}},
    {
        "happening": {
            "id": "a",
            "title": "T",
            "date": "2025",
            "citations": [{"source": "s", "quote": "The council met"}],
        }
    },
]


def put(folder: Path, text: str | bytes, name: str = "b.yaml") -> Path:
    """Write a bundle."""
    path = folder / name
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return path


def faults(timeline: Timeline, path: Path) -> list[str]:
    """Give the lines that a bundle is refused with, the folder left out; nothing of it is appended."""
    before = timeline.log.size()
    with pytest.raises(BundleInvalid) as caught:
        bundles.append(timeline, path)
    assert timeline.log.size() == before
    assert timeline.log.connection.execute("SELECT count(*) FROM happenings").fetchone()[0] <= before
    return [line.replace(f"{path.parent}{os.sep}", "") for line in str(caught.value).splitlines()]


# What is appended


def test_a_yaml_bundle_is_appended_whole(timeline: Timeline, tmp_path: Path) -> None:
    """Sources, happenings, corrections and retractions, in the order of the file."""
    path = put(
        tmp_path,
        SOURCE
        + "  - {correct: s, publisher: TNA, reason: the byline}\n"
        + HAPPENING
        + "    place: Marrakech\n"
        + "  - {correct: a, place: , date: 2025-11, reason: nearer}\n"
        + "  - {id: b, title: B, date: 2025, part_of: a, citations: [{source: s, quote: four days}]}\n"
        + "  - {retract: b, reason: a part of a, superseded_by: a}\n",
    )
    assert bundles.append(timeline, path) == bundles.Appended(path, 6, 6)
    assert [event.id for event in timeline.events()] == [
        "source/s@1",
        "source/s@2",
        "happening/a@1",
        "happening/a@2",
        "happening/b@1",
        "happening/b@2",
    ]
    corrected = timeline.happening("a")
    assert (corrected.date, corrected.place) == ("2025-11", None)
    assert timeline.happening("b").superseded_by == "a"


def test_a_json_lines_bundle_is_appended_whole(timeline: Timeline, tmp_path: Path) -> None:
    """The same entries, one to a line; null empties a field, a coordinate may be a number, and keeps its digits."""
    lines = [
        *LINES,
        {"correct_source": "s", "publisher": "TNA", "reason": "the byline"},
        {"correct": "a", "latitude": "31.620", "longitude": "-7.98", "reason": "where"},
        {"correct": "a", "latitude": None, "longitude": None, "reason": "not so"},
        {"retract": "a", "reason": "not so"},
    ]
    text = "\n".join(map(json.dumps, lines)).replace('"31.620"', "31.620").replace('"-7.98"', "-7.98")
    path = put(tmp_path, f"\ufeff{text}\n\n", "b.jsonl")
    assert bundles.append(timeline, path) == bundles.Appended(path, 6, 6)
    assert timeline.happening("a", as_of=4).latitude == "31.620"
    assert timeline.happening("a").latitude is None


def test_appending_again_appends_nothing(timeline: Timeline, tmp_path: Path) -> None:
    """A bundle counts its entries, and how many of them were new."""
    path = put(tmp_path, SOURCE + HAPPENING)
    assert bundles.append(timeline, path).events == 2
    assert bundles.append(timeline, path) == bundles.Appended(path, 2, 0)
    assert timeline.log.size() == 2


def test_sources_come_first_wherever_they_stand(timeline: Timeline, tmp_path: Path) -> None:
    """The two lists of a YAML bundle may stand in either order."""
    assert bundles.append(timeline, put(tmp_path, HAPPENING + SOURCE)).events == 2


def test_every_yaml_scalar_is_text(timeline: Timeline, tmp_path: Path) -> None:
    """Nothing is guessed: not dates, numbers, booleans or sexagesimals."""
    text = SOURCE + HAPPENING + "    kind: yes\n    place: 12:30:45\n    tags: [1e3, 0x1F, 2025-11-24, no, .inf, 007]\n"
    bundles.append(timeline, put(tmp_path, text))
    known = timeline.happening("a")
    assert (known.kind, known.place, known.date) == ("yes", "12:30:45", "2025")
    assert known.tags == ("1e3", "0x1F", "2025-11-24", "no", ".inf", "007")


def test_quoted_null_is_a_word(timeline: Timeline, tmp_path: Path) -> None:
    """In quotes, null and ~ are words."""
    bundles.append(timeline, put(tmp_path, SOURCE + HAPPENING + "    actors: ['null', \"~\"]\n"))
    known = timeline.happening("a")
    assert [actor.name for actor in known.actors] == ["null", "~"]
    assert (known.place, known.tags) == (None, ())


def test_a_file_is_found_beside_its_bundle(timeline: Timeline, tmp_path: Path) -> None:
    """`file` is relative to the bundle, not to the folder one is in."""
    (tmp_path / "seeds").mkdir()
    (tmp_path / "events").mkdir()
    (tmp_path / "seeds" / "report.txt").write_bytes("Caf\xe9".encode("cp1252"))
    text = "sources: [{id: s, file: ../seeds/report.txt, encoding: cp1252, title: T}]"
    bundles.append(timeline, put(tmp_path / "events", text))
    assert timeline.log.document(timeline.source("s").event.payload["statement"]["text_sha256"]) == "Café".encode()


def test_a_byte_order_mark_is_accepted(timeline: Timeline, tmp_path: Path) -> None:
    """Editors on some systems write one."""
    assert bundles.append(timeline, put(tmp_path, "\ufeff" + SOURCE)).events == 1


def test_progress_adds_up_to_the_file(timeline: Timeline, tmp_path: Path) -> None:
    """Each entry tells its share of the file's bytes."""
    path = put(tmp_path, "".join(json.dumps(line) + "\n" for line in LINES), "b.jsonl")
    told: list[int] = []
    bundles.append(timeline, path, told.append)
    assert sum(told) == path.stat().st_size


# What is refused, and how it is told


def test_every_fault_is_told_with_its_line(timeline: Timeline, tmp_path: Path) -> None:
    """File, line, entry, field and what to do, for all faults of a file in one go."""
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


def test_a_fault_is_told_once_and_not_through_what_rests_on_it(timeline: Timeline, tmp_path: Path) -> None:
    """Quotations from a refused source, parts and corrections of a refused happening are not faults of their own."""
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


def test_references_are_looked_for_although_quotations_are_not_found(timeline: Timeline, tmp_path: Path) -> None:
    """Each is told at the entry that makes it, be that appended or refused; what is malformed is told once."""
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


def test_quotations_are_looked_for_although_other_fields_are_at_fault(timeline: Timeline, tmp_path: Path) -> None:
    """A refused source's document is read, and a refused happening's quotations are looked for in it."""
    text = SOURCE.replace("}", ", published: 2025-13}") + HAPPENING.replace("date: 2025", "date: soon").replace("met", "sat")
    told = faults(timeline, put(tmp_path, text))
    assert [line.split(": ")[2] for line in told] == ["published", "date", "citations.1.quote"]


def test_what_a_refused_bundle_refused_is_told_where_another_rests_on_it(timeline: Timeline, tmp_path: Path) -> None:
    """The second bundle names the first, instead of saying that there is no such source."""
    refused: dict[str, str] = {}
    for name, text in (("a.yaml", SOURCE.replace("}", ", published: x}")), ("b.yaml", HAPPENING)):
        with pytest.raises(BundleInvalid) as caught:
            bundles.append(timeline, put(tmp_path, text, name), refused=refused)
    assert str(caught.value).endswith(f"citations.1.source: source/s is refused in {tmp_path / 'a.yaml'}. Correct that first")


def test_a_source_of_a_refused_bundle_can_be_archived_with_another_text(timeline: Timeline, tmp_path: Path) -> None:
    """What was rolled back is forgotten: quotations are looked for in the text that is archived."""
    with pytest.raises(BundleInvalid):
        bundles.append(timeline, put(tmp_path, SOURCE + HAPPENING + "    kind: [x]\n"))
    other = SOURCE.replace("The council met", "Yesterday the council met") + HAPPENING.replace(
        "The council", "Yesterday the council"
    )
    bundles.append(timeline, put(tmp_path, other))
    assert timeline.happening("a").citations[0].end_char == len("Yesterday the council met")
    assert timeline.verify().ok


def test_faults_beyond_a_hundred_are_counted(timeline: Timeline, tmp_path: Path) -> None:
    """No one reads a thousand lines; reading stops there."""
    told = faults(timeline, put(tmp_path, "{}\n" * 150, "b.jsonl"))
    assert (len(told), told[-1]) == (101, "b.jsonl: and 50 faults more")
    told = faults(timeline, put(tmp_path, "{}\n" * 5000, "b.jsonl"))
    assert (len(told), told[-1]) == (101, "b.jsonl: and 900 faults more; the rest of the file was not read")


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
    "happenings:\n  - {correct: a, retract: b}": "b.yaml:2: says correct and retract at once. Write an entry for each",
    "sources:\n  - {retract: a}": ("b.yaml:2: a source is not retracted: it stays in the archive. Correct it, or remove the entry"),
    "sources: []\nsources: []": 'b.yaml:2: "sources" stands twice, first on line 1. Give it once',
    "sources: []\n---\nsources: []": 'b.yaml:2: a second document begins ("---"). Put it into a file of its own',
    "a: &x 1\nb: *x": ("b.yaml:1: anchors and aliases (&, *) are not read here. Write it out, or put quotes around it"),
    "sources:\n  - {id: s, title: *x}": (
        "b.yaml:2: anchors and aliases (&, *) are not read here. Write it out, or put quotes around it"
    ),
    "sources:\n  - <<: {id: s}": 'b.yaml:2: the merge key "<<" is not read here. Write the fields out',
    "sources: !!python/object/apply:os.system ['true']": (
        'b.yaml:1: the tag "!!python/object/apply:os.system" is not read here: all is text. Remove it, or put quotes around it'
    ),
    "happenings: [{date: !!timestamp 2025-01-01}]": (
        'b.yaml:1: the tag "!!timestamp" is not read here: all is text. Remove it, or put quotes around it'
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
    "sources:\n\t- a": ("b.yaml:2: begins with a tab. YAML indents with spaces: write these instead"),
    "sources: \x1b": "b.yaml:1: is not YAML: control characters are not allowed. Remove them",
}


@pytest.mark.parametrize("text", FORMS, ids=[text[:30].replace("\n", "/") or "empty" for text in FORMS])
def test_what_is_no_bundle_is_told_in_a_line(timeline: Timeline, tmp_path: Path, text: str) -> None:
    """The place, what is there, and what to do."""
    assert faults(timeline, put(tmp_path, text)) == [FORMS[text]]


def test_a_bundle_in_another_encoding_is_refused_with_the_place(timeline: Timeline, tmp_path: Path) -> None:
    """Neither guessed nor replaced."""
    text = b"sources:\n  - {id: s, title: Caf\xe9}\n"
    assert faults(timeline, put(tmp_path, text)) == ["b.yaml:2: byte 32 is not UTF-8. Save the file in UTF-8"]
    assert faults(timeline, put(tmp_path, "{}\n".encode("utf-16"), "b.jsonl"))[0].startswith("b.jsonl:1: byte 4 is NUL")
    assert faults(timeline, put(tmp_path, b'{"retract": "a\xe9"}', "b.jsonl")) == [
        "b.jsonl:1: byte 15 is not UTF-8. Save the file in UTF-8"
    ]


def test_yaml_is_as_little_of_python_as_of_dates(timeline: Timeline, tmp_path: Path) -> None:
    """A bundle cannot make objects, whatever its tags name."""
    made = tmp_path / "made"
    faults(timeline, put(tmp_path, f"sources: !!python/object/apply:pathlib.Path.touch ['{made}']"))
    assert not made.exists()


JSON_FORMS = {
    "": "b.jsonl: is empty. Write an entry, or remove the file",
    "[1]\n": 'b.jsonl:1: is not an object. Write {"happening": {…}} or another entry',
    "{}\n": "b.jsonl:1: does not say what it is. Write one of source, happening, correct, correct_source, retract",
    '{"hapening": {}}\n': 'b.jsonl:1: does not say what it is. Did you mean "happening"?',
    '{"happening": {}, "source": {}}\n': "b.jsonl:1: says source and happening at once. Write an entry for each",
    '{"happening": 5}\n': 'b.jsonl:1: "happening" holds no fields. Write them as {"id": …, "title": …}',
    '{"happening": {"id": "a"': "b.jsonl:1: the file ends in the middle of this line. Restore the rest of it",
    '{"happening"; 1}\n': "b.jsonl:1: is not JSON: expecting ':' delimiter at column 13. Correct it",
    '{"retract": "a", "retract": "b"}\n': 'b.jsonl:1: "retract" stands twice. Give it once',
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
        "b.jsonl:1: source/s: file: give a file or a text, one of the two"
    ),
    '{"source": {"id": "s", "title": "T"}}\n': "b.jsonl:1: source/s: file: give a file or a text, one of the two",
    '{"source": {"id": "s", "text": "a", "title": "T"}, "x": 1}\n': (
        'b.jsonl:1: source/s: x: stands beside "source". Move it inside, or leave it out'
    ),
    '{"source": {"id": "s", "text": "a", "title": "T", "self": "x"}}\n': (
        "b.jsonl:1: source/s: self: is not a field here. Leave it out"
    ),
    '{"source": {"id": "s", "text": "a", "title": "T", "expected_version": "0"}}\n': (
        "b.jsonl:1: source/s: expected_version: is not a field here. Leave it out"
    ),
}


@pytest.mark.parametrize("text", JSON_FORMS, ids=[text[:40].strip() or "empty" for text in JSON_FORMS])
def test_what_is_no_entry_is_told_in_a_line(timeline: Timeline, tmp_path: Path, text: str) -> None:
    """The line, the field, what is there, and what to do."""
    told = faults(timeline, put(tmp_path, text, "b.jsonl"))
    assert len(told) == 1
    assert told[0].startswith(JSON_FORMS[text])


def test_a_device_is_no_document(timeline: Timeline, tmp_path: Path) -> None:
    """What has no end is not read: /dev/zero is one name among those a hostile bundle might hold."""
    (tmp_path / "zero.txt").symlink_to("/dev/zero")
    bundle = put(tmp_path, "sources: [{id: s, file: zero.txt, title: T}]")
    (told,) = faults(timeline, bundle)
    assert "zero.txt: leads to /dev/zero, outside " in told
    with pytest.raises(BundleInvalid, match=r"zero\.txt: is not a file\. Name the document itself"):
        bundles.append(timeline, bundle, allowed=[Path("/dev")])


def test_numbers_are_text_in_quotes(timeline: Timeline, tmp_path: Path) -> None:
    """A JSON number is refused wherever it is no coordinate: 2025 and "2025" are not one thing."""
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
        ("b.json", "b.json: is not named as a bundle. Bundles end in .yaml, .yml, .jsonl"),
    ],
)
def test_what_is_no_file_is_told_in_a_line(timeline: Timeline, tmp_path: Path, name: str, expected: str) -> None:
    """A missing file, a folder, and a name that says nothing."""
    (tmp_path / "folder.yaml").mkdir()
    assert faults(timeline, tmp_path / name) == [expected]


@pytest.mark.parametrize("suffix", [".yaml", ".jsonl"])
def test_a_gigabyte_of_nothing_fails_at_once(timeline: Timeline, tmp_path: Path, suffix: str) -> None:
    """A sparse gigabyte is refused with one line, before it is read."""
    path = tmp_path / f"b{suffix}"
    with path.open("wb") as file:
        file.truncate(1_000_000_000)
    (told,) = faults(timeline, path)
    assert told in (
        "b.yaml: is larger than 32 MB. Write it as JSON Lines (.jsonl), one entry to a line",
        "b.jsonl:1: byte 1 is NUL: this is not a text. Write the file in UTF-8",
    )


def test_a_bundle_of_countless_values_fails_before_they_fill_the_memory(
    timeline: Timeline, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Few bytes can hold many values, and few values many faults."""
    monkeypatch.setattr(yaml_file, "MOST", 10_000)
    (told,) = faults(timeline, put(tmp_path, "sources: [" + "{}," * 10_000 + "]"))
    assert told == "b.yaml:1: holds more than 10,000 values. Write it as JSON Lines (.jsonl), one entry to a line"
    told = faults(timeline, put(tmp_path, json.dumps({"retract": "a", "reason": [1] * 100_000}), "b.jsonl"))[-1]
    assert told == "b.jsonl: and 902 faults more; the rest of the file was not read"


def test_a_line_too_long_is_refused(timeline: Timeline, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Only so much of a line is ever held."""
    monkeypatch.setattr(json_lines, "LONGEST_LINE", 1_000_000)
    (told,) = faults(timeline, put(tmp_path, "x" * 1_000_001, "b.jsonl"))
    assert told == "b.jsonl:1: is longer than 1 MB. Put a long text into a file of its own, and name that"


def test_parts_without_their_source_are_refused(timeline: Timeline, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """At the line where they begin; and so is what is no part, and more than a document may be."""
    part = '{"part": {"text": "They met. "}}\n'
    source = '{"source": {"id": "a", "title": "A", "text": "They sat."}}\n'
    happening = '{"happening": {"id": "h", "title": "x", "date": "2025", "citations": [{"source": "a", "quote": "met. They"}]}}\n'
    bundles.append(timeline, put(tmp_path, part + source + happening, "sound.jsonl"))
    unfollowed = "is a part of a document, and no source follows. Give its source right after its parts"
    assert faults(timeline, put(tmp_path, part + happening + "\n" + part, "b.jsonl")) == [
        f"b.jsonl:{line}: {unfollowed}" for line in (1, 4)
    ]
    (told,) = faults(timeline, put(tmp_path, '{"part": {"title": "x"}}', "b.jsonl"))
    assert told.startswith("b.jsonl:1: is not a part of a document")
    monkeypatch.setattr(json_lines, "LONGEST_DOCUMENT", 20)
    assert "b.jsonl:3: the parts up to here are longer than" in faults(timeline, put(tmp_path, part * 3 + source, "b.jsonl"))[0]


def test_the_parser_without_its_c_part_reads_the_same(timeline: Timeline, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where libyaml is absent, bundles are read more slowly, and no differently."""
    text = SOURCE + HAPPENING + "    place: >\n      Marra\n      kech\n"
    fast = list(bundles.read(put(tmp_path, text)))
    monkeypatch.setattr(yaml_file, "_LOADER", yaml.SafeLoader)
    assert list(bundles.read(put(tmp_path, text))) == fast


# Properties

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
SLOW = settings(deadline=None, max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])


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
    """Wherever a file ends, it is read as what it still is, or refused."""
    text = (SOURCE + HAPPENING).encode()
    cut = data.draw(st.integers(0, len(text)))
    appended_or_refused(timeline, put(tmp_path, text[:cut]))


@SLOW
@given(
    st.lists(
        st.tuples(st.sampled_from("abc"), TEXTS.filter(str.strip), st.sampled_from(["2025", "2025-11", "2025/.."])),
        max_size=4,
        unique_by=lambda told: told[0],
    )
)
def test_appending_twice_is_appending_once(tmp_path: Path, told: list[tuple[str, str, str]]) -> None:
    """The second time, the log and the read tables stay as they are."""
    (tmp_path / "t.db").unlink(missing_ok=True)
    lines = [LINES[0]] + [
        {"happening": {"id": id, "title": title, "date": date, "citations": [{"source": "s", "quote": "four days"}]}}
        for id, title, date in told
    ]
    path = put(tmp_path, "".join(json.dumps(line) + "\n" for line in lines), "b.jsonl")
    with Timeline(tmp_path / "t.db", by="tester") as timeline:
        try:
            bundles.append(timeline, path)
        except BundleInvalid:
            return
        before = list(timeline.log.connection.iterdump())
        assert bundles.append(timeline, path).events == 0
        assert list(timeline.log.connection.iterdump()) == before
