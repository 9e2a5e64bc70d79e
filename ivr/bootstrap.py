"""The only place where edges meet services: settings in, a system that runs out."""

import threading
from collections.abc import Iterable
from functools import cached_property
from typing import Unpack

import structlog
from flask import Flask
from starlette.applications import Starlette

from ivr.content.region_files import read_regions
from ivr.content.service_levels import service_levels
from ivr.desk_parts import identity_provider, make_desk, softphone_key
from ivr.dialogues import Dialogues
from ivr.domain.chats import ChatChannel
from ivr.domain.staff import SignInRules
from ivr.errors import IvrError
from ivr.parts import (
    Overrides,
    own_voice,
    shared_secret,
    sweeps,
    voice_settings,
)
from ivr.passwords import Argon2Passwords
from ivr.phone.twiml import Hearing
from ivr.scheduler import CallbackClock
from ivr.service.account_page import AccountPage
from ivr.service.account_sweep import AccountSweep
from ivr.service.accounts import Accounts
from ivr.service.case_care import CaseCare
from ivr.service.case_settling import CaseSettling
from ivr.service.claim_sweep import ClaimSweep
from ivr.service.days_off import Holidays
from ivr.service.dispatch import Dispatcher
from ivr.service.engine import no_checkpoint
from ivr.service.handovers import HandoverSweep
from ivr.service.hooks import HookSweep
from ivr.service.leg_hearing import LegHearing
from ivr.service.marketplace import Marketplace
from ivr.service.member_marks import MemberMarks
from ivr.service.ports import Clock
from ivr.service.proactive import SearchWatch
from ivr.service.sign_in import Passwords, SignIns
from ivr.service.store import Store
from ivr.settings import Settings
from ivr.understanding.public_holidays import public_holidays
from ivr.web.desk import Desk
from ivr.web.live import LiveEvents
from ivr.web.register import register_desk
from ivr.web.server import create_app, create_asgi
from ivr.web.services import Services
from ivr.web.staff_desk import Found, StaffDesk

log = structlog.get_logger(__name__)


class Ivr(Dialogues):
    """A whole system; the parts are made when they are first asked for."""

    @cached_property
    def dispatcher(self) -> Dispatcher:
        """Claims and dials what is due."""
        return self.engine.dispatcher

    @cached_property
    def scheduler(self) -> CallbackClock:
        """Wakes the dispatcher and the sweeps; `start` it in the process that does the work."""
        claims = ClaimSweep(self.engine.scenes, self.claims)
        scenes, shop = self.engine.scenes, self.accounts
        told = () if shop is None else (AccountSweep(scenes, shop), MemberMarks(scenes, shop))
        parts = (*sweeps(self.engine, self.recordings), claims, self.chats.sweep, self.chats.erasing, *told)
        return CallbackClock(
            self.dispatcher, parts, store=self.store, clock=self.clock, node=self.node,
            outbox=self.engine.outbox, notices=self.claim_post, hooks=self.hook_sweep, shop=self.shop_sweeps,
            mails=self.mail_sweep if self.mailbox is not None else None,
        )  # fmt: skip

    @cached_property
    def hook_sweep(self) -> HookSweep:
        """Tells other people's programs what happened."""
        return HookSweep(self.engine.scenes, self.hook_sender)

    @cached_property
    def shop_sweeps(self) -> tuple[HandoverSweep, SearchWatch] | tuple[()]:
        """Hands settlements over to the shop, and asks it about searches; nothing where the shop takes nothing."""
        shop, checkpoint = self.fulfilment, self.overrides.get("checkpoint", no_checkpoint)
        if shop is None:
            return ()
        engine = self.engine
        return HandoverSweep(engine.scenes, shop, checkpoint=checkpoint, notices=engine.notices), SearchWatch(
            engine.proactive, shop
        )

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
            recorder=self.engine.recorder,
            writes_down=self.settings.recording_transcripts,
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
            staff=self.staff_desk,
            commerce=self.steady,
            numbers=self.numbers,
            catalogue=self.catalogue,
            knowledge=self.knowledge,
            board_words=self.board_words,
            hook_sender=self.hook_sender,
            market=Marketplace(engine.scenes, self.claims, service_levels(self.settings.grammars_dir)),
            chat_desk=self.chats.desk,
            care=self._effects.orders.care,
            account_page=AccountPage(
                clock=self.clock,
                links=engine.links,
                commerce=self.steady,
                payments=self.payments,
                accounts=self.accounts,
            ),
        )

    @cached_property
    def staff_desk(self) -> StaffDesk:
        """What the pages of supervisors and admins are given."""
        regions = read_regions(self.settings.grammars_dir)
        return StaffDesk(
            holidays=Holidays(self.store, self.clock, self.days_off, regions.names),
            accounts=Accounts(self.store, self.clock, self._passwords),
            public_holidays=public_holidays,
            places=regions.places(self.engine.rules.booking.countries),
            settling=CaseSettling(self.engine.scenes, self._effects.orders.care),
            care=CaseCare(self.engine.scenes, self.engine.case_work),
            softphones=softphone_key(self.settings),
            provider=identity_provider(self.settings),
            content=lambda: self.content,
            findings=self._findings,
        )

    def _findings(self) -> Iterable[Found]:
        from ivr import checkup  # only where somebody looks: a server answers calls before

        return checkup.at_home(self)

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
