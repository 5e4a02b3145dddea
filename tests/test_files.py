"""Open files that a stranger may have named: resolve paths, refuse special files, and resist links that change."""

import os
from pathlib import Path

import pytest

from timeline import documents, files
from timeline.errors import DocumentUnreadable, OutsideFolder


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Make a folder with a file, beside another folder with a private one."""
    for name, text in (("project", "public"), ("private", "secret")):
        (tmp_path / name / "seeds").mkdir(parents=True)
        (tmp_path / name / "seeds" / "a.txt").write_text(text)
    return tmp_path / "project"


def read(path: Path, *within: Path) -> bytes:
    """Read a file that must lie in one of the folders."""
    with files.opened(path, within) as file:
        return file.read()


def test_files_in_the_folder_are_read(folder: Path) -> None:
    """Also by a detour, and by links that stay in it or start elsewhere."""
    (folder / "way").symlink_to("seeds")
    (folder / "b.txt").symlink_to("way/a.txt")
    (folder.parent / "door").symlink_to("project")
    (folder / "é ü\n.txt").write_text("odd")
    ways = ("seeds/a.txt", "seeds/../seeds/a.txt", "way/a.txt", "b.txt", "../door/b.txt", str(folder / "seeds" / "a.txt"))
    assert {read(folder / way, folder) for way in ways} == {b"public"}
    assert read(folder / "seeds" / "a.txt", folder.parent / "door") == b"public"
    assert read(folder / "é ü\n.txt", folder) == b"odd"
    assert read(folder.parent / "private" / "seeds" / "a.txt", folder, folder.parent / "private") == b"secret"


@pytest.mark.parametrize(
    "way", ["../private/seeds/a.txt", "link.txt", "way/a.txt", "way/../seeds/a.txt", "chain", "absolute", "gone"]
)
def test_paths_that_lead_out_of_it_are_refused(folder: Path, way: str) -> None:
    """By path, by one or several links, to existing or missing files; the message shows the target, but none of its content."""
    private = folder.parent / "private" / "seeds"
    (folder / "link.txt").symlink_to("../private/seeds/a.txt")
    (folder / "way").symlink_to(private)
    (folder / "chain").symlink_to("link.txt")
    (folder / "gone").symlink_to("../private/none.txt")
    path = private / "a.txt" if way == "absolute" else folder / way
    with pytest.raises(OutsideFolder) as refused:
        read(path, folder)
    told = str(refused.value)
    assert told.startswith(f"{path}: leads to {os.path.realpath(path)}, outside {folder}. Copy it into that folder; or, ")
    assert told.endswith(f"--allow-folder {Path(os.path.realpath(path)).parent}")
    assert "secret" not in told


def test_a_folder_is_not_its_namesake(folder: Path) -> None:
    """A folder whose name begins the same is another folder."""
    (folder.parent / "project-private").mkdir()
    (folder.parent / "project-private" / "a.txt").write_text("secret")
    with pytest.raises(OutsideFolder):
        read(folder.parent / "project-private" / "a.txt", folder)
    assert files.is_within("/a/b", "/")


def test_a_link_that_changes_meanwhile_is_not_followed(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The file checked is the file opened: if a file or folder has become a link, it is refused."""
    look = files.refuse_outside
    for swapped, target in (("seeds", "../private/seeds"), ("seeds/a.txt", "../../private/seeds/a.txt")):

        def swap(path: Path, within: list[Path], swapped: str = swapped, target: str = target) -> tuple[str, str]:
            found = look(path, within)
            (folder / swapped).rename(folder / "kept")
            (folder / swapped).symlink_to(target)
            return found

        monkeypatch.setattr(files, "refuse_outside", swap)
        with pytest.raises(OSError, match=r"symbolic links|Not a directory|is not a file"):
            read(folder / "seeds" / "a.txt", folder)
        (folder / swapped).unlink()
        (folder / "kept").rename(folder / swapped)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no named pipes here")
def test_special_files_are_neither_opened_nor_waited_for(folder: Path) -> None:
    """A pipe without a writer, a device, a folder; named by a person, or by a stranger."""
    os.mkfifo(folder / "pipe.txt")
    for path in (folder / "pipe.txt", folder / "seeds", Path("/dev/zero"), Path("/dev/tty")):
        if path.exists():
            for within in (None, [Path("/")]):
                with pytest.raises(files.NotAFile):
                    files.opened(path, within)
                with pytest.raises(DocumentUnreadable, match=r"is not a file\. Name the document itself"):
                    documents.received(path, within)


@pytest.mark.parametrize("name", ["none.txt", "a" * 5000 + ".txt", "~/a.txt", "C:\\a.txt", "\\\\server\\share\\a.txt", "loop.txt"])
def test_a_missing_file_is_reported_in_one_line(folder: Path, name: str) -> None:
    """No path has a special meaning; `~` is not a home folder."""
    (folder / "loop.txt").symlink_to("loop.txt")
    with pytest.raises(DocumentUnreadable) as refused:
        documents.received(folder / name, [folder])
    assert str(refused.value).isprintable()
    assert not isinstance(refused.value, OutsideFolder)


def test_a_file_that_grows_while_it_is_read_ends(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No more is read than a document may have."""
    monkeypatch.setattr(documents.document, "MAXIMUM_BYTES", 5)
    with pytest.raises(DocumentUnreadable, match="larger than"):
        documents.received(folder / "seeds" / "a.txt", [folder])
    monkeypatch.setattr(documents.document, "MAXIMUM_BYTES", 6)
    assert documents.received(folder / "seeds" / "a.txt", [folder]) == b"public"
