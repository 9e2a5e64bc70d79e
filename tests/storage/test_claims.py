"""What the database promises of claims, on both: one an order, one notice of a kind, no gap in a trust record."""

from datetime import timedelta

import pytest

from ivr.domain.cases import Case
from ivr.domain.claim_notices import Notice, NoticeKind
from ivr.domain.claims import Answer, Claim, ClaimState
from ivr.domain.messages import Channel
from ivr.domain.policy.rules import Payer
from ivr.domain.trust import FIRST, TrustEntry
from ivr.errors import Conflict
from ivr.storage import SqlStore
from tests.storage import rows
from tests.storage.rows import NOW


def save(store: SqlStore, *entities: object) -> None:
    """Add them in one committed transaction."""
    with store.begin() as uow:
        homes = {Case: uow.cases, Claim: uow.claims, Notice: uow.claims.notices, TrustEntry: uow.trust}
        for entity in entities:
            homes[type(entity)].add(entity)
        uow.commit()


def claim(serial: int = 1, **more: object) -> Claim:
    made = {"id": f"{serial:032x}", "case_id": "case", "order_id": f"o{serial}", "seller_id": "s", "number": "+1",
            "cause": "counterfeit", "amount_minor": 10**11, "currency": "USD", "opened_at": NOW,
            "state": ClaimState.WAITING_FOR_SELLER, "due_at": NOW + timedelta(hours=serial), **more}  # fmt: skip
    return Claim(**made)  # type: ignore[arg-type]


def notice(kind: NoticeKind = NoticeKind.ASKED, serial: int = 1) -> Notice:
    return Notice(
        id=f"{serial:032x}", claim_id=f"{1:032x}", kind=kind, channel=Channel.TEXT, address="+1", locale="en-US",
        zone="UTC", due_at=NOW, expires_at=NOW, created_at=NOW,
    )  # fmt: skip


def test_a_claim_is_read_back_as_it_was_saved(store: SqlStore) -> None:
    full = claim(
        evidence="yes", answer=Answer.OFFER, proof=True, share=50, reply="sorry", answered_at=NOW, offer_taken=True,
        decided_at=NOW, rule_id="r", payer=Payer.CARRIER, refunded_minor=1, charged_minor=2, holds_seller=True,
        escalated_at=NOW, attended_at=NOW,
    )  # fmt: skip
    kept = {name: value for name, value in vars(full).items() if not name.startswith("_")}
    save(store, rows.case(id="case"), full)
    with store.read() as uow:
        found = uow.claims.of_case("case")
    assert {name: value for name, value in vars(found).items() if not name.startswith("_")} == kept


def test_an_order_has_one_claim_and_a_claim_one_notice_of_a_kind(store: SqlStore) -> None:
    save(store, rows.case(id="case"), claim(), notice())
    for second in (claim(2, order_id="o1"), notice(serial=2)):
        with pytest.raises(Conflict):
            save(store, second)
    save(store, notice(NoticeKind.REMINDER, 3))


def test_only_those_that_wait_are_overdue_the_longest_first(store: SqlStore) -> None:
    answered = claim(4, state=ClaimState.ANSWERED)
    save(store, rows.case(id="case"), claim(2), claim(1), claim(3, state=ClaimState.PAID), answered)
    with store.read() as uow:
        assert [c.order_id for c in uow.claims.overdue(NOW + timedelta(hours=9), 9)] == ["o1", "o2", "o4"]
        assert [c.order_id for c in uow.claims.overdue(NOW + timedelta(hours=1), 9)] == ["o1"]
        assert [(d.seller_id, d.claims, d.charged) for d in uow.claims.disputes(NOW)] == [("s", 4, 0)]


def test_of_two_who_add_a_sellers_next_entry_one_is_refused(store: SqlStore) -> None:
    entry = {"seller_id": "s", "at": NOW, "body": "{}", "previous": FIRST, "hash": "h", "signature": "x"}
    save(store, TrustEntry(number=1, **entry), TrustEntry(number=2, **entry))  # type: ignore[arg-type]
    with pytest.raises(Conflict):
        save(store, TrustEntry(number=2, **entry))  # type: ignore[arg-type]
    with store.read() as uow:
        last = uow.trust.last_of("s")
    assert last is not None
    assert last.number == 2
