"""The calls that record, correct, retract and redact.

Owns their parameters. Must not search for quotations, nor decide which event may follow in a stream.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Literal

from timeline import authors, plugin_settings, projections, redaction, size_limits, statements
from timeline.calls import faults, python_dates
from timeline.calls.keywords import UNCHANGED, Unchanged, given, named
from timeline.calls.open_timeline import Opened
from timeline.calls.python_dates import DateLike
from timeline.errors import DatabaseRefused, Redacted, RedactionUnfinished, StatementInvalid
from timeline.log.log import Event
from timeline.model import (
    Actor,
    Citation,
    DescribedCitation,
    HappeningFields,
    Picture,
    Reason,
    Relation,
    Review,
    SourceFields,
    Step,
    check,
    stream,
)


class Recording(Opened):
    """The recording calls of a timeline."""

    @named("happening", faults.of_record)
    def record(
        self,
        id: str,
        *,
        title: str,
        date: DateLike,
        citations: Sequence[Citation | DescribedCitation | Mapping[str, str | int]],
        date_note: str | None = None,
        zone: str | None = None,
        summary: str | None = None,
        kind: str | None = None,
        place: str | None = None,
        latitude: str | float | None = None,
        longitude: str | float | None = None,
        part_of: str | None = None,
        attributed_to: str | None = None,
        actors: Sequence[str | Mapping[str, str | None] | Actor] | None = None,
        tags: Sequence[str] | None = None,
        related: Sequence[str | Mapping[str, str] | Relation] | None = None,
        media: Sequence[str | Mapping[str, str | None] | Picture] | None = None,
        expected_version: int | None = None,
    ) -> Event:
        """Record a happening, and return its event. The same statement again appends nothing, and returns the existing event.

        Parameters:
            id: the permanent id of the happening: letters, digits, "-", "." and "_".
            title: what occurred, in a line, in your words.
            date: EDTF text, such as "2025-11-24", "2025-11", "1985~" or "2025-11-24/2025-11-27"; or a `datetime.date`; or a
                `datetime.datetime`, which counts to the minute, or to the second if it has one.
            citations: its evidence: `source.quote("…")`, or {"source": id, "quote": "…"}; of a
                picture or recording `source.describe("…", fragment="…")` as well.
            date_note: how the date was read from the document.
            zone: the IANA zone of a time of day, such as "Africa/Casablanca"; by default that of the datetime.
            summary: more about what occurred.
            kind: the kind of happening, in a word: "meeting".
            place: where it occurred.
            latitude: in decimal degrees (WGS 84), north is positive; with the longitude.
            longitude: in decimal degrees, east is positive.
            part_of: the id of the happening that it is a part of.
            attributed_to: who claims this, if it is a claim.
            actors: who took part: names, or {"name": …, "role": …}.
            tags: words to group it by.
            related: ids of other happenings, or {"other": id, "relation": "…"}.
            media: up to 20 pictures: {"source": id, "alt": "…", "caption": "…", "credit": "…"}, with the id of an archived picture
                and a sentence that describes it to people who cannot see it. Without that, a PictureWithoutAlt is issued.
            expected_version: 0 refuses an id that is taken.

        Raises StatementInvalid, QuoteNotFound, QuoteAmbiguous, UnknownSource, UnknownHappening (part_of, related), PartOfCircle,
        AlreadyRecorded or VersionConflict; then nothing is appended.

        Example:
            >>> timeline.record(
            ...     "sitting",
            ...     title="The council sits",
            ...     date=date(2025, 11, 24),
            ...     actors=["The council"],
            ...     citations=[report.quote("It sat for four days")],
            ... )
            <Event 2: HappeningRecorded happening/sitting@1>
        """
        return self._record(
            stream("happening", id), given(locals(), HappeningFields.__annotations__, omitted=None), expected_version
        )

    def _record(self, subject: str, given: Mapping[str, Any], expected_version: int | None) -> Event:
        """Record a happening with the given fields, as `record` does."""
        fields = python_dates.read(given, subject)
        first = self.log.first(subject)
        self._streams.refuse_redacted(first)
        known = None if first is None else first.payload["statement"]
        statement = statements.of_happening(fields, self._source_text, subject, known)
        with self.transaction():
            return self._streams.begin(subject, "HappeningRecorded", statement, expected_version, in_order=True)

    def record_checked(self, id: str, checked: statements.Statement, citations: Sequence[statements.Statement]) -> Event:
        """Record a statement that `statements.of_happening` made, with other citations, whose fields it has checked, too.

        Their quotations are verified. Raises what `record` raises about them and the id.
        """
        subject = stream("happening", id)
        self._streams.refuse_redacted(self.log.first(subject))
        statement = statements.with_citations(checked, citations, self._source_text, subject)
        with self.transaction():
            return self._streams.begin(subject, "HappeningRecorded", statement, None, in_order=True)

    @named("happening", faults.of_correction)
    def correct(
        self,
        id: str,
        *,
        reason: str,
        title: str | Unchanged = UNCHANGED,
        date: DateLike | Unchanged = UNCHANGED,
        citations: Sequence[Citation | DescribedCitation | Mapping[str, str | int]] | Unchanged = UNCHANGED,
        date_note: str | Unchanged | None = UNCHANGED,
        zone: str | Unchanged | None = UNCHANGED,
        summary: str | Unchanged | None = UNCHANGED,
        kind: str | Unchanged | None = UNCHANGED,
        place: str | Unchanged | None = UNCHANGED,
        latitude: str | float | Unchanged | None = UNCHANGED,
        longitude: str | float | Unchanged | None = UNCHANGED,
        part_of: str | Unchanged | None = UNCHANGED,
        attributed_to: str | Unchanged | None = UNCHANGED,
        actors: Sequence[str | Mapping[str, str | None] | Actor] | Unchanged | None = UNCHANGED,
        tags: Sequence[str] | Unchanged | None = UNCHANGED,
        related: Sequence[str | Mapping[str, str] | Relation] | Unchanged | None = UNCHANGED,
        media: Sequence[str | Mapping[str, str | None] | Picture] | Unchanged | None = UNCHANGED,
        expected_version: int | None = None,
    ) -> Event:
        """Correct a happening: given fields replace the former ones, None empties one. The event has the complete new statement.

        The same correction again, with the same changes and reason, appends nothing.

        Parameters:
            id: the id of the happening.
            reason: why it is corrected.
            title: what occurred, in a line, in your words.
            date: EDTF text, such as "2025-11-24", "2025-11", "1985~" or "2025-11-24/2025-11-27"; or a `datetime.date`; or a
                `datetime.datetime`, which counts to the minute, or to the second if it has one.
            citations: its evidence: `source.quote("…")`, or {"source": id, "quote": "…"}; of a
                picture or recording `source.describe("…", fragment="…")` as well.
            date_note: how the date was read from the document.
            zone: the IANA zone of a time of day, such as "Africa/Casablanca"; by default that of the datetime.
            summary: more about what occurred.
            kind: the kind of happening, in a word: "meeting".
            place: where it occurred.
            latitude: in decimal degrees (WGS 84), north is positive; with the longitude.
            longitude: in decimal degrees, east is positive.
            part_of: the id of the happening that it is a part of.
            attributed_to: who claims this, if it is a claim.
            actors: who took part: names, or {"name": …, "role": …}.
            tags: words to group it by.
            related: ids of other happenings, or {"other": id, "relation": "…"}.
            media: up to 20 pictures: {"source": id, "alt": "…", "caption": "…", "credit": "…"}, with the id of an archived picture
                and a sentence that describes it to people who cannot see it. Without that, a PictureWithoutAlt is issued.
            expected_version: the version that you read, so that two people who write at once do not undo each other.

        Raises what `record` raises, and AlreadyRetracted; then nothing is appended.

        Example:
            >>> timeline.correct("sitting", date="2025-11", reason="The day is not stated.")
            <Event 3: HappeningCorrected happening/sitting@2>
        """
        subject = stream("happening", id)
        changes = python_dates.read(given(locals(), HappeningFields.__annotations__), subject)

        def corrected(known: statements.Statement) -> statements.Statement:
            return statements.corrected(known, changes, self._source_text, subject)

        return self._streams.correct(subject, "HappeningCorrected", corrected, list(changes), reason, expected_version)

    @named("source", faults.of_source_correction)
    def correct_source(
        self,
        id: str,
        *,
        reason: str,
        title: str | Unchanged = UNCHANGED,
        publisher: str | Unchanged | None = UNCHANGED,
        author: str | Unchanged | None = UNCHANGED,
        published: DateLike | Unchanged | None = UNCHANGED,
        url: str | Unchanged | None = UNCHANGED,
        language: str | Unchanged | None = UNCHANGED,
        collected_by: str | Unchanged | None = UNCHANGED,
        collected_at: DateLike | Unchanged | None = UNCHANGED,
        collected_from: str | Unchanged | None = UNCHANGED,
        collected_with: str | Unchanged | None = UNCHANGED,
        collection_note: str | Unchanged | None = UNCHANGED,
        custody: Sequence[str | Mapping[str, Any] | Step] | Unchanged | None = UNCHANGED,
        expected_version: int | None = None,
    ) -> Event:
        """Correct the description of a source; None empties a field. Its document does not change.

        Parameters:
            id: the id of the source.
            reason: why it is corrected.
            title: the title of the document.
            publisher: who published it.
            author: who wrote it.
            published: when it was published: a `datetime.date`, or EDTF such as "2025-11-28" or "2025-11".
            url: its web address, with http:// or https://. It is recorded, not visited.
            language: a BCP 47 tag, such as "en" or "ar-MA".
            collected_by: who obtained it.
            collected_at: when, to the second if that is known: a `datetime`, or EDTF such as "2025-11-28T09:30:00Z".
            collected_from: from where: an address, an archive and its shelf mark, a person.
            collected_with: with what: a program and its version, a camera, a scanner.
            collection_note: anything else about how it was obtained.
            custody: all steps since it was collected, in order: [{"when": "2025-11-29", "who": "…", "what": "…"}].
            expected_version: the version that you read, so that two people who write at once do not undo each other.

        Raises UnknownSource, StatementInvalid or VersionConflict; then nothing is appended.

        Example:
            >>> timeline.correct_source("report", publisher="The council", reason="The imprint says so.")
            <Event 4: SourceCorrected source/report@2>
        """
        subject = stream("source", id)
        changes = python_dates.read(given(locals(), SourceFields.__annotations__), subject)

        def corrected(known: statements.Statement) -> statements.Statement:
            return statements.of_corrected_source(known, changes, subject)

        return self._streams.correct(subject, "SourceCorrected", corrected, list(changes), reason, expected_version)

    @named("happening", faults.of_review)
    def review(
        self,
        id: str,
        *,
        verdict: Literal["confirmed", "doubted"],
        comment: str | None = None,
        version: int | None = None,
        expected_version: int | None = None,
    ) -> Event:
        """Record that you have read a version of a happening, and your verdict on it. The reviewer is the timeline's author.

        Your last review of that version again, with the same verdict and comment, appends nothing. A review of your own version,
        or of one without an author, is recorded but does not count; where the project requires reviews, it is refused.

        Parameters:
            id: the id of the happening.
            verdict: "confirmed" or "doubted".
            comment: why, or what you checked; everyone can read it.
            version: the version that you read; by default the one that stands now. Give it in a script, or a later run would review
                a version that nobody has read.
            expected_version: the version that the stream is at, if another review must not come between.

        Raises UnknownHappening, AlreadyRetracted, Redacted, StatementInvalid or VersionConflict; then nothing is appended.

        Example:
            >>> timeline.review("sitting", verdict="confirmed", comment="I have compared it with page 3.")
            <Event 5: HappeningReviewed happening/sitting@3>
        """
        subject = stream("happening", id)
        size_limits.refuse({"comment": comment}, subject)
        given_version = 1 if version is None else version
        checked = check(Review, {"version": given_version, "verdict": verdict, "comment": comment}, subject)
        with self.transaction():
            standing = self._streams.last(subject).version if version is None else checked.version
            data = checked.model_copy(update={"version": standing}).model_dump(exclude_none=True)
            return self._streams.review(subject, data, expected_version, required=self._reviews_are_required())

    def _reviews_are_required(self) -> bool:
        """Whether the project's metadata.json requires a second person's review before anything is published."""
        path = self.log.project / "metadata.json"
        try:
            return plugin_settings.are_reviews_required(authors.settings(path))
        except ValueError as error:
            raise StatementInvalid(path, f"its settings cannot be read: {error}. Correct it") from None

    @named("happening", faults.of_retraction)
    def retract(self, id: str, *, reason: str, superseded_by: str | None = None, expected_version: int | None = None) -> Event:
        """Retract a happening. Its statement stays in the log, and is shown as retracted.

        The same retraction again appends nothing.

        Parameters:
            id: the id of the happening.
            reason: why it is retracted.
            superseded_by: the id of the happening that replaces it, if any.
            expected_version: the version that you read, so that two people who write at once do not undo each other.

        Raises UnknownHappening, AlreadyRetracted, StatementInvalid or VersionConflict; then nothing is appended.

        Example:
            >>> timeline.retract("sitting", reason="It was another council.")
            <Event 6: HappeningRetracted happening/sitting@4>
        """
        subject = stream("happening", id)
        size_limits.refuse({"reason": reason}, subject)
        reasons = check(Reason, {"reason": reason, "superseded_by": superseded_by}, subject).model_dump(exclude_none=True)
        with self.transaction():
            last = self._streams.last(subject)
            if last.type == "HappeningRetracted":
                self._streams.refuse_redacted(last)
            data = {"statement": self._streams.statement(last), **reasons}
            if last.type == "HappeningRetracted" and last.payload == data:
                return last
            return self._streams.follow(subject, "HappeningRetracted", last, data, expected_version)

    @named("position")
    def redact(self, position: int, *, reason: str, keep_documents: bool = False, expected_version: int | None = None) -> Event:
        """Remove the data of the event at a position for good: by law, or to protect someone. Its place, hash and proof stay.

        Every copy in the file is removed: from the read tables, full-text search, journals and free pages, and documents that no
        other event cites. An EventRedacted records who, when and why; the same redaction again only cleans the file again. The same
        words in other events, and in documents that they cite, stay.

        Parameters:
            position: the event's place in the log, counted from 1.
            reason: why; everyone can read it.
            keep_documents: True keeps its documents; another event must still name them.
            expected_version: the version that you read, so that two people who write at once do not undo each other.

        Raises UnknownEvent, StatementInvalid, Redacted (for another reason), or RedactionUnfinished where the file could not be
        cleaned; then the event is redacted, and you must repeat the call.
        """
        self.log.refuse_absent()
        size_limits.refuse({"reason": reason}, f"position {position}")
        why = check(Reason, {"reason": reason}, f"position {position}").reason
        if self._streams.writing:
            raise StatementInvalid(f"position {position}", "a redaction cannot be one of several appends. Redact it by itself")
        if self.log.has_read_tables:
            self.log.connection.execute("PRAGMA secure_delete = ON")
        with self.log.transaction():
            event = redaction.redactable(self.log, position)
            redacting = self.log.redaction(position)
            if redacting is None:
                data = redaction.data(self.log, event, why, keep_documents)
                version = self.log.version(event.stream)
                redacting = self._streams.store(event.stream, "EventRedacted", data, version, expected_version)
                self.log.redact(position, data["documents"])
                if self.log.has_read_tables:
                    projections.rebuild(self.log.connection)
            elif redacting.payload["reason"] != why:
                gone = redaction.redacted_error(self.log, event).reason
                raise Redacted(event.stream, f"{gone} already. Repeat that reason to clean the file again")
        self._source_text.cache_clear()
        self.log.forget_corrections()
        try:
            self.log.scrub()
        except (DatabaseRefused, KeyboardInterrupt) as error:
            reason = error.reason if isinstance(error, DatabaseRefused) else "interrupted"
            raise RedactionUnfinished(
                f"position {position}",
                f"is redacted ({redacting.id} at position {redacting.position} records it), but the file is not"
                f" clean yet: {reason}. Repeat the redaction",
            ) from error
        return redacting
