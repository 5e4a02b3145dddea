"""Attacks on events: altered, dropped, forged or from another file, and hidden as well as can be."""

from attack_case import AGAINST, DETECTED, GUARD, HASHES, NOTE, REFUSED, Attack, Try
from attack_forgeries import backdated
from attack_steps import (
    ANEW,
    DROPPED,
    appended,
    backed_up_over,
    beside,
    citing,
    cut_off,
    digest,
    hidden,
    invented,
    laid_bare,
    moved,
    perfect,
    rehash,
    replaced,
    rolled_back,
    row,
    schema,
    sql,
    stated,
    swapped,
    then,
    unguarded,
    without_guards,
    without_journal,
)

from timeline.log.schema import guards

REVIEWS: tuple[Try, ...] = (
    appended("happening/word", "HappeningReviewed", {"version": 9, "verdict": "confirmed"}),
    appended("happening/vote", "HappeningReviewed", {"version": 1, "verdict": "confirmed"}),  # retracted
    appended("happening/word", "HappeningReviewed", {"version": 1, "verdict": "proved"}),
    appended("happening/word", "HappeningReviewed", {"version": 1, "verdict": "confirmed", "statement": {"title": "Ann Lee lies"}}),
)
ATTACKS = (
    Attack(
        "Guards dropped, words changed, guards put back; the same by editing the file's bytes or with `writable_schema`",
        (
            unguarded("UPDATE events SET data = replace(data, 'Marrakech', 'Casablanca')"),
            unguarded("UPDATE events SET salt = x'00' WHERE position = 3"),
            unguarded("UPDATE events SET data = data || char(0) WHERE position = 3"),
            unguarded("UPDATE events SET data = CAST(x'ff' AS TEXT) WHERE position = 3"),
            unguarded("UPDATE events SET recorded_by = 'x' || char(0), stream = CAST(x'ff' AS TEXT) WHERE position = 3"),
            replaced(b"Marrakech", b"Casablan."),
            replaced(b"The council meets", b"The council sleep"),
            then(
                schema("DELETE FROM sqlite_master WHERE type = 'trigger'"),
                sql("UPDATE events SET data = '{}' WHERE position = 3", *guards().values()),
            ),
        ),
        DETECTED,
        HASHES,
        "does not match its hash|cannot be read|do not match",
    ),
    Attack(
        "Words changed and their hash computed again; when or by whom it was recorded changed",
        (
            stated(3, title="The council sleeps"),
            stated(3, date="2024"),
            unguarded("UPDATE events SET recorded_at = '2020-01-01T00:00:00.000Z' WHERE position = 3"),
            unguarded("UPDATE events SET recorded_by = 'Nobody' WHERE position = 3"),
            replaced(b"The editors", b"The printer"),
            unguarded("UPDATE events SET type = 'HappeningRetracted' WHERE position = 6"),
        ),
        DETECTED,
        "`verify`: the tree, the kept checkpoints, the read tables",
        "do not match their stored hash",
    ),
    Attack(
        "The last event dropped, one from the middle (positions closed up), two that change places, the whole re-sorted",
        (
            unguarded("DELETE FROM events WHERE position = 13"),
            unguarded("DELETE FROM events WHERE position = 5"),
            unguarded(*DROPPED),
            unguarded(*moved(4, 5)),
            unguarded(*moved(3, 6)),
            unguarded("UPDATE events SET position = -position", "UPDATE events SET position = position + 14"),
        ),
        DETECTED,
        "`verify`: the tree, the gaps, versions in order, the kept checkpoints",
        "do not match|has more hashes than the events give|is missing|events were dropped",
    ),
    Attack(
        "All of that with hashes, tree, read tables and kept checkpoints computed again: a perfect forgery",
        (
            perfect(then(stated(5, date="2024"), stated(13, date="2024"))),
            perfect(unguarded("UPDATE events SET recorded_at = '2020-01-01T00:00:00.000Z' WHERE position = 3")),
            perfect(then(unguarded(*DROPPED), rehash)),
            perfect(unguarded(*moved(4, 5))),
            perfect(
                then(
                    sql("CREATE TABLE kept AS SELECT * FROM events"),
                    sql(*ANEW),
                    sql(
                        "INSERT INTO events"
                        " SELECT position, stream, version, type, recorded_at, 'Nobody', data, salt, data_hash FROM kept"
                    ),
                    sql("DROP TABLE kept", *(text for name, text in guards().items() if name.startswith("events"))),
                )
            ),
        ),
        DETECTED,
        AGAINST,
        "have another root: this is another log, or its past was changed",
    ),
    Attack(
        "Another timeline in its place: the file swapped, `backup()` over it",
        (swapped, backed_up_over),
        DETECTED,
        AGAINST,
        "have another root",
    ),
    Attack(
        "An older copy in its place; the WAL of a file that was not closed taken away",
        (rolled_back, without_journal),
        DETECTED,
        AGAINST,
        "events were dropped, or this is an older copy",
    ),
    Attack(
        "The WAL or the journal of another file laid beside it",
        (beside("-wal"), beside("-journal")),
        DETECTED,
        "opening, or `verify --against`: what is then there is damaged, or another log",
        ".",
    ),
    Attack(
        "Forged pages in a published file, and beside it a WAL with the genuine ones, which `datasette -i` does not read",
        (laid_bare,),
        DETECTED,
        "`verify`: no journal belongs beside a published file",
        "lies beside a published file",
    ),
    Attack(
        "A journal of an interrupted write, with forged pages that SQLite would put into the file",
        (cut_off,),
        DETECTED,
        "opening it to be read, also for `verify` and `verify_log.py`, is refused until SQLite has done so",
        "-journal of an interrupted write",
    ),
    Attack(
        "A forged event appended: by plain SQL, without its read tables, or one that the program would refuse",
        (
            row(),
            row(stream="happening/a b"),
            without_guards(row(stream="source/\x7f")),
            without_guards(citing()),
            citing(sha256=digest(NOTE), text_sha256=digest(NOTE)),
            without_guards(appended("happening/x", "Something", {})),
            appended("happening/vote", "HappeningCorrected", {"statement": {}, "changes": {}, "reason": "none"}),
        ),
        DETECTED,
        "`verify`: the form of every event, and every quotation",
        "position 14",
    ),
    Attack(
        "A forged source: the real bytes of a page or an e-mail, an invented text, and the extractor that would read them",
        (
            invented(b"<p>She gave no reason.</p>", "text/html"),
            invented(b"From: a@example.org\nSubject: No\n\nShe gave no reason.\n", "message/rfc822"),
            invented(b"<p>She gave no reason.</p>", "text/html", "given as text"),
        ),
        DETECTED,
        "`verify`: each text, read again from its document where the same extractor is at hand",
        r"position 14, source/real@1: text_sha256: (is not the text that .* reads from|the text is not that of) the document",
    ),
    Attack(
        "A forged event that says it was recorded long ago",
        (backdated,),
        DETECTED,
        "it has no proof under a checkpoint of that time",
        "is at position 14, but the checkpoint covers 11",
    ),
    Attack(
        "A correction or retraction that changes more than it says",
        (
            lambda case: hidden(case, "happening/word", "HappeningCorrected", {"title": "Ann Lee lies"}, {"place": "Rabat"}),
            lambda case: hidden(case, "happening/word", "HappeningRetracted", {"title": "Ann Lee lies"}, None),
        ),
        DETECTED,
        "`verify`: each version against the one before",
        "differs from the version before",
    ),
    Attack(
        "A review of another happening's version, of no version, of what was retracted, or without a verdict; one that says more",
        REVIEWS,
        REFUSED,
        GUARD,
        "reviews name a version|events have a form",
    ),
    Attack(
        "The same review with the guards dropped, and put back",
        tuple(map(without_guards, REVIEWS)),
        DETECTED,
        "`verify`: the form of every event, and what each review names",
        "reviews version 9, which makes no statement|after the happening was retracted|verdict: is not one of|does not belong in a",
    ),
)
