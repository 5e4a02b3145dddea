"""A PostgreSQL for the tests of the shared log, started once; each test has a database of its own."""

from collections.abc import Callable, Iterator
from itertools import count

import pytest
from cluster import Cluster, binaries

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
