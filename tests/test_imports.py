"""Imports point one way: each part imports only the parts below it."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parent.parent / "timeline"

# From the ground up: each may import those before it, and of its own level only itself.
LEVELS = [
    {"fields"},
    {"actors", "errors", "processes", "plugin_settings", "shortening"},
    {"authors", "files"},
    {"documents"},
    {"dates", "size_limits"},
    {"misshapen_input", "notebook", "field_types"},
    {"selection"},
    {"reading"},
    {"quotes", "merkle", "model", "sql_functions"},
    {"log", "suggestions", "checked_happening"},
    {"already_recorded", "projections", "capture"},
    {"shared_log"},
    {"originals", "any_log"},
    {"statements", "archived_source", "proof", "redaction", "part_of_circles"},
    {"same_events"},
    {"streams"},
    {"archiving"},
    {"audit", "calls"},
    {"timeline"},
    {"bundles"},
    {"exchange"},
    {"publishing"},
    {"comparing", "reports"},
    {"starting"},
    {"desk"},
    {"cli"},
]
# What the web shows is read back by `reading`, which therefore needs no compiled package either.
READING_MAY_IMPORT = {"authors", "dates", "errors", "fields", "reading", "selection", "shortening"}
READING_MAY_IMPORT |= {"documents.extractors", "documents.fragments", "documents.images"}
WEB_MAY_IMPORT = READING_MAY_IMPORT | {"log.followed", "merkle", "plugin_settings", "processes", "web"}
WEB_MAY_IMPORT |= {"documents.file_claims", "documents.media_types", "documents.recognised"}
# What writes in `exchange`: the web may use it as well, so it needs no more than what the web may import.
READS = ("exchange/importing/", "exchange/rows/", "exchange/tables/", "exchange/text/decoding", "exchange/text/json_text")
# The walk of an import, from the ground up: each room imports those before it. `formats` stands for the readers.
ROOMS = ("text", "rows", "tables", "formats", "importing")
SHARED = ("exchange/tables/cells.py", "exchange/tables/records.py")  # by what reads and what writes
MODULES = sorted(PACKAGE.rglob("*.py"))


def modules(path: Path) -> set[str]:
    """Return the modules of the package that a file imports."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            at = PACKAGE.parent.joinpath(*node.module.split("."))
            within = {alias.name for alias in node.names if (at / alias.name).is_dir() or (at / f"{alias.name}.py").exists()}
            found |= {f"{node.module}.{name}" for name in within}
            if len(within) < len(node.names):
                found.add(node.module)
    return {name for name in found if name.startswith("timeline.")}


def writes(path: Path) -> bool:
    """Whether a file belongs to the half of `exchange` that writes, or to the modules that both halves share."""
    place = path.relative_to(PACKAGE).as_posix()
    reads = place.startswith(READS) or place.endswith("/reader.py")
    return place.startswith("exchange/") and (place in SHARED or not reads)


def is_of_writing(name: str) -> bool:
    """Whether a module, by its name, belongs to that half."""
    at = PACKAGE.joinpath(*name.split(".")[1:])
    return name.startswith("timeline.exchange") and writes(at / "__init__.py" if at.is_dir() else at.with_suffix(".py"))


def imports(path: Path) -> set[str]:
    """Return the parts of the package that a file imports."""
    return {name.split(".")[1] for name in modules(path) if "." in name}


def light_imports(path: Path) -> set[str]:
    """Return the parts that a file imports, but each module of `documents` and `log` by itself, and nothing of the writers."""
    names = [name.split(".") for name in modules(path) if not is_of_writing(name)]
    return {".".join(parts[1:3]) if parts[1] in ("documents", "log") else parts[1] for parts in names}


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_imports_point_one_way(path: Path) -> None:
    """Cli -> bundles -> timeline -> audit, calls -> projections, log -> quotes, merkle, model -> dates -> errors; web is apart."""
    part = path.relative_to(PACKAGE).parts[0].removesuffix(".py")
    if part == "__init__":
        return
    used = imports(path) - {part}
    if part == "standalone":
        assert imports(path) == set(), "whoever does not trust us reads it alone"
        return
    if part == "web":
        assert light_imports(path) <= WEB_MAY_IMPORT
        return
    if part == "exchange" and writes(path):
        assert light_imports(path) <= READING_MAY_IMPORT
        return
    if part == "reading":
        assert light_imports(path) <= READING_MAY_IMPORT
        return
    level = next(number for number, level in enumerate(LEVELS) if part in level)
    below = set().union(*LEVELS[:level])
    if part in ("cli", "desk") or path.parts[-3:-1] == ("publishing", "site"):
        below |= {"web"}  # what it says of a timeline's tables; what pages that read and pages that write share; the pages as files
    assert used <= below


@pytest.mark.parametrize("path", sorted((PACKAGE / "exchange").rglob("*.py")), ids=lambda path: str(path.relative_to(PACKAGE)))
def test_an_import_is_read_from_top_to_bottom(path: Path) -> None:
    """Importing -> formats -> tables -> rows -> text: nothing that reads a file climbs back to what called it."""
    room = path.relative_to(PACKAGE / "exchange").parts[0]
    if room not in ROOMS or writes(path):
        return
    rooms = {name.split(".")[2] for name in modules(path) if name.startswith("timeline.exchange.") and not is_of_writing(name)}
    assert rooms <= set(ROOMS[: ROOMS.index(room) + 1])


@pytest.mark.datasette
def test_the_web_part_needs_no_compiled_package() -> None:
    """The plugin works with only Datasette and the standard library."""
    script = """
import sys
sys.modules.update({name: None for name in ("pydantic_core", "pendulum", "rapidfuzz", "sqlite_utils")})
import timeline.web
import timeline.reading.happenings, timeline.reading.happening_lookup, timeline.reading.searching, timeline.reading.event_data
"""
    subprocess.run([sys.executable, "-c", script], check=True)
