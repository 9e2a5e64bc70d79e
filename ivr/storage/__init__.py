"""The store: SQLite or PostgreSQL behind service.store's Protocols. `SqlStore(url)` is all that others need."""

from ivr.storage.store import SqlStore

__all__ = ["SqlStore"]
