"""The scripts of a site: those of the pages, each joined into one classic script, because browsers load no modules from a disk.

Owns what stands in for the server: `fetch` within such a script is a function of ours, which answers from the site's files.
"""

import re
from importlib import resources

from timeline.web import assets

_LATER = re.compile(r"""import\("\./([a-z]+)\.js"\)""")
_EXPORTED = re.compile(r"\bexport (?:async )?(?:function\*? ?|const|class) ?(\w+)")
_EXPORT = re.compile(r"\bexport (?=(?:async )?(?:function\*? ?|const|class) ?\w+)")
_IMPORT = re.compile(r"^import\b.*\n", re.MULTILINE)
_STATIC = resources.files("timeline.publishing.site").joinpath("static")
# The modules of ours that answer in place of the server, in the order of their need.
_ANSWERING = ("data", "matches", "stretches", "fitting", "view", "words", "listing", "server")
_SHARED = ("calendar", "typeddate")  # of those of the pages


def bundle(name: str, before: str = "", parameters: str = "") -> str:
    """Return a script of the pages as a classic one. `before` runs before it; `given` are names that it gets from there."""
    text = assets.files()[f"{name}.js"]
    later = "".join(_module(other) for other in dict.fromkeys(_LATER.findall(text)))
    return f"(async()=>{{\n{before}{_classic(_wrapped(text, parameters))}\n{later}}})();\n"


def _wrapped(text: str, parameters: str) -> str:
    # In a scope of its own, so that its names and ours never meet.
    return f"await(async({parameters})=>{{\n{text}\n}})({parameters});" if parameters else text


def _classic(text: str) -> str:
    return _EXPORT.sub("", _LATER.sub(r"later_\1()", text))


def _module(name: str) -> str:
    """Return a module that is loaded later, as a function that gives its exports."""
    text = assets.files()[f"{name}.js"]
    exported = ",".join(_EXPORTED.findall(text))
    return f"async function later_{name}(){{\n{_classic(text)}\nreturn{{{exported}}}}}\n"


def own(name: str) -> str:
    """Return a file of ours."""
    return _STATIC.joinpath(name).read_text(encoding="utf-8")


def answering() -> str:
    """Return the modules that answer in place of the server, in one scope."""
    shared = [assets.plain()[f"{name}.js"] for name in _SHARED]
    return "".join(_EXPORT.sub("", _IMPORT.sub("", text)) for text in [*shared, *(own(f"{name}.js") for name in _ANSWERING)])
