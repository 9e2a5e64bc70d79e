"""One structured line for each turn: call, state, what was heard, next state; numbers masked."""

import re
import threading
from collections import OrderedDict
from collections.abc import Sequence
from typing import Final

import structlog

from ivr.domain.hearing import Hypothesis, Pace
from ivr.domain.turn import Turn
from ivr.phone.masking import mask_text

log = structlog.get_logger(__name__)

REMEMBERED: Final = 2000
SHOWN_READINGS: Final = 3
_NOT_WORDS: Final = re.compile(r"[^\w' ]+")
CARD_DROPPED: Final = "(a card number)"
SHOWN_KEYS: Final = 2
"""Longer keyed numbers may be a telephone or an order: only their length is logged."""


class TurnLog:
    """Writes turns; remembers each call's last one, so that a line shows where it came from."""

    def __init__(self) -> None:
        self._last: OrderedDict[str, tuple[int, str]] = OrderedDict()
        self._lock = threading.Lock()

    def line(self, sid: str, turn: Turn, heard: str) -> None:
        """One line; `heard` is already fit for a log."""
        before = self._swap(sid, (turn.number, turn.state))
        was = {"from_turn": before[0], "from_state": before[1]} if before else {}
        log.info("turn", call=sid, **was, heard=heard, turn=turn.number, state=turn.state, next=turn.next.value)

    def forget(self, sid: str) -> None:
        """The call is over."""
        with self._lock:
            self._last.pop(sid, None)

    def _swap(self, sid: str, now: tuple[int, str]) -> tuple[int, str] | None:
        with self._lock:
            before = self._last.pop(sid, None)
            self._last[sid] = now
            while len(self._last) > REMEMBERED:
                self._last.popitem(last=False)
        return before


def tells_of_card(turn: Turn) -> bool:
    """Whether the answer to what was said is that a card number was dropped: nothing of it goes into a log."""
    return any(say.key == "card_never_spoken" for say in turn.say)


def keys_for_log(digits: str) -> str:
    """A menu key as it is, a longer number by its length."""
    return f"keys:{digits}" if len(digits) <= SHOWN_KEYS else f"keys:({len(digits)})"


def plain(words: str) -> str:
    """What the carrier's recogniser wrote, in words alone."""
    return _NOT_WORDS.sub(" ", words.lower()).strip()


def words_for_log(words: str) -> str:
    """What was said, masked."""
    return f"speech:{mask_text(words)}"


def readings_for_log(turn: Turn | None, readings: Sequence[Hypothesis]) -> list[tuple[str, float]]:
    """The best readings with the engine's scores; of spoken digits, which may be a telephone number, their count."""
    spelled = turn is not None and turn.pace is Pace.DIGITS
    return [(_shown(r.text, spelled=spelled), round(r.score, 2)) for r in readings[:SHOWN_READINGS]]


def _shown(text: str, *, spelled: bool) -> str:
    return f"({len(text.split())} words)" if spelled else words_for_log(text)
