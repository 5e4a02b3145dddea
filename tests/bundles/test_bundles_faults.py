"""All that is wrong with an entry is told at once, also beside an id that is none."""

from pathlib import Path

import pytest

from timeline import ArchivedSource, Timeline, bundles
from timeline.errors import BundleInvalid

NOWHERE = "words that are nowhere at all"


def places(timeline: Timeline, folder: Path, text: str) -> list[str]:
    """Append a bundle that must be refused, and list the line and the field of each fault; nothing of it may stay."""
    path = folder / "b.yaml"
    path.write_text(text, encoding="utf-8")
    size = timeline.log.size()
    with pytest.raises(BundleInvalid) as caught:
        bundles.append(timeline, path)
    assert timeline.log.size() == size
    assert "of-a-bundle-with-faults" not in str(caught.value)
    lines = [line.removeprefix(f"{path}:").split(": ") for line in str(caught.value).splitlines()]
    return [" ".join((line[0], line[2])) for line in lines]


@pytest.mark.parametrize(
    ("name", "key"),
    [("- id: bad id!", "id"), ("- correct: bad id!\n    reason: r", "correct"), (f"- id: {'x' * 201}", "id"), ("- id:", "id")],
)
def test_a_bad_id_hides_no_other_fault(timeline: Timeline, report: ArchivedSource, tmp_path: Path, name: str, key: str) -> None:
    """Neither the date's nor that of a quotation, whose date is wrong as well."""
    faults = places(
        timeline,
        tmp_path,
        f"happenings:\n  {name}\n    title: X\n    date: 2025-13-45\n    citations:\n"
        f"      - {{source: report, quote: {NOWHERE}}}\n      - {{source: nosuch, quote: x}}\n",
    )
    assert [fault.split()[1] for fault in faults] == [key, "date", "citations.1.quote", "citations.2.source"]


def test_a_correction_reports_its_date_and_its_quotation(timeline: Timeline, meeting: str, tmp_path: Path) -> None:
    """At once; and fields that it does not change are no fault."""
    cited = f"    citations: [{{source: report, quote: {NOWHERE}}}]\n"
    text = f"happenings:\n  - correct: meeting\n    zone: Africa/Casablanca\n    date: 2025-99\n{cited}"
    assert places(timeline, tmp_path, text) == ["2 reason", "4 date", "5 citations.1.quote"]
    text = f"happenings:\n  - correct: bad!\n    zone: Africa/Casablanca\n    latitude: 1\n    reason: r\n{cited}"
    assert places(timeline, tmp_path, text) == ["2 correct", "6 citations.1.quote"]


def test_a_missing_document_hides_no_fault_of_its_description(timeline: Timeline, tmp_path: Path) -> None:
    """Nor does a missing title."""
    text = "sources:\n  - {id: bad!, file: none.txt, published: 2025-77}\n  - {id: d, text: words, published: 2025-77}\n"
    assert places(timeline, tmp_path, text) == ["2 id", "2 file", "2 published", "3 title", "3 published"]


def test_retractions_and_references_are_checked_too(timeline: Timeline, tmp_path: Path) -> None:
    """A missing reason, and a missing happening."""
    text = "happenings:\n  - retract: bad!\n  - title: no id\n    date: 2025\n    part_of: nowhere\n"
    text += "    citations: [{source: nosuch, quote: x}]\n"
    assert places(timeline, tmp_path, text) == ["2 retract", "2 reason", "3 id", "6 citations.1.source", "5 part_of"]


def test_a_fault_of_one_entry_is_none_of_the_next(timeline: Timeline, report: ArchivedSource, tmp_path: Path) -> None:
    """Placeholders for a faulty entry take no id from others."""
    text = "happenings:\n" + "".join(
        f"  - {{id: bad {number}!, title: X, date: 2025, citations: [{{source: report, quote: sat for four days}}]}}\n"
        for number in range(3)
    )
    assert places(timeline, tmp_path, text) == ["2 id", "3 id", "4 id"]


def told(timeline: Timeline, folder: Path, text: str) -> list[str]:
    """Append a bundle that must be refused, and give each line of the refusal, without the file."""
    path = folder / "b.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(BundleInvalid) as caught:
        bundles.append(timeline, path)
    return [line.removeprefix(f"{path}:") for line in str(caught.value).splitlines()]


def test_a_misspelt_file_is_one_fault(timeline: Timeline, tmp_path: Path) -> None:
    """It was not read ahead under that name, which is no fault of its own."""
    (tmp_path / "page.html").write_text("<p>The bridge fell in 2003, they say.</p>", encoding="utf-8")
    faults = told(timeline, tmp_path, "sources:\n  - {id: r, fiel: page.html, title: R}\n")
    assert faults == ['2: source/r: fiel: is not a field here. Did you mean "file"?']


@pytest.mark.parametrize(("verb", "meant"), [("corect", "correct"), ("correkt", "correct"), ("retrackt", "retract")])
def test_a_misspelt_verb_is_one_fault(timeline: Timeline, meeting: str, tmp_path: Path, verb: str, meant: str) -> None:
    """The entry is not taken for a happening without an id."""
    faults = told(timeline, tmp_path, f"happenings:\n  - {verb}: {meeting}\n    date: 2003\n    reason: r\n")
    assert faults == [f'2: {verb}: is not a field here. Did you mean "{meant}"?']


def test_a_list_and_a_text_in_each_others_place_are_shown_as_they_are_written(
    timeline: Timeline, report: ArchivedSource, tmp_path: Path
) -> None:
    """To put a list in quotation marks would make a title of it."""
    text = (
        "happenings:\n  - id: fire\n    title: [A, B]\n    place: {a: b}\n    date: 2003\n    actors: Ada Pell, Elias Roth\n"
        "    tags: 'a: b'\n    citations: [{source: report, quote: It sat}]\n"
    )
    assert told(timeline, tmp_path, text) == [
        "3: happening/fire: title: is a list, expected a text. Leave the brackets out, or put the whole value in quotation marks",
        "4: happening/fire: place: has fields, expected a text. Put the whole value in quotation marks",
        "6: happening/fire: actors: is not a list. Write actors: [Ada Pell, Elias Roth]",
        "7: happening/fire: tags: is not a list. Write one",
    ]
    (fault,) = told(timeline, tmp_path, "sources:\n  - {id: r, text: x, title: [A, B]}\n")
    assert fault.startswith("2: source/r: title: is a list, expected a text.")


def test_a_tab_is_refused_in_one_line(timeline: Timeline, tmp_path: Path) -> None:
    """Anywhere in the indentation."""
    expected = ["3: begins with a tab. YAML indents with spaces: use spaces instead"]
    assert told(timeline, tmp_path, "sources:\n  - id: r\n\tfile: a.txt\n") == expected
    assert told(timeline, tmp_path, "sources:\n  - id: r\n  \tfile: a.txt\n    title: T\n") == expected


def test_a_file_that_is_not_there_names_the_nearest(timeline: Timeline, tmp_path: Path) -> None:
    """Beside it; an address is no file at all."""
    (tmp_path / "report.txt").write_text("The bridge fell.", encoding="utf-8")
    (fault,) = told(timeline, tmp_path, "sources:\n  - {id: r, file: reprot.txt, title: R}\n")
    assert f"no such file or directory. Did you mean {tmp_path / 'report.txt'}? Check the path" in fault
    (fault,) = told(timeline, tmp_path, "sources:\n  - {id: r, file: 'https://127.0.0.1/x.html', title: R}\n")
    assert fault.startswith("2: source/r: file: https://127.0.0.1/x.html: is an address; pages are fetched only on request.")
