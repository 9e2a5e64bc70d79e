"""A synthetic customer: hears prompts like a person, speaks or keys the answer, and says no to what is wrong."""

import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from ivr.carrier import Handset, TelephoneState
from ivr.cli.demo.spotter import PromptSpotter, Spotted

Report = Callable[[str, str], None]
"""Told (what, text): `says`, `keys`."""
MOST_TURNS = 30
"""A call that goes on longer has lost its way."""
QUESTION = re.compile(
    r"^(menu|ask_|confirm_|offer_|moment_|cancel_confirm|anything_else|language_menu|existing_callback_menu|hold_|rate_)"
)


@dataclass(frozen=True)
class Part:
    """What the customer wants and how they say it."""

    request: str
    """The first sentence: "it says delivered but I don't have it"."""
    digits: str
    """The last seven digits of the order."""
    digits_said: str
    """The same as spoken words."""
    when: str
    """The moment as said: "in one minute"."""
    is_right_moment: Callable[[str], bool] = field(default=lambda when: True)
    """Whether the moment read back is the one meant."""
    when_keys: str = "1"
    yes: str = "yes"
    no: str = "no"
    voice: str | None = None
    rate: int | None = None
    noise_db: float | None = None
    menu_key: str = "2"
    effort: str = "2"
    interrupts: bool = False
    """Speaks over the long menu."""


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
        self._busy_with_keys = False

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
            asks = spotted is not None and QUESTION.match(spotted.key) is not None
            if asks and not self._may_answer(heard.stopped_at is not None, spotted):
                return None
            self._seen += 1
            if spotted is not None:
                self.heard.append(spotted)
            if asks:
                return spotted
        return None

    def _may_answer(self, finished: bool, spotted: Spotted | None) -> bool:
        return finished or (self.part.interrupts and spotted is not None and spotted.key == "menu")

    def _answer(self, asked: Spotted) -> bool:
        """Answer one question. False: nothing more to say in this call."""
        self._asked[asked.key] = self._asked.get(asked.key, 0) + 1
        if asked.key == "anything_else":
            self.handset.hang_up()
            return False
        say = self._words(asked)
        if say is not None and self._asked[asked.key] <= 2:
            self._report("says", say)
            self.handset.say(say, voice=self.part.voice, rate=self.part.rate, noise_db=self.part.noise_db)
            return True
        keys = self._keys(asked)
        self._report("keys", keys)
        self.handset.press(keys)
        return True

    def _words(self, asked: Spotted) -> str | None:
        part = self.part
        words: Mapping[str, str] = {
            "menu": part.request,
            "menu_rephrase": part.request,
            "ask_order_number": part.digits_said,
            "offer_callback_wait": part.when,
            "offer_callback": part.when,
            "ask_moment": part.when,
            "offer_agent_or_callback": part.when,
        }
        if asked.key in ("confirm_order", "confirm_moment", "confirm_intent"):
            return part.yes if self._is_right(asked) else part.no
        return words.get(asked.key)

    def _is_right(self, asked: Spotted) -> bool:
        if asked.key == "confirm_order":
            return re.sub(r"\D", "", asked.places["digits"]).endswith(self.part.digits)
        if asked.key == "confirm_moment":
            return self.part.is_right_moment(asked.places["when"])
        return True

    def _keys(self, asked: Spotted) -> str:
        keys: Mapping[str, str] = {
            "menu": self.part.menu_key,
            "menu_rephrase": self.part.menu_key,
            "menu_keys": self.part.menu_key,
            "ask_order_number": f"{self.part.digits}#",
            "ask_order_keys": f"{self.part.digits}#",
            "ask_moment": f"{self.part.when_keys}#",
            "ask_moment_keys": f"{self.part.when_keys}#",
            "offer_callback_wait": "2",
            "offer_callback": "2",
            "offer_again": "2",
            "offer_agent_or_callback": "2",
            "rate_effort": self.part.effort,
        }
        if asked.key.startswith("confirm_"):
            return "1" if self._is_right(asked) else "2"
        return keys.get(asked.key, "0")
