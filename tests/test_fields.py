"""The names of fields are those of the models that check them."""

from timeline import fields
from timeline.model import Citation, DescribedCitation, Happening, HappeningFields, Source, SourceFields, Step


def test_the_names_are_those_of_the_models() -> None:
    """Each of a happening, a citation and a source is named once."""
    assert {*fields.TEXTS, *fields.LISTS, "date"} == set(Happening.model_fields) == set(HappeningFields.__annotations__)
    assert (*Citation.model_fields, "description") == fields.CITATION
    assert {*DescribedCitation.model_fields} <= {*fields.CITATION}
    assert {*Step.model_fields} == {*fields.CUSTODY}
    assert tuple(SourceFields.__annotations__) == fields.SOURCE
    assert {*fields.SOURCE, *fields.DOCUMENT} == set(Source.model_fields)
