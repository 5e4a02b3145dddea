"""Plan the happenings of rows: which are new, which are known and changed, which are refused.

Compares the earlier file, the present file and the timeline. Must not append: each outcome has a function for that.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache, partial
from itertools import islice
from typing import Any, Final

from timeline import quotes, statements
from timeline.actors import actor_id
from timeline.errors import Redacted, Sentence, TimelineError
from timeline.exchange.formats.timelinejs import slides
from timeline.exchange.importing import naming
from timeline.exchange.importing.citing import placed_citation, row_quotation
from timeline.exchange.importing.earlier import Earlier, Imported
from timeline.exchange.importing.file import File
from timeline.exchange.importing.matching import Matching
from timeline.exchange.importing.outcome import DIFFERS, REDACTED, Outcome, Target
from timeline.exchange.importing.pictures import Pictures
from timeline.exchange.rows.packed import Packed
from timeline.exchange.rows.row import Row
from timeline.log.log import AT_ONCE, Event
from timeline.model import Citation, DescribedCitation, PlacedCitation
from timeline.reading.records import HEAD, SPREADSHEETS
from timeline.shortening import shortened
from timeline.statements import Statement
from timeline.timeline import Timeline

_NOT_THERE: Final = 'dropped: there is no happening "{}"'
_DEEPEST: Final = 1_000  # nested parents
_SHOWN: Final = 60  # characters of a value in a remark


class Happenings:
    """The rows of one file that are happenings."""

    def __init__(self, file: File, stem: str, source: str, earlier: Earlier, timeline: Timeline | None, pictures: Pictures) -> None:
        """Prepare to match the rows with a timeline, if there is one. They will cite `source`, and show `pictures`."""
        self.pictures = pictures
        self.file = file
        self.stem = stem
        self.source = source
        self.earlier = earlier
        self.timeline = timeline
        self.text = quotes.Text(file.text)
        self.claimed: set[str] = set()
        self.notes: list[str] = []
        self._last: dict[str, int] = {}  # by the id that several rows would have: the last number added to it
        self._refer = False  # whether any row refers to another, by its key or id
        self._keys: dict[str, str] = {}  # the ids of the rows with keys, if any refer to them
        self._refused_keys: list[tuple[str, str]] = []  # of the rows refused since the last look, with their streams
        self._parents: dict[str, str | None] = {}
        # They do not refer to this object, which is freed, with all its ids, as soon as the rows are planned.
        self._head = lru_cache(partial(_read_head, timeline))
        self._recorded_parent = lru_cache(10_000)(partial(_read_recorded_parent, timeline))

    def plan(self, rows: Sequence[Row], advance: Callable[[int], None] = lambda _: None) -> tuple[Packed[Outcome], list[str]]:
        """Return the outcome of each row, and the happenings whose rows have vanished. Calls `advance` for each row."""
        sound = Packed(row for row in rows if row.refused is None) if self.earlier.happenings else ()
        matching = Matching(sound, self.earlier, self.text.raw, self.stem)
        imported, self.claimed = matching.matches, matching.claimed
        if matching.renumbered:
            self.notes.append("other rows have the keys since the last version: rows are matched by their words instead")
        self._refer = any("part_of" in row.fields or "related" in row.fields for row in rows)
        ids = Packed[str]()  # of the rows that are not refused, in order
        for row, _ in self._looked_up((row, self._first_id(row)) for row in rows if row.refused is None):
            id = imported[row.number].id if row.number in imported else self._new_id(row)
            ids.append(id)
            if row.key and self._refer:
                self._keys[row.key] = id
        outcomes, of_sound = Packed[Outcome](), iter(ids)
        for row, id in self._looked_up((row, next(of_sound) if row.refused is None else "") for row in rows):
            advance(1)
            outcomes.append(self._outcome(row, id, imported.get(row.number)))
        while self._refused_keys:
            refused = self._forget_refused_keys()
            for number, block in outcomes.blocks() if refused else ():
                again = [outcome for outcome in block if outcome.act is not None and refused & _references(outcome.row)]
                for outcome in again:
                    outcome.verb, outcome.act, outcome.remarks = "unchanged", None, []
                    self._try(outcome, outcome.stream.partition("/")[2], imported.get(outcome.row.number))
                if again:
                    outcomes.put(number, block)
        vanished = [] if self.earlier.same else [id for id in self.earlier.happenings if id not in self.claimed]
        if self.file.understood.media_type in SPREADSHEETS:  # it may be in a sheet that is not imported now
            vanished = [id for id in vanished if self.earlier.happenings[id].quote not in self.text.raw]
        return outcomes, [id for id in vanished if self.earlier.happenings[id].last.type != "HappeningRetracted"]

    def _outcome(self, row: Row, id: str, imported: Imported | None) -> Outcome:
        outcome = Outcome(row, "unchanged")
        if row.refused is not None:
            outcome.refuse(row.refused)
            return outcome
        if naming.is_id(row.id) and id != row.id and imported is None:
            outcome.refuse(Sentence('its id, "{}", is that of a row before it. Give it another', row.id))
            return outcome
        outcome.stream = f"happening/{id}"
        self._try(outcome, id, imported)
        if outcome.act is not None and (remark := self.pictures.remark(row)):
            outcome.remarks.append(("media", remark))
        return outcome

    def _try(self, outcome: Outcome, id: str, imported: Imported | None) -> None:
        try:
            self._decide(outcome, id, imported)
        except TimelineError as error:
            outcome.refuse(error.beside(outcome.stream))
        if outcome.verb == "refused" and outcome.row.key and self._refer:
            self._refused_keys.append((outcome.row.key, outcome.stream))

    def _forget_refused_keys(self) -> set[str]:
        """Forget and return the keys of refused rows without a recorded happening: nothing can refer to them."""
        refused = set[str]()
        for key, stream in self._refused_keys:
            if f"happening/{self._keys.get(key)}" != stream:
                continue
            if self.timeline is None or not self.timeline.log.version(stream):
                del self._keys[key]
                refused.add(key)
        self._refused_keys.clear()
        return refused

    def _looked_up(self, rows: Iterable[tuple[Row, str]]) -> Iterator[tuple[Row, str]]:
        """Yield rows and their ids, after looking up the happenings of some hundreds at once."""
        rest = iter(rows)
        while batch := list(islice(rest, AT_ONCE)):
            if self.timeline:
                self.timeline.log.look_up(f"happening/{id}" for _, id in batch)
            yield from batch

    def _first_id(self, row: Row) -> str:
        """Make the id of a row if no other row has it."""
        if row.key:
            return naming.of_key(self.stem, row.key)
        return naming.of_title(self.stem, str(row.fields.get("title", "")))

    def _new_id(self, row: Row) -> str:
        """Return the row's own id, or make a free one. The id of a redacted happening counts as free."""
        if row.id and naming.is_id(row.id) and row.id not in self.claimed:
            self.claimed.add(row.id)
            return row.id
        base = self._first_id(row)
        id = base
        while not self._is_free(id):
            self._last[base] = self._last.get(base, 1) + 1
            id = f"{base}-{self._last[base]}"
        self.claimed.add(id)
        return id

    def _is_free(self, id: str) -> bool:
        first = self.timeline.log.first(f"happening/{id}") if self.timeline else None
        return id not in self.claimed and (first is None or first.data is None)

    def _decide(self, outcome: Outcome, id: str, imported: Imported | None) -> None:
        start, quote = row_quotation(self.text.raw, outcome.row)
        citation: dict[str, Any] = {"source": self.source, "quote": quote, "start_char": start}
        fields = self._with_references(outcome)
        source = statements.SourceText(self.text, sha256="", text_sha256="")  # not archived yet; the citations are not used
        statement = statements.of_happening({**fields, "citations": [citation]}, lambda _: source, outcome.stream)
        del statement["citations"]
        instant = statement.pop("instant", None)
        if imported is None and self.earlier.is_old:
            outcome.refuse(f"is in an earlier version of the file, after which {self.earlier.sources[-1]} was imported")
        elif imported is None:
            first = self.timeline.log.first(outcome.stream) if self.timeline else None
            if first is not None and first.data is None:
                outcome.remarks.append(("", Sentence(REDACTED, outcome.stream)))
                return
            if self.timeline and (last := self.timeline.log.last(outcome.stream)):
                _leave_recorded(outcome, last, statement)
                return
            outcome.verb = "new"
            # The row's own texts replace equal ones, so that they are packed only once.
            statement = {name: fields[name] if value == fields.get(name) else value for name, value in statement.items()}
            complete = statement if instant is None else {**statement, "instant": instant}
            outcome.act = partial(_record, id=id, statement=complete, row=outcome.row)
        elif not self.earlier.is_old:
            self._compare(outcome, imported, statement, PlacedCitation(**citation))

    def _compare(self, outcome: Outcome, imported: Imported, statement: Statement, citation: PlacedCitation) -> None:
        """Correct the fields that changed in the file, unless somebody corrected them in the timeline."""
        names_of_both = sorted((statement.keys() | imported.base.keys()) - {"media"})  # the file has only the address of a picture
        changed = [name for name in names_of_both if statement.get(name) != imported.base.get(name)]
        pictured = "media" in imported.base or "media" in imported.current or imported.last.type == "HappeningRetracted"
        adds = ("media",) if self.pictures.has(outcome.row) and not pictured else ()
        if not changed and not adds:
            self._cite_anew(outcome, imported, citation)
            return
        if imported.last.data is None:
            outcome.remarks.append(("", Sentence(REDACTED, outcome.stream)))
            return
        current = imported.current
        changes: dict[str, Any] = {}
        for name in changed:
            if current.get(name) == statement.get(name):
                continue
            if imported.last.type == "HappeningRetracted":
                outcome.remarks.append((name, "changed in the file, but the happening was retracted, and stays retracted"))
            elif current.get(name) != imported.base.get(name):
                outcome.remarks.append((name, "changed in the file, but was corrected in the timeline: the correction stays"))
            else:
                changes[name] = statement.get(name)
        if not changes and not adds:
            self._cite_anew(outcome, imported, citation)
            return
        names = (*changes, *adds)
        if (imported.source, imported.start) != (citation.source, citation.start_char):
            changes["citations"] = _replace_citation(citation, imported)
        outcome.was = {name: current.get(name) for name in names if name not in adds}
        self._correct(outcome, imported, names, changes)

    def _cite_anew(self, outcome: Outcome, imported: Imported, citation: PlacedCitation) -> None:
        """Cite the row of this version if only its media and links changed, which exports take from the row itself."""
        citations = imported.current.get("citations", ())
        cites_row = any((cited["source"], cited.get("start_char")) == (imported.source, imported.start) for cited in citations)
        if imported.source == citation.source or not cites_row or imported.last.type == "HappeningRetracted":
            return
        media_type, head, was_head = self.file.understood.media_type, self.text.raw[:HEAD], self._head(imported.source)
        if imported.quote == citation.quote and was_head == head:
            return
        was = slides.of_entry(imported.quote, media_type, was_head)
        if slides.beyond_words(was) != slides.beyond_words(slides.of_entry(citation.quote, media_type, head)):
            self._correct(outcome, imported, ("media, background or links",), {"citations": _replace_citation(citation, imported)})

    def _correct(self, outcome: Outcome, imported: Imported, names: tuple[str, ...], changes: Mapping[str, Any]) -> None:
        where = f"row {outcome.row.number} of {self.file.path.name}"
        verb = "is read differently" if imported.source == self.source else "changed"
        reason = f"{where} {verb}: {', '.join(names)} ({self.source})"
        outcome.verb, outcome.fields = "corrected", names
        shows = outcome.row if "media" in names else None
        outcome.act = partial(_correct, id=imported.id, reason=reason, changes=changes, shows=shows)

    def _with_references(self, outcome: Outcome) -> dict[str, Any]:
        """Return the fields with ids in `part_of` and `related`, which may name happenings of this file by their keys."""
        fields = {name: value for name, value in outcome.row.fields.items() if value not in (None, "", [], ())}
        parent = fields.get("part_of")
        own = outcome.stream.partition("/")[2]
        if parent is not None and (id := self._happening_id(str(parent))) and (conflict := self._nesting_conflict(own, id)):
            del fields["part_of"]
            outcome.remarks.append(("part_of", Sentence('dropped: with "{}" {}', parent, Sentence(conflict))))
        elif parent is not None and id:
            fields["part_of"] = id
        elif parent is not None:
            del fields["part_of"]
            outcome.remarks.append(("part_of", Sentence(_NOT_THERE, parent)))
        if self._refer:
            self._parents[own] = fields.get("part_of")
        if "related" in fields:
            fields["related"] = list(self._ties(outcome, fields["related"]))
        if "actors" in fields:
            fields["actors"] = _once(fields["actors"], lambda actor: actor_id(actor if isinstance(actor, str) else actor["name"]))
        if "tags" in fields:
            fields["tags"] = _once(fields["tags"], str)
        return fields

    def _nesting_conflict(self, id: str, parent: str) -> str | None:
        """Return why a happening cannot be part of another, by this file and the timeline. Return None if it can."""
        chain = 0
        at: str | None = parent
        while at and at != id and chain < _DEEPEST:
            chain += 1
            at = self._parents[at] if at in self._parents else self._recorded_parent(at)
        if at == id:
            return "it would be a part of itself"
        return f"it would be part of more than {_DEEPEST:,}, one within the other" if at else None

    def _ties(self, outcome: Outcome, ties: Iterable[Any]) -> Iterable[dict[str, str]]:
        for tie in ties:
            fields = {"other": tie} if isinstance(tie, str) else dict(tie)
            if id := self._happening_id(str(fields.get("other"))):
                yield {**fields, "other": id}
            else:
                outcome.remarks.append(("related", Sentence(_NOT_THERE, fields.get("other"))))

    def _happening_id(self, name: str) -> str | None:
        """Return the id of the happening with a key of this file or an id of the timeline."""
        if name in self._keys:
            return self._keys[name]
        if self.timeline and re.fullmatch(r"[A-Za-z0-9._-]+", name) and self.timeline.log.version(f"happening/{name}"):
            return name
        return None


def _read_head(timeline: Timeline | None, source: str) -> str:
    """Read the beginning of a source's text, or "" if its last event was redacted."""
    statement = timeline.source(source).event.payload.get("statement", {}) if timeline else {}
    text = timeline.log.document(statement["text_sha256"]) if timeline and statement else None
    return (text or b"").decode()[:HEAD]


def _read_recorded_parent(timeline: Timeline | None, id: str) -> str | None:
    last = timeline.log.last(f"happening/{id}") if timeline else None
    parent: str | None = last.payload.get("statement", {}).get("part_of") if last else None
    return parent


def _leave_recorded(outcome: Outcome, last: Event, statement: Statement) -> None:
    """Leave a happening as it is that is already recorded under the row's own id, and remark on differences.

    A person decides about them, because the happening has its own citations. Refuses the row if both title and date differ.
    """
    recorded: Statement = last.payload.get("statement", {})
    if last.data is None:
        outcome.remarks.append(("", Sentence(REDACTED, outcome.stream)))
        return
    if all(recorded.get(name) != statement.get(name) for name in ("title", "date")):
        reason = 'another happening has its id ("{}", {}). Give the row another id'
        outcome.refuse(Sentence(reason, _preview(recorded.get("title")), recorded.get("date")))
        return
    outcome.remarks.append(("", "is already recorded under the id in the file: nothing is added"))
    if last.type == "HappeningRetracted":
        outcome.remarks.append(("", "was retracted in the timeline, and stays retracted"))
    outcome.remarks += [
        (name, Sentence(DIFFERS, _preview(recorded.get(name)), _preview(value)))
        for name, value in statement.items()
        if recorded.get(name) != value
    ]


def _preview(value: object) -> str:
    """Write a value on one short line."""
    if value is None:
        return ""
    if isinstance(value, list):
        value = "; ".join(" ".join(map(str, item.values())) if isinstance(item, dict) else str(item) for item in value)
    return shortened(" ".join(str(value).split()), _SHOWN)


def _replace_citation(citation: PlacedCitation, imported: Imported) -> list[Citation | DescribedCitation]:
    """Return the current citations, with the row of this version in place of that of the earlier one."""
    place = (imported.source, imported.start)
    others = [other for other in imported.current["citations"] if (other["source"], other.get("start_char")) != place]
    return [citation, *map(placed_citation, others)]


def _references(row: Row) -> set[str]:
    """Return the names of the happenings of which a row is part, or to which it is related."""
    ties = [tie if isinstance(tie, str) else str(tie.get("other")) for tie in row.fields.get("related") or ()]
    return {str(row.fields.get("part_of")), *ties}


def _once(values: Iterable[Any], key: Callable[[Any], str]) -> list[Any]:
    return list({key(value): value for value in reversed(list(values))}.values())[::-1]


def _record(to: Target, id: str, statement: Statement, row: Row) -> object:
    """Record a happening. Its citation is made here, so that a plan of a million rows stays small."""
    start, quote = row_quotation(to.text, row)
    statement = {**statement, **to.pictures.archive(row, to.timeline)}
    citation = {"source": to.source, "quote": quote, "stance": "supports", "start_char": start}
    return to.timeline.record_checked(id, statement, [citation])


def _correct(to: Target, id: str, reason: str, changes: Mapping[str, Any], shows: Row | None) -> object:
    """Correct a happening, which then shows the picture of a row."""
    timeline = to.timeline
    changes = {**changes, **(to.pictures.archive(shows, timeline) if shows else {})}
    try:
        return timeline.correct(id, reason=reason, **changes)
    except Redacted:  # an earlier correction with the same words was redacted; the comparison shows that this one is new
        return timeline.correct(id, reason=reason, expected_version=timeline.log.version(f"happening/{id}"), **changes)
