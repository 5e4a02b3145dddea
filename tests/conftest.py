"""Fixtures that many tests share: the project's folders, a clock that stands still, small timelines, and no Datasette.

Each push runs all tests on one version of Datasette, and those that are marked `datasette` on the other as well. What needs the
mark is not for anyone to remember: without it there is no Datasette, neither for the test nor for a process that it starts.
"""

import os
import shutil
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest
from examples import PROJECT, REPORT, Clock
from hypothesis import settings
from shares import EVERY_CASE, ONE_IN, share, spread

import timeline as package
from timeline import ArchivedSource, Timeline

# Every push tries the same examples, so that a failure comes back; each night tries others. A busy machine is no failure.
settings.register_profile(
    "timeline", deadline=None, max_examples=share(100), derandomize="TIMELINE_SEED" not in os.environ, print_blob=True
)
settings.load_profile("timeline")

SHARED = PROJECT.parent / "shared"


def pytest_addoption(parser: pytest.Parser) -> None:
    """Let the cases of each test be limited, for a second run on another version of Datasette."""
    parser.addoption("--cases", type=int, help="try so many cases of each test, spread from its first to its last")


def pytest_report_header(config: pytest.Config) -> str:
    """Say how much is tried."""
    part = "all" if EVERY_CASE else f"one in {ONE_IN}, and all with TIMELINE_EVERY_CASE=1,"
    few = f"; {config.option.cases} cases at most of each test" if config.option.cases else ""
    return f"tried: of the examples of properties, and of the cases that take long, {part} as each night{few}"


SHARED_BY_FOLDER = ("tests/publishing/site/", "tests/shared_log/")  # a site, a PostgreSQL
SHARED_BY_MODULE = ("tests/web/", "tests/desk/", "tests/test_pipes.py", "tests/test_newsroom")
LONG = ("tests/publishing/", "tests/starting/", "tests/test_attacks.py")  # they start many processes, or try much
FEW = 2  # cases of a test, of which none is left out for its time


@pytest.hookimpl(trylast=True)  # after the marks have chosen
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave the cases that are chosen of each test: as many as are asked for, or a share of what takes long."""
    tests: dict[str, list[pytest.Item]] = {}
    for item in items:
        tests.setdefault(item.nodeid.partition("[")[0], []).append(item)
    chosen: set[pytest.Item] = set()
    for name, cases in tests.items():
        takes_long = name.startswith((*SHARED_BY_FOLDER, *SHARED_BY_MODULE, *LONG)) or cases[0].get_closest_marker("browser")
        most = max(FEW, share(len(cases))) if takes_long else len(cases)
        chosen.update(spread(cases, config.option.cases or most))
    config.hook.pytest_deselected(items=[item for item in items if item not in chosen])
    items[:] = [item for item in items if item in chosen]


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:  # noqa: ANN401 - pytest-xdist may not be installed
    """Have what shares a browser or a server be run by one worker, which starts it once: a module, or all of a folder.

    The groups of pytest-xdist 3.8 go by unheeded under pytest 9.2, which has another name for a test's id.
    """
    if config.getvalue("dist") != "loadgroup":
        return None
    from xdist.scheduler import LoadScopeScheduling

    class Together(LoadScopeScheduling):
        def _split_scope(self, nodeid: str) -> str:
            if folder := next((one for one in SHARED_BY_FOLDER if nodeid.startswith(one)), None):
                return folder
            return nodeid.partition("::")[0] if nodeid.startswith(SHARED_BY_MODULE) else nodeid

    return Together(config, log)


WITHOUT = str(Path(__file__).parent / "without_datasette")  # what stands there refuses to be imported
NEEDS_IT = ("datasette.", "timeline.web.")
_notes: list[Path] = []  # where is noted that a test which is running now reached for Datasette


def is_of_datasette(name: str) -> bool:
    """Whether a module is Datasette's, or cannot be imported without it."""
    return f"{name}.".startswith(NEEDS_IT)


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


@pytest.fixture(scope="session")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make an empty timeline once: to copy it takes half the time."""
    path = tmp_path_factory.mktemp("empty") / "timeline.db"
    with Timeline(path) as timeline:
        timeline.log.make()
    return path


@pytest.fixture
def timeline(path: Path, empty: Path) -> Iterator[Timeline]:
    """Give an empty timeline."""
    shutil.copyfile(empty, path)
    with Timeline(path, by="tester", clock=Clock()) as timeline:
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
