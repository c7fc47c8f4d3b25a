"""The least that a mail server can be: it takes everything, keeps nothing and counts.

`python -m tests.benchmarks._sink PORT`. It answers a line with a line, without a look at what is
in a letter, so that it is never what a benchmark waits for. Asked "NOOP count" it says how many it
took.
"""

import asyncio
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from practice.serving import free_port


class Taker(asyncio.Protocol):
    """One talk."""

    taken = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._line, self._came, self._in_text = transport, b"", False
        self._line.write(b"220 ready\r\n")

    def data_received(self, data: bytes) -> None:
        self._came += data
        while self._took_one():
            pass

    def _took_one(self) -> bool:
        part, mark, rest = self._came.partition(b"\r\n.\r\n" if self._in_text else b"\r\n")
        if not mark:
            return False
        self._came = rest
        self._line.write(self._answer(part))
        return True

    def _answer(self, part: bytes) -> bytes:
        if self._in_text:
            self._in_text = False
            Taker.taken += 1
            return b"250 taken\r\n"
        if part.upper() == b"DATA":
            self._in_text = True
            return b"354 go on\r\n"
        if part == b"NOOP count":
            return b"250 %d\r\n" % Taker.taken
        return b"221 bye\r\n" if part.upper() == b"QUIT" else b"250 ok\r\n"


async def serve(port: int) -> None:
    loop = asyncio.get_running_loop()
    server = await loop.create_server(Taker, "127.0.0.1", port)
    print("ready", flush=True)
    async with server:
        await server.serve_forever()


@contextmanager
def running() -> Iterator[int]:
    """The port of one that runs until the block ends."""
    port = free_port()
    program = [sys.executable, "-m", "tests.benchmarks._sink", str(port)]
    process = subprocess.Popen(program, stdout=subprocess.PIPE)
    try:
        assert process.stdout
        process.stdout.readline()
        yield port
    finally:
        process.kill()
        process.communicate()


if __name__ == "__main__":
    asyncio.run(serve(int(sys.argv[1])))
