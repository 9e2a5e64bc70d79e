"""A synthetic customer: hears prompts like a person, speaks or keys the answer, and says no to what is wrong."""

import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from ivr.carrier import Handset, Heard, TelephoneState
from ivr.cli.demo.spotter import PromptSpotter, Spotted

Report = Callable[[str, str], None]
"""Told (what, text): `says`, `keys`."""
MOST_TURNS = 30
"""A call that goes on longer has lost its way."""
CONFIRMATIONS = frozenset({"confirm_order", "confirm_moment", "confirm_intent", "cancel_confirm"})
PICKS = {"1": "first", "2": "second", "3": "third"}
PATIENCE_SECONDS = {
    "menu": 0.3,
    "ask_order_number": 2.5,
    "ask_order_keys": 2.0,
    "confirm_order": 3.5,
    "offer_callback_wait": 3.0,
    "offer_callback": 4.0,
    "offer_again": 2.0,
    "ask_moment": 2.0,
    "confirm_moment": 3.0,
    "callback_booked_at": 3.0,
    "callback_booked_asap": 4.0,
}
"""How long a customer who interrupts listens to a prompt before answering."""
QUESTIONS = (
    "callback_booked", "menu", "ask_", "confirm_", "offer_", "moment_", "cancel_confirm", "anything_else", "hold_",
    "rate_", "existing_callback_menu", "language_menu", "help_confirm", "help_ask",
)  # fmt: skip
CALLBACK_KEY = "5"
MOST_REMINDERS = 2
"""How often a customer asks for the callback that was not promised."""
MOMENT_QUESTIONS = ("offer_callback_wait", "offer_callback", "ask_moment", "offer_agent_or_callback")
EXPLAINED = ("dnr_", "return_", "order_status_", "order_late", "cancel_", "why_", "settled_")
"""What is said once the order is known."""
STATEMENTS = frozenset({"moment_closed", "moment_no_such_time"})


@dataclass(frozen=True)
class Part:
    """What the customer wants and how they say it."""

    request: str
    """The first sentence: "it says delivered but I don't have it"."""
    digits: str
    """The last seven digits of the order."""
    digits_said: str
    """The same as spoken words; empty: they are keyed."""
    when: str
    """The moment as said: "in one minute"."""
    is_right_moment: Callable[[str], bool] = field(default=lambda when: True)
    """Whether the moment read back is the one meant."""
    when_keys: Callable[[], str] = field(default=lambda: "1")
    """The moment by keypad, when it is asked: HHMM, MMDDHHMM, or 1 for as soon as possible."""
    half_key: str = "2"
    """Morning (1) or afternoon (2), if it is asked."""
    item: str = ""
    """The item's name, for callers whose orders are known."""
    wanted: frozenset[str] = frozenset()
    """How prompts call what is wanted; empty: whatever is understood is taken for right."""
    needs_order: bool = True
    cancels: bool = False
    """Wants the order canceled."""
    wants_callback: bool = True
    yes: str = "yes"
    no: str = "no"
    voice: str | None = None
    rate: int | None = None
    noise_db: float | None = None
    menu_key: str = "2"
    effort: str = "2"
    speaks: int = 2
    """How often the same question is answered in words before the keypad is used."""
    interrupts: bool = False
    """Speaks over long prompts."""


def names_of(kind: str, prompts: Mapping[str, str]) -> frozenset[str]:
    """How prompts call a kind of case."""
    return frozenset(prompts[f"{what}_{kind}"] for what in ("intent", "kind"))


class Customer:
    """One person on one telephone, in one language."""

    def __init__(self, handset: Handset, part: Part, spotter: PromptSpotter, report: Report | None = None) -> None:
        self.handset = handset
        self.part = part
        self.heard: list[Spotted] = []
        """Every prompt so far."""
        self._spotter = spotter
        self._report = report or (lambda what, text: None)
        self._seen = len(handset.heard)
        self._asked: dict[str, int] = {}

    def talk(self, timeout: float = 120.0) -> None:
        """Talk until the promise is made or the line is gone. Raises TimeoutError."""
        deadline = time.monotonic() + timeout
        for _ in range(MOST_TURNS):
            question = self._listen(deadline)
            if question is None or not self._answer(question):
                return
        raise TimeoutError(f"the call went on for {MOST_TURNS} turns: {[s.key for s in self.heard[-6:]]}")

    def _listen(self, deadline: float) -> Spotted | None:
        """Wait for the next question to be asked; None when the call is over."""
        while time.monotonic() < deadline:
            if self.handset.state is TelephoneState.IDLE:
                return None
            question = self._new_question()
            if question is not None:
                return question
            time.sleep(0.02)
        raise TimeoutError(f"nothing was asked any more; heard {[s.key for s in self.heard[-6:]]}")

    def _new_question(self) -> Spotted | None:
        prompts = self.handset.heard
        while self._seen < len(prompts):
            heard = prompts[self._seen]
            spotted = self._spotter.spot(heard.text)
            asks = spotted is not None and _asks(spotted.key)
            if asks and heard.stopped_at is None and not self._interrupts(spotted, heard):
                return None
            self._seen += 1
            if spotted is not None:
                self.heard.append(spotted)
            if asks:
                return spotted
        return None

    def _interrupts(self, spotted: Spotted | None, heard: Heard) -> bool:
        """Long prompts are interrupted once the answer is clear, by customers who do that."""
        after = PATIENCE_SECONDS.get(spotted.key) if spotted else None
        return self.part.interrupts and after is not None and time.monotonic() - heard.started_monotonic > after

    def _answer(self, asked: Spotted) -> bool:
        """Answer one question. False: nothing more to say in this call."""
        self._asked[asked.key] = self._asked.get(asked.key, 0) + 1
        if asked.key.startswith("callback_booked") or (asked.key == "anything_else" and not self._wants_more):
            self.handset.hang_up()
            return False
        words = self._words(asked) if self._asked[asked.key] <= self.part.speaks else None
        if words is not None:
            self._report("says", words)
            self.handset.say(words, voice=self.part.voice, rate=self.part.rate, noise_db=self.part.noise_db)
        else:
            keys = self._keys(asked)
            self._report("keys", keys)
            self.handset.press(keys)
        return True

    @property
    def _wants_more(self) -> bool:
        """A callback was wanted and is not promised yet."""
        return self.part.wants_callback and self._asked["anything_else"] <= MOST_REMINDERS

    @property
    def _lost_its_way(self) -> bool:
        """An agent or a callback is offered before the order was even asked for: not what was wanted."""
        return self.part.needs_order and not any(spotted.key.startswith(EXPLAINED) for spotted in self.heard)

    def _words(self, asked: Spotted) -> str | None:
        part = self.part
        if asked.key.startswith("offer_") and self._lost_its_way:
            return None
        if asked.key.startswith("ask_order_pick"):
            return part.item if part.item in asked.places.values() else None
        words: Mapping[str, str] = {
            "menu": part.request,
            "menu_rephrase": part.request,
            "ask_order_number": part.digits_said,
            "offer_callback_wait": part.when,
            "offer_callback": part.when,
            "ask_moment": part.when,
            "offer_agent_or_callback": part.when,
            "help_confirm": part.no,  # nobody comes for an article: something else was understood
        }
        if asked.key in CONFIRMATIONS:
            return part.yes if self._is_right(asked) else part.no
        if asked.key in MOMENT_QUESTIONS and sum(self._asked.get(key, 0) for key in MOMENT_QUESTIONS) > part.speaks:
            return None
        return words.get(asked.key) or None

    def _is_right(self, asked: Spotted) -> bool:
        if asked.key == "confirm_order":
            return self._is_wanted(asked.places["wanted"]) and self.part.digits in re.sub(r"\D", "", str(asked.places))
        if asked.key == "confirm_moment":
            return self.part.is_right_moment(asked.places["when"])
        if asked.key == "confirm_intent":
            return self._is_wanted(asked.places["what"])
        if asked.key == "cancel_confirm":
            return self.part.cancels
        if asked.key.startswith("ask_order_pick"):
            return self.part.item in asked.places.values()
        return True

    def _is_wanted(self, named: str) -> bool:
        """Prompts that name nothing are not wrong."""
        return not named or not self.part.wanted or named in self.part.wanted

    @property
    def _is_misunderstood(self) -> bool:
        """Something else than what is wanted was named before this question."""
        named = [spotted.places.get("wanted", "") for spotted in self.heard[-3:-1]]
        return not all(map(self._is_wanted, named))

    def _keys(self, asked: Spotted) -> str:
        part = self.part
        if asked.key.startswith("offer_") and self._lost_its_way:
            return "*"
        if asked.key.startswith("ask_order_pick"):
            return next((key for key, place in PICKS.items() if asked.places.get(place) == part.item), "9")
        if asked.key == "menu_three":
            return next((key for key, place in PICKS.items() if asked.places.get(place) in part.wanted), "*")
        if asked.key in CONFIRMATIONS:
            return "1" if self._is_right(asked) else "2"
        if asked.key == "language_menu":
            return asked.places["key"]
        if asked.key == "ask_order_keys" and self._is_misunderstood:
            return "*"
        keys: Mapping[str, str] = {
            "menu": part.menu_key,
            "menu_rephrase": part.menu_key,
            "menu_keys": part.menu_key,
            "anything_else": CALLBACK_KEY,
            "ask_order_number": f"{part.digits}#",
            "ask_order_keys": f"{part.digits}#",
            "ask_moment": f"{part.when_keys()}#",
            "ask_moment_keys": f"{part.when_keys()}#",
            "moment_conflict": f"{part.when_keys()}#",
            "moment_which_day": f"{part.when_keys()}#",
            "moment_which_time": f"{part.when_keys()}#",
            "moment_am_or_pm": part.half_key,
            "offer_callback_wait": "2",
            "offer_callback": "2",
            "offer_again": "2",
            "offer_agent_or_callback": "2",
            "rate_effort": part.effort,
        }
        return keys.get(asked.key, "*")


def _asks(key: str) -> bool:
    """Whether a prompt waits for an answer."""
    return key.startswith(QUESTIONS) and key not in STATEMENTS
