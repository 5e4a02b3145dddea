"""The folders in which a timeline was published, beside its own file. Must not read a database."""

from pathlib import Path

VERIFIERS = frozenset({"verify_log.py", "verify_proof.py"})
FILES = VERIFIERS | {"checkpoint", "Dockerfile"}  # beside the database; some may have been taken away since


def copies(path: Path) -> list[Path]:
    """List the published copies of a timeline: in folders beside its file, under its name, none of them behind a link."""
    folder = path.parent
    if not folder.is_dir():
        return []
    found = [
        one / path.name for one in folder.iterdir() if not one.is_symlink() and one.is_dir() and (one / "checkpoint").is_file()
    ]
    return sorted(one for one in found if one.is_file() and not one.is_symlink())
