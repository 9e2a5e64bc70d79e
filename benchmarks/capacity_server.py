"""The servers of capacity.py, each pinned to one core: ours as `serve` runs it, and a vosk-server.

Ours is the whole production app, signed upgrade, one-time token and SQLite included, but for the calls service: in its
place stands one that asks the main menu over and over, reads each answer with the production grammars, and prints when.
"""

import json
import os
import runpy
import socket
import sys
import threading
import time
from collections.abc import Sequence
from typing import Any

import websockets

from ivr.bootstrap import Ivr, build
from ivr.domain.dialogue.questions import MENU_INTENTS
from ivr.domain.hearing import Grammar, Hypothesis
from ivr.domain.intents import Expects
from ivr.domain.turn import Say, Turn
from ivr.service.ports import Understanding
from ivr.speech import listener, turn_taker

LOCALE = "ko-KR"
MENU = Expects(intents=(*MENU_INTENTS, "hold"))


class MenuCalls:
    """Every call is always in the main menu; each answer moves it on to the same question."""

    def __init__(self, understanding: Understanding) -> None:
        self._understanding = understanding
        self._numbers: dict[str, int] = {}

    def hearing(self, sid: str) -> tuple[Turn, Grammar]:
        """The menu's turn, and what the production grammars listen for in it."""
        turn = Turn(self._numbers.get(sid, 1), LOCALE, (Say("menu"),), expects=MENU, state="menu")
        return turn, self._understanding.grammar(LOCALE, MENU)

    def is_complete(self, turn: Turn, text: str) -> bool:
        """As the calls service has it."""
        return self._understanding.is_complete(LOCALE, MENU, text)

    def is_enough(self, turn: Turn, text: str) -> bool:
        """As the calls service has it."""
        return self._understanding.is_enough(LOCALE, MENU, text)

    def speech(self, sid: str, turn: int, readings: Sequence[Hypothesis], **heard: Any) -> Turn:
        """The decision: what was said is read, and the time written down."""
        self._understanding.parse(LOCALE, MENU, [reading.text for reading in readings])
        at = time.monotonic()
        is_open = not (readings and self._understanding.is_complete(LOCALE, MENU, readings[0].text))
        tell({"call": sid, "at": at, "is_open": is_open})
        self._numbers[sid] = turn + 1
        return self.hearing(sid)[0]

    def speaking(self, sid: str, is_speaking: bool) -> None:
        """The database's business, which a vosk-server has not."""


class NoCarrier:
    """Takes redirects and does nothing."""

    def redirect(self, call_sid: str, path: str) -> None:
        """Nothing."""


class UngatedTurnTaker(turn_taker.TurnTaker):
    """Decodes silence as well: an utterance is always open, and the gate's word only ends it."""

    def _await_onset(self, frame: turn_taker.Frame) -> None:
        listening = self._ask()
        if listening is not None:
            utterance = self._recognizer.open(listening.grammar, alternatives=listening.alternatives)
            self._turn = turn_taker._Turn(listening, utterance, first=frame, onset=frame)
            self._turn.take(frame)

    def _follow(self, turn: turn_taker._Turn, frame: turn_taker.Frame) -> None:
        if turn.voiced_ms or frame.voiced or turn.is_too_long(frame.end_ms):
            super()._follow(turn, frame)
        else:
            turn.take(frame)


class UngatedListener(listener.Listener):
    """Passes every frame on."""

    def __init__(self, *parts: Any) -> None:
        super().__init__(*parts)
        self._turns = UngatedTurnTaker(*parts[:3])

    def _route(self, frame: turn_taker.Frame) -> None:
        self._hand_over(self._hands.take(frame))


def ours(port: int, *, gated: bool) -> int:
    """Serve as `python -m ivr serve` does, with the menu's calls."""
    from ivr.cli import web
    from ivr.logs import configure
    from ivr.settings import Settings
    from ivr.web import stream_hearing

    def staged(settings: Settings) -> Ivr:
        ivr = build(settings, phone=NoCarrier())  # type: ignore[typeddict-item]
        ivr.__dict__["calls"] = MenuCalls(ivr.understanding)
        threading.Thread(target=_announce, args=(ivr,), daemon=True).start()
        return ivr

    settings = Settings.from_env(dict(os.environ))
    configure("json")
    if not gated:
        stream_hearing.Listener = UngatedListener  # type: ignore[misc]
    web.build = staged  # type: ignore[attr-defined]
    with socket.create_server(("127.0.0.1", port)) as listening:
        return web.serve_web(settings, listening, with_parent=True)


def _announce(ivr: Ivr) -> None:
    """Say when Korean is heard, with the phrases, which the peer is given too."""
    while not ivr.recognizers.hears(LOCALE):
        time.sleep(0.1)
    grammar = ivr.understanding.grammar(LOCALE, MENU)
    tell({"phrases": grammar.phrases})


def tell(fact: dict[str, Any]) -> None:
    """One line for capacity.py, whole even when threads tell at once."""
    os.write(1, json.dumps(fact).encode() + b"\n")


def vosk_server(script: str, model: str) -> None:
    """Run alphacep's script as it is. Its handler takes a path, which websockets 14 and later no longer hand over."""
    serve = websockets.serve

    def with_path(handler: Any, *where: Any, **options: Any) -> Any:
        return serve(lambda link: handler(link, link.request.path), *where, **options)

    websockets.serve = with_path  # type: ignore[misc,assignment]
    sys.argv = [script, model]
    runpy.run_path(script, run_name="__main__")


def main() -> int:
    kind, core, port = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    os.sched_setaffinity(0, {core})
    if kind != "vosk-server":
        return ours(port, gated=kind == "ours")
    os.environ["VOSK_SERVER_PORT"] = str(port)
    os.environ["VOSK_SERVER_INTERFACE"] = "127.0.0.1"
    vosk_server(sys.argv[4], sys.argv[5])
    return 0


if __name__ == "__main__":
    if len(sys.argv) > 3:
        sys.exit(main())
    print(__doc__)
