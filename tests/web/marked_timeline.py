"""A timeline with a word in each table, by which tests see whether anything of a denied table is shown."""

import sqlite3
from pathlib import Path

import browser as in_browser
from examples import PNG, picture

from timeline import Timeline
from timeline.merkle import Note
from timeline.proof import checkpoints
from timeline.proof.signing import SigningKey


def build(path: Path) -> Path:
    """Make a timeline with a word in each table, signed and witnessed; and, beside ours, tables of somebody's own."""
    key, witness = SigningKey.new("xoriginx.example"), SigningKey.new("xwitnessx.example")
    with Timeline(path, by="xrecorderx") as timeline:
        report = timeline.archive(
            id="xsourceidx", title="xsourcetitlex",
            text=f"It begins. The xquotedx thing happened. {'Much else was message. ' * 9}And xtextx is not quoted.",
            publisher="xpublisherx", author="xauthorx", published="1971", collected_by="xcollectorx",
            custody=[{"when": "1972-01-01", "who": "xcustodyx", "what": "took it over"}],
        )  # fmt: skip
        cited = [{**report.quote("The xquotedx thing happened").model_dump(), "supports": "xsupportsx"}]
        timeline.record("other", title="xtitlex of another", date="1970", citations=[report.quote("It begins")])
        message = {
            "date": "1969-05-03T10:00:00Z", "kind": "xkindx", "place": "xplacex", "summary": "xsummaryx", "tags": ["xtagx"],
            "attributed_to": "xclaimx", "date_note": "xdatenotex", "actors": [{"name": "xactorx Lee", "role": "xrolex"}],
            "related": [{"other": "other", "relation": "xrelationx"}], "part_of": "other",
        }  # fmt: skip
        timeline.record("xhappeningidx", title="xformerx", citations=cited, **message)
        timeline.record("long", title="xtitlex lasts", date="1969/1972", citations=[report.quote("It begins")])
        timeline.record("gone", title="xtitlex is gone", date="1973", citations=[report.quote("It begins")])
        timeline.correct("xhappeningidx", title="xtitlex as now known", reason="xreasonx")
        timeline.retract("gone", reason="xreasonx too")
        timeline.archive(**picture("xpicturex", PNG + b"xpixelx"))
        shown = {"source": "xpicturex", "alt": "xaltx", "caption": "xcaptionx"}
        timeline.correct("xhappeningidx", media=[shown], reason="xreasonx again")
    with Timeline(path, by="xreviewerx") as timeline:
        timeline.review("xhappeningidx", verdict="doubted", comment="xcommentx")
        note = checkpoints.make(timeline.log, key, None, in_browser.MOMENT.isoformat())
        public, cosignature = witness.cosign(note.text, in_browser.MOMENT)
        signed = Note(note.text, (*note.signatures, cosignature))
        checkpoints.keep(timeline.log, signed, [key.public, public], in_browser.MOMENT.isoformat())
    with sqlite3.connect(path) as own:
        own.executescript("""
            create view quoted as select happening, quote from citations;
            create view quoted_again as select upper(quote) as said from quoted;
            create table notes (id integer primary key, happening text references happenings(id), note text);
            insert into notes (happening, note) values ('xhappeningidx', 'xnotex');
            create virtual table own_fts using fts5(title, content='happenings', content_rowid='position');
            insert into own_fts (own_fts) values ('rebuild');
            create virtual table spoken using fts5vocab(happenings_fts, row);
            analyze;
        """)
    own.close()
    return path
