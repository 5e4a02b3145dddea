"""A PostgreSQL of the tests' own: a new cluster in a temporary folder, run by an ordinary user, that can be killed and copied.

It flushes to disk as a real one does. PostgreSQL refuses to run as root, so root hands it to `postgres` or `nobody`.
"""

import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

PASSWORD = "gull-and-tern-4"  # noqa: S105 - of a server that lives as long as the tests
FOLDERS = (*sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True), *Path("/usr/local/pgsql").glob("bin"))


def binaries() -> Path | None:
    """Return the folder with PostgreSQL's programs; None where it is not installed."""
    found = shutil.which("initdb")
    return next((one for one in FOLDERS if (one / "initdb").exists()), Path(found).resolve().parent if found else None)


class Cluster:
    """One server and its folder. A copy of the folder, or a standby, is another."""

    def __init__(
        self, folder: Path | None = None, port: int | None = None, *, address: str = "127.0.0.1", within: Sequence[str] = ()
    ) -> None:
        """Take a new folder, or one that holds a cluster, and a free port of an address.

        `within` are words before each command, such as those that run it in a network of its own.
        """
        there = binaries()
        assert there is not None, "PostgreSQL is not installed"
        self.bin = there
        self.folder = folder or Path(tempfile.mkdtemp(prefix="pg"))
        self.port = port or _free_port()
        self.address = address
        self.within = [*within]
        self.data = self.folder / "data"
        self._server: subprocess.Popen[bytes] | None = None
        self.user = next((one for one in ("postgres", "nobody") if _exists(one)), "nobody") if os.geteuid() == 0 else ""
        self._own(self.folder)

    def _own(self, path: Path) -> None:
        """Give a file or a folder, and all that it holds, to the user who runs the server."""
        if self.user:
            subprocess.run(["chown", "-R", self.user, str(path)], check=True)

    def command(self, program: str, *words: str) -> list[str]:
        """Return the command line of one of PostgreSQL's programs, run by an ordinary user."""
        before = ["setpriv", f"--reuid={self.user}", f"--regid={_group(self.user)}", "--clear-groups"] if self.user else []
        return [*self.within, *before, str(self.bin / program), *words]

    def run(self, program: str, *words: str) -> str:
        """Run one of PostgreSQL's programs to its end, and return its output."""
        done = subprocess.run(
            self.command(program, *words), check=False, capture_output=True, text=True, cwd=self.folder, env=self._environment()
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    def _environment(self) -> dict[str, str]:
        return {**os.environ, "PGPASSWORD": PASSWORD, "LC_ALL": "C.UTF-8"}

    def make(self, *settings: str) -> "Cluster":
        """Make the cluster: UTF-8, a superuser `owner` with a password, and settings such as "wal_level = replica"."""
        secret = self.folder / "password"
        secret.write_text(PASSWORD, encoding="utf-8")
        self._own(secret)
        words = ("-E", "UTF8", "--locale=C.UTF-8", "-U", "owner", f"--pwfile={secret}", "-A", "scram-sha-256")
        self.run("initdb", "-D", str(self.data), *words)
        secret.unlink()
        # Memory in files of the cluster: a killed server leaves nothing elsewhere.
        memory = ("shared_buffers = 32MB", "dynamic_shared_memory_type = mmap")
        self.configure("max_connections = 60", "listen_addresses = '*'", *memory, *settings)
        if self.address != "127.0.0.1":
            network = f"{self.address.rpartition('.')[0]}.0/24"
            with (self.data / "pg_hba.conf").open("a", encoding="utf-8") as file:
                file.write(f"host all all {network} scram-sha-256\nhost replication all {network} scram-sha-256\n")
        return self

    def copy_of(self, primary: "Cluster") -> "Cluster":
        """Become a standby of a running server, which streams what that one writes."""
        shutil.rmtree(self.data, ignore_errors=True)
        source = f"host={primary.address} port={primary.port} user=owner application_name=standby"
        self.run("pg_basebackup", "-D", str(self.data), "-d", source, "-R", "-X", "stream", "-c", "fast")
        self.configure(f"primary_conninfo = '{source} password={PASSWORD}'", "synchronous_standby_names = ''")
        return self

    def promote(self) -> None:
        """Make a standby the primary."""
        self.run("pg_ctl", "promote", "-D", str(self.data), "-w")

    def sql(self, statement: str, database: str = "postgres") -> str:
        """Run a statement over the server's socket, as its superuser."""
        words = ("-h", str(self.folder), "-p", str(self.port), "-U", "owner", "-d", database, "-qAtc", statement)
        return self.run("psql", *words).strip()

    def freeze(self, number: int = signal.SIGSTOP) -> None:
        """Stop every process of the server where it is; SIGCONT lets them go on."""
        for process in self._processes():
            with suppress(ProcessLookupError):
                os.kill(process, number)

    def configure(self, *settings: str) -> None:
        """Add settings to postgresql.conf; those of the same name before are no longer used."""
        with (self.data / "postgresql.conf").open("a", encoding="utf-8") as file:
            file.writelines(f"{one}\n" for one in settings)

    def start(self) -> "Cluster":
        """Start the server, and wait until it accepts connections."""
        sockets = ["-c", f"unix_socket_directories={self.folder}", "-c", f"port={self.port}"]
        with (self.folder / "log").open("ab") as log:
            words = self.command("postgres", "-D", str(self.data), *sockets)
            self._server = subprocess.Popen(words, stdout=log, stderr=log, stdin=subprocess.DEVNULL, env=self._environment())
        for _ in range(1200):
            if subprocess.run(
                self.command("pg_isready", "-q", "-h", str(self.folder), "-p", str(self.port)), check=False
            ).returncode in (0,):
                return self
            assert self._server.poll() is None, (self.folder / "log").read_text(encoding="utf-8")[-2000:]
            time.sleep(0.05)
        raise AssertionError((self.folder / "log").read_text(encoding="utf-8")[-2000:])

    def stop(self) -> None:
        """Stop the server as an operator would, at once."""
        self._end(signal.SIGINT)

    def kill(self) -> None:
        """Kill every process of the server with -9, as a power cut would."""
        if self._server is not None:
            for process in self._processes():
                with suppress(ProcessLookupError):
                    os.kill(process, signal.SIGKILL)
            self._server.wait()
            (self.data / "postmaster.pid").unlink(missing_ok=True)
            self._server = None

    def _processes(self) -> list[int]:
        """List the server and its children. The command that runs it has replaced itself by the server."""
        if self._server is None:
            return []
        listed = ["ps", "-o", "pid=", "--ppid", str(self._server.pid)]
        children = subprocess.run(listed, check=False, capture_output=True, text=True)
        return [self._server.pid, *map(int, children.stdout.split())]

    def _end(self, number: int) -> None:
        if self._server is not None:
            self._server.send_signal(number)
            self._server.wait(60)
            self._server = None

    def remove(self) -> None:
        """Stop the server, and remove its folder."""
        self.kill()
        shutil.rmtree(self.folder, ignore_errors=True)

    def url(self, database: str = "postgres", user: str = "owner", password: str = PASSWORD) -> str:
        """Return the address of a database on the loopback."""
        return f"postgresql://{user}:{password}@{self.address}:{self.port}/{database}"

    def database(self, name: str, template: str = "template0") -> str:
        """Make a new database, and return its address."""
        self.run("createdb", "-h", str(self.folder), "-p", str(self.port), "-U", "owner", "-T", template, name)
        return self.url(name)


def _exists(user: str) -> bool:
    try:
        pwd.getpwnam(user)
    except KeyError:
        return False
    return True


def _group(user: str) -> int:
    return pwd.getpwnam(user).pw_gid


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
        return port
