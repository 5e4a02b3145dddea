"""A publisher who withholds documents: only hashes and cited passages are published, and everything that can be proved still is."""

import json
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
from examples import PNG, picture
from publishing_commands import content, note, refused, run

from timeline import Timeline
from timeline.audit import verify
from timeline.errors import Redacted

sys.path.insert(0, str(Path(__file__).parent.parent / "capture"))
import material  # PDFs

FILLER = " ".join(f"filler{number}" for number in range(40))
SECRETS = (b"Hiddenword", b"filler20", PNG)
SETTING = {"title": "The council, dated", "plugins": {"cited-timeline": {"by": "tester", "documents": "cited-passages"}}}
BUNDLE = """sources:
  - {id: minutes, file: ../seeds/minutes.pdf, title: Minutes}
  - {id: notes, file: ../seeds/notes.txt, title: Notes}
  - {id: hall, file: ../seeds/hall.png, title: The hall}
happenings:
  - id: met
    title: It meets
    date: 2025
    citations: [{source: minutes, quote: The council met}, {source: notes, quote: for four days}]
"""


@pytest.fixture
def withheld(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Build and publish a project that withholds its documents."""
    folder = tmp_path / "withheld"
    for name in ("events", "seeds"):
        (folder / name).mkdir(parents=True)
    monkeypatch.chdir(folder)
    (folder / "metadata.json").write_text(json.dumps(SETTING))
    pages = [f"Hiddenword {FILLER}", f"{FILLER} The council met. {FILLER} Hiddenword"]
    (folder / "seeds/minutes.pdf").write_bytes(material.pdf(pages))
    (folder / "seeds/notes.txt").write_text(f"Hiddenword. {FILLER} It sat for four days. {FILLER} Hiddenword.")
    (folder / "seeds/hall.png").write_bytes(PNG)
    (folder / "events/01.yaml").write_text(BUNDLE)
    assert run("build").exit_code == 0
    assert run("publish", "public").exit_code == 0
    return folder


def rows(path: Path, sql: str) -> list[tuple[object, ...]]:
    """Query a file as any program does."""
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute(sql).fetchall()


def test_the_published_folder_has_hashes_and_cited_passages_alone(withheld: Path) -> None:
    """Nothing else of a document is in any byte of it: not in its tables, its search, or pages that are free."""
    for name, data in content(withheld / "public").items():
        assert not [secret for secret in SECRETS if secret in data], name
    assert "The publisher withholds the documents: " in (withheld / "public/README.md").read_text()
    public = withheld / "public/timeline.db"
    ours = rows(withheld / "timeline.db", "SELECT id, sha256, text_sha256, characters FROM sources")
    assert rows(public, "SELECT id, sha256, text_sha256, characters FROM sources") == ours
    assert rows(public, "SELECT source, quote, page FROM citations") == [
        ("minutes", "The council met", 2),
        ("notes", "for four days", None),
    ]
    assert rows(public, "SELECT * FROM source_texts WHERE text <> ''") == []
    assert rows(public, "SELECT source, page FROM source_pages") == [("minutes", 2)]
    assert rows(public, "SELECT rowid FROM sources_fts WHERE sources_fts MATCH 'hiddenword'") == []
    assert len(rows(public, "SELECT rowid FROM happenings_fts WHERE happenings_fts MATCH 'council'")) == 1
    assert rows(public, "SELECT count(*) FROM documents WHERE bytes <> x''") == [(0,)]


def test_the_timeline_itself_keeps_everything(withheld: Path) -> None:
    """Only the copy lacks the documents; without the setting, the next one has them."""
    with Timeline("timeline.db") as timeline:
        assert timeline.verify().ok
        assert timeline.source("notes").text.startswith("Hiddenword")
    assert run("publish", "public").stdout.startswith("public: nothing has changed")
    (withheld / "metadata.json").write_text(json.dumps({**SETTING, "plugins": {"cited-timeline": {"documents": "all"}}}))
    assert run("publish", "public").exit_code == 0
    assert b"Hiddenword" in (withheld / "public/timeline.db").read_bytes()
    assert rows(withheld / "public/timeline.db", "SELECT * FROM withheld") == []


def test_verification_proves_the_rest_and_says_what_it_could_not_check(withheld: Path) -> None:
    """The log, its tree and its tables; no quotation was looked for, and this is said with numbers."""
    with Timeline("public/timeline.db", read_only=True) as timeline:
        report = timeline.verify(against=[note(withheld / "public/checkpoint")])
    assert report.ok
    remarks = [remark for check in report.checks for remark in check.remarks]
    assert any(remark.startswith("4 withheld by the publisher: only their hashes are here") for remark in remarks)
    assert any(remark.startswith("2 more cite documents that the publisher withholds") for remark in remarks)
    assert report.citations == 0
    script = [sys.executable, "public/verify_log.py", "public/timeline.db", "public/checkpoint"]
    result = subprocess.run(script, capture_output=True, text=True, check=True)
    assert result.stdout.count("Withheld, not checked: document ") == 4
    assert result.stdout.endswith("Shown\n")


@pytest.mark.parametrize(
    ("damage", "fault"),
    [
        ("UPDATE withheld SET sha256 = 'x' WHERE pages IS NOT NULL", "no such document in the archive"),
        ("INSERT INTO withheld VALUES ('ab', NULL, NULL)", "is listed as withheld, but it is here, was redacted, or belongs to no"),
        ("DELETE FROM withheld WHERE pages IS NULL", "no such document in the archive"),
        ("UPDATE citations SET quote = 'The council fled'", "differs from the log"),
        ("UPDATE source_pages SET page = 1", "differs from the log"),
    ],
)
def test_damage_to_a_withheld_copy_is_a_fault(withheld: Path, damage: str, fault: str) -> None:
    """What it has is checked as ever."""
    with closing(sqlite3.connect(withheld / "public/timeline.db", isolation_level=None)) as connection:
        connection.execute(damage)
    with Timeline("public/timeline.db", read_only=True) as timeline:
        assert any(fault in reason for _, reason in timeline.verify().faults)


def test_what_needs_a_document_says_that_it_is_withheld(withheld: Path) -> None:
    """Text, quotation, extraction and bundle: one line each; exports with notes lead to no document."""
    assert "the publisher withholds it" in refused("show", "notes", "--text", "--db", "public/timeline.db")
    assert "withheld by the publisher" in run("show", "notes", "--db", "public/timeline.db").stdout
    assert "its publisher withholds 4 documents or texts, and a bundle needs them all" in refused(
        "export", "jsonl", "--db", "public/timeline.db"
    )
    page = ("--page", "https://example.org/t/-/timeline")
    assert "/document" not in run("export", "markdown", "--db", "public/timeline.db", *page).stdout
    assert "/sources/notes/document" in run("export", "markdown", *page).stdout
    shutil.copy("public/timeline.db", "copy.db")
    with Timeline("copy.db", by="tester") as timeline:
        cited = [timeline.source("notes").quote("It sat")]
        with pytest.raises(Redacted, match=r"withheld by the publisher of this file\. Archive the document itself again"):
            timeline.record("sat", title="It sits", date="2025", citations=cited)


def test_a_clone_with_the_documents_gets_them_back(withheld: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It goes on from the published copy: its bundles archive the same documents again, which the log knows by their hashes."""
    clone = tmp_path / "clone"
    shutil.copytree(withheld, clone, ignore=shutil.ignore_patterns("timeline.db*"))
    shutil.copytree(withheld / "public", clone / "public", dirs_exist_ok=True)
    monkeypatch.chdir(clone)
    more = "happenings:\n  - {id: sat, title: It sits, date: 2025, citations: [{source: notes, quote: It sat for}]}\n"
    (clone / "events/02.yaml").write_text(more)
    assert run("build").exit_code == 0
    with Timeline("timeline.db") as timeline:
        report = verify(timeline)
        assert report.ok
        assert (report.citations, report.documents) == (3, 5)
        assert timeline.source("minutes").text.count("Hiddenword") == 2
    assert rows(clone / "timeline.db", "SELECT * FROM withheld") == []
    assert rows(clone / "timeline.db", "SELECT count(*) FROM sources_fts WHERE sources_fts MATCH 'hiddenword'") == [(2,)]
    assert run("publish", "public").stdout.startswith("public: 5 events (1 new)")
    assert not [secret for secret in SECRETS if secret in (clone / "public/timeline.db").read_bytes()]


def test_check_py_passes_and_shows_what_was_not_checked(withheld: Path) -> None:
    """The script of a project: with the documents in seeds/ everything is appended again; the published copy is proved."""
    source = Path(__file__).parents[2] / "timeline/starting/project/check.py.txt"
    shutil.copy(source, withheld / "check.py")
    result = subprocess.run([sys.executable, "check.py"], capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stdout + result.stderr
    assert "4 withheld by the publisher" in result.stdout


def test_a_withheld_copy_is_redacted_as_ever(withheld: Path) -> None:
    """A redacted document is not listed as withheld in the next copy."""
    with Timeline("timeline.db", by="tester") as timeline:
        timeline.redact(timeline.happening("met").position, reason="by law")
        timeline.redact(timeline.source("notes").event.position, reason="by law")
        gone = timeline.log.document_redaction
        hashes = [sha256 for (sha256,) in rows(withheld / "public/timeline.db", "SELECT sha256 FROM withheld") if gone(sha256)]
    assert len(hashes) == 3, "the happening cited both, so they went with it"
    assert run("publish", "public").exit_code == 0
    assert not set(hashes) & {sha256 for (sha256,) in rows(withheld / "public/timeline.db", "SELECT sha256 FROM withheld")}
    with Timeline("public/timeline.db", read_only=True) as timeline:
        assert timeline.verify().ok


def test_a_misspelt_setting_is_refused(project: Path) -> None:
    """It would publish what was to be withheld."""
    for setting, reason in (
        ({"documents": "cited"}, 'expected "all" or "cited-passages"'),
        ({"document": "x"}, "is not a setting"),
    ):
        (project / "metadata.json").write_text(json.dumps({"plugins": {"cited-timeline": setting}}))
        assert reason in refused("publish", "public")
        assert not (project / "public").exists()


def test_a_picture_that_is_withheld_is_not_in_the_copy(project: Path) -> None:
    """Its words are, as the happening has them."""
    with Timeline("timeline.db", by="tester") as timeline:
        timeline.archive(**picture("hall"))
        cited = [timeline.source("report").quote("The council met")]
        timeline.record("shown", title="Shown", date="2025", citations=cited, media=[{"source": "hall", "alt": "Rows."}])
    (project / "metadata.json").write_text(json.dumps(SETTING))
    assert run("publish", "public").exit_code == 0
    assert PNG not in (project / "public/timeline.db").read_bytes()
    assert rows(project / "public/timeline.db", "SELECT alt FROM happening_media") == [("Rows.",)]


def test_with_none_there_are_neither_lengths_nor_pages(withheld: Path) -> None:
    """Only the hashes: what an option keeps back may be more than the metadata says, never less."""
    assert rows(Path("public/timeline.db"), "select count(*) from withheld where characters is not null") != [(0,)]
    result = run("publish", "other", "--documents", "none")
    assert result.exit_code == 0, result.output
    assert (
        "Publishes only the quotations in the log, with some words before and after each, and the SHA-256 of 3 documents"
        in result.stderr
    )
    assert rows(Path("other/timeline.db"), "select count(*) from withheld where characters is not null or pages is not null") == [
        (0,)
    ]
    assert rows(Path("other/timeline.db"), "select count(*) from citations where page is not null") == [(0,)]
    assert run("verify", "--db", "other/timeline.db").exit_code == 0
    assert 'says "documents": "cited-passages"' in refused("publish", "third", "--documents", "all")
