"""check.py names the entry, the field and the commit of every change to the past, and never an innocent commit."""

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from started_project import IDENTITY, WORDS, python, run, uncommented

pytestmark = pytest.mark.skipif(not shutil.which("git"), reason="git is not here")


def git(folder: Path, *words: str) -> str:
    """Run git as someone who has told it their name, and give what it says."""
    done = subprocess.run(["git", *IDENTITY, *words], cwd=folder, check=True, capture_output=True, text=True)
    return done.stdout.strip()


def commit(folder: Path, subject: str, *more: str) -> str:
    """Commit everything, and give the hash as check.py shows it."""
    git(folder, "add", "-A")
    git(folder, "commit", "-q", "--allow-empty", "-m", subject, *more)
    return git(folder, "rev-parse", "HEAD")[:10]


def changed(folder: Path, was: str, now: str, name: str = "first.yaml") -> None:
    """Change a bundle."""
    path = folder / "events" / name
    assert was in path.read_text()
    path.write_text(path.read_text().replace(was, now))


def told(folder: Path) -> list[str]:
    """Run the check, which fails, and give the sentences that name a commit, or that there is none."""
    done = python("check.py", folder=folder)
    assert (done.returncode, "Traceback" in done.stderr) == (1, False), done.stdout + done.stderr
    return [line.removeprefix("✗ ") for line in done.stdout.splitlines() if re.search("commit|document is", line)]


@pytest.fixture
def ann(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Publish a first happening, and push it to a bare repository; commands are run in Ann's clone."""
    monkeypatch.delenv("TIMELINE_DB", raising=False)
    monkeypatch.chdir(tmp_path)
    folder = tmp_path / "ann"
    assert run("init", "ann").exit_code == 0
    monkeypatch.chdir(folder)
    (folder / "seeds" / "report.txt").write_text(f"{WORDS}.\nIt sat for four days.\n")
    bundle = uncommented((folder / "events" / "first.yaml").read_text()).replace("report.pdf", "report.txt")
    (folder / "events" / "first.yaml").write_text(bundle.split("\n## A correction")[0])
    assert run("build").exit_code == 0
    assert run("publish", "public").exit_code == 0
    git(tmp_path, "init", "-q", "--bare", "shared.git")
    git(folder, "init", "-q")
    git(folder, "remote", "add", "origin", "../shared.git")
    commit(folder, "Begin")
    git(folder, "push", "-q", "-u", "origin", "main")
    return folder


@pytest.fixture
def ben(ann: Path, tmp_path: Path) -> Path:
    """Clone it."""
    git(tmp_path, "clone", "-q", "shared.git", "ben")
    return tmp_path / "ben"


def test_a_changed_field_is_named_with_its_commit(ann: Path) -> None:
    """Not the commit that wrote the entry, nor a later one that only touched the file, moved or indented the line."""
    changed(ann, "publisher: Who published it", "publisher: Somebody")
    commit(ann, "Innocent before")  # a change of another entry, which is named by itself
    changed(ann, "date: 2025-11-24", "date: 2025-11-23")
    guilty = commit(ann, "A slip of the pen")
    changed(ann, "happenings:", "# A comment\n\nhappenings:")
    changed(ann, "    date: 2025-11-23", "    date:   2025-11-23")
    innocent = commit(ann, "Tidy")
    lines = told(ann)
    assert len(lines) == 2
    date, publisher = sorted(lines)
    assert re.fullmatch(
        rf"happening/council-meets: date was 2025-11-24, is 2025-11-23 \(events/first.yaml, line \d+;"
        rf" since commit {guilty} of \d{{4}}-\d\d-\d\d \(“A slip of the pen”\)\)",
        date,
    )
    assert "source/report: publisher was Who published it, is Somebody" in publisher
    assert "Innocent before" in publisher
    assert not [line for line in lines if innocent in line]
    line = int(re.findall(r"line (\d+)", date)[0])
    assert "2025-11-23" in (ann / "events/first.yaml").read_text().splitlines()[line - 1]


def test_two_changes_of_one_field_are_the_first_that_left_the_past(ann: Path) -> None:
    """A change that was taken back in between is no longer one."""
    changed(ann, "date: 2025-11-24", "date: 2025-11-20")
    commit(ann, "Wrong")
    changed(ann, "date: 2025-11-20", "date: 2025-11-24")
    commit(ann, "Put it back")
    changed(ann, "date: 2025-11-24", "date: 2025-11-23")
    guilty = commit(ann, "Wrong again")
    changed(ann, "date: 2025-11-23", "date: 2025-11-22")
    commit(ann, "And again")
    (line,) = told(ann)
    assert f"since commit {guilty}" in line


def test_an_entry_that_was_moved_is_followed(ann: Path) -> None:
    """The one who moved it to a file of its own did not change it."""
    changed(ann, "date: 2025-11-24", "date: 2025-11-23")
    guilty = commit(ann, "A slip")
    text = (ann / "events/first.yaml").read_text()
    sources, happenings = text.split("happenings:")
    (ann / "events/first.yaml").write_text(sources)
    (ann / "events/meeting.yaml").write_text(f"happenings:{happenings}")
    commit(ann, "A file for each entry")
    (line,) = told(ann)
    assert "events/meeting.yaml" in line
    assert f"since commit {guilty}" in line


def test_a_field_that_was_taken_away_is_named(ann: Path) -> None:
    """It is on no line any more; the entry's own is given."""
    changed(ann, "    place: Marrakech\n", "")
    guilty = commit(ann, "Shorter")
    (line,) = told(ann)
    assert "happening/council-meets: place was Marrakech, is not given (events/first.yaml, line " in line
    assert guilty in line


@pytest.mark.parametrize("gone", [False, True])
def test_a_changed_document_is_named(ann: Path, gone: bool) -> None:
    """Or one that was taken away; a later commit to another file is innocent."""
    path = ann / "seeds/report.txt"
    if gone:
        path.unlink()
    else:
        path.write_text(path.read_text().replace("four", "five"))
    guilty = commit(ann, "A better scan")
    (ann / "seeds/other.txt").write_text("Other.")
    commit(ann, "Another document")
    (line,) = told(ann)
    assert f"source/report: its document is {'gone' if gone else 'another'} (events/first.yaml, line " in line
    assert f"since commit {guilty}" in line


def test_a_change_that_is_not_committed_is_said_to_be_none(ann: Path) -> None:
    """Nobody else has it."""
    changed(ann, "date: 2025-11-24", "date: 2025-11-23")
    (line,) = told(ann)
    assert "it is in your files, and in no commit yet" in line


def test_a_merge_is_not_blamed_for_a_side(ann: Path, ben: Path) -> None:
    """Two clones: Ben changes the past, Ann adds a comment, and Ann's merge brings both together."""
    changed(ben, "date: 2025-11-24", "date: 2025-11-23")
    guilty = commit(ben, "Ben's slip")
    git(ben, "push", "-q")
    changed(ann, "sources:", "# Ann's comment\nsources:")
    innocent = commit(ann, "Ann's comment")
    git(ann, "pull", "-q", "--no-rebase", "--no-edit")
    (line,) = told(ann)
    assert f"since commit {guilty}" in line
    assert innocent not in line
    assert "Merge" not in line


def test_after_a_rebase_the_commit_that_is_there_is_named(ann: Path, ben: Path) -> None:
    """Ben's commit has another hash now; Ann's, on which it was put, is innocent."""
    changed(ann, "sources:", "# Ann's comment\nsources:")
    innocent = commit(ann, "Ann's comment")
    git(ann, "push", "-q")
    changed(ben, "date: 2025-11-24", "date: 2025-11-23")
    old = commit(ben, "Ben's slip")
    git(ben, "pull", "-q", "--rebase")
    new = git(ben, "rev-parse", "HEAD")[:10]
    (line,) = told(ben)
    assert new != old
    assert f"since commit {new}" in line
    assert innocent not in line


def test_after_a_squash_the_one_commit_that_is_left_is_named(ann: Path, ben: Path) -> None:
    """And no person: whoever squashed need not have written it."""
    git(ben, "checkout", "-q", "-b", "work")
    for now, subject in (("2025-11-23", "One"), ("2025-11-22", "Two")):
        path = ben / "events/first.yaml"
        path.write_text(re.sub(r"date: 2025-11-2\d\b", f"date: {now}", path.read_text()))
        commit(ben, subject, "--author", "Ben <ben@example.org>")
    git(ben, "checkout", "-q", "main")
    git(ben, "merge", "-q", "--squash", "work")
    squashed = commit(ben, "All of Ben's work", "--author", "Cleo <cleo@example.org>")
    (line,) = told(ben)
    assert f"since commit {squashed} of" in line
    assert not re.search("Ben <|Cleo|example.org", line)


def test_a_history_without_the_published_entry_says_so(ann: Path) -> None:
    """The whole history squashed to one commit, which never had the entry as it was published."""
    changed(ann, "date: 2025-11-24", "date: 2025-11-23")
    git(ann, "checkout", "-q", "--orphan", "new")
    only = commit(ann, "Begin again")
    (line,) = told(ann)
    assert f"since commit {only} of" in line
    assert "and no commit before has it as it was published" in line


def test_a_shallow_clone_blames_nobody(ann: Path, tmp_path: Path) -> None:
    """Its oldest commit seems to have made everything. The check says how to fetch the rest, and then names the right one."""
    changed(ann, "date: 2025-11-24", "date: 2025-11-23")
    guilty = commit(ann, "A slip")
    innocent = commit(ann, "Later")
    git(ann, "push", "-q")
    git(tmp_path, "clone", "-q", "--depth", "1", (tmp_path / "shared.git").as_uri(), "shallow")
    shallow = tmp_path / "shallow"
    done = python("check.py", folder=shallow)
    assert (done.returncode, "git fetch --unshallow" in done.stderr) == (1, True)
    assert innocent not in done.stdout + done.stderr
    git(shallow, "fetch", "-q", "--unshallow")
    (line,) = told(shallow)
    assert f"since commit {guilty}" in line


def test_a_fault_of_a_draft_is_no_change_of_the_past(ann: Path) -> None:
    """Its bundle cannot be appended, and no commit is named."""
    (ann / "events/second.yaml").write_text(
        "happenings: [{id: x, title: X, date: '2025', citations: [{source: report, quote: nowhere}]}]\n"
    )
    commit(ann, "A draft")
    assert told(ann) == []
    assert "No entry that was published has changed" in python("check.py", folder=ann).stdout


def test_a_replaced_publication_names_both_commits(ann: Path) -> None:
    """The one whose publication is gone, and the one that has another in its place; a later one is innocent."""
    first = git(ann, "rev-parse", "HEAD")[:10]
    git(ann, "remote", "remove", "origin")  # otherwise publishing is refused
    changed(ann, "date: 2025-11-24", "date: 2025-11-23")
    shutil.rmtree(ann / "public")
    (ann / "timeline.db").unlink()
    assert run("build").exit_code == 0
    assert run("publish", "public").exit_code == 0
    second = commit(ann, "Nothing happened")
    innocent = commit(ann, "Go on")
    (line,) = told(ann)
    assert re.fullmatch(
        rf"the publication in commit {first} of \S+ \(“Begin”\) is not in it;"
        rf" commit {second} of \S+ \(“Nothing happened”\) has another in its place",
        line,
    )
    assert innocent not in line


def test_a_published_entry_that_is_taken_out_is_named_and_is_no_fault(ann: Path) -> None:
    """With the commit that took it out; one that moved to another bundle is not named, nor one that never was in any."""
    (ann / "events/b.yaml").write_text("happenings: [{correct: council-meets, place: Paris, reason: A slip}]\n")
    run("archive", "seeds/report.txt", "--id", "other", "--title", "By hand", "--record", "nothing")
    run("build")
    run("publish", "public")
    commit(ann, "Publish")
    text = (ann / "events/first.yaml").read_text()
    sources, _, happenings = text.partition("happenings:")
    (ann / "events/first.yaml").write_text(sources)
    (ann / "events/moved.yaml").write_text(f"happenings:{happenings}")
    commit(ann, "Move")
    (ann / "events/b.yaml").unlink()
    gone = commit(ann, "Take out")
    done = python("check.py", "--comment", "comment.md", folder=ann)
    assert done.returncode == 0, done.stdout + done.stderr
    assert re.findall("^! .*", done.stdout, re.MULTILINE) == [
        f"! happening/council-meets, a correction: events/b.yaml had it, and no bundle has it since commit {gone} of"
        f" {git(ann, 'show', '-s', '--format=%cs')} (“Take out”). It stays published"
    ]
    assert "### Published, and no longer in events/" in (ann / "comment.md").read_text()


def test_the_subject_of_a_commit_steers_no_terminal(ann: Path) -> None:
    """It is a stranger's text."""
    changed(ann, "date: 2025-11-24", "date: 2025-11-23")
    commit(ann, "\x1b[2J\u202eevil")
    (line,) = told(ann)
    assert not re.search("[\x1b\u202e]", line)
    assert os.linesep not in line
