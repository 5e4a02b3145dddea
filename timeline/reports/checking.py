"""How to check a report, step by step, in words for a judge: the same steps on its page and in the README of its folder.

Owns these words. Must not claim more than the stand-alone verifiers show.
"""

import shlex
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from timeline.proof import opentimestamps
from timeline.reports.contents import Contents, signature_kind

CHECKPOINT: Final = "checkpoint"
STAMP: Final = f"{CHECKPOINT}{opentimestamps.ENDING}"
SUMS: Final = "SHA256SUMS"
LOG_VERIFIER, PROOF_VERIFIER, STAMP_VERIFIER = "verify_log.py", "verify_proof.py", "verify_stamp.py"
HASH: Final = (
    "A hash is a number that a computer works out from all the bytes of a file: if one letter of the file changes, so does the"
    " hash, and nobody knows how to make another file with the same one."
)
PROVES: Final = (
    "If the checks succeed, each record in this report is, word for word, in the log that the checkpoint stands for, and the"
    " documents are, byte for byte, those that were archived. If the same checkpoint, or a later one of the same log, has been in"
    " somebody else's hands, nothing that it covers was changed since then."
)
PROVES_NOT: Final = (
    "It does not prove that a source tells the truth, that a document is authentic, or that a record is complete or fair. The times"
    " and names in the records are those that the log states: a time stamp, or a copy of the checkpoint that somebody else has,"
    " shows the latest time at which they can have been written; a signature shows who vouched for the log."
)


@dataclass(frozen=True, slots=True)
class Step:
    """A step: a question, the answer in sentences, and commands to type, if any."""

    question: str
    words: Sequence[str]
    commands: Sequence[str] = ()


def steps(contents: Contents, *, folder: bool) -> list[Step]:
    """Return the steps, in the order in which somebody takes them. `folder`: the files of the report are at hand."""
    result = [*_files(contents)] if folder else [_alone(contents)]
    result.append(_records(contents, folder=folder))
    result.append(_documents(contents, folder=folder))
    result += [*_signatures(contents), *_dated(contents)]
    result.append(
        Step(
            "Is the whole log unchanged?",
            [
                f"This needs a copy of the timeline's database, such as timeline.db, and the file {CHECKPOINT}. The command reads"
                " every record, works out the hash over all of them, and compares it with the checkpoint. Its last line is Shown"
                " if they agree, and Not shown if anything was changed, removed or put in between. It compares the documents as"
                " well."
            ],
            [f"python3 -I {LOG_VERIFIER} timeline.db {CHECKPOINT}{_keys(contents)}"],
        )
    )
    return result


def _files(contents: Contents) -> list[Step]:
    return [
        Step(
            "Are all files of this folder here, as they were made?",
            [
                f"{SUMS} lists the hash of each other file. The first command is for Linux, the second for macOS. Each file must"
                " be OK. On Windows, certutil -hashfile FILE SHA256 prints the hash of a file, to be compared with the list."
                " Anyone who changes a file can also change the list, so this finds accidents; the next steps find more."
            ],
            [f"sha256sum --check {SUMS}", f"shasum -a 256 -c {SUMS}"],
        )
    ]


def _alone(contents: Contents) -> Step:
    return Step(
        "Which files are needed?",
        [
            "This page holds the checkpoint and the proofs: open it on a computer, and choose “save the proof” beside a version,"
            " and “save the checkpoint” at the end. The programs that check them, short enough to be read, come with the"
            " timeline's program and in the folder that its publisher can make of this report (timeline report --folder). They"
            " need only Python 3.11 or later, and nothing of ours. Better still, get them from somebody you trust.",
        ],
    )


def _records(contents: Contents, *, folder: bool) -> Step:
    name = contents.proof_name(min(contents.proofs)) if contents.proofs else "PROOF"
    name = f"proofs/{name}" if folder else name
    check = f"python3 -I {PROOF_VERIFIER} {{}} --checkpoint {CHECKPOINT}{_keys(contents)}"
    each = check.format('"$proof"')
    every = [f'for proof in proofs/*; do {each} || echo "NOT SHOWN: $proof"; done'] if folder else []
    return Step(
        "Is each record in the log, word for word?",
        [
            "Each version of a happening, and of a source, has a proof: a small file with the record, word for word, and the"
            " hashes that lead from it to the checkpoint. The command prints the record, and Shown in its last line, or Not shown"
            " if the proof, or a letter of the record, was changed. Compare the printed title, date and quotations with this"
            " report.",
            *(["The second command checks all proofs (Linux and macOS)."] if folder else []),
        ],
        [check.format(name), *every],
    )


def _documents(contents: Contents, *, folder: bool) -> Step:
    here = next((one.document for one in contents.sources if one.document and not one.document.absent), None)
    words = [
        "The record of a source states the SHA-256, a hash, of its document as received and of the text that a program read from"
        " it. Work out the hash of your copy of the document: it must be the one in the record, which is also in this report.",
        "Then look for the quotation: open the document at the page that is named, or search its text for the words.",
    ]
    cited = [quotation for entry in contents.entries if entry.happening for quotation in entry.happening.quotations]
    if any(quotation.description is not None for quotation in cited):
        words.append(
            "A description is not in the document: it is in the words of the person who cites it. Look at the region of the"
            " picture, or play the part of the recording, and judge for yourself."
        )
    if folder and here is None:
        words.append("This folder has no document: see beside each source why.")
    name = here.name if folder and here else "DOCUMENT"
    commands = [f"sha256sum {shlex.quote(name)}"]
    if folder and here and (citing := _citing(contents)):
        words.append(
            "The second command does so for a whole record: it names the file of each document, and looks for each quotation in the"
            " text of its source, letter for letter. Where only spaces or signs such as quotation marks differ, it prints those of"
            " the text. Its last line is Not shown if the words are not there. The third command is for all records."
        )
        folders = {
            one.name.partition("/")[0]
            for source in contents.sources
            for one in (source.document, source.text)
            if one and not one.absent
        }
        files = "".join(f" --files {name}" for name in sorted(folders))
        check = f"python3 -I {PROOF_VERIFIER} {{}} --checkpoint {CHECKPOINT}{_keys(contents)}{files}"
        each = check.format('"$proof"')
        commands += [check.format(f"proofs/{citing}"), f'for proof in proofs/*; do {each} || echo "NOT SHOWN: $proof"; done']
    return Step("Is a document the one that was archived, and are the words in it?", words, commands)


def _citing(contents: Contents) -> str | None:
    """Return the name of a proof of a happening, as it is now known, with its quotations."""
    entry = next((one for one in contents.entries if one.happening and one.happening.quotations), None)
    return contents.proof_name(entry.happening.position) if entry and entry.happening else None


def _dated(contents: Contents) -> list[Step]:
    """Return how to check the stamp of OpenTimestamps, which only a folder has."""
    if contents.ots is None:
        return []
    words = (
        f"{STAMP} ties the checkpoint to a block of the Bitcoin chain, which shows the latest time at which the checkpoint can have"
        " been written. The command is the client of OpenTimestamps (https://opentimestamps.org); it needs a Bitcoin node. Without"
        " one, “ots info” prints the block and its Merkle root, to compare with what any public list of blocks shows."
    )
    return [Step("Since when has the checkpoint existed, by the Bitcoin chain?", [words], [f"ots verify {STAMP}"])]


def _signatures(contents: Contents) -> list[Step]:
    signatures = contents.note.signatures
    if not signatures:
        words = (
            "Nobody signed this checkpoint, so it does not show who made it. Ask for the same checkpoint, or another one of the"
            " log, from somebody who had it before the dispute began, and compare the lines."
        )
        return [Step("Who vouches for the checkpoint, and since when?", [words])]
    kinds = {one.name: signature_kind(one.signature) for one in signatures}
    signed = ", ".join(f"{kind} by {name}" for name, kind in kinds.items())
    words = (
        f"It has {signed}. Anyone can write a name: get the public key"
        " from its owner, by another way than this report, and add it to the commands above as --key KEY. They then print who"
        " signed."
    )
    result = [Step("Who vouches for the checkpoint?", [words])]
    if stamps := [one for one in signatures if signature_kind(one.signature) == "a time stamp"]:
        stamped = [
            "A time-stamping authority saw the checkpoint. Get the certificate of the authority from itself; the command needs"
            " OpenSSL, prints the time, and Shown in its last line."
        ]
        if len(stamps) > 1:
            stamped.append(
                f"It has {len(stamps)} time stamps. Run the command once for each authority, with its own certificate. Each run"
                " says of the other stamps that this certificate does not confirm them."
            )
        command = f"python3 -I {STAMP_VERIFIER} {CHECKPOINT} --authority CERTIFICATE.pem"
        result.append(Step("Since when has the checkpoint existed?", stamped, [command]))
    return result


def _keys(contents: Contents) -> str:
    """Return the options for the keys that were checked, except an authority's, which only one verifier reads."""
    return "".join(f" --key {shlex.quote(str(one.key))}" for one in contents.checked if one.key.type in (1, 4))


def readme(contents: Contents, heading: str, page: str) -> str:
    """Write the README of the folder, as plain text."""
    parts = [
        f"{heading}\n\n{page} is the report: open it in a browser, or print it. This folder holds it with the files to check it.",
        "originals/   documents, byte for byte as they were received. Web pages and e-mails end in .txt, so that they open as"
        " text: a\n             browser could run programs in them, or load pictures from elsewhere.\n"
        "texts/       the text that was read from each document\n"
        "proofs/      one proof for each record\n"
        f"{CHECKPOINT}   the state of the log: its name, its number of records, one hash over all of them, and signatures\n"
        f"{PROOF_VERIFIER}, {LOG_VERIFIER}, {STAMP_VERIFIER}   programs of at most 220 lines that check these; they need\n"
        "             only Python 3.11 or later (https://www.python.org), for signatures the package cryptography, for stamps"
        f" OpenSSL\n{SUMS}   the hash of each file",
        HASH,
    ]
    for number, step in enumerate(steps(contents, folder=True), start=1):
        words = "\n\n".join(step.words)
        commands = "".join(f"\n\n    {command}" for command in step.commands)
        parts.append(f"{number}. {step.question}\n\n{words}{commands}")
    parts += [f"This proves\n\n{PROVES}", f"This does not prove\n\n{PROVES_NOT}"]
    return "\n\n".join(parts) + "\n"
