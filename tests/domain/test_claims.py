"""A claim's state machine, whatever people do in whatever order; the trust record, whatever is done to its file."""

import json
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.domain.claim_notices import waking
from ivr.domain.claims import MOVES, OPEN_STATES, SHARES, Answer, Claim, ClaimState, SellerAnswer
from ivr.domain.policy.facts import ANSWERS, CAUSES
from ivr.domain.policy.rules import Payer
from ivr.domain.trust import FIRST, TrustEntry, canonical, exported, link, verify
from ivr.errors import ClaimRefused, IllegalMove, SettingsError
from ivr.trust_keys import Ed25519Check, Ed25519Signer

NOW = datetime(2026, 3, 10, 16, 0, tzinfo=UTC)
DUE = NOW + timedelta(hours=24)
SHOP = Ed25519Signer("secret of the shop")


def claim(**changes: object) -> Claim:
    made = {"id": "c", "case_id": "k", "order_id": "o", "seller_id": "s", "number": "+1", "cause": "counterfeit",
            "amount_minor": 4000, "currency": "USD", "opened_at": NOW, "due_at": DUE,
            "state": ClaimState.WAITING_FOR_SELLER, **changes}  # fmt: skip
    return Claim(**made)  # type: ignore[arg-type]


acts = st.one_of(
    st.tuples(st.just("move"), st.sampled_from(ClaimState)),
    st.tuples(st.just("pay"), st.sampled_from(Payer)),
    st.tuples(st.just("take"), st.sampled_from(Answer)),
    st.tuples(st.just("wait"), st.integers(-30, 30)),
)


@given(st.lists(acts, max_size=14))
def test_whatever_is_tried_a_claim_is_paid_once_at_most_and_never_leaves_its_table(steps: list) -> None:
    one, now, paid, taken = claim(), NOW, 0, 0
    for act, value in steps:
        before = one.state
        try:
            if act == "move":
                one.move(value)
            elif act == "pay":
                one.pay(4000, value)
                paid += before is not ClaimState.PAID
            elif act == "take":
                taken += one.take(SellerAnswer(kind=value), now)
            else:
                now += timedelta(hours=value)
        except (IllegalMove, ClaimRefused):
            assert one.state is before
        assert one.state is before or one.state in MOVES[before]
    assert paid <= 1
    assert taken <= 1
    assert one.charged_minor in (0, one.refunded_minor)
    assert one.is_open == (one.state in OPEN_STATES)


def test_only_what_was_decided_is_paid_and_closed_is_the_end() -> None:
    assert [state for state, following in MOVES.items() if ClaimState.PAID in following] == [ClaimState.DECIDED]
    assert MOVES[ClaimState.CLOSED] == frozenset()
    assert set(MOVES) == set(ClaimState)
    assert ("none", *(answer.value for answer in Answer)) == ANSWERS
    assert len(CAUSES) == 4


@pytest.mark.parametrize(("at", "reason"), [(DUE, "claim_over"), (DUE + timedelta(days=3), "claim_over")])
def test_an_answer_at_the_deadline_or_later_is_too_late(at: datetime, reason: str) -> None:
    with pytest.raises(ClaimRefused) as refused:
        claim().take(SellerAnswer(kind=Answer.ACCEPT), at)
    assert refused.value.reason == reason


def test_the_same_answer_twice_changes_nothing_and_another_one_is_refused() -> None:
    one = claim()
    assert one.take(SellerAnswer(kind=Answer.DISPUTE, proof=True), DUE - timedelta(seconds=1))
    assert not one.take(SellerAnswer(kind=Answer.DISPUTE, proof=True), DUE + timedelta(days=1))
    with pytest.raises(ClaimRefused, match="answered already"):
        one.take(SellerAnswer(kind=Answer.ACCEPT), NOW)


@pytest.mark.parametrize("share", [0, 1, 100, -50])
def test_only_the_offered_shares_and_replies_are_taken(share: int) -> None:
    with pytest.raises(ClaimRefused) as refused:
        SellerAnswer(kind=Answer.OFFER, share=share).checked()
    assert refused.value.reason == "claim_share"
    with pytest.raises(ClaimRefused) as refused:
        SellerAnswer(kind=Answer.ACCEPT, reply="<b>").checked()
    assert refused.value.reason == "claim_reply"
    assert SellerAnswer(kind=Answer.OFFER, share=SHARES[0], reply="sorry").checked().share == 25


def test_only_the_seller_is_charged_for_what_the_seller_bears() -> None:
    for payer, charged in ((Payer.SELLER, 4000), (Payer.US, 0), (Payer.CARRIER, 0)):
        one = claim(state=ClaimState.DECIDED)
        one.pay(4000, payer)
        assert (one.refunded_minor, one.charged_minor) == (4000, charged)


@pytest.mark.parametrize(
    ("hour", "sent"), [(0, "08:00"), (7, "08:00"), (8, "08:30"), (19, "19:30"), (20, "08:00"), (23, "08:00")]
)
def test_no_customer_is_woken_by_news(hour: int, sent: str) -> None:
    zone = "America/New_York"
    now = datetime(2026, 3, 7, hour, 30, tzinfo=ZoneInfo(zone)).astimezone(UTC)  # the night before the clocks change
    at = waking(now, zone)
    assert at >= now
    assert at - now < timedelta(hours=13)
    assert f"{at.astimezone(ZoneInfo(zone)):%H:%M}" == sent


# --- the trust record ------------------------------------------------------------------------------------------


def chain(seller: str, count: int) -> list[TrustEntry]:
    entries, previous = [], FIRST
    for number in range(1, count + 1):
        body = canonical({"what": "claim_paid", "claim": f"{number}"})
        made = link(seller, number, NOW, body, previous)
        entries.append(TrustEntry(seller_id=seller, number=number, at=NOW, body=body, previous=previous, hash=made,
                                  signature=SHOP.sign(made.encode())))  # fmt: skip
        previous = made
    return entries


EXPORT = exported([*chain("a", 3), *chain("b", 2)], SHOP.public_key, NOW, SHOP.sign)
CHECK = Ed25519Check(SHOP.public_key)


def changed(line: int, **members: object) -> list[str]:
    lines = list(EXPORT)
    lines[line] = canonical({**json.loads(lines[line]), **members})
    return lines


def test_an_export_is_verified_with_the_public_key_alone() -> None:
    verdict = verify(EXPORT, CHECK)
    assert (verdict.wrong, verdict.entries, verdict.sellers) == ([], 5, 2)
    assert verify(exported([], SHOP.public_key, NOW, SHOP.sign), CHECK).wrong == []


def rehashed() -> list[str]:
    """Somebody changes an entry, and makes its hash anew, but cannot sign."""
    body = canonical({"what": "nothing"})
    row = json.loads(EXPORT[3])
    return changed(3, body=body, hash=link("a", 3, NOW, body, row["previous"]))


@pytest.mark.parametrize(
    "lines",
    [
        changed(2, body=canonical({"what": "nothing"})),
        rehashed(),
        changed(2, at=(NOW + timedelta(days=1)).isoformat()),
        changed(2, at="yesterday"),
        changed(2, seller="b"),
        [EXPORT[0], EXPORT[2], EXPORT[1], *EXPORT[3:]],
        [*EXPORT[:3], *EXPORT[4:]],
        [*EXPORT[:4], EXPORT[-1]],
        EXPORT[:-1],
        EXPORT[:-2],
        EXPORT[:1],
        [],
        [*EXPORT[:-1], *exported(chain("a", 3), SHOP.public_key, NOW, Ed25519Signer("other").sign)[-1:]],
        [*EXPORT[:2], EXPORT[1], *EXPORT[2:]],
        [*EXPORT[:2], "no json", *EXPORT[2:]],
    ],
    ids=["body", "rehashed", "moment", "no moment", "seller", "reordered", "one left out", "a seller left out",
         "head cut off", "end cut off", "header only", "empty", "another's head", "twice", "no json"],
)  # fmt: skip
def test_whatever_is_changed_reordered_or_cut_off_is_found(lines: list[str]) -> None:
    assert verify(lines, CHECK).wrong


@given(st.integers(0, 4), st.integers(0, 10**6), st.integers(1, 255))
def test_no_single_changed_byte_of_an_entry_goes_unseen(entry: int, place: int, change: int) -> None:
    raw = bytearray(EXPORT[entry + 1].encode())
    raw[place % len(raw)] ^= change
    lines = list(EXPORT)
    lines[entry + 1] = raw.decode("latin-1")
    assert verify(lines, CHECK).wrong


def test_another_key_or_none_verifies_nothing() -> None:
    assert verify(EXPORT, Ed25519Check(Ed25519Signer("other").public_key)).wrong
    with pytest.raises(SettingsError, match="64 hex digits"):
        Ed25519Check("abc")
