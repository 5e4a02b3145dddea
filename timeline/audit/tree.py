"""The tree over the log, computed again from its events, and every checkpoint against it.

Trusts nothing that the file keeps of the tree: it is grown anew beside it, in some tens of hashes at any size. Nor of checkpoints:
names and keys in the file are told as what it says, and its times must be in order, as the guards have it.
"""

import sqlite3
from collections import Counter
from collections.abc import Iterator, Sequence

from timeline import checkpoints, merkle
from timeline.audit.report import Tally
from timeline.errors import KeyRefused, TimelineError
from timeline.log import Event, Log
from timeline.merkle import Checkpoint, KeptCheckpoint, Key, Note
from timeline.signing import Signed

_COLUMNS = merkle.COLUMNS.split(", ")
_SIGNERS = 8  # keys and names that are told of
_ORDER = """
SELECT 'checkpoint ' || number, kept_at, 'its last event', recorded_at
FROM checkpoints LEFT JOIN events ON position = size ORDER BY number"""
_ORDER_OF_SIGNATURES = """
SELECT 'signature ' || signatures.number, signatures.kept_at, 'its checkpoint', checkpoints.kept_at
FROM signatures LEFT JOIN checkpoints ON checkpoints.number = checkpoint ORDER BY signatures.number"""


class TreeAudit:
    """What is found on the one reading of the log: `add` each event in order, then `finish` and `check_checkpoints`."""

    def __init__(self, log: Log, against: Sequence[Note], keys: Sequence[Key], tomorrow: str) -> None:
        self.log = log
        self.tree = Tally("tree")
        self.checkpoints = Tally("checkpoints")
        self._log = log
        self._against = against
        self._keys = keys
        self._tomorrow = tomorrow
        self._growth = merkle.Growth()
        self._broken = 0  # the first position that is missing
        self._kept, self._unreadable = merkle.readable(log.connection)
        self._roots: dict[int, bytes | None] = {one.checkpoint.size: None for one in self._kept}
        for note in against:
            self._roots[Checkpoint.of(note).size] = None
        self._recorded: dict[int, str] = {}  # when the last event of a checkpoint was recorded, as it says
        self._rows = _rows(log)

    def add(self, event: Event) -> None:
        """Grow the tree by an event, and compare the subtrees that it completes with those kept."""
        self.tree.count += 1
        if self._broken or event.position != self._growth.leaves + 1:
            self._broken = self._broken or self._growth.leaves + 1
            return
        leaf = merkle.leaf(*(getattr(event, column) for column in _COLUMNS))
        for level, (number, hash_) in enumerate(self._growth.add(merkle.leaf_hash(leaf)), start=1):
            try:
                kept = next(self._rows, None)
            except sqlite3.Error as error:
                kept, self._rows = None, iter(())
                self.tree.failed(f"row {number}", "cannot be read", error)
            if kept != (number, hash_):
                first = event.position - (1 << level) + 1
                self.tree.fault(
                    f"events {first} to {event.position}", "do not give the hash kept of them: they were altered, or it was"
                )
        if event.position in self._roots:
            self._roots[event.position] = self._growth.root()
            self._recorded[event.position] = event.recorded_at

    def finish(self) -> None:
        """Look for what the tree has beyond the log."""
        if self._broken:
            self.tree.fault(f"position {self._broken} and after", "cannot be compared with the tree: an event is missing")
        elif next(self._rows, None) is not None:
            self.tree.fault("tree", "holds more than the events give: events were dropped")

    def check_checkpoints(self) -> None:
        """Compare the checkpoints that are kept in the file, and those that were kept elsewhere, with the log's own roots."""
        for where, error in self._unreadable:
            self.checkpoints.fault(where, error)
        for table in ("checkpoints", "signatures"):
            for first, last in _gaps(self._log, table):
                numbers = f"{first}" if first == last else f"{first} to {last}"
                self.checkpoints.fault(f"{table[:-1]} {numbers}", "is missing: it was removed")
        for order in (_ORDER, _ORDER_OF_SIGNATURES):
            self._check_order(order)
        signers: Counter[str] = Counter()
        for one in self._kept:
            where = f"checkpoint of {one.checkpoint.size:,} events, kept at {one.kept_at}"
            self._check_root(one.checkpoint, where)
            signers.update(f"of {one.checkpoint.origin}, {signer}" for signer in self._check_kept(one, where))
        self.checkpoints.remarks += [f"kept in the file: {count:,} {signer}" for signer, count in signers.most_common(_SIGNERS)]
        if len(signers) > _SIGNERS:
            self.checkpoints.remarks.append(f"kept in the file: others, by {len(signers) - _SIGNERS:,} more keys or names")
        for note in self._against:
            where = f"checkpoint of {Checkpoint.of(note).size:,} events, given"
            self._check_root(Checkpoint.of(note), where)
            self._check_given(note, where)

    def _check_order(self, order: str) -> None:
        """Check that what is kept says when, that it was not before what it rests on, and not before the row before it."""
        last, ahead = "", list[str]()
        try:
            for where, kept_at, basis, before in self._log.connection.execute(order):
                if before is None and order == _ORDER_OF_SIGNATURES:
                    self.checkpoints.fault(where, f"{basis} is not there")
                if not merkle.is_instant(kept_at):
                    self.checkpoints.fault(where, "does not say when it was kept: it was altered")
                    continue
                if merkle.is_instant(before) and kept_at < before:
                    self.checkpoints.fault(
                        where, f"was kept, as it says, at {kept_at}, before {basis}, of {before}: it was backdated"
                    )
                if kept_at < last:
                    self.checkpoints.fault(
                        where, f"was kept, as it says, at {kept_at}, and the one before at {last}: it was altered"
                    )
                if kept_at > self._tomorrow:
                    ahead.append(f"{where}, kept at {kept_at}")
                last = max(last, kept_at)
        except (sqlite3.Error, ValueError) as error:
            self.checkpoints.failed("checkpoints", "cannot be read in order", error)
        self.checkpoints.remark("A time that is still to come was given, so a clock is wrong or it was altered", ahead)

    def _check_root(self, checkpoint: Checkpoint, where: str) -> None:
        self.checkpoints.count += 1
        size = self._growth.leaves
        if checkpoint.size > size and not self._broken:
            self.checkpoints.fault(where, f"the log holds {size:,}: events were dropped, or this is an older copy")
        elif self._roots[checkpoint.size] != checkpoint.root:
            self.checkpoints.fault(where, "the log's first events have another root: this is another log, or its past was changed")

    def _check_kept(self, one: KeptCheckpoint, where: str) -> Iterator[str]:
        """Check each signature with the key that is kept beside it, and give by whom those are that hold, as far as can be told."""
        if not one.signatures:
            yield "not signed"
        for key, signature in one.signatures:
            name = f"{key.name} ({key.id.hex()})"
            try:
                (found,) = checkpoints.signed(Note(one.checkpoint.text, (signature,)), [key])
            except KeyRefused as error:  # what is missing is a library, which is no fault of the timeline
                yield f"signed in the name of {name}, which was not checked"
                if str(error) not in self.checkpoints.remarks:
                    self.checkpoints.remarks.append(str(error))
            except TimelineError as error:
                self.checkpoints.fault(where, str(error))
            else:
                trusted = "whose key you trust" if key in self._keys else "and whether that key is theirs, the file cannot tell"
                yield f"signed by {name}, {trusted}"
                self._tell_of_time(found, one, where)

    def _tell_of_time(self, found: Signed, one: KeptCheckpoint, where: str) -> None:
        """Tell of a witness who says to have seen what was not there yet. Its clock may be wrong, so this is no fault."""
        recorded_at = self._recorded.get(one.checkpoint.size)
        if found.at and recorded_at and f"{found.at:%Y-%m-%dT%H:%M:%S.999Z}" < recorded_at:
            self.checkpoints.remarks.append(
                f"{where}: {found.key.name} says to have seen it at {found.at:%Y-%m-%d %H:%M:%S} UTC,"
                f" and its last event says that it was recorded later, at {recorded_at}"
            )

    def _check_given(self, note: Note, where: str) -> None:
        """Check that all keys that are trusted have signed, and tell when."""
        if not self._keys:
            names = ", ".join(dict.fromkeys(signature.name for signature in note.signatures)) or "nobody"
            self.checkpoints.remarks.append(f"{where}: by whom it is signed was not checked. It says: {names}")
            return
        try:
            for one in checkpoints.signed(note, self._keys, every=True):
                at = f", who saw it at {one.at:%Y-%m-%d %H:%M:%S} UTC" if one.at else ""
                self.checkpoints.remarks.append(f"{where}: signed by {one.key.name}{at}")
        except TimelineError as error:
            self.checkpoints.fault(where, str(error))


def _gaps(log: Log, table: str) -> list[tuple[int, int]]:
    """Tell which numbers are missing: they count from 1, and nothing that was kept goes."""
    try:
        rows = log.connection.execute(
            f"SELECT before + 1, number - 1 FROM (SELECT number, lag(number, 1, 0) OVER (ORDER BY number) AS before FROM {table})"
            " WHERE number <> before + 1"
        )
        return rows.fetchall()
    except sqlite3.Error:  # it cannot be read, which is told when it is
        return []


def _rows(log: Log) -> Iterator[tuple[int, bytes]]:
    try:
        return log.connection.execute("SELECT number, hash FROM tree ORDER BY number")
    except sqlite3.Error:  # there is none, or it cannot be read, as the read tables' check says too
        return iter(())
