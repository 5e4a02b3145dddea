"""The desk as a browser without JavaScript uses it: read a form from a page, fill it in, press a button."""

import re
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urlencode

from desk_client import Desk

DESK = "/timeline/-/timeline/desk"

_SILENT = ("script", "style", "template")


class Page(HTMLParser):
    """A page: its status, its words, and the fields of its forms."""

    def __init__(self, answer: Any) -> None:  # noqa: ANN401 - the answer of either version's client
        """Read an answer."""
        super().__init__()
        self.status, self.html, self.location = answer.status_code, answer.text, answer.headers.get("location", "")
        self.forms: list[dict[str, Any]] = []
        self._field: list[str] | None = None
        self._text: list[str] = []
        self._silent = 0
        self.feed(self.html)
        self.words = " ".join("".join(self._text).split())

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        """Take a field into the last form. Those of a template are for scripts."""
        given = dict(attributes)
        self._silent += tag in _SILENT
        if tag == "form":
            self.forms.append({"id": given.get("id"), "action": given.get("action") or "", "fields": []})
        name = given.get("name")
        if not self.forms or name is None or self._silent:
            return
        fields = self.forms[-1]["fields"]
        if tag == "input" and given.get("type") in ("radio", "checkbox"):
            if "checked" in given:
                fields.append([name, given.get("value") or "on"])
        elif tag == "input" and given.get("type") != "file":
            fields.append([name, given.get("value") or ""])
        elif tag == "textarea":
            fields.append([name, ""])
            self._field = fields[-1]
        elif tag == "select":
            fields.append([name, "supports"])

    def handle_endtag(self, tag: str) -> None:
        """End a textarea. A browser leaves out the line end that begins it."""
        self._silent -= tag in _SILENT
        if tag == "textarea" and self._field is not None:
            self._field[1] = self._field[1].removeprefix("\n")
            self._field = None

    def handle_data(self, data: str) -> None:
        """Collect the text of a textarea, or of the page."""
        if self._field is not None:
            self._field[1] += data
        elif not self._silent:
            self._text.append(data)

    def form(self, id: str = "form") -> dict[str, Any]:
        """Return a form by its id."""
        return next(one for one in self.forms if one["id"] == id)

    def field(self, name: str, id: str = "form") -> list[str]:
        """Return the values of a field."""
        return [value for other, value in self.form(id)["fields"] if other == name]

    def links(self, part: str) -> list[str]:
        """Return the addresses of links that contain a part."""
        return [one.replace("&amp;", "&").partition("#")[0] for one in re.findall(r'href="([^"]*)"', self.html) if part in one]


async def visit(desk: Desk, address: str, actor: dict[str, Any] | None = None) -> Page:
    """Open a page."""
    cookies, _ = desk.signed_in(actor)
    return Page(await desk.datasette.client.get(address if address.startswith("/") else f"{DESK}/{address}", cookies=cookies))


async def press(
    desk: Desk, page: Page, button: str, form: str = "form", actor: dict[str, Any] | None = None, **typed: str | list[str]
) -> Page:
    """Type into the fields of a form, and press a button. A list fills the fields of one name in their order."""
    fields = [[*pair] for pair in page.form(form)["fields"] if pair[0] != "csrftoken"]
    for name, values in typed.items():
        given = [values] if isinstance(values, str) else [*values]
        places = [one for one in fields if one[0] == name]
        for number, value in enumerate(given):
            if number < len(places):
                places[number][1] = value
            else:
                fields.append([name, value])
    body = urlencode([*((name, value) for name, value in fields), ("do", button)])
    cookies, headers = desk.signed_in(actor)
    kind = {"content-type": "application/x-www-form-urlencoded"}
    return Page(
        await desk.datasette.client.post(page.form(form)["action"], content=body, headers={**kind, **headers}, cookies=cookies)
    )


async def follow(desk: Desk, page: Page, actor: dict[str, Any] | None = None) -> Page:
    """Go where an answer leads."""
    assert page.status == 303, (page.status, page.words)
    return await visit(desk, page.location, actor)
