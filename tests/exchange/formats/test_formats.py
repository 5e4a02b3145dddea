"""The list of formats: complete, in folders of their names, and open to other distributions."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

from timeline.exchange import formats

FOLDER = Path(formats.__file__).parent
TINY = """
from timeline.exchange.formats import Entry
ENTRY = Entry("tiny", reads="text/x-tiny", writes=True, package="tiny_format")
CLASH = Entry("csv", reads="text/x-other", package="tiny_format")
"""
READER = '''
from timeline.exchange.rows.row import Read, Row

def read(text, **options):
    """Read a line as a happening: its date, a space, its title."""
    rows, start = [], 0
    for number, line in enumerate(text.splitlines(), start=1):
        date, _, title = line.partition(" ")
        rows.append(Row(number, start, start + len(line), fields={"date": date, "title": title}))
        start += len(line) + 1
    return Read(rows)
'''
WRITER = '''
from timeline.exchange.exporting.format import Format

def write(happenings, about):
    """Write a happening in a line: its date, a space, its title."""
    for happening in happenings:
        yield f"{happening.date} {happening.title}\\n"

FORMAT = Format("tiny", "Tiny", "text/x-tiny", ".tiny", write, {})
'''


def test_each_folder_is_in_the_list() -> None:
    """Each format in the list has the reader and the writer that its entry promises."""
    listed = {one.package.rpartition(".")[2] or one.name.replace("-", "_") for one in formats.OURS}
    assert listed == {path.parent.name for path in FOLDER.glob("*/__init__.py")}
    for entry in formats.OURS:
        assert not entry.reads or callable(entry.module("reader").read)
        assert not entry.writes or entry.module("writer").FORMAT.name == entry.name


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*/*.py")), ids=lambda path: f"{path.parent.name}.{path.stem}")
def test_a_reader_imports_no_writer(path: Path) -> None:
    """Nor any module of the writers; and a writer imports no reader."""
    imported = {
        name
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.ImportFrom) and node.module
        for name in (node.module, *(f"{node.module}.{alias.name}" for alias in node.names))
    }
    other = {"reader": (".writer", "timeline.exchange.exporting"), "writer": (".reader", "timeline.exchange.importing")}
    for wrong in other.get(path.stem, ()):
        assert not [name for name in imported if name.endswith(wrong) or name.startswith(f"{wrong}.") or name == wrong]


def test_another_distribution_brings_a_format(tmp_path: Path) -> None:
    """Its entry point is enough for both commands, and cannot replace a format of ours."""
    site, project = tmp_path / "site", tmp_path / "project"
    (site / "tiny_format").mkdir(parents=True)
    project.mkdir()
    (site / "tiny_format" / "__init__.py").write_text(TINY)
    (site / "tiny_format" / "reader.py").write_text(READER)
    (site / "tiny_format" / "writer.py").write_text(WRITER)
    info = site / "tiny_format-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: tiny-format\nVersion: 1.0\n")
    points = {"tiny": "ENTRY", "clash": "CLASH", "broken": "GONE"}
    lines = [f"[{formats.GROUP}]", *(f"{name} = tiny_format:{attribute}" for name, attribute in points.items())]
    (info / "entry_points.txt").write_text("\n".join(lines))
    (project / "pier.tiny").write_text("1962-05 The pier opens\n1999 The pier closes\n")

    def run(*words: str, warned: str = "tiny_format:GONE: brings no format: ") -> str:
        """Run the command where the distribution is installed; it warns of what cannot be loaded, and goes on."""
        code = f"import sys; sys.path.insert(0, {str(site)!r}); from timeline.cli import main; main()"
        done = subprocess.run([sys.executable, "-c", code, *words], cwd=project, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        assert warned in done.stderr
        return done.stdout

    assert "2 new" in run("import", "tiny", "pier.tiny", "--append", "--by", "Ann")
    assert run("export", "tiny", "--title", "Piers") == "1962-05 The pier opens\n1999 The pier closes\n"
