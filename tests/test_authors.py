"""Who recorded an event: a name that somebody chose, and never that of the login."""

import asyncio
import getpass
import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from timeline import Timeline, authors
from timeline.cli import main
from timeline.errors import StatementInvalid
from timeline.exchange import formats


@pytest.fixture(autouse=True)
def nobody(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Give no name in the environment, and a login that would show wherever it were taken."""
    monkeypatch.delenv("TIMELINE_BY", raising=False)
    for variable in ("LOGNAME", "USER", "LNAME", "USERNAME"):
        monkeypatch.setenv(variable, "the-login")
    assert getpass.getuser() == "the-login"
    monkeypatch.chdir(tmp_path)


def recorded(by: str | None = None) -> str:
    """Append to this folder's timeline, and tell by whom it was."""
    with Timeline("timeline.db", by=by) as timeline:
        note = timeline.archive(text="They met on Friday.", id="note", title="A note")
        timeline.record("met", title="They meet", date="2025", citations=[note.quote("met on Friday")])
        events = list(timeline.events())
    assert len({event.recorded_by for event in events}) == 1
    return events[-1].recorded_by


def settings(content: object) -> None:
    """Write this folder's metadata.json."""
    Path("metadata.json").write_text(json.dumps(content), encoding="utf-8")


def test_without_a_name_it_is_unnamed() -> None:
    """Not the login."""
    assert recorded() == "unnamed"


def test_the_project_says_who_writes_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """Unless the environment or the call says another."""
    settings({"plugins": {"cited-timeline": {"by": "The editors"}}})
    assert recorded() == "The editors"
    Path("timeline.db").unlink()
    monkeypatch.setenv("TIMELINE_BY", "Ann Lee")
    assert recorded() == "Ann Lee"
    Path("timeline.db").unlink()
    assert recorded(by="Bob") == "Bob"


@pytest.mark.parametrize("content", [{}, [], {"plugins": None}, {"plugins": {"cited-timeline": {"by": ""}}}, {"plugins": 1}])
def test_a_project_need_not_say_it(content: object) -> None:
    """Then it is unnamed."""
    settings(content)
    assert recorded() == "unnamed"


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ('{"plugins": ', "metadata.json: does not name the author of this project: Expecting value"),
        ('{"plugins": {"cited-timeline": {"by": ["Ann"]}}}', "plugins.cited-timeline.by: is not a text"),
        ('{"plugins": {"cited-timeline": {"bye": "Zoé"}}}', 'plugins.cited-timeline.bye: is not a setting. Did you mean "by"?'),
        ('{"plugins": {"cited-timeline": {"author": "Zoé"}}}', "plugins.cited-timeline.author: is not a setting. There are"),
        ('{"plugins": {"cited-timelines": {"by": "Zoé"}}}', 'plugins.cited-timelines: is not read. Did you mean "cited-timeline"?'),
        ('{"plugins": {"timeline": {"by": "Zoé"}}}', 'plugins.timeline: is not read. Did you mean "cited-timeline"?'),
        ('{"plugin": {"cited-timeline": {"by": "Zoé"}}}', 'plugin: is not read. Did you mean "plugins"?'),
        ('{"plugins": {"cited-timeline": {"by": "Zoé", "by": "Ann"}}}', '"by" is there twice. Give it once'),
        ('{"plugins": {"cited-timeline": {"by": "Ann\\nBob"}}}', "metadata.json: the author: by: "),
    ],
)
def test_a_project_that_says_it_wrongly_is_told(content: str, reason: str) -> None:
    """In a line; nothing is recorded in nobody's name by mistake. To read is no matter."""
    recorded(by="Ann")
    Path("metadata.json").write_text(content, encoding="utf-8")
    with Timeline("timeline.db") as timeline:
        assert timeline.log.size() == 2
        with pytest.raises(StatementInvalid) as refused:
            timeline.correct("met", title="They met", reason="Tense")
        assert reason in str(refused.value)
        assert timeline.log.size() == 2


@pytest.mark.parametrize("name", ["metadata.yaml", "metadata.yml"])
def test_a_name_in_a_file_that_is_not_read_is_told(name: str) -> None:
    """Nothing is recorded in nobody's name because of it; a name that is given will do."""
    Path(name).write_text("plugins:\n  cited-timeline:\n    by: Zoé\n", encoding="utf-8")
    with pytest.raises(StatementInvalid, match=rf"there is {name}, and only metadata\.json is read"):
        recorded()
    with Timeline("timeline.db", by="Ann") as timeline:
        assert timeline.archive(text="words", id="a", title="A").event.recorded_by == "Ann"


def test_settings_of_other_plugins_are_no_matter() -> None:
    """However many there are, and whatever they say."""
    settings({"plugins": {"datasette-cluster-map": {"by": "x"}, "cited-timeline": {"by": "Ann", "max_length": 5}}, "title": "T"})
    assert recorded() == "Ann"


def test_init_asks_and_the_project_keeps_the_answer() -> None:
    """Once; later commands take it from there."""
    assert CliRunner().invoke(main, ["init", "mine", "--by", "Ann “the pen” Lee"]).exit_code == 0
    kept = json.loads(Path("mine/metadata.json").read_text(encoding="utf-8"))
    assert kept["plugins"]["cited-timeline"]["by"] == "Ann “the pen” Lee"
    with Timeline("mine/timeline.db") as timeline:
        timeline.archive(text="They met on Friday.", id="note", title="A note")
        assert timeline.log.event(1).recorded_by == "Ann “the pen” Lee"  # type: ignore[union-attr]
    assert CliRunner().invoke(main, ["init", "none"]).exit_code == 0
    assert json.loads(Path("none/metadata.json").read_text(encoding="utf-8"))["plugins"]["cited-timeline"]["by"] == ""
    result = CliRunner().invoke(main, ["init", "wrong", "--by", "two\nlines"])
    assert (result.exit_code, Path("wrong").exists()) == (1, False)


def shown() -> dict[str, str]:
    """Gather what pages, exports and commands say of this folder's timeline."""
    from datasette.app import Datasette

    async def pages() -> dict[str, str]:
        datasette = Datasette(["timeline.db"])
        here = "/timeline/-/timeline"
        addresses = [here, f"{here}/met", f"{here}/sources/note", f"{here}/log/checkpoints?from=1&to=3"]
        addresses += [f"{here}/export/{name}" for name in formats.written_names()]
        answers = {address: await datasette.client.get(address) for address in addresses}
        assert {answer.status_code for answer in answers.values()} == {200}
        return {address: answer.text for address, answer in answers.items()}

    told = asyncio.run(pages())
    for words in (["show", "met"], ["history", "met"], ["log"], ["show", "note"], ["history", "note"]):
        result = CliRunner().invoke(main, words)
        assert result.exit_code == 0, result.output
        told[" ".join(words)] = result.output
    return told


@pytest.mark.datasette
def test_pages_exports_and_commands_leave_unnamed_out() -> None:
    """Beside no entry of a chronology does it stand; a name that was given does."""
    for by in (None, "Ann Lee"):
        recorded(by=by)
        with Timeline("timeline.db", by=by) as timeline:
            timeline.correct("met", title="They met", reason="Tense")
            timeline.redact(2, reason="By law", keep_documents=True)
        told = shown()
        assert [where for where, text in told.items() if "unnamed" in text or "the-login" in text] == []
        named = {where for where, text in told.items() if "Ann Lee" in text}
        assert ("/timeline/-/timeline/met" in named, "history met" in named, "/timeline/-/timeline/export/atom" in named) == (
            (by is not None,) * 3
        )
        assert not any(" by," in text or " by ." in text or "by <bdi></bdi>" in text for text in told.values())
        Path("timeline.db").unlink()


@pytest.mark.parametrize(
    "other", ["ANA RUIZ", " Ana  Ruiz", "Ana R\u200buiz", "Ana\u00a0Ruiz", "Ana Ruiz\ufe0f", "\uff21na Ruiz", "Ana R\u00aduiz"]
)
def test_a_name_that_looks_the_same_is_of_the_same_person(other: str) -> None:
    """Nobody becomes a second person by what is not drawn."""
    assert not authors.are_two(other, "Ana Ruiz")
    assert authors.are_two("Ana Luiz", "Ana Ruiz")
    assert not authors.are_two("un\u200bnamed", "Ana Ruiz")
