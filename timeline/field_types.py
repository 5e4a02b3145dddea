"""The types of fields: their formats, and the base of all models.

Owns the formats, and the messages about a text that does not have its format. Must not know which model has which field.
"""

import re
from collections.abc import Callable
from functools import lru_cache
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, StringConstraints

from timeline import dates
from timeline.documents import fragments
from timeline.errors import DateInvalid

IDENTIFIER = r"^[A-Za-z0-9][A-Za-z0-9._-]{0,199}$"
ONE_LINE = r"^[^\x00-\x1f\x7f]*$"
READABLE = r"^[^\x00-\x08\x0b\x0c\x0e-\x1f\x7f]*$"
LANGUAGE = r"^[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8})*$"
MEDIA_TYPE = r"^[a-z0-9.+-]+/[a-z0-9.+-]+(; ?[a-z0-9-]+=[A-Za-z0-9._-]+)*$"
DECIMAL = r"^-?[0-9]{1,3}(\.[0-9]{1,20})?$"

EXPECTED = {
    IDENTIFIER: "is not an id. Use 1 to 200 of the letters a-z and A-Z, digits, hyphens, dots and underscores",
    ONE_LINE: "has a line end or another control character. Remove it",
    READABLE: "has a control character. Remove it",
    LANGUAGE: 'is not a language tag (BCP 47). Write one such as "en" or "ar-MA"',
    MEDIA_TYPE: 'is not a media type (RFC 6838). Write one such as "text/plain"',
    DECIMAL: 'is not a decimal number of degrees. Write one such as "31.62"',
}


@lru_cache(20_000)
def _edtf(value: str) -> str:
    if dates.plain(value) is not None:
        return value
    try:
        dates.parse(value)
    except DateInvalid as error:
        raise ValueError(error.reason) from None
    return value


def _web_address(value: str) -> str:
    if not re.match(r"https?://[^\s/]", value) or re.search(r"\s", value):
        raise ValueError("is not a web address. It must begin with http:// or https:// and have no spaces")
    return value


def _fragment(value: str) -> str:
    fragments.read(value)
    return value


def _decimal_string(value: object) -> object:
    return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else value


def up_to(limit: int) -> AfterValidator:
    """Refuse degrees beyond a limit on either side."""

    def check(value: str) -> str:
        if abs(float(value)) > limit:
            raise ValueError(f"is off the globe. Write degrees from -{limit} to {limit}")
        return value

    return AfterValidator(check)


def one_or_many(key: str) -> BeforeValidator:
    """Expand a plain string in a list to an object with this one key."""

    def expand(value: object) -> object:
        return {key: value} if isinstance(value, str) else value

    return BeforeValidator(expand)


def each_once(key: Callable[[Any], str]) -> AfterValidator:
    """Refuse a list with two items of the same key, which is that of a text, or of the fields of a model."""

    def check(values: tuple[Any, ...]) -> tuple[Any, ...]:
        seen: set[str] = set()
        for value in values:
            if (known := key(value if isinstance(value, str) else vars(value))) in seen:
                raise ValueError(f'has "{known}" twice. Give it once')
            seen.add(known)
        return values

    return AfterValidator(check)


Identifier = Annotated[str, StringConstraints(pattern=IDENTIFIER)]
Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, pattern=READABLE)]
Date = Annotated[str, AfterValidator(_edtf)]
Fragment = Annotated[str, AfterValidator(_fragment)]
Degrees = Annotated[str, BeforeValidator(_decimal_string), StringConstraints(pattern=DECIMAL)]
WebAddress = Annotated[Text, AfterValidator(_web_address)]
Grade = Literal["exact", "normalised", "typographic"]


class Model(BaseModel):
    """A frozen model, strict about types and unknown fields."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)
