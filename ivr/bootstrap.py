"""The only place where edges meet services: settings in, a system that runs out."""

import os
import socket
import threading
from functools import cached_property
from typing import TYPE_CHECKING, Unpack

import structlog
from flask import Flask
from starlette.applications import Starlette

from ivr.chat_parts import ChatEdges, Chats, make_chats
from ivr.content.written import WrittenSpeaker
from ivr.domain.chats import ChatChannel
from ivr.domain.staff import SignInRules
from ivr.edges import Edges
from ivr.errors import IvrError
from ivr.parts import (
    Overrides,
    call_effects,
    callback_rules,
    make_desk,
    own_voice,
    shared_secret,
    sweeps,
    voice_settings,
)
from ivr.passwords import Argon2Passwords
from ivr.phone.twiml import Hearing
from ivr.scheduler import CallbackClock
from ivr.service.answers import HelpAnswers
from ivr.service.arrival import Arrivals
from ivr.service.calls import CallPorts, CallService
from ivr.service.dispatch import Dispatcher
from ivr.service.effects import Effects
from ivr.service.engine import CallbackEngine, EnginePorts, no_checkpoint
from ivr.service.hooks import HookSweep
from ivr.service.incoming_texts import IncomingTexts
from ivr.service.knowledge import KnowingUnderstanding
from ivr.service.leg_hearing import LegHearing
from ivr.service.ports import Clock
from ivr.service.sign_in import Passwords, SignIns
from ivr.service.store import Store
from ivr.settings import Settings
from ivr.speech.recognizers import Recognizers
from ivr.web.desk import Desk
from ivr.web.live import LiveEvents
from ivr.web.register import register_desk
from ivr.web.server import create_app, create_asgi
from ivr.web.services import Services

if TYPE_CHECKING:
    from ivr.ears import Ears


log = structlog.get_logger(__name__)


class Ivr(Edges):
    """A whole system; the parts are made when they are first asked for."""

    @cached_property
    def recognizers(self) -> Recognizers:
        """Who hears which language: nobody before `ears` is asked for."""
        return Recognizers()

    @cached_property
    def ears(self) -> "Ears":
        """The speech engines; no model is loaded yet."""
        # Imported here: a dispatcher hears nobody, and a server answers calls before it has read NumPy and the engines.
        from ivr.ears import Ears

        return Ears(self.settings, self.content.locales, self.recognizers)

    @cached_property
    def engine(self) -> CallbackEngine:
        """Everything about callbacks."""
        ports = EnginePorts(
            store=self.store,
            clock=self.clock,
            phone=self.phone,
            messenger=self.messenger,
            speaker=self.speaker,
            numbers=self.numbers,
            mailer=self.mailer,
            rooms=self.rooms,
            commerce=self.commerce,
        )
        return CallbackEngine(
            ports,
            callback_rules(self.settings),
            node=self.node,
            company=self.settings.company,
            secret=shared_secret(self.settings),
            public_url=self.settings.public_url,
            hears=self._hears,
            checkpoint=self.overrides.get("checkpoint", no_checkpoint),
        )

    @cached_property
    def node(self) -> str:
        """This process among others."""
        return self.overrides.get("node") or f"{socket.gethostname()}-{os.getpid()}"

    @cached_property
    def answers(self) -> HelpAnswers:
        """What calls do with help articles."""
        return HelpAnswers(self.knowledge, self.settings.company, self.settings.public_url)

    @cached_property
    def calls(self) -> CallService:
        """The use cases of a live call."""
        ports = CallPorts(
            scenes=self.engine.scenes,
            understanding=KnowingUnderstanding(self.understanding, self.knowledge),
            speaker=self.speaker,
            arrivals=self._arrivals,
            effects=self._effects,
            held=self.engine.held,
            hears=self._hears,
        )
        return CallService(ports)

    @cached_property
    def _arrivals(self) -> Arrivals:
        given = self.settings
        return Arrivals(
            self.numbers, self.commerce, self.speaker, given.company, given.booking_days, given.texts,
            self.content.likely,
        )  # fmt: skip

    @cached_property
    def _effects(self) -> Effects:
        return call_effects(
            self.engine, self.clock, commerce=self.commerce, numbers=self.numbers, answers=self.answers,
            rules=self.policies,
        )  # fmt: skip

    @cached_property
    def chats(self) -> Chats:
        """The use cases of conversations in writing."""
        edges = ChatEdges(
            arrivals=self._arrivals,
            effects=self._effects,
            understanding=KnowingUnderstanding(self.understanding, self.knowledge),
            speaker=WrittenSpeaker(self.content),
            messenger=self.messenger,
        )
        return make_chats(self.settings, self.engine, edges)

    @cached_property
    def incoming_texts(self) -> IncomingTexts:
        """What customers text us."""
        chats = self.chats.over(ChatChannel.TEXT)
        return IncomingTexts(self.engine.scenes, self.speaker, self.numbers, self.settings.company, chats)

    @cached_property
    def dispatcher(self) -> Dispatcher:
        """Claims and dials what is due."""
        return self.engine.dispatcher

    @cached_property
    def scheduler(self) -> CallbackClock:
        """Wakes the dispatcher and the sweeps; `start` it in the process that does the work."""
        parts = (*sweeps(self.engine, self.recordings), self.chats.sweep)
        return CallbackClock(
            self.dispatcher, parts, store=self.store, clock=self.clock, node=self.node, outbox=self.engine.outbox,
            hooks=self.hook_sweep,
        )  # fmt: skip

    @cached_property
    def hook_sweep(self) -> HookSweep:
        """Tells other people's programs what happened."""
        return HookSweep(self.engine.scenes, self.hook_sender)

    @cached_property
    def services(self) -> Services:
        """What the voice webhooks are given. Raises SettingsError if the carrier's settings are missing."""
        return Services(
            **voice_settings(self.settings),
            store=self.store,
            clock=self.clock,
            calls=self.calls,
            legs=self.engine.legs,
            leg_hearing=LegHearing(self.store, self.understanding, self.engine.legs),
            understanding=self.understanding,
            speaker=self.speaker,
            recognizer=self.recognizers if self._mode.needs_engine else None,
            phone=self.phone,
            recordings=self.recordings,
            incoming_texts=self.incoming_texts,
            chats=self.chats.over(ChatChannel.WEB),
            deliveries=self.engine.deliveries,
            voice=self.overrides.get("voice") or own_voice(self.settings, self.content),
        )

    @cached_property
    def desk(self) -> Desk:
        """What pages and the API are given."""
        engine = self.engine
        return make_desk(
            self.settings,
            engine,
            sign_ins=make_sign_ins(self.settings, self.store, self.clock, self._passwords),
            commerce=self.commerce,
            numbers=self.numbers,
            catalogue=self.catalogue,
            knowledge=self.knowledge,
            board_words=self.board_words,
            hook_sender=self.hook_sender,
            chat_desk=self.chats.desk,
        )

    @cached_property
    def _passwords(self) -> Passwords:
        return self.overrides.get("passwords") or Argon2Passwords()

    def wsgi(self) -> Flask:
        """The plain app for any WSGI server: webhooks, pages, API; no media socket."""
        if self._mode is Hearing.RECORD:  # `serve` loads models itself; here nobody else does
            threading.Thread(target=self.try_to_load_models, name="models", daemon=True).start()
        return create_app(self.services, parts=(self._pages,))

    def asgi(self) -> Starlette:
        """The public server's app, media socket included."""
        live = LiveEvents(self.store, self.desk.sign_ins, self.desk.secret_key)
        return create_asgi(self.services, parts=(self._pages,), routes=(live.route(),))

    def _pages(self, app: Flask) -> None:
        register_desk(app, self.services, self.desk)

    @property
    def _mode(self) -> Hearing:
        return Hearing(self.settings.hearing)

    def _hears(self, locale: str) -> bool:
        """Whether speech is heard: typed words and the carrier's recogniser always, our own once it is loaded."""
        if self._mode is Hearing.KEYPAD:
            return False
        return "_listens" not in self.__dict__ or self.recognizers.hears(locale)

    def load_models(self) -> None:
        """Load speech models and read all grammars; takes seconds.

        A language whose model is not there yet, or whose grammar is broken, is served by keypad.
        """
        if self._mode.needs_engine:
            self.__dict__["_listens"] = True
            self.ears.load(self.understanding)
        elif self._mode is Hearing.GATHER:
            self.understanding.warm_up(self.content.locales)

    def try_to_load_models(self) -> None:
        """The same for a thread of its own: what fails is in the log, and callers are served by keypad."""
        try:
            self.load_models()
        except IvrError as error:
            log.error("models_failed", code=error.code, error=str(error))


def build(settings: Settings, **overrides: Unpack[Overrides]) -> Ivr:
    """A system for these settings. Raises SettingsError and ContentError when its parts are first used."""
    return Ivr(settings, overrides)


def make_sign_ins(settings: Settings, store: Store, clock: Clock, passwords: Passwords) -> SignIns:
    """Who of the staff is signed in."""
    rules = SignInRules(idle_seconds=settings.sign_in_idle * 60)
    password, secret = settings.supervisor_password, shared_secret(settings)
    return SignIns(store, clock, passwords, rules, secret=secret, supervisor_password=password)
