"""What is refused at the desk, or survives there: strangers, other sites' forms, floods, redactions while a form is open."""

import json
import stat
from pathlib import Path
from urllib.parse import urlencode

import pytest
from datasette.app import Datasette
from desk_browser import follow, press, visit
from desk_client import ANA, WORDS, Desk, metadata

from timeline import Timeline, bundles
from timeline.desk import form
from timeline.desk.drafts import Drafts
from timeline.errors import BundleInvalid

pytestmark = [pytest.mark.datasette, pytest.mark.asyncio]

ADDRESSES = ("desk", "desk/documents", "desk/documents/report", "desk/happenings/meets", "desk/drafts", "desk/drafts.yaml")
TYPED = {"title": "The council meets", "date": "24 Nov 2025", "quote_quote": "met in Marrakech"}
FORM = {"content-type": "application/x-www-form-urlencoded"}


@pytest.fixture
def report(desk: Desk) -> Desk:
    """Archive a report, and record a happening from it."""
    with Timeline(desk.path, by="The editors") as timeline:
        source = timeline.archive(text=WORDS, id="report", title="A report", published="2025-11-28")
        timeline.record("meets", title="The council meets", date="2025-11-24", citations=[source.quote("met in Marrakech")])
    return desk


@pytest.mark.parametrize("address", ADDRESSES)
async def test_the_desk_is_closed_to_strangers(report: Desk, address: str) -> None:
    """Without a permission there is no page of it, whoever asks, and however the cookie is forged."""
    client = report.datasette.client
    for cookies in ({}, {"ds_actor": "eyJhIjp7ImlkIjoicm9vdCJ9fQ.forged"}, report.signed_in({"id": "zoe"})[0]):
        answer = await client.get(f"/timeline/-/timeline/{address}", cookies=cookies)
        assert answer.status_code == 403, address
        assert WORDS not in answer.text


@pytest.mark.parametrize("address", [*ADDRESSES, "desk/check", "desk/drafts/1"])
async def test_no_form_of_another_site_is_taken(report: Desk, address: str) -> None:
    """The cookie alone is not enough: the browser must say that the form is ours."""
    cookies, _ = report.signed_in()
    for site in ({"sec-fetch-site": "cross-site"}, {"origin": "https://evil.example"}):
        body = urlencode({**TYPED, "do": "record", "quote_source": "report"})
        client = report.datasette.client
        answer = await client.post(f"/timeline/-/timeline/{address}", content=body, headers={**FORM, **site}, cookies=cookies)
        assert answer.status_code == 403
    assert report.size == 2


async def test_a_timeline_served_for_reading_has_no_desk(report: Desk) -> None:
    """With -i nothing can be written, and nothing leads to a desk."""
    served = Desk(report.path, metadata(), immutables=[str(report.path)])
    page = await visit(served, "documents/report")
    assert page.status == 403
    assert "Serve it without -i to write" in page.words
    assert not (await visit(served, "/timeline/-/timeline/meets")).links("/desk")


async def test_pages_of_happenings_and_sources_lead_to_the_desk(report: Desk) -> None:
    """For those who may write; others see no link."""
    for address, leads_to in (("meets", "desk/happenings/meets"), ("sources/report", "desk/documents/report")):
        assert (await visit(report, f"/timeline/-/timeline/{address}")).links(leads_to), address
        assert not (await visit(report, f"/timeline/-/timeline/{address}", {"id": "zoe"})).links("/desk"), address


async def test_a_form_larger_than_anything_typed_is_refused_in_a_line(report: Desk) -> None:
    """It is not read into memory to its end."""
    page = await visit(report, "documents/report")
    answer = await press(report, page, "record", summary="x" * 5_000_000)
    assert answer.status == 413
    assert "larger than 4 MB" in answer.words
    assert report.size == 2


async def test_what_is_not_there_is_not_found(report: Desk) -> None:
    """A document, a happening, a draft."""
    for address in ("documents/nothing", "happenings/nothing", "drafts/nothing"):
        assert (await visit(report, address)).status == 404


async def test_a_document_redacted_while_the_form_is_open_refuses_the_quotation(report: Desk) -> None:
    """Nothing is recorded, what was typed is there, and the page says why."""
    page = await visit(report, "documents/report")
    with Timeline(report.path, by="The editors") as timeline:
        timeline.retract("meets", reason="Its source is withdrawn")
        for position in (3, 2, 1):
            timeline.redact(position, reason="A court order")
    refused = await press(report, page, "record", **TYPED)
    assert refused.status == 422
    assert "redacted" in refused.words
    assert refused.field("title") == ["The council meets"]


async def test_a_happening_redacted_while_the_form_is_open_cannot_be_corrected(report: Desk) -> None:
    """The page says that it was redacted."""
    page = await visit(report, "happenings/meets")
    with Timeline(report.path, by="The editors") as timeline:
        timeline.redact(2, reason="A court order", keep_documents=True)
    assert (await press(report, page, "record", title="Another", reason="So")).status == 404


async def test_whoever_must_be_reviewed_by_another_cannot_review_herself(desk: Desk) -> None:
    """Where publishing requires reviews, one's own is refused; elsewhere it does not count."""
    with Timeline(desk.path, by="Ana Torres") as timeline:
        source = timeline.archive(text=WORDS, id="report", title="A report")
        timeline.record("meets", title="The council meets", date="2025-11-24", citations=[source.quote("met in Marrakech")])
    page = await visit(desk, "happenings/meets")
    assert "A review counts only from a second person." in page.words
    settings = {"plugins": {"cited-timeline": {"publish": {"reviewed": True}}}}
    desk.path.with_name("metadata.json").write_text(json.dumps(settings), encoding="utf-8")
    refused = await press(desk, page, "review", "review", verdict="confirmed")
    assert refused.status == 422
    assert desk.size == 2


async def test_a_reviewer_without_the_other_permission_reviews_alone(report: Desk) -> None:
    """The page has the form of the review, and no other."""
    served = Desk(report.path, metadata(append="nobody", review={"id": "ana"}))
    page = await visit(served, "happenings/meets")
    assert [one["id"] for one in page.forms if one["id"]] == ["review"]
    assert (await press(served, page, "retract", "review", retract_reason="So")).status == 403
    assert (await press(served, page, "review", "review", verdict="doubted")).status == 303
    assert (await visit(served, "documents/report")).status == 403


async def test_drafts_are_private_shared_listed_exported_and_deleted(report: Desk) -> None:
    """They are in a file of their own, which its owner alone can read; nothing of them is in the timeline."""
    page = await visit(report, "documents/report")
    saved = await follow(report, await press(report, page, "draft", **TYPED, summary="In secret"))
    assert "Draft saved." in saved.words
    path = report.path.with_suffix(".drafts.db")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert b"In secret" not in report.path.read_bytes()
    listed = await visit(report, "drafts")
    assert "The council meets" in listed.words
    assert "by Ana Torres" in listed.words
    served = await report.datasette.client.get("/timeline/-/timeline/desk/drafts.yaml", cookies=report.signed_in()[0])
    bundle = report.path.with_name("drafts.yaml")
    bundle.write_text(served.text.replace("id: the-council-meets", "id: from-a-draft"), encoding="utf-8")
    with Timeline(report.path, by="The editors") as timeline:
        assert bundles.append(timeline, bundle).events == 1
        assert timeline.happening("from-a-draft").date == "2025-11-24"
    form_of_draft = next(one for one in listed.forms if "/drafts/" in one["action"])
    form_of_draft["id"] = "delete"
    assert "The draft is deleted." in (await follow(report, await press(report, listed, "delete", "delete"))).words
    assert b"In secret" not in path.read_bytes()


async def test_ten_thousand_drafts_are_paged(report: Desk) -> None:
    """The list shows a page of them, and the next."""
    drafts = Drafts(report.path)
    drafts.save(form.Form(title="Draft 0"), "Ana", document="report")
    with drafts._open() as database, database.conn:
        database.conn.executemany(
            "INSERT INTO drafts SELECT printf('%016d', ?), 'Draft ' || ?, document, happening, started_at, started_by, saved_at,"
            " saved_by, form FROM drafts LIMIT 1",
            [(number, number) for number in range(1, 10_000)],
        )
    first = await visit(report, "drafts")
    assert "10,000 drafts" in first.words
    assert len([one for one in first.forms if "/drafts/" in one["action"]]) == 50
    last = await visit(report, "drafts?page=200")
    assert last.status == 200
    assert not last.links("page=201")
    assert last.links("page=199")


async def test_a_draft_of_a_correction_goes_on_beside_a_document(report: Desk) -> None:
    """Quotations from documents are added to a correction, which is then recorded as one."""
    page = await visit(report, "happenings/meets")
    listed = await follow(report, await press(report, page, "elsewhere", place="Marrakech"))
    beside = await visit(report, listed.links("documents/report")[0])
    assert "Correct it" in beside.words
    page = await press(report, beside, "add")
    page = await press(
        report, page, "record", quote_quote=["met in Marrakech", "It sat for four days"], reason="The report says more"
    )
    assert page.status == 303, page.words
    with Timeline(report.path, read_only=True) as timeline:
        assert [one.quote for one in timeline.happening("meets").citations] == ["met in Marrakech", "It sat for four days"]
        assert timeline.happening("meets").place == "Marrakech"


@pytest.mark.parametrize("date", ["2025-13", "[", "x" * 10_000, "\x00", "31 Feb 2025", "1/2/2025"])
async def test_no_date_breaks_the_page(report: Desk, date: str) -> None:
    """Whatever is typed is answered beside the field, and kept."""
    page = await visit(report, "documents/report")
    answer = await press(report, page, "record", **{**TYPED, "date": date})
    assert answer.status == 422
    assert "✗" in answer.words


async def test_a_script_in_a_field_stays_words(report: Desk) -> None:
    """Every value comes back escaped, in the form, in the list of drafts, and in answers."""
    attack = '"><script>alert(1)</script><textarea></textarea>'
    page = await visit(report, "documents/report")
    answer = await press(report, page, "check", title=attack, date=attack, quote_quote=attack, actors=attack, id=attack)
    assert "<script>alert" not in answer.html
    assert answer.field("title") == [attack]
    await press(report, page, "draft", title=attack)
    assert "<script>alert" not in (await visit(report, "drafts")).html


async def test_the_drafts_file_is_not_part_of_what_is_published(report: Desk, tmp_path: Path) -> None:
    """Nothing that publishes or backs up takes it along."""
    from timeline import publishing

    page = await visit(report, "documents/report")
    await press(report, page, "draft", **TYPED, summary="In secret")
    with Timeline(report.path, by="The editors") as timeline:
        publishing.publish(timeline, tmp_path / "public", key=None, metadata=None, advance=lambda _: None)
    assert not [one for one in (tmp_path / "public").rglob("*") if one.is_file() and b"In secret" in one.read_bytes()]
    assert ANA["name"]


async def test_a_claim_without_its_choice_is_not_recorded_as_a_fact(report: Desk) -> None:
    """Without JavaScript, a name may be typed while “It happened” is chosen."""
    page = await press(report, await visit(report, "documents/report"), "record", **TYPED, attributed_to="The mayor")
    assert page.status == 422
    assert "but “It happened” is chosen" in page.words
    assert report.size == 2


@pytest.mark.parametrize(
    "person",
    [
        {"name": "Council: North"},
        {"name": "X:"},
        {"name": "A: b", "role": "c"},
        {"name": "A", "role": "b: c"},
        {"name": "{"},
        {"name": "Ann", "role": "x:"},
    ],
)
async def test_no_correction_changes_people_by_their_colons(report: Desk, person: dict[str, str]) -> None:
    """Every name and role is read back from its line as it was."""
    known = form.from_statement({"title": "T", "date": "2025", "actors": [person, {"name": "Bo"}]}, 1)
    assert known.entry("2025")["actors"] == [person, {"name": "Bo"}]
    assert report.size == 2


async def test_an_exported_draft_of_a_correction_undoes_nobody_elses(report: Desk) -> None:
    """It holds the fields that it changes, and the version that its writer read."""
    page = await visit(report, "happenings/meets")
    await press(report, page, "draft", place="Marrakech", reason="So it says")
    with Timeline(report.path, by="Ben") as timeline:
        timeline.correct("meets", title="The council sits", reason="So the minutes call it")
    cookies, _ = report.signed_in()
    served = await report.datasette.client.get("/timeline/-/timeline/desk/drafts.yaml", cookies=cookies)
    bundle = report.path.with_name("drafts.yaml")
    bundle.write_text(served.text, encoding="utf-8")
    assert "title" not in served.text
    with Timeline(report.path, by="Ann") as timeline, pytest.raises(BundleInvalid, match="at version 2, expected 1"):
        bundles.append(timeline, bundle)


async def test_drafts_cannot_be_read_through_datasette(report: Desk) -> None:
    """`datasette *.db` would attach their file; nobody but root reads it."""
    await press(report, await visit(report, "documents/report"), "draft", **TYPED)
    served = Datasette([str(report.path), str(report.path.with_suffix(".drafts.db"))])
    await served.invoke_startup()
    for address in (
        "timeline~2Edrafts",
        "timeline~2Edrafts/drafts.json",
        "timeline~2Edrafts.db",
        "timeline~2Edrafts.json?sql=select+1",
    ):
        answer = await served.client.get(f"/{address}", follow_redirects=True)
        assert answer.status_code in (403, 404), address
        assert "met in Marrakech" not in answer.text


async def test_drafts_cannot_be_read_by_sql_that_reads_all_files(report: Desk) -> None:
    """With `--crossdb` the file of drafts is attached to every query; without drafts, such queries are answered."""
    await press(report, await visit(report, "documents/report"), "draft", **TYPED)
    drafts = report.path.with_suffix(".drafts.db")
    sql = urlencode({"sql": "select * from [timeline.drafts].drafts, (select count(*) from timeline.events)"})
    for files, status in (([report.path, drafts], 403), ([report.path], 400)):
        served = Datasette([str(file) for file in files], crossdb=True)
        await served.invoke_startup()
        answer = await served.client.get(f"/_memory.json?{sql}", follow_redirects=True)
        assert answer.status_code == status
        assert "met in Marrakech" not in answer.text


@pytest.mark.parametrize(
    "typed",
    [
        {"quote_start_char": "9" * 5_000},
        {"version": "9" * 5_000},
        {"do": "choose:0:" + "9" * 5_000},
        {"draft": "../../etc"},
        {"beside": "\x00"},
    ],
)
async def test_numbers_and_ids_that_nobody_types_break_nothing(report: Desk, typed: dict[str, str]) -> None:
    """They are read as if they were not there."""
    page = await visit(report, "documents/report")
    button = typed.pop("do", "draft")
    answer = await press(report, page, button, **{**TYPED, **typed})
    assert answer.status in (200, 303)
    cookies, _ = report.signed_in()
    assert (await report.datasette.client.get("/timeline/-/timeline/desk/drafts.yaml", cookies=cookies)).status_code == 200


async def test_more_fields_than_a_form_has_are_refused(report: Desk) -> None:
    """In a line."""
    page = await visit(report, "documents/report")
    assert (await press(report, page, "record", quote_quote=["x"] * 6_000)).status == 413


async def test_a_correction_that_names_no_version_is_compared_first(report: Desk) -> None:
    """Nothing that somebody else corrected meanwhile is lost by it."""
    page = await visit(report, "happenings/meets")
    for version in ("", "999", "x"):
        answer = await press(report, page, "record", version=version, place="Marrakech", reason="So it says")
        assert answer.status == 409
        assert "names no version" in answer.words
    assert report.size == 2
