"""The manual tells the truth: every command and snippet of each page runs, in order, in a copy of the project."""

import re
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, nullcontext, suppress
from pathlib import Path

import authority
import calendar_server
import click
import pytest
import scans
from snippets import MANUAL, PAGES, PROJECT, Reader, blocks, copy_project, furnish

from timeline import Timeline
from timeline.cli import main
from timeline.exchange import formats
from timeline.plugin_settings import NAMES as SETTINGS
from timeline.publishing.wheel import wheel

pytestmark = pytest.mark.datasette  # the commands serve pages

# Two people and a repository are needed for it: see test_working_together.py.
APART = {"working-together"}
# What never ends, takes minutes, or leaves this machine; each is tried in the tests of its own subject.
RECOGNISING = (
    'timeline archive ~/scan.pdf --ocr eng --id harbour-scan --title "A letter about the harbour"',
    "timeline show harbour-scan --text",
)
_LIVE = '"http://127.0.0.1:8001/timeline/-/timeline/live?after=31"'
AS_POSTGRES = (
    'psql -c "ALTER SYSTEM SET synchronous_standby_names = \'standby\'" -c "SELECT pg_reload_conf()"',
    'psql -c "SELECT application_name, state FROM pg_stat_replication"',
    'psql -c "SELECT application_name, sync_state FROM pg_stat_replication"',
    "psql -c \"ALTER SYSTEM SET synchronous_standby_names = ''\"",
)
COPY = "pg_basebackup -R -c fast -D /var/lib/postgresql/15/main -d 'postgresql://owner@db.example/?application_name=standby'"
INSTEAD: Mapping[str, Mapping[str, str]] = {
    "documents": {
        "timeline archive --fetch https://news.example/harbour": "timeline archive -h",
        "timeline suggest tna-2025-11-27 --model gpt-4o-mini": "timeline suggest -h",
        **({} if "eng" in scans.languages() else dict.fromkeys(RECOGNISING, "timeline archive -h")),
    },
    "desk": {'timeline desk --by "Ann Lee"': "timeline desk -h"},
    "datasette": {"datasette install -e .": "datasette plugins"},
    "http": {
        "datasette install datasette-auth-tokens": "datasette plugins",
        "datasette timeline.db -m metadata.json": "datasette plugins",  # it is served meanwhile: see `served`
        f"curl -sN {_LIVE}": f"curl -sN --max-time 1 {_LIVE} | cat",
    },
    "shared-log": {
        **dict.fromkeys(
            (
                "sudo apt-get install -y postgresql",
                "sudo -u postgres createuser --createrole --replication --pwprompt owner",
                "sudo -u postgres createdb -O owner -E UTF8 -T template0 news",
                "sudo systemctl stop postgresql",
                "sudo -u postgres find /var/lib/postgresql/15/main -mindepth 1 -delete",
                "sudo systemctl start postgresql",
                'sudo -u postgres psql -c "SELECT pg_promote()"',
            ),
            "true",  # the test has a server of its own, and load/shared.py does what is about two
        ),
        **{f"sudo -u postgres {words}": f"{words} postgresql://owner@db.example/news" for words in AS_POSTGRES},
        f"sudo -u postgres {COPY}": COPY.replace("/var/lib/postgresql/15/main", "~/standby"),
    },
    "page": {
        "python tests/bench/million.py 1000000 million.db": "python tests/bench/million.py 1000 million.db",
        "datasette million.db -m metadata.json": "datasette million.db --get /million/-/timeline",
    },
}
_CODE = re.compile(r"(?<!`)`([^`\n]+)`(?!`)")
_LINK = re.compile(r"\]\((?!https?:)([^)#\s]*)(?:#([^)\s]*))?\)")
_FENCED = re.compile(r"^```.*?^```$", re.MULTILINE | re.DOTALL)
# As DESIGN.md has it: no sentence begins so.
_STILTED = re.compile(r"(?:^|[.!?:] |\| |- |# )(What|Whoever|That which|Whatever|Nothing of)\b", re.MULTILINE)


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the project once, to be copied for each page."""
    folder = tmp_path_factory.mktemp("manual") / "project"
    copy_project(folder)
    return folder


@pytest.mark.parametrize("name", sorted({page.stem for page in MANUAL.glob("*.md")} - APART))
def test_every_snippet_of_a_page_runs(project: Path, tmp_path: Path, name: str) -> None:
    """In the order of the page, as a reader would try them."""
    shutil.copytree(project, tmp_path / "project", symlinks=True)
    furnish(tmp_path / "home")
    with (
        stamping(tmp_path / "authority", tmp_path / "home" / "tsa.pem") if name == "proof" else nullcontext({}) as stamped,
        calendar_of_ots() if name == "proof" else nullcontext({}) as dated,
        served(tmp_path / "project") if name == "http" else nullcontext("") as address,
        postgresql(tmp_path / "home") if name == "shared-log" else nullcontext("") as server,
    ):
        exceptions = {**INSTEAD.get(name, {}), **stamped, **dated}
        reader = Reader(tmp_path / "project", tmp_path / "home", exceptions, address)
        if server:
            reader.served, reader.address = server, "db.example"
        assert reader.read(MANUAL / f"{name}.md") > 0


@contextmanager
def served(project: Path) -> Iterator[str]:
    """Serve the project as the page about HTTP has it, with the settings of its first block."""
    pytest.importorskip("datasette_auth_tokens")
    settings = next(block.text for block in blocks(MANUAL / "http.md") if block.language == "json")
    (project / "metadata.json").write_text(settings, encoding="utf-8")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    words = [sys.executable, "-m", "datasette", "timeline.db", "-m", "metadata.json", "-p", str(port)]
    quiet = subprocess.DEVNULL
    with subprocess.Popen(words, cwd=project, stdout=quiet, stderr=quiet) as server:
        try:
            for _ in range(600):
                with suppress(OSError), socket.create_connection(("127.0.0.1", port)):
                    break
                time.sleep(0.05)
            yield f"http://127.0.0.1:{port}"
        finally:
            server.terminate()


@contextmanager
def postgresql(home: Path) -> Iterator[str]:
    """Start the server that the page about shared logs has, give its address, and write the passwords where the page says."""
    sys.path.insert(0, str(PROJECT / "tests" / "shared_log"))
    from cluster import PASSWORD, Cluster, binaries

    if binaries() is None:
        pytest.skip("PostgreSQL is not installed (Debian: postgresql)")
    cluster = Cluster().make("wal_level = replica")
    try:
        cluster.start().database("news")
        address = f"127.0.0.1:{cluster.port}"
        passwords = home / ".pgpass"
        passwords.write_text(
            "".join(f"{address}:*:{user}:{word}\n" for user, word in (("owner", PASSWORD), ("*", "choose-another")))
        )
        passwords.chmod(0o600)
        yield address
    finally:
        cluster.remove()


@contextmanager
def stamping(folder: Path, certificate: Path) -> Iterator[dict[str, str]]:
    """Serve a time-stamping authority, write its certificate, and give the page's command with its address."""
    shutil.copy(authority.made(folder), certificate)
    command = "timeline checkpoint --key example.org/timeline --stamp https://tsa.example/ --authority ~/tsa.pem > ~/checkpoint"
    with authority.serving(lambda query: (200, authority.stamped(folder, query))) as url:
        yield {command: command.replace("https://tsa.example/", url)}


@contextmanager
def calendar_of_ots() -> Iterator[dict[str, str]]:
    """Serve a calendar of OpenTimestamps, and give the page's commands with its address."""
    commands = ["timeline checkpoint --key example.org/timeline --ots ~/dated", "timeline checkpoint --upgrade ~/dated"]
    with calendar_server.serving() as calendar:
        yield {command: f"{command} --calendar {calendar.url}" for command in commands}


def prose(page: Path) -> str:
    """Give a page without its blocks."""
    text = _FENCED.sub("", page.read_text(encoding="utf-8"))
    assert all(line.count("`") % 2 == 0 for line in text.splitlines()), "code goes over the end of a line, and is not checked"
    return text


def anchors(page: Path) -> set[str]:
    """Give what GitHub calls the headings of a page."""
    headings = re.findall(r"^#+ (.+)$", prose(page), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_every_link_leads_somewhere(page: Path) -> None:
    """To a file that is there, and a heading that it has."""
    for target, anchor in _LINK.findall(prose(page)):
        there = (page.parent / target).resolve() if target else page
        assert there.exists(), target
        assert not anchor or anchor in anchors(there), f"{target}#{anchor}"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_every_command_in_a_sentence_exists(page: Path) -> None:
    """With the options that are named; those in blocks are run."""
    for code in _CODE.findall(prose(page)):
        words = code.split()
        if words[0] != "timeline" or len(words) == 1 or words[1].startswith("-"):
            continue
        command = main.get_command(click.Context(main), words[1])
        assert command is not None, code
        known = {option for parameter in command.params for option in parameter.opts} | {"-h", "--help"}
        assert {word for word in words[2:] if word.startswith("-")} <= known, code


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_no_sentence_is_stilted(page: Path) -> None:
    """The guide to English names the ways to begin a sentence that a newspaper does not know."""
    assert _STILTED.findall(prose(page)) == []


def test_every_path_in_a_sentence_exists() -> None:
    """A contributor finds what the guide names."""
    named = _CODE.findall(prose(PROJECT / ".github" / "CONTRIBUTING.md"))
    paths = [code for code in named if re.match(r"(timeline|tests|events|seeds|\.ci|\.github)/", code) and "NAME" not in code]
    assert len(paths) > 10
    assert [path for path in paths if not (PROJECT / path).exists()] == []


def test_the_readme_leads_to_every_page() -> None:
    """A page to which nothing leads is not read."""
    readme = (PROJECT / "README.md").read_text(encoding="utf-8")
    assert [page.name for page in MANUAL.glob("*.md") if f"timeline/manual/{page.name})" not in readme] == []


def test_the_manual_is_in_the_wheel() -> None:
    """So that those who have the program have the manual."""
    assert str(MANUAL.name) == "manual"
    content = wheel()[1]
    for page in MANUAL.glob("*.md"):
        assert f"timeline/manual/{page.name}".encode() in content


def table(name: str, heading: str) -> list[str]:
    """Give the first cells of a table of a page."""
    section = (MANUAL / f"{name}.md").read_text(encoding="utf-8").split(f"## {heading}\n")[1].split("\n## ")[0]
    return re.findall("`(.+?)`", " ".join(line.split("|")[1] for line in section.splitlines() if line.startswith("| `")))


def test_every_format_of_an_export_is_in_the_table() -> None:
    """By its name, with what it loses."""
    assert sorted(table("export", "Formats")) == sorted(formats.written_names())


def test_every_format_of_an_import_is_in_the_table() -> None:
    """By its name."""
    assert sorted(table("import", "Formats")) == sorted(formats.read_names())


def test_every_setting_is_in_the_table() -> None:
    """By its name, with what it does."""
    assert sorted(table("datasette", "Settings")) == sorted(SETTINGS)


def test_every_call_is_in_the_manual() -> None:
    """Each public call of a Timeline, but those that bundles and imports make in parts."""
    page = (MANUAL / "python.md").read_text(encoding="utf-8")
    inner = {
        "archive_document",
        "author",
        "compare_texts",
        "dangling",
        "extracted",
        "project",
        "read_ahead",
        "reading_ahead",
        "record_checked",
        "recording_as",
        "refuse_outdated",
    }
    calls = {name for name in dir(Timeline) if not name.startswith("_")} - inner
    assert sorted(name for name in calls if f"`{name}" not in page and f"timeline.{name}" not in page) == []


def test_every_command_is_in_the_manual() -> None:
    """Each in the table of commands."""
    assert sorted(table("command-line", "Commands")) == sorted(main.list_commands(click.Context(main)))
