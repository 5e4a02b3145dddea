"""Plan the sources of a bibliography: existing ones, or new ones archived with their attachment or their own words.

Fills in missing fields of existing sources, and asks about differences. Must not append: each outcome has a function for that.
"""

import re
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any, Final

from rapidfuzz import fuzz

from timeline import capture, files, statements
from timeline.documents.document import Document
from timeline.errors import OutsideFolder, Sentence, TimelineError
from timeline.exchange.importing import naming
from timeline.exchange.importing.citing import row_quotation
from timeline.exchange.importing.file import File
from timeline.exchange.importing.outcome import DIFFERS, REDACTED, Outcome, Target
from timeline.exchange.rows.row import Row
from timeline.timeline import Timeline

_SUBTITLE: Final = re.compile(r"[:.?!(–—]|\s-\s")  # where a title may end that lacks its subtitle
_ALIKE: Final = 90  # of 100: the least similarity of two spellings of one title


class Sources:
    """The rows of one file that are sources."""

    def __init__(self, file: File, timeline: Timeline | None) -> None:
        self.file = file
        self.timeline = timeline
        self._statements: dict[str, dict[str, Any]] = {}  # by id: the existing statement, with the additions of this file
        self._urls: dict[str, list[str]] = {}  # the sources of each address: a volume and its papers may have the same
        self._records: dict[str, dict[str, Any]] = {}  # by id: the fields of a record in this file
        if timeline is not None:
            for id, url in timeline.log.connection.execute("SELECT id, url FROM sources WHERE url IS NOT NULL ORDER BY position"):
                self._urls.setdefault(url, []).append(id)

    def plan(self, row: Row) -> Outcome:
        """Return the outcome of a row."""
        outcome = Outcome(row, "unchanged")
        if row.refused is not None:
            outcome.refuse(row.refused)
            return outcome
        fields = {name: value for name, value in row.fields.items() if value not in (None, "")}
        attached = fields.pop("file", None)
        id = naming.id_part(row.key or str(fields.get("title", "")))
        if id.isdecimal():  # a number within one file: in another file, it is another work
            number = id
            id = naming.of_key(naming.stem_of(self.file.path, lambda stem: self._existing(naming.of_key(stem, number))), number)
        if id in self._records and not _is_one_work(self._records[id], fields):
            other, id = id, naming.distinct_id(id, str(fields.get("title", "")))
            remark = "is that of another work in this file, source/{}: this one becomes source/{}"
            outcome.remarks.append(("key", Sentence(remark, other, id)))
        sharing = [] if self._existing(id) else self._urls.get(fields.get("url", ""), [])
        if same := next((other for other in sharing if _is_one_work(self._existing(other) or {}, fields)), None):
            id = same
        elif sharing:
            remark = "is also that of source/{}, which looks like another work. Check that"
            outcome.remarks.append(("url", Sentence(remark, sharing[0])))
        self._records.setdefault(id, fields)
        outcome.stream = f"source/{id}"
        try:
            if self._existing(id):
                self._fill_in(outcome, id, fields)
            else:
                self._archive(outcome, id, fields, attached)
        except TimelineError as error:
            outcome.refuse(error.beside(outcome.stream))
        return outcome

    def _existing(self, id: str) -> dict[str, Any] | None:
        if id not in self._statements and self.timeline is not None and (last := self.timeline.log.last(f"source/{id}")):
            self._statements[id] = dict(last.payload.get("statement", {}))
        return self._statements.get(id)

    def _fill_in(self, outcome: Outcome, id: str, fields: dict[str, Any]) -> None:
        """Fill in the missing fields of an existing source. A person decides about differences."""
        recorded = self._statements[id]
        if not recorded:
            outcome.refuse(Sentence(REDACTED, outcome.stream))
            return
        statement = statements.of_corrected_source(recorded, fields, outcome.stream)
        missing = {name: statement[name] for name in fields if name in statement and name not in recorded}
        outcome.remarks += [
            (name, Sentence(DIFFERS, recorded[name], statement.get(name)))
            for name in fields
            if name in recorded and statement.get(name) != recorded[name]
        ]
        if missing:
            recorded.update(missing)
            where = f"row {outcome.row.number} of {self.file.path.name}"
            outcome.verb, outcome.fields = "corrected", tuple(missing)
            outcome.act = partial(_correct, id=id, reason=f"{where} fills in: {', '.join(missing)}", changes=missing)

    def _archive(self, outcome: Outcome, id: str, fields: dict[str, Any], attached: str | None) -> None:
        document = self._attachment(outcome, attached) if attached else None
        if document is None:
            _, words = row_quotation(self.file.text, outcome.row)
            document = Document(words.encode(), words, "text/plain", f"record {outcome.row.number} of a file of {self.file.format}")
        statement = statements.of_source(fields, document, None, outcome.stream)
        self._statements[id] = dict(statement)
        if statement.get("url"):
            self._urls.setdefault(statement["url"], []).append(id)
        outcome.verb = "new"
        outcome.act = partial(_archive, id=id, document=document, fields=fields)

    def _attachment(self, outcome: Outcome, name: str) -> Document | None:
        """Read a document beside the file, or remark why it is not used."""
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
            reason = files.reason(error, "is not a path")
        except TimelineError as error:
            reason = str(error)
        remark = Sentence('"{}" {}: the record\'s own words are archived', Path(name).name, Sentence(reason))
        outcome.remarks.append(("file", remark))
        return None


def _is_one_work(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    """Whether two descriptions may be of one work: by their titles, or despite different titles by both author and date.

    A title may lack its subtitle. An address alone proves nothing: a DOI may be that of a volume, an address that of a list.
    """
    pairs = [[_letters(each.get(name)) for each in (one, other)] for name in ("author", "published")]
    titles = [str(each.get("title", "")) for each in (one, other)]
    full, heads = [[_letters(title) for title in each] for each in (titles, [_SUBTITLE.split(title)[0] for title in titles])]
    if not all(full) or full[0] == full[1] or (heads[0] == heads[1] and heads[0] in full):
        return not all(first and second and first != second for first, second in pairs)
    if fuzz.ratio(*full) >= _ALIKE and not re.search(r"\d", "".join(full)):
        return True
    return all(first and first == second for first, second in pairs)


def _letters(value: object) -> str:
    return re.sub(r"[\W_]+", "", str(value or "").casefold())


def _correct(to: Target, id: str, reason: str, changes: dict[str, Any]) -> object:
    return to.timeline.correct_source(id, reason=reason, **changes)


def _archive(to: Target, id: str, document: Document, fields: dict[str, Any]) -> object:
    return to.timeline.archive_document(document, id=id, **fields)
