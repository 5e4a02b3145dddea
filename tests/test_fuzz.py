"""What reads from outside refuses in a line whatever it is given: junk, and sound inputs with something changed."""

import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from shares import share

sys.path.append(str(Path(__file__).parent / "fuzz"))
from readers import Readers
from samples import EDTF, PAGES, samples

ODD = (
    b"", b"\0", b"\n", b"\n\n", b"\r\n", b" ", b"\xff", b"\xed\xa0\x80", b"\xe2\x80\xae", b"\x1b[31m", b"-1", b"0", b"00",
    b"9" * 30,
    b"1e999", b"NaN", b"null", b"[]", b"{}", b"[" * 300, b'"', b"'", b"%", b"%00", b"%ff",
    b"%0a", b"&", b"=", b"*", b"&a", b"*a", b"!!python/none", b"---",
    b"\x7f", b"\t", b"\\n", b"..", b"../../etc/passwd", b"/dev/null", b"'; DROP TABLE events; --", b"a" * 5000,
    "\u0662\u0660\u0662\u0665".encode(), b"+", b"@",
    b"?", b"~", b"X", b"/", b"Y99999999999999", b"\xe2\x80\x94 ", b"AAAA", b"as_of=", b"checkpoint=", b"from=",
)  # fmt: skip
quick = settings(deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)


@pytest.fixture(scope="module")
def fuzzed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Readers, dict[str, list[bytes]]]]:
    """Open the readers, and give sound inputs for each."""
    case, sound = samples(tmp_path_factory.mktemp("fuzzed"))
    readers = Readers(case.path, case.keys)
    yield readers, sound
    readers.close()


@st.composite
def changed(draw: Callable[..., object], sound: list[bytes]) -> bytes:
    """Change a sound input in one place or several: cut, repeat, exchange lines, put something odd in, flip a byte."""
    content = draw(st.sampled_from(sound))
    for _ in range(draw(st.integers(1, 3))):
        start = draw(st.integers(0, len(content)))
        end = min(len(content), start + draw(st.integers(0, 30)))
        odd = draw(st.sampled_from(ODD))
        flipped = bytes([content[start] ^ 1 << draw(st.integers(0, 7))]) if start < len(content) else b""
        lines = content.split(b"\n")
        line = draw(st.integers(0, len(lines) - 1))
        content = draw(
            st.sampled_from(
                (
                    content[:start],
                    content[:start] + content[end:],
                    content[:end] + content[start:],
                    content[:start] + odd + content[start:],
                    content[:start] + odd + content[end:],
                    content[:start] + flipped + content[start + 1 :],
                    b"\n".join([*lines[:line], *lines[line + 1 :]]),
                    b"\n".join([*lines[: line + 1], *lines[line:]]),
                    b"\n".join([*lines[:line], *reversed(lines[line:])]),
                )
            )
        )
    return content


AMOUNT = {"yaml": 150, "jsonl": 150, "page": 150}


@pytest.mark.parametrize(
    "name", ["yaml", "jsonl", "proof", "note", "vkey", "key", "edtf", pytest.param("page", marks=pytest.mark.datasette)]
)
def test_a_sound_input_with_something_changed_is_read_or_refused_in_a_line(
    fuzzed: tuple[Readers, dict[str, list[bytes]]], name: str
) -> None:
    """Nothing else is raised; a page answers, refuses or does not find."""
    readers, sound = fuzzed
    for content in sound[name]:
        readers.all[name](content)

    @settings(quick, max_examples=share(AMOUNT.get(name, 400)))
    @given(changed(sound[name]))
    def try_it(content: bytes) -> None:
        readers.all[name](content)

    try_it()


@pytest.mark.parametrize(
    "name", ["yaml", "jsonl", "proof", "note", "vkey", "key", "edtf", pytest.param("page", marks=pytest.mark.datasette)]
)
def test_junk_is_refused_in_a_line(fuzzed: tuple[Readers, dict[str, list[bytes]]], name: str) -> None:
    """Any bytes, and any text."""
    readers, _ = fuzzed

    @settings(quick, max_examples=share(AMOUNT.get(name, 200) // 2))
    @given(st.binary(max_size=200) | st.text(max_size=100).map(lambda text: text.encode(errors="surrogatepass")))
    def try_it(content: bytes) -> None:
        readers.all[name](content)

    try_it()


FOUND = {
    "edtf": (b"[2000\x7f..,]",),
    "yaml": (
        b'happenings:\n  - {id: "a\\nb", title: x, date: 2000, "co\\nlour": red}\n',
        b'happenings:\n  - {id: a, title: x, date: 2000, actors: [{"na\\tme": 2}]}\n',
        b'happenings:\n  - {"x\\ny": 1}\n',
    ),
    "key": (b"PRIVATE+KEY+" + b"a" * 5000 + b"+00000000+" + b"AQ" + b"A" * 42 + b"\n",),
}


@pytest.mark.parametrize("name", FOUND)
def test_what_was_found_stays_refused_in_a_line(fuzzed: tuple[Readers, dict[str, list[bytes]]], name: str) -> None:
    """Inputs that once gave several lines, or one that nobody reads to its end."""
    for content in FOUND[name]:
        fuzzed[0].all[name](content)


DATE = st.sampled_from(EDTF)


@settings(quick, max_examples=share(400))
@given(date=st.lists(DATE | st.sampled_from("0123456789-/.,[]{}?~%XYESTZ:+ ^"), min_size=1, max_size=5).map("".join))
def test_dates_put_together_from_parts_are_read_or_refused_in_a_line(
    fuzzed: tuple[Readers, dict[str, list[bytes]]], date: str
) -> None:
    """What looks like a date is the hardest to refuse."""
    fuzzed[0].edtf(date.encode())


NAMES = sorted(
    {pair.partition("=")[0] for page in PAGES for pair in page.partition("\n")[2].split("&")} | {"_size", "_next", "_json", "sql"}
)
VALUE = st.sampled_from([odd.decode("latin-1") for odd in ODD]) | DATE | st.integers().map(str) | st.text(max_size=20)
PATHS = sorted({page.partition("\n")[0] for page in PAGES})


@pytest.mark.datasette
@settings(quick, max_examples=share(200))
@given(path=st.sampled_from(PATHS), query=st.lists(st.tuples(st.sampled_from(NAMES), VALUE), max_size=5))
def test_every_page_answers_any_query(
    fuzzed: tuple[Readers, dict[str, list[bytes]]], path: str, query: list[tuple[str, str]]
) -> None:
    """With any value for every parameter that any of our pages reads, alone and together."""
    said = "&".join(f"{name}={value}" for name, value in query)
    fuzzed[0].page(f"{path}\n{said}".encode(errors="surrogatepass"))
