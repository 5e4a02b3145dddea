"""Everything that a person may type wrongly has one clear line: commands, files, numbers, addresses; and -h helps everywhere."""

import re
import subprocess
import sys
import unicodedata
from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result
from hypothesis import given
from hypothesis import strategies as st

from timeline import Timeline, cli, files
from timeline.cli import HOMES, main, unknown_command
from timeline.cli.terminal_columns import columns, padded, shortened, wrapped


def run(*words: str) -> Result:
    """Run a command in this process; nothing may end in a traceback."""
    result = CliRunner().invoke(main, list(words), env={"COLUMNS": "80"})
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result


def commands() -> list[list[str]]:
    """Name every command, and those of groups."""
    named = []
    for name in HOMES:
        named.append([name])
        command = main.get_command(click.Context(main), name)
        if isinstance(command, click.Group):
            named += [[name, inner] for inner in command.commands]
    return named


@pytest.mark.parametrize("words", [[], *commands()], ids=" ".join)
def test_h_shows_help_everywhere(words: list[str]) -> None:
    """The same as --help."""
    short, long = run(*words, "-h"), run(*words, "--help")
    assert (short.exit_code, short.stdout) == (0, long.stdout)
    assert "-h, --help" in short.stdout


@pytest.mark.parametrize("name", list(HOMES))
def test_help_has_an_example(name: str) -> None:
    """Its example names the command."""
    result = run(name, "--help")
    assert result.exit_code == 0
    assert f"Example: timeline {name}" in result.output
    command = main.get_command(click.Context(main), name)
    assert command is not None
    assert f"timeline {name}" in (command.help or "")


@pytest.mark.parametrize("words", [["append"], ["archive"], ["nothing"], ["build", "--nothing"], ["show"], ["serve", "--reload"]])
def test_wrong_usage_is_exit_code_2(words: list[str]) -> None:
    """A refusal is 1."""
    assert run(*words).exit_code == 2


def test_every_command_that_is_written_can_be_called() -> None:
    """By the name it has, once."""
    sources = "\n".join(path.read_text(encoding="utf-8") for path in Path(cli.__file__).parent.glob("*.py"))
    assert len(re.findall(r"^@click\.(?:command|group)\(", sources, re.MULTILINE)) == len(HOMES) + 1  # and `timeline` itself
    for name in HOMES:
        command = main.get_command(click.Context(main), name)
        assert command is not None
        assert command.name == name


def test_a_command_loads_no_other() -> None:
    """Each start would take twice as long."""
    script = "import sys; from timeline.cli import main; main(['list', '--help'], standalone_mode=False); print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout.split()
    assert "timeline.cli.list" in loaded
    assert not {"timeline.cli.importing", "timeline.publishing", "datasette", "pendulum", "sqlite_utils", "rapidfuzz"} & set(loaded)


RESULTS = (
    "build append archive import show list search history log verify rebuild"
    " checkpoint prove verify-proof redact publish backup restore"
)


@pytest.mark.parametrize("name", RESULTS.split())
def test_every_command_with_results_writes_json(name: str) -> None:
    """With the same option, which is documented."""
    page = Path(__file__).parent.parent / "timeline" / "manual" / "command-line.md"
    described = page.read_text(encoding="utf-8").split("## For programs\n")[1]
    assert "--json" in run(name, "-h").stdout
    assert f"`{name}`" in described


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("correct", "No event is ever changed. A correction is a further entry in a bundle: {correct: ID"),
        ("delete", "No event is ever removed. A retraction is a further entry in a bundle: {retract: ID"),
        ("record", "Write it into a bundle, and append that: timeline append FILE."),
        ("ls", "Did you mean list?"),
        ("serach", "Did you mean search?"),
        ("histroy", "Did you mean history?"),
        ("Show", "Did you mean show?"),
        ("redakt", "See: timeline -h, or timeline COMMAND -h"),
        ("zzz", "See: timeline -h, or timeline COMMAND -h"),
        ("\x1b[31m", "See: timeline -h, or timeline COMMAND -h"),
    ],
)
def test_an_unknown_command_is_answered_with_another_way(name: str, told: str) -> None:
    """Never with one that cannot be undone."""
    result = run(name, "x")
    last = result.stderr.splitlines()[-1]
    assert (result.exit_code, result.stdout) == (2, "")
    assert told in last
    assert "redact" not in last.replace("redakt", "")
    assert "\x1b" not in last


@given(st.text(max_size=12))
def test_the_irreversible_is_never_suggested(name: str) -> None:
    """Whatever was typed."""
    assert "redact" not in unknown_command.instead(name, HOMES)


@pytest.mark.parametrize(
    ("words", "typed", "meant"),
    [
        (["archive", "reprot.txt"], "reprot.txt", "report.txt"),
        (["append", "jnauary.yaml"], "jnauary.yaml", "january.yaml"),
        (["append", "january"], "january", "january.yaml"),
        (["verify", "--against", "chekpoint"], "chekpoint", "checkpoint"),
        (["verify", "--against=chekpoint"], "chekpoint", "checkpoint"),
        (["checkpoint", "--key", "my.kee"], "my.kee", "my.key"),
        (["log", "--db", "timelin.db"], "timelin.db", "timeline.db"),
        (["restore", "bakcup.db", "--db", "new.db"], "bakcup.db", "backup.db"),
        (["verify-proof", "prof"], "prof", "proof"),
        (["import", "csv", "sheet.cvs"], "sheet.cvs", "sheet.csv"),
        (["build", "--events", "event"], "event", "events"),
        (["prove", "x", "--checkpoint", "chekpoint"], "chekpoint", "checkpoint"),
    ],
)
def test_a_wrong_file_name_gets_the_nearest(
    path: Path, timeline: Timeline, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: list[str], typed: str, meant: str
) -> None:
    """In the same line as the error."""
    monkeypatch.chdir(tmp_path)
    source = timeline.archive(text="a word", id="x", title="X")
    timeline.record("x", title="X", date="2003", citations=[source.quote("a word")])
    (tmp_path / "events").mkdir()
    for name in ("report.txt", "january.yaml", "checkpoint", "my.key", "backup.db", "proof", "sheet.csv"):
        (tmp_path / name).write_text("x", encoding="utf-8")
    result = run(*words)
    last = result.stderr.splitlines()[-1]
    assert (result.exit_code, result.stdout) == (1, "")
    assert last.startswith(f"Error: {typed}: ")
    assert f". Did you mean {meant}?" in last
    assert not (tmp_path / "new.db").exists()


def test_nothing_far_off_is_suggested(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nor a hidden file, nor anything for an existing file."""
    monkeypatch.chdir(tmp_path)
    Path("quarterly.txt").touch()
    Path(".report.txt").touch()
    assert files.nearest(Path("report.txt")) is None
    assert files.nearest(Path("quarterly.txt")) is None
    assert files.nearest(Path("nowhere/quarterly.txt")) is None
    assert files.nearest(Path("a\0b")) is None
    assert files.nearest(Path("Quartely.TXT")) == Path("quarterly.txt")
    assert files.did_you_mean("Quartely.TXT") == "Did you mean quarterly.txt? "
    assert files.did_you_mean("Quartely.TXT", PermissionError()) == files.did_you_mean("report.txt") == ""


@pytest.mark.parametrize("address", ["https://news.example/harbour?a=1", "http://news.example"])
def test_an_address_is_not_taken_for_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, address: str) -> None:
    """It is not fetched either: the error shows how."""
    monkeypatch.chdir(tmp_path)
    result = run("archive", address)
    quoted = f"'{address}'" if "?" in address else address
    told = f"{address}: is an address; pages are fetched only on request. To fetch it: timeline archive --fetch {quoted}"
    assert (result.exit_code, result.stderr) == (1, f"Error: {told}\n")


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["log", "--limit", "0"], "'--limit': \"0\" is not a whole number from 1."),
        (["log", "--after", "x"], "'--after': \"x\" is not a whole number from 0."),
        (["list", "--limit", "2.5"], "'--limit': \"2.5\" is not a whole number from 1."),
        (["redact", "ga-93", "--reason", "x"], '"ga-93" is not a whole number from 1.'),
        (["serve", "--port", "99999"], '"99999" is not a whole number from 0 to 65535.'),
        (["show", "x", "--as-of", "9" * 30], f'--as-of: "{"9" * 30}" is not a whole number from 0.'),
    ],
)
def test_a_number_that_makes_no_sense_is_refused(timeline: Timeline, path: Path, words: list[str], told: str) -> None:
    """With the valid range."""
    result = run(*words, "--db", str(path))
    assert result.exit_code == 2
    assert result.stderr.splitlines()[-1].endswith(told)


@pytest.mark.parametrize(
    ("text", "wide"),
    [
        ("abc", 3),
        ("会议", 4),
        ("e\u0301", 1),
        ("مَجْلِس", 4),
        ("한글", 4),
        ("\u1112\u1161\u11ab", 2),
        ("ｶﾞ", 2),
        ("a\u200bb", 2),
        ("🙂", 2),
    ],
)
def test_columns_are_counted_as_a_terminal_draws(text: str, wide: int) -> None:
    """Wide characters take two, marks none."""
    assert columns(text) == wide
    assert columns(padded(text, 12)) == 12


LINES = st.text(st.sampled_from("ab 会議e\u0301한…(「。"), max_size=60).map(lambda text: " ".join(text.split()))


@given(LINES, st.integers(0, 40))
def test_a_shortened_line_fits_and_begins_as_it_did(text: str, room: int) -> None:
    """It marks the omission, and keeps marks with their letters."""
    short = shortened(text, room)
    assert columns(short) <= room
    if short != text and room:
        begun = short.removesuffix("…")
        assert text.startswith(begun)
        rest = text[len(begun) :]
        assert not rest or not unicodedata.combining(rest[0]) or not begun


@given(LINES, st.integers(10, 40), st.integers(0, 6))
def test_wrapped_lines_fit_and_keep_every_character(text: str, room: int, indent: int) -> None:
    """But for words that are longer than a line."""
    lines = wrapped(text, room, " " * indent, " " * indent).split("\n")
    assert "".join("".join(lines).split()) == "".join(text.split())
    for line in lines:
        assert columns(line) <= room or " " not in line.strip()
