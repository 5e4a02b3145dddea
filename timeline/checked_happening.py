"""Check the fields of a happening, and turn them into the fields of its statement.

Owns the quick way for sound fields: it makes no models, and takes their types from them. Must not search for quotations, nor word
a fault.
"""

from collections.abc import Mapping
from functools import cache
from typing import Annotated, Any, Final

from pydantic import TypeAdapter, ValidationError
from pydantic_core import CoreSchema, SchemaValidator, core_schema

from timeline import size_limits
from timeline.field_types import Model
from timeline.model import SAME, Actor, Citation, DescribedCitation, Happening, Picture, PlacedCitation, Relation, check

_MAIN: Final = {"actors": "name", "media": "source", "related": "other"}  # the field for which a text stands
_LISTS: Final = frozenset(("actors", "citations", "media", "related", "tags"))
_CITATIONS: Final = (PlacedCitation, DescribedCitation, Citation)  # a verified citation is one of these, too
_MODELS: Final[Mapping[str, type[Model]]] = {"actors": Actor, "media": Picture, "related": Relation}
_DEFAULTS: Final = {
    "citations": ("stance", Citation.model_fields["stance"].default),
    "related": ("relation", Relation.model_fields["relation"].default),
}


def check_happening(fields: Mapping[str, Any], subject: str, *, limited: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """Return the fields that say anything, each object with its keys in order. Raises StatementInvalid with every fault.

    `limited` are those whose size has limits, by default all: what a log has already is not measured.
    """
    try:
        values: dict[str, Any] = _validator().validate_python(fields)
    except ValidationError:  # there are faults, or models among the fields, or what exceeds a limit
        size_limits.refuse(fields if limited is None else limited, subject)
        return _plain(check(Happening, fields, subject))
    for name in [name for name, value in values.items() if value is None or value == []]:
        del values[name]
    for name in _LISTS & values.keys():
        items = values[name] = values[name] if name == "tags" else [_filled(name, one) for one in values[name]]
        if len(items) > 1 and name in SAME and len({*map(SAME[name], items)}) < len(items):
            check(Happening, fields, subject)
    if ("latitude" in values) != ("longitude" in values):
        check(Happening, fields, subject)
    return values


def _filled(field: str, item: Any) -> dict[str, Any]:  # noqa: ANN401 - a text or an object
    """Return an item of a list as an object without empty fields, with those that have a default."""
    if type(item) is str:
        item = {_MAIN[field]: item}
    elif None in item.values():
        item = {name: value for name, value in item.items() if value is not None}
    if (default := _DEFAULTS.get(field)) is not None and default[0] not in item:
        item[default[0]] = default[1]
    filled: dict[str, Any] = item
    return filled


def _plain(happening: Happening) -> dict[str, Any]:
    values = {name: value for name, value in sorted(vars(happening).items()) if value not in (None, ())}
    for name in _LISTS:
        if name in values:
            values[name] = [_plain_item(one) for one in values[name]]
    return values


def _plain_item(item: Any) -> Any:  # noqa: ANN401 - a text or a model
    if isinstance(item, str):
        return item
    kind = next((kind for kind in _CITATIONS if isinstance(item, kind)), type(item))
    return {name: value for name in sorted(kind.model_fields) if (value := getattr(item, name)) is not None}


@cache
def _validator() -> SchemaValidator:
    lists = {field: _list(field, _object(model), _type(model, _MAIN[field])) for field, model in _MODELS.items()}
    placed = _object(Citation, start_char=core_schema.int_schema())
    lists["citations"] = _list("citations", placed, _object(DescribedCitation), least=1)
    lists["tags"] = _list("tags", _type(Actor, "name"))
    return SchemaValidator(_object(Happening, **lists))


def _list(field: str, *items: CoreSchema, least: int = 0) -> CoreSchema:
    """Return the schema of a list whose items have the first of these schemas that fits."""
    either = core_schema.union_schema([*items], mode="left_to_right")
    return core_schema.list_schema(either, min_length=least, max_length=size_limits.most(field))


def _object(model: type[Model], **others: CoreSchema) -> CoreSchema:
    """Return the schema of a model's fields as a plain object; `others` are the fields with a schema of their own."""
    fields = {}
    for name in sorted({*model.model_fields, *others}):
        required = name in model.model_fields and model.model_fields[name].is_required()
        fields[name] = core_schema.typed_dict_field(others.get(name) or _type(model, name), required=required)
    return core_schema.typed_dict_schema(fields, extra_behavior="forbid")


def _limited(schema: CoreSchema, name: str) -> CoreSchema:
    """Return a schema that allows texts no longer than a field of this name."""
    if schema["type"] == "str" and (limit := size_limits.longest(name)):
        return {**schema, "max_length": limit}
    inner = schema.get("schema")
    return schema if inner is None else {**schema, "schema": _limited(inner, name)}


def _type(model: type[Model], name: str) -> CoreSchema:
    field = model.model_fields[name]
    type_: Any = Annotated[field.annotation, None, *field.metadata]
    return _limited(TypeAdapter[Any](type_).core_schema, name)
