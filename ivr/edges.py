"""The edges of a system: database, clock, content, carrier, mail; each is made when it is first asked for."""

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Self

from ivr.clock import SharedClock
from ivr.content import Content
from ivr.content.folders import Folders
from ivr.content.policies import all_policies
from ivr.content.seller_file import DemoSellers
from ivr.content.shop import DemoShop
from ivr.content.shop_accounts import DemoAccounts
from ivr.content.speaker import PromptSpeaker
from ivr.domain.policy import Rules
from ivr.mail_parts import make_mailbox
from ivr.parts import (
    Overrides,
    call_recordings,
    carrier_account,
    load_content,
    make_clock,
    make_hook_sender,
    make_mailer,
    number_rules,
    open_store,
)
from ivr.phone.call_recorder import TwilioCallRecorder
from ivr.phone.client import TwilioMessenger, TwilioPhone
from ivr.phone.payments import CarrierPayments
from ivr.phone.rooms import TwilioRooms
from ivr.service.customer_accounts import CustomerAccounts
from ivr.service.drop_offs import DropOffs
from ivr.service.fulfilment import Fulfilment
from ivr.service.hooks import HookSender
from ivr.service.knowledge import Knowledge
from ivr.service.mail_ports import IncomingMail, Mailer
from ivr.service.payments import Payments
from ivr.service.ports import CallRecordings, Clock, Commerce, Messenger, Phone, Rooms, Speaker
from ivr.service.recording_ports import CallRecorder
from ivr.service.sellers import NoSellers, Sellers
from ivr.service.steady import SteadyShop
from ivr.service.store import Store
from ivr.settings import Settings
from ivr.speech.recognizers import Recognizers
from ivr.storage import SqlStore
from ivr.storage.help_index import MemoryIndex
from ivr.understanding.grammars import GrammarUnderstanding
from ivr.understanding.numbers import PhoneNumbers
from ivr.understanding.terms import terms
from ivr.web.catalogue import Catalogue, board_catalogue

if TYPE_CHECKING:
    from ivr.commerce.http_shop import HttpShop
    from ivr.ears import Ears


@dataclass(frozen=True)
class Edges:
    """What the settings lead to, or a test has put in its place."""

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
        """Give the database's connections back, and the mailbox's; what was given is its giver's to close."""
        if "mailbox" in self.__dict__ and self.mailbox is not None and "mailbox" not in self.overrides:
            self.mailbox.close()
        if "_own_store" in self.__dict__:
            self._own_store.close()

    @cached_property
    def clock(self) -> Clock:
        """The time."""
        own = self.overrides.get("clock") or make_clock(self.settings)
        shares = not ("clock" in self.overrides or "store" in self.overrides or self.settings.clock_file)
        return SharedClock(own, self._own_store.database_now) if shares and self._own_store.is_shared else own

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
    def knowledge(self) -> Knowledge:
        """Help articles, searched."""
        index = self.store.article_index() if isinstance(self.store, SqlStore) else MemoryIndex()
        return Knowledge(self.content.articles, terms, index, self.store)

    @cached_property
    def policies(self) -> Rules:
        """The rules of the shop. Raises ContentError."""
        return all_policies(self.settings.grammars_dir)

    @cached_property
    def commerce(self) -> Commerce:
        """The shop's orders."""
        return self.overrides.get("commerce") or self._http_shop or self.shop

    @cached_property
    def steady(self) -> Commerce:
        """The same, for those who can go on without."""
        return SteadyShop(self.commerce)

    @cached_property
    def _http_shop(self) -> "HttpShop | None":
        if not self.settings.commerce_url:
            return None
        from ivr.commerce.http_shop import HttpShop  # most systems are tried with the demonstration's shop first

        return HttpShop(self.settings.commerce_url, self.settings.commerce_token)

    @cached_property
    def shop(self) -> DemoShop:
        """The demonstration's shop. Raises ContentError."""
        deeds = self.store.demo_deeds() if isinstance(self.store, SqlStore) else None
        return DemoShop(self.settings.grammars_dir, self.clock.now, deeds)

    @cached_property
    def fulfilment(self) -> Fulfilment | None:
        """Who carries settlements out; None: the shop that was given cannot."""
        if "commerce" in self.overrides or "fulfilment" in self.overrides:
            return self.overrides.get("fulfilment")
        return self._http_shop or self.shop

    @cached_property
    def drop_offs(self) -> DropOffs | None:
        """Who knows places to hand returns in; None: the shop that was given does not."""
        if "commerce" in self.overrides or "drop_offs" in self.overrides:
            return self.overrides.get("drop_offs")
        return self._http_shop or self.shop

    @cached_property
    def accounts(self) -> CustomerAccounts | None:
        """What the shop tells of customers' accounts; None: a shop that was given tells nothing, so a person helps."""
        if "accounts" in self.overrides or "commerce" in self.overrides:
            return self.overrides.get("accounts")
        if self._http_shop is not None:
            from ivr.commerce.http_accounts import HttpAccounts

            return HttpAccounts(self._http_shop.requests)
        return DemoAccounts(self.settings.grammars_dir, self.clock.now, self.shop)

    @cached_property
    def payments(self) -> Payments:
        """How money is taken."""
        return self.overrides.get("payments") or CarrierPayments(
            self.settings.pay_connector, self.settings.payment_page
        )

    @cached_property
    def sellers(self) -> Sellers:
        """The marketplace's sellers; a shop that was given has none, unless they are given, too."""
        return self.overrides.get("sellers") or self._own_sellers

    @cached_property
    def _own_sellers(self) -> Sellers:
        return NoSellers() if "commerce" in self.overrides else DemoSellers(self.settings.grammars_dir)

    @cached_property
    def phone(self) -> Phone:
        """The carrier."""
        return self.overrides.get("phone") or TwilioPhone(carrier_account(self.settings))

    @cached_property
    def recordings(self) -> CallRecordings | None:
        """What the carrier has recorded of callers; None: it records nothing."""
        return self.overrides.get("recordings") or call_recordings(self.settings)

    @cached_property
    def recorder(self) -> CallRecorder | None:
        """Who records conversations; None: they are not recorded."""
        if not self.settings.recording or "phone" in self.overrides:
            return self.overrides.get("recorder")
        return TwilioCallRecorder(carrier_account(self.settings))

    @cached_property
    def rooms(self) -> Rooms | None:
        """The carrier's conferences; None: another carrier was given, which has none."""
        if "rooms" in self.overrides or "phone" in self.overrides:
            return self.overrides.get("rooms")
        return TwilioRooms(carrier_account(self.settings))

    @cached_property
    def messenger(self) -> Messenger | None:
        """Text messages, through the same carrier."""
        if "messenger" in self.overrides:
            return self.overrides["messenger"]
        return TwilioMessenger(carrier_account(self.settings))

    @cached_property
    def mailer(self) -> Mailer | None:
        """E-mail; None: no mail server is set."""
        return self.overrides["mailer"] if "mailer" in self.overrides else make_mailer(self.settings)

    @cached_property
    def mailbox(self) -> IncomingMail | None:
        """Where customers' e-mail lies; None: it is not read."""
        return self.overrides["mailbox"] if "mailbox" in self.overrides else make_mailbox(self.settings)

    @cached_property
    def hook_sender(self) -> HookSender:
        """Webhooks out."""
        return self.overrides.get("hook_sender") or make_hook_sender(self.settings)
