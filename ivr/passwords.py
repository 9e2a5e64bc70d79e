"""How passwords are kept: argon2id, with the least that OWASP advises (19 MiB, two passes, one lane).

More memory would be better against thieves of the table, and worse for the server: every thread may hash at once.
"""

from argon2 import PasswordHasher, Type
from argon2.exceptions import Argon2Error, InvalidHashError


class Argon2Passwords:
    """service.sign_in.Passwords."""

    def __init__(self, *, memory_kib: int = 19_456, passes: int = 2) -> None:
        self._hasher = PasswordHasher(time_cost=passes, memory_cost=memory_kib, parallelism=1, type=Type.ID)

    def hash(self, password: str) -> str:
        """What is kept of a password; each time another."""
        return self._hasher.hash(_clean(password))

    def fits(self, password: str, kept: str) -> bool:
        """Whether it is that password; takes as long either way."""
        try:
            return self._hasher.verify(kept, _clean(password))
        except (Argon2Error, InvalidHashError):
            return False

    def is_outdated(self, kept: str) -> bool:
        """Whether it was kept with weaker settings than today's."""
        return self._hasher.check_needs_rehash(kept)


def _clean(password: str) -> bytes:
    return password.encode("utf-8", "replace")
