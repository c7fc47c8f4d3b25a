"""A mail server for the demo: it takes every e-mail and delivers it to nobody."""

import asyncio

from aiosmtpd.smtp import SMTP, Envelope, Session

from practice.mailbox import letters


class KeepEverything:
    """aiosmtpd's handler: each e-mail becomes a file."""

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        content = envelope.original_content or b""
        await asyncio.to_thread(letters.keep, content)
        return "250 Kept"


async def serve(port: int) -> None:
    """Take mail on loopback until canceled."""
    loop = asyncio.get_running_loop()
    server = await loop.create_server(_connection, "127.0.0.1", port)
    async with server:
        await server.serve_forever()


def _connection() -> SMTP:
    return SMTP(KeepEverything(), hostname="localhost", ident="Mendwell demo mail")
