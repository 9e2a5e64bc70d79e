"""What is kept of secrets that others hold: their hash."""

from hashlib import sha256


def hashed(text: str) -> str:
    """SHA-256 in hexadecimal digits; of anything that a client may send."""
    return sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
