"""Read the text of form fields, notes and stamps on PDF pages: readers see it, but PDFium does not count it as page text.

Owns which annotations are visible: not hidden ones, nor passwords, nor notes that open only on a click.
"""

import ctypes
from collections.abc import Callable, Iterator
from typing import Any, Final, TypeAlias

_HIDDEN: Final = 1 << 1 | 1 << 5  # annotation flags Hidden and NoView (ISO 32000-2, table 167)
_PASSWORD: Final = 1 << 13  # a flag of text fields (table 231)
_Library: TypeAlias = Any  # a library's own, which is imported only when it is needed


def values(document: _Library, page: _Library) -> Iterator[str]:
    """Yield the visible values on a page, in the order of the file. The document's forms must be initialised."""
    from pypdfium2 import raw  # type: ignore[import-untyped]  # noqa: PLC0415 it belongs to an extra

    for annotation in _visible(raw, page):
        if value := _value(raw, document.formenv, annotation).strip():
            yield value


def ticked(document: _Library, page: _Library) -> int:
    """Count the ticked boxes and buttons on a page, which have no words of their own."""
    from pypdfium2 import raw  # noqa: PLC0415 as above

    form = document.formenv
    return sum(raw.FPDFAnnot_IsChecked(form, annotation) == 1 for annotation in _visible(raw, page)) if form else 0


def stamped(document: _Library, number: int) -> str:
    """Return the words that stamps and the like draw onto a page. It removes everything else: do not read the page again."""
    from pypdfium2 import raw  # noqa: PLC0415 as above

    page = document[number]
    stamps(document, page, hide=True)
    for place in reversed(range(raw.FPDFPage_CountObjects(page))):
        drawn = raw.FPDFPage_GetObject(page, place)
        if raw.FPDFPage_RemoveObject(page, drawn):
            raw.FPDFPageObj_Destroy(drawn)
    raw.FPDFPage_GenerateContent(page)
    raw.FPDFPage_Flatten(page, raw.FLAT_NORMALDISPLAY)
    return str(document[number].get_textpage().get_text_range().strip())


def stamps(document: _Library, page: _Library, *, hide: bool = False) -> int:
    """Count annotations that draw words without having a value: stamps, signatures, watermarks. `hide` hides all others."""
    from pypdfium2 import raw  # noqa: PLC0415 as above

    kinds, count = (raw.FPDF_ANNOT_STAMP, raw.FPDF_ANNOT_WATERMARK, raw.FPDF_ANNOT_LINE, raw.FPDF_ANNOT_FREETEXT), 0
    for annotation in _visible(raw, page):
        signature = raw.FPDFAnnot_GetFormFieldType(document.formenv, annotation) == raw.FPDF_FORMFIELD_SIGNATURE
        draws = signature or raw.FPDFAnnot_GetSubtype(annotation) in kinds
        if draws and not _value(raw, document.formenv, annotation).strip():
            count += raw.FPDFAnnot_HasKey(annotation, b"AP")
        elif hide:
            raw.FPDFAnnot_SetFlags(annotation, _HIDDEN)
    return count


def _visible(raw: _Library, page: _Library) -> Iterator[_Library]:
    """Yield the annotations of a page that are not hidden. Each is valid until the next one."""
    for number in range(raw.FPDFPage_GetAnnotCount(page)):
        annotation = raw.FPDFPage_GetAnnot(page, number)
        try:
            if not raw.FPDFAnnot_GetFlags(annotation) & _HIDDEN:
                yield annotation
        finally:
            raw.FPDFPage_CloseAnnot(annotation)


def _value(raw: _Library, form: _Library, annotation: _Library) -> str:
    kind = raw.FPDFAnnot_GetSubtype(annotation)
    if kind == raw.FPDF_ANNOT_FREETEXT:
        return _string(raw.FPDFAnnot_GetStringValue, annotation, b"Contents")
    if kind != raw.FPDF_ANNOT_WIDGET or form is None:
        return ""
    field = raw.FPDFAnnot_GetFormFieldType(form, annotation)
    chosen = _chosen_value(raw, form, annotation) if field in (raw.FPDF_FORMFIELD_COMBOBOX, raw.FPDF_FORMFIELD_LISTBOX) else ""
    if chosen or field not in (raw.FPDF_FORMFIELD_TEXTFIELD, raw.FPDF_FORMFIELD_COMBOBOX, raw.FPDF_FORMFIELD_LISTBOX):
        return chosen
    if raw.FPDFAnnot_GetFormFieldFlags(form, annotation) & _PASSWORD:
        return ""
    return _string(raw.FPDFAnnot_GetFormFieldValue, form, annotation)


def _chosen_value(raw: _Library, form: _Library, annotation: _Library) -> str:
    """Return all chosen options of a list as they are shown: the field's value holds only the first, or an internal code."""
    options = range(raw.FPDFAnnot_GetOptionCount(form, annotation))
    chosen = (number for number in options if raw.FPDFAnnot_IsOptionSelected(form, annotation, number))
    return "\n".join(_string(raw.FPDFAnnot_GetOptionLabel, form, annotation, number) for number in chosen)


def _string(get: Callable[..., int], *arguments: object) -> str:
    """Call a PDFium function that returns a string, first for its size in bytes of UTF-16."""
    size = get(*arguments, None, 0)
    buffer = (ctypes.c_ushort * (size // 2))()
    get(*arguments, buffer, size)
    return bytes(buffer).decode("utf-16-le", "replace").rstrip("\0")
