"""A folder with a site: which of its files are ours, and how a new site takes the place of the former.

Owns the manifest, and the order of the replacement: what a page needs is there before the page, and goes after it, so that a
killed run leaves pages that work. Must not touch a file that it did not write.
"""

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from timeline.errors import PublishingRefused
from timeline.merkle import Checkpoint, Key, Note
from timeline.publishing.durable_files import are_same, sync
from timeline.publishing.folder import CHECKPOINT, PUBLIC_KEY, content

MANIFEST: Final = "site.json"
_FORM: Final = "timeline site 1"
# Files of hosts and repositories, which may be in a folder before the site is.
_BESIDE: Final = ("CNAME", "LICENSE", "LICENSE.md", "README", "README.md")
_LARGEST: Final = 200_000_000  # bytes of a manifest


@dataclass(frozen=True, slots=True)
class Former:
    """The former site in a folder: its files with their SHA-256, and the checkpoint of its log, with the key that signed it."""

    path: Path
    files: Mapping[str, str]
    content: bytes
    note: Note
    key: Key | None

    @property
    def checkpoint(self) -> Checkpoint:
        """The log's name, size and root."""
        return Checkpoint.of(self.note, str(self.path / CHECKPOINT))


def read(path: Path, live: Path) -> Former | None:
    """Read the former site in a folder; None where there is none. Raises PublishingRefused where the folder is not for a site."""
    if not os.path.lexists(path):
        return None
    if not path.is_dir():
        raise PublishingRefused(path, "is not a folder. Give the path of a new one")
    names = {entry.name for entry in path.iterdir()}
    if MANIFEST not in names:
        others = sorted(name for name in names if not name.startswith(".") and name not in _BESIDE)
        if others or live.resolve().parent == path.resolve():
            raise PublishingRefused(
                path, f"holds other files than a site{f', such as {others[0]}' if others else ''}. Give a new folder"
            )
        return None
    files = _manifest(path / MANIFEST)
    note = Note.parse(checkpoint := content(path / CHECKPOINT), str(path / CHECKPOINT))
    key = Key.parse(content(path / PUBLIC_KEY).decode(errors="replace")) if PUBLIC_KEY in names else None
    return Former(path, files, checkpoint, note, key)


def _manifest(path: Path) -> dict[str, str]:
    """Read which files are ours. A name that leads out of the folder is refused, whoever wrote it."""
    try:
        if path.is_symlink() or path.stat().st_size > _LARGEST:
            raise ValueError
        manifest = json.loads(path.read_bytes())
        names = {str(name): str(digest) for name, digest in manifest["files"].items()}
        if manifest["form"] != _FORM or any(not _is_inside(name) for name in names):
            raise ValueError
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise PublishingRefused(path, "is not the list of a site’s files. Give a new folder") from None
    return names


def _is_inside(name: str) -> bool:
    parts = name.split("/")
    return bool(name) and "\\" not in name and ":" not in name and all(part not in ("", ".", "..") for part in parts)


def refuse_others(path: Path, former: Former | None, names: Mapping[str, str]) -> None:
    """Refuse a folder where a file would take the place of one that is not ours, or where a link would lead elsewhere."""
    if not path.exists():
        return
    ours = former.files if former else {}
    folders = {Path(name).parents[number].as_posix() for name in {*names, *ours} for number in range(len(Path(name).parents))}
    for name in sorted(folders | names.keys() | ours.keys()):
        if name != "." and (path / name).is_symlink():
            raise PublishingRefused(path / name, "is a link, and links are never followed. Remove it, or give a new folder")
    for name in sorted({*folders, *names}):
        is_folder = name in folders
        if name in (".", MANIFEST) or not os.path.lexists(path / name) or (is_folder and (path / name).is_dir()):
            continue
        if is_folder or name not in ours:
            raise PublishingRefused(
                path / name, "is in the way, and publishing did not write it. Move it away, or give a new folder"
            )


def replace(fresh: Path, path: Path, names: Mapping[str, str], former: Former | None) -> tuple[int, int]:
    """Put a new site in the place of the former; return how many files were written, and how many removed.

    Files that are the same are not touched. First comes a list of all that is ours before and after; then what pages load; then the
    pages; then the checkpoint and the list. Files that the site no longer has are removed last.
    """
    ours = dict(former.files) if former else {}
    path.mkdir(parents=True, exist_ok=True)
    _write_manifest(fresh, path, {**ours, **names}, "unfinished")
    changed = [name for name in names if ours.get(name) != names[name] or not are_same(fresh / name, path / name)]
    folders: set[Path] = set()
    for name in sorted(changed, key=_order):
        target = path / name
        if target.parent not in folders:
            target.parent.mkdir(parents=True, exist_ok=True)
            folders.add(target.parent)
        (fresh / name).replace(target)
    removed = [name for name in ours if name not in names and (path / name).is_file()]
    for name in removed:
        (path / name).unlink()
        folders.add((path / name).parent)
    for folder in sorted({(path / name).parent for name in removed}, key=lambda one: -len(one.parts)):
        _remove_empty(folder, path)
    for folder in folders:
        if folder.is_dir():
            sync(folder)
    _write_manifest(fresh, path, names, "finished")
    return len(changed), len(removed)


def _order(name: str) -> tuple[int, str]:
    kinds = {"assets": 0, "data": 0, "index.html": 2, "embed.html": 2, CHECKPOINT: 3}
    return kinds.get(name.partition("/")[0], 1), name


def _write_manifest(fresh: Path, path: Path, names: Mapping[str, str], state: str) -> None:
    text = json.dumps({"form": _FORM, "files": dict(sorted(names.items()))}, ensure_ascii=False, indent=0) + "\n"
    target = path / MANIFEST
    if target.is_file() and target.read_text(encoding="utf-8") == text:
        return
    made = fresh / f"{state}.json"
    made.write_text(text, encoding="utf-8")
    sync(made)
    made.replace(target)
    sync(path)


def _remove_empty(folder: Path, path: Path) -> None:
    while folder != path and folder.is_dir() and not any(folder.iterdir()):
        folder.rmdir()
        folder = folder.parent
