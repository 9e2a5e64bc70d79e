"""The only place where edges meet services: settings in, a system that runs out."""

import os
import socket
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Self, Unpack

from flask import Flask
from starlette.applications import Starlette

from ivr.content import Content
from ivr.content.folders import Folders
from ivr.content.shop import DemoShop
from ivr.content.speaker import PromptSpeaker
from ivr.parts import (
    Overrides,
    callback_rules,
    carrier_account,
    load_content,
    make_clock,
    number_rules,
    open_store,
    shared_secret,
)
from ivr.phone.client import TwilioMessenger, TwilioPhone
from ivr.phone.rooms import TwilioRooms
from ivr.phone.twiml import Hearing
from ivr.scheduler import CallbackClock
from ivr.service.arrival import Arrivals
from ivr.service.calls import CallPorts, CallService
from ivr.service.dispatch import Dispatcher
from ivr.service.effects import Effects
from ivr.service.engine import CallbackEngine, EnginePorts
from ivr.service.leg_hearing import LegHearing
from ivr.service.ports import Clock, Commerce, Messenger, Phone, Speaker
from ivr.service.requests import WebRequests
from ivr.service.scenes import Scenes
from ivr.service.store import Store
from ivr.settings import Settings
from ivr.speech.recognizers import Recognizers
from ivr.storage import SqlStore
from ivr.understanding.grammars import GrammarUnderstanding
from ivr.understanding.numbers import PhoneNumbers
from ivr.web.catalogue import Catalogue, board_catalogue
from ivr.web.desk import Desk
from ivr.web.register import register_desk
from ivr.web.server import create_app, create_asgi
from ivr.web.services import Services

if TYPE_CHECKING:
    from ivr.ears import Ears


@dataclass(frozen=True)
class Ivr:
    """A whole system; the parts are made when they are first asked for."""

    settings: Settings
    overrides: Overrides

    @cached_property
    def store(self) -> Store:
        """The database: the one that was given, or our own."""
        return self.overrides.get("store") or self._own_store

    @cached_property
    def _own_store(self) -> SqlStore:
        return open_store(self.settings)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Give the database's connections back; a store that was given is its giver's to close."""
        if "_own_store" in self.__dict__:
            self._own_store.close()

    @cached_property
    def clock(self) -> Clock:
        """The time."""
        return self.overrides.get("clock") or make_clock(self.settings)

    @cached_property
    def numbers(self) -> PhoneNumbers:
        """What is known of telephone numbers."""
        return number_rules(self.settings)

    @cached_property
    def content(self) -> Content:
        """grammars/, read and checked. Raises ContentError."""
        return load_content(self.settings)

    @cached_property
    def speaker(self) -> Speaker:
        """Prompts to text."""
        return PromptSpeaker(self.content)

    @cached_property
    def catalogue(self) -> Catalogue:
        """The words of the pages. Raises ContentError."""
        return Catalogue(self._folders, self.speaker.locales)

    @cached_property
    def board_words(self) -> Catalogue:
        """The words of the supervisor's pages. Raises ContentError."""
        return board_catalogue(self._folders, self.speaker.locales)

    @cached_property
    def _folders(self) -> Folders:
        return Folders(self.settings.grammars_dir)

    @cached_property
    def understanding(self) -> GrammarUnderstanding:
        """Words to intents."""
        return GrammarUnderstanding(self.content, self.numbers)

    @cached_property
    def commerce(self) -> Commerce:
        """The shop's orders."""
        return self.overrides.get("commerce") or self.shop

    @cached_property
    def shop(self) -> DemoShop:
        """The demonstration's shop. Raises ContentError."""
        return DemoShop(self.settings.grammars_dir, self.clock.now)

    @cached_property
    def phone(self) -> Phone:
        """The carrier."""
        return self.overrides.get("phone") or TwilioPhone(carrier_account(self.settings))

    @cached_property
    def messenger(self) -> Messenger | None:
        """Text messages, through the same carrier."""
        if "messenger" in self.overrides:
            return self.overrides["messenger"]
        return TwilioMessenger(carrier_account(self.settings))

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
            rooms=self.overrides.get("rooms") or TwilioRooms(carrier_account(self.settings)),
            commerce=self.commerce,
        )
        return CallbackEngine(
            ports,
            callback_rules(self.settings),
            node=self.node,
            company=self.settings.company,
            secret=shared_secret(self.settings),
            hears=self._hears,
            checkpoint=self.overrides.get("checkpoint", _no_checkpoint),
        )

    @cached_property
    def node(self) -> str:
        """This process among others."""
        return self.overrides.get("node") or f"{socket.gethostname()}-{os.getpid()}"

    @cached_property
    def calls(self) -> CallService:
        """The use cases of a live call."""
        engine = self.engine
        effects = Effects(
            clock=self.clock,
            commerce=self.commerce,
            numbers=self.numbers,
            bookings=engine.bookings,
            line=engine.line,
            rules=engine.rules,
        )
        ports = CallPorts(
            scenes=Scenes(self.store, self.clock, engine.afterwards),
            understanding=self.understanding,
            speaker=self.speaker,
            arrivals=Arrivals(self.numbers, self.commerce, self.speaker, self.settings.company, self.content.likely),
            effects=effects,
            held=engine.held,
            hears=self._hears,
        )
        return CallService(ports)

    @cached_property
    def dispatcher(self) -> Dispatcher:
        """Claims and dials what is due."""
        return self.engine.dispatcher

    @cached_property
    def scheduler(self) -> CallbackClock:
        """Wakes the dispatcher and the sweeps; `start` it in the process that does the work."""
        engine = self.engine
        sweeps = (engine.reconciler, engine.housekeeper, engine.call_ends, engine.retention)
        return CallbackClock(self.dispatcher, sweeps, store=self.store, clock=self.clock, node=self.node)

    @cached_property
    def services(self) -> Services:
        """What the voice webhooks are given. Raises SettingsError if the carrier's settings are missing."""
        settings = self.settings
        settings.require("TWILIO_ACCOUNT_SID", "TWILIO_AUTH_TOKEN", "IVR_PUBLIC_URL")
        return Services(
            store=self.store,
            clock=self.clock,
            calls=self.calls,
            legs=self.engine.legs,
            leg_hearing=LegHearing(self.store, self.understanding, self.engine.legs),
            understanding=self.understanding,
            speaker=self.speaker,
            recognizer=self.recognizers if settings.hearing == Hearing.STREAM else None,
            phone=self.phone,
            hearing=Hearing(settings.hearing),
            public_url=settings.public_url,
            stream_url=settings.stream_url,
            auth_tokens=settings.auth_tokens,
            account_sid=settings.account_sid,
            company=settings.company,
            audio_dir=settings.audio_dir,
            threads=settings.threads,
        )

    @cached_property
    def desk(self) -> Desk:
        """What pages and the API are given."""
        engine, settings = self.engine, self.settings
        return Desk(
            bookings=engine.bookings,
            line=engine.line,
            requests=WebRequests(self.clock, self.commerce, bookings=engine.bookings, rules=engine.rules),
            verification=engine.verification,
            afterwards=engine.afterwards,
            conversations=engine.conversations,
            numbers=self.numbers,
            catalogue=self.catalogue,
            board_words=self.board_words,
            secret_key=shared_secret(self.settings),
            api_keys=settings.api_keys,
            supervisor_password=settings.supervisor_password,
            secure_cookies=settings.public_url.startswith("https://"),
            trusted_proxies=settings.trusted_proxies,
            zone=settings.hours_zone,
        )

    def wsgi(self) -> Flask:
        """The plain app for any WSGI server: webhooks, pages, API; no media socket."""
        return create_app(self.services, parts=(self._pages,))

    def asgi(self) -> Starlette:
        """The public server's app, media socket included."""
        return create_asgi(self.services, parts=(self._pages,))

    def _pages(self, app: Flask) -> None:
        register_desk(app, self.services, self.desk)

    def _hears(self, locale: str) -> bool:
        """Whether speech is heard: typed words and the carrier's recogniser always, our own once it is loaded."""
        if self.settings.hearing == Hearing.KEYPAD:
            return False
        return "_listens" not in self.__dict__ or self.recognizers.hears(locale)

    def load_models(self) -> None:
        """Load speech models and read all grammars; takes seconds. What is not there is served by keypad."""
        if self.settings.hearing == Hearing.STREAM:
            self.__dict__["_listens"] = True
            self.ears.load(self.understanding)
        elif self.settings.hearing == Hearing.GATHER:
            self.understanding.warm_up(self.content.locales)


def build(settings: Settings, **overrides: Unpack[Overrides]) -> Ivr:
    """A system for these settings. Raises SettingsError and ContentError when its parts are first used."""
    return Ivr(settings, overrides)


def _no_checkpoint(name: str) -> None:
    """Tests stop a process at these; nothing else does."""
