"""Who may append: nobody by default; those whom metadata.json names, with cookies from pages of this site, or with a token."""

import asyncio
import time
from pathlib import Path
from typing import Any

import pytest
from datasette import hookimpl
from datasette.plugins import pm
from desk_client import ANA, APPEND, SOURCE, Desk, happening, metadata

from timeline import Timeline
from timeline.desk import permissions

pytestmark = [pytest.mark.datasette, pytest.mark.asyncio]

OTHER_SITE = {"sec-fetch-site": "cross-site", "origin": "https://evil.example"}


def serve(desk: Desk, **given: Any) -> Desk:  # noqa: ANN401 - as `metadata` has it
    """Serve the same timeline with other metadata."""
    return Desk(desk.path, metadata(**given))


async def test_nobody_may_append_by_default(desk: Desk) -> None:
    """Those who are unknown get 401, others 403; and one permission is not the other."""
    closed = serve(desk, append="nobody", review="nobody")
    answer = await closed.send(SOURCE, headers={}, cookies={})
    assert (answer.status_code, answer.headers["www-authenticate"]) == (401, "Bearer")
    assert "timeline-append" in answer.json()["error"]
    answer = await closed.send(SOURCE)
    assert (answer.status_code, answer.json()["error"]) == (
        403,
        '"ana" needs the permission timeline-append on timeline, and to read its tables',
    )
    reviewers = serve(desk, append="nobody")
    answer = await reviewers.send(SOURCE)
    assert (answer.status_code, "timeline-append" in answer.json()["error"]) == (403, True)
    assert desk.size == 0


async def test_the_permission_holds_for_the_database_that_it_names(desk: Desk) -> None:
    """A block under a database comes before that for all."""
    ours = {"cited-timeline": {"timeline-append": {"id": "ben"}}}
    one = Desk(desk.path, {**metadata(append="nobody"), "databases": {"timeline": {"plugins": ours}}})
    assert (await one.send(SOURCE)).status_code == 403
    assert (await one.send(SOURCE, actor={"id": "ben"})).status_code == 201


@pytest.mark.parametrize("table", ["events", "source_texts", "citations"])
async def test_who_may_not_read_may_not_append(desk: Desk, table: str) -> None:
    """A wrong quotation would show them the text."""
    await desk.send(SOURCE)
    blind = Desk(desk.path, {**metadata(), "databases": {"timeline": {"tables": {table: {"allow": {"id": "ben"}}}}}})
    answer = await blind.send(happening(quote="met in Marrakesh"))
    assert (answer.status_code, "Marrakech" in answer.text, desk.size) == (403, False, 1)


@pytest.mark.parametrize("cookie", ["", "forged", "InsiYSI6IHsiaWQiOiAiYW5hIn19Ig.forged"])
async def test_a_forged_cookie_is_nobody(desk: Desk, cookie: str) -> None:
    """As is one that another server has signed."""
    elsewhere = Desk(desk.path, metadata())
    _, recognised = desk.signed_in()
    for forged in (cookie, elsewhere.signed_in()[0]["ds_actor"]):
        cookies = {**desk.signed_in()[0], "ds_actor": forged}
        assert (await desk.send(SOURCE, headers=recognised, cookies=cookies)).status_code == 401
    assert desk.size == 0


@pytest.mark.parametrize(
    "content_type",
    [
        "application/json",
        "application/x-ndjson",
        "text/plain",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
    ],
)
async def test_another_site_cannot_use_the_cookies_of_a_visitor(desk: Desk, content_type: str) -> None:
    """Whatever kind of body its form or script sends: neither version of Datasette lets it through, nor does ours."""
    cookies, _ = desk.signed_in()
    for headers in (
        OTHER_SITE,
        {"sec-fetch-site": "same-site"},
        {"origin": "https://evil.example"},
        {"origin": "null"},
        {"origin": "http://localhost:81"},
    ):
        answer = await desk.send(SOURCE, content_type, headers=headers, cookies=cookies)
        assert answer.status_code == 403, headers
    assert desk.size == 0


async def test_a_cookie_alone_does_not_do_on_065(desk: Desk) -> None:
    """It asks for its token, with which 1.0 has no more to do."""
    cookies, recognised = desk.signed_in()
    answer = await desk.send(SOURCE, headers={}, cookies=cookies)
    assert answer.status_code == (201 if hasattr(desk.datasette, "allowed") else 403)
    answer = await desk.send(SOURCE, headers=recognised, cookies=cookies)
    assert answer.status_code in (200, 201)


async def test_another_site_is_refused_where_a_plugin_switched_protection_off(desk: Desk) -> None:
    """As some do on 0.65, so that scripts can send JSON (`skip_csrf`); a script of no browser still can."""

    class Careless:
        __name__ = "careless"

        @hookimpl(optionalhook=True)
        def skip_csrf(self, scope: object) -> bool:
            return True

    careless = Careless()
    pm.register(careless)
    try:
        cookies, _ = desk.signed_in()
        assert (await desk.send(SOURCE, headers=OTHER_SITE, cookies=cookies)).status_code == 403
        assert (await desk.send(SOURCE, headers={}, cookies=cookies)).status_code == 201
    finally:
        pm.unregister(careless)


async def test_a_token_appends(desk: Desk) -> None:
    """On both versions those of datasette-auth-tokens; a wrong one is nobody's."""
    pytest.importorskip("datasette_auth_tokens")
    tokens = {"tokens": [{"token": "s3cret", "actor": {"id": "ana", "name": "Ana's script"}}]}
    served = Desk(desk.path, {"plugins": {**metadata()["plugins"], "datasette-auth-tokens": tokens}})
    answer = await served.send(SOURCE, headers={"authorization": "Bearer s3cret"})
    assert (answer.status_code, answer.json()["events"][0]["recorded_by"]) == (201, "Ana's script")
    assert (await served.send(SOURCE, headers={"authorization": "Bearer wrong"})).status_code == 401
    # A page of another site that has a token of its own may use it: no browser adds one by itself.
    assert (await served.send(SOURCE, headers={"authorization": "Bearer s3cret", **OTHER_SITE})).status_code == 200
    cookies, _ = desk.signed_in()
    assert (await served.send(SOURCE, headers={"authorization": "Bearer x", **OTHER_SITE}, cookies=cookies)).status_code == 403


async def test_the_tokens_of_10_append_within_their_restrictions(desk: Desk) -> None:
    """A token that is restricted to reading, or to another database, appends nothing; an expired one is no one's."""
    tokens = pytest.importorskip("datasette.tokens")
    datasette = desk.datasette
    await datasette.invoke_startup()

    async def status(restrictions: Any = None, **more: Any) -> int:  # noqa: ANN401 - of this version alone
        token = await datasette.create_token("ana", restrictions=restrictions, **more)
        return int((await desk.send(SOURCE, headers={"authorization": f"Bearer {token}"})).status_code)

    def only(*actions: str) -> Any:  # noqa: ANN401 - the same
        allowed = tokens.TokenRestrictions()
        for action in actions:
            allowed = allowed.allow_all(action)
        return allowed

    reading = ("view-instance", "view-database", "view-table")
    assert await status(only(*reading)) == 403
    assert await status(only("timeline-append")) == 403  # it may not read what a fault would show
    assert await status(only(*reading).allow_database("other", "timeline-append")) == 403
    assert await status(only(*reading, "timeline-review")) == 403
    assert desk.size == 0
    assert await status(only(*reading).allow_database("timeline", "timeline-append")) == 201
    assert await status() == 200
    old = await datasette.create_token("ana", expires_after=1)
    await asyncio.to_thread(time.sleep, 2.1)
    assert (await desk.send(SOURCE, headers={"authorization": f"Bearer {old}"})).status_code == 401


async def test_a_name_is_that_of_the_actor(tmp_path: Path) -> None:
    """In Datasette's own order; root writes as the project's author, if there is one."""
    with Timeline(tmp_path / "timeline.db") as timeline:
        timeline.log.make()
    database = Desk(tmp_path / "timeline.db", {}).datasette.get_database("timeline")
    assert permissions.author(database, ANA) == "Ana Torres"
    assert permissions.author(database, {"id": 7}) == "7"
    assert permissions.author(database, {"id": "root"}) == "root"
    (tmp_path / "metadata.json").write_text('{"plugins": {"cited-timeline": {"by": "The editors"}}}')
    assert permissions.author(database, {"id": "root"}) == "The editors"


@pytest.mark.parametrize("name", ["", "A\nname", "x" * 3_000, None])
async def test_a_name_that_no_author_can_have_is_refused(desk: Desk, name: str | None) -> None:
    """In one line; one without any name is recorded without it."""
    open_to_all = serve(desk, append={"role": "writer"})
    answer = await open_to_all.send(SOURCE, actor={"role": "writer", "name": name})
    if name:
        assert (answer.status_code, "author" in answer.json()["error"], desk.size) == (422, True, 0)
    else:
        assert answer.json()["events"][0]["recorded_by"] == "unnamed"


async def test_a_faulty_author_of_the_project_is_said(desk: Desk) -> None:
    """Root cannot write under a name that cannot be read."""
    desk.path.with_name("metadata.json").write_text("{")
    desk.datasette.root_enabled = True
    answer = await desk.send(SOURCE, actor={"id": "root"})
    assert (answer.status_code, "metadata.json" in answer.json()["error"], desk.size) == (500, True, 0)


async def test_the_address_is_not_for_those_who_may_not_read(desk: Desk) -> None:
    """They do not learn whether there is such a timeline."""
    hidden = Desk(desk.path, {**metadata(), "databases": {"timeline": {"allow": {"id": "ben"}}}})
    assert (await hidden.send(SOURCE)).status_code == 403
    assert (await hidden.send(SOURCE, headers={}, cookies={}, address=APPEND)).status_code == 401
