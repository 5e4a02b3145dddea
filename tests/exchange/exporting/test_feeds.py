"""Atom and JSON Feed: new and corrected happenings."""

import json
from xml.etree import ElementTree

from sample_happenings import happening, written

ATOM = "{http://www.w3.org/2005/Atom}"


def test_an_atom_feed_meets_the_standard() -> None:
    """Id, title, date and author of the feed and of each entry, each once, and no character that XML forbids."""
    entries = happening(title="A\x00\x0bB ]]> <i>", version=2, reason="a misprint"), happening("b", "\ud800")
    root = ElementTree.fromstring(written("atom", *entries).encode())  # noqa: S314 - we wrote it
    for element in (root, *root.findall(f"{ATOM}entry")):
        assert all(element.find(f"{ATOM}{name}") is not None for name in ("id", "title", "updated", "author"))
    assert {link.get("rel") for link in root.findall(f"{ATOM}link")} == {"self", "alternate"}
    first = root.findall(f"{ATOM}entry")[0]
    assert first.findtext(f"{ATOM}title") == "Corrected: A\ufffd B ]]> <i>"
    content = first.findtext(f"{ATOM}content") or ""
    assert "Corrected: a misprint" in content
    assert "words &lt;b&gt; that" in content
    ElementTree.fromstring(f"<div>{content}</div>")  # noqa: S314 - we wrote it


def test_a_json_feed_meets_the_standard() -> None:
    """Version, title and items with ids and content. A correction has no date of first publication."""
    feed = json.loads(written("jsonfeed", happening(version=2, tags=("x",))))
    assert feed["version"] == "https://jsonfeed.org/version/1.1"
    assert feed["feed_url"] == "https://example.org/t/-/timeline/export/jsonfeed"
    (item,) = feed["items"]
    assert (item["id"], item["url"]) == ("urn:timeline:0123abcd:happening:a", "https://example.org/t/-/timeline/a")
    assert (item["tags"], item.get("date_published")) == (["x"], None)


def test_a_feed_mentions_older_entries() -> None:
    """It holds the last hundred entries."""
    feed = json.loads(written("jsonfeed", *(happening(str(number)) for number in range(101))))
    assert len(feed["items"]) == 100
    assert "the newest 100; older ones are not in the feed; take csv, html or jsonl for all" in feed["description"]
