"""Copies of a timeline for others to use: a folder to be served and checked, a backup, and a backup made a timeline again.

Owns what leaves the house, and that it is whole before it does. Must not change an event, nor leave anything half made.
`copying` makes a copy of a file that others write to, `staging` is where it is made before it is put in place,
`backups` is backup and restore, `continuing` goes on from what was published, `carrying` looks after what only a draft holds, and
`repository` asks git what others follow. Of a published folder `folder` knows what is in
it, `extending` that it only adds to itself,
`texts` and `wheel` what is written for its readers; `publishing` puts it together.
"""

from timeline.publishing.backups import backup, restore
from timeline.publishing.carrying import Drafts
from timeline.publishing.continuing import Comparison, anew, begin, checkpoints_of_its_own, compare, newest, newest_size
from timeline.publishing.copying import Held
from timeline.publishing.extending import refuse_what_git_holds
from timeline.publishing.publishing import Published, publish, told_as
from timeline.publishing.repository import Branch, how_to_go_on, is_shared, refuse_conflict, taken

__all__ = [
    "Branch",
    "Comparison",
    "Drafts",
    "Held",
    "Published",
    "anew",
    "backup",
    "begin",
    "checkpoints_of_its_own",
    "compare",
    "how_to_go_on",
    "is_shared",
    "newest",
    "newest_size",
    "publish",
    "refuse_conflict",
    "refuse_what_git_holds",
    "restore",
    "taken",
    "told_as",
]
