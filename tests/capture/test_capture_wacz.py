"""WACZ: the choice of the page by the archive's own list, its title, and its digests."""

import json
from base64 import b64encode
from hashlib import sha256
from pathlib import Path

import material
from material import read, refusal
from office_material import WACZ, packed

from timeline import Timeline

PAGE = ("https://example.org/a", "text/html", b"<p>One page.</p>")
OTHER = ("https://example.org/b", "text/html", b"<p>Another.</p>")


def wacz(*pages: str, digest: str = "", more: dict[str, bytes] | None = None) -> bytes:
    """Write an archive of two WARCs, with a list of pages, and the digest of each."""
    listed = [{"format": "json-pages-1.0"}, *({"url": url, "title": f"Title of {url[-1]}"} for url in pages)]
    members = {
        "archive/a.warc.gz": material.warc(PAGE, packed=True),
        "archive/b.warc": material.warc(OTHER),
        "pages/pages.jsonl": "\n".join(map(json.dumps, listed)).encode(),
        **(more or {}),
    }
    resources = [{"path": name, "hash": f"sha256:{digest or sha256(content).hexdigest()}"} for name, content in members.items()]
    package = json.dumps({"profile": "data-package", "resources": resources}).encode()
    own = json.dumps({"path": "datapackage.json", "hash": f"sha256:{sha256(package).hexdigest()}"})
    return packed({**members, "datapackage.json": package, "datapackage-digest.json": own})


def test_the_page_of_the_list_is_read() -> None:
    """The only one of the list, or the one that is named, from any WARC in it; its address and title are facts."""
    found = read(wacz("https://example.org/a"), WACZ)
    assert found.text == "One page.\n"
    assert found.extractor.startswith("WACZ (digests checked), warcio ")
    assert found.facts == {"title": "Title of a", "url": "https://example.org/a", "collected_at": "2025-11-24T10:00:00Z"}
    both = wacz("https://example.org/a", "https://example.org/b")
    assert read(both, WACZ, record="https://example.org/b").text == "Another.\n"
    asked = refusal(both, WACZ)
    assert "holds 2 pages. Name one of them as the record: https://example.org/a (“Title of a”), https://example.org/b" in asked
    assert "holds 2 documents" in refusal(wacz(), WACZ), "without a list, as in a WARC"
    assert "holds no document of https://example.org/c" in refusal(both, WACZ, record="https://example.org/c")


def test_a_changed_or_foreign_archive_is_refused() -> None:
    """A file without its digest, a list of pages that is no JSON, no WARC at all; without digests that is said."""
    assert "does not have the digest that datapackage.json states" in refusal(wacz("https://example.org/a", digest="0" * 64), WACZ)
    changed = packed({"datapackage.json": "{}", "datapackage-digest.json": '{"hash": "sha256:00"}', "a.warc": material.warc(PAGE)})
    assert "datapackage.json in it does not have the digest that datapackage-digest.json states" in refusal(changed, WACZ)
    assert "pages/pages.jsonl in it is not sound JSON" in refusal(wacz(more={"pages/pages.jsonl": b"{}\nx"}), WACZ)
    assert "is not a WACZ: there is no WARC in it" in refusal(packed({"x": "y"}), WACZ)
    assert "WACZ (without digests)" in read(packed({"archive/a.warc": material.warc(PAGE)}), WACZ).extractor


def test_two_pages_are_two_sources_that_are_read_again(tmp_path: Path, timeline: Timeline) -> None:
    """Each by its address, also where the name of its extractor does not say which page it is."""
    (tmp_path / "a.wacz").write_bytes(wacz("https://example.org/a", "https://example.org/b"))
    for name in ("a", "b"):
        url = f"https://example.org/{name}"
        source = timeline.archive(tmp_path / "a.wacz", id=name, title="T", url=url, record=url)
        assert timeline.extract_again(name).id == name
        assert source.text == read((tmp_path / "a.wacz").read_bytes(), WACZ, record=url).text
    given = {
        "extractor": "text as given by the bundle (x)",
        "media_type": WACZ,
        "base64": b64encode(wacz("https://example.org/a", "https://example.org/b")).decode(),
    }
    timeline.archive(text="x", id="old", title="T", url="https://example.org/b", **given)
    assert timeline.extract_again("old").text == "Another.\n"
    assert timeline.verify().ok
