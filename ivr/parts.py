"""One part of the system at a time, made from the settings: what bootstrap joins, and what small commands need."""

import hashlib
import hmac
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypedDict
from urllib.parse import urlsplit

from ivr.clock import ShiftedClock, SystemClock
from ivr.content import Content, load
from ivr.content.folders import Folders
from ivr.content.privacy_law import privacy_rules
from ivr.content.readings import Readings
from ivr.content.recording_law import recording_rules
from ivr.content.region_files import evening_law, read_regions
from ivr.domain.callbacks import Party
from ivr.domain.messages import GROUPS, MessageRules
from ivr.domain.policies import BookingRules, CallbackRules, DialRules, LineRules, SlotRules
from ivr.domain.policy import Rules
from ivr.errors import SettingsError
from ivr.phone.client import Account
from ivr.phone.recordings import TwilioRecordings
from ivr.phone.twiml import Hearing
from ivr.scheduler import Sweeps
from ivr.service.account_calls import AccountCalls
from ivr.service.answers import HelpAnswers
from ivr.service.care import Care
from ivr.service.claims import ClaimDesk
from ivr.service.customer_accounts import CustomerAccounts
from ivr.service.drop_offs import DropOffs
from ivr.service.effects import Effects
from ivr.service.engine import CallbackEngine
from ivr.service.fulfilment import Fulfilment
from ivr.service.guides import Guides
from ivr.service.hooks import HookSender
from ivr.service.left_recordings import LeftRecordings
from ivr.service.mail_ports import IncomingMail, Mailer
from ivr.service.named_times import NamedTimes
from ivr.service.order_effects import OrderEffects
from ivr.service.payments import Payments
from ivr.service.ports import (
    CallRecordings,
    Clock,
    Commerce,
    Messenger,
    NumberRules,
    Phone,
    Rooms,
    Speaker,
    TextToSpeech,
)
from ivr.service.recording_ports import CallRecorder
from ivr.service.resuming import ResumeCodes
from ivr.service.seller_calls import SellerCalls
from ivr.service.sellers import Sellers
from ivr.service.sign_in import Passwords
from ivr.service.store import Store
from ivr.service.text_pictures import PictureSource
from ivr.settings import Settings
from ivr.settings_values import is_loopback
from ivr.storage import SqlStore
from ivr.understanding.numbers import PhoneNumbers
from ivr.understanding.public_holidays import PublicDays


class Overrides(TypedDict, total=False):
    """What tests and tools put in the place of the real thing."""

    store: Store
    clock: Clock
    phone: Phone
    recordings: CallRecordings
    recorder: CallRecorder
    voice: TextToSpeech
    messenger: Messenger | None
    mailer: Mailer | None
    mailbox: IncomingMail | None
    pictures: PictureSource
    commerce: Commerce
    fulfilment: Fulfilment | None
    drop_offs: DropOffs | None
    rooms: Rooms
    passwords: Passwords
    hook_sender: HookSender
    sellers: Sellers
    accounts: CustomerAccounts | None
    payments: Payments
    checkpoint: Callable[[str], None]
    node: str


def open_store(settings: Settings) -> SqlStore:
    """The database, its tables brought up to date; close it. Raises StorageUnavailable."""
    store = SqlStore(settings.database_url)
    store.migrate()
    return store


def make_clock(settings: Settings) -> Clock:
    """The machine's time; with a carrier of our own, one that a demonstration can move forward."""
    return ShiftedClock(settings.clock_file) if settings.clock_file else SystemClock()


def number_rules(settings: Settings) -> PhoneNumbers:
    """Numbers are read as people do who live where our own number lies."""
    regions = read_regions(settings.grammars_dir)
    if settings.phone_number:
        return PhoneNumbers.of_own_number(settings.phone_number, settings.hours_zone, regions)
    return PhoneNumbers(fallback_zone=settings.hours_zone, regions=regions)


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


def call_effects(
    engine: CallbackEngine,
    clock: Clock,
    *,
    commerce: Commerce,
    numbers: NumberRules,
    speaker: Speaker,
    answers: HelpAnswers,
    rules: Rules,
    claims: ClaimDesk,
    accounts: AccountCalls,
    drop_offs: DropOffs | None,
    guides: Guides,
) -> Effects:
    """What a dialogue may want done."""
    return Effects(
        clock=clock,
        numbers=numbers,
        bookings=engine.bookings,
        times=NamedTimes(clock, numbers, engine.rules, engine.bookings, speaker),
        line=engine.line,
        rules=engine.rules,
        resuming=ResumeCodes(clock, engine.rules.resume),
        answers=answers,
        orders=OrderEffects(
            clock, commerce, Care(clock, commerce, numbers, rules, engine.notices, claims, drop_offs, guides)
        ),
        sellers=SellerCalls.of(claims),
        accounts=accounts,
        consents=engine.consents,
        places=engine.places,
    )


def call_recordings(settings: Settings) -> CallRecordings | None:
    """What the carrier records of answers, if it does. Raises SettingsError."""
    return TwilioRecordings(carrier_account(settings)) if settings.hearing == Hearing.RECORD else None


def own_voice(settings: Settings, content: Content) -> TextToSpeech | None:
    """The voice that speaks on two-way streams, where there are any."""
    if settings.hearing != Hearing.DUPLEX:
        return None
    # Imported here: only this mode needs NumPy before the server takes calls.
    from ivr.speech.espeak_voice import EspeakVoice

    return EspeakVoice(Readings(content).of)


def sweeps(engine: CallbackEngine, recordings: CallRecordings | None) -> tuple[Sweeps, ...]:
    """What is done between calls."""
    left = () if recordings is None else (LeftRecordings(engine.scenes, recordings),)
    between = (engine.reconciler, engine.housekeeper, engine.call_ends, engine.retention, engine.recorder)
    return (*between, engine.outreach, *left)


def make_mailer(settings: Settings) -> Mailer | None:
    """Where e-mail is handed in; None: nowhere."""
    if not settings.smtp_url:
        return None
    # Imported here: most systems send no e-mail, and the calendar library takes time to read.
    from ivr.mail.server import MailServer
    from ivr.mail.smtp import SmtpMailer

    host = urlsplit(settings.smtp_url).hostname or ""
    return SmtpMailer(
        MailServer.parse(settings.smtp_url, is_local=is_loopback(host)), settings.mail_from, settings.care_address
    )


def make_hook_sender(settings: Settings) -> HookSender:
    """Webhooks out; to this machine only beside a carrier on this machine."""
    # Imported here: most systems have no webhooks, and the HTTP client takes time to read.
    from ivr.hooks.sender import HttpHookSender

    return HttpHookSender(allow_local=is_loopback(urlsplit(settings.api_base).hostname or ""))


def message_rules(settings: Settings) -> MessageRules:
    """Which channels there are, and what is told over them."""
    return MessageRules(
        texts=settings.texts,
        mails=bool(settings.smtp_url),
        kinds=frozenset(kind for name in settings.messages for kind in GROUPS[name]),
        texts_per_day=settings.daily_texts,
    )


def callback_rules(settings: Settings) -> CallbackRules:
    """The rules of callbacks as the settings bend them."""
    opens, closes = settings.calling_hours or (CallbackRules.calls_open_at, CallbackRules.calls_close_at)
    return CallbackRules(
        booking=BookingRules(
            countries=frozenset({*settings.countries, number_rules(settings).country}),
            line_types=frozenset(settings.line_types),
            lead_seconds=settings.booking_lead_minutes * 60,
            horizon_days=settings.booking_days,
        ),
        line=LineRules(place_seconds=settings.place_minutes * 60, short_seconds=settings.short_wait_minutes * 60),
        slots=SlotRules(slot_seconds=settings.slot_minutes * 60),
        dial=DialRules(
            dials_per_second=settings.dial_rate,
            dials_per_day=settings.daily_dials,
            agent_ring_seconds=settings.ring_seconds_agent,
            customer_ring_seconds=settings.ring_seconds_customer,
            settle_seconds=settings.settle_seconds,
            ring_first=Party(settings.ring_first),
            always_prove=settings.person_proof == "always",
        ),
        messages=message_rules(settings),
        recording=recording_rules(settings, number_rules(settings).country),
        privacy=privacy_rules(settings.grammars_dir, PublicDays),
        opening=settings.opening,
        calls_open_at=opens,
        calls_close_at=closes,
        evenings=evening_law(settings.grammars_dir),
        any_hour=settings.calling_hours is None,
        audit_days=settings.audit_days,
    )


def load_content(settings: Settings) -> Content:
    """The languages that are served, the first greets. Raises ContentError, or SettingsError for an unknown one."""
    known = Folders(settings.grammars_dir).names()
    unknown = [name for name in settings.locales if name not in known]
    if unknown and known:
        raise SettingsError(
            f"IVR_LOCALES: there are no grammars for {', '.join(unknown)}; there are for {', '.join(known)}"
        )
    return load(settings.grammars_dir, settings.locales)


class VoiceSettings(TypedDict):
    """Of web.services.Services, what comes from the settings alone."""

    hearing: Hearing
    public_url: str
    stream_url: str
    auth_tokens: Sequence[str]
    account_sid: str
    company: str
    pay_connector: str
    audio_dir: Path
    threads: int


def voice_settings(settings: Settings) -> VoiceSettings:
    """Raises SettingsError if the carrier's settings are missing."""
    settings.require("TWILIO_ACCOUNT_SID", "TWILIO_AUTH_TOKEN", "IVR_PUBLIC_URL")
    return VoiceSettings(
        hearing=Hearing(settings.hearing),
        public_url=settings.public_url,
        stream_url=settings.stream_url,
        auth_tokens=settings.auth_tokens,
        account_sid=settings.account_sid,
        company=settings.company,
        pay_connector=settings.pay_connector,
        audio_dir=settings.audio_dir,
        threads=settings.threads,
    )


def shared_secret(settings: Settings) -> str:
    """What all processes share and nobody else knows: signs sessions, forms and tokens, makes spoken codes."""
    return settings.secret_key or session_key(settings.auth_token)


def session_key(auth_token: str) -> str:
    """A key for pages' sessions that all processes share and that tells nothing about the token."""
    return hmac.new(auth_token.encode(), b"ringback sessions", hashlib.sha256).hexdigest()
