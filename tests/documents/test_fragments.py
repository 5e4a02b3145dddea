"""Parts of pictures and recordings: only well-formed ones are read, and each is worded for a reader."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from timeline.documents import fragments
from timeline.documents.fragments import Range, Region

FAULTS = {
    "xywh=pixel:1,2,3,4": "counts pixels",
    "xywh=1,2,3,4": "counts pixels",
    "xywh=percent:0,0,0,10": "without a width or a height",
    "xywh=percent:90,0,10.1,10": "beyond the edge",
    "xywh=percent:0,50,10,50.000001": "beyond the edge",
    "xywh=percent:-1,0,10,10": "is not a part",
    "xywh=percent:01,0,10,10": "is not a part",
    "xywh=percent:1,0,10,١٠": "is not a part",
    "xywh=percent:1,0,10,10\n": "is not a part",
    "xywh=percent:1e1,0,10,10": "is not a part",
    "t=20,10": "ends before it begins",
    "t=10,10.0": "ends before it begins",
    "t=,10": "is not a part",
    "t=10,": "is not a part",
    "t=npt:10": "is not a part",
    "t=1:02,1:10": 'Write seconds: "t=62,70"',
    "1:02:03": 'Write seconds: "t=3723"',
    "": "is not a part",
    "page=3": "is not a part",
}


@pytest.mark.parametrize("fragment", FAULTS)
def test_a_malformed_part_is_refused_with_the_cure(fragment: str) -> None:
    """Pixels, clock times, and numbers that no part of a document has."""
    with pytest.raises(ValueError, match=r".") as refusal:
        fragments.read(fragment)
    assert FAULTS[fragment] in str(refusal.value)
    assert fragments.words(fragment) == fragment
    assert fragments.region(fragment) is None


def test_a_part_is_kept_to_the_letter_and_worded() -> None:
    """Numbers stay as they are written."""
    assert fragments.read("xywh=percent:10.50,0,89.5,100") == Region("10.50", "0", "89.5", "100")
    assert fragments.read("t=0,0.001") == Range("0", "0.001")
    words = "the region 10% from the left and 20.5% from the top, 30% wide and 40% high"
    assert fragments.words("xywh=percent:10,20.5,30,40") == words
    assert fragments.words("t=61") == "from 1:01 on"
    assert fragments.words("t=3599.5,3600") == "59:59.5–1:00:00"


@given(st.text(max_size=40))
def test_any_text_is_a_part_or_is_refused(text: str) -> None:
    """Nothing else is raised, and a refusal is one readable line."""
    try:
        fragments.read(text)
    except ValueError as error:
        assert str(error).isprintable()


@pytest.mark.parametrize(
    ("fragment", "media_type", "fault"),
    [
        ("xywh=percent:1,1,1,1", "image/heic", None),
        ("t=1", "audio/mpeg", None),
        ("t=1,2", "video/mp4", None),
        ("t=1", "image/png", "only audio and video have"),
        ("t=1", "application/pdf", "only audio and video have"),
        ("xywh=percent:1,1,1,1", "text/plain", "only a picture has"),
        ("xywh=percent:1,1,1,1", "video/mp4", 'give the seconds: "t=10,20"'),
        ("xywh=percent:1,1,1,1", "", "only a picture has"),
    ],
)
def test_a_part_belongs_to_its_kind_of_document(fragment: str, media_type: str, fault: str | None) -> None:
    """Regions are of pictures, times of recordings."""
    found = fragments.misplaced(fragment, media_type)
    assert found is None if fault is None else fault in (found or "")


@pytest.mark.parametrize(
    ("content", "media_type"),
    [
        (b"ID3\x04", "audio/mpeg"),
        (b"\xff\xfb\x90", "audio/mpeg"),
        (b"RIFF\0\0\0\0WAVEfmt ", "audio/wav"),
        (b"OggS\0", "audio/ogg"),
        (b"fLaC\0", "audio/flac"),
        (b"\0\0\0 ftypM4A ", "audio/mp4"),
        (b"\0\0\0 ftypisom", "video/mp4"),
        (b"\0\0\0 ftypqt  ", "video/quicktime"),
        (b"\x1aE\xdf\xa3....B\x82\x84webm", "video/webm"),
        (b"\x1aE\xdf\xa3....matroska", "video/x-matroska"),
        (b"\xff\xfeh\0i\0", None),  # a text in UTF-16
        (b"root:x:0:0", None),
        (b"\xff\xd8\xff\xe0", None),
        (b"", None),
    ],
)
def test_a_recording_is_known_by_its_first_bytes(content: bytes, media_type: str | None) -> None:
    """Whatever its name, so that no other file is archived as one."""
    assert fragments.recording_type(content) == media_type
