"""Writing at the desk without JavaScript: documents, happenings, corrections, retractions, reviews."""

import re
from pathlib import Path

import pytest
from desk_browser import Page, follow, press, visit
from desk_client import ANA, WORDS, Desk, multipart
from examples import PNG

from timeline import Timeline

pytestmark = [pytest.mark.datasette, pytest.mark.asyncio]

BEN = {"id": "ben", "name": "Ben Osman"}
ADD = "/timeline/-/timeline/desk/documents"


@pytest.fixture
def report(desk: Desk) -> Desk:
    """Archive a report."""
    with Timeline(desk.path, by="The editors") as timeline:
        timeline.archive(text=WORDS, id="report", title="A report", published="2025-11-28")
    return desk


async def record(desk: Desk, **typed: str | list[str]) -> Page:
    """Record a happening, with these fields typed."""
    page = await visit(desk, "documents/report")
    values = {"title": "The council meets", "date": "24 Nov 2025", "quote_quote": "met in Marrakech", **typed}
    return await press(desk, page, "record", **values)


async def test_an_empty_desk_says_how_to_begin(desk: Desk) -> None:
    """The first page of an empty timeline leads to adding a document."""
    page = await visit(desk, "/timeline/-/timeline/desk")
    assert page.status == 200
    assert "Everything that is recorded here is quoted from a document. Begin by adding one." in page.words
    assert page.links("desk/documents")


async def test_a_pasted_text_becomes_a_document(desk: Desk) -> None:
    """It has the title and the date that were typed, in EDTF, and the browser goes on to it."""
    body, kind = multipart(
        ("file", "", b""), ("text", "", WORDS.encode()), ("title", "", b"A report"), ("published", "", b"28 Nov 2025")
    )
    answer = await desk.send(body, kind, address=ADD)
    assert answer.status_code == 303
    assert answer.headers["location"] == "/timeline/-/timeline/desk/documents/a-report"
    with Timeline(desk.path, read_only=True) as timeline:
        source = timeline.source("a-report")
        assert (source.title, source.published, source.text) == ("A report", "2025-11-28", WORDS)
        assert source.event.recorded_by == "Ana Torres"


async def test_a_file_becomes_a_document_with_its_own_title(desk: Desk) -> None:
    """The name of the file makes the id, whatever folders it names."""
    page = b"<html><head><title>Minutes of the day</title></head><body><p>" + WORDS.encode() * 9 + b"</p></body></html>"
    body, kind = multipart(("file", "..\\x\\minutes.html", page), ("as_found", "", b"1"))
    answer = await desk.send(body, kind, address=ADD)
    assert answer.headers["location"].endswith("/desk/documents/minutes"), answer.text
    with Timeline(desk.path, read_only=True) as timeline:
        assert timeline.source("minutes").title == "Minutes of the day"


@pytest.mark.parametrize(
    ("parts", "reason"),
    [
        ([("title", "", b"Nothing")], "Give one of a file, a text and an address."),
        ([("text", "", b"Words"), ("file", "a.txt", b"Words")], "Give one of a file, a text and an address, not several"),
        ([("text", "", b"Words"), ("title", "", b"T"), ("published", "", b"soon")], "Is no date"),
        ([("text", "", b"Words")], "✗"),
        ([("text", "", b"Words"), ("title", "", b"T"), ("language", "", b"Engrish")], "Write its code, such as en"),
        ([("address", "", b"https://news.example/")], "Fetching is not allowed here"),
        ([("file", "a.pdf", b"%PDF-1.7 no"), ("title", "", b"T")], "✗"),
    ],
)
async def test_a_document_that_cannot_be_added_is_refused_at_its_field(
    desk: Desk, parts: list[tuple[str, str, bytes]], reason: str
) -> None:
    """Nothing is added, and the rest of what was typed is there still."""
    body, kind = multipart(*parts)
    answer = await desk.send(body, kind, address=ADD)
    assert answer.status_code == 422
    assert reason in answer.text
    assert all(value.decode() in answer.text for name, file, value in parts if not file and name != "address")
    assert desk.size == 0


async def test_a_happening_is_recorded_from_words_date_and_title(report: Desk) -> None:
    """The date is read in words, the quotation verified, and the page says what was recorded, by whom."""
    page = await record(report, actors="Ann Lee: speaker\r\nThe council", kind="meeting", place="Marrakech")
    shown = await follow(report, page)
    assert "Recorded: The council meets, event 2." in shown.words
    with Timeline(report.path, read_only=True) as timeline:
        happening = timeline.happening("the-council-meets")
        assert (happening.date, happening.kind, happening.place) == ("2025-11-24", "meeting", "Marrakech")
        assert [(one.name, one.role) for one in happening.actors] == [("Ann Lee", "speaker"), ("The council", None)]
        assert happening.recorded_by == "Ana Torres"
        assert happening.citations[0].grade == "exact"
    report.verify()


async def test_recording_twice_records_once(report: Desk) -> None:
    """A second press of the button, as after a dropped connection, appends nothing."""
    await record(report)
    assert (await record(report)).status == 303
    assert report.size == 2


async def test_everything_wrong_is_said_beside_its_field(report: Desk) -> None:
    """No date, no title and a quotation that is not there: three answers, and all that was typed."""
    page = await record(report, title="", date="one day soon", quote_quote="met in Marakesh")
    assert page.status == 422
    assert "is no date" in page.words
    assert "met in Marrakech" in page.words, "the nearest passage"
    assert page.html.count('aria-invalid="true"') == 2
    assert page.field("date") == ["one day soon"]
    assert page.field("quote_quote") == ["met in Marakesh"]
    assert report.size == 1


async def test_words_that_are_there_twice_are_chosen_by_a_click(report: Desk) -> None:
    """Each place is shown with the words around it; the chosen one is recorded."""
    with Timeline(report.path, by="The editors") as timeline:
        timeline.archive(text="It rained. It rained again in May.", id="showers", title="Rain")
    start = await visit(report, "documents/showers")
    page = await press(report, start, "check", quote_quote="It rained", title="Rain", date="May 2025")
    assert "These words are in the document 2 times. Which are meant?" in page.words
    assert (await press(report, page, "record")).status == 422
    page = await press(report, page, "choose:0:11")
    assert "Found at the chosen place, letter for letter, characters 11 to 20." in page.words
    assert (await press(report, page, "record")).status == 303
    with Timeline(report.path, read_only=True) as timeline:
        assert timeline.happening("rain").citations[0].start_char == 11


async def test_a_happening_may_quote_two_documents(report: Desk) -> None:
    """A draft goes along to the second document, and the happening has both quotations."""
    with Timeline(report.path, by="The editors") as timeline:
        timeline.archive(text="They sat in Marrakech, says the mayor.", id="letter", title="A letter")
    page = await visit(report, "documents/report")
    page = await press(report, page, "elsewhere", title="The council meets", date="2025-11-24", quote_quote="met in Marrakech")
    listed = await follow(report, page)
    assert "Quote for “The council meets” from which document?" in listed.words
    second = await visit(report, listed.links("documents/letter")[0])
    assert second.field("quote_quote") == ["met in Marrakech"]
    page = await press(report, second, "add")
    page = await press(report, page, "record", quote_quote=["met in Marrakech", "They sat in Marrakech"])
    assert page.status == 303, page.words
    with Timeline(report.path, read_only=True) as timeline:
        assert [one.source for one in timeline.happening("the-council-meets").citations] == ["report", "letter"]
    assert "There are no drafts" in (await visit(report, "drafts")).words, "it was recorded"


async def test_a_taken_id_is_named_and_another_is_offered(report: Desk) -> None:
    """Two happenings of one title are two only if the writer says so."""
    await record(report)
    page = await record(report, date="25 Nov 2025")
    assert page.status == 409
    assert "is the id of another happening, “The council meets”" in page.words
    assert page.field("id") == ["the-council-meets-2"]
    assert (await press(report, page, "record")).status == 303
    assert report.size == 3


async def test_a_claim_names_who_claims_it(report: Desk) -> None:
    """Without a name it is refused; with one it is recorded as a claim."""
    page = await record(report, certainty="claim")
    assert page.status == 422
    assert "Name who claims this" in page.words
    assert (await press(report, page, "record", attributed_to="The mayor")).status == 303
    with Timeline(report.path, read_only=True) as timeline:
        assert timeline.happening("the-council-meets").attributed_to == "The mayor"


async def test_a_suggested_date_fills_the_form_and_records_nothing(report: Desk) -> None:
    """Each date in the text has a link, which brings its sentence and its reading into the form."""
    page = await visit(report, "documents/report")
    place = re.findall(r'value="(use:[0-9-]+)"', page.html)[0]
    used = await press(report, page, place, title="Mine")
    assert used.field("title") == ["Mine"]
    again = await press(report, used, place)
    assert again.field("quote_quote") == used.field("quote_quote"), "what is quoted already is not quoted twice"
    assert used.field("date") == ["2025-11-24"]
    assert used.field("quote_quote") == ["The council met in Marrakech on 24 November 2025."]
    assert report.size == 1


async def test_a_correction_shows_what_was_and_what_will_be(report: Desk) -> None:
    """The reason is asked for; the correction has the changed fields alone."""
    await record(report, actors="Ann Lee: speaker")
    page = await visit(report, "happenings/the-council-meets")
    compared = await press(report, page, "check", date="November 2025")
    assert "What was, and what will be" in compared.words
    assert "was 24 November 2025 (2025-11-24) now November 2025 (2025-11)" in compared.words
    refused = await press(report, compared, "record")
    assert refused.status == 422
    assert "Say why it is corrected" in refused.words
    done = await press(report, refused, "record", reason="The day is not stated")
    assert "The correction is recorded." in (await follow(report, done)).words
    with Timeline(report.path, read_only=True) as timeline:
        event = [*timeline.events()][-1]
        assert event.payload["changes"] == {"date": "2025-11"}
        assert event.payload["reason"] == "The day is not stated"


async def test_nothing_changed_is_no_correction(report: Desk) -> None:
    """A form that was opened and not changed records nothing, whatever its fields hold."""
    await record(report, actors="Ann Lee: speaker\nBo: Berg:", tags="a\nb", summary="More.", date_note="As it says")
    page = await visit(report, "happenings/the-council-meets")
    page = await press(report, page, "record", reason="For no reason")
    assert page.status == 422
    assert "nothing is changed" in page.words


async def test_two_who_correct_at_once_lose_nothing(report: Desk) -> None:
    """The second sees the first's correction, keeps her own words, and the two fit together."""
    await record(report)
    page = await visit(report, "happenings/the-council-meets")
    assert (await visit(report, "happenings/the-council-meets", BEN)).status == 403, "he has no permission"
    with Timeline(report.path, by="Ben Osman") as timeline:
        timeline.correct("the-council-meets", kind="session", reason="So the rules call it")
    page = await press(report, page, "record", place="Marrakech", reason="The report says where")
    assert page.status == 409
    assert "Ben Osman corrected it while you wrote (version 2). Your words are here still." in page.words
    assert (page.field("place"), page.field("kind")) == (["Marrakech"], ["session"])
    assert (await press(report, page, "record")).status == 303
    with Timeline(report.path, read_only=True) as timeline:
        happening = timeline.happening("the-council-meets")
        assert (happening.place, happening.kind, happening.version) == ("Marrakech", "session", 3)


async def test_a_retraction_gives_its_reason(report: Desk) -> None:
    """It is final: the page offers no form after it."""
    await record(report)
    page = await visit(report, "happenings/the-council-meets")
    refused = await press(report, page, "retract", "retract")
    assert "Say why it is retracted" in refused.words
    done = await follow(report, await press(report, page, "retract", "retract", retract_reason="It was another council"))
    assert "The retraction is recorded." in done.words
    assert "This happening was retracted, which is final." in done.words
    assert all(one["id"] not in ("form", "review", "retract") for one in done.forms)


async def test_a_second_person_reviews(report: Desk) -> None:
    """The verdict is an event under the reviewer's name, and the page shows it."""
    with Timeline(report.path, by="The editors") as timeline:
        source = timeline.source("report")
        timeline.record("meets", title="The council meets", date="2025-11-24", citations=[source.quote("met in Marrakech")])
    page = await visit(report, "happenings/meets")
    done = await follow(report, await press(report, page, "review", "review", verdict="confirmed", comment="I read page 1"))
    assert "Confirmed by Ana Torres" in done.words
    assert "I read page 1" in done.words
    missing = await press(report, page, "review", "review")
    assert missing.status == 422
    assert "Choose a verdict" in missing.words
    with Timeline(report.path, by="The editors") as timeline:
        timeline.correct("meets", kind="session", reason="So it is called")
    late = await press(report, page, "review", "review", verdict="doubted")
    assert late.status == 409
    assert "Read it again, then review it." in late.words


async def test_who_may_only_review_may_not_correct(report: Desk) -> None:
    """Each form is there for those with its permission alone, and refuses others."""
    await record(report)
    own = await visit(report, "happenings/the-council-meets", ANA)
    assert "A review counts only from a second person." in own.words


async def test_a_correction_leaves_described_parts_of_pictures_as_they_are(desk: Desk, tmp_path: Path) -> None:
    """A region has no words; it stays, and can be removed like any quotation."""
    (tmp_path / "hall.png").write_bytes(PNG)
    part = {
        "source": "hall",
        "fragment": "xywh=percent:10,20,30,40",
        "description": "A man at a lectern",
        "supports": "the speaker",
    }
    with Timeline(desk.path, by="The editors") as timeline:
        report = timeline.archive(text=WORDS, id="report", title="A report")
        timeline.archive(tmp_path / "hall.png", id="hall", title="The hall")
        timeline.record("speech", title="A speech", date="2025", citations=[report.quote("Ann Lee spoke first"), part])
    page = await visit(desk, "happenings/speech")
    assert "Described, not quoted: A man at a lectern" in page.words
    assert (await press(desk, page, "record", place="Marrakech", reason="So it says")).status == 303
    with Timeline(desk.path, read_only=True) as timeline:
        assert [*timeline.events()][-1].payload["changes"] == {"place": "Marrakech"}
    page = await visit(desk, "happenings/speech")
    page = await press(desk, page, "remove:1")
    assert (await press(desk, page, "record", reason="It is another man")).status == 303
    with Timeline(desk.path, read_only=True) as timeline:
        assert len(timeline.happening("speech").citations) == 1


async def test_a_form_with_a_file_needs_its_token_on_either_version(desk: Desk) -> None:
    """As a browser sends it: the token is in the body, and no header of a script."""
    cookies, headers = desk.signed_in()
    token = headers.pop("x-csrftoken", "")
    for given, status in ((token, 303), ("another", 403 if token else 303)):
        body, kind = multipart(("csrftoken", "", given.encode()), ("text", "", WORDS.encode()), ("title", "", b"A report"))
        answer = await desk.send(body, kind, address=ADD, cookies=cookies, headers=headers)
        assert answer.status_code == status, answer.text


async def test_the_same_text_again_leads_to_the_document_that_is_there(desk: Desk) -> None:
    """Under the same id with another description it is refused, with a link to the first."""
    for title, status in ((b"A report", 303), (b"A report", 303), (b"A Report", 409)):
        body, kind = multipart(("text", "", WORDS.encode()), ("title", "", title))
        answer = await desk.send(body, kind, address=ADD)
        assert answer.status_code == status, answer.text
    assert "/desk/documents/a-report" in answer.text


async def test_a_long_text_is_read_in_parts_and_searched(desk: Desk) -> None:
    """Recording stays in the part, and words are found wherever they are."""
    long = "".join(f"Line {number} of the minutes, which say little.\n" for number in range(4_000))
    with Timeline(desk.path, by="The editors") as timeline:
        timeline.archive(text=long, id="minutes", title="Minutes")
    page = await visit(desk, "documents/minutes?find=line+3100%20OF")
    assert "Line 3100 of" in page.words.replace("  ", " ")
    assert "Line 10 of" not in page.words
    assert page.html.count('id="found"') >= 1
    assert "not in the document" in (await visit(desk, "documents/minutes?find=nothing+like+this")).words
    second = await visit(desk, page.links("start=")[0])
    done = await press(desk, second, "record", title="A line", date="2025", quote_quote="Line 1500 of the minutes")
    assert done.status == 303
    assert "start=" in done.location


async def test_a_date_in_doubt_is_settled_by_a_click(report: Desk) -> None:
    """Each reading has a button, in words."""
    page = await press(report, await visit(report, "documents/report"), "check", date="1/2/2025")
    assert "2 January 2025 1 February 2025" in page.words
    assert (await press(report, page, "date:2025-02-01")).field("date") == ["2025-02-01"]
    page = await press(report, page, "check", date="the early 2000s")
    assert "may be 200X, the decade, or 20XX, the century" in page.words


@pytest.mark.parametrize(
    ("text", "date"),
    [
        ("It stood before 1920.", "[..1919]"),
        ("It fell after May 1921.", "[1921-06..]"),
        ("It was made between 1795 and 1797.", "[1795..1797]"),
        ("It was made about 1793.", "1793~"),
        ("It burned in 1850.", "1850"),
    ],
)
async def test_a_suggestion_keeps_the_word_that_changes_a_date(desk: Desk, text: str, date: str) -> None:
    """The date before which something was is not the date on which it was."""
    with Timeline(desk.path, by="The editors") as timeline:
        timeline.archive(text=text, id="report", title="A report", language="en")
    page = await visit(desk, "documents/report")
    place = re.findall(r'value="(use:[0-9-]+)"', page.html)[0]
    used = await press(desk, page, place)
    assert used.field("date") == [date]


async def test_a_document_names_the_drafts_that_were_begun_beside_it(report: Desk) -> None:
    """Whoever comes back to an empty form finds what she had begun, and a draft says that it is one."""
    page = await press(report, await visit(report, "documents/report"), "draft", title="Half a happening")
    assert "A draft of a happening" in (await follow(report, page)).words
    empty = await visit(report, "documents/report")
    assert "Drafts beside this document: Half a happening" in empty.words
    assert empty.field("title") == [""]
    assert "Not recorded yet" not in (await visit(report, empty.links("draft=")[0])).words
    assert "Beside report" in (await visit(report, "drafts")).words
