"""The only place where edges meet services: settings in, a system that runs out."""

import hashlib
import hmac
import os
import socket
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import TypedDict, Unpack

from ivr.clock import ShiftedClock, SystemClock
from ivr.content import Content, load
from ivr.content.shop import DemoShop
from ivr.content.speaker import PromptSpeaker
from ivr.domain.policies import BookingRules, CallbackRules, DialRules
from ivr.errors import IvrError, SettingsError
from ivr.phone.client import Account, TwilioMessenger, TwilioPhone
from ivr.phone.twiml import Hearing
from ivr.scheduler import CallbackClock
from ivr.service.arrival import Arrivals
from ivr.service.calls import CallPorts, CallService
from ivr.service.dispatch import Dispatcher
from ivr.service.effects import Effects
from ivr.service.engine import CallbackEngine, EnginePorts
from ivr.service.ports import Clock, Commerce, Messenger, Phone, Speaker, Understanding
from ivr.service.requests import WebRequests
from ivr.service.store import Store
from ivr.settings import Settings
from ivr.speech.model_folders import find_models
from ivr.speech.pocketsphinx_engine import PocketSphinxRecognizer
from ivr.speech.recognizers import Recognizers
from ivr.speech.vosk_engine import VoskRecognizer
from ivr.storage import SqlStore
from ivr.understanding import GrammarUnderstanding
from ivr.understanding.numbers import PhoneNumbers
from ivr.web.catalogue import Catalogue
from ivr.web.desk import Desk
from ivr.web.services import Services


class Overrides(TypedDict, total=False):
    """What tests and tools put in the place of the real thing."""

    store: Store
    clock: Clock
    phone: Phone
    messenger: Messenger | None
    commerce: Commerce
    checkpoint: Callable[[str], None]
    node: str


@dataclass(frozen=True)
class Ivr:
    """A whole system; the parts are made when they are first asked for."""

    settings: Settings
    overrides: Overrides

    @cached_property
    def store(self) -> Store:
        """The database."""
        return self.overrides.get("store") or open_store(self.settings)

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
    def understanding(self) -> Understanding:
        """Words to intents."""
        return GrammarUnderstanding(self.content)

    @cached_property
    def commerce(self) -> Commerce:
        """The shop's orders."""
        return self.overrides.get("commerce") or DemoShop(self.store)

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
        """Vosk where it has a model, PocketSphinx for English meanwhile."""
        return Recognizers((self.vosk, self.pocketsphinx))

    @cached_property
    def vosk(self) -> VoskRecognizer:
        """Vosk, for the languages that are served; nothing is loaded yet."""
        models = find_models(model_environment(self.settings))
        return VoskRecognizer({name: path for name, path in models.items() if name in self.content.locales})

    @cached_property
    def pocketsphinx(self) -> PocketSphinxRecognizer:
        """The stand-in for English."""
        return PocketSphinxRecognizer()

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
        )
        given = {"checkpoint": self.overrides["checkpoint"]} if "checkpoint" in self.overrides else {}
        rules, company = callback_rules(self.settings), self.settings.company
        return CallbackEngine(ports, rules, node=self.node, company=company, **given)

    @cached_property
    def node(self) -> str:
        """This process among others."""
        return self.overrides.get("node") or f"{socket.gethostname()}-{os.getpid()}"

    @cached_property
    def calls(self) -> CallService:
        """The use cases of a live call."""
        engine = self.engine
        ports = CallPorts(self.store, self.clock, self.understanding, self.speaker)
        effects = Effects(self.clock, self.commerce, self.numbers, engine.bookings, engine.line)
        return CallService(ports, effects, Arrivals(self.numbers, self.commerce, self.speaker, self.settings.company))

    @cached_property
    def dispatcher(self) -> Dispatcher:
        """Claims and dials what is due."""
        return self.engine.dispatcher

    @cached_property
    def scheduler(self) -> CallbackClock:
        """Wakes the dispatcher and the sweeps; `start` it in the process that does the work."""
        sweeps = (self.engine.reconciler, self.engine.housekeeper)
        return CallbackClock(self.dispatcher, sweeps, store=self.store, clock=self.clock, node=self.node)

    @cached_property
    def services(self) -> Services:
        """What the web layer is given. Raises SettingsError if the carrier's settings are missing."""
        settings = self.settings
        settings.require("TWILIO_ACCOUNT_SID", "TWILIO_AUTH_TOKEN", "IVR_PUBLIC_URL")
        hears = settings.hearing == Hearing.STREAM
        return Services(
            store=self.store,
            clock=self.clock,
            calls=self.calls,
            legs=self.engine.legs,
            bookings=self.engine.bookings,
            verification=self.engine.verification,
            understanding=self.understanding,
            speaker=self.speaker,
            recognizers=dict.fromkeys(self.content.locales, self.recognizers) if hears else {},
            phone=self.phone,
            messenger=self.messenger,
            hearing=Hearing(settings.hearing),
            public_url=settings.public_url,
            stream_url=settings.stream_url,
            auth_tokens=settings.auth_tokens,
            account_sid=settings.account_sid,
            phone_number=settings.phone_number,
            company=settings.company,
            content=self.content,
            audio_dir=settings.audio_dir,
            threads=settings.threads,
            extra={"desk": self.desk},
        )

    @cached_property
    def desk(self) -> Desk:
        """What pages and the API are given."""
        engine, settings = self.engine, self.settings
        return Desk(
            bookings=engine.bookings,
            line=engine.line,
            requests=WebRequests(self.clock, self.commerce, engine.bookings),
            verification=engine.verification,
            afterwards=engine.afterwards,
            numbers=self.numbers,
            catalogue=Catalogue(settings.grammars_dir, self.speaker.locales),
            secret_key=settings.secret_key or session_key(settings.auth_token),
            api_keys=settings.api_keys,
            supervisor_password=settings.supervisor_password,
            secure_cookies=settings.public_url.startswith("https://"),
        )

    def load_models(self) -> None:
        """Load speech models, each in its own thread; a language without one is served by keypad meanwhile."""
        if self.settings.hearing == Hearing.STREAM:
            self.vosk.load_in_background()
            if "en-US" in self.content.locales and "en-US" not in self.vosk.locales:
                self.pocketsphinx.load()


def build(settings: Settings, **overrides: Unpack[Overrides]) -> Ivr:
    """A system for these settings. Raises SettingsError and ContentError when its parts are first used."""
    return Ivr(settings, overrides)


def open_store(settings: Settings) -> Store:
    """The database, its tables brought up to date."""
    return SqlStore(settings.database_url)


def make_clock(settings: Settings) -> Clock:
    """The machine's time; with a carrier of our own, one that a demonstration can move forward."""
    return ShiftedClock(settings.clock_file) if settings.clock_file else SystemClock()


def number_rules(settings: Settings) -> PhoneNumbers:
    """Numbers are read as people do who live where our own number lies."""
    if settings.phone_number:
        return PhoneNumbers.of_own_number(settings.phone_number, settings.hours_zone)
    return PhoneNumbers(fallback_zone=settings.hours_zone)


def carrier_account(settings: Settings) -> Account:
    """Whose calls these are. Raises SettingsError naming what is missing."""
    settings.require("TWILIO_ACCOUNT_SID", "TWILIO_AUTH_TOKEN", "IVR_PUBLIC_URL")
    return Account(
        sid=settings.account_sid,
        auth_token=settings.auth_token,
        number=settings.phone_number,
        public_url=settings.public_url,
        api_base=settings.api_base,
    )


def callback_rules(settings: Settings) -> CallbackRules:
    """The rules of callbacks as the settings bend them."""
    opens, closes = settings.calling_hours or (CallbackRules.calls_open_at, CallbackRules.calls_close_at)
    return CallbackRules(
        booking=BookingRules(
            countries=frozenset({*settings.countries, number_rules(settings).country}),
            line_types=frozenset(settings.line_types),
        ),
        dial=DialRules(
            dials_per_second=settings.dial_rate,
            dials_per_day=settings.daily_dials,
            agent_ring_seconds=settings.ring_seconds_agent,
            customer_ring_seconds=settings.ring_seconds_customer,
            settle_seconds=settings.settle_seconds,
        ),
        opening=settings.opening,
        calls_open_at=opens,
        calls_close_at=closes,
        any_hour=settings.calling_hours is None,
    )


def load_content(settings: Settings) -> Content:
    """The languages that are served, the first greets. Raises ContentError, or SettingsError for an unknown one."""
    content = load(settings.grammars_dir)
    unknown = [name for name in settings.locales if name not in content.locales]
    if unknown:
        known = ", ".join(content.locales)
        raise SettingsError(f"IVR_LOCALES: there are no grammars for {', '.join(unknown)}; there are for {known}")
    if not settings.locales:
        return content
    return replace(content, locales={name: content.locales[name] for name in settings.locales})


def model_environment(settings: Settings) -> Mapping[str, str]:
    """Where speech models are, in the words of the environment."""
    named = {f"IVR_VOSK_MODEL_{name.replace('-', '_').upper()}": str(path) for name, path in settings.vosk_models.items()}
    return named | ({"IVR_MODELS": str(settings.models)} if settings.models else {})


def session_key(auth_token: str) -> str:
    """A key for pages' sessions that all processes share and that tells nothing about the token."""
    return hmac.new(auth_token.encode(), b"ringback sessions", hashlib.sha256).hexdigest()
