"""The table of photos: pictures are rows, so that every node has them and they go with their case."""

from sqlalchemy import Column, ForeignKey, Index, LargeBinary, Table

from ivr.storage.columns import Text
from ivr.storage.schema import integer, key, metadata, moment, string

photos = Table(
    "photos",
    metadata,
    key(),
    Column(
        "case_id", Text, ForeignKey("cases.id", ondelete="CASCADE", deferrable=True, initially="DEFERRED"),
        nullable=False,
    ),
    string("caption"),
    integer("width"),
    integer("height"),
    string("digest"),
    Column("jpeg", LargeBinary, nullable=False),
    moment("at"),
    moment("expires_at"),
    Index("uq_photos_case_id_digest", "case_id", "digest", unique=True),
    Index(None, "expires_at"),
)  # fmt: skip
