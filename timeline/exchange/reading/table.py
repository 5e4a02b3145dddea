"""Any CSV or TSV with a header, by a mapping of its columns. Must not open files."""

from collections.abc import Iterable, Sequence

from timeline.exchange.reading import columns, csv_rows, exported, mapping
from timeline.exchange.reading.row import ImportRefused, Read


def read(text: str, **options: object) -> Read:
    """Read a table. Options: `mapping` (Columns; guessed where there is none), `format` (csv or tsv), `name`."""
    delimiter = "\t" if options.get("format") == "tsv" else csv_rows.delimiter_of(text)
    found = csv_rows.records(text, delimiter)
    header = next((one for one in found if not one.is_blank), None)
    if header is None:
        raise ImportRefused("there is no header. Put the names of the columns in its first row")
    names = csv_rows.headed(header)
    given = options.get("mapping")
    if given is None and exported.is_ours(names):
        kept, notes = _cells(found, names)
        return Read([exported.row(*one) for one in kept], None, (*notes, exported.NOTE))
    mapped = given if isinstance(given, mapping.Columns) else mapping.guess(names, str(options.get("name", "the table")))
    if absent := sorted(mapped.used() - set(names)):
        raise ImportRefused(f'there is no column "{absent[0]}": there are {", ".join(names)[:300]}. Correct the mapping')
    kept, notes = _cells(found, names)
    if not isinstance(given, mapping.Columns):
        notes = (*notes, "the columns were guessed:\n" + mapped.written())
    return Read(columns.rows(kept, mapped), None, notes)


def _cells(records: Iterable[csv_rows.Record], names: Sequence[str]) -> tuple[list[columns.Cells], tuple[str, ...]]:
    """Give the cells of each record by column, and what is to be said of the records that have none."""
    blank, kept = 0, list[columns.Cells]()
    for record in records:
        if record.is_blank:
            blank += 1
            continue
        more = record.cells[len(names) :]
        cells = dict(zip(names, record.cells, strict=False))
        cells.update({f"column {n}": cell for n, cell in enumerate(more, start=len(names) + 1)})
        doubts = (*record.doubts, *(("has more cells than the header",) if any(more) else ()))
        kept.append(columns.Cells(record.number, record.start, record.end, cells, doubts))
    return kept, (f"{blank:,} row{'s' if blank > 1 else ''} without a word passed over",) if blank else ()
