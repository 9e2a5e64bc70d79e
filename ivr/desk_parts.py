"""What pages and the API are given, made from the settings and the use cases."""

from datetime import timedelta
from typing import Any, Final
from urllib.parse import urlencode

from ivr.parts import shared_secret
from ivr.phone.softphones import SoftphoneKey
from ivr.pictures import PillowPictures
from ivr.service.account_page import AccountPage
from ivr.service.care import Care
from ivr.service.chat_desk import ChatDesk
from ivr.service.engine import CallbackEngine
from ivr.service.finishing import Finishing
from ivr.service.hooks import Hooks, HookSender
from ivr.service.knowledge import Knowledge
from ivr.service.marketplace import Marketplace
from ivr.service.order_address import OrderAddress
from ivr.service.order_lists import OrderLists
from ivr.service.photos import CasePhotos
from ivr.service.ports import Commerce, NumberRules
from ivr.service.requests import WebRequests
from ivr.service.sign_in import SignIns
from ivr.settings import Settings
from ivr.web.catalogue import Catalogue
from ivr.web.desk import Desk
from ivr.web.staff_desk import Provider, StaffDesk

PHONES: Final = "/phones"
"""Where the carrier on this machine (`ivr.carrier.page`) shows telephones."""


def make_desk(
    settings: Settings,
    engine: CallbackEngine,
    *,
    sign_ins: SignIns,
    staff: StaffDesk,
    commerce: Commerce,
    numbers: NumberRules,
    catalogue: Catalogue,
    knowledge: Knowledge,
    board_words: Catalogue,
    hook_sender: HookSender,
    market: Marketplace,
    chat_desk: ChatDesk,
    account_page: AccountPage,
    care: Care,
) -> Desk:
    """What pages and the API are given."""
    clock = engine.scenes.clock
    return Desk(
        **_use_cases(engine),
        **_by_link(engine, care),
        requests=WebRequests(clock, commerce, bookings=engine.bookings, rules=engine.rules),
        sign_ins=sign_ins,
        staff=staff,
        commerce=commerce,
        hooks=Hooks(clock),
        hook_sender=hook_sender,
        market=market,
        chat_desk=chat_desk,
        account_page=account_page,
        numbers=numbers,
        catalogue=catalogue,
        knowledge=knowledge,
        photos=CasePhotos(clock, settings.photos, timedelta(days=settings.photo_days)),
        pictures=PillowPictures(),
        order_lists=_order_lists(settings, engine, commerce),
        board_words=board_words,
        **_desk_settings(settings),
    )


def _use_cases(engine: CallbackEngine) -> dict[str, Any]:
    names = (
        "bookings", "line", "agent_work", "case_work", "supervising", "verification", "links", "afterwards",
        "conversations",
    )  # fmt: skip
    return {name: getattr(engine, name) for name in names}


def _by_link(engine: CallbackEngine, care: Care) -> dict[str, Any]:
    given = (engine.scenes, care, engine.links)
    return {"finishing": Finishing(*given), "order_address": OrderAddress(*given)}


def _order_lists(settings: Settings, engine: CallbackEngine, commerce: Commerce) -> OrderLists:
    return OrderLists(
        engine.scenes.clock,
        commerce,
        bookings=engine.bookings,
        links=engine.links,
        rules=engine.rules.verification,
        company=settings.company,
    )


def _desk_settings(settings: Settings) -> dict[str, Any]:
    return {
        "secret_key": shared_secret(settings),
        "api_keys": settings.api_keys,
        "secure_cookies": settings.public_url.startswith("https://"),
        "takes_email": bool(settings.smtp_url),
        "trusted_proxies": settings.trusted_proxies,
        "widget_sites": settings.widget_sites,
        "zone": settings.hours_zone,
        "phones_url": _phones_url(settings) if settings.has_own_carrier else "",
    }


def _phones_url(settings: Settings) -> str:
    return f"{settings.api_base.rstrip('/')}{PHONES}?{urlencode({'to': settings.phone_number})}"


def identity_provider(settings: Settings) -> Provider | None:
    """The company's own; None: only passwords."""
    if not settings.oidc_issuer:
        return None
    return Provider(
        issuer=settings.oidc_issuer,
        client_id=settings.oidc_client_id,
        client_secret=settings.oidc_client_secret,
        role_claim=settings.oidc_role_claim,
    )


def softphone_key(settings: Settings) -> SoftphoneKey | None:
    """What signs softphones' tokens; None: there are none."""
    if not settings.api_key_sid:
        return None
    return SoftphoneKey(
        account_sid=settings.account_sid,
        key_sid=settings.api_key_sid,
        secret=settings.api_key_secret,
        app_sid=settings.twiml_app_sid,
    )
