"""Claims against sellers on a real database: deadlines, answers by telephone and otherwise, notices, trust record."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from threading import Barrier

import pytest

from ivr.bootstrap import Ivr, build
from ivr.cli.no_carrier import NoPhone
from ivr.domain.claim_notices import NoticeKind
from ivr.domain.claims import Answer, Claim, ClaimState, SellerAnswer
from ivr.domain.hearing import Hypothesis
from ivr.domain.orders import Order, OrderStatus
from ivr.domain.policy.rules import Payer
from ivr.domain.sellers import Seller
from ivr.domain.trust import verify
from ivr.domain.turn import Turn
from ivr.errors import CarrierUnclear, ClaimRefused
from ivr.service.claim_post import ClaimPost
from ivr.service.claim_sweep import ClaimSweep
from ivr.service.seller_answers import SellerAnswers
from ivr.service.timeline import new_id
from ivr.settings import Settings
from ivr.storage import SqlStore
from ivr.trust_keys import Ed25519Check, Ed25519Signer
from tests.fakes.clock import NOON_IN_NEW_YORK, FakeClock
from tests.fakes.messenger import FakeMailer, FakeMessenger
from tests.journeys_table.world import TableSellers, TableShop

CUSTOMER, SELLER, OTHER = "+12025550143", "+12025550188", "+12025550189"
NORTHWIND = Seller("northwind", "Northwind", SELLER, "claims@example.com", zone="America/New_York")
ORDER = "1" * 10 + "2345678"


class Sellers(TableSellers):
    def get(self, seller_id: str) -> Seller | None:
        return NORTHWIND if seller_id == "northwind" else None

    def of_order(self, order_id: str) -> Seller | None:
        return NORTHWIND

    def by_number(self, number: str) -> Seller | None:
        return {SELLER: NORTHWIND, OTHER: Seller("other", "Other", OTHER)}.get(number)


class Market:
    """A shop with a marketplace; the telephones are typed."""

    def __init__(self, ivr: Ivr, clock: FakeClock, shop: TableShop) -> None:
        self.ivr, self.clock, self.shop = ivr, clock, shop
        self.messenger, self.mailer = FakeMessenger(), FakeMailer()
        self.scenes = ivr.engine.scenes
        self.deadlines = ClaimSweep(self.scenes, ivr.claims)
        self.answers = SellerAnswers(ivr.claims)

    def post(self) -> None:
        ivr = self.ivr
        ClaimPost(self.scenes, ivr.speaker, ivr.engine.links, "Acme", self.messenger, self.mailer).sweep()

    def order(self, **changes: object) -> None:
        now = self.clock.now()
        made = Order(
            id=ORDER, number=CUSTOMER, item="jacket", status=OrderStatus.DELIVERED, amount="80.00",
            ordered_at=now - timedelta(days=9), delivered_at=now - timedelta(days=2),
        )  # fmt: skip
        self.shop.orders = {ORDER: replace(made, **changes)}

    def ring(self, number: str, *said: str) -> Turn:
        sid = f"CA{new_id()}"
        turn = self.ivr.calls.arrive(sid, number, "+12025550100")
        for words in said:
            if words.startswith("#"):
                turn = self.ivr.calls.keys(sid, turn.number, words[1:])
            else:
                turn = self.ivr.calls.speech(sid, turn.number, [Hypothesis(words)], engine="typed", audio_seconds=0.0)
        self.ivr.calls.ended(sid)
        return turn

    def claim(self, *said: str) -> Claim:
        self.ring(CUSTOMER, *(said or ("it's a fake", "yes")))
        return self.now()

    def now(self) -> Claim:
        with self.ivr.store.read() as uow:
            found = uow.claims.of_order(ORDER)
        assert found is not None
        return found

    def number(self) -> str:
        with self.ivr.store.read() as uow:
            case = uow.cases.get(self.now().case_id)
        assert case is not None
        return case.number

    def says(self, given: SellerAnswer) -> Claim:
        claim_id = self.now().id
        return self.scenes.run(lambda scene: self.answers.answer(scene, claim_id, given, how="api"))

    def told(self) -> list[str]:
        with self.ivr.store.read() as uow:
            return [event.kind for event in uow.events.of_case(self.now().case_id)]

    def paid(self) -> list[tuple[str, int]]:
        with self.ivr.store.read() as uow:
            return [(row.kind.value, row.amount_minor) for row in uow.settlements.of_order(ORDER)]


def keys(turn: Turn) -> list[str]:
    return [say.key for say in turn.say]


@pytest.fixture(scope="module")
def built(shared_store: SqlStore) -> Market:
    clock, shop = FakeClock(), TableShop()
    settings = replace(
        Settings.from_env({"IVR_LOCALES": "en-US", "IVR_TEXTS": "on", "IVR_SECRET_KEY": "a secret of thirty letters"}),
        smtp_url="smtp://mail.example.com",
    )
    ivr = build(settings, store=shared_store, phone=NoPhone(), messenger=None, mailer=None, clock=clock,
                commerce=shop, sellers=Sellers())  # fmt: skip
    return Market(ivr, clock, shop)


@pytest.fixture
def market(built: Market, new_store: Callable[[], SqlStore]) -> Market:
    new_store()
    built.messenger, built.mailer = FakeMessenger(), FakeMailer()
    built.clock.set(NOON_IN_NEW_YORK)
    built.order()
    return built


def test_no_answer_by_the_deadline_refunds_and_charges_once_whoever_sweeps_how_often(market: Market) -> None:
    claim = market.claim()
    assert claim.state is ClaimState.WAITING_FOR_SELLER
    assert claim.holds_seller
    market.clock.advance(24 * 3600 - 1)
    market.deadlines.sweep()
    assert market.paid() == []
    market.clock.advance(1)
    both = Barrier(2, timeout=60)

    def sweep(_: int) -> None:
        both.wait()
        market.deadlines.sweep()

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(sweep, range(2)))
    market.deadlines.sweep()
    done = market.now()
    assert (done.state, done.payer, done.refunded_minor, done.charged_minor) == (
        ClaimState.PAID,
        Payer.SELLER,
        8000,
        8000,
    )
    assert market.paid() == [("refund", 8000)]
    told = market.told()
    assert [told.count(kind) for kind in ("claim_overdue", "settled", "claim_charged", "claim_paid")] == [1, 1, 1, 1]
    with market.ivr.store.read() as uow:
        lines = [line for line in uow.staff.log_lines(50) if line.what == "claim_paid"]
    assert [(line.name, line.data["payer"], line.data["amount_minor"]) for line in lines] == [("rules", "seller", 8000)]


def test_steps_of_the_clock_neither_decide_early_nor_twice(market: Market) -> None:
    market.claim()
    market.clock.advance(-3600 * 30)
    market.deadlines.sweep()
    assert market.now().state is ClaimState.WAITING_FOR_SELLER
    market.clock.advance(3600 * 55)
    market.deadlines.sweep()
    market.clock.advance(-3600 * 40)
    market.deadlines.sweep()
    with pytest.raises(ClaimRefused) as refused:
        market.says(SellerAnswer(kind=Answer.ACCEPT))
    assert refused.value.reason == "claim_over"
    assert market.paid() == [("refund", 8000)]


def test_an_answer_and_the_deadline_at_once_pay_once(market: Market) -> None:
    market.claim()
    market.clock.advance(24 * 3600 - 1)
    both = Barrier(2, timeout=60)

    def answer() -> None:
        both.wait()
        market.says(SellerAnswer(kind=Answer.ACCEPT))

    def sweep() -> None:
        both.wait()
        market.clock.advance(1)
        market.deadlines.sweep()

    with ThreadPoolExecutor(2) as pool:
        done = [pool.submit(answer), pool.submit(sweep)]
        results = [one.exception() for one in done]
    assert all(error is None or isinstance(error, ClaimRefused) for error in results)
    assert market.paid() == [("refund", 8000)]
    assert market.told().count("claim_paid") == 1


def test_the_seller_hears_the_claim_and_accepts_by_key(market: Market) -> None:
    market.claim()
    turn = market.ring(SELLER, f"#{market.number()}", "#1")
    assert keys(turn) == ["claim_accept", "anything_else"]
    assert market.now().state is ClaimState.PAID
    assert market.paid() == [("refund", 8000)]


@pytest.mark.parametrize(
    ("said", "told", "state", "paid"),
    [
        (("i dispute it", "no"), "claim_dispute", ClaimState.PAID, [("refund", 8000)]),
        (("i dispute it", "#1"), "claim_dispute", ClaimState.ESCALATED, []),
        (("make an offer", "#2"), "claim_offer", ClaimState.ANSWERED, []),
        (("i accept",), "claim_accept", ClaimState.PAID, [("refund", 8000)]),
    ],
)
def test_the_seller_answers_by_word(
    market: Market, said: tuple[str, ...], told: str, state: ClaimState, paid: list[tuple[str, int]]
) -> None:
    market.claim()
    turn = market.ring(SELLER, f"#{market.number()}", *said)
    assert keys(turn)[0] == told
    assert (market.now().state, market.paid()) == (state, paid)


def test_only_the_telephone_on_file_hears_a_claim_and_guesses_are_limited(market: Market) -> None:
    market.claim()
    number = market.number()
    assert keys(market.ring(OTHER, f"#{number}"))[0] == "claim_unknown"
    assert "ask_claim_number" not in keys(market.ring(CUSTOMER))
    assert keys(market.ring(SELLER, "#1234560"))[0] == "claim_unknown"
    for _ in range(10):
        market.ring(SELLER, "#1234560")
    assert keys(market.ring(SELLER, f"#{number}"))[0] == "claim_unknown"
    assert market.now().state is ClaimState.WAITING_FOR_SELLER


def test_a_late_seller_is_told_so_and_can_ask_for_a_person(market: Market) -> None:
    market.claim()
    market.clock.advance(25 * 3600)
    market.deadlines.sweep()
    turn = market.ring(SELLER, f"#{market.number()}")
    assert keys(turn) == ["claim_over", "anything_else"]
    market.ring(SELLER, f"#{market.number()}", "#0")
    assert market.now().escalated_at == market.clock.now()
    assert market.paid() == [("refund", 8000)]


def test_a_seller_who_asks_for_a_person_is_timed_until_one_has_it_in_hand(market: Market) -> None:
    market.claim()
    market.ring(SELLER, f"#{market.number()}", "#0")
    market.deadlines.sweep()
    claim = market.now()
    assert claim.escalated_at == market.clock.now()
    assert claim.attended_at is None
    market.clock.advance(600)
    with market.ivr.store.begin() as uow:
        from ivr.service.timeline import record

        record(uow, market.clock.now(), "note_added", subject=uow.cases.get(claim.case_id), data={"by": "Ada"})
        uow.commit()
    market.deadlines.sweep()
    assert market.now().attended_at == market.clock.now()
    assert market.now().due_at == claim.due_at  # asking for a person stops no deadline


def test_the_seller_is_told_at_once_reminded_before_the_deadline_and_told_what_came_of_it(market: Market) -> None:
    market.claim()
    market.post()
    ((number, asked),) = market.messenger.sent
    assert number == SELLER
    assert "/seller/" in asked
    assert [mail.to for mail in market.mailer.sent] == ["claims@example.com"]
    market.clock.advance(20 * 3600)
    market.post()
    market.post()
    assert ["reminder" in text for _, text in market.messenger.sent] == [False, True]
    market.clock.advance(5 * 3600)
    market.deadlines.sweep()
    market.post()
    texts = market.messenger.sent[2:]
    assert sorted(number for number, _ in texts) == [CUSTOMER, SELLER]
    assert all("$80.00" in text for _, text in texts)
    assert market.told().count("claim_notice") == 7


def test_who_has_answered_is_not_reminded(market: Market) -> None:
    market.claim()
    market.says(SellerAnswer(kind=Answer.OFFER, share=50))
    market.clock.advance(21 * 3600)
    market.post()
    assert not [text for _, text in market.messenger.sent if "reminder" in text]
    with market.ivr.store.read() as uow:
        reasons = {notice.reason for notice in uow.claims.notices.of_claim(market.now().id, NoticeKind.REMINDER)}
    assert reasons == {"overtaken"}


def test_a_text_of_which_nobody_knows_is_looked_for_before_it_is_sent_again(market: Market) -> None:
    market.claim()
    market.messenger.lost_answers.append(CarrierUnclear("no answer"))
    for _ in range(3):
        market.post()
        market.clock.advance(130)
    assert len(market.messenger.sent) == 1
    with market.ivr.store.read() as uow:
        notices = uow.claims.notices.of_claim(market.now().id, NoticeKind.ASKED)
    assert {notice.status.value for notice in notices} == {"sent"}


def test_the_trust_record_is_signed_in_the_same_transaction_and_verifies_offline(market: Market) -> None:
    market.claim()
    market.clock.advance(25 * 3600)
    market.deadlines.sweep()
    with market.ivr.store.read() as uow:
        lines = market.ivr.claims.trust.export(uow, market.clock.now())
    key = Ed25519Signer("a secret of thirty letters").public_key
    verdict = verify(lines, Ed25519Check(key))
    assert (verdict.wrong, verdict.entries, verdict.sellers) == ([], 2, 1)
    assert CUSTOMER not in "".join(lines)
    assert ORDER not in "".join(lines)


def test_an_old_decision_is_closed_and_nothing_is_said_against_it_any_more(market: Market) -> None:
    market.claim()
    market.says(SellerAnswer(kind=Answer.ACCEPT))
    market.clock.advance(31 * 24 * 3600)
    market.deadlines.sweep()
    assert market.now().state is ClaimState.CLOSED


def test_the_demo_shops_sellers_are_found_by_order_and_telephone(market: Market) -> None:
    from ivr.content.seller_file import DemoSellers

    sellers = DemoSellers(Path(__file__).resolve().parents[2] / "grammars")
    seller = sellers.of_order("11699207856579754")
    assert seller is not None
    assert sellers.by_number(seller.number) == seller == sellers.get("northwind")
    assert sellers.of_order("10772477941819093") is None
