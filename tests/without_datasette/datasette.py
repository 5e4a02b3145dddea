"""Found before Datasette by every test that is not marked `datasette`, and by each process that it starts: notes it, and refuses.

So that no test is left out on the other version of Datasette which the program might fail there: see `without_datasette`
in conftest.py.
"""

import os
from pathlib import Path

Path(os.environ["TIMELINE_TESTS_NOTE"]).write_text("imports Datasette", encoding="utf-8")
raise ImportError("a test that is not marked `datasette` imports Datasette")
