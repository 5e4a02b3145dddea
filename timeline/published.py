"""The folders in which a timeline was published, beside its own file. Must not read a database."""

from pathlib import Path

VERIFIERS = frozenset({"verify_log.py", "verify_proof.py"})
FILES = VERIFIERS | {"checkpoint", "Dockerfile"}  # beside the database; some may have been taken away since


def copies(path: Path) -> list[Path]:
    """List the published copies of a timeline: in folders beside its file, under its name, none of them behind a link."""
    folder = path.parent
    if not folder.is_dir():
        return []
    found = (one / path.name for one in folder.iterdir() if one.is_dir() and not one.is_symlink())
    return sorted(one for one in found if _is_there(one) and _is_there(one.with_name("checkpoint")))


def _is_there(path: Path) -> bool:
    return path.is_file() and not path.is_symlink()
