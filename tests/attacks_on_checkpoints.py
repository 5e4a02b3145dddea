"""Attacks on checkpoints, signatures and proofs."""

from dataclasses import replace

from attack_case import DETECTED, GUARD, REFUSED, Attack
from attack_forgeries import (
    forged_note,
    forged_proof,
    impersonated,
    moved_signature,
    of_leaf,
    of_nothing,
    of_other_tree,
    self_signed,
    signed,
    two_signatures,
)
from attack_steps import sql, unguarded
from weak_keys import weak

from timeline import merkle
from timeline.merkle import Key, Note
from timeline.proof.signing import SigningKey

# Everything is as it was in checkpoint 2, or signature 3, which are the last; but for one thing.
OUT_OF_TURN = (
    *(
        f"INSERT INTO checkpoints SELECT {number}, 'x', {size}, {root}, {at} FROM checkpoints WHERE number = 2"
        for number, size, root, at in (
            ("NULL", "size", "root", "'2019-01-01T00:00:00.000Z'"),
            ("NULL", "size", "root", "(SELECT strftime('%Y-%m-%dT%H:%M:%fZ', max(recorded_at), '-0.001 seconds') FROM events)"),
            ("NULL", "2", "zeroblob(32)", "(SELECT kept_at FROM checkpoints WHERE number = 1)"),
            *(
                ("NULL", "size", "root", f"'{at}'")
                for at in ("garbage", "", "now", "2026-02-30T00:00:00.000Z", "2027-01-01", "9e999")
            ),
            ("4", "size", "root", "kept_at"),
            ("0", "size", "root", "'2026-01-01T00:00:00.000Z'"),
            ("-1", "size", "root", "'2026-01-01T00:00:00.000Z'"),
            ("NULL", "99", "root", "kept_at"),
            ("NULL", "0", "root", "kept_at"),
            ("NULL", "-1", "root", "kept_at"),
            ("NULL", "size", "x'00'", "kept_at"),
        )
    ),
    *(
        f"INSERT INTO signatures SELECT {number}, {checkpoint}, {key}, {signature}, {at} FROM signatures WHERE number = 3"
        for number, checkpoint, key, signature, at in (
            ("NULL", "checkpoint", "public_key", "zeroblob(64)", "'2019-01-01T00:00:00.000Z'"),
            ("NULL", "1", "public_key", "zeroblob(64)", "(SELECT kept_at FROM checkpoints WHERE number = 1)"),
            ("NULL", "checkpoint", "public_key", "zeroblob(64)", "'garbage'"),
            ("NULL", "checkpoint", "public_key", "zeroblob(64)", "'2026-02-01'"),
            ("5", "checkpoint", "public_key", "zeroblob(64)", "kept_at"),
            ("0", "checkpoint", "public_key", "zeroblob(64)", "kept_at"),
            ("NULL", "9", "public_key", "zeroblob(64)", "kept_at"),
            ("NULL", "checkpoint", "'garbage'", "zeroblob(64)", "kept_at"),
            ("NULL", "checkpoint", "public_key", "x''", "kept_at"),
        )
    ),
)

ATTACKS = (
    Attack(
        "A kept checkpoint or signature altered, or removed from between others",
        (
            unguarded("UPDATE checkpoints SET root = zeroblob(32) WHERE number = 1"),
            unguarded("UPDATE checkpoints SET size = 12 WHERE number = 1"),
            unguarded("UPDATE checkpoints SET origin = 'another' WHERE number = 1"),
            unguarded("UPDATE checkpoints SET origin = 'a' || char(10) || 'b' WHERE number = 1"),
            unguarded("UPDATE checkpoints SET kept_at = 'long ago' WHERE number = 1"),
            unguarded("UPDATE signatures SET signature = zeroblob(64) WHERE number = 1"),
            unguarded("UPDATE signatures SET checkpoint = 2 WHERE number = 2"),
            unguarded("UPDATE signatures SET public_key = replace(public_key, 'example', 'sample')"),
            unguarded("DELETE FROM signatures WHERE checkpoint = 1", "DELETE FROM checkpoints WHERE number = 1"),
            unguarded("DELETE FROM signatures WHERE number = 2"),
            sql("INSERT INTO checkpoints VALUES (3, 'example.org/timeline', 10, zeroblob(32), '2026-02-01T00:00:00.000Z')"),
            sql("INSERT INTO checkpoints VALUES (3, 'x' || char(10), 10, zeroblob(32), '2026-02-01T00:00:00.000Z')"),
            sql("INSERT INTO signatures SELECT 4, 2, public_key, zeroblob(64), kept_at FROM signatures WHERE number = 3"),
            sql("INSERT INTO signatures SELECT 4, 2, 'x+00000000+AA==', signature, kept_at FROM signatures WHERE number = 3"),
        ),
        DETECTED,
        "`verify`: the log's root at that size, the signature, the numbers",
        "another root|is not valid|is malformed|signed as a log|cannot be read|is missing|has no valid time",
    ),
    Attack(
        "A checkpoint or a signature added that is backdated, out of turn, or of what is not there; a time that is none",
        tuple(sql(statement) for statement in OUT_OF_TURN),
        REFUSED,
        GUARD,
        "immutable and in order",
    ),
    Attack(
        "The same with the guards taken away, and put back",
        tuple(unguarded(statement) for statement in OUT_OF_TURN),
        DETECTED,
        "`verify`: times in order and not before what they rest on, the numbers, the log's root",
        "backdated|it was altered|has no valid time|was removed|events were dropped|cannot be read|is missing",
    ),
    Attack(
        "A checkpoint added that has the log's root under another name, signed by a key of one's own",
        (self_signed,),
        DETECTED,
        "`verify` and the pages: whose key that is, the file cannot tell; the log's name and the owner's key stay",
        "1 of evil.example, signed by evil.example .* the file cannot prove that the key is theirs",
    ),
    Attack(
        "A public key under which anyone can sign: the eight points of small order, and other forms of them",
        tuple(lambda case, key=key: Key.parse(str(key)) for key in weak("example.org/timeline")),  # type: ignore[misc]
        REFUSED,
        "whatever reads a key: the program, both verifiers, the browser",
        "anyone can sign with it",
    ),
    Attack(
        "A checkpoint of no events, to which every log adds",
        tuple(lambda case, root=root: of_nothing(case, root) for root in (merkle.EMPTY, bytes(32))),  # type: ignore[misc]
        REFUSED,
        "whatever reads a checkpoint: the program, both verifiers, the browser",
        "covers no event, so it proves nothing",
    ),
    Attack(
        "A forged checkpoint: another root, key or origin, more lines, a bad signature beside a good one, one moved here",
        (
            forged_note(lambda case, kept: Note(replace(kept, root=bytes(32)).text, case.kept.signatures)),
            forged_note(lambda case, kept: signed(case.key, replace(kept, root=bytes(32)))),
            forged_note(lambda case, kept: signed(SigningKey.new("example.org/timeline"), kept)),
            forged_note(lambda case, kept: signed(case.key, replace(kept, origin="another.example"))),
            forged_note(lambda case, kept: Note(replace(kept, extensions=("more",)).text, case.kept.signatures)),
            forged_note(lambda case, kept: Note(kept.text)),
            forged_note(lambda case, kept: signed(case.key, replace(kept, size=999))),
            forged_note(two_signatures),
            forged_note(moved_signature),
        ),
        DETECTED,
        "`verify --against --trust`: the signature, its key's name, the root",
        "is not valid|not by|not its own signature|signed by nobody|another root|events were dropped",
    ),
    Attack(
        "A forged proof: words, leaf, index, hash or checkpoint altered, or of another tree",
        (
            forged_proof(lambda case, proof: replace(proof, proven=replace(proof.proven, data='{"statement":{}}'))),
            forged_proof(lambda case, proof: replace(proof, proven=replace(proof.proven, salt=bytes(16)))),
            forged_proof(lambda case, proof: of_leaf(proof, "The editors", "Nobody")),
            forged_proof(lambda case, proof: of_leaf(proof, "2026-", "2020-")),
            forged_proof(lambda case, proof: of_leaf(proof, '"position":3', '"position":4')),
            forged_proof(lambda case, proof: replace(proof, index=3)),
            forged_proof(lambda case, proof: replace(of_leaf(proof, '"position":3', '"position":4'), index=3)),
            forged_proof(lambda case, proof: replace(proof, hashes=(bytes(32), *proof.hashes[1:]))),
            forged_proof(lambda case, proof: replace(proof, hashes=proof.hashes[:-1])),
            forged_proof(lambda case, proof: replace(proof, hashes=(*proof.hashes, bytes(32)))),
            forged_proof(
                lambda case, proof: replace(proof, note=Note(replace(proof.checkpoint, size=10).text, proof.note.signatures))
            ),
            forged_proof(
                lambda case, proof: replace(proof, note=Note(proof.note.text.replace("timeline", "others"), proof.note.signatures))
            ),
            forged_proof(of_other_tree),
        ),
        DETECTED,
        "`verify-proof --trust`",
        "does not match the hash|does not lead|says position|hashes|is not valid|not by|root",
    ),
    Attack(
        "A module laid beside a verifier, which Python would import in the place of its own",
        (
            impersonated("verify_log", "timeline.db", "checkpoint"),
            impersonated("verify_proof", "checkpoint"),
            impersonated("verify_stamp", "checkpoint", "--authority", "checkpoint"),
        ),
        DETECTED,
        "the three verifiers, which import nothing from their own folder",
        r"(?s)Fault.*Not shown",
    ),
    Attack(
        "`application_id` or `user_version` changed",
        (
            sql("PRAGMA application_id = 0"),
            sql("PRAGMA application_id = 1"),
            sql("PRAGMA user_version = 1"),
            sql("PRAGMA user_version = 99"),
        ),
        DETECTED,
        "opening is refused",
        "is not a timeline|version|release",
    ),
)
