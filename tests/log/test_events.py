"""The project's own bundle agrees with its three documents."""

import hashlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from timeline import Timeline, bundles

PROJECT = Path(__file__).parent.parent.parent
SEEDS = {
    "000_ed21aa737d08a29a.txt": "bf9f274b445e43642a38be7fecbb86e26a30f2062b58a9a1cde450246ee5d808",
    "002_a8ebba22b26b2eef.txt": "1b0780f3c3576d8db0c9f5bf5b0853cd028ce7f6f181573036cfd49efcf1752f",
    "003_d4568d2726dc3874.txt": "5ee3d06402cc7523c7d6d570e8d81565202d80f0cae70474535f1d46c4fc525a",
}


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Timeline]:
    """Build the timeline of the project's own bundle."""
    with Timeline(tmp_path_factory.mktemp("built") / "timeline.db") as timeline:
        bundles.append(timeline, PROJECT / "events" / "interpol-general-assembly.yaml")
        yield timeline


def test_the_documents_are_as_received() -> None:
    """seeds/ holds the three documents byte for byte."""
    found = {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in (PROJECT / "seeds").iterdir()}
    assert found == SEEDS


def test_every_quotation_is_exact(built: Timeline) -> None:
    """No quotation needs normalised spaces, quotation marks or dashes."""
    assert {row["grade"] for row in built.db["citations"].rows} == {"exact"}


@pytest.mark.parametrize(
    ("happening", "earliest", "latest"),
    [
        ("casablanca-attacks", "2003-01-01", "2003-12-31"),
        ("security-a-matter-of-state", "2003-01-01", None),
        ("ga-76", "2007-01-01", "2007-12-31"),
        ("ga-93", "2025-11-24", "2025-11-27"),
        ("ga-93-opening", "2025-11-24", "2025-11-24"),
        ("shahkar-meeting", "2025-11-24", "2025-11-27"),
        ("prince-naif-medal", None, "2025-11-26"),
        ("spanish-grand-cross", None, "2025-11-26"),
        ("vice-president-for-africa", None, "2025-11-27"),
        ("host-chosen", None, "2025-11-23"),
    ],
)
def test_dates_are_as_vague_as_the_words(built: Timeline, happening: str, earliest: str | None, latest: str | None) -> None:
    """A year stays a year, "recent" only has an end, and no day is given that no document gives."""
    row = built.db["happenings"].get(happening)
    assert (row["earliest"], row["latest"]) == (earliest, latest)
    assert row["date_note"]


def test_a_year_taken_from_another_document_is_cited_there(built: Timeline) -> None:
    """Every happening of 2025 cites the one document that states the year."""
    sql = """SELECT id FROM happenings WHERE coalesce(latest, earliest) LIKE '2025%' AND NOT EXISTS (
        SELECT 1 FROM citations WHERE happening = id AND source = 'interpol-marrakech-2025')"""
    assert list(built.db.query(sql)) == []


def test_claims_name_their_author(built: Timeline) -> None:
    """A statement names its speaker, in the field and in the title."""
    statements = list(built.db["happenings"].rows_where("kind = 'statement'"))
    assert len(statements) >= 12
    for row in statements:
        speaker = row["attributed_to"].split()[-1] if row["attributed_to"][0].isupper() else row["attributed_to"].split()[0]
        assert speaker in row["title"].lower() + row["title"], row["id"]


def test_sessions_meetings_and_statements_are_part_of_the_assembly(built: Timeline) -> None:
    """Every session, debate, address and meeting of those days is, by however many steps, a part of the 93rd."""
    sql = """WITH RECURSIVE inside(id) AS (
        SELECT 'ga-93' UNION SELECT happenings.id FROM happenings JOIN inside ON part_of = inside.id)
        SELECT id FROM happenings WHERE earliest >= '2025-11-24' AND kind <> 'statement' AND id NOT IN inside"""
    assert list(built.db.query(sql)) == []
    assert built.db.execute(
        "SELECT count(*) FROM happenings WHERE kind IN ('session', 'debate', 'address', 'meeting')"
    ).fetchone() == (5,)


def test_the_bundle_cites_all_three_documents(built: Timeline) -> None:
    """Each document supports something, and the assembly is cited from all three."""
    sql = "SELECT count(DISTINCT source) AS sources FROM citations WHERE happening = 'ga-93'"
    assert next(built.db.query(sql)) == {"sources": 3}
