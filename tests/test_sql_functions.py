"""sqlite-utils has the date functions, on the command line and in Python, in every database, at no cost."""

import json
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from timeline import Timeline, dates

SQL = "select edtf_words('2025-11-24/2025-11-27') as words, edtf_earliest_day('0001-01-01') as day, edtf_words('no date') as none"
EXPECTED = {"words": dates.words("2025-11-24/2025-11-27"), "day": 1, "none": None}


def sqlite_utils(*arguments: str) -> str:
    """Run sqlite-utils as a person would."""
    done = subprocess.run([sys.executable, "-m", "sqlite_utils", *arguments], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture
def other(tmp_path: Path) -> Path:
    """Make a database that is no timeline."""
    path = tmp_path / "other.db"
    with sqlite3.connect(path) as connection:
        connection.execute("create table noted (said text)")
        connection.execute("insert into noted values ('1969~')")
    return path


def test_the_plugin_is_installed() -> None:
    """Under the project's name, with its one hook."""
    plugins = {plugin["name"]: plugin["hooks"] for plugin in json.loads(sqlite_utils("plugins"))}
    assert plugins["cited-timeline"] == ["prepare_connection"]


def test_the_command_line_has_the_functions(timeline: Timeline, other: Path) -> None:
    """In a timeline, in any other database, and in none."""
    for path in (str(timeline.log.path), str(other), ":memory:"):
        assert json.loads(sqlite_utils("query", path, SQL)) == [EXPECTED]
    assert json.loads(sqlite_utils("memory", SQL)) == [EXPECTED]
    assert json.loads(sqlite_utils("query", str(other), "select edtf_words(said) as words from noted")) == [{"words": "about 1969"}]


def test_other_databases_work_as_before(other: Path) -> None:
    """Nothing of ours is written into them."""
    sqlite_utils("transform", str(other), "noted", "--rename", "said", "words")
    assert json.loads(sqlite_utils("rows", str(other), "noted")) == [{"words": "1969~"}]
    assert json.loads(sqlite_utils("tables", str(other))) == [{"table": "noted"}]


def test_python_has_them_on_the_timeline_itself(timeline: Timeline) -> None:
    """`timeline.db` is a Database of sqlite-utils."""
    assert list(timeline.db.query(SQL)) == [EXPECTED]


def test_the_plugin_loads_little() -> None:
    """Users of sqlite-utils do not wait for modules that dates do not need."""
    heavy = {"pydantic", "pydantic_core", "datasette", "pendulum", "rapidfuzz", "yaml", "timeline.timeline", "timeline.web"}
    script = f"""
import sys, sqlite_utils
assert list(sqlite_utils.Database(memory=True).query("select edtf_words('1969~') as words")) == [{{"words": "about 1969"}}]
assert not {heavy!r} & sys.modules.keys(), {heavy!r} & sys.modules.keys()
"""
    subprocess.run([sys.executable, "-c", script], check=True)
