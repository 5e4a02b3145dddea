"""Fuzz what reads from outside with atheris, which looks for inputs that reach code no input reached before.

    python tests/fuzz/fuzz.py READER [options of libFuzzer, such as -max_total_time=300]

READER is yaml, jsonl, proof, note, vkey, key, edtf or page; "all" takes the first byte of each input for the reader.
Needs the extra `fuzz`; .ci/nightly runs each reader for minutes. It stops at the first input that is not refused in a line.
"""

import sys
import tempfile
from pathlib import Path

import atheris

sys.path[:0] = [str(Path(__file__).parent), str(Path(__file__).parents[1])]
with atheris.instrument_imports(include=["timeline", "yaml"]):
    from readers import Readers
    from samples import samples


def run(name: str, options: list[str]) -> None:
    """Fuzz one reader, or all of them, from sound inputs on."""
    folder = Path(tempfile.mkdtemp(prefix="timeline-fuzz-"))
    case, sound = samples(folder)
    readers = Readers(case.path, case.keys)
    names = list(readers.all)

    def one(content: bytes) -> None:
        if name != "all":
            readers.all[name](content)
        elif content:
            readers.all[names[content[0] % len(names)]](content[1:])

    corpus = folder / "corpus"
    corpus.mkdir()
    for number, kind in enumerate(names):
        for part, content in enumerate(sound[kind]):
            if name in ("all", kind):
                (corpus / f"{kind}-{part}").write_bytes(bytes([number]) * (name == "all") + content)
    atheris.Setup([sys.argv[0], str(corpus), *options], one)
    atheris.Fuzz()


if __name__ == "__main__":
    run(sys.argv[1], sys.argv[2:])
