"""The README.md and Dockerfile of a published folder.

Owns their text. Must not read a timeline.
"""

import json
import shlex

from timeline.merkle import Checkpoint, Key
from timeline.publishing.folder import CHECKPOINT, LOG_VERIFIER, METADATA, PROOF_VERIFIER, PUBLIC_KEY

_IMAGE = "python:3.12.11-slim-bookworm"  # the same for every publisher; a later version of this program has a later one
_DOCKERFILE = """\
# `timeline publish` writes this file again each time: change a copy of it.
#   docker build -t timeline .    docker run -p 8001:8001 timeline
# The tag names one version, but can be moved to another image. To pin the exact bytes, add the digest that
# `docker buildx imagetools inspect {image}` shows: FROM {image}@sha256:…
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
# -i: the file is immutable. Addresses then hold the file's hash, and a CDN may cache them for a year; other addresses for a minute.
CMD exec datasette serve -i {database} -m {metadata} --inspect-file inspect.json --setting default_cache_ttl 60 \\
    --host 0.0.0.0 --port "${{PORT:-8001}}"
"""

_README = """\
# {title}

A timeline, published when its log held {events} events: what happened, when, and the documents that say so, in one SQLite file.
`timeline publish` made this folder, and writes all of it again each time.

## Check it

Check that nobody has changed it since you, or someone you trust, kept a checkpoint (a file like `{checkpoint}` here: three lines,
and signatures):

```bash
python3 {log_verifier} {database} CHECKPOINT{signed}
```

The script is short and easy to read, and needs only Python{extra}.
`{proof_verifier}` is a similar script: it checks the proof of a single event, a file that you can download from the event's page.
The program itself checks everything, including every quotation in its document:

```bash
python3 -m venv venv && venv/bin/pip install ./{wheel}{cryptography}
venv/bin/timeline verify --db {database} --against CHECKPOINT{trusted}
```

There must be no `-wal` and no `-journal` file beside {database}: other programs would read it with the database, `datasette -i`
would not, and `timeline verify` reports it as a fault.
{withheld}
The `{checkpoint}` in this folder comes from the same person as the rest: it is evidence only for those who have it from elsewhere,
or from earlier. So keep it. `checkpoints/` holds the earlier checkpoints, if any, and from each to the next the proof that nothing
was removed (in the format of a request for a cosignature, c2sp.org/tlog-witness).
{key}
## Serve it

```bash
venv/bin/pip install datasette-hashed-urls && venv/bin/datasette -i {database} -m {metadata}
```

Or build the `{dockerfile}`. A CDN caches pages for a year under an address with the file's hash; the next publication has other
addresses, and the old ones redirect to them. After a redaction, or with another version of the program, empty the CDN's cache: it
would otherwise keep showing the old pages at the old addresses.
"""
_WITHHELD = """
The publisher withholds the documents: this folder has the SHA-256 of each, and the cited passages. So the quotations cannot be
looked for in their documents here. To check one, ask the publisher for its document, and compare the SHA-256.
"""
_KEY = """
Its checkpoints are signed by `{key}` (`{file}`). Confirm from another source that this is the publisher's key.
"""


def dockerfile(database: str, wheel: str) -> str:
    """Return the Dockerfile, which serves the folder."""
    return _DOCKERFILE.format(
        image=_IMAGE,
        wheel=shlex.quote(f"./{wheel}"),
        wheel_listed=json.dumps([wheel, "./"]),
        listed=json.dumps([database, METADATA, "./"], ensure_ascii=False),
        database=shlex.quote(database),
        metadata=METADATA,
    )


def readme(database: str, wheel: str, title: str, checkpoint: Checkpoint, key: Key | None, *, withheld: bool) -> str:
    """Return the README: what the folder is, how to check it, and how to serve it; and whether the documents are withheld."""
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
        withheld=_WITHHELD if withheld else "",
        key=_KEY.format(key=key, file=PUBLIC_KEY) if key else "",
    )
