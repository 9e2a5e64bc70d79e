"""What a shop answered about a customer's account, checked field by field as its orders are."""

from typing import Final

from ivr.commerce.reading import ORDER_ID, Unusable, mapping, matching, needed_moment, one_of, price, words
from ivr.domain.accounts import Bill, Membership, MembershipState

TOLD: Final = frozenset(MembershipState) - {MembershipState.HELD}
"""What the shop may tell; that a cancellation is held is known here alone."""


def read_membership(body: object) -> Membership:
    """Raises Unusable."""
    row = mapping(body, "membership")
    state = MembershipState(one_of(row, "state", "membership", TOLD, "a state"))
    if state is MembershipState.NONE:
        return Membership(state=state)
    amount, currency = price(row, "membership")
    return Membership(
        state=state,
        plan=words(row.get("plan"), "membership.plan", needed=True),
        gives=words(row.get("gives"), "membership.gives", needed=True),
        amount=amount,
        currency=currency,
        until=needed_moment(row, "until", "membership"),
        is_video=row.get("video", False) is True,
    )


def read_bill(body: object) -> Bill | None:
    """None: nothing is open. Raises Unusable."""
    given = mapping(body, "the answer")
    if "bill" not in given:
        raise Unusable("bill: expected an object, or null where nothing is open")
    if given["bill"] is None:
        return None
    row = mapping(given["bill"], "bill")
    amount, currency = price(row, "bill")
    return Bill(
        order_id=matching(row, "order_id", "bill", ORDER_ID, "seventeen digits"),
        item=words(row.get("item"), "bill.item", needed=True),
        amount=amount,
        currency=currency,
    )
