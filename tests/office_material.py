"""Office files made for tests: their XML by hand, so that every element is known."""

import datetime
import zipfile
from collections.abc import Mapping
from io import BytesIO

import openpyxl

from timeline import capture

DOCX, ODT = capture.MEDIA_TYPES[".docx"], capture.MEDIA_TYPES[".odt"]
XLSX, ODS, WACZ = capture.XLSX, capture.ODS, capture.WACZ
_W = (
    'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" xmlns:v="urn:schemas-microsoft-com:vml"'
    ' xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"'
    ' xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"'
    ' xmlns:m="http://schemas.openxmlformats.org/officeDocument/2006/math"'
    ' xmlns:pic="http://schemas.openxmlformats.org/drawingml/2006/picture"'
)
_X = (
    'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
    ' xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"'
)
_ODF = " ".join(
    f'xmlns:{prefix}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
    for prefix, name in (
        *((one, one) for one in ("office", "style", "text", "table", "meta", "form")),
        ("draw", "drawing"),
        ("number", "datastyle"),
        ("svg", "svg-compatible"),
    )
)
_RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


def packed(members: Mapping[str, str | bytes], level: int = 6) -> bytes:
    """Pack members into a zip file."""
    out = BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=level) as file:
        for name, content in members.items():
            file.writestr(name, content)
    return out.getvalue()


def _relations(*targets: str) -> str:
    every = "".join(
        f'<Relationship Id="{target.rpartition("/")[2].partition(".")[0]}" Type="{_OFFICE}/{kind}" Target="{target}"/>'
        for kind, _, target in (one.partition("=") for one in targets)
    )
    return f'<Relationships xmlns="{_RELATIONS}">{every}</Relationships>'


def docx(body: str, *, more: Mapping[str, str] | None = None, **parts: str) -> bytes:
    """Write a Word document. `parts` are its other parts, by kind: styles, numbering, footnotes, header1 and so on."""
    roots = {"styles": "styles", "numbering": "numbering", "settings": "settings", "footnotes": "footnotes", "endnotes": "endnotes"}
    members = {
        "_rels/.rels": _relations("officeDocument=word/document.xml"),
        "word/document.xml": f"<w:document {_W}><w:body>{body}</w:body></w:document>",
        "word/_rels/document.xml.rels": _relations(*(f"{name.rstrip('0123456789')}={name}.xml" for name in parts)),
    }
    for name, content in parts.items():
        root = roots.get(name, "hdr")
        members[f"word/{name}.xml"] = f"<w:{root} {_W}>{content}</w:{root}>"
    return packed({**members, **(more or {})})


def p(text: str, properties: str = "") -> str:
    """Write a paragraph of Word."""
    return f'<w:p><w:pPr>{properties}</w:pPr><w:r><w:t xml:space="preserve">{text}</w:t></w:r></w:p>'


def odt(body: str, *, styles: str = "", own: str = "", more: Mapping[str, str] | None = None) -> bytes:
    """Write an OpenDocument text. `styles` are those of `styles.xml`, `own` the automatic ones of the content."""
    content = (
        f"<office:automatic-styles>{own}</office:automatic-styles><office:body><office:text>{body}</office:text></office:body>"
    )
    return packed(_odf(content, styles) | dict(more or {}))


def ods(tables: str, *, own: str = "") -> bytes:
    """Write an OpenDocument spreadsheet."""
    body = f"<office:body><office:spreadsheet>{tables}</office:spreadsheet></office:body>"
    return packed(_odf(f"<office:automatic-styles>{own}</office:automatic-styles>{body}", ""))


def _odf(content: str, styles: str) -> dict[str, str]:
    return {
        "content.xml": f"<office:document-content {_ODF}>{content}</office:document-content>",
        "styles.xml": f"<office:document-styles {_ODF}>{styles}</office:document-styles>",
    }


def xlsx(rows: str, *, strings: str = "", formats: str = "", book: str = "", after: str = "", before: str = "") -> bytes:
    """Write a workbook of one sheet, “Events”. `formats` are those of cells, `book` the properties of the workbook."""
    cells = "".join(f'<xf numFmtId="{164 + number}"/>' for number in range(len(formats.split("|"))))
    codes = "".join(f'<numFmt numFmtId="{164 + number}" formatCode="{code}"/>' for number, code in enumerate(formats.split("|")))
    return packed(
        {
            "_rels/.rels": _relations("officeDocument=xl/workbook.xml"),
            "xl/workbook.xml": f'<workbook {_X}>{book}<sheets><sheet name="Events" sheetId="1" r:id="s1"/></sheets></workbook>',
            "xl/_rels/workbook.xml.rels": _relations("worksheet=s1.xml", "sharedStrings=strings.xml", "styles=styles.xml"),
            "xl/s1.xml": f"<worksheet {_X}>{before}<sheetData>{rows}</sheetData>{after}</worksheet>",
            "xl/strings.xml": f"<sst {_X}>{strings}</sst>",
            "xl/styles.xml": f"<styleSheet {_X}><numFmts>{codes}</numFmts><cellXfs>{cells}</cellXfs></styleSheet>",
        }
    )


def letter() -> bytes:
    """Write a letter whose paragraphs are numbered."""
    numbering = (
        '<w:abstractNum w:abstractNumId="0"><w:lvl w:ilvl="0"><w:start w:val="1"/><w:lvlText w:val="%1."/></w:lvl></w:abstractNum>'
        '<w:num w:numId="1"><w:abstractNumId w:val="0"/></w:num>'
    )
    numbered = '<w:numPr><w:ilvl w:val="0"/><w:numId w:val="1"/></w:numPr>'
    words = ("The council met in Marrakech.", "It sat for four days.")
    return docx(p("Dear member,") + "".join(p(one, numbered) for one in words), numbering=numbering)


def two_sheets() -> bytes:
    """Write a workbook with happenings in one of its sheets."""
    book = openpyxl.Workbook()
    book.active.title = "Events"
    for row in (["Date", "Title"], [datetime.date(1962, 5, 14), "The pier opens"], [1999, "The pier closes"]):
        book.active.append(row)
    book.create_sheet("Notes")["A1"] = "Nothing to import"
    out = BytesIO()
    book.save(out)
    return out.getvalue()
