"""Time stamps of checkpoints (RFC 3161): ask an authority for one, and check one offline.

Owns the use of `rfc3161-client`, which the extra `sign` installs, and the request to an authority. A stamp is a signature line
of the checkpoint's note: it shows that this text existed at that time. Must not open a timeline.
"""

import time
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Final
from urllib.error import HTTPError, URLError
from urllib.parse import urlsplit
from urllib.request import Request, urlopen

from timeline.errors import KeyRefused, NoteInvalid, on_one_line
from timeline.merkle import Key, Signature

if TYPE_CHECKING:
    from rfc3161_client import TimeStampResponse

LARGEST: Final = 100_000  # bytes of an answer or a certificate; real ones have under 10,000
SECONDS: Final = 30.0
_QUERY: Final = {"Content-Type": "application/timestamp-query", "Accept": "application/timestamp-reply"}


def authority(url: str, path: Path) -> Key:
    """Return the key of an authority at an address, from the file of the certificate to trust (PEM or DER). Raises KeyRefused."""
    _library()  # the same extra
    from cryptography import x509  # noqa: PLC0415 - an extra
    from cryptography.hazmat.primitives.serialization import Encoding  # noqa: PLC0415 - an extra

    name = urlsplit(url).hostname
    if urlsplit(url).scheme not in ("http", "https") or name is None:
        raise KeyRefused(
            f'"{on_one_line(url)[:200]}": is not the address of a time-stamping authority. It must begin with https://'
        )
    try:
        with path.open("rb") as file:
            content = file.read(LARGEST)
        certificate = (x509.load_pem_x509_certificate if b"-----BEGIN" in content else x509.load_der_x509_certificate)(content)
    except (OSError, ValueError) as error:
        reason = (getattr(error, "strerror", None) or "it is not a certificate").lower()
        raise KeyRefused(path, f"{reason}. Give the certificate that the authority publishes, as PEM or DER") from None
    return Key.of_authority(name, certificate.public_bytes(Encoding.DER))


def stamp(text: str, url: str, key: Key, *, seconds: float = SECONDS) -> tuple[Signature, datetime]:
    """Ask an authority to stamp a checkpoint's text. Return the signature line and its time (UTC).

    Only the SHA-256 of the text is sent. Raises NoteInvalid if the authority does not answer in time, refuses, or gives a stamp of
    other bytes, of another request, or one that its certificate does not confirm.
    """
    rfc3161 = _library()
    builder = rfc3161.TimestampRequestBuilder().data(text.encode()).hash_algorithm(rfc3161.HashAlgorithm.SHA256)
    request = builder.nonce(nonce=True).cert_request(cert_request=True).build()
    answer = _answer(url, request.as_bytes(), seconds)
    response = _decoded(rfc3161, answer, url)
    at = _verified(rfc3161, response, text, key, url, nonce=request.nonce)
    return Signature(key.name, key.id, answer), at


def check(text: str, key: Key, content: bytes, subject: str) -> datetime:
    """Check the stamp of a checkpoint's text, and return its time (UTC). Raises NoteInvalid."""
    rfc3161, place = _library(), f"{subject}: the time stamp of {key.name}"
    return _verified(rfc3161, _decoded(rfc3161, content, place), text, key, place)


def _answer(url: str, query: bytes, seconds: float) -> bytes:
    """Send a query, and read the answer within a time and a size."""
    end, content, shown = time.monotonic() + seconds, b"", on_one_line(url)[:200]
    try:
        with urlopen(Request(url, query, _QUERY), timeout=seconds) as answer:  # noqa: S310 - the scheme was checked
            while len(content) <= LARGEST and (part := answer.read1(LARGEST)):
                content += part
                if time.monotonic() > end:
                    raise TimeoutError
    except HTTPError as error:
        raise NoteInvalid(shown, f"answered {error.code}, not with a time stamp. Check the address") from None
    except (TimeoutError, URLError, OSError, ValueError) as error:
        slow = isinstance(error, TimeoutError) or isinstance(getattr(error, "reason", None), TimeoutError)
        why = f"did not answer within {seconds:g} seconds" if slow else f"cannot be reached: {_reason(error)}"
        raise NoteInvalid(shown, f"{why}. Try again later, or try another authority") from None
    if len(content) > LARGEST:
        raise NoteInvalid(shown, f"answered with more than {LARGEST:,} bytes, which is no time stamp. Try another authority")
    return content


def _reason(error: Exception) -> str:
    reason = getattr(error, "reason", None) or error
    return on_one_line(str(getattr(reason, "strerror", None) or reason)).lower()[:200]


def _decoded(rfc3161: ModuleType, content: bytes, place: str) -> "TimeStampResponse":
    try:
        response: TimeStampResponse = rfc3161.decode_timestamp_response(content)
    except ValueError as error:
        reason = "is not a time stamp (RFC 3161). It was altered, or the address is another service"
        if "InvalidSetOrdering" in str(error):
            reason = (
                "gives its certificates in an order that DER does not allow, and rfc3161-client reads no such stamp. Try another"
            )
            reason += " authority, or another address of this one"
        raise NoteInvalid(place, reason) from None
    if response.status not in (rfc3161.PKIStatus.GRANTED, rfc3161.PKIStatus.GRANTED.value):
        words = "; ".join(map(str, response.status_string or ())) or f"status {int(response.status)}"
        raise NoteInvalid(place, f"refused to stamp it: {on_one_line(words)[:200]}")
    return response


def _verified(
    rfc3161: ModuleType, response: "TimeStampResponse", text: str, key: Key, place: str, nonce: int | None = None
) -> datetime:
    from cryptography import x509  # noqa: PLC0415 - an extra

    builder = rfc3161.VerifierBuilder(roots=[x509.load_der_x509_certificate(key.certificate)], nonce=nonce)
    try:
        builder.build().verify_message(response, text.encode())
        at: datetime = response.tst_info.gen_time
    except rfc3161.VerificationError as error:
        raise NoteInvalid(place, f"is not valid: {_FAULTS.get(str(error), _not_confirmed)(str(error))}") from None
    except ValueError:
        raise NoteInvalid(place, f"is not valid: {_not_confirmed('')}") from None
    return at


def _not_confirmed(error: str) -> str:
    why = f" ({on_one_line(error).lower()[:120]})" if error else ""
    return f"the certificate that you trust does not confirm it{why}. Ask the authority for its certificate, and trust no other"


_FAULTS: Final[dict[str, Callable[[str], str]]] = {
    "Mismatch between messages": lambda _: "it is of other bytes than this checkpoint",
    "Nonce mismatch": lambda _: "it answers another request",
}


def _library() -> ModuleType:
    try:
        import rfc3161_client  # noqa: PLC0415 - an extra
    except ImportError:
        raise KeyRefused("time stamps need the package rfc3161-client. Install it: pip install 'cited-timeline[sign]'") from None
    return rfc3161_client
