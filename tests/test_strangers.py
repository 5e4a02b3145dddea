"""A stranger's project folder: no file outside it is read or written, whatever it contains."""

import json
import os
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from timeline import Timeline, bundles
from timeline.cli import main
from timeline.cli.serving import warn_of_unbuilt
from timeline.errors import BundleInvalid, StatementInvalid

PRIVATE = "BEGIN PRIVATE KEY of nobody else"


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Make the folder, one with a published timeline, beside a private folder; commands are run in it."""
    folder = tmp_path / "project"
    (folder / "events").mkdir(parents=True)
    (folder / "seeds").mkdir()
    (folder / "seeds" / "own.txt").write_text("The council met in Marrakech.")
    (tmp_path / "private").mkdir()
    (tmp_path / "private" / "key.txt").write_text(PRIVATE)
    (tmp_path / "private" / "note.json").write_text(json.dumps({"title": PRIVATE}))
    (tmp_path / "private" / "note.yaml").write_text(f"{PRIVATE}: x\n")
    monkeypatch.chdir(folder)
    for name in ("TIMELINE_DB", "TIMELINE_ALLOW_FOLDER"):
        monkeypatch.delenv(name, raising=False)
    write("own", "../seeds/own.txt")
    assert run("build", "--db", "own.db").exit_code == 0
    return folder


def write(id: str, file: str, name: str = "") -> None:
    """Write a bundle of one source."""
    source = {"id": id, "file": file, "title": "T"}
    Path(name or f"events/{id}.jsonl").write_text(json.dumps({"source": source}) + "\n")


def run(*words: str) -> Result:
    """Run a command in this process; nothing may end in a traceback."""
    result = CliRunner().invoke(main, list(words))
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result


def refused(*words: str, told: str) -> str:
    """Run a command that is refused; nothing of what is private is shown, or changed."""
    result = run(*words)
    assert result.exit_code == 1, result.output
    assert told in result.output
    assert PRIVATE not in result.output
    private = Path("../private")
    assert sorted(path.name for path in private.iterdir()) == ["key.txt", "note.json", "note.yaml"]
    assert (private / "key.txt").read_text() == PRIVATE
    return result.output


def texts(db: str) -> set[str]:
    """Give all that is archived."""
    with Timeline(db, read_only=True) as timeline:
        return {bytes(content).decode() for (content,) in timeline.log.connection.execute("SELECT bytes FROM documents")}


@pytest.mark.parametrize("way", ["link.txt", "folder/key.txt", "../../private/key.txt", "absolute", "../seeds/link.txt"])
@pytest.mark.parametrize("form", ["jsonl", "yaml"])
@pytest.mark.parametrize("words", [("build",), ("append", "events/a.{}"), ("serve", "--port", "0")])
def test_what_a_bundle_names_lies_in_the_project(project: Path, way: str, form: str, words: tuple[str, ...]) -> None:
    """By a link to a file or a folder, by `..`, or an absolute path; built, appended, or built to be served."""
    Path("events/link.txt").symlink_to("../../private/key.txt")
    Path("events/folder").symlink_to("../../private")
    Path("seeds/link.txt").symlink_to("../../private/key.txt")
    file = str(project.parent / "private" / "key.txt") if way == "absolute" else way
    source = {"id": "a", "file": file, "title": "T"}
    Path(f"events/a.{form}").write_text(json.dumps({"source": source} if form == "jsonl" else {"sources": [source]}))
    output = refused(*(word.format(form) for word in words), told="source/a: file: ")
    assert f"leads to {project.parent}/private/key.txt, outside {project}. Copy it into that folder" in output
    assert f"--allow-folder {project.parent}/private" in output
    if Path("timeline.db").exists():
        assert PRIVATE not in texts("timeline.db")


@pytest.mark.parametrize("way", ["/proc/self/environ", "/dev/null", "link.txt", "/", "/x.txt"])
def test_nobody_is_told_to_allow_the_system_or_all_there_is(project: Path, way: str) -> None:
    """By its path, or by a link: such a thing is no document."""
    if not Path("/proc/self/environ").exists():
        pytest.skip("there is no /proc here")
    Path("events/link.txt").symlink_to("/dev/../proc/self/environ")
    write("a", way)
    output = refused("build", told="events/a.jsonl:1: source/a: file: ")
    assert f", outside {project}" in output
    assert ("a part of the system, not a document" in output) is (way not in ("/", "/x.txt"))
    assert "--allow-folder" not in output


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("x" * 5_000 + ".txt", "is too long for a file name. Rename the document, and give the new name"),
        ("../seeds/" + "a/" * 3_000 + "x.txt", "is too long for a file name"),
        ("../seeds/chain.txt", "too many levels of symbolic links. Check the path"),
        ("../seeds/circle.txt", "is not a file. Name the document itself"),
        ("../seeds/own.txt/x.txt", "not a directory. Check the path"),
        ("../seeds", "is a folder. Name the document itself"),
        ("a\0b.txt", "holds a NUL character. Remove it"),
        ("a\ud800b.txt", "holds half a character (a lone surrogate). Remove it"),
    ],
    ids=["long", "deep", "chain", "circle", "below a file", "folder", "NUL", "surrogate"],
)
def test_a_name_that_no_file_has_is_told_with_its_bundle(project: Path, name: str, told: str) -> None:
    """And with its line, in short; the other bundles are appended."""
    previous = "own.txt"
    for number in range(1_500):
        Path(f"seeds/{number}").symlink_to(previous)
        previous = str(number)
    Path("seeds/chain.txt").symlink_to(previous)
    Path("seeds/circle.txt").symlink_to("circle.txt")
    write("a", name)
    result = run("build", "--db", "new.db")
    assert result.exit_code == 1
    (line,) = [line for line in result.output.splitlines() if "source/a" in line]
    assert line.removeprefix("Error: ").startswith("events/a.jsonl:1: source/a: file: ")
    assert told in line
    assert len(line) < 600
    assert "new.db: 1 event (1 new) from 1 bundle" in result.output


@pytest.mark.parametrize("name", ["timeline.db", "events"])
@pytest.mark.parametrize("words", [("build",), ("serve", "--port", "0")])
def test_links_that_lead_nowhere_are_told(project: Path, name: str, words: tuple[str, ...]) -> None:
    """In a circle, or through more of them than can be followed."""
    if name == "events":
        Path("events").rename("bundles")
    Path(name).symlink_to(name)
    assert f"{name}: leads nowhere, through too many links" in run(*words).output
    Path(name).unlink()
    previous = "seeds"
    for number in range(1_500):
        Path(f"seeds/{number}").symlink_to(f"../{previous}")
        previous = f"seeds/{number}"
    Path(name).symlink_to(previous)
    assert f"{name}: leads nowhere, through too many links" in run(*words).output


def test_a_bundle_deep_within_events_takes_from_the_project(project: Path) -> None:
    """From where events/ lies, and from nowhere above."""
    Path("events/2025/spring").mkdir(parents=True)
    write("deep", "../../../seeds/own.txt", "events/2025/spring/deep.jsonl")
    assert run("append", "events/2025/spring/deep.jsonl", "--db", "own.db").exit_code == 0
    write("deep", "../../../../private/key.txt", "events/2025/spring/other.jsonl")
    refused("append", "events/2025/spring/other.jsonl", "--db", "own.db", told=f"outside {project}.")


def test_a_person_allows_another_folder_by_name(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As where seeds/ is a link to another disk: on the command line, or once in the environment."""
    Path("seeds/disk").symlink_to("../../private")
    write("a", "../seeds/disk/key.txt")
    assert run("build", "--allow-folder", "../private", "--db", "1.db").exit_code == 0
    assert run("append", "events/a.jsonl", "--allow-folder", str(project.parent / "private"), "--db", "2.db").exit_code == 0
    monkeypatch.setenv("TIMELINE_ALLOW_FOLDER", f"/nowhere{os.pathsep}../private")
    assert run("build", "--db", "3.db").exit_code == 0
    assert PRIVATE in texts("1.db") & texts("2.db") & texts("3.db")
    monkeypatch.delenv("TIMELINE_ALLOW_FOLDER")
    refused("build", "--allow-folder", "/nowhere", "--db", "4.db", told="source/a: file: ")


def test_what_a_person_names_is_read_wherever_it_lies(project: Path) -> None:
    """A document, also by a link; and a bundle, whose documents lie in its own project."""
    Path("link.txt").symlink_to("../private/key.txt")
    assert run("archive", "link.txt", "--id", "k", "--title", "T", "--db", "own.db").exit_code == 0
    assert PRIVATE in texts("own.db")
    os.chdir(project.parent)
    assert run("append", "project/events/own.jsonl", "--db", "other.db").exit_code == 0
    Path("events").symlink_to("project/events")
    Path("lone.jsonl").symlink_to("project/events/own.jsonl")
    assert run("append", "events/own.jsonl", "--db", "other.db").exit_code == 0
    (project.parent / "seeds").mkdir()
    (project.parent / "seeds" / "own.txt").write_text("Another text.")
    assert "leads to" in run("append", "lone.jsonl", "--db", "lone.db").output  # seen from where the link lies
    os.chdir(project)
    assert run("build", "--events", "../events", "--db", "named.db").exit_code == 0


def test_how_far_a_project_reaches(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The folder with metadata.json or events/; never further up, where other people's things are."""
    for name in ("p/events/deep/er", "p/bundles", "q/bundles", "q/bundles/events", "q/events/deep", "events"):
        (tmp_path / name).mkdir(parents=True)
    (tmp_path / "p" / "metadata.json").write_text("{}")
    (tmp_path / "events" / "metadata.json").write_text("{}")
    reached = {
        "p": "p",
        "p/events": "p",
        "p/events/deep": "p",
        "p/events/deep/er": "p",
        "p/bundles": "p",
        "q/bundles": "q/bundles",
        "q/bundles/events": "q/bundles",
        "q/events/deep": "q/events/deep",  # of no project
        "events": "events",
    }
    found = {name: bundles.project(tmp_path / name / "b.yaml").relative_to(tmp_path).as_posix() for name in reached}
    assert found == reached
    monkeypatch.chdir(tmp_path / "p")
    assert bundles.project(Path("b.yaml")) == tmp_path / "p"


def test_a_script_appends_a_bundle_within_the_same_bounds(project: Path, tmp_path: Path) -> None:
    """And an entry of its own from anywhere, unless it says from where."""
    write("a", "../../private/key.txt")
    entry = {"source": {"id": "a", "file": str(tmp_path / "private" / "key.txt"), "title": "T"}}
    with Timeline("script.db") as timeline:
        with pytest.raises(BundleInvalid, match="outside "):
            bundles.append(timeline, "events/a.jsonl")
        with pytest.raises(StatementInvalid, match="within: is not a field here"):
            timeline.append({"source": {**entry["source"], "within": None}})
        assert timeline.append(entry).position == 1
    assert bundles.refusal(Path("events/own.jsonl"), [project]) is None


def test_a_bundle_that_leads_elsewhere_is_not_looked_at(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Neither built, nor compared with what is served; not even a line of it is shown."""
    Path("events/note.yaml").symlink_to("../../private/note.yaml")
    output = refused("build", "--db", "own.db", told="events/note.yaml: leads to ")
    assert "own.db: 1 event (0 new) from 1 bundle" in output
    with Timeline("own.db", read_only=True) as timeline:
        warn_of_unbuilt(timeline, Path("events"), Path("own.db"))
        assert capsys.readouterr() == ("", "")
        write("b", "../../private/key.txt", "events/b.jsonl")
        warn_of_unbuilt(timeline, Path("events"), Path("own.db"))
        assert "source/b is not in it" in capsys.readouterr().err


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no named pipes here")
def test_a_pipe_where_a_document_was_is_not_waited_for(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """When what is served is compared with its bundles, as when it is built."""
    Path("seeds/own.txt").unlink()
    os.mkfifo("seeds/own.txt")
    with Timeline("own.db", read_only=True) as timeline:
        warn_of_unbuilt(timeline, Path("events"), Path("own.db"))
    assert capsys.readouterr() == ("", "")
    refused("build", told="own.txt: is not a file. Name the document itself")
    os.mkfifo("events/pipe.yaml")
    refused("build", told="events/pipe.yaml: is not a file. Check the path")


@pytest.mark.parametrize("words", [("build",), ("serve", "--port", "0")])
def test_a_folder_of_bundles_that_is_a_link_is_named_or_refused(project: Path, words: tuple[str, ...]) -> None:
    """Bundles of another project would be published as this one's."""
    Path("events").rename("../elsewhere")
    Path("events").symlink_to("../elsewhere")
    told = f"events: leads out of its folder through a link, to {project.parent}/elsewhere."
    assert "write: timeline build --events " in refused(*words, "--db", "new.db", told=told)


@pytest.mark.parametrize("target", ["../private/new.db", "../private/key.txt"])
@pytest.mark.parametrize("words", [("build",), ("verify",), ("serve",), ("append", "events/own.jsonl"), ("publish", "public")])
def test_a_database_that_is_a_link_is_named_or_refused(project: Path, target: str, words: tuple[str, ...]) -> None:
    """Nothing is made or written where a link leads, nor another timeline published as this one."""
    Path("timeline.db").symlink_to(target)
    output = refused(*words, told="timeline.db: leads out of its folder through a link, to ")
    assert f"write: --db {os.path.realpath(target)}" in output


@pytest.mark.datasette
def test_a_link_beside_its_target_is_only_another_name(project: Path) -> None:
    """What stays in its folder is followed, and what a person names as it is."""
    Path("timeline.db").symlink_to("own.db")
    assert run("verify").exit_code == 0
    Path("../door").symlink_to("project")
    assert run("verify", "--db", "../door/own.db").exit_code == 0
    os.chdir("../door")
    assert run("verify", "--db", "own.db").exit_code == 0
    assert run("export", "csv", "--output", "/dev/stdout", "--db", "own.db").exit_code == 0


@pytest.mark.datasette
def test_outputs_are_not_written_through_a_link(project: Path) -> None:
    """An export, also while it is unfinished; a backup, a project, a folder to publish to."""
    Path("out.json").symlink_to("../private/key.txt")
    refused("export", "jsonl", "-o", "out.json", "--db", "own.db", told="out.json: leads out of its folder")
    Path("way").symlink_to("../private")
    refused("export", "jsonl", "-o", "way/out.json", "--db", "own.db", told="way/out.json: leads out of its folder")
    refused("backup", "way/copy.db", "--db", "own.db", told="write: timeline backup ")
    refused("restore", "own.db", "--db", "way/copy.db", told="write: --db ")
    refused("init", "way/new", told="write: timeline init ")
    refused("publish", "way/public", "--db", "own.db", told="write: timeline publish ")
    Path("sound.json.part").symlink_to("../private/key.txt")
    assert run("export", "jsonl", "-o", "sound.json", "--db", "own.db").exit_code == 0
    refused("export", "jsonl", "-o", "out.json", "--db", "own.db", told="out.json")


@pytest.mark.parametrize("words", [("publish", "public"), ("backup", "public")])
def test_a_link_where_something_is_made_is_not_emptied(project: Path, words: tuple[str, ...]) -> None:
    """What a killed run left is taken away there; a link is none of it."""
    Path(".public.unfinished").symlink_to("../private")
    refused(*words, "--db", "own.db", told=".public.unfinished: is a link, and its target is left alone")


@pytest.mark.parametrize("name", ["checkpoints", "checkpoint", "public-key"])
def test_a_link_in_a_published_folder_is_refused(project: Path, name: str) -> None:
    """What would be read or written there lies elsewhere."""
    assert run("publish", "public", "--db", "own.db").exit_code == 0
    Path("public", name).unlink(missing_ok=True)
    Path("public", name).symlink_to("../../private" if name == "checkpoints" else "../../private/key.txt")
    refused("publish", "public", "--db", "own.db", told=f"public: holds a link, {name}, and links are never followed")


@pytest.mark.datasette
@pytest.mark.parametrize("words", [("publish", "public"), ("serve",), ("export", "csv")])
def test_a_description_that_is_a_link_is_named_or_refused(project: Path, words: tuple[str, ...]) -> None:
    """It would be published as it is."""
    Path("metadata.json").symlink_to("../private/note.json")
    refused(*words, "--db", "own.db", told="metadata.json: leads out of its folder through a link")
    assert not Path("public").exists()
    assert run("publish", "public", "--metadata", "metadata.json", "--db", "own.db").exit_code == 0
    assert run("export", "csv", "--title", "Mine", "--db", "own.db").exit_code == 0


def test_a_description_has_no_file_read_from_elsewhere(project: Path) -> None:
    """Datasette reads a plugin's secrets from files that it names."""
    plugins = {"some-plugin": {"list": [{"deep": {"$file": "../private/key.txt"}}]}}
    Path("metadata.json").write_text(json.dumps({"plugins": plugins}))
    refused("serve", "--db", "own.db", told="metadata.json: $file: ../private/key.txt: leads to ")


def test_a_mapping_beside_a_table_that_is_a_link_is_named_or_refused(project: Path) -> None:
    """To be read, and to be written where there is none."""
    Path("rows.csv").write_text("date,title\n2025,A\n")
    kept = Path("rows.csv.mapping.yaml")
    for target, words in (("../private/note.yaml", ()), ("../private/new.yaml", ("--save-mapping",))):
        kept.symlink_to(target)
        refused("import", "csv", "rows.csv", *words, "--db", "own.db", told="rows.csv.mapping.yaml: leads out of its folder")
        kept.unlink()
    kept.symlink_to("new.yaml")
    assert "rows.csv.mapping.yaml: file exists" in refused("import", "csv", "rows.csv", "--save-mapping", told="").lower()
    assert not Path("new.yaml").exists()


def test_an_attachment_of_a_bibliography_lies_beside_it(project: Path) -> None:
    """By a link it leads elsewhere, and is not taken."""
    Path("paper.txt").symlink_to("../private/key.txt")
    Path("refs.bib").write_text("@book{one, title = {One}, author = {A}, year = {2025}, file = {paper.txt}}\n")
    result = run("import", "bibtex", "refs.bib", "--append", "--db", "own.db")
    assert "is not beside the file or in a folder there" in result.output
    assert PRIVATE not in texts("own.db")
