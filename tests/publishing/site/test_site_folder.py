"""Publishing a site again: only what changed is written, nothing foreign is touched, and no moment leaves a broken site."""

import json
import re
from pathlib import Path

import pytest
import site_material
from publishing_commands import content, refused, run
from shares import EVERY_CASE
from site_material import SECRET, Published

from timeline import Timeline
from timeline.merkle import Key, Note
from timeline.proof.signing import SigningKey

AGAIN = ("publish", "--site", "out", "--yes")


def times(folder: Path) -> dict[str, int]:
    """Read when each file was written."""
    return {path.relative_to(folder).as_posix(): path.stat().st_mtime_ns for path in folder.rglob("*") if path.is_file()}


def record(db: Path, id_: str, date: str) -> None:
    """Record one more happening."""
    with Timeline(db, by="Ann") as timeline:
        timeline.record(id_, title=f"And then {id_}", date=date, citations=[timeline.source("report").quote("Ann Lee spoke first")])


def test_the_same_timeline_writes_nothing(copied: Published) -> None:
    """Not a single file, at any time of day."""
    first = run(*AGAIN)
    before = times(copied.site)
    assert "(0 new)" in first.stdout
    again = run(*AGAIN)
    assert "0 written, 0 removed" in again.stdout
    assert times(copied.site) == before


def test_only_what_changed_is_written(copied: Published) -> None:
    """A new happening has a page; those of others, their proofs and their addresses stay."""
    assert run(*AGAIN).exit_code == 0
    before, names = times(copied.site), content(copied.site)
    record(copied.db, "later", "2001-05-06")
    result = run(*AGAIN, "--json")
    said = json.loads(result.stdout)
    assert (said["new"], said["changed"]) == (1, True)
    after = times(copied.site)
    pages = {name for name in before if name.endswith(".html") or name.endswith(".tlog-proof")}
    assert pages <= after.keys()
    assert "happenings/later/index.html" in after
    same = {name for name in before if after.get(name) == before[name]}
    assert {"happenings/opening/index.html", "events/1.html", "events/1.tlog-proof", "sources/minutes/index.html"} <= same
    changed = {name for name in pages - same if name.startswith(("happenings/", "events/"))}
    assert len(changed) <= 3, changed  # the neighbours of the new happening and of the new event
    assert all((copied.site / name).read_bytes() == names[name] for name in same)
    assert site_material.broken_links(copied.site) == []


def test_another_timeline_is_refused(copied: Published, tmp_path: Path) -> None:
    """The log must extend that of the former site."""
    other = tmp_path / "other.db"
    site_material.build(other)
    before = content(copied.site)
    assert "Published events stay" in refused(*AGAIN, "--db", str(other))
    assert content(copied.site) == before


def test_a_signed_site_stays_signed_by_the_same_key(copied: Published, key: Path, tmp_path: Path) -> None:
    """Its key lies beside the checkpoint; another signer is refused, and so is none."""
    assert run(*AGAIN, "--key", key).exit_code == 0
    assert Key.parse((copied.site / "public-key").read_text()).name == "example.org/log"
    assert Note.parse((copied.site / "checkpoint").read_bytes()).signatures
    SigningKey.new("example.org/other").save(tmp_path / "other.key")
    before = content(copied.site)
    assert "was signed by example.org/log" in refused(*AGAIN, "--key", str(tmp_path / "other.key"))
    record(copied.db, "later", "2001-05-06")
    assert "was signed by example.org/log before, and this is not" in refused(*AGAIN)
    assert content(copied.site) == before


def test_a_redaction_reaches_every_file(copied: Published) -> None:
    """The words, the document and its pages are gone; the event, its hash and its proof stay."""
    assert any(SECRET.encode() in data for data in content(copied.site).values())
    with Timeline(copied.db, by="Ann") as timeline:
        for event in list(timeline.events()):
            if (
                event.stream in ("happening/private", "happening/export", "happening/mistake", "source/note.1")
                and event.data is not None
            ):
                timeline.redact(event.position, reason="A court ordered it")
    result = run(*AGAIN)
    assert result.exit_code == 0, result.output
    for name, data in content(copied.site).items():
        assert SECRET.encode() not in data, name
        assert b"met in private" not in data, name
    assert not (copied.site / "sources/note~2E1/document.txt").exists()
    assert "A court ordered it" in (copied.site / "happenings/private/index.html").read_text(encoding="utf-8")
    assert site_material.broken_links(copied.site) == []


def test_foreign_files_are_left_alone(copied: Published) -> None:
    """What a host or a repository keeps there stays, in folders of ours too."""
    for name in ("CNAME", ".git/HEAD", "events/notes.txt"):
        (copied.site / name).parent.mkdir(exist_ok=True)
        (copied.site / name).write_text("ours")
    assert run(*AGAIN).exit_code == 0
    assert all((copied.site / name).read_text() == "ours" for name in ("CNAME", ".git/HEAD", "events/notes.txt"))


@pytest.mark.parametrize("name", ["events/82.html", "happenings/later"])
def test_a_foreign_file_in_the_way_is_refused(copied: Published, name: str) -> None:
    """It is named, and the site stays as it was."""
    record(copied.db, "later", "2001-05-06")
    with Timeline(copied.db, read_only=True) as timeline:
        name = name.replace("82", str(timeline.log.size()))
    (copied.site / name).write_text("ours")
    before = content(copied.site)
    result = run(*AGAIN)
    assert (result.exit_code, "in the way" in result.stderr) == (1, True)
    assert content(copied.site) == before


def test_links_are_never_followed(copied: Published, tmp_path: Path) -> None:
    """Neither to write through one, nor to remove."""
    outside = tmp_path / "outside"
    (copied.site / "list").rename(outside)
    (copied.site / "list").symlink_to(outside)
    before = content(outside)
    record(copied.db, "later", "2001-05-06")
    result = run(*AGAIN)
    assert (result.exit_code, "is a link" in result.stderr) == (1, True)
    assert content(outside) == before


def test_a_folder_of_something_else_is_refused(copied: Published, tmp_path: Path) -> None:
    """A home, a project, or a list of files that leads out of the folder."""
    (tmp_path / "home").mkdir()
    (tmp_path / "home/letter.txt").write_text("mine")
    assert "holds other files than a site, such as letter.txt" in refused("publish", "--site", "home", "--yes")
    manifest = json.loads((copied.site / "site.json").read_text())
    manifest["files"]["../home/letter.txt"] = "0"
    (copied.site / "site.json").write_text(json.dumps(manifest))
    assert "is not the list of a site’s files" in refused(*AGAIN)
    assert (tmp_path / "home/letter.txt").read_text() == "mine"


@pytest.mark.parametrize("after", [1, 20] if EVERY_CASE else [20])
def test_a_killed_run_leaves_a_site_that_works(copied: Published, monkeypatch: pytest.MonkeyPatch, after: int) -> None:
    """Each page has all that it loads, whichever publication it is of; the next run completes it."""
    assert run(*AGAIN).exit_code == 0
    record(copied.db, "later", "2001-05-06")
    replace, done = Path.replace, []

    def killed(path: Path, target: Path) -> Path:
        if copied.site in Path(target).absolute().parents:
            if len(done) == after:
                raise KeyboardInterrupt
            done.append(target)
        return replace(path, target)

    with monkeypatch.context() as patched:
        patched.setattr(Path, "replace", killed)
        assert run(*AGAIN).exit_code != 0
    assert len(done) == after
    for name, tree in site_material.pages(copied.site):
        base = (copied.site / name).parent
        needed = [*tree.xpath("//script/@src"), *tree.xpath("//link[@rel='stylesheet']/@href")]
        needed += re.findall(r'"(data/[^"]+\.js)"', "".join(tree.xpath("//script[@id='site']/text()")))
        assert all((base / one).is_file() for one in needed), name
    assert run(*AGAIN).exit_code == 0
    assert site_material.broken_links(copied.site) == []
    completed = content(copied.site)
    assert run("publish", "--site", "fresh", "--yes").exit_code == 0
    assert completed == content(copied.site.parent / "fresh")
