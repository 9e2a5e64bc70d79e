"""What was done about accounts, memberships and payments in the timeline, told in plain English."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from ivr.service.errand_narration import ERRANDS

Data = Mapping[str, Any]

ACCOUNTS: Final[Mapping[str, Callable[[Data], str]]] = {
    "account_link": lambda data: (
        f"a link to the account's page is sent to {data.get('number')}"
        if data.get("sent")
        else f"no link to the account's page could be sent to {data.get('number')}"
    ),
    "account_changed": lambda data: f"the customer changes on the account's page: {_words(data.get('what'))}",
    "account_change_told": lambda data: f"the shop has changed it: {_words(data.get('kind'))}",
    "account_change_failed": lambda data: (
        f"the shop has not changed it ({_words(data.get('reason'))}): {_words(data.get('kind'))}; a person decides"
    ),
    "membership_kept": lambda data: f"the canceled membership goes on, by the rule {data.get('rule')}",
    "membership_paused": lambda data: f"the membership is paused by the rule {data.get('rule')}",
    "membership_renewed": lambda data: f"the membership is renewed by the rule {data.get('rule')}",
    "membership_canceled": lambda data: (
        f"the membership is canceled by the rule {data.get('rule')}{_held(data.get('held_hours'))}"
    ),
    "paid": lambda data: f"{data.get('amount')} {data.get('currency')} are paid for the order …{data.get('order')}",
    "payment_unclear": lambda data: (
        f"nobody knows whether {data.get('amount')} {data.get('currency')} were paid for the order …"
        f"{data.get('order')}: look at the payment provider; it is not asked for again within three days"
    ),
    "zone_said": lambda data: f"the customer's clock is that of {data.get('zone')}",
    "code_right": lambda data: f"the code sent to {data.get('number')} was right",
    **ERRANDS,
}


def _held(hours: object) -> str:
    return f", after {hours} hours in which it can be taken back" if hours else ""


def _words(value: object) -> str:
    return str(value or "").replace("_", " ")
