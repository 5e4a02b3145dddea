"""Pictures of the quoted passages, drawn from the documents of a report in processes of their own.

Owns how large the pictures of a report may be, and the words where one is missing. Must not read a document itself: a library reads
a stranger's bytes in the other process (see timeline.originals).
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Final

from timeline.any_log import AnyLog
from timeline.documents import extractors, fragments, images
from timeline.documents.fragments import Region
from timeline.processes import Aborted, Process
from timeline.reading.records import PDF, Quotation
from timeline.reports.contents import CitedSource

TIFF: Final = "image/tiff"
LARGEST: Final = 400_000  # bytes of a drawn passage
LARGE: Final = 5_000  # percent of a picture's width times percent of its height: larger regions are not shown alone
LARGEST_PICTURE: Final = 2_000_000  # bytes of a picture that is itself the document
ALL: Final = 100_000_000  # bytes of all pictures in a report
MOST_PAGES: Final = 3  # of a passage that goes over several
LONGEST: Final = 200_000  # characters of a page on which a passage is looked for
PROCESSES: Final = 3  # each with a document, for happenings that cite several in turn
SECONDS: Final = 60  # for one picture
RECOGNISING: Final = 90  # for one on which words are recognised
MEMORY: Final = 1_200_000_000  # bytes of addresses of the process


@dataclass(frozen=True, slots=True)
class Passage:
    """The picture of a passage, with the region that is cited in it, or the words that say why there is none."""

    words: str
    media_type: str = ""
    content: bytes | None = None
    region: Region | None = None


@dataclass(slots=True)
class Drawing:
    """Draws the passages of a report. `left` is how many bytes of pictures it may still hold, `missing` how many it lacks."""

    log: AnyLog
    left: int
    missing: int = 0
    _processes: dict[str, Process] = field(default_factory=dict)  # by the document that each holds, the last used last
    _text: tuple[str, str] = ("", "")

    def passages(self, quotation: Quotation, source: CitedSource | None) -> list[Passage]:
        """Return the pictures of a quotation, page by page; none for a document that has neither pages nor pixels."""
        kind = quotation.source.media_type or ""
        if kind != PDF and kind not in (TIFF, *images.SUFFIXES.values()):
            return []
        if source is None or source.document is None or source.document.absent:
            why = source.document.absent if source and source.document else "its source was redacted"
            made = [Passage(f"There is no picture of the passage: {why}.")]
        else:
            made = [*self._of_pdf(quotation, source)] if kind == PDF else [*self._of_picture(quotation, source)]
        self.missing += sum(one.content is None for one in made)
        return made

    def of_page(self, source: CitedSource) -> Passage | None:
        """Return a smaller copy of the picture that was drawn of an archived page; None for another document, or an absent one."""
        if source.document is None or source.document.absent or source.source.media_type not in images.SUFFIXES.values():
            return None
        if self.left < LARGEST:
            return Passage("There is no picture of it: the report has as many pictures as it may hold.")
        content, why = self._ask_for_picture(source.document.sha256, "smaller", {"page": 1, "most": LARGEST})
        if why is not None:
            return Passage(f"There is no picture of it: {why}.")
        self.left -= len(content)
        return Passage("The page as a browser drew it, in a smaller copy.", "image/jpeg", content)

    def _of_picture(self, quotation: Quotation, source: CitedSource) -> Iterator[Passage]:
        """Yield the picture, and before it the region that is cited: on the whole picture it may be too small to be read."""
        assert source.document is not None  # noqa: S101 - the caller looked
        whole, region = self._whole_picture(quotation, source), fragments.region(quotation.fragment)
        if whole.region is not None and region is not None:
            sides = [float(side) for side in region]
            if sides[2] * sides[3] <= LARGE and self.left >= LARGEST:
                parameters = {"page": quotation.page or 1, "most": LARGEST, "region": sides}
                content, refused = self._ask_for_picture(source.document.sha256, "smaller", parameters)
                if refused is None:
                    self.left -= len(content)
                    yield Passage("The region alone, cut out of the document.", "image/jpeg", content)
        yield whole

    def _whole_picture(self, quotation: Quotation, source: CitedSource) -> Passage:
        """Return the document itself, which is a picture; of a large one a smaller copy, and of a scan the page."""
        assert source.document is not None  # noqa: S101 - the caller looked
        if self.left < LARGEST:
            return Passage("There is no picture of it: the report has as many pictures as it may hold.")
        if (passage := self._recognised(quotation, source)) is not None:
            return passage
        page = quotation.page if quotation.source.media_type == TIFF else None
        name = f"Page {page or 1:,} of the document" if quotation.source.media_type == TIFF else "The document"
        if source.document.size > min(LARGEST_PICTURE, self.left) or quotation.source.media_type == TIFF:
            parameters = {"page": page or 1, "most": min(LARGEST, self.left)}
            content, why = self._ask_for_picture(source.document.sha256, "smaller", parameters)
            if why is not None:
                return Passage(f"There is no picture of it: {why}.")
            media_type, name = "image/jpeg", f"{name}, in a smaller copy"
        else:
            content = self.log.document(source.document.sha256) or b""
            media_type = images.media_type(content) or ""
            if not media_type:
                return Passage("The document is not a picture that can be shown here.")
            name = f"{name}, a picture"
        self.left -= len(content)
        note = "a person wrote down its words, " if source.source.extractor == extractors.TRANSCRIBED else ""
        region = fragments.region(quotation.fragment)
        marked = "no place in it is marked." if region is None else "the report marks the region; the document does not."
        return Passage(f"{name}: {note}{marked}", media_type, content, region)

    def _of_pdf(self, quotation: Quotation, source: CitedSource) -> Iterator[Passage]:
        assert source.document is not None  # noqa: S101 - the caller looked
        if source.text is None or source.text.absent:
            yield Passage("There is no picture of the passage: the text of the document is not here.")
            return
        text = self._text_of(source.text.sha256)
        begin, pages = quotation.start, 0
        while begin < min(quotation.end, len(text)):
            start, after = text.rfind("\f", 0, begin) + 1, text.find("\f", begin)
            after = len(text) if after < 0 else after
            end = min(after, quotation.end)
            if text[begin:end].strip():
                pages += 1
                if pages > MOST_PAGES:
                    yield Passage(f"The passage goes on; pictures of its first {MOST_PAGES} pages are here.")
                    return
                number = text.count("\f", 0, begin) + 1
                languages = extractors.ocr(source.source.extractor or "")
                yield self._draw(source.document.sha256, number, text[start:after], (begin - start, end - start), languages)
            begin = after + 1

    def _recognised(self, quotation: Quotation, source: CitedSource) -> Passage | None:
        """Return a passage of a recognised picture with its words marked; None for a description, or an uncertain place."""
        languages = extractors.ocr(source.source.extractor or "")
        if not languages or quotation.description is not None or quotation.fragment is not None:
            return None
        if source.document is None or source.text is None or source.text.absent:
            return None
        text, page = self._text_of(source.text.sha256), quotation.page or 1
        start = text.rfind("\f", 0, quotation.start) + 1
        end = text.find("\f", start)
        span = (quotation.start - start, quotation.end - start)
        parameters = {"page": page, "text": text[start : None if end < 0 else end], "span": span, "languages": languages}
        parameters |= {"most": min(LARGEST, self.left), "seconds": RECOGNISING - 10}
        content, refused = self._ask_for_picture(source.document.sha256, "recognised passage", parameters, RECOGNISING)
        if refused is not None:
            return None
        self.left -= len(content)
        where = f"From page {page:,} of the document" if quotation.page else "From the document"
        return Passage(f"{where}. The report marks the words; the document does not.", "image/jpeg", content)

    def _draw(self, sha256: str, page: int, text: str, span: tuple[int, int], languages: str | None) -> Passage:
        most = min(LARGEST, self.left)
        if len(text) > LONGEST or most < LARGEST:
            why = "the report has as many pictures as it may hold" if most < LARGEST else "the page has too much text"
            return Passage(f"There is no picture of the passage on page {page:,}: {why}.")
        parameters = {"page": page, "text": text, "span": span, "most": most}
        (png, refused), kind = self._ask_for_picture(sha256, "passage", parameters), "image/png"
        if refused is not None and languages:
            recognising = {**parameters, "languages": languages, "seconds": RECOGNISING - 10}
            (png, refused), kind = self._ask_for_picture(sha256, "recognised passage", recognising, RECOGNISING), "image/jpeg"
        if refused is not None:
            return Passage(f"There is no picture of the passage on page {page:,}: {refused}.")
        self.left -= len(png)
        return Passage(f"From page {page:,} of the document. The report marks the words; the document does not.", kind, png)

    def _ask_for_picture(
        self, sha256: str, task: str, parameters: Mapping[str, object], seconds: float = SECONDS
    ) -> tuple[bytes, str | None]:
        """Ask a process that holds a document for a picture; return it, or the reason why there is none."""
        process, content = self._processes.pop(sha256, None), b""
        if process is None:
            oldest = next(iter(self._processes)) if len(self._processes) >= PROCESSES else ""
            process, content = self._processes.pop(oldest, None) or Process("timeline.originals"), self.log.document(sha256) or b""
        try:
            answer, picture = process.ask({"task": task, "parameters": parameters, "memory": MEMORY}, content, seconds)
        except Aborted as error:
            return b"", f"drawing it {error}"
        if "spent" in answer:  # its memory may be full
            process.end()
        else:
            self._processes[sha256] = process
        return picture, f"the document {answer['refused']}" if "refused" in answer else None

    def _text_of(self, sha256: str) -> str:
        if self._text[0] != sha256:
            self._text = sha256, (self.log.document(sha256) or b"").decode(errors="replace")
        return self._text[1]

    def end(self) -> None:
        """End the processes."""
        while self._processes:
            self._processes.popitem()[1].end()


@contextmanager
def drawing(log: AnyLog) -> Iterator[Drawing]:
    """Yield what draws the passages of one report."""
    made = Drawing(log, ALL)
    try:
        yield made
    finally:
        made.end()
