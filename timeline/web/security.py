"""The headers that keep a hostile quotation harmless: what a page may load, who may frame it, what it tells other sites.

Owns them all, and which responses get them: our pages, every page of a timeline, and those of no database while a timeline is
attached. Must not change a body, nor a header that something else has set.
On our own pages, only files of this server run or style anything, and the inline scripts of Datasette's page frame, each by its
hash, which is computed from the template files and never from a page. On the other pages, the scripts in template files run, by a
number drawn for each answer, and files of this server; scripts in metadata or rows do not. The plugin setting `origins` names other
hosts that these pages may load from, but never scripts, because metadata may hold it as well.
"""

from __future__ import annotations

import base64
import hashlib
import re
import secrets
from collections.abc import Awaitable, Callable, Iterable
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

from datasette.version import __version__
from jinja2 import Environment, TemplateNotFound, meta
from jinja2.ext import Extension
from markupsafe import Markup

from timeline import plugin_settings
from timeline.web import access, connections

if TYPE_CHECKING:
    from datasette.app import Datasette

PLUGIN = "cited-timeline"
# The paths of our pages and of the renderer, without base_url.
_OURS = re.compile(r"^/-/timeline$|^/[^/]+/-/timeline(/|$)|\.timeline$")
_INLINE = re.compile(r"<(script|style)\b((?:[^>{]|\{[^>]*\})*)>(.*?)</\1>", re.DOTALL)
_STYLE = re.compile(r"<style[^>]*>(.*?)</style>", re.DOTALL)
_STYLE_ATTRIBUTE = re.compile(r'\bstyle="([^"{]*)"')
_SCRIPT = re.compile(r"<script(?=[\s>{])(?![^>]*\bsrc=)", re.IGNORECASE)  # scripts in files of this server need no mark
_HANDLER = re.compile(r"""\son[a-z]+="([^"{]*)\"""")
_INCLUDE = re.compile(r"""\{%-?\s*(?:include|extends|import)\s+["']([^"']+)["']""")
# The templates around our pages, and around an error in their place.
_FRAME = ("base.html", "error.html")

Send = Callable[[dict[str, Any]], Awaitable[None]]
Receive = Callable[[], Awaitable[dict[str, Any]]]
App = Callable[..., Awaitable[None]]

_hashes: WeakKeyDictionary[Datasette, dict[str, list[str]]] = WeakKeyDictionary()
_handlers: WeakKeyDictionary[Datasette, list[str]] = WeakKeyDictionary()
# The number by which the browser recognises the scripts of templates, for the response that is being made.
_nonce: ContextVar[str | None] = ContextVar("nonce", default=None)


class KnownScripts(Extension):
    """Mark the scripts in template files, so that the browser can tell them from scripts in the values of a template."""

    def __init__(self, environment: Environment) -> None:
        super().__init__(environment)
        environment.globals["script_nonce"] = _mark

    def preprocess(self, source: str, name: str | None, filename: str | None = None) -> str:
        """Put the mark into every tag of an inline script."""
        return _SCRIPT.sub(r"\g<0>{{ script_nonce() }}", source)


def _mark() -> Markup:
    nonce = _nonce.get()
    return Markup(' nonce="{}"').format(nonce) if nonce else Markup()


async def learn_frame(datasette: Datasette) -> None:
    """Compute the hashes of the inline scripts and styles in our page frame, and of the event handlers in all templates."""
    environment = _environment(datasette)
    _hashes[datasette] = await inline_hashes(environment, _FRAME)
    texts = [_source(environment, name) for name in environment.list_templates(extensions=["html"])]
    _handlers[datasette] = sorted({_hash(handler) for text in texts for handler in _HANDLER.findall(text)})


async def inline_hashes(environment: Environment, templates: Iterable[str]) -> dict[str, list[str]]:
    """Return the CSP hashes of inline scripts and styles in these templates and in those they include: `script`, `style`."""
    hashes: dict[str, set[str]] = {"script": set(), "style": set()}
    waiting, seen = list(templates), set()
    while waiting:
        name = waiting.pop()
        if name in seen:
            continue
        seen.add(name)
        try:
            text = _source(environment, name)
        except TemplateNotFound:
            continue
        waiting += _INCLUDE.findall(text)
        for kind, attributes, content in _INLINE.findall(text):
            if "src=" not in attributes:
                hashes[kind].update([_hash(rendered) for rendered in await _rendered(environment, content)])
        hashes["style"].update(_hash(attribute) for attribute in _STYLE_ATTRIBUTE.findall(text))
    return {kind: sorted(values) for kind, values in hashes.items()}


async def _rendered(environment: Environment, content: str) -> set[str]:
    # A script may contain Datasette's version, which is the same on every page, and missing on an error page. With any other
    # variable, no hash would match.
    known = {"datasette_version": __version__}
    if meta.find_undeclared_variables(environment.parse(content)) - known.keys():
        return set()
    if "{{" not in content and "{%" not in content:
        return {content.replace("\r\n", "\n")}
    template = environment.from_string(content)
    return {str(await template.render_async(values)) for values in (known, {})}


def _source(environment: Environment, name: str) -> str:
    if environment.loader is None:
        raise TemplateNotFound(name)
    return environment.loader.get_source(environment, name)[0]


def _hash(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


def _environment(datasette: Datasette) -> Environment:
    environment = datasette.get_jinja_environment() if hasattr(datasette, "get_jinja_environment") else datasette.jinja_env
    assert isinstance(environment, Environment)  # noqa: S101 - for the type checker: Datasette declares no types
    return environment


def is_ours(path: str) -> bool:
    """Whether a path, without base_url, is the path of one of our pages."""
    return _OURS.search(path) is not None


def settings_of(datasette: Datasette) -> dict[str, Any]:
    """Return the plugin's settings as written: none of them is secret, and some are shown to everyone.

    Datasette would replace `$file` and `$env` in them, so that a stranger's metadata could show a file or the environment.
    """
    config = getattr(datasette, "config", None)
    plugins = config.get("plugins") if isinstance(config, dict) else datasette.metadata("plugins")
    written = (plugins or {}).get(PLUGIN) or {}
    return {name: value for name, value in written.items() if name == plugin_settings.PUBLISH or not isinstance(value, dict)}


def headers(datasette: Datasette, path: str) -> dict[str, str]:
    """Return the headers for the response at a path (without base_url)."""
    settings = settings_of(datasette)
    ours = is_ours(path)
    framers = _sources(settings.get("frame_ancestors")) if ours else []
    policy = _our_policy(_hashes.get(datasette)) if ours else _datasette_policy(datasette, _sources(settings.get("origins")))
    policy["frame-ancestors"] = framers or ["'none'"]
    result = {
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "no-referrer",
        "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
        "Content-Security-Policy": "; ".join(f"{name} {' '.join(value)}" for name, value in policy.items()),
    }
    if not framers:
        result["X-Frame-Options"] = "DENY"
    return result


def policy_of_document(datasette: Datasette, text: str) -> str:
    """Return the policy of an exported document: it loads and runs nothing, and only its own first style sheet styles it."""
    framers = _sources(settings_of(datasette).get("frame_ancestors"))
    style = _STYLE.search(text)
    policy = {
        "default-src": ["'none'"],
        "style-src": [_hash(style[1])] if style else ["'none'"],
        "img-src": ["data:"],
        "base-uri": ["'none'"],
        "form-action": ["'none'"],
        "frame-ancestors": framers or ["'none'"],
    }
    return "; ".join(f"{name} {' '.join(value)}" for name, value in policy.items())


def headers_of_frame(datasette: Datasette) -> dict[str, str]:
    """Return the headers of a document in a frame of our page: it runs and loads nothing, and shows only what it holds itself."""
    framers = _sources(settings_of(datasette).get("frame_ancestors"))
    policy = "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'"
    headers = {"Content-Security-Policy": " ".join((f"{policy}; frame-ancestors 'self'", *framers))}
    return headers if framers else {**headers, "X-Frame-Options": "SAMEORIGIN"}


def _our_policy(hashes: dict[str, list[str]] | None) -> dict[str, list[str]]:
    hashes = hashes or {"script": [], "style": []}
    return {
        "default-src": ["'none'"],
        "script-src": ["'self'", *hashes["script"]],
        # Only these style attributes are allowed.
        "style-src": ["'self'", *(["'unsafe-hashes'", *hashes["style"]] if hashes["style"] else [])],
        "img-src": ["'self'", "data:"],
        "media-src": ["'self'"],
        "font-src": ["'self'"],
        "connect-src": ["'self'"],
        "frame-src": ["'self'"],
        "form-action": ["'self'"],
        "base-uri": ["'none'"],
    }


def _datasette_policy(datasette: Datasette, origins: list[str]) -> dict[str, list[str]]:
    nonce, handlers = _nonce.get(), _handlers.get(datasette)
    return {
        "default-src": ["'self'", *origins],
        "script-src": [
            "'self'",
            *([f"'nonce-{nonce}'"] if nonce else []),
            # Only these event handlers are allowed.
            *(["'unsafe-hashes'", *handlers] if handlers else []),
        ],
        "style-src": ["'self'", "'unsafe-inline'", *origins],
        "img-src": ["'self'", "data:", "blob:", *origins],
        "connect-src": ["'self'", *origins],
        "object-src": ["'none'"],
        "form-action": ["'self'"],
        "base-uri": ["'none'"],
    }


def _sources(setting: object) -> list[str]:
    # A list of origins, or one. Values that could end the directive or the header are dropped, and keywords except 'self'.
    listed = [setting] if isinstance(setting, str) else setting if isinstance(setting, list) else []
    return [origin for origin in listed if isinstance(origin, str) and re.fullmatch(r"[\w.:/*-]+|'self'", origin, re.ASCII)]


def wrapper(datasette: Datasette) -> Callable[[App], App]:
    """Return the ASGI middleware that adds the headers. It does not buffer: streams still stream."""

    def wrap(app: App) -> App:
        async def wrapped(scope: dict[str, Any], receive: Receive, send: Send) -> None:
            if scope["type"] != "http":
                await app(scope, receive, send)
                return

            path = path_of(datasette, scope)
            covered = await _is_covered(datasette, path)
            _nonce.set(secrets.token_urlsafe(16) if covered and not is_ours(path) else None)
            if not covered:
                await app(scope, receive, send)
                return

            async def send_with_headers(message: dict[str, Any]) -> None:
                if message["type"] == "http.response.start":
                    message = {**message, "headers": _completed(datasette, scope, message.get("headers") or [])}
                await send(message)

            await app(scope, receive, send_with_headers)

        return wrapped

    return wrap


async def _is_covered(datasette: Datasette, path: str) -> bool:
    """Whether a path gets the headers: ours, those in a timeline, and those in no database while a timeline is attached."""
    if is_ours(path):
        return True
    database = access.database_at(datasette, path)
    if database is None or connections.crosses(datasette, database.name):
        return await access.any_timeline(datasette)
    return await access.is_guarded(database)


def _completed(datasette: Datasette, scope: dict[str, Any], present: Iterable[Any]) -> list[Any]:
    result = [tuple(pair) for pair in present]
    names = {name.lower() for name, _ in result}
    for name, value in headers(datasette, path_of(datasette, scope)).items():
        if name.lower().encode("ascii") not in names:
            result.append((name.lower().encode("ascii"), value.encode("ascii")))
    return result


def path_of(datasette: Datasette, scope: dict[str, Any]) -> str:
    """Return the path of a request as written, without base_url."""
    path: str = (scope.get("raw_path") or str(scope["path"]).encode("utf-8")).partition(b"?")[0].decode("latin-1")
    base_url = str(datasette.setting("base_url"))
    return "/" + path[len(base_url) :] if base_url != "/" and path.startswith(base_url) else path
