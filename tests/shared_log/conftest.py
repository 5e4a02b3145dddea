"""A PostgreSQL for the tests of the shared log, started once; each test has a database of its own."""

from collections.abc import Callable, Iterator
from contextlib import closing
from itertools import count

import pytest
from cluster import PASSWORD, Cluster, binaries
from examples import Clock

from timeline import Timeline
from timeline.shared_log import connecting, sharing

_numbers = count(1)


@pytest.fixture(scope="session")
def cluster() -> Iterator[Cluster]:
    """Start a server; skip where PostgreSQL is not installed."""
    if binaries() is None:
        pytest.skip("PostgreSQL is not installed (Debian: postgresql)")
    made = Cluster().make()
    try:
        yield made.start()
    finally:
        made.remove()


@pytest.fixture(scope="session")
def emptied(cluster: Cluster) -> str:
    """Make a database whose log is made again for each test: a new database takes longer."""
    return cluster.database("emptied")


@pytest.fixture
def database(cluster: Cluster) -> Callable[[], str]:
    """Make a database without a log at each call, and give its address."""
    return lambda: cluster.database(f"d{next(_numbers)}")


@pytest.fixture(scope="session")
def share_empty() -> Callable[[str], None]:
    """Give the call that makes an empty shared log in a database."""
    return lambda address: sharing.share(None, address) and None


@pytest.fixture
def url(emptied: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """Make an empty shared log, and give its address; its password is in the environment as well."""
    monkeypatch.setenv("PGPASSWORD", PASSWORD)
    return emptied_log(emptied)


def emptied_log(url: str) -> str:
    """Make the log at an address anew, without events."""
    with closing(connecting.connect(url, expects_log=False)) as connection:
        connection.execute("DROP SCHEMA IF EXISTS timeline CASCADE")
    sharing.share(None, url)
    return url


@pytest.fixture
def timeline(url: str) -> Iterator[Timeline]:
    """Open an empty shared log, as tests/conftest.py does a file."""
    with Timeline(url, by="tester", clock=Clock()) as timeline:
        yield timeline


@pytest.fixture
def shared(url: str) -> Iterator[Timeline]:
    """Make a shared log with a source and 20 happenings."""
    from followers import fill  # it needs psycopg

    with Timeline(url, by="Ann") as timeline:
        fill(timeline, 20)
        yield timeline
