"""The log of one call, turn by turn: what was said and heard, every reading of it, and why it was answered so."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any, Final

from flask import Blueprint, abort, render_template, request
from flask_login import current_user

from ivr.content import Content
from ivr.domain.cases import Event
from ivr.domain.intents import Builtin, Expects
from ivr.errors import ContentError
from ivr.service.explaining import explained
from ivr.service.overview_store import CallLine
from ivr.service.staff_log import log_act
from ivr.understanding.trace import Piece, Traces
from ivr.web.content_pages import place_of_prompt
from ivr.web.desk import Desk
from ivr.web.services import Services
from ivr.web.staff_words import StaffWords

SHOWN: Final = 50
TURNS: Final = ("said", "heard", "keyed")
SPOKEN: Final[Mapping[str, Builtin]] = {
    "yes": Builtin.BOOLEAN, "no": Builtin.BOOLEAN, "moment": Builtin.MOMENT, "number": Builtin.NUMBER,
    "currency": Builtin.CURRENCY, "date": Builtin.DATE, "time": Builtin.TIME,
}  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class LoggedTurn:
    """One line of the log."""

    at: datetime
    kind: str
    """said, heard, keyed; everything else happened between the turns."""
    number: int | None = None
    text: str = ""
    places: Sequence[str] = ()
    """Of what we said: `prompts.yaml` with line and key."""
    engine: str = ""
    fit: float | None = None
    audio_seconds: float | None = None
    certainty: str = ""
    readings: Sequence[Mapping[str, Any]] = ()
    """The engine's n-best: text and score."""
    meant: Sequence[str] = ()
    why: Sequence[Piece] = ()
    """Parts of the text with the lines of grammars/ that know them."""
    rules: Sequence[str] = ()
    """What the shop's rules decided, and by which file."""
    event: Event
    state: str = field(default="")


class CallPages:
    """Handlers."""

    def __init__(self, services: Services, desk: Desk, words: StaffWords) -> None:
        self._services = services
        self._desk = desk
        self._words = words

    def listed(self) -> str:
        """All calls, the newest first, a page at a time."""
        with self._services.store.read() as uow:
            found = uow.overview.calls(SHOWN + 1, before=request.args.get("before", "")[:64])
            numbers = uow.overview.case_numbers({one.case_id for one in found if one.case_id})
        return render_template(
            "calls.html", found=found[:SHOWN], more=found[SHOWN - 1].sid if len(found) > SHOWN else "",
            numbers=numbers, now=self._services.clock.now(), **self._words.shared(),
        )  # fmt: skip

    def one(self, sid: str) -> str:
        """One call."""
        with self._services.store.begin() as uow:
            call = uow.overview.call(sid)
            if call is None:
                abort(404)
            events = uow.overview.call_events(sid)
            number = uow.overview.case_numbers({call.case_id}).get(call.case_id, "") if call.case_id else ""
            log_act(uow, self._services.clock.now(), current_user.member, "call_seen", about=call.sid)
            uow.commit()
        return render_template(
            "call.html", call=call, turns=self._turns(call, events), number=number, now=self._services.clock.now(),
            **self._words.shared(),
        )  # fmt: skip

    @cached_property
    def _why(self) -> "Why":
        return Why(self._desk.staff.content())

    def _turns(self, call: CallLine, events: Sequence[Event]) -> list[LoggedTurn]:
        content, locale = self._desk.staff.content(), call.locale
        turns = []
        for event in events:
            locale = str(event.data.get("locale") or locale)
            turns.append(_turn(content, self._why, locale, event))
        return turns


def _turn(content: Content, why: "Why", locale: str, event: Event) -> LoggedTurn:
    data = event.data
    about: dict[str, Any] = {"at": event.at, "kind": event.kind, "event": event, "number": data.get("turn")}
    match event.kind:
        case "said":
            keys = [str(key) for key in data.get("prompts") or ()]
            places = [f"{place} {key}" for key in keys if (place := place_of_prompt(content, locale, key))]
            return LoggedTurn(**about, text=str(data.get("text") or ""), places=places, state=str(data.get("state")))
        case "keyed":
            return LoggedTurn(**about, text=str(data.get("keys") or ""))
        case "decided":
            return LoggedTurn(**about, rules=list(explained(event)))
        case "heard":
            return LoggedTurn(**about, **_heard(why, locale, data))
    return LoggedTurn(**about)


def _heard(why: "Why", locale: str, data: Mapping[str, Any]) -> dict[str, Any]:
    readings = [one for one in data.get("readings") or () if isinstance(one, Mapping)]
    intents = [one for one in data.get("intents") or () if isinstance(one, Mapping)]
    text = str(data.get("text") or (readings[0].get("text") if readings else "") or "")
    return {
        "text": text, "readings": readings, "engine": str(data.get("engine") or ""), "fit": data.get("fit"),
        "audio_seconds": data.get("audio_seconds"), "certainty": str(data.get("certainty") or ""),
        "meant": [_told(intent) for intent in intents],
        "why": why.of(locale, [str(intent.get("name")) for intent in intents], text),
    }  # fmt: skip


def _told(intent: Mapping[str, Any]) -> str:
    slots = ", ".join(f"{key}={value}" for key, value in intent.items() if key != "name")
    return f"{intent.get('name')}({slots})"


class Why:
    """By the grammars as they are today; nothing for a language or an intent that is not there any more."""

    def __init__(self, content: Content) -> None:
        self._content = content
        self._traces: dict[str, Traces] = {}

    def of(self, locale: str, names: Sequence[str], text: str) -> Sequence[Piece]:
        """The pieces of what was heard."""
        known = self._content.locales.get(locale)
        try:
            if known is None or not text:
                return ()
            intents = tuple(name for name in names if name in known.templates)
            builtins = tuple(dict.fromkeys(SPOKEN[name] for name in names if name in SPOKEN))
            if locale not in self._traces:
                self._traces[locale] = Traces(known)
            return self._traces[locale].pieces(Expects(intents=intents, builtins=builtins), text)
        except ContentError:
            return ()


def add_call_rules(blueprint: Blueprint, pages: CallPages) -> None:
    """Below /supervisor."""
    blueprint.add_url_rule("/calls", view_func=pages.listed, endpoint="calls")
    blueprint.add_url_rule("/calls/<sid>", view_func=pages.one, endpoint="call")
