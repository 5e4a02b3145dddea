"""A stranger's metadata.json: no script in it runs on any page, and no secret that it names is shown."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from browser import PROJECT, Visitor, serving
from datasette import hookimpl
from datasette.app import Datasette
from datasette.plugins import pm
from jinja2 import DictLoader, Environment
from test_security import policy

from timeline.web import security

Serve = Callable[..., Datasette]

HOSTILE = (
    "<script>document.title = 'SCRIPT'</script><img src=x onerror=\"document.title = 'HANDLER'\">"
    "<b>bold words</b> <a id=trap href=\"javascript:document.title = 'ADDRESS'\">more</a>"
)
DESCRIBED = {
    "description_html": HOSTILE,
    "extra_js_urls": ["data:text/javascript,document.title='FILE'"],
    "source": "A source",
    "source_url": "javascript:document.title = 'SOURCE'",
    "plugins": {security.PLUGIN: {"origins": ["'unsafe-inline'", "'unsafe-eval'", "https://scripts.example"]}},
    "databases": {
        "timeline": {
            "description_html": HOSTILE,
            "tables": {"happenings": {"description_html": HOSTILE}},
            "queries": {"theirs": {"sql": "select 1", "description_html": HOSTILE}},
        }
    },
}
PAGES = ("/", "/timeline", "/timeline/happenings", "/timeline/theirs", "/timeline/happenings/1", "/nowhere")
SCRIPT = re.compile(r"<script\b([^>]*)>")


def allowed(response: Any) -> list[str]:  # noqa: ANN401 - of the HTTP library that Datasette chose
    """Give what the policy of a response lets run."""
    return policy(response)["script-src"]


@pytest.mark.asyncio
@pytest.mark.parametrize("path", PAGES)
async def test_scripts_of_templates_alone_may_run(serve: Serve, path: str) -> None:
    """Each page has a number of its own for them, and what metadata brings along does not have it."""
    datasette = serve(metadata=DESCRIBED)
    first, second = [await datasette.client.get(path, follow_redirects=True) for _ in range(2)]
    values = allowed(first)
    number = next(value for value in values if value.startswith("'nonce-"))
    assert number not in allowed(second)
    others = [value for value in values if value != number]
    assert all(value in ("'self'", "'unsafe-hashes'") or value.startswith("'sha256-") for value in others)
    scripts = SCRIPT.findall(first.text)
    known = [attributes for attributes in scripts if f'nonce="{number[7:-1]}"' in attributes]
    assert known
    assert not any("src=" in attributes for attributes in known)  # those of this server are allowed as such
    inline = [attributes for attributes in scripts if "src=" not in attributes]
    assert len(inline) - len(known) == first.text.count("document.title = 'SCRIPT'")


@pytest.mark.asyncio
async def test_another_plugins_template_keeps_its_scripts(serve: Serve) -> None:
    """Whatever stands in the file of a template is known, however it writes its tags."""

    class Other:
        __name__ = "other"

        @hookimpl
        def prepare_jinja2_environment(self, env: Environment) -> None:
            env.loader.loaders.append(DictLoader({"other.html": "<SCRIPT type=module>1</SCRIPT>{{ given }}"}))  # type: ignore[union-attr]

        @hookimpl
        def register_routes(self, datasette: Datasette) -> list[Any]:
            async def page() -> object:
                from datasette.utils.asgi import Response

                return Response.html(await datasette.render_template("other.html", {"given": "<script>2</script>"}))

            return [("^/-/other$", page)]

    other = Other()
    pm.register(other, name="other")
    try:
        response = await serve().client.get("/-/other")
    finally:
        pm.unregister(other)
    number = next(value for value in allowed(response) if value.startswith("'nonce-"))[7:-1]
    assert response.text == f'<SCRIPT nonce="{number}" type=module>1</SCRIPT>&lt;script&gt;2&lt;/script&gt;'


@pytest.mark.asyncio
async def test_no_page_shows_the_secrets_that_settings_of_other_plugins_name(
    serve: Serve, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Datasette shows settings as they are written; what `$env` and `$file` name it gives to the plugin alone."""
    (tmp_path / "token").write_text("TOKEN1")
    monkeypatch.setenv("A_TOKEN", "TOKEN2")
    named = {"of_file": {"$file": str(tmp_path / "token")}, "of_env": {"$env": "A_TOKEN"}}
    within = {"plugins": {"other": named, security.PLUGIN: named, "timeline": named}}
    datasette = serve(metadata={**named, **within, "databases": {"timeline": {**within, "title": named["of_env"], "tables": {
        "happenings": {**within, "description": named["of_env"]}}}}})  # fmt: skip
    assert datasette.plugin_config("other") == {"of_file": "TOKEN1", "of_env": "TOKEN2"}
    for path in (
        "/-/metadata", "/-/metadata.json", "/-/config", "/-/config.json", "/-/plugins.json?all=1", "/-/settings.json",
        "/-/databases.json", "/-/versions.json", "/.json", "/timeline.json", "/timeline/happenings.json?_extra=metadata",
        "/", "/timeline", "/timeline/happenings", "/timeline/-/timeline", "/timeline/-/timeline/export/atom",
    ):  # fmt: skip
        response = await datasette.client.get(path, follow_redirects=True)
        assert "TOKEN1" not in response.text + str(response.headers), path
        assert "TOKEN2" not in response.text + str(response.headers), path


def test_what_metadata_brings_along_does_not_run_and_datasettes_own_scripts_do(
    timeline_db: Path,
    tmp_path: Path,
    chromium: Any,  # noqa: ANN401 - Playwright may not be installed
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """In a browser: the words stay, links and bold type as well."""
    own = json.loads((PROJECT / "metadata.json").read_text(encoding="utf-8"))
    (tmp_path / "project").mkdir()
    (tmp_path / "project" / "metadata.json").write_text(json.dumps({**own, **DESCRIBED}))
    monkeypatch.setattr("browser.PROJECT", tmp_path / "project")
    visitor = Visitor(chromium, forgiven=("Content Security Policy", "404", "violates the following"))
    (tmp_path / "other.db").write_bytes(timeline_db.read_bytes())
    with serving(tmp_path, timeline_db, tmp_path / "other.db") as served:
        for path in ("/", "/timeline", "/timeline/happenings"):
            page = visitor.open(served.origin + path, settle=False)
            assert page.get_by_text("bold words").first.is_visible()
            page.locator("#trap").first.click()
            if page.get_by_role("link", name="A source").count():
                page.get_by_role("link", name="A source").first.click()
            page.wait_for_timeout(100)
            assert page.title() not in ("SCRIPT", "HANDLER", "ADDRESS", "SOURCE", "FILE")
        page.locator("th svg.dropdown-menu-icon, th .dropdown-menu-icon").first.click()
        assert page.get_by_text("Sort descending").first.is_visible()
        page.goto(served.origin + "/timeline")
        page.locator(".CodeMirror, .cm-editor").first.wait_for()
    visitor.close()
