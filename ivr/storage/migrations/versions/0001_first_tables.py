"""The first tables."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """In an order that foreign keys allow."""
    _agents()
    _beats()
    _case_serials()
    _customers()
    _do_not_call()
    _events()
    _hits()
    _notes()
    _rates()
    _webhook_events()
    _cases()
    _callbacks()
    _calls()
    _holds()
    _attempts()
    _verifications()
    _legs()


def downgrade() -> None:
    """Back to an empty database."""
    for name in reversed(TABLES):
        op.drop_table(name)


TABLES = (
    "agents", "beats", "case_serials", "customers", "do_not_call", "events", "hits", "notes", "rates",
    "webhook_events", "cases", "callbacks", "calls", "holds", "attempts", "verifications", "legs",
)

OPEN = "status IN ('dialing', 'scheduled', 'unverified')"
LIVE = "state IN ('intent', 'placed', 'placing')"
IN_HAND = "status IN ('dialing', 'needs_human', 'unverified')"
ENDED = "status IN ('canceled', 'done', 'expired')"


def key(name: str) -> sa.Column[Any]:
    """Its constraint is named in the table."""
    return sa.Column(name, sa.String(), nullable=False)


def serial() -> sa.Column[Any]:
    """Counts up."""
    return sa.Column("serial", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False)


def string(name: str, *, null: bool = False) -> sa.Column[Any]:
    """Text and enums."""
    return sa.Column(name, sa.String(), nullable=null)


def moment(name: str, *, null: bool = False) -> sa.Column[Any]:
    """Aware UTC."""
    return sa.Column(name, sa.DateTime(timezone=True), nullable=null)


def integer(name: str, *, null: bool = False) -> sa.Column[Any]:
    """A number."""
    return sa.Column(name, sa.Integer(), nullable=null)


def boolean(name: str) -> sa.Column[Any]:
    """Yes or no."""
    return sa.Column(name, sa.Boolean(), nullable=False)


def json(name: str, *, null: bool = False) -> sa.Column[Any]:
    """A document."""
    return sa.Column(name, sa.JSON(), nullable=null)


def belongs_to(name: str, target: str, *, null: bool = False) -> sa.Column[Any]:
    """A foreign key, checked at commit."""
    return sa.Column(name, sa.String(), sa.ForeignKey(target, deferrable=True, initially="DEFERRED"), nullable=null)


def table(name: str, *columns: sa.Column[Any], primary: tuple[str, ...] = ("id",)) -> None:
    """Serials are never given twice."""
    counts = primary == ("serial",)
    op.create_table(name, *columns, sa.PrimaryKeyConstraint(*primary, name=f"pk_{name}"), sqlite_autoincrement=counts)


def index(name: str, table: str, *columns: str, where: str | None = None, unique: bool = False) -> None:
    """Partial if there is a condition."""
    condition = sa.text(where) if where else None
    op.create_index(name, table, list(columns), unique=unique, sqlite_where=condition, postgresql_where=condition)


def _agents() -> None:
    table(
        "agents",
        key("id"), string("name"), string("number"), json("skills"), json("locales"), string("status"),
        moment("status_at"), string("attempt_id", null=True), integer("version"),
    )
    index("uq_agents_number", "agents", "number", unique=True)


def _beats() -> None:
    table("beats", key("node"), key("role"), moment("at"), primary=("node", "role"))


def _case_serials() -> None:
    table("case_serials", serial(), primary=("serial",))


def _customers() -> None:
    table("customers", key("id"), string("number"), string("name"), string("locale"), string("zone"))
    index("uq_customers_number", "customers", "number", unique=True)


def _do_not_call() -> None:
    table("do_not_call", key("number"), moment("at"), string("reason"), primary=("number",))


def _events() -> None:
    table(
        "events",
        serial(), string("id"), moment("at"), string("kind"), string("case_id", null=True),
        string("callback_id", null=True), string("call_sid", null=True), json("data"), primary=("serial",),
    )
    index("ix_events_at", "events", "at")
    index("ix_events_call_sid", "events", "call_sid")
    index("ix_events_callback_id", "events", "callback_id")
    index("ix_events_case_id", "events", "case_id")


def _hits() -> None:
    table("hits", serial(), string("key"), moment("at"), moment("expires_at"), primary=("serial",))
    index("ix_hits_expires_at", "hits", "expires_at")
    index("ix_hits_key_at", "hits", "key", "at")


def _notes() -> None:
    table("notes", key("key"), json("value"), primary=("key",))


def _rates() -> None:
    table("rates", key("name"), moment("next_at"), primary=("name",))


def _webhook_events() -> None:
    table(
        "webhook_events",
        key("call_sid"), key("kind"), key("sequence"),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False, server_default=sa.func.current_timestamp()),
        primary=("call_sid", "kind", "sequence"),
    )
    index("ix_webhook_events_seen_at", "webhook_events", "seen_at")


def _cases() -> None:
    table(
        "cases",
        key("id"), string("number"), string("kind"), string("status"), integer("priority"), string("skill"),
        string("locale"), belongs_to("customer_id", "customers.id", null=True), string("order_id", null=True),
        json("slots"), string("summary"), string("source"), string("outcome"), integer("effort", null=True),
        moment("opened_at"), moment("closed_at", null=True), integer("version"),
    )
    index("ix_cases_customer_id_opened_at", "cases", "customer_id", "opened_at")
    index("ix_cases_opened_at", "cases", "opened_at")
    index("uq_cases_number", "cases", "number", unique=True)


def _callbacks() -> None:
    table(
        "callbacks",
        key("id"), belongs_to("case_id", "cases.id"), belongs_to("customer_id", "customers.id", null=True),
        string("number"), string("locale"), string("zone"), boolean("asap"), moment("ticket_at"), moment("due_at"),
        moment("promised_by_at"), moment("closes_at"), string("skill"), integer("priority"), string("status"),
        string("source"), integer("tries"), integer("dials"), string("outcome"), string("reason"),
        moment("first_rung_at", null=True), moment("created_at"), moment("ended_at", null=True), integer("version"),
    )
    index("ix_callbacks_case_id", "callbacks", "case_id")
    index("ix_callbacks_closing", "callbacks", "closes_at", where="status IN ('scheduled', 'unverified')")
    index("ix_callbacks_due", "callbacks", "due_at", where="status = 'scheduled'")
    index("ix_callbacks_ended", "callbacks", "status", "ended_at", where=ENDED)
    index("ix_callbacks_in_hand", "callbacks", "status", "due_at", where=IN_HAND)
    index("ix_callbacks_line", "callbacks", "priority", "ticket_at", "due_at", where="status = 'scheduled'")
    index("ix_callbacks_number_created_at", "callbacks", "number", "created_at")
    index("uq_callbacks_open_case", "callbacks", "case_id", where=OPEN, unique=True)
    index("uq_callbacks_open_number", "callbacks", "number", where=OPEN, unique=True)


def _calls() -> None:
    table(
        "calls",
        key("sid"), string("from_number", null=True), string("to_number"), string("locale"),
        belongs_to("customer_id", "customers.id", null=True), belongs_to("case_id", "cases.id", null=True),
        json("dialogue", null=True), integer("turn"), moment("speaking_since_at", null=True),
        string("stream_sid", null=True), moment("started_at"), moment("ended_at", null=True), integer("version"),
        primary=("sid",),
    )
    index("ix_calls_case_id", "calls", "case_id")
    index("ix_calls_live", "calls", "started_at", where="ended_at IS NULL")


def _holds() -> None:
    table(
        "holds",
        key("call_sid"), belongs_to("case_id", "cases.id"), moment("ticket_at"), string("skill"), string("locale"),
        integer("priority"), string("status"), integer("version"), primary=("call_sid",),
    )
    index("ix_holds_case_id", "holds", "case_id")
    index("ix_holds_line", "holds", "priority", "ticket_at", where="status = 'waiting'")


def _attempts() -> None:
    table(
        "attempts",
        key("id"), belongs_to("callback_id", "callbacks.id", null=True), string("hold_call_sid", null=True),
        belongs_to("case_id", "cases.id"), belongs_to("agent_id", "agents.id"), integer("number"),
        moment("started_at"), moment("ended_at", null=True), moment("accepted_at", null=True),
        moment("joined_at", null=True), string("outcome", null=True), integer("version"),
    )
    index("ix_attempts_live", "attempts", "started_at", where="ended_at IS NULL")
    index("uq_attempts_callback_number", "attempts", "callback_id", "number", unique=True)
    index("uq_attempts_hold_number", "attempts", "hold_call_sid", "number", unique=True)


def _verifications() -> None:
    table(
        "verifications",
        key("id"), belongs_to("callback_id", "callbacks.id"), string("number"), string("code_hash"),
        string("channel"), integer("wrong_tries"), moment("created_at"), moment("expires_at"),
        moment("verified_at", null=True),
    )
    index("ix_verifications_callback_id_created_at", "verifications", "callback_id", "created_at")


def _legs() -> None:
    table(
        "legs",
        key("id"), belongs_to("attempt_id", "attempts.id"), belongs_to("callback_id", "callbacks.id", null=True),
        string("party"), string("number"), string("state"), string("owner", null=True),
        moment("lease_until_at", null=True), string("sid", null=True), integer("last_sequence"),
        integer("absent_looks"), moment("created_at"), moment("placing_at", null=True),
        moment("answered_at", null=True), moment("ended_at", null=True), string("outcome", null=True),
        integer("version"),
    )
    index("ix_legs_attempt_id", "legs", "attempt_id")
    index("ix_legs_intent", "legs", "created_at", where="state = 'intent'")
    index("ix_legs_live", "legs", "state", "placing_at", where=LIVE)
    index("ix_legs_placed", "legs", "placing_at", where="placing_at IS NOT NULL")
    index("uq_legs_live_customer", "legs", "callback_id", where=f"party = 'customer' AND {LIVE}", unique=True)
    index("uq_legs_live_number", "legs", "number", where=LIVE, unique=True)
    index("uq_legs_sid", "legs", "sid", unique=True)
