"""The process that shows documents: it limits its own memory, holds the last document, and answers one request after another."""

import json
import os
import sys
from typing import Any, Final

from timeline.documents import images
from timeline.documents.recognised import Word
from timeline.errors import DocumentUnreadable
from timeline.originals import frames, pages, scans
from timeline.processes import limit_memory

_NAME: Final = "the document"  # reasons follow its name


class _Room:
    """The document that was sent last, opened if it is a PDF."""

    def __init__(self) -> None:
        self.content, self._pdf = b"", None
        self._words: dict[tuple[int, str], list[Word]] = {}  # recognised on a page, in these languages

    def hold(self, content: bytes) -> None:
        """Replace the document."""
        self.content, self._pdf = content, None
        self._words.clear()

    @property
    def pdf(self) -> Any:  # noqa: ANN401 - a library's own
        """The document as a PDF. Raises DocumentUnreadable."""
        if self._pdf is None:
            self._pdf = pages.opened(self.content, _NAME)
        return self._pdf

    def answer(self, task: str, parameters: dict[str, Any]) -> tuple[dict[str, Any], bytes]:
        """Do a task, and return its answer and bytes. Raises DocumentUnreadable."""
        is_picture = images.recognised_type(self.content) is not None
        if task == "picture":
            page = parameters["page"]
            return {}, scans.picture(self.content, page) if is_picture else pages.picture(self.pdf, page)
        if task in ("passage", "recognised passage", "smaller"):
            return {}, self._picture(task, parameters, is_picture=is_picture)
        if task == "words":
            return {"words": scans.words(self.content, None if is_picture else self.pdf, **parameters)}, b""
        if task == "places" and is_picture:
            return {"pages": scans.sizes(self.content, [page["page"] for page in parameters["pages"]])}, b""
        if task == "places":
            return {"pages": [pages.places(self.pdf, **page) for page in parameters["pages"]]}, b""
        return {}, frames.page(self.content, _NAME, **parameters).encode("utf-8", "replace")

    def _picture(self, task: str, parameters: dict[str, Any], *, is_picture: bool) -> bytes:
        """Draw what a report shows of a page."""
        if task == "passage":
            return pages.passage(self.pdf, **parameters)
        if task == "smaller":
            return scans.smaller(self.content, **parameters)
        return self._recognised(None if is_picture else self.pdf, **parameters)

    def _recognised(self, document: Any, page: int, languages: str, seconds: float, **parameters: Any) -> bytes:  # noqa: ANN401
        """Draw a passage of recognised text. The words of a page are recognised once."""
        if (page, languages) not in self._words:
            self._words[page, languages] = scans.words(self.content, document, page, languages, seconds)
        return scans.passage(self.content, document, page, recognised_words=self._words[page, languages], **parameters)


def main() -> None:
    """Read requests from standard input, and write each answer, a line and its bytes, to standard output."""
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # output that a library prints is not part of an answer
    sys.stdout = sys.stderr
    room = _Room()
    while head := sys.stdin.buffer.readline():
        request: dict[str, Any] = json.loads(head)
        limit_memory(request["memory"])
        if request["size"]:
            room.hold(sys.stdin.buffer.read(request["size"]))
        answer, content = _answer(room, request)
        answers.write(json.dumps({**answer, "size": len(content)}).encode() + b"\n")
        answers.write(content)
        answers.flush()


def _answer(room: _Room, request: dict[str, Any]) -> tuple[dict[str, Any], bytes]:
    try:
        return room.answer(request["task"], request["parameters"])
    except DocumentUnreadable as error:
        return {"refused": error.reason}, b""
    except ModuleNotFoundError:
        extra = "capture" if images.recognised_type(room.content) is None else "ocr"
        return {"refused": f"cannot be shown without the extra: pip install 'cited-timeline[{extra}]'"}, b""
    except (MemoryError, ImportError):
        return {"refused": "takes too much memory to show", "spent": True}, b""
    except Exception as error:
        # A library may raise anything on a stranger's bytes.
        return {"refused": f"is damaged ({type(error).__name__})", "spent": True}, b""


if __name__ == "__main__":
    main()
