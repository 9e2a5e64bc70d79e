"""What the service tells the dialogue about messages on orders."""

from dataclasses import dataclass


@dataclass(frozen=True)
class PhotoSent:
    """Result of SendPhoto."""

    sent: bool
