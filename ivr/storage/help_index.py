"""service.knowledge.ArticleIndex: SQLite's FTS5 in this process's memory, or PostgreSQL's text search in rows.

SQLite's is filled from the files in milliseconds when a language is first searched: it can be no older than they, needs
no place in the database file, and takes nobody's write lock. On PostgreSQL the rows are shared by all nodes; each
version of the files has rows of its own under its digest, so that two versions of the program may run at once.
"""

import sqlite3
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from threading import Lock
from typing import Final

from sqlalchemy import Engine, cast, delete, func, literal, select
from sqlalchemy.dialects.postgresql import TSQUERY, insert

from ivr.domain.knowledge import ArticleTerms
from ivr.storage.failures import translated
from ivr.storage.help_tables import help_index

PARTS: Final = ("questions", "keywords", "spoken", "text")
WEIGHTS: Final = (10.0, 6.0, 3.0, 1.0)
KEPT: Final = timedelta(days=7)
"""Rows of an older version of the files are kept so long for the nodes that still have it."""


class MemoryIndex:
    """FTS5, one table a language; one connection for all threads."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._memory = sqlite3.connect(":memory:", check_same_thread=False)
        self._tables: dict[str, tuple[str, str]] = {}

    def fill(self, locale: str, digest: str, articles: Sequence[ArticleTerms]) -> None:
        """The language's table anew, if the files have changed."""
        with self._lock:
            name, known = self._tables.get(locale, (f"help_{len(self._tables)}", ""))
            if known == digest:
                return
            self._memory.execute(f"DROP TABLE IF EXISTS {name}")
            self._memory.execute(f"CREATE VIRTUAL TABLE {name} USING fts5(article UNINDEXED, {', '.join(PARTS)})")
            rows = [
                (one.id, *(" ".join(map(_safe, sorted(part))) for part in _parts(one).values())) for one in articles
            ]
            self._memory.executemany(f"INSERT INTO {name} VALUES (?, ?, ?, ?, ?)", rows)
            self._tables[locale] = (name, digest)

    def candidates(self, locale: str, digest: str, terms: frozenset[str], limit: int) -> Sequence[str]:
        """By bm25, questions before text."""
        with self._lock:
            if locale not in self._tables or not terms:
                return ()
            name = self._tables[locale][0]
            wanted = " OR ".join(f'"{_safe(term)}"' for term in sorted(terms))
            weights = ", ".join(map(str, WEIGHTS))
            query = f"SELECT article FROM {name} WHERE {name} MATCH ? ORDER BY bm25({name}, 0, {weights}) LIMIT ?"
            return [row[0] for row in self._memory.execute(query, (wanted, limit))]


class PostgresIndex:
    """tsvector rows, ranked by ts_rank; terms are made by us, so no dictionary of the server is needed."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def fill(self, locale: str, digest: str, articles: Sequence[ArticleTerms]) -> None:
        """Add this version's rows if they are not there; forget versions that nobody can have any more."""
        now, c = datetime.now(UTC), help_index.c
        rows = [
            {"locale": locale, "digest": digest, "article_id": a.id, "document": _vector(a), "filled_at": now}
            for a in articles
        ]
        old = delete(help_index).where(c.locale == locale, c.digest != digest, c.filled_at < now - KEPT)
        with translated(), self._engine.begin() as connection:
            connection.execute(insert(help_index).on_conflict_do_nothing(), rows)
            connection.execute(old)

    def candidates(self, locale: str, digest: str, terms: frozenset[str], limit: int) -> Sequence[str]:
        """By ts_rank, questions before text."""
        if not terms:
            return ()
        c, wanted = help_index.c, cast(literal(" | ".join(map(_safe, sorted(terms)))), TSQUERY)
        found = (
            select(c.article_id)
            .where(c.locale == locale, c.digest == digest, c.document.op("@@")(wanted))
            .order_by(func.ts_rank(c.document, wanted).desc(), c.article_id)
            .limit(limit)
        )
        with translated(), self._engine.connect() as connection:
            return list(connection.scalars(found))


def _parts(article: ArticleTerms) -> Mapping[str, frozenset[str]]:
    asked = frozenset().union(*article.questions)
    return dict(zip(PARTS, (asked, article.keywords, article.spoken, article.text), strict=True))


def _vector(article: ArticleTerms) -> str:
    """A tsvector as text: the part's place stands as a position's weight, A to D."""
    places: dict[str, list[str]] = {}
    for place, (weight, terms) in enumerate(zip("ABCD", _parts(article).values(), strict=True), 1):
        for term in sorted(terms):
            places.setdefault(_safe(term), []).append(f"{place}{weight}")
    return " ".join(f"{term}:{','.join(at)}" for term, at in places.items())


def _safe(term: str) -> str:
    """Letters that neither database cuts, folds or takes for an operator: others go as hexadecimal digits."""
    return term if term.isascii() and term.isalnum() else f"x{term.encode().hex()}"
