"""A PostgreSQL for the tests of the shared log, started once; each test has a database of its own."""

from collections.abc import Callable, Iterator
from importlib import resources
from itertools import count

import psycopg
import pytest
from cluster import PASSWORD, Cluster, binaries

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


@pytest.fixture
def database(cluster: Cluster) -> Callable[[], str]:
    """Make a database without a log at each call, and give its address."""
    return lambda: cluster.database(f"d{next(_numbers)}")


@pytest.fixture(scope="session")
def share_empty() -> Callable[[str], None]:
    """Give the call that makes an empty shared log in a database."""

    def share(address: str) -> None:
        with psycopg.connect(address) as server:
            for role in ("timeline_follower", "timeline_appender", "timeline_redactor"):
                if server.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", (role,)).fetchone() is None:
                    server.execute(f"CREATE ROLE {role}")
            server.execute(resources.files("timeline.shared_log").joinpath("schema.sql").read_bytes())

    return share


@pytest.fixture
def url(database: Callable[[], str], share_empty: Callable[[str], None], monkeypatch: pytest.MonkeyPatch) -> str:
    """Make an empty shared log, and give its address; its password is in the environment as well."""
    address = database()
    share_empty(address)
    monkeypatch.setenv("PGPASSWORD", PASSWORD)
    return address
