"""One part of the system at a time, made from the settings: what bootstrap joins, and what small commands need."""

import hashlib
import hmac
from collections.abc import Callable
from typing import TypedDict

from ivr.clock import ShiftedClock, SystemClock
from ivr.content import Content, load
from ivr.content.folders import Folders
from ivr.domain.policies import BookingRules, CallbackRules, DialRules, SlotRules
from ivr.errors import SettingsError
from ivr.phone.client import Account
from ivr.service.ports import Clock, Commerce, Messenger, Phone
from ivr.service.store import Store
from ivr.settings import Settings
from ivr.storage import SqlStore
from ivr.understanding.numbers import PhoneNumbers


class Overrides(TypedDict, total=False):
    """What tests and tools put in the place of the real thing."""

    store: Store
    clock: Clock
    phone: Phone
    messenger: Messenger | None
    commerce: Commerce
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
            lead_seconds=settings.booking_lead_minutes * 60,
        ),
        slots=SlotRules(slot_seconds=settings.slot_minutes * 60),
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
    known = Folders(settings.grammars_dir).names()
    unknown = [name for name in settings.locales if name not in known]
    if unknown and known:
        raise SettingsError(
            f"IVR_LOCALES: there are no grammars for {', '.join(unknown)}; there are for {', '.join(known)}"
        )
    return load(settings.grammars_dir, settings.locales)


def session_key(auth_token: str) -> str:
    """A key for pages' sessions that all processes share and that tells nothing about the token."""
    return hmac.new(auth_token.encode(), b"ringback sessions", hashlib.sha256).hexdigest()
