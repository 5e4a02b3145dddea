"""What is written for the reader of a published folder, and for the machine that serves it: README.md and Dockerfile.

Owns these words. Must not read a timeline.
"""

import json
import shlex

from timeline.merkle import Checkpoint, Key
from timeline.publishing.folder import CHECKPOINT, LOG_VERIFIER, METADATA, PROOF_VERIFIER, PUBLIC_KEY

_IMAGE = "python:3.12.11-slim-bookworm"  # the same whoever publishes; a later one with a later version of this program
_DOCKERFILE = """\
# Made by `timeline publish`, and again each time: change a copy of it.
#   docker build -t timeline .    docker run -p 8001:8001 timeline
# The tag names one version, and can still be given to another image. To hold it to the byte, add the digest that
# `docker buildx imagetools inspect {image}` tells: FROM {image}@sha256:…
FROM {image}
RUN useradd --system --uid 10001 timeline
WORKDIR /timeline
COPY {wheel_listed}
RUN pip install --no-cache-dir {wheel} 'datasette>=0.65,<1' 'datasette-hashed-urls>=0.4,<1'
COPY --chown=timeline:timeline {listed}
# Hash the file and count its rows once, not at each start.
RUN datasette inspect {database} --inspect-file inspect.json
USER timeline
ENV PORT=8001
EXPOSE 8001
# -i: nobody writes to it. Every address then holds the file's hash, and may be kept by a CDN for a year; others for a minute.
CMD exec datasette serve -i {database} -m {metadata} --inspect-file inspect.json --setting default_cache_ttl 60 \\
    --host 0.0.0.0 --port "${{PORT:-8001}}"
"""

_README = """\
# {title}

A timeline as its publisher stood by it when the log held {events} events: what happened, when, and the documents that say so, in
one SQLite file. `timeline publish` made this folder, and makes all of it again each time.

## Check it

That nobody changed it since you, or someone you trust, kept a checkpoint (a file like `{checkpoint}` here: three lines, and
signatures):

```bash
python3 {log_verifier} {database} CHECKPOINT{signed}
```

The script is short, made to be read, and needs nothing but Python{extra}.
`{proof_verifier}` is another such script: it checks the proof of a single event, a file that the event's page hands out. With the
program itself everything is checked, also every quotation in its document:

```bash
python3 -m venv venv && venv/bin/pip install ./{wheel}{cryptography}
venv/bin/timeline verify --db {database} --against CHECKPOINT{trusted}
```

No `-wal` and no `-journal` belongs beside {database}: other programs would read it with the file, `datasette -i` would not, and
`timeline verify` finds fault with it.

The `{checkpoint}` in this folder is of the same hand as the rest: it shows something to those who have it from elsewhere, or from
earlier. So keep it. `checkpoints/`, once there were earlier ones, holds them, and from each to the next the proof that nothing was
taken back (in the form that c2sp.org/tlog-witness gives to a request to cosign).
{key}
## Serve it

```bash
venv/bin/pip install datasette-hashed-urls && venv/bin/datasette -i {database} -m {metadata}
```

Or build the `{dockerfile}`. Behind a CDN pages are kept for a year under an address that holds the file's hash; the next
publication has other addresses, to which the old ones lead. After a redaction, or with another version of the program, empty
the CDN's cache: it would go on showing the old pages at the old addresses.
"""
_KEY = """
Its checkpoints are signed by `{key}` (`{file}`). Make sure from elsewhere that this is the publisher's key.
"""


def dockerfile(database: str, wheel: str) -> str:
    """Write how to serve the folder."""
    return _DOCKERFILE.format(
        image=_IMAGE,
        wheel=shlex.quote(f"./{wheel}"),
        wheel_listed=json.dumps([wheel, "./"]),
        listed=json.dumps([database, METADATA, "./"], ensure_ascii=False),
        database=shlex.quote(database),
        metadata=METADATA,
    )


def readme(database: str, wheel: str, title: str, checkpoint: Checkpoint, key: Key | None) -> str:
    """Write what the folder is, how to check it, and how to serve it."""
    return _README.format(
        title=title,
        events=f"{checkpoint.size:,}",
        checkpoint=CHECKPOINT,
        log_verifier=LOG_VERIFIER,
        proof_verifier=PROOF_VERIFIER,
        database=shlex.quote(database),
        wheel=wheel,
        metadata=METADATA,
        dockerfile="Dockerfile",
        signed=f' --key "$(cat {PUBLIC_KEY})"' if key else "",
        trusted=f" --trust {PUBLIC_KEY}" if key else "",
        extra=", and for signatures the package cryptography" if key else "",
        cryptography=" cryptography" if key else "",
        key=_KEY.format(key=key, file=PUBLIC_KEY) if key else "",
    )
