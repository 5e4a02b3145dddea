"""Make copies of a timeline: a folder to serve and check, a backup, and a timeline from a backup.

Owns that a copy is complete and verified before it is put in place. Must not change an event, nor leave a partial copy.
`copying` copies a file that others write to; `durable_files` has the folder to make it in; `backups` has backup and restore;
`continuing` starts a timeline from a published one; `unpublished_events` handles the events that only a draft has; `repository`
runs git. For a published folder, `folder` knows its files, `growth_check` proves that it only grows, `readme` and `wheel` write
its files for readers, and `publication` puts it together.
"""

from timeline.publishing.backups import backup, restore
from timeline.publishing.continuing import Comparison, begin, compare, newest, newest_size, own_checkpoints, replacing
from timeline.publishing.copying import Contents
from timeline.publishing.growth_check import refuse_what_git_holds
from timeline.publishing.publication import Published, publish, shown_as
from timeline.publishing.repository import Branch, how_to_continue, is_shared, on_branch, published_at, refuse_conflict
from timeline.publishing.unpublished_events import Drafts

__all__ = [
    "Branch",
    "Comparison",
    "Contents",
    "Drafts",
    "Published",
    "backup",
    "begin",
    "compare",
    "how_to_continue",
    "is_shared",
    "newest",
    "newest_size",
    "on_branch",
    "own_checkpoints",
    "publish",
    "published_at",
    "refuse_conflict",
    "refuse_what_git_holds",
    "replacing",
    "restore",
    "shown_as",
]
