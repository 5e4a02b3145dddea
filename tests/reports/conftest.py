"""A timeline for the tests of reports, in the current folder."""

import sys
from pathlib import Path

import pytest
from examples import Clock
from report_commands import NEWS, PORT

from timeline import Timeline

sys.path.insert(0, str(Path(__file__).parent.parent / "capture"))
import material  # PDFs


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Make a timeline in a folder of its own, with every mark that a happening can have."""
    monkeypatch.chdir(tmp_path)
    pdf = tmp_path / "port.pdf"
    pdf.write_bytes(material.pdf(["An empty page.", f"{PORT}, because of the storm."]))
    with Timeline("timeline.db", by="Ada", clock=Clock()) as timeline:
        letter = timeline.archive(
            pdf, id="letter", title="A <b>letter</b>", author="R. Master", published="2021-03-05", collected_by="Ada",
            collected_from="the port", custody=[{"when": "2022-01-03", "who": "The notary", "what": "received the original"}],
        )  # fmt: skip
        news = timeline.archive(text=NEWS, id="news", title="The news", publisher="The News", language="en")
        said = [letter.quote(PORT), news.quote('it is "said"', stance="disputes", supports="the day")]
        timeline.record("port", title="The port <i>closes</i>", date="2021-03", date_note="The month alone.", citations=said)
        timeline.correct("port", date="2021-03-03~", reason="The letter gives the day.")
        timeline.record(
            "claim", title="إغلاق الميناء", date="2021-03-03", attributed_to="The News", citations=[news.quote("أُغلق الميناء")]
        )
        timeline.record("wrong", title="A ship leaves", date="2021-03-04", citations=[news.quote("Unmistakeable words")])
        timeline.retract("wrong", reason="It did not.", superseded_by="port")
    return tmp_path
