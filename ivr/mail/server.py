"""Where mail is fetched or handed in, as a setting says."""

from dataclasses import dataclass
from typing import Final, Self
from urllib.parse import unquote, urlsplit

PORTS: Final = {"imap": 143, "imaps": 993, "smtp": 587, "smtps": 465}


@dataclass(frozen=True, kw_only=True)
class MailServer:
    """A server for one of the two, and who signs in there."""

    host: str
    port: int
    user: str = ""
    password: str = ""
    folder: str = "INBOX"
    """In which mail lies; to hand it in none is needed."""
    is_encrypted: bool = False
    """From the first byte (imaps, smtps); else STARTTLS where the server offers it."""
    is_local: bool = False
    """On this machine: a password may go there in the clear."""

    @classmethod
    def parse(cls, url: str, *, is_local: bool = False) -> Self:
        """imaps://user:password@host:993/Folder; smtp://user:password@host:587."""
        parts = urlsplit(url)
        return cls(
            host=parts.hostname or "",
            port=parts.port or PORTS[parts.scheme],
            user=unquote(parts.username or ""),
            password=unquote(parts.password or ""),
            folder=unquote(parts.path).strip("/") or "INBOX",
            is_encrypted=parts.scheme in ("imaps", "smtps"),
            is_local=is_local,
        )
