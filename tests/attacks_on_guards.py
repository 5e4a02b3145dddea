"""Attacks on the guards: rows written past them, guards changed, and triggers, indexes or views of one's own."""

from hashlib import sha256

from attack_case import CONFIDENCE, DETECTED, GUARD, REFUSED, Attack
from attack_forgeries import shadowed
from attack_steps import attached, blob, row, schema, sql, then, transformed

from timeline.log.schema import guards

PRAGMAS = ("recursive_triggers = ON", "recursive_triggers = OFF", "ignore_check_constraints = ON", "foreign_keys = OFF",
           "defer_foreign_keys = ON", "legacy_alter_table = ON")  # fmt: skip
DOCUMENT = "SELECT sha256 FROM documents LIMIT 1"

ATTACKS = (
    Attack(
        "`UPDATE` of an event, a document, a checkpoint or a signature, also `OR REPLACE`",
        (
            sql("UPDATE events SET data = '{}' WHERE position = 3"),
            sql("UPDATE events SET data = data || ' '"),
            sql("UPDATE events SET recorded_at = '2020-01-01T00:00:00.000Z'"),
            sql("UPDATE events SET recorded_by = 'someone else' WHERE position = 1"),
            sql("UPDATE events SET stream = 'happening/x', version = 1 WHERE position = 3"),
            sql("UPDATE events SET data_hash = x'00' WHERE position = 10"),
            sql("UPDATE events SET data = 'x', salt = x'00' WHERE position = 10"),
            sql("UPDATE OR REPLACE events SET position = 1 WHERE position = 3"),
            sql("UPDATE OR IGNORE events SET rowid = 99 WHERE position = 13"),
            sql("UPDATE OR REPLACE events SET version = 1 WHERE position = 6"),
            sql("UPDATE documents SET bytes = x'00'"),
            sql(f"UPDATE OR REPLACE documents SET sha256 = ({DOCUMENT})"),
            sql("UPDATE checkpoints SET root = x'00'"),
            sql("UPDATE checkpoints SET kept_at = '2020-01-01T00:00:00.000Z'"),
            sql("UPDATE OR REPLACE signatures SET number = 1"),
            sql("UPDATE signatures SET signature = x'00'"),
            attached,
        ),
        REFUSED,
        GUARD,
        "immutable",
    ),
    Attack(
        "`DELETE` of one, or of all",
        (
            *(sql(f"DELETE FROM {table}") for table in ("events", "documents", "checkpoints", "signatures")),
            sql("DELETE FROM events WHERE position = 13"),
            sql("DELETE FROM checkpoints WHERE number = 2"),
        ),
        REFUSED,
        GUARD,
        "immutable",
    ),
    Attack(
        "`INSERT OR REPLACE`, `REPLACE`, `OR IGNORE`, `ON CONFLICT` over one",
        (
            row("INSERT OR REPLACE", position=3),
            row("INSERT OR REPLACE", stream="happening/meeting"),
            row("REPLACE", position=3),
            row("INSERT OR IGNORE", position=3),
            row("INSERT OR FAIL", position=3),
            row("INSERT", 3, rest="ON CONFLICT (position) DO UPDATE SET data = '{}'"),
            row("INSERT", 3, rest="ON CONFLICT DO NOTHING"),
            row("INSERT", stream="happening/meeting", rest="ON CONFLICT (stream, version) DO UPDATE SET data = '{}'"),
            sql(
                "REPLACE INTO events SELECT position + 0.0, stream, version, type, recorded_at, 'x', data, salt, data_hash"
                " FROM events"
            ),
            sql("REPLACE INTO documents SELECT sha256, x'00' FROM documents"),
            sql("INSERT OR REPLACE INTO documents (rowid, sha256, bytes) VALUES (1, 'another', x'00')"),
            sql("REPLACE INTO checkpoints SELECT number, origin, size, x'00', kept_at FROM checkpoints"),
            sql("REPLACE INTO checkpoints SELECT NULL, origin, size, x'00', kept_at FROM checkpoints"),
            sql("REPLACE INTO signatures SELECT number, checkpoint, public_key, x'00', kept_at FROM signatures"),
            sql("REPLACE INTO signatures SELECT NULL, checkpoint, public_key, x'00', kept_at FROM signatures"),
        ),
        REFUSED,
        GUARD,
        "immutable",
    ),
    Attack(
        "An event out of its turn: a gap, a position before the first, a version that skips, one that says nothing",
        (
            row(position=15),
            row(position=0),
            row(position=-1),
            row(version=2),
            row(version=0),
            row(stream="happening/meeting", version=4),
            sql(
                "INSERT INTO events VALUES (14, 'happening/x', 1, 'HappeningRecorded', '2026-01-01T00:00:00.000Z', 'x', NULL, NULL,"
                " zeroblob(32))"
            ),
        ),
        REFUSED,
        GUARD,
        "gapless|events have a form",
    ),
    Attack(
        "The same after `PRAGMA recursive_triggers`, `ignore_check_constraints`, `foreign_keys`, `legacy_alter_table` and the like",
        tuple(
            sql(f"PRAGMA {pragma}", statement)
            for pragma in PRAGMAS
            for statement in (
                "UPDATE events SET data = '{}'",
                "DELETE FROM events",
                "REPLACE INTO events SELECT position, stream, version, type, recorded_at, 'x', data, salt, data_hash FROM events",
                "DELETE FROM documents",
                "DELETE FROM checkpoints",
            )
        ),
        REFUSED,
        GUARD,
        "immutable",
    ),
    Attack(
        "The words of an event blanked without a redaction, or only half of them; a redacted document brought back",
        (
            sql("UPDATE events SET data = NULL, salt = NULL WHERE position = 3"),
            sql("UPDATE events SET data = NULL"),
            sql("UPDATE events SET data = '{}', salt = x'00' WHERE position = 10"),
            sql(f"INSERT INTO documents VALUES ('{sha256(CONFIDENCE.encode()).hexdigest()}', CAST('{CONFIDENCE}' AS BLOB))"),
        ),
        REFUSED,
        GUARD,
        "immutable",
    ),
    Attack(
        "`blobopen`: writing into an event, a checkpoint or a signature past SQL",
        (
            *(blob("events", column, 3) for column in ("data", "salt", "data_hash", "recorded_by")),
            *(blob("checkpoints", column, 1) for column in ("origin", "root")),
            *(blob("signatures", column, 1) for column in ("public_key", "signature")),
        ),
        REFUSED,
        "SQLite itself, because of the indexes over them",
        "indexed",
    ),
    Attack(
        "`blobopen` into a document, or into when a checkpoint or a signature was kept",
        (blob("documents", "bytes", 1), blob("checkpoints", "kept_at", 1), blob("signatures", "kept_at", 1)),
        DETECTED,
        "`verify`: the document's hash, the times",
        "do not have this SHA-256|has no valid time",
    ),
    Attack(
        "`ALTER TABLE … DROP COLUMN`; changing `sqlite_master` without `writable_schema`",
        (
            *(sql(f"ALTER TABLE events DROP COLUMN {column}") for column in ("data", "salt", "recorded_by", "data_hash")),
            sql("DELETE FROM sqlite_master WHERE type = 'trigger'"),
            sql("UPDATE sqlite_master SET sql = '' WHERE type = 'trigger'"),
        ),
        REFUSED,
        "SQLite itself, because the guards name the columns",
        "error in|may not be modified",
    ),
    Attack(
        "Guards dropped, changed or disabled: `DROP TRIGGER`, `DROP TABLE`, `writable_schema`, sqlite-utils' `transform()`",
        (
            *(sql(f"DROP TRIGGER {name}") for name in guards()),
            *(
                sql("PRAGMA foreign_keys = OFF", f"DROP TABLE {name}")
                for name in ("events", "documents", "checkpoints", "signatures")
            ),
            schema("DELETE FROM sqlite_master WHERE type = 'trigger'"),
            schema("UPDATE sqlite_master SET sql = replace(sql, 'BEGIN', 'WHEN 0 BEGIN') WHERE name = 'events_delete'"),
            schema("UPDATE sqlite_master SET sql = replace(sql, 'NEW.data IS NOT NULL', '0') WHERE name = 'events_update'"),
            schema("UPDATE sqlite_master SET tbl_name = 'documents' WHERE name = 'events_delete'"),
            transformed("events"),
            transformed("documents"),
        ),
        DETECTED,
        "opening is refused; `verify`: the guards, word for word",
        "guards are missing or changed: .*timeline verify|it is damaged",
    ),
    Attack(
        "A table of the log renamed, given a column, defined anew, or replaced by a view",
        (
            sql("ALTER TABLE events RENAME TO past"),
            sql("ALTER TABLE events RENAME COLUMN data TO words"),
            sql("ALTER TABLE events ADD COLUMN more TEXT"),
            sql("ALTER TABLE documents ADD COLUMN more TEXT DEFAULT 'x'"),
            sql("ALTER TABLE events RENAME TO past", "CREATE VIEW events AS SELECT * FROM past"),
            sql("ALTER TABLE events RENAME TO past", "CREATE TABLE events AS SELECT * FROM past"),
            schema("UPDATE sqlite_master SET sql = replace(sql, ' STRICT', '') WHERE name = 'events'"),
            schema("UPDATE sqlite_master SET sql = replace(sql, '  TEXT,', '  TEXT DEFAULT 0,') WHERE name = 'events'"),
            sql("DROP INDEX events_redactions"),
        ),
        DETECTED,
        "opening is refused; `verify`: the tables, word for word",
        "guards are missing or changed: .*timeline verify",
    ),
    Attack(
        "A trigger of one's own that swallows or changes what is appended, also one hidden with `writable_schema`",
        (
            sql("CREATE TRIGGER mine BEFORE INSERT ON events BEGIN SELECT RAISE(IGNORE); END"),
            sql("CREATE TRIGGER mine AFTER INSERT ON EVENTS BEGIN INSERT INTO documents VALUES ('x', x'00'); END"),
            sql('CREATE TRIGGER mine AFTER UPDATE OF data ON "Events" BEGIN SELECT 1; END'),
            sql("CREATE TRIGGER mine BEFORE INSERT ON documents BEGIN SELECT RAISE(IGNORE); END"),
            sql("CREATE TRIGGER mine BEFORE INSERT ON checkpoints BEGIN SELECT RAISE(IGNORE); END"),
            sql("CREATE TRIGGER mine BEFORE DELETE ON signatures BEGIN SELECT RAISE(IGNORE); END"),
            then(
                sql("CREATE TRIGGER mine BEFORE INSERT ON events BEGIN SELECT RAISE(IGNORE); END"),
                schema("UPDATE sqlite_master SET type = 'view' WHERE name = 'mine'"),
            ),
            sql("CREATE TRIGGER mine BEFORE INSERT ON events WHEN edtf_words('2025') <> '' BEGIN SELECT RAISE(IGNORE); END"),
            sql("CREATE TRIGGER mine BEFORE INSERT ON events WHEN nobody_has_this() BEGIN SELECT RAISE(IGNORE); END"),
            sql("CREATE TRIGGER mine AFTER INSERT ON events BEGIN DELETE FROM nowhere; END"),
            then(
                sql("CREATE TRIGGER mine BEFORE INSERT ON events BEGIN SELECT RAISE(IGNORE); END"),
                schema("UPDATE sqlite_master SET type = 'index', name = 'x', tbl_name = 'x' WHERE name = 'mine'"),
            ),
        ),
        DETECTED,
        "opening is refused; `verify`: the triggers that SQLite would run",
        "guards are missing or changed: trigger mine.*timeline verify|it is damaged",
    ),
    Attack(
        "A trigger of one's own on a read table; a view or table of ours replaced",
        (
            sql("CREATE TRIGGER mine AFTER INSERT ON Happenings BEGIN UPDATE happenings SET title = 'x'; END"),
            sql("CREATE TRIGGER mine BEFORE INSERT ON tree BEGIN SELECT RAISE(IGNORE); END"),
            sql("CREATE TRIGGER mine BEFORE UPDATE ON projected BEGIN SELECT RAISE(IGNORE); END"),
            sql("CREATE TRIGGER mine BEFORE INSERT ON happenings_fts_data BEGIN SELECT RAISE(IGNORE); END"),
            sql("CREATE TRIGGER mine AFTER INSERT ON sources WHEN actor_id('x') = 'x' BEGIN DELETE FROM sources; END"),
            sql("CREATE TRIGGER mine INSTEAD OF UPDATE ON timeline BEGIN SELECT 1; END"),
            sql("DROP VIEW timeline", "CREATE VIEW timeline AS SELECT 'another' AS title"),
            sql("DROP VIEW source_texts", "CREATE TABLE source_texts AS SELECT 'report' AS source, 'another' AS text"),
            schema("UPDATE sqlite_master SET sql = replace(sql, 'title', '''x'' AS title') WHERE name = 'timeline'"),
        ),
        DETECTED,
        "`verify`: the triggers that SQLite would run, every definition",
        "not made by this program|is missing or changed",
    ),
    Attack(
        "An index of one's own: a unique one, with which `OR REPLACE` removes another event, or one that fails for the next event",
        (
            sql("CREATE UNIQUE INDEX mine ON events (data_hash)"),
            sql("CREATE UNIQUE INDEX mine ON documents (bytes)"),
            sql("CREATE INDEX mine ON events (abs(CASE WHEN position > 13 THEN -9223372036854775808 ELSE 1 END))"),
            sql("CREATE INDEX mine ON documents (sha256) WHERE abs(length(bytes)) > 0"),
            sql(
                "CREATE UNIQUE INDEX mine ON events (data_hash)",
                "INSERT OR REPLACE INTO events SELECT 14, 'happening/x', 1, type, recorded_at, recorded_by, data, salt, data_hash"
                " FROM events WHERE position = 3",
            ),
        ),
        DETECTED,
        "opening is refused; `verify`: the index, and the gap",
        "guards are missing or changed: index mine",
    ),
    Attack(
        "A temporary trigger, table or view, which hides ours in one's own process",
        (
            shadowed("CREATE TEMP TABLE events AS SELECT * FROM main.events"),
            shadowed("CREATE TEMP VIEW happenings AS SELECT * FROM main.happenings"),
            shadowed("CREATE TEMP TRIGGER mine BEFORE INSERT ON main.events BEGIN SELECT RAISE(IGNORE); END"),
        ),
        DETECTED,
        "`verify` there; the file stays as it is",
        "hides ours|not made by this program",
    ),
)
