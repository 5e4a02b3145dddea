"""Nothing that a bundle holds is dropped in silence: misspelt and empty names, commas and comments that cut a text short."""

from pathlib import Path

import pytest

from timeline import Timeline, bundles
from timeline.bundles import yaml_file
from timeline.errors import BundleInvalid

TEXT = "On 3 March the chief engineer, by letter, informed the operator that pump #4 had failed. It stood in plant # 9, he said."
SOURCE = f"""sources:
  - {{id: s, text: "{TEXT}", title: A report}}
"""
BEGUN = SOURCE + "happenings:\n  - id: a\n    title: T\n    date: 2025\n    "
CITED = BEGUN + "citations: [{source: s, quote: the chief engineer}]\n"
COMMA = "If it belongs to the value before it: a comma inside { } needs quotation marks around the value"
NO_FIELD, NO_VALUE = "is not a field here. ", "has no value. Give it one, or leave it out"

CUT = {
    "quotation": (
        BEGUN + "citations:\n      - {source: s, quote: On 3 March the chief engineer, by letter, informed the operator}\n",
        [f"b.yaml:8: happening/a: citations.1.{name}: {NO_FIELD}{COMMA}" for name in ("by letter", "informed the operator")],
    ),
    "quotation with a colon": (
        BEGUN + "citations:\n      - {source: s, quote: On 3 March, he said: yes}\n",
        [f"b.yaml:8: happening/a: citations.1.he said: {NO_FIELD}{COMMA}"],
    ),
    "actor": (CITED + "    actors: [{name: The engineer, role: witness, retired}]\n", ["actors.1.retired: " + NO_FIELD + COMMA]),
    "related": (CITED + "    related: [{other: a, relation: before, long}]\n", ["related.1.long: " + NO_FIELD + COMMA]),
    "rest like a field": (
        BEGUN + "citations:\n      - {source: s, quote: On 3 March, the prefix}\n",
        [f'citations.1.the prefix: {NO_FIELD}Did you mean "prefix"? {COMMA}'],
    ),
    "reason": (CITED + "  - {correct: a, place: X, reason: The wrong place, date}\n", ["date: " + NO_VALUE + ". " + COMMA]),
    "reason of a retraction": (CITED + "  - {retract: a, reason: Not so, sorry}\n", ["sorry: " + NO_FIELD + COMMA]),
    "title": (CITED + "  - {id: b, title: Rabat, again}\n", ["again: " + NO_FIELD + COMMA]),
    "source": ("sources: [{id: s, file: f.txt, title: A report, long}]\n", ["long: " + NO_FIELD + COMMA]),
    "correction of a source": (SOURCE + "  - {correct: s, title: X, reason: misread, twice}\n", ["twice: " + NO_FIELD + COMMA]),
    "claim": (CITED + "    attributed_to: {the engineer, by letter}\n", ["attributed_to.the engineer: " + NO_VALUE + ". " + COMMA]),
    "comment": (
        BEGUN + "citations:\n      - source: s\n        quote: informed the operator that pump #4 had failed\n",
        [
            'b.yaml:9: happening/a: citations.1.quote: a "#" after a space ends a text without quotation marks, here after'
            " “informed the operator that pump”. Put quotation marks around it, or the comment on a line of its own"
        ],
    ),
    "comment with a space": (
        BEGUN + "citations:\n      - source: s\n        quote: It stood in plant # 9, he said.\n",
        ['citations.1.quote: a "#" after a space ends a text'],
    ),
    "comment in a list": (CITED + "    tags:\n      - plant\n      - Plant #9\n", ['tags.2: a "#" after a space ends a text']),
    "misspelt": (BEGUN + "citations: [{source: s, quote: x, sufix: }]\n", [f'citations.1.sufix: {NO_FIELD}Did you mean "suffix"?']),
    "misspelt, in a block": (CITED + "    sumary:\n", [f'b.yaml:8: happening/a: sumary: {NO_FIELD}Did you mean "summary"?']),
    "no value": (CITED + "    summary:\n", [f"b.yaml:8: happening/a: summary: {NO_VALUE}"]),
    "no value, within": (
        BEGUN + "citations:\n      - source: s\n        quote: the chief engineer\n        prefix:\n",
        [f"b.yaml:10: happening/a: citations.1.prefix: {NO_VALUE}"],
    ),
    "no value in a correction, within": (
        CITED + "  - correct: a\n    reason: r\n    actors: [{name: x, role: }]\n",
        [f"b.yaml:10: happening/a: actors.1.role: {NO_VALUE}"],
    ),
    "no value in a source": ("sources:\n  - id: s\n    title: T\n    file:\n", [f"b.yaml:4: source/s: file: {NO_VALUE}"]),
    "no value in a retraction": (CITED + "  - {retract: a, reason: r, superseded_by: }\n", [f"superseded_by: {NO_VALUE}"]),
    "beside the lists": (CITED + "happening:\n", ['b.yaml:8: "happening" is not known here. Did you mean "happenings"?']),
    "twice within": (
        BEGUN + "citations: [{source: s, quote: x, quote: y}]\n",
        ['b.yaml:7: "quote" appears twice, first on line 7'],
    ),
    "list for a text": (
        CITED + "    place: [Rabat, Fes]\n",
        [
            "b.yaml:8: happening/a: place: is a list, expected a text. Leave the brackets out, or put the whole value in quotation"
            " marks"
        ],
    ),
    "text for a list": (CITED + "    tags: one\n", ["b.yaml:8: happening/a: tags: is not a list. Write tags: [one]"]),
    "empty text": (CITED + '    place: ""\n', ["b.yaml:8: happening/a: place: is empty. Fill it in, or leave the field out"]),
    "after the end": (CITED + "...\nmore: x\n", ["b.yaml:9: is not YAML at column 1"]),
}
HAPPENING = '{"happening": {"id": "a", "title": "T", "date": "2025", '
JSON_CUT = {
    '{"source": {"id": "s", "title": "T", "text": "x", "sufix": null}}': "source/s: sufix: " + NO_FIELD + "Leave it out",
    HAPPENING + '"sumary": null}}': 'happening/a: sumary: is not a field here. Did you mean "summary"?',
    HAPPENING + '"citations": [{"source": "s", "quote": "x", "sufix": null}]}}': (
        'happening/a: citations.1.sufix: is not a field here. Did you mean "suffix"?'
    ),
    HAPPENING + '"actors": [{"name": "x", "rule": null}]}}': 'actors.1.rule: is not a field here. Did you mean "role"?',
    HAPPENING + '"related": [{"other": "b", "retired": null}]}}': "related.1.retired: is not a field here. Leave it out",
    HAPPENING + '"attributed_to": {"name": null}}}': f"attributed_to.name: {NO_VALUE}",
    HAPPENING + '"place": null}}': f"happening/a: place: {NO_VALUE}",
    HAPPENING + '"actors": [{"name": "x", "role": null}]}}': f"happening/a: actors.1.role: {NO_VALUE}",
    HAPPENING + '"citations": [{"source": "s", "quote": "x", "suffix": null}]}}': f"happening/a: citations.1.suffix: {NO_VALUE}",
    '{"source": {"id": "s", "title": "T", "text": "x", "url": null}}': f"source/s: url: {NO_VALUE}",
    '{"correct": "a", "reason": "r", "actors": [{"name": "x", "role": null}]}': f"happening/a: actors.1.role: {NO_VALUE}",
    '{"retract": "a", "reason": "r", "superseded_by": null}': f"happening/a: superseded_by: {NO_VALUE}",
    HAPPENING + '"actors": [{"name": "x", "name": "y"}]}}': '"name" appears twice. Give it once',
    '{"retract": "a", "reason": "r", "date": null}': "happening/a: date: is not a field here. Leave it out",
    '{"correct": "a", "reason": "r", "dat": null}': 'happening/a: dat: is not a field here. Did you mean "date"?',
    HAPPENING + '"tags": [1,, 2]}}': "is not JSON: expecting value at column 68. Correct it",
    HAPPENING + '"place": "X"}} {"id": "b"}': "is not JSON: extra data at column 72",
}


def lines(timeline: Timeline, path: Path, text: str) -> list[str]:
    """Give the lines that a bundle is refused with; nothing of it is appended."""
    path.write_text(text, encoding="utf-8")
    with pytest.raises(BundleInvalid) as caught:
        bundles.append(timeline, path)
    assert timeline.log.size() == 0
    return [line.removeprefix(str(path.parent) + "/") for line in str(caught.value).splitlines()]


@pytest.mark.parametrize("loader", [yaml_file._LOADER, yaml_file.yaml.SafeLoader], ids=["fast", "slow"])
@pytest.mark.parametrize("name", CUT)
def test_nothing_in_yaml_is_dropped(
    timeline: Timeline, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, loader: object
) -> None:
    """Each case is reported with its line and the cure, by both parsers."""
    monkeypatch.setattr(yaml_file, "_LOADER", loader)
    text, expected = CUT[name]
    told = lines(timeline, tmp_path / "b.yaml", text)
    assert all(any(one in line for line in told) for one in expected), told


@pytest.mark.parametrize("line", JSON_CUT)
def test_nothing_in_json_is_dropped(timeline: Timeline, tmp_path: Path, line: str) -> None:
    """An unknown name is a fault, even with the value null."""
    for end in ("\n", ""):
        told = lines(timeline, tmp_path / "b.jsonl", line + end)
        assert any(JSON_CUT[line] in one for one in told), told


@pytest.mark.parametrize(
    "cited",
    [
        '{source: s, quote: "On 3 March the chief engineer, by letter, informed the operator"}  # a comma in quotes',
        '\n      - source: s\n        quote: the chief engineer, by letter\n        # a comment\n        supports: "x #4"',
        "\n      - source: s  # of one word\n        quote: >  # folded\n          that pump #4 had\n          failed\n",
        '{source: s, quote: "the chief engineer", supports: "No. #4"}',
    ],
)
def test_complete_texts_are_accepted(timeline: Timeline, tmp_path: Path, cited: str) -> None:
    """Commas in a block, and comments after a word, in quotes or on separate lines, cut nothing."""
    path = tmp_path / "b.yaml"
    path.write_text(BEGUN + "citations:" + (cited if cited.startswith("\n") else f"\n      - {cited}") + "\n")
    bundles.append(timeline, path)
    quote = timeline.happening("a").citations[0].quote
    assert TEXT[TEXT.index(quote) :].startswith(quote)


def test_a_correction_empties_a_field(timeline: Timeline, tmp_path: Path) -> None:
    """There, a name with a colon and no value takes the field away, in a block as in braces."""
    path = tmp_path / "b.yaml"
    corrections = "  - {correct: a, place: , reason: r}\n  - correct: a\n    kind:\n    reason: r\n"
    path.write_text(CITED + "    place: Rabat\n    kind: letter\n" + corrections)
    bundles.append(timeline, path)
    assert [(one.place, one.kind) for one in timeline.history("a")] == [("Rabat", "letter"), (None, "letter"), (None, None)]


def test_white_space_around_a_text_is_removed_but_refused_around_an_id_or_date(timeline: Timeline, tmp_path: Path) -> None:
    """It means nothing in words; where it may be a slip, it is a fault."""
    path = tmp_path / "b.yaml"
    path.write_text(BEGUN.replace("title: T", 'title: "  T "') + 'citations: [{source: s, quote: " the chief engineer "}]\n')
    bundles.append(timeline, path)
    assert (timeline.happening("a").title, timeline.happening("a").citations[0].quote) == ("T", "the chief engineer")
    for field, value in (("id", "b "), ("date", " 2003"), ("part_of", " a")):
        path.write_text(
            CITED.replace("id: a", "id: c" if field != "id" else f'id: "{value}"').replace(
                "date: 2025",
                f'date: "{value}"'
                if field == "date"
                else f'date: 2025\n    {field}: "{value}"'
                if field == "part_of"
                else "date: 2025",
            )
        )
        with pytest.raises(BundleInvalid, match=f": {field}: "):
            bundles.append(timeline, path)
