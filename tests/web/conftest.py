"""What the web tests share: a small timeline with a bit of everything, and Datasette serving it with the plugin."""

import importlib
from collections.abc import Callable, Iterator
from copy import deepcopy
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import browser as in_browser
import pytest
from datasette import hookimpl
from datasette.app import Datasette
from datasette.plugins import pm
from jinja2 import BytecodeCache, Environment
from jinja2.bccache import Bucket

from timeline import Timeline

REPORT = (
    "The assembly opened in Paris on 3 May 1969. Ann Lee spoke first, and Côte d'Ivoire joined. السَّلام "
    "Bo Berg signed the treaty in 1970. The treaty was never signed, says the ministry."
)
NOTE = 'The assembly opened on Saturday. <script>alert("note")</script> Ann Lee and Bo Berg met in private.'


def build(path: Path) -> Path:
    """Make a timeline: three happenings, one corrected, one disputed, one retracted; two sources, one of them hostile."""
    with Timeline(path) as timeline:
        report = timeline.archive(
            id="report", text=REPORT, title="Report <b>bold</b>", published="1971", url="https://a.example/r?a=1&b=2"
        )
        note = timeline.archive(id="note.1", text=NOTE, title="Note", published="1969-05")
        timeline.record(
            "opening",
            title="The assembly opens",
            date="1969-05",
            place="Paris",
            kind="assembly",
            tags=["assemblies"],
            actors=["Ann Lee", {"name": "Bo Berg", "role": "chair"}],
            citations=[
                report.quote("opened in Paris on 3 May 1969. Ann Lee spoke first, and Côte d'Ivoire joined"),
                note.quote("The assembly opened on Saturday"),
            ],
        )
        timeline.record(
            "treaty",
            title="The treaty is signed",
            date="1970",
            actors=["Bo Berg"],
            part_of="opening",
            citations=[
                report.quote("Bo Berg signed the treaty in 1970"),
                {**report.quote("The treaty was never signed").model_dump(), "stance": "disputes"},
            ],
        )
        timeline.record(
            "meeting",
            title='<img src=x onerror=alert("title")>',
            date="1969/1972",
            attributed_to="a note",
            actors=["Ann Lee", "Bo Berg"],
            citations=[note.quote("Ann Lee and Bo Berg met in private")],
        )
        timeline.record("mistake", title="Never happened", date="1980~", citations=[note.quote("met in private")])
        timeline.correct("opening", date="1969-05-03", reason="The report names the day")
        timeline.retract("mistake", reason="Misread")
    return path


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark all that is here as of Datasette, and what runs in a browser, so that each can be run by itself.

    Our scripts within our own pages are marked as such: they get the same answers from every version of Datasette.
    """
    here = Path(__file__).parent
    for item in items:
        if item.path.is_relative_to(here):
            item.add_marker("datasette")
        if "chromium" in getattr(item, "fixturenames", ()):
            item.add_marker("browser")
            if item.path.name.startswith(OUR_SCRIPTS):
                item.add_marker("scripts")


OUR_SCRIPTS = ("test_drawing_", "test_citing", "test_proof_browser", "test_proof_tampered")


class Compiled(BytecodeCache):
    """Templates compiled once for all the servers of a run: each has an environment of its own, and would compile them anew."""

    __name__ = "compiled"  # Datasette asks it of every plugin

    def __init__(self) -> None:
        """Begin with none."""
        self.kept: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        """Give what was compiled from the same text."""
        if bucket.key + bucket.checksum in self.kept:
            bucket.bytecode_from_string(self.kept[bucket.key + bucket.checksum])

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep what was compiled."""
        self.kept[bucket.key + bucket.checksum] = bucket.bytecode_to_string()

    @hookimpl
    def prepare_jinja2_environment(self, env: Environment) -> None:
        """Put it into a server's environment."""
        env.bytecode_cache = self


pm.register(Compiled())
# At each start of a server, Datasette parses all that the distributions of its plugins say of themselves, a whole README: a third
# of the time that most tests take. Here it is parsed once.
pm._plugin_distinfo = [
    (plugin, SimpleNamespace(name=one.name, project_name=one.name, version=one.version))
    for plugin, one in pm.list_plugin_distinfo()
]


@pytest.fixture(scope="session")
def timeline_db(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the timeline once, as timeline.db."""
    return build(tmp_path_factory.mktemp("built") / "timeline.db")


@pytest.fixture(autouse=True)
def plugin() -> ModuleType:
    """Register the plugin as its entry point would, where Datasette has not loaded it itself."""
    module = importlib.import_module("timeline.web")
    if not pm.is_registered(module):
        pm.register(module, name="timeline")
    return module


@pytest.fixture
def serve(timeline_db: Path) -> Callable[..., Datasette]:
    """Give a function that makes a Datasette: `serve()` for the timeline, `serve(path, …, metadata=…)` for others."""

    def make(*files: Path, **options: dict[str, Any]) -> Datasette:
        options = deepcopy(options)  # Datasette writes into what it is given, which other tests may go by
        options["settings"] = {"sql_time_limit_ms": 10_000, **options.get("settings", {})}  # a busy machine is not what is tested
        return Datasette([str(file) for file in files or (timeline_db,)], **options)

    return make


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[in_browser.Served]:
    """Serve the project's own timeline, as `timeline serve` does."""
    folder = tmp_path_factory.mktemp("demo")
    with in_browser.serving(folder, in_browser.build_demo(folder / "timeline.db")) as served:
        yield served


@pytest.fixture(scope="session")
def proved_db(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build a timeline whose log was signed and witnessed, and redacted in part."""
    pytest.importorskip("cryptography")
    path = tmp_path_factory.mktemp("proved") / "proved.db"
    in_browser.build_proved(path)
    return path


@pytest.fixture(scope="session")
def proved(proved_db: Path) -> Iterator[in_browser.Served]:
    """Serve that timeline."""
    with in_browser.serving(proved_db.parent, proved_db) as served:
        yield served


@pytest.fixture(scope="session")
def tricky(tmp_path_factory: pytest.TempPathFactory, demo: in_browser.Served) -> Iterator[in_browser.Served]:
    """Serve a timeline of what is hard to draw, and a second one beside it; other sites may frame them."""
    folder = tmp_path_factory.mktemp("tricky")
    settings = {"frame_ancestors": ["*"]}
    with in_browser.serving(folder, in_browser.build_tricky(folder / "tricky.db"), demo.file, settings=settings) as served:
        yield served


@pytest.fixture(scope="session")
def rightwards(tmp_path_factory: pytest.TempPathFactory, tricky: in_browser.Served) -> Iterator[in_browser.Served]:
    """Serve the timeline of what is hard to draw from right to left."""
    with in_browser.serving(tmp_path_factory.mktemp("rtl"), tricky.file, settings={"direction": "rtl"}) as served:
        yield served


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    """Start Chromium without a window. Skips where it is not installed."""
    sync_api = pytest.importorskip("playwright.sync_api")
    if in_browser.CHROMIUM is None:
        pytest.skip("Chromium is not installed")
    with sync_api.sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=in_browser.CHROMIUM, args=["--no-sandbox"])
        yield started
        started.close()


@pytest.fixture(scope="module")
def idle(chromium: Any) -> dict[str, in_browser.Window]:  # noqa: ANN401 - Playwright may not be installed
    """Keep the browser's windows from test to test."""
    assert chromium
    return {}


@pytest.fixture
def visitor(chromium: Any, idle: dict[str, in_browser.Window]) -> Iterator[in_browser.Visitor]:  # noqa: ANN401 - the same
    """Open pages as a reader does. What the console complained of, and any request to elsewhere, fails the test."""
    reader = in_browser.Visitor(chromium, idle)
    yield reader
    reader.close()
