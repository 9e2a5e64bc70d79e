"""A conversation with the dialogue alone: effects are answered from a table of results."""

from collections import deque
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from ivr.content.policies import all_policies
from ivr.domain.dialogue import Caller, Dialogue, account_talk, heard, start, step
from ivr.domain.dialogue import effects as wanted
from ivr.domain.intents import Certainty, Intent, Meaning
from ivr.domain.moments import Resolved, When
from ivr.domain.orders import Order, OrderStatus
from ivr.domain.policy import decide
from ivr.domain.policy.gathering import Request, gather

NOW = datetime(2026, 11, 24, 15, 0, tzinfo=UTC)
ORDER = Order(
    id="11123456781234567",
    number="+12025550143",
    item="coffee grinder",
    status=OrderStatus.DELIVERED,
    ordered_at=NOW - timedelta(days=5),
    delivered_at=NOW - timedelta(days=1),
    left_at="at the front door",
    amount="49.90",
)
CLAIM = heard.ClaimView(
    id="claim", case_id="case", case_number="1234566", item="jacket", cause="counterfeit", amount_minor=8000,
    currency="USD", due_at=NOW + timedelta(hours=24), now=NOW, is_waiting=True,
)  # fmt: skip
RULES = all_policies(Path(__file__).resolve().parents[3] / "grammars")
CALLER = Caller(number="+12025550143", zone="America/New_York")


class Talk:
    """Drives one dialogue; remembers every effect that was wanted."""

    def __init__(self, caller: Caller = CALLER, **results: object) -> None:
        self.dialogue: Dialogue = start(caller, ("en-US", "ko-KR"), NOW)
        self.effects: list[wanted.Effect] = []
        self._results = {
            wanted.FindOrders: heard.OrdersFound((ORDER,)),
            wanted.ReadOrders: heard.OrdersRead(()),
            wanted.OpenCase: heard.CaseOpened("case", "1234566", NOW),
            wanted.CancelOrder: heard.OrderCanceled(True),
            wanted.EstimateWait: heard.WaitEstimated(300, 600, agent_free=False),
            wanted.ResolveMoment: heard.MomentResolved(Resolved(NOW + timedelta(minutes=1)), NOW),
            wanted.CheckNumber: heard.NumberChecked("+12025550177"),
            wanted.Book: heard.CallbackBooked(heard.OpenCallback("cb", NOW + timedelta(minutes=1), False), NOW),
            wanted.Move: heard.CallbackBooked(heard.OpenCallback("cb", NOW + timedelta(hours=1), False), NOW),
            wanted.CancelCallback: heard.CallbackCanceled(),
            wanted.EnterLine: heard.InLine(agent_free=False),
        }
        known = vars(account_talk) | vars(wanted)
        self._results.update({known[name]: result for name, result in results.items()})

    def hears(self, what: heard.Heard) -> "Talk":
        done = step(self.dialogue, what)
        self.dialogue, queue = done.dialogue, deque(done.effects)
        while queue:
            effect = queue.popleft()
            self.effects.append(effect)
            result = self._ruled(effect) if isinstance(effect, wanted.Decide) else self._results.get(type(effect))
            if result is not None:
                done = step(self.dialogue, result)
                self.dialogue = done.dialogue
                queue.extendleft(reversed(done.effects))
        return self

    def _ruled(self, effect: wanted.Decide) -> heard.Decided:
        order = self.dialogue.order
        assert order is not None
        request = Request(order=order, caller=CALLER.number, country="US", reason=effect.reason)
        ruling = decide(RULES, effect.topic, gather(request, NOW), NOW.date())
        return heard.Decided(ruling, order, NOW, choice=effect.choice, traced_at=NOW)

    def says(self, *intents: Intent, text: str = "words", certainty: Certainty = Certainty.EXACT) -> "Talk":
        return self.hears(heard.Speech(Meaning(text, intents, certainty)))

    def means(self, name: str, **slots: str | int | When) -> "Talk":
        return self.says(Intent(name, slots))

    def mumbles(self, *likeliest: str) -> "Talk":
        return self.hears(heard.Speech(Meaning("mumble", likeliest=likeliest)))

    def presses(self, *keys: str) -> "Talk":
        for key in keys:
            self.hears(heard.Key(key))
        return self

    def is_silent(self, times: int = 1) -> "Talk":
        for _ in range(times):
            self.hears(heard.Silence())
        return self

    @property
    def prompts(self) -> list[str]:
        return [say.key for say in self.dialogue.turn.say]

    @property
    def state(self) -> str:
        return self.dialogue.state.value

    def wanted(self, kind: type) -> list[wanted.Effect]:
        return [effect for effect in self.effects if isinstance(effect, kind)]


def known(*orders: Order) -> Caller:
    return replace(CALLER, orders=orders or (ORDER,))
