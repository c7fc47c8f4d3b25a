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
from functools import cached_property
from pathlib import Path

from tests.certificates import Authority

NAME = "calendar.example.com"


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
        return self._signing.file

    @cached_property
    def _signing(self) -> Authority:
        return Authority(self.folder)

    @property
    def port(self) -> int:
        port: int = self._listening.getsockname()[1]
        return port

    def start(self) -> None:
        site = self._signing.signs(*self.names)
        self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._context.load_cert_chain(site.certificate, site.key)
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
