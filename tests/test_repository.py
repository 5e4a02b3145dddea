"""Two people publish in one Git repository: whichever way git is asked to reconcile them, one command goes on from the first."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from timeline import Timeline
from timeline.cli import main

WORDS = "The council met in Marrakech. It sat for four days. It left on Friday."
ONTO = ("build", "--fresh", "--onto", "origin/main")
ADVICE = "timeline build --fresh --onto origin/main"

pytestmark = pytest.mark.skipif(not shutil.which("git"), reason="git is not here")


def git(*words: str, succeeds: bool = True) -> str:
    """Ask git in this folder."""
    done = subprocess.run(["git", *words], capture_output=True, text=True, check=False)
    assert (done.returncode == 0) == succeeds, done.stdout + done.stderr
    return done.stdout


def done(*words: str) -> str:
    """Run a command that does what it is asked to, and give all that it said."""
    result = CliRunner().invoke(main, list(words))
    assert result.exit_code == 0, result.output
    return result.output


def refused(*words: str) -> str:
    """Run a command that is refused, and give what it said."""
    result = CliRunner().invoke(main, list(words))
    assert result.exit_code == 1, result.output
    return result.output


def check() -> tuple[int, str]:
    """Run the project's own check."""
    run = subprocess.run([sys.executable, "check.py"], capture_output=True, text=True, check=False)
    return run.returncode, run.stdout + run.stderr


def write(id: str, quote: str) -> None:
    """Write a bundle of one happening."""
    entry = f"{{id: {id}, title: {id}, date: '2025', citations: [{{source: r, quote: {quote}}}]}}"
    Path(f"events/{id}.yaml").write_text(f"happenings:\n  - {entry}\n", encoding="utf-8")


def add(id: str, quote: str, by: str) -> None:
    """Write, build, publish and commit."""
    write(id, quote)
    done("build", "--by", by)
    done("publish", "public")
    commit(id)


def commit(message: str) -> None:
    """Commit all there is."""
    git("add", "-A")
    git("commit", "-qm", message)


def streams() -> list[str]:
    """List the streams in the order of the log."""
    with Timeline("timeline.db", read_only=True) as timeline:
        return [event.stream.partition("/")[2] for event in timeline.log.events()]


@pytest.fixture
def both(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Go to Ann's clone: she and Ben have both published and committed, and Ben has pushed."""
    for role in ("AUTHOR", "COMMITTER"):
        monkeypatch.setenv(f"GIT_{role}_NAME", "a")
        monkeypatch.setenv(f"GIT_{role}_EMAIL", "a@example.org")
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", os.devnull)
    monkeypatch.chdir(tmp_path)
    git("init", "-q", "--bare", "-b", "main", "shared.git")
    done("init", "ann")
    monkeypatch.chdir(tmp_path / "ann")
    Path("seeds/r.txt").write_text(WORDS, encoding="utf-8")
    Path("events/first.yaml").write_text("sources:\n  - {id: r, file: ../seeds/r.txt, title: A report}\n", encoding="utf-8")
    git("init", "-q", "-b", "main", ".")
    git("remote", "add", "origin", "../shared.git")
    add("met", "met in Marrakech", "Ann")
    git("push", "-qu", "origin", "main")
    git("clone", "-q", "../shared.git", "../ben")
    monkeypatch.chdir(tmp_path / "ben")
    add("sat", "sat for four days", "Ben")
    git("push", "-q")
    monkeypatch.chdir(tmp_path / "ann")
    add("left", "left on Friday", "Ann")
    git("push", "-q", succeeds=False)
    return tmp_path


def finish(both: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Publish, commit and push; all is then well for Ann and for Ben."""
    done("publish", "public")
    commit("Again")
    git("push", "-q")
    assert streams() == ["r", "met", "sat", "left"]
    assert {path.name for path in Path("public/checkpoints").iterdir()} == {"2", "2-to-3", "3", "3-to-4"}
    assert check()[0] == 0
    monkeypatch.chdir(both / "ben")
    git("pull", "-q", "--no-rebase")
    done("build")
    assert streams() == ["r", "met", "sat", "left"]
    assert check()[0] == 0


def test_after_a_merge_one_command_continues_from_the_first(both: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """During the conflict, every other command reports it, and names the command that ends it."""
    git("pull", "-q", "--no-rebase", succeeds=False)
    for words in (("build",), ("build", "--fresh"), ("publish", "public"), ("serve", "--port", "0")):
        assert refused(*words) == (
            "Error: public: two publications conflict in it, and git left the conflict open."
            f" Continue from the one that others follow: {ADVICE}\n"
        )
    told = done(*ONTO, "--by", "Ann")
    assert "Dropped: your publication of 3 events, which origin/main:public/timeline.db does not hold\n" in told
    assert "public: is now as on origin/main. Next: timeline publish public\n" in told
    assert "Undone: 1 commit with another publication. Their other changes are in your files: commit those\n" in told
    finish(both, monkeypatch)


@pytest.mark.parametrize("side", ["--ours", "--theirs"])
@pytest.mark.parametrize("how", ["--no-rebase", "--rebase"])
def test_a_side_of_a_conflict_is_not_published(both: Path, monkeypatch: pytest.MonkeyPatch, how: str, side: str) -> None:
    """Either side, even committed: the publication that others follow is not lost, and the error shows the way."""
    git("pull", "-q", how, succeeds=False)
    git("checkout", side, "public")
    git("add", "public")
    if how == "--rebase":
        monkeypatch.setenv("GIT_EDITOR", "true")
        git("rebase", "--continue")
    else:
        git("commit", "-qm", "Merge")
    assert refused("build", "--by", "Ann").endswith(f"{ADVICE}\n")
    assert refused("publish", "public").endswith(
        (f"{ADVICE}\n", "Published events stay. To continue from them: timeline build --fresh\n")
    )
    assert refused("build", "--fresh").endswith(f"{ADVICE}\n")
    done(*ONTO, "--by", "Ann")
    finish(both, monkeypatch)


def test_a_rebase_under_way_is_left_first(both: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each refusal gives the steps in order."""
    git("pull", "-q", "--rebase", succeeds=False)
    steps = f"git rebase --abort; git pull --no-rebase; {ADVICE}"
    assert refused("build").endswith(f"{steps}\n")
    assert refused(*ONTO).endswith(f"a rebase is in progress. Continue from the one that others follow: {steps}\n")
    git("rebase", "--abort")
    assert "origin/main: holds commits that are not here yet. Merge them: git pull --no-rebase" in refused(*ONTO)
    git("pull", "-q", "--no-rebase", succeeds=False)
    done(*ONTO, "--by", "Ann")
    finish(both, monkeypatch)


def test_nothing_changes_before_every_bundle_can_be_appended(both: Path) -> None:
    """A fault in a bundle, or a conflict in one: the timeline, the folder and git are as they were."""
    git("pull", "-q", "--no-rebase", succeeds=False)
    write("later", "nowhere in it")
    before = (Path("timeline.db").read_bytes(), Path("public/timeline.db").read_bytes(), git("status", "--short"))
    assert "events/later.yaml:2" in refused(*ONTO, "--by", "Ann")
    assert before == (Path("timeline.db").read_bytes(), Path("public/timeline.db").read_bytes(), git("status", "--short"))
    assert not [path.name for path in Path().glob(".*unfinished*")]


def test_two_pushed_publications_are_reported_and_one_is_removed(both: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A merge that drops the publication of others is reported; the branch then continues from one."""
    git("fetch", "-q")
    good = git("rev-parse", "origin/main").strip()
    git("pull", "-q", "--no-rebase", succeeds=False)
    git("checkout", "--ours", "public")
    commit("Merge")
    git("push", "-q")
    monkeypatch.chdir(both / "ben")
    git("pull", "-q", "--no-rebase")
    status, told = check()
    assert status == 1
    assert "public/timeline.db does not only add to what was published" in told
    assert "If two people published at once, and both pushed, see the manual" in told
    told = done("build", "--fresh", "--onto", good, "--by", "Ben")
    assert (
        "2 commits with another publication. Their other changes are in your files: commit those. 2 of them had been pushed" in told
    )
    commit("Go on from Ben's")
    git("push", "-q", "--force-with-lease")
    done("publish", "public")
    commit("Publish")
    git("push", "-q")
    assert check()[0] == 0
    monkeypatch.chdir(both / "ann")
    git("fetch", "-q")
    git("reset", "-q", "--keep", "origin/main")
    done(*ONTO, "--by", "Ann")
    assert check()[0] == 0


def test_a_bundle_in_conflict_is_reconciled_by_a_person(both: Path) -> None:
    """Its conflict would be forgotten with the commit."""
    git("pull", "-q", "--no-rebase", succeeds=False)
    git("merge", "--abort")
    write("sat", "It sat")
    commit("The same file")
    git("pull", "-q", "--no-rebase", succeeds=False)
    assert "events/sat.yaml: git left a conflict in it" in refused(*ONTO)


def test_a_signature_is_not_dropped_unasked(both: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Anyone who has it can show that the key signed another past."""
    pytest.importorskip("cryptography")
    done("key", "new", "example.org/log", "--out", str(both / "key"))
    with Timeline("timeline.db", by="Ann") as timeline:
        from timeline.proof.signing import SigningKey

        timeline.checkpoint(SigningKey.load(both / "key"))
    git("pull", "-q", "--no-rebase", succeeds=False)
    assert "timeline.db: was signed by example.org/log, and anyone with that checkpoint can show" in refused(*ONTO)
    done(*ONTO, "--yes", "--by", "Ann")
    finish(both, monkeypatch)


def test_nothing_in_the_repository_is_run(both: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A project that a stranger packed with its .git: no hook and no helper that it names."""
    trap = both / "trap"
    trap.write_text(f"#!/bin/sh\ntouch {both / 'sprung'}\nexit 0\n")
    trap.chmod(0o755)
    for name in ("core.fsmonitor", "core.pager", "gpg.program", "diff.external", "core.sshCommand"):
        git("config", name, str(trap))
    git("config", "log.showSignature", "true")
    for name, value in (
        ("core.repositoryformatversion", "1"),
        ("extensions.partialClone", "origin"),
        ("remote.origin.promisor", "true"),
        ("remote.origin.uploadpack", str(trap)),
        ("protocol.file.allow", "always"),
    ):
        git("config", name, value)
    blob = git("rev-parse", "HEAD:public/checkpoint").strip()
    (Path(".git/objects") / blob[:2] / blob[2:]).unlink()  # which git would ask the other side for
    for hook in ("post-checkout", "post-index-change", "reference-transaction"):
        shutil.copy(trap, Path(".git/hooks") / hook)
    done("build")
    done("publish", "public")
    assert "neither a published folder nor a branch" in refused("build", "--fresh", "--onto", "--upload-pack=x")
    assert not (both / "sprung").exists()


def test_a_project_in_a_folder_of_a_repository_that_two_publish_first(both: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """They share no publication; the user resolves conflicts elsewhere in the repository, and those files stay."""
    git("init", "-q", "--bare", "-b", "main", "../other.git")
    git("clone", "-q", "../other.git", "../one")
    monkeypatch.chdir(both / "one")
    Path("notes.txt").write_text("a")
    done("init", "in/it")
    Path("in/it/events/first.yaml").write_text("sources:\n  - {id: r, text: It sat., title: A report}\n", encoding="utf-8")
    commit("Begin")
    git("push", "-q", "-u", "origin", "HEAD")
    git("clone", "-q", "../other.git", "../two")
    for who, words in (("one", "It"), ("two", "sat")):
        monkeypatch.chdir(both / who / "in/it")
        Path("../../notes.txt").write_text(who)
        add(who, words, who)
        git("push", "-q", succeeds=who == "one")
    git("pull", "-q", "--no-rebase", succeeds=False)
    assert "../../notes.txt: git left a conflict in it" in refused(*ONTO)
    Path("../../notes.txt").write_text("both")
    git("add", "../../notes.txt")
    done(*ONTO)
    assert Path("../../notes.txt").read_text() == "both"
    done("publish", "public")
    git("add", "-A", ":/")
    git("commit", "-qm", "Both")
    git("push", "-q")
    assert streams() == ["r", "one", "two"]
    assert check()[0] == 0


def test_an_unmerged_publication_stops_no_build(both: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Merely fetched, it refuses no build; publishing beside it is refused, with the steps."""
    git("fetch", "-q")
    write("more", "It")
    Path("events/more.yaml").write_text(Path("events/more.yaml").read_text().replace("It", "It sat"), encoding="utf-8")
    done("build")
    assert refused("publish", "public").endswith(
        f"origin/main holds 3 events, and not the same. Continue from the one that others follow: git pull --no-rebase; {ADVICE}\n"
    )
    monkeypatch.chdir(both / "ben")
    git("remote", "remove", "origin")
    shutil.rmtree("public")
    Path("timeline.db").unlink()
    done("build")
    done("publish", "public")


def test_a_link_in_a_published_folder_leads_nowhere(both: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A branch that makes one of a folder in it has nothing taken away, nor written, where the link leads."""
    victim = both / "victim"
    victim.mkdir()
    (victim / "thesis.odt").write_text("years of work", encoding="utf-8")
    monkeypatch.chdir(both / "ben")
    shutil.rmtree("public/checkpoints")
    Path("public/checkpoints").symlink_to("../../victim")
    commit("A link")
    git("push", "-q")
    monkeypatch.chdir(both / "ann")
    git("pull", "-q", "--no-rebase", succeeds=False)
    if not Path("public/checkpoints").is_symlink():
        shutil.rmtree("public/checkpoints", ignore_errors=True)
        Path("public/checkpoints").symlink_to("../../victim")
    assert "public/checkpoints: is a link, and links are never followed" in refused(*ONTO, "--by", "Ann")
    assert [path.name for path in victim.iterdir()] == ["thesis.odt"]


def test_a_folder_of_bundles_is_not_a_published_folder(both: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A branch cannot overwrite bundles."""
    monkeypatch.chdir(both / "ben")
    for name in ("timeline.db", "checkpoint"):
        shutil.copy(f"public/{name}", f"events/{name}")
    shutil.rmtree("public")
    commit("Elsewhere")
    git("push", "-q")
    monkeypatch.chdir(both / "ann")
    git("pull", "-q", "--no-rebase", "-X", "theirs", succeeds=False)
    first = Path("events/first.yaml").read_text(encoding="utf-8")
    assert "origin/main: holds no published timeline.db to continue from" in refused(*ONTO, "--by", "Ann")
    assert Path("events/first.yaml").read_text(encoding="utf-8") == first


def test_only_one_s_own_publication_is_undone(both: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Not the commits of somebody who published nothing."""
    monkeypatch.chdir(both)
    git("clone", "-q", "shared.git", "carol")
    monkeypatch.chdir(both / "carol")
    done("build", "--by", "Carol")
    monkeypatch.chdir(both / "ben")
    add("left", "left on Friday", "Ben")
    git("push", "-q")
    monkeypatch.chdir(both / "carol")
    write("four", "four days")
    commit("Mine")
    git("pull", "-q", "--no-rebase", "--no-edit")
    told = done(*ONTO, "--by", "Carol")
    assert "Taken back" not in told
    assert "Mine" in git("log", "--format=%s")


def test_another_s_redacted_entry_does_not_replace_one_s_own(both: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It may have said something else: one's own is named before it is lost."""
    monkeypatch.chdir(both / "ben")
    write("friday", "left on Friday")
    done("build", "--by", "Ben")
    done("redact", "4", "--reason", "A court ordered it")
    Path("events/friday.yaml").unlink()
    done("publish", "public")
    commit("Redacted")
    git("push", "-q")
    monkeypatch.chdir(both)
    git("clone", "-q", "shared.git", "dora")
    monkeypatch.chdir(both / "dora")
    git("reset", "-q", "--hard", "HEAD~1")
    done("build", "--by", "Dora")
    with Timeline("timeline.db", by="Dora") as timeline:
        cited = [timeline.source("r").quote("for four days")]
        timeline.record("friday", title="Of Dora's own", date="2025", citations=cited)
    git("pull", "-q", "--no-rebase")
    assert "holds happening/friday. No bundle has that, so it would be lost" in refused(*ONTO, "--by", "Dora")
    assert "Lost: happening/friday" in done(*ONTO, "--by", "Dora", "--yes")


def test_a_name_does_not_hide_a_checkpoint_from_the_check(both: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Git's marks stand at the beginning of lines, and none of them alone is a conflict."""
    monkeypatch.chdir(both / "ben")
    checkpoint = Path("public/checkpoint")
    kept = checkpoint.read_text(encoding="utf-8")
    root = kept.split("\n")[2]
    other = f"{'B' if root[0] == 'A' else 'A'}{root[1:]}"
    checkpoint.write_text(f"{kept.replace(root, other)}\u2014 <<<<<<< AAAA\n", encoding="utf-8")
    commit("Signed")
    checkpoint.write_text(kept, encoding="utf-8")
    commit("As before")
    status, told = check()
    assert status == 1, told
