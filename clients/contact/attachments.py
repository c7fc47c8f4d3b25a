"""Files that messages bring along: added by the apps above, only for those who asked for them."""

from collections.abc import Callable
from dataclasses import dataclass
from email import encoders
from email.mime.base import MIMEBase

from clients.contact.models import Message


@dataclass(frozen=True)
class Attachment:
    """A file of a message. `content_type` is the whole header, with its parameters."""

    name: str
    content: bytes
    content_type: str

    def as_part(self) -> MIMEBase:
        """As a part of an e-mail: byte for byte, whatever servers do to lines of text."""
        part = MIMEBase("application", "octet-stream")
        part.replace_header("Content-Type", self.content_type)
        part.set_payload(self.content)
        encoders.encode_base64(part)
        part.add_header("Content-Disposition", "attachment", filename=self.name)
        return part


_Brings = Callable[[Message], Attachment | None]
_BY_PURPOSE: dict[str, _Brings] = {}


def attaches(purpose: str) -> Callable[[_Brings], _Brings]:
    """Decorator: what this function returns goes with a message of that purpose.

    It is asked when the message goes, so that the file tells how things stand then.
    """

    def add(brings: _Brings) -> _Brings:
        _BY_PURPOSE[purpose] = brings
        return brings

    return add


def of(message: Message) -> Attachment | None:
    """The file of this message, where there is one and the person wants files."""
    brings = _BY_PURPOSE.get(message.purpose)
    if brings is None or not message.client.card.calendar_by_mail:
        return None
    return brings(message)
