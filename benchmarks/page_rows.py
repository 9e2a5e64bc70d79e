"""What pages show beside callbacks: calls, one with a long log; claims, a chat, a return; and their links."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from consoles import PASSWORD
from sqlalchemy import create_engine, text

from ivr.bootstrap import Ivr, build
from ivr.domain.calls import Call
from ivr.domain.cases import Event, case_number
from ivr.domain.chats import Author, Chat, ChatChannel, ChatLine, ChatStatus
from ivr.domain.claims import Claim, ClaimState
from ivr.domain.policy.facts import CAUSES
from ivr.domain.settlements import Settlement, SettlementKind, settlement_key
from ivr.domain.staff import StaffRole
from ivr.passwords import Argon2Passwords
from ivr.service.accounts import Accounts
from ivr.service.store import UnitOfWork
from ivr.settings import Settings

ADMIN = "root"
ORDER = "11976551942819482"
CALL, CLAIM, CHAT, MESSAGE = "CA" + "0" * 32, "0" * 32, "1" * 32, "2" * 32
CLAIMS, LINES, TURNS = 3_000, 60, 60
SELLERS = ("northwind", "seoul-living")
STATES = (ClaimState.WAITING_FOR_SELLER, *[ClaimState.ESCALATED] * 2, *[ClaimState.CLOSED] * 57)
CALLS = """INSERT INTO calls (sid, from_number, to_number, locale, customer_id, case_id, turn, started_at, ended_at,
    version)
SELECT 'CA' || id, number, '+12025550100', locale, customer_id, case_id, 6, created_at, created_at, 1 FROM callbacks"""


def more_rows(env: Mapping[str, str]) -> dict[str, str]:
    """Writes them; addresses of pages by their names."""
    engine, now = create_engine(env["IVR_DATABASE_URL"]), datetime.now(UTC)
    with engine.begin() as connection:
        connection.execute(text(CALLS))
    engine.dispose()
    with build(Settings.from_env(env)) as ivr:
        Accounts(ivr.store, ivr.clock, Argon2Passwords()).add(ADMIN, StaffRole.ADMIN, PASSWORD)
        return _written(ivr, now)


def _written(ivr: Ivr, now: datetime) -> dict[str, str]:
    with ivr.store.begin() as uow:
        case_ids = [case.id for case in uow.cases.recent(CLAIMS)]
        _call(uow, case_ids[0], now)
        for serial, case_id in enumerate(case_ids):
            uow.claims.add(_claim(serial, case_id, now))
        _chat(uow, case_ids[0], now)
        _return(uow, case_ids[0], now)
        uow.commit()
        links = ivr.engine.links
        back = links.send_back(case_ids[0], MESSAGE, now + timedelta(days=9))
        seller = links.claim(f"{0:032x}")
    return {
        "customer: return": f"/r/{back}?lang=en-US", "seller: claim": f"/seller/{seller}?lang=en-US",
        "agent: chat": f"/agent/chats/{CHAT}", "supervisor: one call": f"/supervisor/calls/{CALL}",
    }  # fmt: skip


def _call(uow: UnitOfWork, case_id: str, now: datetime) -> None:
    """One that went on for long: said, heard with four readings, in turns."""
    uow.calls.add(Call(sid=CALL, from_number="+12025550143", case_id=case_id, started_at=now, ended_at=now))
    readings = [{"text": f"where is my parcel {i}", "score": -i} for i in range(4)]
    heard = {
        "text": "where is my parcel", "engine": "vosk", "fit": 0.9, "certainty": "exact", "readings": readings,
        "intents": [{"name": "track_order"}], "audio_seconds": 1.2,
    }  # fmt: skip
    said = {"text": "Tell me in a few words what you need.", "prompts": ["menu"], "state": "menu"}
    for turn in range(TURNS):
        at, told = now + timedelta(seconds=turn), ("heard", heard) if turn % 2 else ("said", said)
        data = told[1] | {"turn": turn}
        uow.events.add(Event(id=f"{turn:032x}", at=at, kind=told[0], case_id=case_id, call_sid=CALL, data=data))


def _claim(serial: int, case_id: str, now: datetime) -> Claim:
    at = now - timedelta(minutes=40 * serial)
    state = STATES[serial % len(STATES)]
    return Claim(
        id=f"{serial:032x}", case_id=case_id, order_id=f"{serial}", seller_id=SELLERS[serial % 2],
        number="+12025550143", cause=CAUSES[serial % len(CAUSES)], amount_minor=8000, currency="USD", opened_at=at,
        state=state, due_at=at + timedelta(days=2), escalated_at=at if state is ClaimState.ESCALATED else None,
    )  # fmt: skip


def _chat(uow: UnitOfWork, case_id: str, now: datetime) -> None:
    """A person is waited for in it."""
    more = {"case_id": case_id, "started_at": now, "changed_at": now, "unanswered_since_at": now, "lines": LINES}
    uow.chats.add(Chat(id=CHAT, channel=ChatChannel.WEB, status=ChatStatus.WAITING, **more))
    for number in range(LINES):
        line = ChatLine(
            id=f"{number:032x}", chat_id=CHAT, number=number, at=now + timedelta(seconds=number),
            author=Author.CUSTOMER, body="It should have been here on Monday, and nobody knows where it is.",
        )  # fmt: skip
        uow.chats.add_line(line)


def _return(uow: UnitOfWork, case_id: str, now: datetime) -> None:
    """What a customer was told to send back."""
    case = uow.cases.get(case_id)
    assert case is not None
    case.order_id, case.number = ORDER, case_number(99_999_999)  # its digits become a bar code
    settled = Settlement(
        key=settlement_key(ORDER, SettlementKind.RETURN), kind=SettlementKind.RETURN, order_id=ORDER, way="label",
        number="+12025550143", case_id=case_id, rule_id="returns.window", amount_minor=1999, currency="USD", at=now,
        until_at=now + timedelta(days=9),
    )  # fmt: skip
    uow.settlements.add(settled)
