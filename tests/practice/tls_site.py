"""A real HTTPS server on loopback, with an authority of its own, that answers as it is told to.

    site.answers["/busy.ics"] = [b"HTTP/1.1 200 OK\\r\\n\\r\\n", b"hello"]

What it is asked stands in `asked`, and the names it was called by in `called`.
"""

import socket
import ssl
import threading
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

NAME = "calendar.example.com"
# The clock of these tests may be moved; TLS looks at the machine's own.
_VALID = (datetime(2020, 1, 1, tzinfo=UTC), datetime(2120, 1, 1, tzinfo=UTC))


@dataclass
class TlsSite:
    """Listens between start() and stop(); `authority` is the file with whom it is signed by."""

    folder: Path
    names: tuple[str, ...] = (NAME,)
    answers: dict[str, Iterable[bytes]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    called: list[str | None] = field(default_factory=list)
    stopping: threading.Event = field(default_factory=threading.Event)

    @property
    def authority(self) -> Path:
        return self.folder / "authority.pem"

    @property
    def port(self) -> int:
        port: int = self._listening.getsockname()[1]
        return port

    def start(self) -> None:
        _sign(self.folder, self.names)
        self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._context.load_cert_chain(self.folder / "site.pem", self.folder / "site.key")
        self._context.sni_callback = lambda line, name, context: self.called.append(name)
        self._listening = socket.create_server(("127.0.0.1", 0))
        threading.Thread(target=self._serve, daemon=True).start()

    def stop(self) -> None:
        self.stopping.set()
        with suppress(OSError):  # wakes the one who waits for a line
            self._listening.shutdown(socket.SHUT_RDWR)
        self._listening.close()

    def connector(self, address: str, seconds: float) -> socket.socket:
        """Whatever the address, the line leads here."""
        return socket.create_connection(("127.0.0.1", self.port), timeout=seconds)

    def _serve(self) -> None:
        while not self.stopping.is_set():
            with suppress(OSError):
                line, _ = self._listening.accept()
                threading.Thread(target=self._answer, args=[line], daemon=True).start()

    def _answer(self, line: socket.socket) -> None:
        with suppress(OSError), self._context.wrap_socket(line, server_side=True) as tls:
            head = b""
            while b"\r\n\r\n" not in head:
                head += tls.recv(4096)
            self.asked.append(head.decode())
            path = head.split(b" ")[1].decode()
            for part in self.answers.get(path, [b"HTTP/1.1 404 Not Found\r\n\r\n"]):
                tls.sendall(part)


def ok(body: bytes, *headers: str) -> list[bytes]:
    """An answer that all is well."""
    head = ["HTTP/1.1 200 OK", f"Content-Length: {len(body)}", *headers, "", ""]
    return ["\r\n".join(head).encode(), body]


def redirect(url: str, status: int = 302) -> list[bytes]:
    """An answer that leads elsewhere."""
    return [f"HTTP/1.1 {status} Elsewhere\r\nLocation: {url}\r\nContent-Length: 0\r\n\r\n".encode()]


def _sign(folder: Path, names: tuple[str, ...]) -> None:
    authority_key, site_key = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
    authority = _certificate("Test authority", authority_key.public_key())
    site = _certificate(names[0], site_key.public_key()).add_extension(
        x509.SubjectAlternativeName([_name(each) for each in names]), critical=False
    )
    authority = authority.add_extension(x509.BasicConstraints(True, None), critical=True)
    for name, made in (("authority.pem", authority), ("site.pem", site)):
        signed = made.sign(authority_key, hashes.SHA256())
        (folder / name).write_bytes(signed.public_bytes(serialization.Encoding.PEM))
    (folder / "site.key").write_bytes(
        site_key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )


def _certificate(name: str, key: ec.EllipticCurvePublicKey) -> x509.CertificateBuilder:
    issuer = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Test authority")])
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    begun = x509.CertificateBuilder().issuer_name(issuer).subject_name(subject).public_key(key)
    begun = begun.serial_number(x509.random_serial_number())
    return begun.not_valid_before(_VALID[0]).not_valid_after(_VALID[1])


def _name(name: str) -> x509.GeneralName:
    with suppress(ValueError):
        return x509.IPAddress(ip_address(name))
    return x509.DNSName(name)
