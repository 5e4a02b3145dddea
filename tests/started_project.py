"""Commands that tests run in a new project, and its documents."""

import re
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

from click.testing import CliRunner, Result

from timeline.cli import main

WORDS = "The council met in Marrakech on 24 November 2025"
IDENTITY = ["-c", "user.name=Tester", "-c", "user.email=tester@example.org", "-c", "init.defaultBranch=main"]


def run(*words: str) -> Result:
    """Run a command in this process; nothing may end in a traceback."""
    result = CliRunner().invoke(main, list(words))
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result


def python(*words: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """Run a script of the project as a person does."""
    return subprocess.run([sys.executable, *words], cwd=folder, capture_output=True, text=True, check=False)


def git(folder: Path, *words: str) -> None:
    """Run git as someone who has told it their name."""
    subprocess.run(["git", *IDENTITY, *words], cwd=folder, check=True, capture_output=True)


def uncommented(bundle: str) -> str:
    """Take away every single "#", as the template's first lines say; the explanations, with two, stay comments."""
    return re.sub(r"^#(?!#)", "", bundle, flags=re.MULTILINE)


def pdf(*lines: str) -> bytes:
    """Make a PDF of one page with these lines."""
    shown = " ".join(f"({line.replace('(', '').replace(')', '')}) Tj T*" for line in lines)
    content = f"BT /F1 12 Tf 14 TL 72 720 Td {shown} ET".encode()
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 612 792]/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>>>>>",
        b"<</Length %d>>stream\n%s\nendstream" % (len(content), content),
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
    ]
    made, places = b"%PDF-1.4\n", []
    for number, held in enumerate(objects, start=1):
        places.append(len(made))
        made += b"%d 0 obj\n%s\nendobj\n" % (number, held)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    start, size = len(made), len(objects) + 1
    return made + b"xref\n0 %d\n0000000000 65535 f \n%strailer<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % (
        size,
        table,
        size,
        start,
    )


def forged(path: Path) -> None:
    """Forge the read tables of a published file, and beside it lay a WAL with the genuine pages, which `datasette -i` ignores."""
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("UPDATE happenings SET title = 'Forged'")
        alone = path.read_bytes()
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("UPDATE happenings SET title = 'The council meets'")
        wal = Path(f"{path}-wal").read_bytes()
    path.write_bytes(alone)
    Path(f"{path}-wal").write_bytes(wal)
    with closing(sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)) as connection:
        assert connection.execute("SELECT title FROM happenings").fetchall() == [("The council meets",)]
    Path(f"{path}-shm").unlink(missing_ok=True)


def tampered(published: Path, what: str) -> None:
    """Change the past in one of the ways in which it can be changed."""
    bundle, seed = published / "events" / "first.yaml", published / "seeds" / "report.txt"
    if what == "an entry":
        bundle.write_text(bundle.read_text().replace("date: 2025-11-24", "date: 2025-11-23"))
    elif what == "a document":
        seed.write_text(seed.read_text().replace("four days", "five days"))
    elif what == "a document taken away":
        seed.unlink()
    elif what == "the published file taken away":
        shutil.rmtree(published / "public")
    elif what == "the published file, with a WAL that hides it":
        forged(published / "public" / "timeline.db")
        git(published, "add", ".")
    elif what == "a link in its place":
        (published / "public" / "timeline.db").rename(published / "elsewhere.db")
        (published / "public" / "timeline.db").symlink_to("../elsewhere.db")
        git(published, "add", ".")
    else:  # all of it made anew, as if it had always been so; the last step hides it from whoever looks at the last commit alone
        bundle.write_text(bundle.read_text().replace("date: 2025-11-24", "date: 2025-11-23"))
        shutil.rmtree(published / "public")
        (published / "timeline.db").unlink()
        run("build")
        assert run("publish", "public").exit_code == 0
    git(published, "commit", "-am", "Nothing happened")
    git(published, "commit", "--allow-empty", "-m", "Go on")
