"""The command that suggests dates of a document: suggest. Must not record anything."""

from pathlib import Path

import click

from timeline import dates
from timeline.cli import completing, json_forms, printing
from timeline.cli.name_lookup import find
from timeline.cli.options import db
from timeline.cli.running import opened
from timeline.suggestions import Suggestion


@click.command()
@click.argument("source", shell_complete=completing.SOURCE)
@click.option("--published", metavar="DATE", help="Read relative dates against this day.  [default: when the source was published]")
@click.option("--language", help="en, fr, es, de or ar.  [default: the source's own, or recognised]")
@click.option("--model", metavar="NAME", help="Ask this model of yours for whole happenings. The text is sent to it.")
@json_forms.as_lines
@db
def suggest(source: str, published: str | None, language: str | None, model: str | None, as_json: bool, db: Path) -> None:
    """Suggest the dates that a document mentions, for you to decide on.

    Each has its words, the date as it would be recorded, and the sentence, which can be quoted as it is. A relative date ("last
    week", "Monday", a day without its year) is read against the day on which the source was published, and says so. Nothing is
    recorded.

    --model asks a language model for happenings, each with a title, people and a passage. Only those count whose passage is in the
    document. A date that is not read from the passage is marked as the model's reading. The models are those of llm.

    Example: timeline suggest tna-2025-11-27
    """
    with opened(db) as timeline:
        id = find(timeline, f"source/{source.removeprefix('source/')}").id
        suggestions = timeline.suggest(id, published=published, language=language, model=model)
    for one in suggestions:
        if as_json:
            json_forms.write({"source": id, **one._asdict()})
        else:
            _draw(one)
    if suggestions.summary:
        click.echo(suggestions.summary, err=True)
    elif not suggestions and not as_json:
        click.echo("No date was found in its text", err=True)


def _draw(one: Suggestion) -> None:
    when = f"{dates.worded(one.date)}  {printing.dim(one.date)}" if one.date else "no certain date"
    click.echo(f"{printing.bold(printing.on_one_line(one.title or one.words))}: {when}")
    before = f"… {printing.on_one_line(one.prefix)} " if one.prefix else ""
    click.echo(printing.paragraphs(f"{before}“{printing.on_one_line(one.quote)}”", 4))
    about = [one.date_note, f"with {', '.join(one.actors)}" if one.actors else None, f"characters {one.start:,}–{one.end:,}"]
    click.echo(printing.dim(printing.paragraphs(" · ".join(part for part in about if part), 4)) + "\n")
