"""The package of a Word document: its zip file, with the same bytes for the same parts, and the parts that every chronology has.

Owns styles, page numbers and relationships. Must not know a happening.
"""

from html import escape
from io import BytesIO
from typing import IO, Final
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

HEAD: Final = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_OFFICE: Final = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE: Final = "http://schemas.openxmlformats.org/package/2006"
_TYPE: Final = "application/vnd.openxmlformats-officedocument.wordprocessingml"
SPACES: Final = (
    'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
    f' xmlns:r="{_OFFICE}"'
    ' xmlns:wp="http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing"'
    ' xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"'
    ' xmlns:pic="http://schemas.openxmlformats.org/drawingml/2006/picture"'
)
_EARLIEST: Final = (1980, 1, 1, 0, 0, 0)  # the first time that a zip file can state
_UNIX: Final = 3
PICTURES: Final = {"image/png": "png", "image/jpeg": "jpeg", "image/gif": "gif"}
"""The pictures that every version of Word shows, with their suffixes."""
_PARTS: Final = ("styles", "settings", "endnotes", "footer", "header")
CONTENT_TYPES: Final = (
    f'{HEAD}<Types xmlns="{_PACKAGE}/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Default Extension="xml" ContentType="application/xml"/>'
    + "".join(f'<Default Extension="{suffix}" ContentType="{kind}"/>' for kind, suffix in PICTURES.items())
    + f'<Override PartName="/word/document.xml" ContentType="{_TYPE}.document.main+xml"/>'
    + "".join(f'<Override PartName="/word/{part}.xml" ContentType="{_TYPE}.{part}+xml"/>' for part in _PARTS)
    + '<Override PartName="/docProps/core.xml" ContentType="application/vnd.openxmlformats-package.core-properties+xml"/></Types>'
)
PACKAGE_RELATIONS: Final = (
    f'{HEAD}<Relationships xmlns="{_PACKAGE}/relationships">'
    f'<Relationship Id="rId1" Type="{_OFFICE}/officeDocument" Target="word/document.xml"/>'
    f'<Relationship Id="rId2" Type="{_PACKAGE}/relationships/metadata/core-properties" Target="docProps/core.xml"/></Relationships>'
)
SETTINGS: Final = (
    f'{HEAD}<w:settings {SPACES}><w:endnotePr><w:numFmt w:val="decimal"/><w:endnote w:id="-1"/>'
    '<w:endnote w:id="0"/></w:endnotePr><w:compat><w:compatSetting w:name="compatibilityMode"'
    ' w:uri="http://schemas.microsoft.com/office/word" w:val="15"/></w:compat></w:settings>'
)
_FIELD: Final = '<w:fldSimple w:instr=" {} "><w:r><w:t>1</w:t></w:r></w:fldSimple>'
FOOTER: Final = (
    f'{HEAD}<w:ftr {SPACES}><w:p><w:pPr><w:pStyle w:val="Footer"/></w:pPr>{_FIELD.format("PAGE")}'
    f'<w:r><w:t xml:space="preserve"> / </w:t></w:r>{_FIELD.format("NUMPAGES")}</w:p></w:ftr>'
)
ENDNOTES: Final = (
    f'{HEAD}<w:endnotes {SPACES}><w:endnote w:type="separator" w:id="-1"><w:p><w:r><w:separator/></w:r></w:p></w:endnote>'
    '<w:endnote w:type="continuationSeparator" w:id="0"><w:p><w:r><w:continuationSeparator/></w:r></w:p></w:endnote>'
)
# A4, in twentieths of a point; the first page has no header.
SECTION: Final = (
    '<w:sectPr><w:headerReference w:type="default" r:id="rId5"/><w:footerReference w:type="default" r:id="rId4"/>'
    '<w:footerReference w:type="first" r:id="rId4"/><w:endnotePr><w:numFmt w:val="decimal"/></w:endnotePr>'
    '<w:pgSz w:w="11906" w:h="16838"/><w:pgMar w:top="1304" w:right="1247" w:bottom="1304" w:left="1247" w:header="680"'
    ' w:footer="680" w:gutter="0"/><w:titlePg/></w:sectPr>'
)


def header(run: str) -> str:
    """Write the header of every page but the first."""
    return f'{HEAD}<w:hdr {SPACES}><w:p><w:pPr><w:pStyle w:val="Header"/></w:pPr>{run}</w:p></w:hdr>'


def properties(title: str, description: str, language: str, at: str) -> str:
    """Write what the file says of itself. `at` is the time of the last record, so that the same log gives the same file."""
    return (
        f'{HEAD}<cp:coreProperties xmlns:cp="{_PACKAGE}/metadata/core-properties" xmlns:dc="http://purl.org/dc/elements/1.1/"'
        ' xmlns:dcterms="http://purl.org/dc/terms/" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">'
        f"<dc:title>{escape(title)}</dc:title><dc:description>{escape(description)}</dc:description>"
        f"<dc:language>{escape(language)}</dc:language>"
        f'<dcterms:created xsi:type="dcterms:W3CDTF">{escape(at[:19])}Z</dcterms:created></cp:coreProperties>'
    )


def _style(id: str, name: str, paragraph: str = "", run: str = "", *, next: str = "") -> str:
    based = '<w:basedOn w:val="Normal"/>' if id != "Normal" else ""
    follows = f'<w:next w:val="{next}"/>' if next else ""
    default = ' w:default="1"' if id == "Normal" else ""
    return (
        f'<w:style w:type="paragraph"{default} w:styleId="{id}"><w:name w:val="{name}"/>{based}{follows}<w:qFormat/>'
        f"<w:pPr>{paragraph}</w:pPr><w:rPr>{run}</w:rPr></w:style>"
    )


def _size(half_points: int) -> str:
    return f'<w:sz w:val="{half_points}"/><w:szCs w:val="{half_points}"/>'


_BOLD: Final = "<w:b/><w:bCs/>"
_KEEP: Final = "<w:keepNext/><w:keepLines/>"
STYLES: Final = (
    f'{HEAD}<w:styles {SPACES}><w:docDefaults><w:rPrDefault><w:rPr><w:rFonts w:ascii="Times New Roman" w:hAnsi="Times New Roman"'
    f' w:eastAsia="Times New Roman" w:cs="Times New Roman"/>{_size(22)}<w:lang w:val="en-GB"/></w:rPr></w:rPrDefault><w:pPrDefault>'
    '<w:pPr><w:spacing w:after="80" w:line="264" w:lineRule="auto"/></w:pPr></w:pPrDefault></w:docDefaults>'
    + _style("Normal", "Normal")
    + _style("Title", "Title", f'{_KEEP}<w:spacing w:after="120"/>', f"{_BOLD}{_size(40)}", next="Normal")
    + _style(
        "Heading1", "heading 1", f'{_KEEP}<w:spacing w:before="360" w:after="120"/><w:outlineLvl w:val="0"/>',
        f"{_BOLD}{_size(28)}",
        next="Normal",
    )
    + _style(
        "Heading2", "heading 2", f'{_KEEP}<w:spacing w:before="240" w:after="60"/><w:outlineLvl w:val="1"/>', f"{_BOLD}{_size(23)}",
        next="Normal",
    )
    + _style("Mark", "Mark", '<w:pBdr><w:left w:val="single" w:sz="24" w:space="8" w:color="000000"/></w:pBdr>', _size(20))
    + _style("Facts", "Facts", "", _size(19))
    + _style("Version", "Version", "", f'<w:color w:val="444444"/>{_size(17)}')
    + _style("Caption", "caption", '<w:spacing w:after="160"/>', _size(19))
    + _style("EndnoteText", "endnote text", '<w:spacing w:after="80" w:line="240" w:lineRule="auto"/>', _size(19))
    + _style("Header", "header", '<w:jc w:val="right"/>', _size(18))
    + _style("Footer", "footer", '<w:jc w:val="center"/>', _size(18))
    + '<w:style w:type="character" w:styleId="EndnoteReference"><w:name w:val="endnote reference"/><w:rPr>'
    '<w:b w:val="false"/><w:bCs w:val="false"/><w:vertAlign w:val="superscript"/></w:rPr></w:style>'
    '<w:style w:type="character" w:styleId="Hyperlink"><w:name w:val="Hyperlink"/><w:rPr><w:color w:val="1F3F7F"/>'
    '<w:u w:val="single"/></w:rPr></w:style></w:styles>'
)  # fmt: skip


class Relations:
    """The addresses and pictures that a part names, each once."""

    def __init__(self, first: int) -> None:
        """Begin with the number `first`."""
        self._first = first
        self._ids: dict[tuple[str, str], int] = {}

    def link(self, address: str) -> str:
        """Return the id of a web address."""
        return self._id("hyperlink", address)

    def picture(self, target: str) -> str:
        """Return the id of a picture in the package."""
        return self._id("image", target)

    def xml(self, *fixed: tuple[str, str]) -> str:
        """Write them, after the fixed ones: the kind and the name of each part."""
        every = [
            *(f'Id="rId{number}" Type="{_OFFICE}/{kind}" Target="{name}"' for number, (kind, name) in enumerate(fixed, start=1)),
            *(
                f'Id="rId{id}" Type="{_OFFICE}/{kind}" Target="{escape(target)}"{_EXTERNAL * (kind == "hyperlink")}'
                for (kind, target), id in self._ids.items()
            ),
        ]
        inner = "".join(f"<Relationship {one}/>" for one in every)
        return f'{HEAD}<Relationships xmlns="{_PACKAGE}/relationships">{inner}</Relationships>'

    def _id(self, kind: str, target: str) -> str:
        return f"rId{self._ids.setdefault((kind, target), self._first + len(self._ids))}"


_EXTERNAL: Final = ' TargetMode="External"'
FIXED: Final = (
    ("styles", "styles.xml"), ("settings", "settings.xml"), ("endnotes", "endnotes.xml"), ("footer", "footer.xml"),
    ("header", "header.xml"),
)  # fmt: skip


class _Pipe(BytesIO):
    """A file of which the written beginning can be taken away."""

    def __init__(self) -> None:
        super().__init__()
        self._taken = 0

    def tell(self) -> int:
        """Return the place in the whole file."""
        return self._taken + super().tell()

    def seek(self, place: int, whence: int = 0) -> int:
        """Go to a place in the whole file, which was not taken yet."""
        return self._taken + super().seek(place - self._taken if whence == 0 else place, whence)

    def take(self) -> bytes:
        """Return the bytes that were written since the last time."""
        content = self.getvalue()
        self._taken += len(content)
        super().seek(0)
        self.truncate()
        return content


class Archive:
    """A zip file that is handed over part by part. Its bytes depend on its parts alone."""

    def __init__(self) -> None:
        self._pipe = _Pipe()
        self._zip = ZipFile(self._pipe, "w", ZIP_DEFLATED)

    def open(self, name: str) -> IO[bytes]:
        """Open a part to be written."""
        one = ZipInfo(name, _EARLIEST)
        one.compress_type, one.create_system, one.external_attr = ZIP_DEFLATED, _UNIX, 0o600 << 16
        return self._zip.open(one, "w")

    def add(self, name: str, content: str | bytes) -> bytes:
        """Write a part, and return the bytes of the file since the last time."""
        with self.open(name) as file:
            file.write(content.encode() if isinstance(content, str) else content)
        return self._pipe.take()

    def close(self) -> bytes:
        """End the file, and return its last bytes."""
        self._zip.close()
        return self._pipe.take()
