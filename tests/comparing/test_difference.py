"""diff: everything that one timeline has and another has not, and whether one extends the other."""

import json
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from two_files import begin, record, writing

from timeline import Timeline, diff, merge
from timeline.cli import json_forms
from timeline.comparing import difference_text
from timeline.errors import DatabaseRefused, StatementInvalid


def kinds(one: Path, other: Path) -> list[tuple[str, str]]:
    """Name the changes of one file against another."""
    return [(change.kind, change.event.id) for change in diff(one, other).changes]


def test_a_file_that_goes_on_extends_the_other(tmp_path: Path) -> None:
    """Each kind of change once, in the order of the log; the other way round the same events are missing."""
    ann, ben = begin(tmp_path)
    assert diff(ann, ben).relation == "same"
    with writing(ben) as timeline:
        record(timeline, "sat")
        timeline.correct("met", place="Marrakech", date="2025-11-24", reason="It says so.")
        timeline.correct_source("minutes", publisher="The council", reason="The imprint.")
        timeline.retract("sat", reason="It is the same.", superseded_by="met")
        record(timeline, "left", "left on Friday")
        timeline.redact(7, reason="At risk.")
    with Timeline(ben, by="Cleo") as timeline:
        timeline.review("met", verdict="doubted", comment="Which hall?")
    difference = diff(ann, ben)
    assert (difference.relation, difference.same, difference.events) == ("extends", 2, (2, 9))
    assert kinds(ann, ben) == [
        ("added", "happening/sat@1"),
        ("corrected", "happening/met@2"),
        ("corrected", "source/minutes@2"),
        ("retracted", "happening/sat@2"),
        ("added", "happening/left@1"),
        ("redacted", "happening/left@2"),
        ("reviewed", "happening/met@3"),
    ]
    corrected, redacted = difference.changes[1], difference.changes[5]
    assert [(field.field, field.texts("added")) for field in corrected.fields] == [
        ("date", ["24 November 2025 (2025-11-24)"]),
        ("place", ["Marrakech"]),
    ]
    assert (redacted.redacted, redacted.reason, redacted.title) == ("happening/left@1", "At risk.", None)
    assert diff(ben, ann).relation == "extended"
    assert {kind for kind, _ in kinds(ben, ann)} == {"missing"}
    assert difference_text.relation(difference, "A", "B") == "B extends A: the first 2 events are the same, and 7 follow"


def test_two_that_went_on_alone_part(tmp_path: Path) -> None:
    """With the position, and both events there; an entry that both have is not listed, at whatever position."""
    ann, ben = begin(tmp_path)
    with writing(ann) as timeline:
        record(timeline, "sat")
        record(timeline, "left", "left on Friday")
        timeline.correct("met", place="Fes", reason="A slip.")
    with writing(ben) as timeline:
        record(timeline, "left", "left on Friday")
        record(timeline, "sat", title="It sits")
    difference = diff(ann, ben)
    assert (difference.relation, difference.same) == ("parted", 2)
    assert "They differ from position 3 on: in A happening/sat@1, recorded" in difference_text.relation(difference, "A", "B")
    assert kinds(ann, ben) == [("differs", "happening/sat@1"), ("missing", "happening/met@2")]
    assert [field.texts("added") for field in difference.changes[0].fields] == [["It sits"]]


def test_another_document_under_one_id_is_named(tmp_path: Path) -> None:
    """The title may be the same."""
    ann, ben = begin(tmp_path)
    for path, text in ((ann, "One text."), (ben, "Another text.")):
        with writing(path) as timeline:
            timeline.archive(text=text, id="page", title="A page")
    (change,) = diff(ann, ben).changes
    assert (change.kind, [field.field for field in change.fields]) == ("differs", ["sha256"])


def test_no_redacted_word_is_shown(tmp_path: Path) -> None:
    """Where the second has redacted an entry, a comment about that would publish its words again."""
    ann, ben = begin(tmp_path)
    with writing(ann) as timeline:
        record(timeline, "witness", "A witness named Xanthippe", title="Xanthippe sees it")
    shutil.copy(ann, ben)
    with writing(ben) as timeline:
        timeline.redact(3, reason="At risk.")
    for one, other in ((ann, ben), (ben, ann)):
        told = "".join(difference_text.markdown(diff(one, other), "A", "B"))
        assert "Xanthippe" not in told
        assert "happening/witness" in told
    with writing(ann) as timeline:  # who has not redacted goes on: the stream is redacted in the other
        timeline.correct("witness", place="Marrakech", reason="It says so.")
    assert "Xanthippe" not in "".join(difference_text.markdown(diff(ann, ben), "A", "B"))


def test_a_comment_shows_text_as_it_is(tmp_path: Path) -> None:
    """No text of an entry makes a link, a heading, a picture or HTML, or notifies anybody on GitHub."""
    ann, ben = begin(tmp_path)
    title = "# @everyone ![x](http://evil.example/x.png) <script>alert(1)</script> **bold** #1 GH-1 https://evil.example"
    with writing(ben) as timeline:
        record(timeline, "odd", title=title, summary="x")
        timeline.correct("odd", title=f"{title} | `y`", reason="\u202e<b>")
    told = "".join(difference_text.markdown(diff(ann, ben), "A", "B"))
    assert "@everyone" not in told
    assert "#1 " not in told
    assert "://" not in told
    assert "\u202e" not in told
    shown = MarkdownIt("commonmark").render(told)
    assert {name for name in ("<script", "<img", "<a ", "<h1", "<b>") if name in shown} == set()


def test_a_long_comment_is_cut_and_counts_the_rest(tmp_path: Path) -> None:
    """GitHub takes 65,536 characters."""
    ann, ben = begin(tmp_path)
    with writing(ben) as timeline, timeline.transaction():
        for number in range(130):
            record(timeline, f"h{number}", title="T" * 1000)
    told = "".join(difference_text.markdown(diff(ann, ben), "A", "B"))
    assert len(told) < 65_536
    assert "### Adds 130" in told
    assert "… and 30 more" in told


def test_a_folder_is_a_publication_or_refused(tmp_path: Path) -> None:
    """Never guess which of several databases is meant."""
    ann, ben = begin(tmp_path)
    public = tmp_path / "public"
    public.mkdir()
    shutil.copy(ben, public / "timeline.db")
    with pytest.raises(DatabaseRefused, match="is not a published folder"):
        diff(ann, public)
    (public / "checkpoint").write_text("")
    assert diff(ann, public).relation == "same"
    shutil.copy(ben, public / "other.db")
    with pytest.raises(DatabaseRefused, match="is not a published folder"):
        diff(ann, public)


def test_a_site_of_plain_files_is_compared_by_its_log(tmp_path: Path) -> None:
    """It has no database; a log that is none is refused in one line."""
    ann, ben = begin(tmp_path)
    site = tmp_path / "site"
    site.mkdir()
    (site / "site.json").write_text("{}")
    with Timeline(ben, by="Ben") as timeline:
        record(timeline, "site", title="Of the site")
        timeline.redact(timeline.log.size(), reason="Private")
        lines = [{**json_forms.event(event), "salt": event.salt and event.salt.hex()} for event in timeline.log.events()]
    (site / "log.jsonl").write_text("".join(f"{json.dumps(line)}\n" for line in lines))
    assert [(change.kind, change.event) for change in diff(ann, site).changes] == [
        (change.kind, change.event) for change in diff(ann, ben).changes
    ]
    assert diff(site, ben).relation == diff(site, site).relation == "same"
    (site / "log.jsonl").write_text("{}\n")
    with pytest.raises(DatabaseRefused, match="is not the log of a site"):
        diff(ann, site)


def test_changed_data_under_an_old_hash_is_no_common_beginning(tmp_path: Path) -> None:
    """Whoever changes a file changes it behind the guards; that the tree is the same does not hide it."""
    ann, ben = begin(tmp_path)
    with closing(sqlite3.connect(ben, isolation_level=None)) as connection:
        (guard,) = connection.execute("SELECT sql FROM sqlite_master WHERE name = 'events_update'").fetchone()
        connection.execute("DROP TRIGGER events_update")
        connection.execute("UPDATE events SET data = replace(data, 'Met', 'Mat') WHERE position = 2")
        connection.execute(guard)
    assert (diff(ann, ben).relation, kinds(ann, ben)) == ("parted", [("differs", "happening/met@1")])


@pytest.mark.parametrize(
    ("type", "data"),
    [
        ("HappeningCorrected", '{"statement": {"title": 5}}'),
        ("HappeningCorrected", '{"statement": {}, "changes": 5, "reason": "x"}'),
        ("HappeningCorrected", '{"statement": {"citations": [{"source": "s", "quote": 1}]}, "changes": {}}'),
        ("HappeningCorrected", '{"statement": {"date": "nonsense", "tags": ["\\ud800"]}}'),
        ("HappeningReviewed", '{"verdict": "sure"}'),
        ("EventRedacted", "{}"),
        ("EventRedacted", '{"position": 99999999999999999999}'),
        ("SourceCorrected", "{}"),
    ],
)
def test_a_malformed_file_ends_in_one_line(tmp_path: Path, type: str, data: str) -> None:
    """Whatever a stranger has put into the log, behind its guards; or it is shown as far as it makes sense."""
    ann, ben = begin(tmp_path)
    with closing(sqlite3.connect(ben, isolation_level=None)) as connection:
        guards = connection.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'events'").fetchall()
        for name, _ in guards:
            connection.execute(f"DROP TRIGGER {name}")
        row = (3, "happening/met", 2, type, "2026-01-01T00:00:00.000Z", "Ben", data, b"s" * 16, b"h" * 32)
        connection.execute("INSERT INTO events VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", row)
        for _, sql in guards:
            connection.execute(sql)
    try:
        "".join(difference_text.markdown(diff(ann, ben), "A", "B"))
    except StatementInvalid as error:
        assert "\n" not in str(error)
    with writing(ann) as timeline, pytest.raises((DatabaseRefused, StatementInvalid)):
        merge(timeline, ben)


@given(steps=st.lists(st.sampled_from(["record", "correct", "retract"]), max_size=8), cut=st.integers(0, 8))
def test_a_log_against_its_own_past_is_every_event_since(steps: list[str], cut: int) -> None:
    """Each once, in order: nothing is passed over, or listed twice."""
    with TemporaryDirectory() as folder:
        ann, past = begin(Path(folder))
        for number, step in enumerate(steps):
            if number == cut:
                shutil.copy(ann, past)
            with writing(ann) as timeline:
                if step == "correct":
                    timeline.correct("met", place=f"Hall {number}", reason="Better.")
                    continue
                record(timeline, f"h{number}")
                if step == "retract":
                    timeline.retract(f"h{number}", reason="A slip.")
        difference = diff(past, ann)
        since = range(difference.events[0] + 1, difference.events[1] + 1)
        assert [change.event.position for change in difference.changes] == [*since]
