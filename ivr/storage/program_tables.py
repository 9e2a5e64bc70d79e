"""The tables of keys, webhooks and their deliveries."""

from sqlalchemy import Boolean, Column, Index, Table

from ivr.domain.programs import DeliveryStatus
from ivr.storage.columns import Words
from ivr.storage.schema import IS_WAITING, belongs_to, choice, integer, key, metadata, moment, partial, string

api_keys = Table(
    "api_keys",
    metadata,
    key(),
    string("name"),
    string("key_hash"),
    Column("scopes", Words, nullable=False),
    moment("created_at"),
    moment("revoked_at", null=True),
    integer("version"),
    Index("uq_api_keys_key_hash", "key_hash", unique=True),
)

subscriptions = Table(
    "subscriptions",
    metadata,
    key(),
    string("url"),
    Column("events", Words, nullable=False),
    string("secret"),
    string("old_secret"),
    moment("old_until_at", null=True),
    string("description"),
    Column("is_active", Boolean, nullable=False),
    moment("created_at"),
    integer("version"),
)

deliveries = Table(
    "deliveries",
    metadata,
    key(),
    belongs_to("subscription_id", "subscriptions.id"),
    string("event_id"),
    string("kind"),
    string("body"),
    choice("status", DeliveryStatus),
    moment("due_at"),
    integer("tries"),
    string("answer"),
    moment("created_at"),
    moment("tried_at", null=True),
    moment("ended_at", null=True),
    integer("version"),
    Index("uq_deliveries_once", "subscription_id", "event_id", unique=True),
    partial("ix_deliveries_due", "due_at", where=IS_WAITING),
    Index(None, "subscription_id", "created_at", "id"),
    Index(None, "ended_at"),
)
