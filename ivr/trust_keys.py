"""The key that signs the trust record, and the check with its public half alone (Ed25519, RFC 8032)."""

from hashlib import sha256

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from ivr.errors import SettingsError


class Ed25519Signer:
    """service.trust.Signer."""

    def __init__(self, secret: str) -> None:
        """The key is derived: the same secret makes the same key in every process."""
        self._key = Ed25519PrivateKey.from_private_bytes(sha256(b"ringback trust:" + secret.encode()).digest())

    @property
    def public_key(self) -> str:
        """In hex."""
        return self._key.public_key().public_bytes_raw().hex()

    def sign(self, data: bytes) -> str:
        """In hex."""
        return self._key.sign(data).hex()


class Ed25519Check:
    """Whether signatures are those of one public key; knows no secret."""

    def __init__(self, public_key: str) -> None:
        """Raises SettingsError if it is no key of 32 bytes in hex."""
        try:
            self._key = Ed25519PublicKey.from_public_bytes(bytes.fromhex(public_key))
        except ValueError as error:
            raise SettingsError(
                "a public key has 64 hex digits; `trust key` on the shop's machine prints it"
            ) from error

    def __call__(self, data: bytes, signature: str) -> bool:
        """Never raises: what is no signature at all is a wrong one."""
        try:
            raw = bytes.fromhex(signature)
            self._key.verify(raw, data)
        except (InvalidSignature, ValueError):
            return False
        return raw.hex() == signature
