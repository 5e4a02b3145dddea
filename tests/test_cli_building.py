"""timeline build on one file for each entry: the order is the same on every computer, whoever the files came from."""

import random
import unicodedata
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from timeline import Timeline
from timeline.cli import main

SOURCE = "by: Ann\nsources:\n  - {id: s, text: The council met in Marrakech. It sat for four days., title: A report}\n"
HAPPENING = "happenings:\n  - {id: %s, title: T, date: '2025', %scitations: [{source: s, quote: four days}]}\n"


@pytest.fixture
def events(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Go to a project without bundles."""
    monkeypatch.delenv("TIMELINE_DB", raising=False)
    monkeypatch.delenv("TIMELINE_BY", raising=False)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "events").mkdir()
    return tmp_path / "events"


def run(*words: str) -> Result:
    """Run a command in this process; nothing may end in a traceback."""
    result = CliRunner().invoke(main, list(words))
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result


def built(*words: str) -> list[str]:
    """Build, and name the events in their order."""
    result = run("build", *words)
    assert result.exit_code == 0, result.output
    with Timeline("timeline.db", read_only=True) as timeline:
        return [event.id for event in timeline.log.events()]


def test_entries_come_after_those_that_they_refer_to(events: Path) -> None:
    """A file for each entry, named as people like: a source, a parent and a correction may be in a later file."""
    (events / "z-source.yaml").write_text(SOURCE)
    (events / "b-child.yaml").write_text(HAPPENING % ("child", "part_of: parent, "))
    (events / "c-parent.yaml").write_text(HAPPENING % ("parent", ""))
    (events / "a-correction.yaml").write_text("happenings: [{correct: child, place: Marrakech, reason: The report names it.}]\n")
    order = ["source/s@1", "happening/parent@1", "happening/child@1", "happening/child@2"]
    assert built() == order
    assert built() == order  # a second time nothing is new


def test_the_order_does_not_depend_on_the_computer(events: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither on the order of the file system, nor on capitals, the locale, or how a letter is composed."""
    names = ["B", "a", "_", "é", "z", "Z9", "10", "9"]
    (events / "0.yaml").write_text(SOURCE)
    for number, name in enumerate(names):
        (events / f"{unicodedata.normalize('NFD', name)}.yaml").write_text(HAPPENING % (f"h{number}", ""))
    listed = Path.iterdir

    def shuffled(folder: Path) -> Iterator[Path]:
        return iter(random.sample([*listed(folder)], k=len([*listed(folder)])))

    monkeypatch.setattr(Path, "iterdir", shuffled)
    monkeypatch.setattr(Path, "__lt__", lambda one, other: one.name.casefold() < other.name.casefold())  # as on Windows
    order = built()
    assert order[1:] == [f"happening/h{names.index(name)}@1" for name in ("10", "9", "B", "Z9", "_", "a", "z", "é")]


def test_names_that_a_mac_takes_for_one_are_refused(events: Path) -> None:
    """There a clone has only one of the two files, and would lose the other's entries in silence."""
    (events / "one.yaml").write_text(SOURCE)
    (events / "One.yaml").write_text(HAPPENING % ("a", ""))
    if len([*events.iterdir()]) < 2:
        pytest.skip("this file system takes them for one")
    result = run("build")
    assert (result.exit_code, Path("timeline.db").exists()) == (1, False)
    assert "not every computer tells these two names apart" in result.stderr


def test_an_entry_that_nobody_brings_is_reported_once(events: Path) -> None:
    """With its own fault; the others are appended, and what only follows from it is not another fault."""
    (events / "a.yaml").write_text(HAPPENING % ("a", "part_of: nowhere, "))
    (events / "b.yaml").write_text(HAPPENING % ("b", "part_of: a, "))
    (events / "c.yaml").write_text(HAPPENING % ("c", ""))
    (events / "s.yaml").write_text(SOURCE.removeprefix("by: Ann\n"))
    result = run("build")
    assert (result.exit_code, result.stdout) == (1, "timeline.db: 2 events (2 new) from 2 bundles\n")
    first, second, last = result.stderr.splitlines()
    assert 'a: part_of: there is no happening "nowhere"' in first
    assert "part_of: happening/a is refused in events" in second
    assert last.startswith("Error: 2 faults")


def test_files_that_wait_for_each_other_are_refused(events: Path) -> None:
    """Each is appended as a whole or not at all; together, in one file, they can be."""
    (events / "a.yaml").write_text(HAPPENING % ("a", "related: [{other: b}], "))
    (events / "b.yaml").write_text(HAPPENING % ("b", "related: [{other: a}], "))
    (events / "s.yaml").write_text(SOURCE)
    assert run("build").exit_code == 1
    (events / "b.yaml").unlink()
    (events / "a.yaml").write_text(
        HAPPENING % ("a", "related: [{other: b}], ") + (HAPPENING % ("b", "related: [{other: a}], ")).split("\n", 1)[1]
    )
    assert built() == ["source/s@1", "happening/a@1", "happening/b@1"]


def test_a_bundle_names_its_author(events: Path) -> None:
    """Whoever builds it, and by whatever name; a bundle that names none is recorded by the one who builds."""
    (events / "a.yaml").write_text(SOURCE)
    (events / "b.yaml").write_text("by: Ben\n" + HAPPENING % ("b", ""))
    (events / "c.yaml").write_text(HAPPENING % ("c", ""))
    (events / "d.yaml").write_text("by: Cleo\nhappenings: [{review: b, version: 1, verdict: confirmed}]\n")
    assert run("build", "--by", "Dan").stderr.splitlines() == [
        f"events/{name}.yaml: 1 new event by {by}" for name, by in (("a", "Ann"), ("b", "Ben"), ("d", "Cleo"))
    ]
    with Timeline("timeline.db", read_only=True) as timeline:
        assert [event.recorded_by for event in timeline.log.events()] == ["Ann", "Ben", "Dan", "Cleo"]
        assert timeline.happening("b").review == "confirmed"
    assert run("build", "--by", "Eve").output == "timeline.db: 4 events (0 new) from 4 bundles\n"


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("by: [Ann, Ben]", "a.yaml:1: by is not a name. Write the author of these entries: by: Ben"),
        ("by:", "a.yaml:1: by is not a name"),
        ("by: ''", "a.yaml:1: by is empty"),
        ("by: Ann #and Ben", "a.yaml:1: by is not a name"),
        ("bye: Ann", 'a.yaml:1: "bye" is not known here. There are sources and happenings'),
    ],
)
def test_a_malformed_author_is_refused(events: Path, line: str, told: str) -> None:
    """With the line and the cure; nothing of the bundle is appended."""
    (events / "a.yaml").write_text(SOURCE.replace("by: Ann", line))
    result = run("build")
    assert result.exit_code == 1
    assert told in result.stderr


def test_a_changed_entry_of_a_draft_is_reported_with_the_next_step(tmp_path: Path) -> None:
    """Both quotations, even if they begin alike; and a further entry, or a new draft."""
    text = "The long council of the whole old town of Marrakech met on Monday, and the people of the town came."
    bundle = f"""\
sources: [{{id: s, text: "{text}", title: A report}}]
happenings: [{{id: a, title: It meets, date: 2025, citations: [{{source: s, quote: "{text[:65]}"}}]}}]
"""
    path, db = tmp_path / "1.yaml", str(tmp_path / "t.db")
    path.write_text(bundle)
    assert CliRunner().invoke(main, ["append", str(path), "--db", db]).exit_code == 0
    path.write_text(bundle.replace(f'"{text[:65]}"', f'"{text[:58]}"').replace("It meets", "It met"))
    result = CliRunner().invoke(main, ["append", str(path), "--db", db])
    assert result.exit_code == 1
    assert "(title was It meets, is It met; citations.1.quote was …" in result.output
    assert "met on Monday, is …arrakech met on" in result.output
    assert "correct it in another entry" in result.output
    assert "build the draft again: timeline build --fresh" in result.output
