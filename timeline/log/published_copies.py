"""Find the folders beside a timeline's file to which it was published. Must not read a database."""

from pathlib import Path

VERIFIERS = frozenset({"verify_log.py", "verify_proof.py"})
FILES = VERIFIERS | {"checkpoint", "Dockerfile"}  # beside the database; some may have been removed since


def copies(path: Path) -> list[Path]:
    """List the published copies of a timeline: files of its name in folders beside it. Links are not followed."""
    folder = path.parent
    if not folder.is_dir():
        return []
    candidates = (one / path.name for one in folder.iterdir() if one.is_dir() and not one.is_symlink())
    return sorted(one for one in candidates if _is_plain_file(one) and _is_plain_file(one.with_name("checkpoint")))


def _is_plain_file(path: Path) -> bool:
    return path.is_file() and not path.is_symlink()
