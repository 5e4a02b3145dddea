"""Files of exports, fetched from a served timeline."""

from datasette.app import Datasette

PAGE = "/demo/-/timeline/export"


async def text(datasette: Datasette, path: str, status: int = 200) -> str:
    """Fetch a file."""
    response = await datasette.client.get(path)
    assert response.status_code == status, response.text
    return str(response.text)


def ids(written: str) -> list[str]:
    """Tell which happenings a stub wrote."""
    return [line.partition("@")[0] for line in written.splitlines()[1:]]
