"""A stand-in for Twilio on loopback: it keeps what it takes, and misbehaves as it is told to.

stub.answers(Reply.BUSY, Reply.LOSES)   # then takes everything again
"""

import json
import threading
from collections import deque
from dataclasses import dataclass
from enum import Enum
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit


class Reply(Enum):
    """What it does with the next text."""

    TAKE = "201"
    BUSY = "429"
    NO_SUCH_NUMBER = "400"
    BROKEN = "500"  # not kept
    LOSES = "kept, and the connection cut before the answer"


@dataclass(frozen=True)
class Kept:
    """A text that it took."""

    to: str
    body: str
    notices: str


class SmsStub:
    def __init__(self) -> None:
        self.texts: list[Kept] = []
        self.asked = 0
        self.looked_up = 0
        self._replies: deque[Reply] = deque()
        stub = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                length = int(self.headers["Content-Length"])
                fields = parse_qs(self.rfile.read(length).decode())
                stub._take(self, {name: values[0] for name, values in fields.items()})

            def do_GET(self) -> None:
                stub.looked_up += 1
                number = parse_qs(urlsplit(self.path).query)["To"][0]
                found = [{"body": each.body} for each in stub.texts if each.to == number]
                answer(self, 200, {"messages": found, "next_page_uri": None})

            def log_message(self, *args: Any) -> None:
                """Says nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.address = f"http://127.0.0.1:{self._server.server_port}"

    def answers(self, *replies: Reply) -> None:
        self._replies.extend(replies)

    def start(self) -> None:
        threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True).start()

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def _take(self, handler: BaseHTTPRequestHandler, fields: dict[str, str]) -> None:
        self.asked += 1
        reply = self._replies.popleft() if self._replies else Reply.TAKE
        if reply in (Reply.TAKE, Reply.LOSES):
            self.texts.append(Kept(fields["To"], fields["Body"], fields["StatusCallback"]))
        if reply == Reply.LOSES:
            handler.connection.close()
        elif reply == Reply.TAKE:
            answer(handler, 201, {"sid": f"SM{self.asked}", "status": "queued"})
        else:
            code = 21211 if reply == Reply.NO_SUCH_NUMBER else 20429
            status = int(reply.value)
            answer(handler, status, {"code": code, "message": "no", "status": status})


def answer(handler: BaseHTTPRequestHandler, status: int, facts: dict[str, Any]) -> None:
    content = json.dumps(facts).encode()
    handler.send_response(status)
    handler.send_header("Content-Type", "application/json")
    handler.send_header("Content-Length", str(len(content)))
    handler.end_headers()
    handler.wfile.write(content)
