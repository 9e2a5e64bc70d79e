"""A database with a past: as many stored callbacks as wanted, made by the database itself from one counter.

Three of five are done, each with its attempt, two legs and the nine lines of the timeline that the engine writes; the
others are promised for named times in the next 30 days. One in ten goes first. Everything is as the engine leaves it:
the audit finds nothing. Keys are hashes, so that the indexes are scattered; the engine's own lie side by side.
"""

import hashlib
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, text

from ivr.storage import engines
from ivr.storage.mapping import metadata

PEOPLE = {"customers", "cases", "callbacks", "attempts", "legs", "events"}
"""Tables that are filled here."""
CHUNK = 100_000
FIRST_NUMBER, FIRST_AGENT = 2_000_000, 2_000_000

POSTGRES = (
    "CREATE OR REPLACE FUNCTION moment(float8) RETURNS timestamptz IMMUTABLE LANGUAGE sql AS 'SELECT to_timestamp($1)'",
    "CREATE OR REPLACE FUNCTION as_json(text) RETURNS json IMMUTABLE LANGUAGE sql AS 'SELECT $1::json'",
    "CREATE OR REPLACE FUNCTION iso(float8) RETURNS text STABLE LANGUAGE sql AS "
    "'SELECT to_char(to_timestamp($1) AT TIME ZONE ''UTC'', ''YYYY-MM-DD\"T\"HH24:MI:SS\"+00:00\"'')'",
)

COUNTER = "WITH RECURSIVE n(i) AS (SELECT {low} UNION ALL SELECT i + 1 FROM n WHERE i < {high} - 1), "
TIMES = """t(i, is_done, at, due, closes) AS (
    SELECT i, i % 5 < 3, {noon} - 86400.0 * (1 + i % 300) + i % 7200,
        CASE WHEN i % 5 < 3 THEN {noon} - 86400.0 * (1 + i % 300) + i % 7200
            ELSE {noon} + 86400.0 * (2 + i % 28) + i % 7200 END,
        CASE WHEN i % 5 < 3 THEN {noon} - 86400.0 * (1 + i % 300) + 14400
            ELSE {noon} + 86400.0 * (2 + i % 28) + 14400 END
    FROM n) """
"""Everything happens in the early afternoon of New York, in winter and in summer."""

CUSTOMERS = """INSERT INTO customers (id, number, name, locale, zone)
SELECT md5('customer' || i), {number}, 'Customer ' || i, 'en-US', '' FROM t"""

CASES = """INSERT INTO cases (id, number, kind, status, priority, skill, locale, customer_id, slots, summary, source,
    outcome, opened_at, closed_at, version, tier, step)
SELECT md5('case' || i), 'B' || i, 'delivered_not_received', CASE WHEN is_done THEN 'resolved' ELSE 'waiting_agent' END,
    CASE WHEN i % 10 = 4 THEN 1 ELSE 2 END, 'orders', 'en-US', md5('customer' || i), as_json('{}'),
    'it says delivered but I do not have it', 'phone', CASE WHEN is_done THEN 'talked_with_agent' ELSE '' END,
    moment(at), NULL, 3, 2, '' FROM t"""

CALLBACKS = """INSERT INTO callbacks (id, case_id, customer_id, number, locale, zone, asap, ticket_at, due_at,
    promised_by_at, closes_at, skill, priority, status, source, tries, dials, outcome, reason, first_rung_at,
    created_at, ended_at, version, email, revision, resume_code)
SELECT md5('callback' || i), md5('case' || i), md5('customer' || i), {number}, 'en-US',
    'America/New_York', is_done, moment(due), moment(due), moment(due + 900), moment(closes), 'orders',
    CASE WHEN i % 10 = 4 THEN 1 ELSE 2 END, CASE WHEN is_done THEN 'done' ELSE 'scheduled' END, 'phone',
    CASE WHEN is_done THEN 1 ELSE 0 END, CASE WHEN is_done THEN 1 ELSE 0 END,
    CASE WHEN is_done THEN 'joined' ELSE '' END, CASE WHEN is_done THEN 'joined' ELSE '' END,
    CASE WHEN is_done THEN moment(at + 30) END, moment(at), CASE WHEN is_done THEN moment(at + 330) END, 4,
    '', 0, '' || (10000000 + i) FROM t"""

ATTEMPTS = """INSERT INTO attempts (id, callback_id, hold_call_sid, case_id, agent_id, number, started_at, ended_at,
    accepted_at, joined_at, outcome, version)
SELECT md5('attempt' || i), md5('callback' || i), NULL, md5('case' || i), 'agent' || i % {agents}, 1, moment(at),
    moment(at + 330), moment(at + 20), moment(at + 40), 'joined', 4 FROM t WHERE is_done"""

LEGS = """INSERT INTO legs (id, attempt_id, callback_id, party, number, state, owner, lease_until_at, sid,
    last_sequence, absent_looks, created_at, placing_at, answered_at, ended_at, outcome, version)
SELECT md5('{party}' || i), md5('attempt' || i), md5('callback' || i), '{party}', {whose}, 'ended', NULL, NULL,
    'CA' || md5('{party}' || i), 3, 0, moment(at + {after}), moment(at + {after}), moment(at + {after} + 5),
    moment(at + 330), NULL, 5 FROM t WHERE is_done"""

EVENTS = "INSERT INTO events (id, at, kind, case_id, callback_id, call_sid, data)"
EVENT = """SELECT i, {step} AS step, md5('{kind}{party}' || i) AS id, moment(at + {after}) AS at, '{kind}' AS kind,
    md5('case' || i) AS case_id, md5('callback' || i) AS callback_id, {sid} AS call_sid, {data} AS data
    FROM t {which}"""

TERMS = """', "hours": "09:00-19:00", "due_at": "' || iso(due) || '", "closes_at": "' || iso(closes) || '"}'"""


def _about(party: str, more: str = "'}'") -> str:
    return f"""'{{"leg": "' || md5('{party}' || i) || '", "party": "{party}"' || {more}"""


LINES: tuple[tuple[str, str, int, str], ...] = (
    ("callback_booked", "", 0, """'{"number": "…00", "asap": true, "status": "scheduled", "source": "phone"}'"""),
    ("attempt_started", "", 0, """'{"number": 1, "agent": "Agent"}'"""),
    ("leg_placing", "agent", 0, _about("agent")),
    ("leg_placed", "agent", 1, _about("agent")),
    ("leg_placing", "customer", 20, _about("customer", TERMS)),
    ("leg_placed", "customer", 21, _about("customer")),
    ("leg_ended", "customer", 330, _about("customer")),
    ("callback_done", "", 330, """'{"how": "joined", "kept": true}'"""),
    ("leg_ended", "agent", 331, _about("agent")),
)
"""Kind, whose leg, seconds after the dial, what is kept with it."""


class Rows:
    """Fills one database; more may be added later."""

    def __init__(self, url: str, noon: datetime, agents: int) -> None:
        self._url, self._noon, self._agents = url, noon, agents
        self.stored = 0

    def grow(self, to: int) -> None:
        """Store so many callbacks in all."""
        with _bulk(self._url) as connection:
            for low in range(self.stored, to, CHUNK):
                self._store(connection, low, min(to, low + CHUNK))
        self.stored = max(self.stored, to)
        tidy(self._url)

    def _store(self, connection: Connection, low: int, high: int) -> None:
        source = (COUNTER + TIMES).format(low=low, high=high, noon=self._noon.timestamp())
        for statement in self._statements():
            head, _, rest = statement.partition("\nSELECT")
            whole = f"{head}\n{source}\nSELECT{rest}"
            # The driver of PostgreSQL reads a percent sign as a placeholder.
            connection.exec_driver_sql(whole.replace("%", "%%") if connection.dialect.name == "postgresql" else whole)
        connection.commit()

    def _statements(self) -> Iterator[str]:
        customers_number = f"'+1212' || ({FIRST_NUMBER} + i)"
        yield CUSTOMERS.format(number=customers_number)
        yield CASES
        yield CALLBACKS.format(number=customers_number)
        yield ATTEMPTS.format(agents=self._agents)
        agents_number = f"'+1646' || ({FIRST_AGENT} + i % {self._agents})"
        yield LEGS.format(party="agent", whose=agents_number, after=0)
        yield LEGS.format(party="customer", whose=customers_number, after=20)
        lines = " UNION ALL ".join(_line(step, *line) for step, line in enumerate(LINES))
        told = f"SELECT id, at, kind, case_id, callback_id, call_sid, as_json(data) FROM ({lines}) AS told"
        yield f"{EVENTS}\n{told} ORDER BY i, step"  # the ledger is read in the order written


def _line(step: int, kind: str, party: str, after: int, data: str) -> str:
    which = "" if kind == "callback_booked" else "WHERE is_done"
    sid = f"'CA' || md5('{party}' || i)" if party else "NULL"
    return EVENT.format(step=step, kind=kind, party=party, after=after, sid=sid, data=data, which=which)


@contextmanager
def _bulk(url: str) -> Iterator[Connection]:
    """A connection that writes fast: no foreign keys are checked, and indexes are made at the end."""
    engine = create_engine(engines.parse(url))
    with engine.connect() as connection:
        indexes = [index for table in metadata.sorted_tables if table.name in PEOPLE for index in table.indexes]
        _prepare(connection)
        for index in indexes:
            index.drop(connection)
        connection.commit()
        yield connection
        for index in indexes:
            index.create(connection)
        connection.commit()
    engine.dispose()


def _prepare(connection: Connection) -> None:
    if connection.dialect.name == "postgresql":
        for statement in ("SET session_replication_role = replica", "SET maintenance_work_mem = '512MB'", *POSTGRES):
            connection.exec_driver_sql(statement)
        return
    raw: Any = connection.connection.driver_connection
    raw.create_function("md5", 1, lambda word: hashlib.md5(word.encode()).hexdigest(), deterministic=True)
    raw.create_function("moment", 1, lambda at: f"{_utc(at):%Y-%m-%d %H:%M:%S.%f}", deterministic=True)
    raw.create_function("iso", 1, lambda at: _utc(at).isoformat(timespec="seconds"), deterministic=True)
    raw.create_function("as_json", 1, lambda data: data, deterministic=True)


def _utc(at: float) -> datetime:
    return datetime.fromtimestamp(at, UTC)


def tidy(url: str) -> None:
    """What autovacuum would do in its own time."""
    _each(url, ("VACUUM ANALYZE",) if "postgresql" in url else ("ANALYZE",))


def _each(url: str, statements: Sequence[str]) -> None:
    engine: Engine = create_engine(engines.parse(url), isolation_level="AUTOCOMMIT")
    with closing(engine.connect()) as connection:
        for statement in statements:
            connection.execute(text(statement))
    engine.dispose()


def noon_before(moment: datetime) -> datetime:
    """Early afternoon in New York, on the day before, whatever the season."""
    return moment.replace(hour=17, minute=30, second=0, microsecond=0) - timedelta(days=1)
