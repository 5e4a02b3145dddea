"""A process of its own for strangers' documents: how it starts, is asked, is limited in time and memory, and ends.

Owns those limits, and the form of a request: a line of JSON, then bytes. Files and the network stay within its reach. Must not
know what is asked. Imports the standard library alone.
"""

import json
import os
import subprocess
import sys
import threading
from collections.abc import Mapping
from typing import Any


class Aborted(Exception):
    """The process ended, or was ended, before it answered, for a reason in words. `late`: it took too long."""

    def __init__(self, reason: str, *, late: bool = False) -> None:
        super().__init__(reason)
        self.late = late


class Process:
    """A process that runs one module and answers one request after another; started when needed, and again after a failure."""

    def __init__(self, module: str) -> None:
        self._module = module
        self._process: subprocess.Popen[bytes] | None = None

    def ask(self, request: Mapping[str, Any], content: bytes, seconds: float) -> tuple[dict[str, Any], bytes]:
        """Send a request with `content`, and return the answer with its bytes. Raises Aborted; then the process has ended."""
        process = self._process or self._begin()
        head = json.dumps({**request, "size": len(content)}).encode() + b"\n"
        late = threading.Event()

        def end() -> None:
            late.set()
            process.kill()

        timer = threading.Timer(seconds, end)
        timer.start()
        try:
            assert process.stdin is not None and process.stdout is not None  # noqa: S101, PT018 - they are pipes
            process.stdin.write(head)
            process.stdin.write(content)
            process.stdin.flush()
            answer: dict[str, Any] = json.loads(process.stdout.readline())
            attached = process.stdout.read(answer.get("size", 0))
            if len(attached) < answer.get("size", 0):
                raise ValueError
        except (OSError, ValueError, TypeError, AttributeError):  # it may be under a stranger's control
            self.end()
            raise Aborted("failed midway", late=late.is_set()) from None
        except BaseException:
            self.end()
            raise
        finally:
            timer.cancel()
            timer.join()
        if late.is_set():
            self.end()
            raise Aborted("took too long", late=True)
        return answer, attached

    def _begin(self) -> subprocess.Popen[bytes]:
        # The other process imports from the same places as this one, and nothing from its current folder.
        path = os.pathsep.join(os.path.abspath(one) for one in sys.path)  # noqa: PTH100 an entry may be "", this folder
        environment = {
            **os.environ,
            "PYTHONPATH": path,
            "PYTHONIOENCODING": "utf-8",
            "PYTHONSAFEPATH": "1",
            "PYTHONHASHSEED": "0",  # no text may depend on the hash seed
        }
        try:
            self._process = subprocess.Popen(  # noqa: S603 it runs a module of ours
                [sys.executable, "-m", self._module],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env=environment,
            )
        except OSError as error:
            raise Aborted(f"could not begin: {(error.strerror or 'unknown').lower()}") from None
        return self._process

    def end(self) -> None:
        """End the process, if there is one."""
        process, self._process = self._process, None
        if process is None:
            return
        process.kill()
        for pipe in (process.stdout, process.stdin):
            try:
                if pipe is not None:
                    pipe.close()
            except OSError:  # unwritten input no longer matters
                pass
        process.wait()


def limit_memory(size: int) -> None:
    """Limit this process to `size` bytes of addresses, if the system can do that."""
    try:
        import resource  # noqa: PLC0415 it is not on every system
    except ImportError:
        return
    _, hard = resource.getrlimit(resource.RLIMIT_AS)
    limit = size if hard == resource.RLIM_INFINITY else min(size, hard)
    try:
        resource.setrlimit(resource.RLIMIT_AS, (limit, hard))
    except (ValueError, OSError):  # macOS knows the limit but does not accept it
        return
