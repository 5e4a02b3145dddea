"""Sound inputs of every kind, from which fuzzers begin."""

import json
from pathlib import Path

from attack_case import Case, build

from timeline import Timeline
from timeline.proof.signing import SigningKey

YAML = """
sources:
  - {id: more, text: "Some words are kept, and others are not.", title: A source, published: 2025-11-27, language: en}
happenings:
  - id: one
    title: A title
    date: 2025-11-24/2025-11-27
    actors: [Someone, {name: Another, role: chair}]
    tags: [a, b]
    latitude: 31.6
    longitude: -8
    citations:
      - {source: source, quote: "These very words", stance: disputes}
      - source: source
        quote: >-
          so it
          was
  - {correct: one, title: "Another\\ttitle", reason: A better source}
  - {retract: one, reason: &why "It was put off", superseded_by: one}
"""
JSONL = "\n".join(
    json.dumps(entry, ensure_ascii=False)
    for entry in (
        {"source": {"id": "more", "text": "Some words are kept.", "title": "A source"}},
        {
            "happening": {
                "id": "one",
                "title": "A title",
                "date": "2025",
                "citations": [{"source": "source", "quote": "very words"}],
            }
        },
        {"id": "two", "title": "Zwölf", "date": "1985~/..", "latitude": 31.6, "related": [{"other": "one", "relation": "follows"}]},
        {"correct": "one", "title": "Another", "reason": "A better source"},
        {"correct_source": "more", "publisher": "TNA", "reason": "The byline"},
        {"retract": "one", "reason": "It was put off"},
    )
)
EDTF = (
    "2025", "2025-11-24/2025-11-27", "[..2025-11-26]", "{1667-12, 1668, 1670..1672}", "1985~", "2004-06-~11", "-0044", "Y-17E7S3",
    "201X", "156X-12-25", "2001-21^southern", "../..", "1984?/2004-06~", "2025-11-24T10:20:30+01:00", "Y170000002",
    "1XXX-XX", "?2004-%06",
)  # fmt: skip
PAGES = (
    "\nq=council&kind=meeting&actor=the-council&place=Marrakech&tag=council&source=report&from=2024&to=2026&as_of=9&status=all",
    "\nlanes=kind&view=1990-01-01/2005-06-30T12:00&focus=meeting&embed=1&size=20&after=1,-2,2003,x",
    "\nmark=disputed&before=end&print=1", "drawing/overview\nwidth=900&q=x", "drawing/view\nview=2020/2026&width=500&lanes=actor",
    "drawing/next\nstep=-1&focus=vote", "meeting\nas_of=4", "vote\n", "told\nas_of=2026-01-01", "none\n",
    "sources/report\npassage=10-20", "sources/secret\n", "events/3\ncheckpoint=1", "events/10\n",
    "events/3/proof\ncheckpoint=1", "events/99/proof\n",
    "log/checkpoints\nfrom=1&to=2&below=3", "log/checkpoints/1\n", "log/checkpoints/now\n", "log/consistency\nfrom=1&to=2",
    ".\n_date=date&_title=title&_until=latest&_sort=id", ".\n_where=1=1&date__gt=2000&_search=x",
)  # fmt: skip


def samples(folder: Path) -> tuple[Case, dict[str, list[bytes]]]:
    """Build a timeline, and give it with the inputs of each reader."""
    case = build(folder)
    with Timeline(case.path) as timeline:
        proofs = [str(timeline.prove(position)).encode() for position in (1, 3, 10, 13)]
        proofs += [str(timeline.prove(3, case.kept)).encode()]
        notes = [str(timeline.checkpoint(case.key)).encode(), case.kept.text.encode(), str(case.kept).encode()]
    file = folder / "sample.key"
    SigningKey(case.key.public.name, case.key._private).save(file)
    return case, {
        "yaml": [YAML.encode()],
        "jsonl": [JSONL.encode()],
        "proof": proofs,
        "note": notes,
        "vkey": [str(key).encode() for key in case.keys],
        "key": [file.read_bytes()],
        "edtf": [date.encode() for date in EDTF],
        "page": [page.encode() for page in PAGES],
    }
