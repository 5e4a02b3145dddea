"""A time-stamping authority of our own (RFC 3161), which OpenSSL runs: made for tests, trusted by nobody else."""

import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread

SETTINGS = """
[req]
distinguished_name = name
prompt = no
[name]
CN = {name}
[ca]
basicConstraints = critical, CA:true
keyUsage = critical, keyCertSign
[stamping]
extendedKeyUsage = critical, timeStamping
keyUsage = critical, digitalSignature
[tsa]
default_tsa = one
[one]
serial = {folder}/serial
signer_cert = {folder}/signer.pem
signer_key = {folder}/signer.key
signer_digest = sha256
default_policy = 1.2.3.4
digests = sha256
ess_cert_id_chain = no
"""


def openssl(*words: str | Path) -> None:
    """Run OpenSSL, without a word of its own."""
    subprocess.run(["openssl", *map(str, words)], check=True, capture_output=True)


def made(folder: Path, name: str = "An authority for tests") -> Path:
    """Make the keys and certificates of an authority in a folder, and return the certificate to trust."""
    folder.mkdir()
    settings = folder / "settings"
    settings.write_text(SETTINGS.format(name=name, folder=folder), encoding="utf-8")
    for key in ("ca", "signer"):
        openssl("ecparam", "-name", "prime256v1", "-genkey", "-noout", "-out", folder / f"{key}.key")
        openssl(
            "req",
            "-new",
            "-config",
            settings,
            "-subj",
            f"/CN={name} {key}",
            "-key",
            folder / f"{key}.key",
            "-out",
            folder / f"{key}.csr",
        )
    days = ("-days", "30", "-sha256", "-extfile", settings)
    openssl(
        "x509",
        "-req",
        "-in",
        folder / "ca.csr",
        "-signkey",
        folder / "ca.key",
        *days,
        "-extensions",
        "ca",
        "-out",
        folder / "ca.pem",
    )
    signed_by = ("-CA", folder / "ca.pem", "-CAkey", folder / "ca.key", "-CAcreateserial")
    openssl(
        "x509", "-req", "-in", folder / "signer.csr", *signed_by, *days, "-extensions", "stamping", "-out", folder / "signer.pem"
    )
    (folder / "serial").write_text("01\n", encoding="utf-8")
    return folder / "ca.pem"


def stamped(folder: Path, query: bytes) -> bytes:
    """Answer a query as the authority in a folder."""
    (folder / "query").write_bytes(query)
    openssl("ts", "-reply", "-config", folder / "settings", "-queryfile", folder / "query", "-out", folder / "answer")
    return (folder / "answer").read_bytes()


@contextmanager
def serving(answer: Callable[[bytes], tuple[int, bytes]]) -> Iterator[str]:
    """Serve answers on this machine, and give the address."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            status, content = answer(self.rfile.read(int(self.headers["Content-Length"])))
            self.send_response(status)
            self.send_header("Content-Type", "application/timestamp-reply")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: object) -> None:
            """Write nothing."""

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()
    server.server_close()
    thread.join()
