"""Connecting to a shared log: servers and addresses that are refused, each in one line without a password."""

import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import closing

import psycopg
import pytest
from click.testing import CliRunner
from cluster import PASSWORD, Cluster

from timeline import Timeline
from timeline.cli import main
from timeline.errors import DatabaseRefused
from timeline.shared_log import connecting


def run(*words: str) -> tuple[int, str]:
    """Run a command of the program, and return its exit code and output."""
    result = CliRunner().invoke(main, [*words])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result.exit_code, result.output


def test_no_message_repeats_the_password(cluster: Cluster, url: str) -> None:
    """Neither a wrong one, nor one whose address cannot be read."""
    wrong = (
        url.replace(PASSWORD, "wrong-secret"),
        "postgresql://owner:wrong-secret@127.0.0.1:1/news",
        "postgresql://owner@127.0.0.1:1/news?password=wrong-secret",
        "postgresql://owner:wrong-secret@se-cret@127.0.0.1/news",
        "postgresql://owner:wrong-secret/more@127.0.0.1/news",
        "postgresql://owner:wrong-secret@127.0.0.1:port/news",
        url.replace("/emptied", "/nowhere").replace(PASSWORD, "wrong-secret"),
    )
    for address in wrong:
        with pytest.raises(DatabaseRefused) as refused:
            Timeline(address)
        assert "secret" not in str(refused.value)
        assert "se-cret" not in str(refused.value)
        assert "\n" not in str(refused.value)
        for command in (("log", "--db", address), ("list", "--db", address), ("redact", "1", "--reason", "?", "--db", address)):
            code, output = run(*command)
            assert code == 1
            assert "secret" not in output


def test_it_is_refused_where_there_is_no_log(database: Callable[[], str]) -> None:
    """In a database with other tables."""
    with pytest.raises(DatabaseRefused, match=r"there is no log in this database\. Share one: timeline share"):
        Timeline(database())


def test_it_says_which_package_is_missing() -> None:
    """Psycopg is an extra."""
    script = (
        "import sys; sys.modules['psycopg'] = None\n"
        "import importlib.util as u; real = u.find_spec; u.find_spec = lambda n, *a: None if n == 'psycopg' else real(n, *a)\n"
        "from timeline.cli import main; main(['log', '--db', 'postgresql://ann@db.example/news'])"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert done.stderr == (
        "Error: postgresql://ann@db.example/news: psycopg is not installed. Install it: pip install 'cited-timeline[shared]'\n"
    )


def test_a_server_that_is_too_old_is_refused(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """With the version that is needed."""
    monkeypatch.setattr(connecting, "OLDEST", 99)
    with pytest.raises(DatabaseRefused, match=r"the server is PostgreSQL \d+, expected 99 or later"):
        Timeline(url)


def test_every_host_that_was_tried_is_named_once(url: str) -> None:
    """With the reason of each, and without advice about networks; a server that answers is not called away."""
    with pytest.raises(DatabaseRefused) as refused:
        Timeline("postgresql://ann@127.0.0.1:1,127.0.0.1:2/news?target_session_attrs=read-write")
    assert str(refused.value) == (
        "postgresql://ann@127.0.0.1:1,127.0.0.1:2/news?target_session_attrs=read-write: the server cannot be reached"
        " (127.0.0.1:1: Connection refused; 127.0.0.1:2: Connection refused). Check the address and the server, then repeat"
    )
    with pytest.raises(DatabaseRefused, match=r'refuses the connection \(.*password authentication failed for user "owner"\)'):
        Timeline(url.replace(PASSWORD, "wrong"))


def test_an_address_for_appends_has_each_parameter_once() -> None:
    """The one that is meant for reading is replaced."""
    address = "postgresql://reader@a,b/news?target_session_attrs=prefer-standby&sslmode=require"
    expected = "postgresql://reader@a,b/news?sslmode=require&target_session_attrs=read-write&user=ann%20b"
    assert connecting.for_appending(address, "ann b") == expected
    assert connecting.for_appending("postgresql://a/news", "") == "postgresql://a/news?target_session_attrs=read-write"


def test_a_server_that_does_not_flush_is_refused(cluster: Cluster, url: str) -> None:
    """What it acknowledges could be lost; but a session's synchronous_commit is turned on."""
    with closing(psycopg.connect(url, autocommit=True)) as owner:
        owner.execute("ALTER DATABASE emptied SET synchronous_commit = off")
        try:
            with closing(connecting.connect(url)) as session:
                assert session.execute("SHOW synchronous_commit").fetchone() == ("on",)
        finally:
            owner.execute("ALTER DATABASE emptied RESET synchronous_commit")
        owner.execute("ALTER SYSTEM SET full_page_writes = off")
        owner.execute("SELECT pg_reload_conf()")
        try:
            time.sleep(0.5)
            with pytest.raises(DatabaseRefused, match="full_page_writes off, so a power cut could lose events"):
                Timeline(url)
        finally:
            owner.execute("ALTER SYSTEM RESET full_page_writes")
            owner.execute("SELECT pg_reload_conf()")
            time.sleep(0.5)
