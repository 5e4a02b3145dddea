"""From rows to happenings: which are new, which are known and say something else now, which are refused.

Owns how what the file said, what it says and what stands are compared.
Must not append: each outcome carries what would.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import lru_cache, partial
from itertools import islice
from typing import Any, Final

from timeline import quotes, statements
from timeline.actors import actor_id
from timeline.errors import Redacted, Sentence, TimelineError
from timeline.exchange.formats.timelinejs import slides
from timeline.exchange.importing import already_recorded, naming
from timeline.exchange.importing.citing import cited, placed
from timeline.exchange.importing.earlier import Earlier, Known
from timeline.exchange.importing.file import File
from timeline.exchange.importing.matching import Matching
from timeline.exchange.importing.outcome import Outcome
from timeline.exchange.importing.row import Row
from timeline.log import AT_ONCE
from timeline.model import Citation, PlacedCitation
from timeline.reading.records import HEAD
from timeline.statements import Statement
from timeline.timeline import Timeline

_NOT_THERE: Final = 'dropped: there is no happening "{}"'
_DEEPEST: Final = 1_000  # wholes, one within the other


class Happenings:
    """The rows of one file that tell of happenings, on their way to outcomes."""

    def __init__(self, file: File, stem: str, source: str, earlier: Earlier, timeline: Timeline | None) -> None:
        """Match them against what a timeline holds, if there is one; `source` is what they will cite."""
        self.file = file
        self.stem = stem
        self.source = source
        self.earlier = earlier
        self.timeline = timeline
        self.text = quotes.Text(file.understood.text)
        self.claimed: set[str] = set()
        self.notes: list[str] = []
        self._next: Counter[str] = Counter()
        self._keys: dict[str, str] = {}
        self._wholes: dict[str, str | None] = {}
        self._head = lru_cache(self._read_head)
        self._standing_whole = lru_cache(10_000)(self._read_standing_whole)

    def plan(self, rows: list[Row], advance: Callable[[int], None] = lambda _: None) -> tuple[list[Outcome], list[str]]:
        """Say what becomes of each row, and which happenings' rows have vanished; `advance` is told of each."""
        sound = [row for row in rows if row.refused is None]
        matching = Matching(sound, self.earlier, self.text.raw, self.stem)
        known, self.claimed = matching.found, matching.claimed
        if matching.renumbered:
            self.notes.append("the keys were given to other rows since the last version: rows are known by their words instead")
        ids = {row.number: known[row.number].id for row in sound if row.number in known}
        for row in self._looked_up(sound, self._first_id):
            if row.number not in ids:
                ids[row.number] = self._new_id(row)
            if row.key:
                self._keys[row.key] = ids[row.number]
        outcomes = []
        for row in self._looked_up(rows, lambda row: ids.get(row.number, "")):
            advance(1)
            outcome = Outcome(row, "unchanged")
            outcomes.append(outcome)
            if row.refused is not None:
                outcome.refuse(row.refused)
                continue
            if naming.is_id(row.id) and ids[row.number] != row.id and row.number not in known:
                outcome.refuse(Sentence('its id, "{}", is that of a row before it. Give it another', row.id))
                continue
            outcome.stream = f"happening/{ids[row.number]}"
            self._try(outcome, ids[row.number], known.get(row.number))
        while refused := self._refused(outcomes):
            for outcome in outcomes:
                if outcome.act is not None and refused & _names(outcome.row):
                    outcome.verb, outcome.act, outcome.remarks = "unchanged", None, []
                    self._try(outcome, ids[outcome.row.number], known.get(outcome.row.number))
        gone = [] if self.earlier.same else [one for one in self.earlier.known if one not in self.claimed]
        return outcomes, [id for id in gone if self.earlier.known[id].last.type != "HappeningRetracted"]

    def _try(self, outcome: Outcome, id: str, known: Known | None) -> None:
        try:
            self._decide(outcome, id, known)
        except TimelineError as error:
            outcome.refuse(error.beside(outcome.stream))

    def _refused(self, outcomes: list[Outcome]) -> set[str]:
        """Forget the keys of rows that were refused and of which nothing stands, and name them: nothing can refer to those."""
        found = set[str]()
        for outcome in outcomes:
            key = outcome.row.key if outcome.verb == "refused" else None
            if not key or f"happening/{self._keys.get(key)}" != outcome.stream:
                continue
            if self.timeline is None or not self.timeline.log.version(outcome.stream):
                del self._keys[key]
                found.add(key)
        return found

    def _looked_up(self, rows: Iterable[Row], id: Callable[[Row], str]) -> Iterator[Row]:
        """Give the rows, after the happenings of some hundreds each were looked up at once."""
        given = iter(rows)
        while some := list(islice(given, AT_ONCE)):
            if self.timeline:
                self.timeline.log.look_up(f"happening/{id(row)}" for row in some)
            yield from some

    def _first_id(self, row: Row) -> str:
        """Make the id that a row has if no other has it."""
        if row.key:
            return naming.of_key(self.stem, row.key)
        return naming.of_title(self.stem, str(row.fields.get("title", "")))

    def _new_id(self, row: Row) -> str:
        """Make an id that nothing else has, but for one that the row brings; one that was redacted is this row's own."""
        if row.id and naming.is_id(row.id) and row.id not in self.claimed:
            self.claimed.add(row.id)
            return row.id
        base = self._first_id(row)
        while True:
            self._next[base] += 1
            id = base if self._next[base] == 1 else f"{base}-{self._next[base]}"
            first = self.timeline.log.first(f"happening/{id}") if self.timeline else None
            if id not in self.claimed and (first is None or first.data is None):
                self.claimed.add(id)
                return id

    # What becomes of it

    def _decide(self, outcome: Outcome, id: str, known: Known | None) -> None:
        start, quote = cited(self.text.raw, outcome.row)
        citation = PlacedCitation(source=self.source, quote=quote, start_char=start)
        fields = self._referring(outcome)
        source = statements.SourceText(self.text, sha256="", text_sha256="")  # not archived yet; the citations are not kept
        said = statements.of_happening({**fields, "citations": [citation]}, lambda _: source, outcome.stream)
        del said["citations"]
        instant = said.pop("instant", None)
        if known is None and self.earlier.is_old:
            outcome.refuse(f"is in an earlier version of the file, after which {self.earlier.sources[-1]} was imported")
        elif known is None:
            first = self.timeline.log.first(outcome.stream) if self.timeline else None
            if first is not None and first.data is None:
                outcome.remarks.append(("", Sentence(already_recorded.REDACTED, outcome.stream)))
                return
            if self.timeline and (last := self.timeline.log.last(outcome.stream)):
                already_recorded.keep(outcome, last, said)
                return
            outcome.verb = "new"
            # The row's own texts in place of equal ones: a plan holds each once.
            said = {name: fields[name] if value == fields.get(name) else value for name, value in said.items()}
            outcome.act = partial(_record, self, id, said if instant is None else {**said, "instant": instant}, outcome.row)
        elif not self.earlier.is_old:
            self._compare(outcome, known, said, citation)

    def _compare(self, outcome: Outcome, known: Known, said: Statement, citation: PlacedCitation) -> None:
        """Correct what the file says otherwise than it did, and where nobody has said yet another thing meanwhile."""
        changed = [name for name in sorted(said.keys() | known.base.keys()) if said.get(name) != known.base.get(name)]
        if not changed:
            self._cite_anew(outcome, known, citation)
            return
        if known.last.data is None:
            outcome.remarks.append(("", Sentence(already_recorded.REDACTED, outcome.stream)))
            return
        current = known.current
        changes: dict[str, Any] = {}
        for name in changed:
            if current.get(name) == said.get(name):
                continue
            if known.last.type == "HappeningRetracted":
                outcome.remarks.append((name, "changed in the file, but the happening was retracted: it stays so"))
            elif current.get(name) != known.base.get(name):
                outcome.remarks.append((name, "changed in the file, but was corrected here meanwhile: the correction stays"))
            else:
                changes[name] = said.get(name)
        if not changes:
            self._cite_anew(outcome, known, citation)
            return
        names = tuple(changes)
        if (known.source, known.start) != (citation.source, citation.start_char):
            changes["citations"] = _with(citation, known)
        outcome.was = {name: current.get(name) for name in names}
        self._correct(outcome, known, names, changes)

    def _cite_anew(self, outcome: Outcome, known: Known, citation: PlacedCitation) -> None:
        """Cite the row of this version where only what exports take from the row itself is otherwise in it: its media and links."""
        cites = known.current.get("citations", ())
        stands = any((one["source"], one["start_char"]) == (known.source, known.start) for one in cites)
        if known.source == citation.source or not stands or known.last.type == "HappeningRetracted":
            return
        media_type, head, was_head = self.file.understood.media_type, self.text.raw[:HEAD], self._head(known.source)
        if known.quote == citation.quote and was_head == head:
            return
        was = slides.of_entry(known.quote, media_type, was_head)
        if slides.besides(was) != slides.besides(slides.of_entry(citation.quote, media_type, head)):
            self._correct(outcome, known, ("media, background or links",), {"citations": _with(citation, known)})

    def _correct(self, outcome: Outcome, known: Known, names: tuple[str, ...], changes: Mapping[str, Any]) -> None:
        where = f"row {outcome.row.number} of {self.file.path.name}"
        verb = "is read otherwise" if known.source == self.source else "changed"
        reason = f"{where} {verb}: {', '.join(names)} ({self.source})"
        outcome.verb, outcome.fields = "corrected", names
        outcome.act = partial(_correct, id=known.id, reason=reason, changes=changes)

    def _read_head(self, source: str) -> str:
        """Read how the text of a source begins; nothing where what was said of it last was redacted."""
        said = self.timeline.source(source).event.payload.get("statement", {}) if self.timeline else {}
        text = self.timeline.log.document(said["text_sha256"]) if self.timeline and said else None
        return (text or b"").decode()[:HEAD]

    def _referring(self, outcome: Outcome) -> dict[str, Any]:
        """Let `part_of` and `related` name happenings: those of this file by their keys, others by their ids."""
        fields = {name: value for name, value in outcome.row.fields.items() if value not in (None, "", [], ())}
        whole = fields.get("part_of")
        own = outcome.stream.partition("/")[2]
        if whole is not None and (id := self._named(str(whole))) and (misfit := self._misfit(own, id)):
            del fields["part_of"]
            outcome.remarks.append(("part_of", Sentence('dropped: with "{}" {}', whole, Sentence(misfit))))
        elif whole is not None and id:
            fields["part_of"] = id
        elif whole is not None:
            del fields["part_of"]
            outcome.remarks.append(("part_of", Sentence(_NOT_THERE, whole)))
        self._wholes[own] = fields.get("part_of")
        if "related" in fields:
            fields["related"] = list(self._ties(outcome, fields["related"]))
        if "actors" in fields:
            fields["actors"] = _once(fields["actors"], lambda one: actor_id(one if isinstance(one, str) else one["name"]))
        if "tags" in fields:
            fields["tags"] = _once(fields["tags"], str)
        return fields

    def _misfit(self, id: str, whole: str) -> str | None:
        """Say why a happening cannot be part of another, by what this file says and what stands; None where it can."""
        chain = 0
        at: str | None = whole
        while at and at != id and chain < _DEEPEST:
            chain += 1
            at = self._wholes[at] if at in self._wholes else self._standing_whole(at)
        if at == id:
            return "it would be a part of itself"
        return f"it would be part of more than {_DEEPEST:,}, one within the other" if at else None

    def _read_standing_whole(self, id: str) -> str | None:
        last = self.timeline.log.last(f"happening/{id}") if self.timeline else None
        whole: str | None = last.payload.get("statement", {}).get("part_of") if last else None
        return whole

    def _ties(self, outcome: Outcome, ties: Iterable[Any]) -> Iterable[dict[str, str]]:
        for tie in ties:
            told = {"other": tie} if isinstance(tie, str) else dict(tie)
            if id := self._named(str(told.get("other"))):
                yield {**told, "other": id}
            else:
                outcome.remarks.append(("related", Sentence(_NOT_THERE, told.get("other"))))

    def _named(self, name: str) -> str | None:
        if name in self._keys:
            return self._keys[name]
        if self.timeline and re.fullmatch(r"[A-Za-z0-9._-]+", name) and self.timeline.log.version(f"happening/{name}"):
            return name
        return None


def _with(citation: PlacedCitation, known: Known) -> list[Citation]:
    """Give the citations that stand, with one of the row of this version for that of the earlier one."""
    kept = [one for one in known.current["citations"] if (one["source"], one["start_char"]) != (known.source, known.start)]
    return [citation, *(placed(one) for one in kept)]


def _names(row: Row) -> set[str]:
    """Name what a row says that its happening is part of, or related to."""
    ties = [tie if isinstance(tie, str) else str(tie.get("other")) for tie in row.fields.get("related") or ()]
    return {str(row.fields.get("part_of")), *ties}


def _once(values: Iterable[Any], key: Callable[[Any], str]) -> list[Any]:
    return list({key(value): value for value in reversed(list(values))}.values())[::-1]


def _record(plan: Happenings, id: str, said: Statement, row: Row, timeline: Timeline) -> object:
    """Record a happening; its citation is made only here, so that a plan of a million rows stays small."""
    start, quote = cited(plan.text.raw, row)
    return timeline.record_checked(id, said, [PlacedCitation(source=plan.source, quote=quote, start_char=start)])


def _correct(timeline: Timeline, id: str, reason: str, changes: Mapping[str, Any]) -> object:
    try:
        return timeline.correct(id, reason=reason, **changes)
    except Redacted:  # an earlier correction was: this one is new, as the comparison has shown
        return timeline.correct(id, reason=reason, expected_version=timeline.log.version(f"happening/{id}"), **changes)
