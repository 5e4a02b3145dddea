"""A site answers in the browser what the server answers: for random views, filters, lanes and positions, the same happenings."""

import json
import random
import shutil
import sqlite3
import subprocess
from contextlib import closing
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from site_material import Published

from timeline.dates import civil
from timeline.publishing.site import scripts
from timeline.selection import window

MANY = 120
UNORDERED = ("items", "clusters", "others")
Asked = list[tuple[str, str]]


def queries(db: Path, seed: int) -> Asked:
    """Make up requests: each filter with values of the timeline, windows from hours to all of time."""
    chance = random.Random(seed)  # noqa: S311 - it is no secret
    with closing(sqlite3.connect(db)) as connection:

        def column(sql: str) -> list[Any]:
            return [row[0] for row in connection.execute(sql)]

        choices = {
            "kind": column("select distinct kind from happenings where kind is not null"),
            "place": column("select distinct place from happenings where place is not null"),
            "actor": column("select id from actors"),
            "tag": column("select distinct tag from happening_tags"),
            "source": column("select id from sources"),
            "mark": ["disputed", "corrected", "claimed", "single"],
            "review": ["confirmed", "doubted", "none"],
            "status": ["all", "retracted"],
            "lanes": ["kind", "actor", "place", "source", "tag"],
            "focus": column("select id from happenings"),
            "q": ["ann", "council", "café", "CAFE", "d'or", "sit", "spoke first", "السلام", "met again", "on about", "sitting 12"],
            "as_of": list(map(str, range(column("select max(position) from events")[0] + 2))),
        }
        days = column("select earliest_day from happenings where earliest_day is not null")
    kinds = choices["kind"]
    choices["without"] = [kinds[0], "\n".join(kinds[:2]), "!", f"!\n{kinds[0]}", "!\n" + "\n".join(kinds)]
    recent = [day for day in days if day > 700_000]

    def day() -> str:
        year, month, number = civil(chance.choice(recent))
        # What the help beside the fields shows, and what may be two things.
        words = (
            f"about {year}",
            f"{year}~",
            f"the {year // 10}0s",
            f"{year // 10}X",
            f"{year}/{year + 3}",
            f"[{year}..{year + 3}]",
        )
        words += (
            f"3 Nov {year}",
            f"November {year}",
            f"Nov 3, {year}",
            "44 BCE",
            "the 1900s",
            f"Mayor {year}",
            "50 CE",
            f"{year}/..",
        )
        digits = (f"{year}-{month:02}-{number:02}", f"{year}-{month:02}", f"{year}", f"{year}-{month:02}-{number:02}T10:30")
        return chance.choice((*digits, *words))

    def one() -> tuple[str, str]:
        given = {
            name: chance.choice(values) for name, values in choices.items() if chance.random() < (0.5 if name == "lanes" else 0.15)
        }
        given |= {name: day() for name in ("from", "to") if chance.random() < 0.2}
        path = chance.choice(("view", "view", "view", "overview", "list", "next"))
        if chance.random() < 0.9:
            middle = chance.choice(days) + chance.uniform(-40, 40)
            half = chance.choice((0.1, 0.5, 1.4, 10, 100, 5_000, 400_000))
            given["view"] = window.write(window.Window(middle - half, middle + half))
        if chance.random() < 0.1:
            given["scale"] = "true"
        more = {"view": {"width": str(chance.randint(150, 2_000))}, "next": {"step": chance.choice(("1", "-1"))}}
        return path, urlencode({**given, **more.get(path, {})})

    return [one() for _ in range(MANY)]


def normal(answer: Any) -> Any:  # noqa: ANN401 - it is JSON
    """Return an answer without the order of what has none, and without the last digits of fractions."""
    if isinstance(answer, dict):
        made = {name: normal(value) for name, value in answer.items() if name not in ("notes", "absent")}
        return {name: sorted(value, key=json.dumps) if name in UNORDERED else value for name, value in made.items()}
    if isinstance(answer, list):
        return [normal(value) for value in answer]
    return round(float(answer), 6) if isinstance(answer, int | float) and not isinstance(answer, bool) else answer


def of_site(site: Path, asked: Asked, tmp_path: Path) -> list[Any]:
    """Ask the site, in Node."""
    code = tmp_path / "answering.js"
    code.write_text(scripts.answering(), encoding="utf-8")
    command = ["node", str(Path(__file__).with_name("answers.mjs")), str(site), str(code)]
    done = subprocess.run(command, input=json.dumps(asked), capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return list(json.loads(done.stdout))


async def of_server(db: Path, asked: Asked) -> list[Any]:
    """Ask Datasette."""
    from datasette.app import Datasette

    datasette = Datasette([], immutables=[str(db)], settings={"sql_time_limit_ms": 60_000, "num_sql_threads": 0})
    await datasette.invoke_startup()
    return [(await datasette.client.get(f"/timeline/-/timeline/drawing/{path}?{query}")).json() for path, query in asked]


@pytest.mark.asyncio
@pytest.mark.skipif(shutil.which("node") is None, reason="Node is not installed")
@pytest.mark.parametrize("seed", range(3))
async def test_a_site_answers_what_the_server_answers(published: Published, tmp_path: Path, seed: int) -> None:
    """The same happenings, lanes, counts, axis and neighbours."""
    asked = queries(published.db, seed)
    ours, theirs = of_site(published.site, asked, tmp_path), await of_server(published.db, asked)
    assert sum(bool(answer.get("items")) for answer in theirs) > MANY / 8
    for request, one, other in zip(asked, ours, theirs, strict=True):
        assert normal(one) == normal(other), request
