"""Start a project: the files that `timeline init` puts into a new folder.

Owns the list of files; their templates are in project/ beside this module, with placeholders for the title and the author. Must
not overwrite anything, nor make a timeline: the commands in the project do.
"""

import json
import os
from importlib import resources
from pathlib import Path
from string import Template

from timeline import files
from timeline.errors import ProjectRefused
from timeline.model import Author, check
from timeline.publishing.wheel import wheel

# Each file and its template. The templates of hidden files and scripts have other names, so that no tool uses them as they are.
_TEMPLATES = {
    "README.md": "readme.md",
    "metadata.json": "metadata.json",
    "events/first.yaml": "first.yaml",
    "events/append.py": "append.py.txt",
    "seeds/README.md": "seeds.md",
    "check.py": "check.py.txt",
    ".github/workflows/check.yml": "check.yml",
    ".github/workflows/comment.yml": "comment.yml",
    ".github/workflows/publish.yml": "publish.yml",
    ".gitattributes": "gitattributes.txt",
    ".gitignore": "gitignore.txt",
}
_IGNORED = {".git"}  # a repository without files counts as an empty folder


def start(folder: Path, title: str | None = None, by: str | None = None) -> list[Path]:
    """Make a project in a new or empty folder, and return its files. The default title is the folder's name.

    `by` is the author of events for which no other is given; None: no author. The project includes the program, which no package
    index has yet, so that anyone with the project can check it. Raises ProjectRefused where the folder is not empty or cannot be
    written; then nothing is left of it.
    """
    title = _title(folder, title)
    by = "" if by is None else check(Author, {"by": by}, "the author").by
    content = {name: _filled(template, title, by).encode() for name, template in _TEMPLATES.items()}
    name, program = wheel()
    content[f"program/{name}"] = program
    _refuse_taken(folder)
    made: list[Path] = []
    try:
        for place in sorted(content):
            _make_folder((folder / place).parent, made)
            with (folder / place).open("xb") as file:
                made.append(folder / place)
                file.write(content[place])
    except OSError as error:
        _remove(made)
        raise ProjectRefused(folder, f"cannot be made: {files.reason(error)}. Give another folder, or make room there") from error
    return [folder / place for place in sorted(content)]


def _title(folder: Path, title: str | None) -> str:
    words = folder.resolve().name.replace("-", " ").replace("_", " ") if title is None else title
    line = " ".join(words.split())
    if not line.isprintable() or (title is not None and not line):
        raise ProjectRefused(f'title "{title}": is not a line of text. Write one: --title "Our timeline"')
    return line[:1].upper() + line[1:] or "A timeline"


def _filled(template: str, title: str, by: str) -> str:
    """Fill a template with the title, as a line of text or as a JSON string, and the author."""
    text = resources.files("timeline").joinpath("starting", "project", template).read_text(encoding="utf-8")
    title_json, by_json = (json.dumps(one, ensure_ascii=False) for one in (title, by))
    return Template(text).substitute(title=title, title_json=title_json, by_json=by_json)


def _refuse_taken(folder: Path) -> None:
    """Refuse a folder that exists and is not empty."""
    if not os.path.lexists(folder):
        return
    if not folder.is_dir():
        raise ProjectRefused(folder, "is not a folder. Give the path of a new one")
    try:
        names = sorted({entry.name for entry in folder.iterdir()} - _IGNORED)
    except OSError as error:
        raise ProjectRefused(folder, f"cannot be read: {files.reason(error)}. Give another folder") from error
    if names:
        more = f" and {len(names) - 1:,} more" if len(names) > 1 else ""
        raise ProjectRefused(folder, f"holds {names[0]}{more}, and is not overwritten. Give a new folder")


def _make_folder(folder: Path, made: list[Path]) -> None:
    """Make a folder and its parents, and add the new ones to `made`."""
    missing = [one for one in (folder, *folder.parents) if not one.exists()]
    for one in reversed(missing):
        one.mkdir()
        made.append(one)


def _remove(made: list[Path]) -> None:
    for path in reversed(made):
        if path.is_dir():
            path.rmdir()
        else:
            path.unlink()
