"""Attacks on redactions, documents and read tables, and events without the form of one."""

import json
import sqlite3
from contextlib import closing
from hashlib import sha256

from attack_case import CONFIDENCE, DETECTED, GUARD, INVENTED, NOTE, REFUSED, Attack, Case, Try
from attack_forgeries import misread
from attack_steps import (
    FORGED,
    appended,
    citing,
    digest,
    hidden,
    redaction,
    replaced,
    row,
    sql,
    swapped_document,
    switched_off,
    then,
    unguarded,
    without_guards,
)
from examples import REPORT

from timeline import Timeline, projections, quotes
from timeline.log import followed

REDACTIONS: tuple[Try, ...] = (
    redaction("happening/meeting", 4),
    redaction("happening/told", 11),
    redaction("happening/told", 10),
    redaction("happening/meeting", "3"),
    redaction("happening/meeting", True),
    redaction("happening/meeting", 99),
    redaction("happening/meeting", 3, kept={"sha256": digest(NOTE), "text_sha256": digest(NOTE)}),
    then(
        redaction("happening/word", 5, (digest(NOTE),)),
        sql(
            "UPDATE events SET data = NULL, salt = NULL WHERE position = 5",
            f"DELETE FROM documents WHERE sha256 = '{digest(NOTE)}'",
        ),
    ),
    appended("happening/meeting", "EventRedacted", {"documents": digest(REPORT), "position": 3, "reason": "none"}),
    then(
        redaction("happening/meeting", 3, (digest(NOTE),)),
        sql(
            "UPDATE events SET data = NULL, salt = NULL WHERE position = 3",
            f"DELETE FROM documents WHERE sha256 = '{digest(NOTE)}'",
        ),
    ),
)


def outlived(case: Case) -> None:
    """Swap the document of a source, redact every event that names the genuine one, and cite the invented one afterwards."""
    gone = ((2, "source/note"), (5, "happening/word"), (12, "happening/later"), (13, "happening/word"))
    swapped_document("source/note", 2, NOTE)(case)
    for position, stream in gone[1:]:
        redaction(stream, position)(case)
        case.sql(f"UPDATE events SET data = NULL, salt = NULL WHERE position = {position}")
    passage = quotes.find(quotes.Text(INVENTED), "she had been paid")
    place = {field: getattr(passage, field) for field in ("prefix", "suffix", "start_char", "end_char", "grade")}
    citation = {**FORGED, **place, "quote": "she had been paid", "sha256": digest(INVENTED), "text_sha256": digest(INVENTED)}
    statement = {"title": "Paid", "date": "2025", "actors": [], "tags": [], "citations": [citation]}
    appended("happening/paid", "HappeningRecorded", {"statement": statement})(case)


def sent_away(case: Case) -> None:
    """Lay a note beside the file that says it follows a log of the attacker's, and let its owner archive something."""
    note = followed.note(case.path)
    note.write_text(json.dumps({"url": "postgresql://ann@127.0.0.1:9/theirs", "append_as": "", "inode": 1}))
    try:
        Timeline(case.path, by="The editors").archive(text=CONFIDENCE + " Again.", id="private", title="Private")
    finally:
        note.unlink()


def unseen(attempt: Try) -> Try:
    """Try what nothing in the file itself can tell."""

    def attack(case: Case) -> None:
        attempt(case)
        with closing(sqlite3.connect(case.path, isolation_level=None)) as connection:
            projections.register(connection)
            projections.rebuild(connection)
        assert case.found(against=False) == []

    return attack


SWAPS: tuple[Try, ...] = (
    swapped_document("source/note", 2, NOTE),
    swapped_document("source/report", 1, REPORT),
    swapped_document("source/report", 8, REPORT),
    citing(sha256=digest(REPORT), text_sha256=digest(REPORT)),
    citing(sha256=digest(NOTE), text_sha256=digest(REPORT)),
    lambda case: hidden(case, "source/note", "SourceCorrected", {"sha256": digest(REPORT)}, {}),
    lambda case: hidden(case, "source/note", "SourceCorrected", {"text_sha256": digest(REPORT)}, {}),
)
FORMLESS: tuple[Try, ...] = (
    *(
        sql(f"INSERT INTO events VALUES (14, 'happening/x', 1, 'HappeningRecorded', {said})")
        for said in (
            "'1999-01-01T00:00:00.000Z', 'A minister', '{\"statement\":{}}', zeroblob(16), CAST('three short words' AS BLOB)",
            "'1999-01-01T00:00:00.000Z', 'A minister', '{\"statement\":{}}', x'00', zeroblob(32)",
            "'1999', 'A minister', '{\"statement\":{}}', zeroblob(16), zeroblob(32)",
            "'2026-01-01T00:00:00Z', 'A minister', '{\"statement\":{}}', zeroblob(16), zeroblob(32)",
            "'2026-01-01T00:00:00.000Z', 'A minister', '[]', zeroblob(16), zeroblob(32)",
            "'2026-01-01T00:00:00.000Z', 'A minister', '{}', zeroblob(16), zeroblob(32)",
            "'2026-11-31T00:00:00.000Z', 'A minister', '{\"statement\":{}}', zeroblob(16), zeroblob(32)",
            "'2026-01-01T00:00:00.000Z', '', '{\"statement\":{}}', zeroblob(16), zeroblob(32)",
            "'2026-01-01T00:00:00.000Z', 'A minister', 'three short words', zeroblob(16), zeroblob(32)",
        )
    ),
    row(stream="source/forged"),
    appended("happening/x", "Something", {}),
    appended("happening/x", "SourceArchived", {"statement": {}}),
    appended("other/x", "HappeningRecorded", {"statement": {}}),
    appended("Source/x", "SourceArchived", {"statement": {}}),
    appended("source/note", "EventRedacted", {"documents": [], "position": 2, "reason": "x", "statement": {}}),
)
BLANKED = then(
    redaction("happening/x", 14),
    sql("UPDATE events SET data = NULL, salt = NULL WHERE position = 14"),
)


ATTACKS = (
    Attack(
        "A redaction of another stream's event, of a redaction, twice, of no event; of a document that others cite, or not its own",
        REDACTIONS,
        REFUSED,
        GUARD,
        "redactions take away",
    ),
    Attack(
        "The same with the guards dropped, and put back",
        tuple(map(without_guards, REDACTIONS)),
        DETECTED,
        "`verify`: redactions against what is gone, and every quotation",
        "redacts position|cannot be verified|no such document|is not a document of that source",
    ),
    Attack(
        "A redaction that keeps another document than its event named, so as to put that one in the place of what was archived",
        (*SWAPS, lambda case: hidden(case, "source/note", "SourceArchived", {"sha256": digest(REPORT)}, {})),
        REFUSED,
        GUARD,
        "redactions take away|citations are immutable|sources are immutable",
    ),
    Attack(
        "The same with the guards dropped, and put back, while any other event still names the genuine document",
        tuple(map(without_guards, SWAPS)),
        DETECTED,
        "`verify`, `verify_log.py`: each source's hashes, as its events and every citation of it give them",
        "names another document|no event confirms",
    ),
    Attack(
        "The same where every event that names the genuine document is redacted too, and the invented one is cited afterwards",
        (unseen(without_guards(outlived)),),
        DETECTED,
        "`verify --against`, `verify_log.py`: no event that the checkpoint covers says which document it was",
        "is the first event that still names the document",
    ),
    Attack(
        "An event without the form of one: an unknown type, another stream, no time, no object, a hash or salt of another length",
        FORMLESS,
        REFUSED,
        GUARD,
        "events have a form|malformed JSON",
    ),
    Attack(
        "Such an event put in with the guards dropped, then redacted, so that only its author and its year are shown",
        (then(without_guards(FORMLESS[0]), BLANKED),),
        DETECTED,
        "`verify`: the length of every hash",
        "its hash is not a SHA-256",
    ),
    Attack(
        "Any of these in a program that runs no triggers (`.dbconfig enable_trigger off` in SQLite's shell)",
        (
            switched_off("UPDATE events SET data = replace(data, 'Marrakech', 'Casablanca')"),
            switched_off("DELETE FROM events WHERE position = 13"),
            switched_off(
                "INSERT OR REPLACE INTO events SELECT 3, stream, version, type, '', '', data, salt, data_hash FROM events"
            ),
            switched_off("UPDATE events SET data = NULL, salt = NULL WHERE position = 3"),
            switched_off("UPDATE documents SET bytes = x'00'"),
            switched_off("DELETE FROM checkpoints WHERE number = 1"),
        ),
        DETECTED,
        "`verify`, as with the guards dropped",
        "does not match its hash|is missing|do not match|no EventRedacted|do not have this SHA-256|has more|are not those",
    ),
    Attack(
        "Guards dropped: blanked without a redaction, a redacted event filled or document restored, guards put back",
        (
            unguarded("UPDATE events SET data = NULL, salt = NULL WHERE position = 3"),
            unguarded("UPDATE events SET salt = NULL WHERE position = 3"),
            unguarded("UPDATE events SET data = '{}', salt = x'00000000000000000000000000000000' WHERE position = 10"),
            unguarded(f"INSERT INTO documents VALUES ('{sha256(CONFIDENCE.encode()).hexdigest()}', CAST('{CONFIDENCE}' AS BLOB))"),
        ),
        DETECTED,
        "`verify`: redactions against what is gone",
        "no EventRedacted says why|altered|is in the archive, although",
    ),
    Attack(
        "A document altered, removed, put in without an event, or altered together with the hash it is kept under",
        (
            unguarded("UPDATE documents SET bytes = x'00' WHERE rowid = 1"),
            unguarded("DELETE FROM documents WHERE rowid = 1"),
            sql(f"INSERT INTO documents VALUES ('{sha256(b'x').hexdigest()}', CAST('x' AS BLOB))"),
            unguarded(f"UPDATE documents SET bytes = CAST('x' AS BLOB), sha256 = '{sha256(b'x').hexdigest()}' WHERE rowid = 1"),
            replaced(b"met in Marrakech on 24", b"met in Marrakech on 25"),
        ),
        DETECTED,
        "`verify`: every document's hash, every quotation",
        "do not have this SHA-256|no such document|belongs to no source",
    ),
    Attack(
        "A source whose text is not its document's, or is told to be decoded by a codec that no document is in",
        (misread("given as text"), misread("decoded as utf-8"), misread("decoded as punycode"), misread("decoded as x")),
        DETECTED,
        "`verify`: every document decoded again, in the encodings of documents alone",
        "the text is not that of the document|is not the name of a text encoding",
    ),
    Attack(
        "Rows of the read tables, the search or the tree altered, added or removed",
        (
            sql("UPDATE happenings SET title = 'x'"),
            sql("DELETE FROM citations"),
            sql("INSERT INTO happening_tags VALUES ('meeting', 'x')"),
            sql("UPDATE happenings_fts SET title = 'x'"),
            sql("DELETE FROM happenings_fts_idx"),
            sql("INSERT INTO happenings_fts (happenings_fts, rank) VALUES ('rank', 'nobody_has_this()')"),
            sql("INSERT INTO sources_fts (sources_fts, rank) VALUES ('rank', 'bm25(0.0, 0.0, 0.0, 0.0, 9.0)')"),
            sql("UPDATE projected SET position = 1"),
            sql("UPDATE tree SET hash = zeroblob(32) WHERE number = 2"),
            sql("DELETE FROM tree WHERE number = 3"),
            sql("INSERT INTO tree VALUES (99, zeroblob(32))"),
            sql("DELETE FROM tree"),
        ),
        DETECTED,
        "`verify`: all of it derived again from the log",
        "differs from|is missing|does not follow|does not find|do not match|has more",
    ),
    Attack(
        "A project folder of a stranger's that says it follows a log of the stranger's, to which your documents would be sent",
        (sent_away,),
        REFUSED,
        "whatever appends: the note that names a log must have been written in its place, not copied there",
        "was copied here, and may be a stranger's",
    ),
)
