"""From the records of a bibliography to sources: found where they stand, or archived with their attachment or their own words.

Owns what is filled in of a source that stands, and what is only asked about. Must not append: each outcome carries what would.
"""

import re
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any, Final

from rapidfuzz import fuzz

from timeline import capture, files, statements
from timeline.documents import Document
from timeline.errors import OutsideFolder, Sentence, TimelineError
from timeline.exchange.importing import naming
from timeline.exchange.importing.already_recorded import DIFFERS
from timeline.exchange.importing.citing import cited
from timeline.exchange.importing.file import File
from timeline.exchange.importing.outcome import Outcome
from timeline.exchange.importing.row import Row
from timeline.timeline import Timeline

_SUBTITLE: Final = re.compile(r"[:.?!(–—]|\s-\s")  # before which a title may end as well
_ALIKE: Final = 90  # of 100: how much titles must resemble each other to be one, spelt otherwise


class Sources:
    """The rows of one file that tell of sources."""

    def __init__(self, file: File, timeline: Timeline | None) -> None:
        """Look for them in a timeline, if there is one."""
        self.file = file
        self.timeline = timeline
        self._said: dict[str, dict[str, Any]] = {}  # by id: what stands, with what this file adds
        self._urls: dict[str, list[str]] = {}  # the sources that have an address: a volume and each paper in it may have one
        self._records: dict[str, dict[str, Any]] = {}  # by id: what a record of this file says of it
        if timeline is not None:
            for id, url in timeline.log.connection.execute("SELECT id, url FROM sources WHERE url IS NOT NULL ORDER BY position"):
                self._urls.setdefault(url, []).append(id)

    def plan(self, row: Row) -> Outcome:
        """Say what becomes of a row."""
        outcome = Outcome(row, "unchanged")
        if row.refused is not None:
            outcome.refuse(row.refused)
            return outcome
        fields = {name: value for name, value in row.fields.items() if value not in (None, "")}
        attached = fields.pop("file", None)
        id = naming.id_part(row.key or str(fields.get("title", "")))
        if id.isdecimal():  # counted within one file, so that another file's is another work
            number = id
            id = naming.of_key(naming.stem_of(self.file.path, lambda stem: self._standing(naming.of_key(stem, number))), number)
        if id in self._records and not _is_one_work(self._records[id], fields):
            other, id = id, naming.distinct_id(id, str(fields.get("title", "")))
            told = "is that of another work in this file, which is source/{}: this one is source/{}"
            outcome.remarks.append(("key", Sentence(told, other, id)))
        sharing = [] if self._standing(id) else self._urls.get(fields.get("url", ""), [])
        if one := next((one for one in sharing if _is_one_work(self._standing(one) or {}, fields)), None):
            id = one
        elif sharing:
            asked = "is that of source/{} as well, which is another work. Say if they are one"
            outcome.remarks.append(("url", Sentence(asked, sharing[0])))
        self._records.setdefault(id, fields)
        outcome.stream = f"source/{id}"
        try:
            if self._standing(id):
                self._fill_in(outcome, id, fields)
            else:
                self._archive(outcome, id, fields, attached)
        except TimelineError as error:
            outcome.refuse(error.beside(outcome.stream))
        return outcome

    def _standing(self, id: str) -> dict[str, Any] | None:
        if id not in self._said and self.timeline is not None and (last := self.timeline.log.last(f"source/{id}")):
            self._said[id] = dict(last.payload.get("statement", {}))
        return self._said.get(id)

    def _fill_in(self, outcome: Outcome, id: str, fields: dict[str, Any]) -> None:
        """Fill in what is missing of a source that stands; what differs is for a person to decide."""
        known = self._said[id]
        if not known:
            outcome.refuse("was redacted, and is not put back")
            return
        said = statements.of_corrected_source(known, fields, outcome.stream)
        missing = {name: said[name] for name in fields if name in said and name not in known}
        outcome.remarks += [
            (name, Sentence(DIFFERS, known[name], said.get(name)))
            for name in fields
            if name in known and said.get(name) != known[name]
        ]
        if missing:
            known.update(missing)
            where = f"row {outcome.row.number} of {self.file.path.name}"
            outcome.verb, outcome.fields = "corrected", tuple(missing)
            outcome.act = partial(_correct, id=id, reason=f"{where} fills in: {', '.join(missing)}", changes=missing)

    def _archive(self, outcome: Outcome, id: str, fields: dict[str, Any], attached: str | None) -> None:
        document = self._attachment(outcome, attached) if attached else None
        if document is None:
            _, words = cited(self.file.understood.text, outcome.row)
            document = Document(words.encode(), words, "text/plain", f"record {outcome.row.number} of a file of {self.file.format}")
        said = statements.of_source(fields, document, None, outcome.stream)
        self._said[id] = dict(said)
        if said.get("url"):
            self._urls.setdefault(said["url"], []).append(id)
        outcome.verb = "new"
        outcome.act = partial(_archive, id=id, document=document, fields=fields)

    def _attachment(self, outcome: Outcome, name: str) -> Document | None:
        """Read a document that lies beside the file, or say why it is not taken."""
        folder = self.file.path.absolute().parent
        path = folder / name
        try:
            files.refuse_outside(path, [folder])
            if path.is_file():
                content, media_type = capture.received(path, [folder])
                read = capture.from_bytes if self.timeline is None else self.timeline.extracted
                return read(content, media_type, str(path))
            reason = "is not there"
        except OutsideFolder:
            reason = "is not beside the file or in a folder there"
        except (OSError, ValueError) as error:
            reason = (getattr(error, "strerror", None) or "is no path").lower()
        except TimelineError as error:
            reason = str(error)
        told = Sentence('"{}" {}: the record\'s own words are archived', Path(name).name, Sentence(reason))
        outcome.remarks.append(("file", told))
        return None


def _is_one_work(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    """Whether two descriptions may be of one work: by their titles, or in spite of them by both author and date.

    A title may lack its subtitle. An address alone is no sign: a DOI may be that of a volume, an address that of a list.
    """
    pairs = [[_letters(each.get(name)) for each in (one, other)] for name in ("author", "published")]
    titles = [str(each.get("title", "")) for each in (one, other)]
    whole, heads = [[_letters(title) for title in each] for each in (titles, [_SUBTITLE.split(title)[0] for title in titles])]
    if not all(whole) or whole[0] == whole[1] or (heads[0] == heads[1] and heads[0] in whole):
        return not all(first and second and first != second for first, second in pairs)
    if fuzz.ratio(*whole) >= _ALIKE and not re.search(r"\d", "".join(whole)):
        return True
    return all(first and first == second for first, second in pairs)


def _letters(value: object) -> str:
    return re.sub(r"[\W_]+", "", str(value or "").casefold())


def _correct(timeline: Timeline, id: str, reason: str, changes: dict[str, Any]) -> object:
    return timeline.correct_source(id, reason=reason, **changes)


def _archive(timeline: Timeline, id: str, document: Document, fields: dict[str, Any]) -> object:
    return timeline.archive_document(document, id=id, **fields)
