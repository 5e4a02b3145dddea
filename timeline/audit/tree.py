"""Compute the tree over the log again from its events, and check every checkpoint against it.

Does not trust the stored tree: a new one is grown beside it, with a few dozen hashes in memory at any size. Does not trust stored
checkpoints either: their names and keys are reported as claims, and their times must be in order, as the guards require.
"""

import sqlite3
from collections import Counter
from collections.abc import Iterator, Sequence

from timeline import merkle
from timeline.any_log import AnyLog
from timeline.audit.report import Tally
from timeline.errors import KeyRefused, TimelineError
from timeline.log.log import Event
from timeline.merkle import Checkpoint, Key, Note, StoredCheckpoint
from timeline.proof import checkpoints
from timeline.proof.signing import Signed

_COLUMNS = merkle.COLUMNS.split(", ")
_SIGNERS = 8  # keys and names in the remarks
_ORDER = """
SELECT 'checkpoint ' || number, kept_at, 'its last event', recorded_at
FROM checkpoints LEFT JOIN events ON position = size ORDER BY number"""
_ORDER_OF_SIGNATURES = """
SELECT 'signature ' || signatures.number, signatures.kept_at, 'its checkpoint', checkpoints.kept_at
FROM signatures LEFT JOIN checkpoints ON checkpoints.number = checkpoint ORDER BY signatures.number"""


class TreeAudit:
    """The check of tree and checkpoints: `add` each event in order, then `finish` and `check_checkpoints`."""

    def __init__(self, log: AnyLog, against: Sequence[Note], keys: Sequence[Key], tomorrow: str) -> None:
        self.log = log
        self.tree = Tally("tree")
        self.checkpoints = Tally("checkpoints")
        self._log = log
        self._against = against
        self._keys = keys
        self._tomorrow = tomorrow
        self._growth = merkle.Growth()
        self._broken = 0  # the first missing position
        self._stored, self._unreadable = merkle.readable(log.connection)
        self._roots: dict[int, bytes | None] = {one.checkpoint.size: None for one in self._stored}
        for note in against:
            self._roots[Checkpoint.of(note).size] = None
        self._recorded: dict[int, str] = {}  # the recorded time of each checkpoint's last event
        self._rows = _rows(log)

    def add(self, event: Event) -> None:
        """Add an event to the tree, and compare the subtrees that it completes with the stored ones."""
        self.tree.count += 1
        if self._broken or event.position != self._growth.leaves + 1:
            self._broken = self._broken or self._growth.leaves + 1
            return
        leaf = merkle.leaf(*(getattr(event, column) for column in _COLUMNS))
        for level, (number, hash_) in enumerate(self._growth.add(merkle.leaf_hash(leaf)), start=1):
            try:
                stored = next(self._rows, None)
            except sqlite3.Error as error:
                stored, self._rows = None, iter(())
                self.tree.failed(f"row {number}", "cannot be read", error)
            if stored != (number, hash_):
                first = event.position - (1 << level) + 1
                self.tree.fault(
                    f"events {first} to {event.position}", "do not match their stored hash: they, or the hash, were altered"
                )
        if event.position in self._roots:
            self._roots[event.position] = self._growth.root()
            self._recorded[event.position] = event.recorded_at

    def finish(self) -> None:
        """Check that the stored tree does not go beyond the log."""
        if self._broken:
            self.tree.fault(f"position {self._broken} and after", "cannot be compared with the tree: an event is missing")
        elif next(self._rows, None) is not None:
            self.tree.fault("tree", "has more hashes than the events give: events were dropped")

    def check_checkpoints(self) -> None:
        """Compare the stored checkpoints, and those from elsewhere, with the roots of the log."""
        for place, error in self._unreadable:
            self.checkpoints.fault(place, error)
        for table in ("checkpoints", "signatures"):
            for first, last in _gaps(self._log, table):
                numbers = f"{first}" if first == last else f"{first} to {last}"
                self.checkpoints.fault(f"{table[:-1]} {numbers}", "is missing: it was removed")
        for order in (_ORDER, _ORDER_OF_SIGNATURES):
            self._check_order(order)
        signers: Counter[str] = Counter()
        for one in self._stored:
            place = f"checkpoint of {one.checkpoint.size:,} events, stored at {one.kept_at}"
            self._check_root(one.checkpoint, place)
            signers.update(f"of {one.checkpoint.origin}, {signer}" for signer in self._check_stored(one, place))
        self.checkpoints.remarks += [f"stored in the file: {count:,} {signer}" for signer, count in signers.most_common(_SIGNERS)]
        if len(signers) > _SIGNERS:
            self.checkpoints.remarks.append(f"stored in the file: others, by {len(signers) - _SIGNERS:,} more keys or names")
        for note in self._against:
            place = f"checkpoint of {Checkpoint.of(note).size:,} events, given"
            self._check_root(Checkpoint.of(note), place)
            self._check_given(note, place)

    def _check_order(self, order: str) -> None:
        """Check that each row has a time, not before that of its event or checkpoint, and not before that of the previous row."""
        last, future = "", list[str]()
        try:
            for place, kept_at, basis, before in self._log.connection.execute(order):
                if before is None and order == _ORDER_OF_SIGNATURES:
                    self.checkpoints.fault(place, f"{basis} is missing")
                if not merkle.is_instant(kept_at):
                    self.checkpoints.fault(place, "has no valid time: it was altered")
                    continue
                if merkle.is_instant(before) and kept_at < before:
                    self.checkpoints.fault(place, f"has the time {kept_at}, before {basis}, of {before}: it was backdated")
                if kept_at < last:
                    self.checkpoints.fault(
                        place, f"has the time {kept_at}, before that of the previous one, {last}: it was altered"
                    )
                if kept_at > self._tomorrow:
                    future.append(f"{place}, stored at {kept_at}")
                last = max(last, kept_at)
        except (sqlite3.Error, ValueError) as error:
            self.checkpoints.failed("checkpoints", "cannot be read in order", error)
        self.checkpoints.remark("A time is in the future, so a clock was wrong or the time was altered", future)

    def _check_root(self, checkpoint: Checkpoint, place: str) -> None:
        self.checkpoints.count += 1
        size = self._growth.leaves
        if checkpoint.size > size and not self._broken:
            self.checkpoints.fault(place, f"the log has {size:,}: events were dropped, or this is an older copy")
        elif self._roots[checkpoint.size] != checkpoint.root:
            self.checkpoints.fault(place, "the log's first events have another root: this is another log, or its past was changed")

    def _check_stored(self, one: StoredCheckpoint, place: str) -> Iterator[str]:
        """Check each signature with the key stored beside it, and yield who the valid ones are by, as far as that is known."""
        if not one.signatures:
            yield "not signed"
        for key, signature in one.signatures:
            name = f"{key.name} ({key.id.hex()})"
            try:
                (signed,) = checkpoints.signed(Note(one.checkpoint.text, (signature,)), [key])
            except KeyRefused as error:  # a library is missing, which is not a fault of the timeline
                yield f"signed in the name of {name}, but that was not checked"
                if str(error) not in self.checkpoints.remarks:
                    self.checkpoints.remarks.append(str(error))
            except TimelineError as error:
                self.checkpoints.fault(place, str(error))
            else:
                trusted = "whose key you trust" if key in self._keys else "but the file cannot prove that the key is theirs"
                yield f"signed by {name}, {trusted}"
                self._remark_on_time(signed, one, place)

    def _remark_on_time(self, signed: Signed, one: StoredCheckpoint, place: str) -> None:
        """Remark if a witness signed before the last event was recorded. Its clock may be wrong, so this is not a fault."""
        recorded_at = self._recorded.get(one.checkpoint.size)
        if signed.at and recorded_at and f"{signed.at:%Y-%m-%dT%H:%M:%S.999Z}" < recorded_at:
            self.checkpoints.remarks.append(
                f"{place}: {signed.key.name} signed that it saw it at {signed.at:%Y-%m-%d %H:%M:%S} UTC,"
                f" but its last event was recorded later, at {recorded_at}"
            )

    def _check_given(self, note: Note, place: str) -> None:
        """Check that all trusted keys have signed, and remark when."""
        if not self._keys:
            names = ", ".join(dict.fromkeys(signature.name for signature in note.signatures)) or "nobody"
            self.checkpoints.remarks.append(f"{place}: its signatures were not checked. They claim to be by: {names}")
            return
        try:
            for one in checkpoints.signed(note, self._keys, every=True):
                at = f", who saw it at {one.at:%Y-%m-%d %H:%M:%S} UTC" if one.at else ""
                self.checkpoints.remarks.append(f"{place}: signed by {one.key.name}{at}")
        except TimelineError as error:
            self.checkpoints.fault(place, str(error))


def _gaps(log: AnyLog, table: str) -> list[tuple[int, int]]:
    """Return the ranges of missing numbers: they count from 1, and no row is ever removed."""
    try:
        rows = log.connection.execute(
            f"SELECT before + 1, number - 1 FROM (SELECT number, lag(number, 1, 0) OVER (ORDER BY number) AS before FROM {table})"
            " WHERE number <> before + 1"
        )
        return rows.fetchall()
    except sqlite3.Error:  # unreadable; reported when it is read
        return []


def _rows(log: AnyLog) -> Iterator[tuple[int, bytes]]:
    try:
        return log.connection.execute("SELECT number, hash FROM tree ORDER BY number")
    except sqlite3.Error:  # missing or unreadable; the check of the read tables reports it too
        return iter(())
