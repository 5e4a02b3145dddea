"""Fixtures that many tests share: the project's folders, a clock that stands still, small timelines, and no Datasette.

Each push runs all tests on one version of Datasette, and those that are marked `datasette` on the other as well. What needs the
mark is not for anyone to remember: without it there is no Datasette, neither for the test nor for a process that it starts.
"""

import os
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest
from examples import PROJECT, REPORT, Clock
from hypothesis import settings

import timeline as package
from timeline import ArchivedSource, Timeline

# Every push tries the same examples, so that a failure comes back; each night tries others. A busy machine is no failure.
settings.register_profile("timeline", deadline=None, derandomize="TIMELINE_SEED" not in os.environ, print_blob=True)
settings.load_profile("timeline")

SHARED = PROJECT.parent / "shared"


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:  # noqa: ANN401 - pytest-xdist may not be installed
    """Have each module of the web's tests run by one worker, which builds its timelines and starts its browser once.

    The groups of pytest-xdist 3.8 go by unheeded under pytest 9.2, which has another name for a test's id.
    """
    if config.getvalue("dist") != "loadgroup":
        return None
    from xdist.scheduler import LoadScopeScheduling

    class ByModule(LoadScopeScheduling):
        def _split_scope(self, nodeid: str) -> str:
            return nodeid.partition("::")[0] if nodeid.startswith("tests/web/") else nodeid

    return ByModule(config, log)


WITHOUT = str(Path(__file__).parent / "without_datasette")  # what stands there refuses to be imported
NEEDS_IT = ("datasette", "timeline.web")
_notes: list[Path] = []  # where is noted that a test which is running now reached for Datasette


def is_of_datasette(name: str) -> bool:
    """Whether a module is Datasette's, or cannot be imported without it."""
    return name.startswith(tuple(f"{one}." for one in NEEDS_IT)) or name in NEEDS_IT


def _watch(event: str, arguments: tuple[Any, ...]) -> None:
    """Note a process that is started so that it would find Datasette."""
    if event == "subprocess.Popen" and _notes:
        _, words, _, environment = arguments
        given: Mapping[Any, Any] = os.environ if environment is None else environment
        alone = {"-I", "-E"} & set(words) and {"-c", "-m"} & set(words)
        if alone or WITHOUT not in given.get("PYTHONPATH", ""):
            _notes[-1].write_text(f"starts a process that may find Datasette: {words}", encoding="utf-8")


sys.addaudithook(_watch)


@pytest.fixture(autouse=True)
def without_datasette(
    request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Path | None]:
    """Let a test that is not marked `datasette` find none, nor the part of the program that needs it.

    Fails one that reached for it. Gives the file where that is noted.
    """
    if request.node.get_closest_marker("datasette"):
        yield None
        return
    held = [f"{name} = {value!r}" for name, value in vars(request.module).items() if is_of_datasette(_home(value))]
    assert not held, f"mark it `datasette`: {held}"
    for name in [name for name in sys.modules if is_of_datasette(name)]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.delattr(package, "web", raising=False)
    monkeypatch.setattr(sys, "path", [WITHOUT, *sys.path])
    monkeypatch.setenv("PYTHONPATH", WITHOUT, prepend=os.pathsep)
    note = tmp_path_factory.getbasetemp() / "reached-for-datasette"
    monkeypatch.setenv("TIMELINE_TESTS_NOTE", str(note))
    _notes.append(note)
    yield note
    _notes.pop()
    if note.exists():
        noted = note.read_text(encoding="utf-8")
        note.unlink()
        pytest.fail(f"mark it `datasette`: it {noted}")


@pytest.fixture(autouse=True)
def unlimited_memory(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave SQLite's memory unlimited: a process cannot lift the limit again, so that it would hold for all later tests."""
    if request.node.get_closest_marker("datasette"):
        monkeypatch.setattr("timeline.web.limits.MAX_HEAP", 0)


def _home(value: object) -> str:
    """Name the module that something is from, or is."""
    home = value.__name__ if isinstance(value, ModuleType) else getattr(value, "__module__", None)
    return home if isinstance(home, str) else ""


@pytest.fixture
def shared() -> Path:
    """Vectors and real data, kept outside the project; tests that need them skip where they are absent."""
    if not SHARED.is_dir():
        pytest.skip("../shared is not here")
    return SHARED


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where a timeline is to be made."""
    return tmp_path / "timeline.db"


@pytest.fixture
def timeline(path: Path) -> Iterator[Timeline]:
    """Make an empty timeline."""
    with Timeline(path, by="tester", clock=Clock()) as timeline:
        timeline.log.make()
        yield timeline


@pytest.fixture
def report(timeline: Timeline) -> ArchivedSource:
    """Archive a document to quote from, at position 1."""
    return timeline.archive(text=REPORT, id="report", title="A report", published="2025-11-28")


@pytest.fixture
def meeting(timeline: Timeline, report: ArchivedSource) -> str:
    """Record a happening, at position 2."""
    timeline.record(
        "meeting",
        title="The council meets",
        date="2025-11-24",
        kind="meeting",
        place="Marrakech",
        actors=["The council", {"name": "A chair", "role": "chair"}],
        tags=["council"],
        citations=[report.quote("met in Marrakech on 24 November 2025")],
    )
    return "meeting"


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> SimpleNamespace:
    """Make what the verifiers that stand alone are given."""
    import verifiers

    return verifiers.make(tmp_path_factory.mktemp("made"))
