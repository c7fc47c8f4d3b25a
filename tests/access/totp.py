"""The six digits that an authenticator app shows (RFC 6238), worked out from the secret."""

import base64
import hashlib
import hmac
import struct
import time


def code_of(secret: str) -> str:
    """The code at this moment."""
    key = base64.b32decode(secret + "=" * (-len(secret) % 8))
    counter = struct.pack(">Q", int(time.time()) // 30)
    digest = hmac.new(key, counter, hashlib.sha1).digest()
    offset = digest[-1] & 0xF
    number = int.from_bytes(digest[offset : offset + 4]) & 0x7FFFFFFF
    return f"{number % 10**6:06d}"
