"""The timeline page's filters and search: what they match, how they are shown and taken away, and what nonsense gives."""

import re
from html import escape
from pathlib import Path
from urllib.parse import quote

import pytest
from test_pages_demo import IN_ORDER, build, ids, link, serve, text

from timeline.selection import period, search_words


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the demo once for this file."""
    return build(tmp_path_factory.mktemp("filters") / "demo.db")


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("kind=opening", ["office"]),
        ("kind=k%27%22%26%3F%23%25", ["hostile"]),
        ("actor=faisal-shahkar", ["meeting", "claim"]),
        ("actor=FAISAL+SHAHKAR", ["meeting", "claim"]),
        ("place=Marrakech", ["assembly", "meeting"]),
        ("tag=C%C3%B4te", ["assembly"]),
        ("tag=a%26b%3Dc", ["hostile"]),
        ("source=arabic", ["assembly", "arabic"]),
        ("place=Marrakech&actor=faisal-shahkar&kind=meeting", ["meeting"]),
        ("from=2025-11-27&to=2025-11-27", ["office-closes", "office-stays", "assembly", "claim", "undated"]),
        ("to=-0043", ["rome", "caesar", "undated"]),
        ("to=44+BCE", ["rome", "caesar", "undated"]),
        ("from=1985&to=1985", ["maybe", "undated"]),
        ("from=1998-06&to=1998-06", ["noon", "undated"]),
        ("q=cote&from=1990", ["noon"]),
        ("q=C%C3%B4te", ["noon"]),
        ("q=hamm", ["assembly", "meeting"]),
        ("q=shahkar+hamm", ["meeting"]),
        (f"q={quote('انعقدت')}", ["arabic"]),
        (f"q={quote('اِنْعَقَدَتِ')}", ["arabic"]),
        (f"q={quote('انعقاد')}", ["arabic"]),
    ],
)
async def test_filters_narrow_the_timeline(demo: Path, query: str, expected: list[str]) -> None:
    """Each filter, alone and with others, leaves what matches, in time order; the count says how many of how many."""
    response = await serve(demo).client.get(f"/demo/-/timeline?{query}")
    assert response.status_code == 200
    assert ids(response.text) == expected
    match = "matches" if len(expected) == 1 else "match"
    assert f"15 happenings, {len(expected)} {match}." in text(response.text)


@pytest.mark.asyncio
async def test_active_filters_are_chips_that_take_themselves_away(demo: Path) -> None:
    """Each chip says what it filters by in the words people know, and links to the same page without it."""
    client = serve(demo).client
    html = (await client.get("/demo/-/timeline?actor=faisal-shahkar&kind=meeting&status=all")).text
    chips = re.findall(r'<li><a href="([^"]+)"><span class="chip-what">(.*?)</a></li>', html)
    assert [text(words) for _, words in chips] == [
        "Kind: meeting × (remove this filter)",
        "Who: Faisal Shahkar × (remove this filter)",
    ]
    assert chips[0][0].replace("&amp;", "&") == "/demo/-/timeline?actor=faisal-shahkar&status=all"


@pytest.mark.asyncio
async def test_choices_have_counts_of_current_happenings(demo: Path) -> None:
    """The retracted happening in Marrakech is not counted."""
    html = (await serve(demo).client.get("/demo/-/timeline")).text
    assert '<option value="Marrakech">Marrakech (2)</option>' in html
    assert '<option value="faisal-shahkar">Faisal Shahkar (2)</option>' in html
    assert '<option value="arabic">الجمعية العامة (2)</option>' in html


@pytest.mark.asyncio
async def test_many_choices_become_suggestions(tmp_path: Path) -> None:
    """Beyond fifty values a filter is typed, with the most frequent suggested."""
    html = (await serve(build(tmp_path / "many.db", synthetic=140)).client.get("/many/-/timeline")).text
    assert re.search(r'<input id="f-kind" name="kind"[^>]* list="l-kind"', html)
    assert html.split('<datalist id="l-kind">')[1].split("</datalist>")[0].count("<option") == 50


@pytest.mark.asyncio
async def test_choices_follow_the_log(tmp_path: Path) -> None:
    """The next page counts what was appended while Datasette runs."""
    from timeline import Timeline

    client = serve(build(tmp_path / "grows.db")).client
    assert "(1)</option>" in (await client.get("/grows/-/timeline")).text.split('id="f-kind"')[1].split("</select>")[0]
    with Timeline(tmp_path / "grows.db") as timeline:
        timeline.record("new", title="New", date="2024", kind="novelty", citations=[timeline.source("notes").quote("It went on.")])
    html = (await client.get("/grows/-/timeline")).text
    assert '<option value="novelty">novelty (1)</option>' in html
    assert "new" in ids(html)


NONSENSE = [
    ("from=banana", 400, "From: “banana” is no date, so it was left out. Write a year"),
    ("to=2025-13-45", 400, "To: “2025-13-45” is no date, so it was left out"),
    ("from=2025&to=2003", 200, "To: “2003” is before the beginning, 2025"),
    ("as_of=-1", 400, "As of: “-1” is neither a position in the log"),
    ("as_of=banana", 400, "As of: “banana” is neither a position in the log"),
    ("as_of=999999", 200, "The log ends at position"),
    ("as_of=999999", 200, "position 999999 (not reached yet)"),
    ("as_of=999999", 200, "so this is the present state. Show what is known now"),
    ("as_of=99999999999999999999999999", 200, "The log ends at position"),
    ("as_of=0", 200, "Nothing was known yet"),
    ("as_of=%D9%A3", 400, "As of: “٣” is neither a position"),
    ("q=%22foo+AND+(", 200, "Nothing matches"),
    ("q=NEAR(a+b)+OR+title%3A*", 200, "Nothing matches"),
    ("q=%22%28%29", 200, "nothing was searched for"),
    ("q=%00%00a%00", 200, "15 happenings"),
    ("q=" + "x" * 10_000, 200, "is 10,000 characters long, and 300 are the most, so its first 300 were looked for"),
    ("q=" + "x+" * 5_000, 200, "is 9,999 characters long"),
    ("actor=nobody", 200, "Nothing matches"),
    ("kind=" + "x" * 10_000, 400, "so it was left out"),
    ("source=%27%3B+drop+table+events", 200, "Nothing matches"),
    ("status=banana", 400, "Show: “banana” is not one of the choices, so current happenings are shown"),
    ("after=banana", 400, "Place in the timeline: “banana” is none"),
    ("before=1,2,3", 400, "Place in the timeline: “1,2,3” is none"),
    ("after=99999999999999999999,1,2003,x", 400, "Place in the timeline: “99999999999999999999,1,2003,x” is none"),
    ("after=9000000000000000,9000000000000000,z,z", 200, "Nothing further"),
    ("before=-9000000000000000,0,,a", 200, "Nothing further"),
    ("after=1,1,2003,a&before=2,2,2003,b", 400, "Place in the timeline: “2,2,2003,b” cannot be combined with “after”"),
    ("size=1e9", 200, "Happenings on a page: “1e9” is not from 1 to 200, so 50 are shown"),
    ("size=0", 200, "is not from 1 to 200"),
    ("size=-5", 200, "is not from 1 to 200"),
    ("kind=opening&kind=meeting", 400, "Kind: is in the address 2 times"),
    (
        "mark=banana",
        400,
        "Marks: “banana” is not one of the choices, so it was left out. They are disputed, corrected, claimed, single",
    ),
    ("lanes=title", 400, "Lanes: “title” is not one of the choices"),
    ("view=banana", 400, "Window: “banana” is no window on time, so it was left out. Write two days"),
    ("view=2025-01-02/2025-01-01", 400, "is no window on time"),
    ("view=-9999999999999-01-01/2026-01-01", 400, "is no window on time"),
    ("focus=%3Cscript%3E", 400, "Looked at: “&lt;script&gt;” is no happening’s id, so it was left out"),
    ("embed=yes", 400, "Embedding: “yes” is not one of the choices"),
    ("print=2", 400, "Printing: “2” is not one of the choices"),
    ("as_of=2026-02-30", 400, "As of: “2026-02-30” is neither a position in the log"),
    ("as_of=2026-01-05~", 400, "nor a day or a month (24 Nov 2026, 2026-11), so what is known now is shown"),
    ("as_of=2026-01/2026-02", 400, "nor a day or a month"),
    ("as_of=Y99999", 200, "As known at the end of the year 99,999 ( position 23"),
    ("as_of=-0043", 200, "Nothing was known yet"),
    ("q=%FF%FE", 200, ""),
    ("unknown=1&q=&kind=&from=", 200, "15 happenings"),
]


@pytest.mark.asyncio
@pytest.mark.parametrize(("query", "status", "says"), NONSENSE)
async def test_nonsense_gives_a_page_that_says_what_it_did(demo: Path, query: str, status: int, says: str) -> None:
    """Any address gets a page: 400 if a parameter was refused, else 200."""
    response = await serve(demo).client.get(f"/demo/-/timeline?{query}")
    assert response.status_code == status
    assert says in text(response.text)
    assert "<h1" in response.text


@pytest.mark.asyncio
@pytest.mark.parametrize(("name", "typed"), [("from", "banana"), ("to", "3rd of May"), ("as_of", "<b>last")])
async def test_what_was_typed_stays_in_its_field(demo: Path, name: str, typed: str) -> None:
    """A refused value stays in its field, visible, marked and named by the field's label."""
    html = (await serve(demo).client.get(f"/demo/-/timeline?{name}={quote(typed)}&kind=opening")).text
    field = html.split(f'<input id="f-{name}"')[1].split(">", 1)[0]
    assert f'value="{escape(typed)}"' in field
    assert 'aria-invalid="true"' in field
    assert '<details id="filters" class="timeline-filters" open>' in html
    label = text(html.split(f'<label for="f-{name}">')[1].split("</label>")[0])
    assert f"{label}: “{escape(typed)}”" in text(html.split('role="alert">')[1].split("</p>")[0])
    assert html.count("aria-invalid") == 1
    assert ids(html) == ["office"]


@pytest.mark.asyncio
async def test_a_date_in_words_is_shown_as_it_was_read_and_links_have_it_as_edtf(demo: Path) -> None:
    """Without a script; a date in doubt is refused with both readings."""
    response = await serve(demo).client.get("/demo/-/timeline?from=January+2026&kind=meeting")
    assert response.status_code == 200
    html = response.text
    assert "January 2026 ” was read as January 2026, 2026-01 ." in text(html)
    assert 'id="f-from" name="from" value="2026-01"' in html
    assert "January+2026" not in html
    assert 'rel="canonical" href="http://localhost/demo/-/timeline?kind=meeting&amp;from=2026-01"' in html
    same = (await serve(demo).client.get("/demo/-/timeline?from=2026-01&kind=meeting")).text
    assert ids(html) == ids(same)
    doubtful = await serve(demo).client.get("/demo/-/timeline?to=03/04/2025")
    assert doubtful.status_code == 400
    assert "To: “03/04/2025” may be 2025-03-04 or 2025-04-03, so it was left out. Write one of them." in text(doubtful.text)


@pytest.mark.asyncio
async def test_a_date_to_go_to_leads_to_its_window(demo: Path) -> None:
    """The address that the visitor arrives at has the window alone, and the other filters."""
    client = serve(demo).client
    response = await client.get("/demo/-/timeline?kind=meeting&go=January+2026", follow_redirects=False)
    assert (response.status_code, response.headers["location"]) == (
        302,
        "/demo/-/timeline?kind=meeting&view=2026-01-01%2F2026-02-01",
    )
    refused = await client.get("/demo/-/timeline?go=03/04/2025")
    assert refused.status_code == 400
    assert "Go to a date: “03/04/2025” may be 2025-03-04 or 2025-04-03" in text(refused.text)


@pytest.mark.asyncio
async def test_the_filters_say_how_to_write_a_date(demo: Path) -> None:
    """EDTF is explained in a few words, and each example is valid."""
    html = (await serve(demo).client.get("/demo/-/timeline")).text
    message = text(html.split('id="f-date-help">')[1].split("</span>")[0])
    for example in ("2003", "44 BCE", "2025-11", "2025-11-24", "198X", "2003~", "1998/2001"):
        assert example in message
        assert period.fault(example) is None
    assert "aria-invalid" not in html


@pytest.mark.asyncio
@pytest.mark.parametrize(
    "query",
    [
        "", "kind=opening", "without=opening%0Ak%27%22%26%3F%23%25", "as_of=19&without=meeting", "without=%21%0Aopening%0Ameeting",
        "actor=faisal-shahkar", "tag=C%C3%B4te", "source=arabic", "place=Marrakech&status=all",
        "from=2003&to=2003", "q=cote", "q=cote+noon&from=1990", "to=-0043",
        "as_of=12", "as_of=19&actor=Faisal+Shahkar", "as_of=20&q=talks",
        "as_of=19&source=dispatch&tag=bilateral", "as_of=21&place=Marrakech&status=all", "place=C%C3%B4te+d%E2%80%99Azur",
    ],
)  # fmt: skip
async def test_the_ways_to_datasette_lead_to_the_same_rows(demo: Path, query: str) -> None:
    """Table, JSON, CSV and SQL hold the happenings that the page shows, no more and no fewer."""
    client = serve(demo).client
    html = (await client.get(f"/demo/-/timeline?{query}")).text
    expected = sorted(ids(html))
    expected_ids = set(expected)
    assert expected
    assert sorted(row["id"] for row in (await client.get(link(html, "JSON"))).json()) == expected
    csv = (await client.get(link(html, "CSV"))).text
    assert len([line for line in csv.splitlines() if not expected_ids.isdisjoint(line.split(","))]) == len(expected)
    assert ("as_of" in query) is (">Table</a>" not in html)
    if "as_of" not in query:
        assert (await client.get(link(html, "Table"))).status_code == 200
    sql = link(html, "SQL")
    path, _, arguments = sql.partition("?")
    rows = await client.get(f"{path}.json?{arguments}&_shape=array")
    assert sorted(row["id"] for row in rows.json()) == expected


def test_each_word_is_quoted_and_the_last_may_go_on() -> None:
    """No character that people type is an operator; a word with diacritics is looked for in both forms."""
    assert search_words.match('a-b "cats') == '("a-b") AND ("""cats"*)'
    assert search_words.match("Côte") == '("Côte"* OR "Cote"*)'
    assert search_words.match('"( ) AND') == '("AND"*)'
    assert search_words.match('" ( *') == ""


@pytest.mark.parametrize(
    ("typed", "short"),
    [
        ("a", True), ("th", True), ("the", False), ("1", True), ("19", True), ("194", False), ("e-a", True), ("ال", True),
        ("اَل", True), ("é!", True), ("会", False), ("東京", False), ("...", False),
    ],
)  # fmt: skip
def test_one_or_two_letters_are_a_whole_word(typed: str, short: bool) -> None:
    """Half of all words begin with them; but a word of Chinese or Japanese may have no more."""
    assert search_words.is_short(typed) is short
    assert search_words.match(f"first {typed}").endswith("*)") is not short or typed == "..."


def test_the_order_is_known_to_these_tests() -> None:
    """Every expectation above is in time order."""
    assert len(IN_ORDER) == len(set(IN_ORDER)) == 15
