"""Break everything around a shared log, round after round: nothing acknowledged is lost or doubled, and all nodes agree.

    python tests/load/shared.py [--minutes 1 | --rounds 3] [--seed 1] [--keep DIR]

Three writers and two followers work on hosts of their own (network namespaces where root allows that, else processes), against a
primary with a synchronous standby. Each round does one harm, mends it, lets everybody go on for a moment, and then checks:
acknowledged events lost and doubled, positions, the followers' read tables against a rebuild, and the roots of all. Exit 1 where
one differs. The harms: kill -9 of the primary, of a writer, of a follower; a link cut; a power cut, imitated by a copy of the
primary's folder taken in the middle of a write; a failover to the standby.
"""

import argparse
import json
import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, suppress
from pathlib import Path

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE.parent / "shared_log"), str(HERE.parent)]

from cluster import PASSWORD, Cluster  # noqa: E402
from shared_network import Network, network  # noqa: E402
from test_projections import rows  # noqa: E402

from timeline import Event, Timeline, merkle  # noqa: E402
from timeline.errors import DatabaseRefused  # noqa: E402
from timeline.shared_log import sharing  # noqa: E402

WRITERS, FOLLOWERS = ("ann", "ben", "cem"), ("paper", "radio")
SETTINGS = ("wal_level = replica", "wal_keep_size = 256MB", "wal_receiver_timeout = 5s", "wal_sender_timeout = 5s")
PATIENCE = 180.0  # seconds for a follower to catch up once everything is mended


class Lost(Exception):
    """A check failed."""


class Newsroom:
    """The servers, the writers and the followers, and the harms that can be done to them."""

    def __init__(self, folder: Path, net: Network, seed: int) -> None:
        """Start everything."""
        self.folder, self.net, self.chance = folder, net, random.Random(seed)  # noqa: S311 - to do the same again
        self.processes: dict[str, subprocess.Popen[bytes]] = {}
        self.copies = 0
        self.primary, self.standby = self._server("east"), self._server("west")
        self.primary.make(*SETTINGS).start()
        self.primary.database("news")
        sharing.share(None, self.socket())
        self._stand_by()
        hosts = ",".join(f"{one.address}:{one.port}" for one in (self.primary, self.standby))
        self.url = f"postgresql://owner:{PASSWORD}@{hosts}/news?target_session_attrs=read-write&connect_timeout=3"

    def _server(self, name: str) -> Cluster:
        place = Path(tempfile.mkdtemp(prefix=f"{name}-", dir=self.folder))
        return Cluster(place, address=self.net.addresses[name], within=self.net.within(name))

    def _stand_by(self) -> None:
        """Make the standby a copy of the primary, which from then on waits for it."""
        self.standby.copy_of(self.primary).start()
        self.primary.sql("ALTER SYSTEM SET synchronous_standby_names = 'standby'")
        self.primary.sql("SELECT pg_reload_conf()")
        until(
            lambda: self.primary.sql("SELECT count(*) FROM pg_stat_replication WHERE sync_state = 'sync'") == "1",
            "the standby streams",
        )

    def socket(self) -> str:
        """Return the primary's address on its own host."""
        return f"postgresql://owner:{PASSWORD}@/news?host={self.primary.folder}&port={self.primary.port}"

    def notes(self, name: str) -> Path:
        """Return where a writer notes its calls."""
        return self.folder / f"{name}.notes"

    def file(self, name: str) -> Path:
        """Return a follower's file."""
        return self.folder / f"{name}.db"

    def start(self, *names: str) -> None:
        """Start writers and followers that are not running."""
        for name in names:
            if name in self.processes and self.processes[name].poll() is None:
                continue
            if name in WRITERS:
                words = [sys.executable, str(HERE / "shared_writer.py"), self.url, name, str(self.notes(name))]
            else:
                main = "from timeline.cli import main; main()"
                words = [sys.executable, "-c", main, "follow", self.url, "--db", str(self.file(name)), "--poll", "0.2"]
            with (self.folder / f"{name}.log").open("ab") as log:
                environment = {**os.environ, "PGPASSWORD": PASSWORD}
                self.processes[name] = subprocess.Popen(
                    [*self.net.within(name), *words], stdout=log, stderr=log, stdin=subprocess.DEVNULL, env=environment
                )

    def kill(self, *names: str) -> None:
        """Kill writers or followers with -9, wherever they are."""
        for name in names:
            if name in self.processes:
                self.processes[name].kill()
                self.processes[name].wait()

    def end(self) -> None:
        """Kill everything."""
        self.kill(*self.processes)
        for server in (self.primary, self.standby):
            with suppress(Exception):
                server.freeze(signal.SIGCONT)
            server.remove()

    def go_on(self) -> None:
        """Wait until every writer has had some calls acknowledged again."""
        for name, number in {name: len([*noted(self.notes(name))]) for name in WRITERS}.items():
            until(lambda name=name, number=number: len([*noted(self.notes(name))]) > number + 3, f"{name} goes on")

    # The harms

    def harms(self) -> dict[str, Callable[[], None]]:
        """Name them."""
        cuts = {"a link is cut": self.cut, "the primary's link is cut": lambda: self._cut("east", 4)} if self.net.apart else {}
        return {
            "the primary is killed": self.kill_primary,
            "a writer is killed": self.kill_writer,
            "a follower is killed": lambda: self.kill(self.chance.choice(FOLLOWERS)),
            **cuts,
            "the power is cut": self.cut_power,
            "the standby takes over": self.fail_over,
            "the standby is killed": self.kill_standby,
        }

    def kill_primary(self) -> None:
        """Kill every process of the primary, and start it again."""
        self.primary.kill()
        self.primary.start()

    def kill_standby(self) -> None:
        """Without it nothing is acknowledged, until it is back."""
        self.standby.kill()
        time.sleep(1)
        self.standby.start()

    def kill_writer(self) -> None:
        """Kill one, a few times, at any instant."""
        for _ in range(3):
            name = self.chance.choice(WRITERS)
            self.kill(name)
            self.start(name)
            time.sleep(self.chance.uniform(0.5, 2))

    def cut(self) -> None:
        """Cut one host off for some seconds."""
        self._cut(self.chance.choice((*WRITERS, *FOLLOWERS, "west")), self.chance.uniform(1, 6))

    def _cut(self, name: str, seconds: float) -> None:
        self.net.cut(name)
        time.sleep(seconds)
        self.net.heal()

    def cut_power(self) -> None:
        """Freeze the primary in the middle of a write, copy its folder, kill it, and go on from the copy."""
        self.primary.freeze()
        self.copies += 1
        copy = self.primary.folder / f"copy{self.copies}"
        shutil.copytree(self.primary.data, copy, ignore=shutil.ignore_patterns("postmaster.pid"))
        shutil.copystat(self.primary.data, copy)
        self.primary.kill()
        shutil.rmtree(self.primary.data)
        self.primary.data = copy
        self.primary._own(copy)
        self.primary.start()

    def fail_over(self) -> None:
        """Lose the primary for good; the standby takes over, and a new one is made on the other host."""
        self.primary.kill()
        self.standby.promote()
        self.primary, self.standby = self.standby, self.primary
        time.sleep(self.chance.uniform(0, 2))  # in which it works alone
        self._stand_by()

    # The checks

    def check(self) -> str:
        """Let the followers catch up, and compare everything. Raises Lost."""
        acknowledged = Counter(tuple(event) for name in WRITERS for event in noted(self.notes(name)))
        with Timeline(self.socket(), read_only=True) as log:
            events = [*log.events()]
        there = {(event.position, event.stream, event.version) for event in events}
        expect(acknowledged.keys() <= there, f"acknowledged events are lost: {sorted(acknowledged.keys() - there)[:5]}")
        expect([event.position for event in events] == [*range(1, len(events) + 1)], "the positions have gaps")
        corrections = Counter((event.stream, event.payload["reason"]) for event in events if event.type == "HappeningCorrected")
        expect(max(corrections.values(), default=1) == 1, "a correction was appended twice")
        archived = Counter(event.payload["statement"]["sha256"] for event in events if event.type == "SourceArchived")
        expect(max(archived.values(), default=1) == 1, "a document was archived twice")
        root = root_of(events)
        for name in FOLLOWERS:
            self._compare(name, events, root)
        return f"{len(events):,} events, {len(acknowledged):,} acknowledged"

    def _compare(self, name: str, events: list[Event], root: bytes) -> None:
        """Compare a follower's file with the log, and its read tables with a rebuild of a copy."""
        until(lambda: size(self.file(name)) >= len(events), f"{name} catches up")
        copy = self.folder / f"{name}-copy.db"
        copy.unlink(missing_ok=True)
        with closing(sqlite3.connect(f"file:{self.file(name)}?mode=ro", uri=True)) as file:
            file.execute("VACUUM INTO ?", (str(copy),))
        with Timeline(copy, rebuilding=True) as timeline:
            expect([*timeline.log.events()] == events, f"{name} holds other events")
            expect(merkle.root(len(events), merkle.reader(timeline.log.connection)) == root, f"{name} has another root")
            before = rows(timeline)
            timeline.rebuild(tree=True)
            expect(rows(timeline) == before, f"the read tables of {name} are not those of a rebuild")
        for path in self.folder.glob(f"{copy.name}*"):
            path.unlink()


def expect(holds: bool, fault: str) -> None:
    """Raise Lost with a fault unless something holds."""
    if not holds:
        raise Lost(fault)


def until(condition: Callable[[], bool], awaited: str) -> None:
    """Wait for something."""
    end = time.monotonic() + PATIENCE
    while not condition():
        expect(time.monotonic() < end, f"in {PATIENCE:.0f} seconds it did not happen that {awaited}")
        time.sleep(0.05)


def noted(path: Path) -> Iterator[list[object]]:
    """Yield the events that a writer was told of. A line that it was killed in counts for nothing."""
    for line in path.read_bytes().splitlines() if path.exists() else ():
        with suppress(ValueError):
            yield from json.loads(line).get("events", ())


def size(path: Path) -> int:
    """Count the events in a follower's file."""
    with suppress(sqlite3.Error), closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as file:
        return int(file.execute("SELECT coalesce(max(position), 0) FROM events").fetchone()[0])
    return 0


def root_of(events: list[Event]) -> bytes:
    """Compute the root over events."""
    tree = merkle.Growth()
    for event in events:
        tree.add(merkle.leaf_hash(merkle.leaf(*event[:6], event.data_hash)))
    return tree.root()


def run(folder: Path, minutes: float, rounds: int, seed: int) -> int:
    """Do harm until the time is up or the rounds are done; return how many rounds there were."""
    with ExitStack() as stack:
        net = stack.enter_context(network("east", "west", *WRITERS, *FOLLOWERS))
        print(f"seed {seed}, {'network namespaces' if net.apart else 'processes of one host: no link is cut'}", flush=True)
        room = Newsroom(folder, net, seed)
        stack.callback(room.end)
        end, done, waiting = time.monotonic() + minutes * 60, 0, list[str]()
        while done < rounds or (not rounds and time.monotonic() < end):
            room.start(*WRITERS, *FOLLOWERS)
            room.go_on()  # nobody is hurt who is not working
            time.sleep(room.chance.uniform(0, 2))
            if not waiting:  # each harm in turn, in another order each time
                waiting = list(room.harms())
                room.chance.shuffle(waiting)
            harm = waiting.pop()
            begun = time.monotonic()
            room.harms()[harm]()
            room.start(*WRITERS, *FOLLOWERS)
            room.go_on()
            room.kill(*WRITERS)
            done += 1
            print(f"round {done}: {harm}: {room.check()}, {time.monotonic() - begun:.1f} s", flush=True)
    return done


def main() -> None:
    """Read the options, and run."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=1)
    parser.add_argument("--rounds", type=int, default=0)
    parser.add_argument("--seed", type=int, default=int(time.time()))
    parser.add_argument("--keep", type=Path, help="keep the folder with all logs here")
    options = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="shared-"))
    folder.chmod(0o711)
    try:
        done = run(folder, options.minutes, options.rounds, options.seed)
        print(f"{done} rounds: nothing acknowledged was lost or doubled, and all nodes agree")
    except (Lost, DatabaseRefused) as error:
        print(f"seed {options.seed}: {error}")
        sys.exit(1)
    finally:
        if options.keep:
            shutil.copytree(folder, options.keep, dirs_exist_ok=True, ignore=shutil.ignore_patterns("data", "copy*", ".s.*"))
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
