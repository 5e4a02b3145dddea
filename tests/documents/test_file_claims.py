"""The claims of a file, EXIF and C2PA: read in small parts, never trusted, and none of them crashes on a hostile file."""

import struct
import zlib
from pathlib import Path

import pytest
from click.testing import CliRunner
from examples import PNG
from hypothesis import given
from hypothesis import strategies as st

from timeline import Timeline
from timeline.cli import main
from timeline.documents import file_claims
from timeline.documents.file_claims import Claims, of_bytes

TAKEN = Claims("2003-05-16T21:10:05+02:00", "NIKON D70", "GIMP 2.10", "33.573111, -7.589833")
SIGNED = "a C2PA manifest is in the file, which says that it was made with Cam 1.0; not validated"
MANIFEST = b"\0\0\0\x40jumb\0\0\0\x19jumdc2pa\0\x11\0\x10c2pa\0 oclaim_generatorgCam 1.0 rest"
DETAILS = b"tclaim_generator_info\xa2dnamegCam 1.0gversionc1.0"


def entries(order: str, base: int, fields: list[tuple[int, int, bytes]]) -> bytes:
    """Make a directory at an offset, with the values behind it."""
    head, values = struct.pack(f"{order}H", len(fields)), b""
    after = base + 2 + 12 * len(fields) + 4
    for tag, kind, value in fields:
        count = len(value) // {2: 1, 4: 4, 5: 8, 7: 1}[kind]
        place = value.ljust(4, b"\0") if len(value) <= 4 else struct.pack(f"{order}I", after + len(values))
        values += value if len(value) > 4 else b""
        head += struct.pack(f"{order}HHI", tag, kind, count) + place
    return head + bytes(4) + values


def exif(order: str = "<", taken: bytes = b"2003:05:16 21:10:05\0", manifest: bytes = b"") -> bytes:
    """Make EXIF as a camera writes it, and an editor after it."""
    fractions = [struct.pack(f"{order}6I", *numbers) for numbers in ((33, 1, 34, 1, 2320, 100), (7, 1, 35, 1, 2340, 100))]
    first = [(0x10F, 2, b"NIKON\0"), (0x110, 2, b"NIKON D70\0"), (0x131, 2, b"GIMP 2.10\0")]
    first += [(0xCD41, 7, manifest)] if manifest else []

    def made(details: int, gps: int) -> bytes:
        pointers = [(tag, 4, struct.pack(f"{order}I", place)) for tag, place in ((0x8769, details), (0x8825, gps))]
        return entries(order, 8, [*first, *pointers])

    details_at = 8 + len(made(0, 0))
    details = entries(order, details_at, [(0x9003, 2, taken), (0x9011, 2, b"+02:00\0")])
    gps_at = details_at + len(details)
    gps = entries(order, gps_at, [(1, 2, b"N\0"), (2, 5, fractions[0]), (3, 2, b"W\0"), (4, 5, fractions[1])])
    head = (b"II*\0" if order == "<" else b"MM\0*") + struct.pack(f"{order}I", 8)
    return head + made(details_at, gps_at) + details + gps


def chunk(name: bytes, content: bytes) -> bytes:
    """Make a chunk of a PNG."""
    return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))


def jpeg(*segments: tuple[int, bytes]) -> bytes:
    """Make the beginning of a JPEG."""
    return (
        b"\xff\xd8" + b"".join(b"\xff%c" % marker + struct.pack(">H", len(one) + 2) + one for marker, one in segments) + b"\xff\xda"
    )


def webp(*chunks: tuple[bytes, bytes]) -> bytes:
    """Make a WebP, as far as its chunks go."""
    content = b"".join(name + struct.pack("<I", len(one)) + one + bytes(len(one) % 2) for name, one in chunks)
    return b"RIFF" + struct.pack("<I", len(content) + 4) + b"WEBP" + content


FILES = {
    "jpeg": jpeg((0xE0, b"JFIF\0"), (0xE1, b"Exif\0\0" + exif())),
    "jpeg of a Motorola": jpeg((0xE1, b"Exif\0\0" + exif(">"))),
    "png": PNG[:33] + chunk(b"eXIf", exif()) + PNG[33:],
    "webp": webp((b"VP8 ", b"odd"), (b"EXIF", exif(">"))),
    "tiff": exif(),
}
MANIFESTS = {
    "jpeg": jpeg((0xEB, b"JP\0\x01\0\0\0\x01" + MANIFEST[:40]), (0xEB, b"JP\0\x01\0\0\0\x02" + MANIFEST[:8] + MANIFEST[40:])),
    "png": PNG[:33] + chunk(b"caBX", MANIFEST.replace(b"oclaim_generatorgCam 1.0", DETAILS)) + PNG[33:],
    "webp": webp((b"C2PA", MANIFEST)),
    "tiff": exif(manifest=MANIFEST),
    "mp4": b"\0\0\0\x10ftypisom\0\0\0\0"
    + struct.pack(">I", 24 + len(MANIFEST))
    + b"uuid"
    + file_claims._MANIFEST_IN_MP4
    + MANIFEST,
}


@pytest.mark.parametrize("name", FILES)
def test_a_picture_says_when_where_and_with_what_it_was_taken(name: str) -> None:
    """In every format that has EXIF, whatever the order of its bytes."""
    assert of_bytes(FILES[name]) == TAKEN


@pytest.mark.parametrize("name", MANIFESTS)
def test_a_manifest_is_named_with_the_program_that_it_names(name: str) -> None:
    """And said not to be validated."""
    assert of_bytes(MANIFESTS[name]).signed == SIGNED


def test_a_claim_that_means_nothing_is_none() -> None:
    """A clock that was never set, a place at zero, control characters."""
    assert of_bytes(exif(taken=b"0000:00:00 00:00:00\0")).taken_at is None
    assert of_bytes(exif(taken=b"yesterday\0")).taken_at is None
    assert of_bytes(PNG) == Claims()
    assert of_bytes(b"") == of_bytes(b"text") == Claims()
    assert (of_bytes(exif().replace(b"GIMP 2.10", b"\x1b[1mGIMP\n")).software or "").isprintable()


@given(st.sampled_from([*FILES.values(), *MANIFESTS.values()]), st.integers(0, 400), st.binary(max_size=8), st.booleans())
def test_no_file_crashes_it(content: bytes, place: int, other: bytes, cut: bool) -> None:
    """Whatever is altered or missing."""
    altered = content[:place] + other + (b"" if cut else content[place + len(other) :])
    claims = of_bytes(altered)
    assert (claims.words or "").isprintable()
    assert (claims.signed or "").isprintable()


def test_few_bytes_of_a_long_file_are_read() -> None:
    """Its parts are skipped by their lengths; a circle of them ends."""
    lengths: list[int] = []

    def read(start: int, length: int) -> bytes:
        lengths.append(length)
        return (PNG[:8] + chunk(b"IDAT", b"") * 5)[start : start + length] if start < 60 else struct.pack(">I", 0) + b"IDAT"

    assert file_claims.of(read) == Claims()
    assert sum(lengths) < 10_000


def test_archive_shows_them_and_records_none(tmp_path: Path) -> None:
    """They are for the person who archives; the place is published with the file, and a line says so."""
    (tmp_path / "a.png").write_bytes(FILES["png"])
    (tmp_path / "b.webp").write_bytes(MANIFESTS["webp"])
    db = str(tmp_path / "timeline.db")
    results = [
        CliRunner().invoke(main, ["archive", str(tmp_path / name), "--title", "A", "--as-found", "--db", db])
        for name in ("a.png", "b.webp", "a.png")
    ]
    assert f"The file says: {TAKEN.words}. This is not verified, and not recorded" in results[0].stderr
    assert "with that place: remove it first" in results[0].stderr
    assert f"The file says: {SIGNED}" in results[1].stderr
    assert "The file says" not in results[2].stderr  # it is known
    with Timeline(db) as timeline:
        assert (timeline.source("a").collected_at, timeline.source("a").author) == (None, None)


def test_a_part_shorter_than_its_own_head_is_empty() -> None:
    """A negative length would read to the end of the file, once for each part."""
    part = b"\xff\xeb\x00\x08JP" + bytes(4) + b"\xff\xfe\x00\x0c" + bytes(4) + b"jumb" + bytes(4)
    lengths = []

    def read(start: int, length: int) -> bytes:
        lengths.append(length)
        return (b"\xff\xd8" + 250 * part)[start : start + length]

    file_claims.of(read)
    assert lengths
    assert min(lengths) >= 0
