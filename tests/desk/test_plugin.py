"""The plugin as Datasette loads it: light, also where nothing can be appended."""

import subprocess
import sys

import pytest

pytestmark = pytest.mark.datasette


def test_it_loads_without_a_compiled_package() -> None:
    """As in Datasette Lite, which loads every plugin: what appends is imported with the first request to append."""
    script = """
import sys
sys.modules.update({name: None for name in ("pydantic_core", "pendulum", "rapidfuzz", "sqlite_utils", "rfc8785")})
import timeline.desk
timeline.desk.register_routes()
timeline.desk.asgi_wrapper(None)
"""
    subprocess.run([sys.executable, "-c", script], check=True)
