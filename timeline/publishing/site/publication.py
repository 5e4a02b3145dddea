"""Publish a timeline as a site of plain files, to a new folder or to the one of its former publication.

Owns the order: copy, verify, sign, ask for each page, replace. Nothing is put in place before all is ready.
"""

import asyncio
import base64
import json
import sqlite3
from collections.abc import Callable
from contextlib import closing
from importlib import resources
from pathlib import Path
from urllib.parse import quote

from datasette.utils import tilde_encode

from timeline import merkle
from timeline.errors import ProofInvalid, PublishingRefused
from timeline.merkle import Checkpoint, Key, Note
from timeline.proof import checkpoints
from timeline.proof.signing import SigningKey
from timeline.publishing import growth_check, publication
from timeline.publishing.documents import Announce
from timeline.publishing.durable_files import temporary_folder
from timeline.publishing.folder import CHECKPOINT, PROOF_VERIFIER, PUBLIC_KEY
from timeline.publishing.publication import PublishedSite, shown_as
from timeline.publishing.site import data, folder, pages, server, timeline_page
from timeline.publishing.site.addresses import Addresses
from timeline.publishing.site.output import Output
from timeline.publishing.site.pages import Site
from timeline.timeline import Timeline


def publish_site(
    timeline: Timeline,
    path: Path,
    *,
    key: SigningKey | None,
    metadata: Path | None,
    documents: str | None,
    url: str | None,
    announce: Announce,
    advance: Callable[[int], None],
) -> PublishedSite:
    """Publish a timeline as plain files, while others append to it, to a new folder or to that of its former site.

    `url` is the address of the site; without one no file has an absolute address. `announce` is called with the documents that
    would be public, before anything is. `advance` is called with each event twice,
    and with each page once.
    Raises what `publish` raises. Then the folder is unchanged, unless the disk failed or the process was killed while the files
    were put in place: then each page is of the former site or of the new one, and the next publication completes it.
    """
    live = timeline.log.path
    former = folder.read(path, live)
    description = publication.described(metadata)
    shown = server.shown(json.loads(description), live.stem)
    if former:
        _refuse_another(timeline, former, key)
    growth_check.refuse_what_git_holds(timeline.log, path)
    with temporary_folder(path, live, parents=True) as fresh, shown_as(str(fresh / "snapshot.db"), str(live)):
        raw = fresh / "snapshot.db"
        note, signer, summary = publication.verified_copy(
            timeline, path, raw, description, key, former.key if former else None, documents, advance
        )
        if former and former.key and signer != former.key:
            raise PublishingRefused(path, f"was signed by {former.key.name} before, and this is not. Give the key: --key FILE")
        announce(summary)
        served = fresh / "served" / live.name
        served.parent.mkdir()
        raw.replace(served)
        output = Output(fresh / "site")
        asyncio.run(_write(served, shown, output, url, note, signer, former, advance))
        served.unlink()
        publication.refuse_redacted_meanwhile(timeline, note, path)
        folder.refuse_others(path, former, output.names)
        written, removed = folder.replace(output.folder, path, output.names, former)
        size = sum((path / name).stat().st_size for name in output.names)
    before, changed = former.checkpoint.size if former else None, bool(written or removed)
    return PublishedSite(note, signer, before, changed, len(output.names), size, written, removed)


def _refuse_another(timeline: Timeline, former: folder.Former, key: SigningKey | None) -> None:
    """Refuse unless the log extends that of the former site, and its signer is the same."""
    try:
        checkpoints.extends(timeline.log, former.checkpoint, f"the checkpoint in {former.path}")
    except ProofInvalid as error:
        raise ProofInvalid(f"{error}. Published events stay. Publish another timeline to another folder") from None
    if key and former.key and key.public != former.key:
        raise PublishingRefused(
            former.path, f"was signed by {former.key.name}, not by {key.public.name}. Use that key, or publish to another folder"
        )


async def _write(
    served: Path,
    shown: dict[str, object],
    output: Output,
    url: str | None,
    note: Note,
    signer: Key | None,
    former: folder.Former | None,
    step: Callable[[int], None],
) -> None:
    with closing(sqlite3.connect(f"file:{quote(str(served))}?mode=ro&immutable=1", uri=True)) as connection:
        async with server.serving(served, shown) as server_pages:
            happenings = [server_pages.name_of(id_) for id_ in _ids(connection, "happenings")]
            sources = [tilde_encode(id_) for id_ in _ids(connection, "sources")]
            end = Checkpoint.of(note).size
            known = Addresses(server_pages.root, frozenset(happenings), frozenset(sources), end)
            site = Site(server_pages, known, output, url, _own_checkpoints(connection), step)
            site.add_scripts()
            await pages.add_documents(site, sources)
            await pages.add_pictures(site, sources)
            known.files[f"{site.at}?embed=1"] = "embed.html"
            known.files[f"{site.at}/log/checkpoints"] = "log/index.html"
            known.files[f"{site.at}/sources"] = "sources/index.html"
            known.files[f"{site.at}/export"] = "export/index.html"
            await pages.each(site, pages.add_source, sources)
            await pages.add_exports(site)
            await pages.add_log(site)
            await pages.add_source_list(site)
            await pages.each(site, pages.add_happening, happenings)
            for position in range(1, end + 1):
                await pages.add_event(site, position)
                step(1)
            await timeline_page.add(site, connection, data.read(connection), end)
            _add_leaves(output, connection, note)
    if url:
        _add_sitemap(output, url)
    _add_rest(output, note, signer, former, served)


def _ids(connection: sqlite3.Connection, table: str) -> list[str]:
    return [id_ for (id_,) in connection.execute(f"select id from {table} order by id")]


def _own_checkpoints(connection: sqlite3.Connection) -> list[tuple[int, int]]:
    """Return the size and number of each checkpoint in the log's name: signed ones if there are any, the smallest first."""
    origin = merkle.origin(connection)
    rows = connection.execute(
        "select size, number, exists (select 1 from signatures where checkpoint = checkpoints.number) from checkpoints"
        " where origin = ? order by size, number",
        (origin,),
    ).fetchall()
    signed = [(size, number) for size, number, is_signed in rows if is_signed]
    return signed or [(size, number) for size, number, _ in rows]


def _add_sitemap(output: Output, url: str) -> None:
    names = sorted(name for name in output.names if name.endswith(".html") and not name.endswith(("frame.html", "embed.html")))
    addresses = "".join(f"<url><loc>{url}{'' if name == 'index.html' else name}</loc></url>\n" for name in names)
    output.add(
        "sitemap.xml",
        f'<?xml version="1.0" encoding="UTF-8"?>\n<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">\n{addresses}</urlset>\n',
    )


def _add_rest(output: Output, note: Note, signer: Key | None, former: folder.Former | None, served: Path) -> None:
    """Add the checkpoint, and what checks it without a browser; GitHub Pages takes the folder as it is."""
    output.add(CHECKPOINT, str(growth_check.merged_notes(former.note, note) if former else note))
    if signer:
        output.add(PUBLIC_KEY, f"{signer}\n")
    output.add(PROOF_VERIFIER, resources.files("timeline").joinpath("standalone", PROOF_VERIFIER).read_bytes())
    output.add(".nojekyll", b"")


def _add_leaves(output: Output, connection: sqlite3.Connection, note: Note) -> None:
    """Write the hashes of all events, from which a browser computes any proof, and the checkpoints by their sizes."""
    rows = connection.execute(f"select {merkle.COLUMNS} from events order by position")
    hashes = b"".join(merkle.leaf_hash(merkle.leaf(*row)) for row in rows)
    notes = {str(one.checkpoint.size): str(one.note) for one in merkle.checkpoints(connection)}
    origin = note.text.partition("\n")[0]
    value = {"origin": origin, "hashes": base64.b64encode(hashes).decode(), "notes": notes, "now": str(note)}
    output.add_data("leaves", value, versioned=False)
