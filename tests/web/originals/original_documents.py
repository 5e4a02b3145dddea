"""A timeline whose sources are documents of several kinds: a PDF, a page, an e-mail, a text and a picture."""

import sys
from collections.abc import Callable
from pathlib import Path

from datasette.app import Datasette
from examples import picture

sys.path.insert(0, str(Path(__file__).parent.parent.parent / "capture"))
import material  # documents of every kind

from timeline import Timeline

Serve = Callable[..., Datasette]
PDF = material.pdf(["The council met in Marrakech. The council met in Rabat.", b"", "It sat for four days."])
HTML = (
    b'<h1>Minutes</h1><p>It met in Marrakech.<script>alert(1)</script><img src="https://evil.example/x.png">'
    b'<link rel=stylesheet href="https://evil.example/x.css"><meta http-equiv=refresh content="0;url=https://evil.example/">'
    b'<a href="https://evil.example/go">Go</a><form action="https://evil.example/f"><button>Send</button></form>'
)
SOURCES = "/timeline/-/timeline/sources"


def build(path: Path, folder: Path) -> Path:
    """Make a timeline with a PDF, a page, an e-mail, a text and a picture; the PDF is cited on two pages."""
    files = {"minutes.pdf": PDF, "page.html": HTML, "mail.eml": b"From: a@b.example\nDate: 1\nSubject: x\n\nIt met.\n"}
    files["notes.txt"] = "Côte d’Ivoire joined.".encode("cp1252")
    with Timeline(path, by="tester") as timeline:
        for name, content in files.items():
            (folder / name).write_bytes(content)
            encoding = "cp1252" if name == "notes.txt" else None
            timeline.archive(folder / name, id=name.partition(".")[0], title=f'The "{name}" / Ö', encoding=encoding)
        timeline.archive(**picture("hall"))
        minutes = timeline.source("minutes")
        timeline.record("rabat", title="It meets", date="2025", citations=[minutes.quote("The council met in Rabat")])
        timeline.record("days", title="It sits", date="2025", citations=[minutes.quote("four days")])
        timeline.record("web", title="It met", date="2025", citations=[timeline.source("page").quote("met in Marrakech")])
    return path
