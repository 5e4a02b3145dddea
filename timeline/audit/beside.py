"""What lies beside the file: whether what was read is what others see, who read the file alone or with its journals."""

from timeline import journals, published
from timeline.audit.report import Tally
from timeline.log import Log


def check_beside(log: Log, tally: Tally) -> None:
    """Find fault with a journal beside a published file, which has none; of another tell that it was read."""
    path = log.path.resolve()
    there = {name for name in published.FILES if path.with_name(name).exists()}
    is_published = len(there) > 1 and bool(there & published.VERIFIERS)
    for journal, size in journals.beside(path).items():
        if is_published:
            tally.fault(
                journal.name,
                "lies beside a published file, and none belongs there: SQLite reads it with the file, a server that opens the file"
                " as immutable (datasette -i) does not. Move it away, then verify again",
            )
        elif journal.name.endswith("-wal"):
            tally.remarks.append(
                f"{size:,} bytes of {journal.name} were read with it, as SQLite does; datasette -i shows the file without them"
            )
