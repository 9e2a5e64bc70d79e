"""The engine, and what a caller or a writer is answered with."""

import os
import socket
from dataclasses import replace
from datetime import timedelta
from functools import cached_property

from ivr.chat_parts import ChatEdges, Chats, make_chats
from ivr.content.written import WrittenSpeaker
from ivr.domain.chats import ChatChannel
from ivr.edges import Edges
from ivr.mail_parts import MailEdges, make_mail_sweep
from ivr.parts import (
    call_effects,
    callback_rules,
    carrier_account,
    shared_secret,
)
from ivr.phone.text_pictures import TwilioPictures
from ivr.phone.twiml import Hearing
from ivr.pictures import PillowPictures
from ivr.service.account_calls import AccountCalls
from ivr.service.answers import HelpAnswers
from ivr.service.arrival import Arrivals
from ivr.service.call_proofs import CallProofs
from ivr.service.calls import CallPorts, CallService
from ivr.service.claim_notices import ClaimNotices
from ivr.service.claim_post import ClaimPost
from ivr.service.claims import ClaimDesk
from ivr.service.days_off import KnownDaysOff
from ivr.service.dial_tools import REQUESTS_AT_ONCE
from ivr.service.effects import Effects
from ivr.service.engine import CallbackEngine, EnginePorts, no_checkpoint
from ivr.service.incoming_texts import IncomingTexts
from ivr.service.knowledge import KnowingUnderstanding
from ivr.service.mail_sweep import MailSweep
from ivr.service.photos import CasePhotos
from ivr.service.text_pictures import TextPictures
from ivr.service.trust import TrustRecord
from ivr.trust_keys import Ed25519Signer


class Dialogues(Edges):
    """The use cases of calls and chats; the parts are made when they are first asked for."""

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
            recorder=self.recorder,
            commerce=self.steady,
            requests_at_once=REQUESTS_AT_ONCE,
        )
        return CallbackEngine(
            ports,
            replace(callback_rules(self.settings), days_off=self.days_off),
            node=self.node,
            company=self.settings.company,
            secret=shared_secret(self.settings),
            public_url=self.settings.public_url,
            hears=self._hears,
            checkpoint=self.overrides.get("checkpoint", no_checkpoint),
        )

    @cached_property
    def days_off(self) -> KnownDaysOff:
        """The company's own holidays."""
        return KnownDaysOff(self.store)

    @cached_property
    def node(self) -> str:
        """This process among others."""
        return self.overrides.get("node") or f"{socket.gethostname()}-{os.getpid()}"

    @cached_property
    def answers(self) -> HelpAnswers:
        """What calls do with help articles."""
        return HelpAnswers(self.knowledge, self.settings.company, self.settings.public_url)

    @cached_property
    def claims(self) -> ClaimDesk:
        """Claims against sellers."""
        return ClaimDesk(
            self.clock,
            self.commerce,
            self.sellers,
            self.policies,
            ClaimNotices(self.engine.rules.messages, self.numbers),
            TrustRecord(Ed25519Signer(self.settings.trust_key or shared_secret(self.settings))),
            self.numbers,
        )

    @cached_property
    def claim_post(self) -> ClaimPost:
        """Sends notices about claims."""
        engine, settings = self.engine, self.settings
        messenger = self.messenger if settings.texts else None
        return ClaimPost(engine.scenes, self.speaker, engine.links, settings.company, messenger, self.mailer)

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
        return Arrivals(
            self.numbers,
            self.steady,
            self.speaker,
            self.settings.company,
            self.clock,
            self.settings.booking_days,
            self.settings.texts,
            self.engine.places,
            self.content.likely,
            self.sellers,
            self.engine.rules.privacy,
        )

    @cached_property
    def _effects(self) -> Effects:
        return call_effects(
            self.engine,
            self.clock,
            commerce=self.commerce,
            numbers=self.numbers,
            speaker=self.speaker,
            answers=self.answers,
            rules=self.policies,
            claims=self.claims,
            accounts=self.account_calls,
            drop_offs=self.drop_offs,
            guides=self.content,
        )

    @cached_property
    def account_calls(self) -> AccountCalls:
        """What calls and chats do with customers' accounts."""
        engine = self.engine
        return AccountCalls(
            clock=self.clock,
            commerce=self.commerce,
            numbers=self.numbers,
            rules=self.policies,
            proofs=CallProofs(self.clock, self.numbers, engine.rules.verification, self.settings.company),
            notices=engine.notices,
            payments=self.payments,
            accounts=self.accounts,
        )

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
    def mail_sweep(self) -> MailSweep:
        """What customers e-mail us."""
        edges = MailEdges(
            understanding=self.understanding,
            speaker=self.speaker,
            commerce=self.steady,
            answers=self.answers,
            content=self.content,
        )
        return make_mail_sweep(self.settings, self.engine, edges, self.mailbox)

    @cached_property
    def incoming_texts(self) -> IncomingTexts:
        """What customers text us."""
        chats = self.chats.over(ChatChannel.TEXT)
        return IncomingTexts(
            self.engine.scenes, self.speaker, self.numbers, self.settings.company, chats=chats, pictures=self._pictures
        )

    @cached_property
    def _pictures(self) -> TextPictures:
        """What customers text us beside words."""
        kept = timedelta(days=self.settings.photo_days)
        photos = CasePhotos(self.clock, self.settings.photos, kept)
        source = self.overrides.get("pictures") or TwilioPictures(carrier_account(self.settings))
        return TextPictures(scenes=self.engine.scenes, source=source, pictures=PillowPictures(), photos=photos)

    @property
    def _mode(self) -> Hearing:
        return Hearing(self.settings.hearing)

    def _hears(self, locale: str) -> bool:
        """Whether speech is heard: typed words and the carrier's recogniser always, our own once it is loaded."""
        if self._mode is Hearing.KEYPAD:
            return False
        return "_listens" not in self.__dict__ or self.recognizers.hears(locale)
