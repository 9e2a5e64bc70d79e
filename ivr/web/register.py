"""Puts pages, board and API into the app."""

from functools import partial

from flask import Blueprint, Flask
from flask_login import current_user

from ivr.service.hashing import hashed
from ivr.service.identities import Identities
from ivr.web.account_pages import AccountPages, account_pages
from ivr.web.agent_chats import AgentChats
from ivr.web.agent_pages import AgentPages, agent_pages
from ivr.web.api import api_v1
from ivr.web.api_docs import api_docs
from ivr.web.api_keys import given_key
from ivr.web.board import SupervisorPages, supervisor_pages
from ivr.web.call_pages import CallPages, add_call_rules
from ivr.web.callback_desk import CallbackDesk
from ivr.web.callback_pages import CallbackPages, no_mail_pages
from ivr.web.case_pages import CasePages
from ivr.web.chat_pages import ChatPages, chat_rules_of
from ivr.web.claim_pages import ClaimPages, add_claim_rules
from ivr.web.content_pages import ContentPages, add_content_rules
from ivr.web.conversations import conversations_v1
from ivr.web.day_pages import DayPages
from ivr.web.delivery_pages import DeliveryPages, delivery_pages
from ivr.web.desk import (
    API_LIMIT,
    DESK_LIMIT,
    EMBED,
    FORM_LIMIT,
    SIGN_IN_LIMIT,
    Desk,
    client_address,
    never_stored,
    protect,
)
from ivr.web.error_pages import ErrorPages, register_error_pages
from ivr.web.finish_pages import FinishPages, finish_pages
from ivr.web.help_pages import HelpPages, help_pages
from ivr.web.holiday_pages import HolidayPages, add_holiday_rules
from ivr.web.order_address_pages import OrderAddressPages, order_address_pages
from ivr.web.page_words import PageWords
from ivr.web.pages import CustomerPages, customer_pages
from ivr.web.recording_pages import RecordingPages
from ivr.web.return_pages import ReturnPages, return_pages
from ivr.web.seller_pages import SellerPages, seller_pages
from ivr.web.services import Services
from ivr.web.softphone import SoftphonePages, add_softphone_rules
from ivr.web.staff import StaffPages, prepare, sign_in_pages
from ivr.web.staff_words import StaffWords
from ivr.web.user_pages import UserPages, add_link_rules, user_pages
from ivr.web.widget import widget
from ivr.web.wish import LocalTimes


def register_desk(app: Flask, services: Services, desk: Desk) -> None:
    """Customer pages at /, staff pages below /sign-in and /supervisor, the API at /api/v1. Webhooks carry no forms."""
    csrf, limiter = protect(app, desk)
    times, words = LocalTimes(desk.numbers), PageWords(services, desk)
    one = CallbackPages(services, desk, times, words)
    pages = CustomerPages(services, desk, times, words)
    staff_words = StaffWords(services, desk)
    signing, admin = _signing(app, services, desk, staff_words)
    customer, supervisor = customer_pages(pages, one), _supervisor(services, desk, staff_words)
    given = (services, desk, staff_words)
    agent = agent_pages(AgentPages(*given), CasePages(*given), RecordingPages(services), AgentChats(*given))
    add_softphone_rules(agent, SoftphonePages(services, desk))
    no_mail = no_mail_pages(one)
    embed = [customer_pages(pages, one, name=EMBED, prefix="/embed")] if desk.widget_sites else []
    _chat(services, desk, words, (customer, *embed))
    answers, links = help_pages(HelpPages(desk.knowledge, words)), _by_link(services, desk, words)
    programs = [*_api(services, desk), no_mail]
    carrier = [blueprint for name, blueprint in app.blueprints.items() if name.startswith(("voice", "texts"))]
    # In a frame there is no session; a callback is proven or known by its token.
    for blueprint in (*carrier, *programs, *embed):
        csrf.exempt(blueprint)
    for blueprint in programs:
        limiter.limit(API_LIMIT, key_func=_program)(blueprint)
    for blueprint in (customer, *links, *embed):
        limiter.limit(FORM_LIMIT, methods=["POST"])(blueprint)
    desks = (agent, supervisor, admin)
    for blueprint in desks:
        limiter.limit(DESK_LIMIT, methods=["POST"], key_func=_browser)(blueprint)
    limiter.limit(SIGN_IN_LIMIT, methods=["POST"])(signing)
    pages_for_people = (customer, *embed, *desks, signing, no_mail, answers, *links)
    register_error_pages(app, ErrorPages(pages, one, words, staff_words), pages_for_people)
    app.register_blueprint(api_docs())
    if embed:
        app.register_blueprint(widget(desk.catalogue))
    for blueprint in (customer, *embed, *desks, signing, answers, *links, *programs):
        blueprint.after_request(never_stored)
        app.register_blueprint(blueprint)


def _by_link(services: Services, desk: Desk, words: PageWords) -> tuple[Blueprint, ...]:
    """Pages for whoever has the signed link of a message."""
    return (
        return_pages(ReturnPages(services, desk, words)),
        seller_pages(SellerPages(services, desk, words)),
        account_pages(AccountPages(services, desk, words, desk.account_page)),
        delivery_pages(DeliveryPages(services, desk, words)),
        finish_pages(FinishPages(services, desk, words, desk.finishing)),
        order_address_pages(OrderAddressPages(services, words, desk.order_address)),
    )


def _api(services: Services, desk: Desk) -> list[Blueprint]:
    if desk.conversations is None:
        return [api_v1(services, desk)]
    return [api_v1(services, desk), conversations_v1(services, desk, desk.conversations)]


def _signing(app: Flask, services: Services, desk: Desk, words: StaffWords) -> tuple[Blueprint, Blueprint]:
    """Signing in by password, link and provider; and who may."""
    staff = StaffPages(desk.sign_ins, words, has_provider=desk.staff.provider is not None)
    prepare(app, staff)
    users = UserPages(services, desk, words)
    signing = sign_in_pages(staff)
    add_link_rules(signing, users)
    _add_provider(app, signing, services, desk, staff)
    return signing, user_pages(users)


def _add_provider(app: Flask, signing: Blueprint, services: Services, desk: Desk, staff: StaffPages) -> None:
    if desk.staff.provider is None:
        return
    from ivr.web.oidc import ProviderPages, add_provider_rules  # Authlib and requests, only where they are needed

    identities = Identities(services.store, desk.staff.accounts, desk.sign_ins)
    pages = ProviderPages(desk.staff.provider, services, staff, identities)
    pages.connect(app)
    add_provider_rules(signing, pages)


def _chat(services: Services, desk: Desk, words: PageWords, below: tuple[Blueprint, ...]) -> None:
    if services.chats is None:
        return
    for blueprint in below:
        chat_rules_of(blueprint, ChatPages(services, services.chats, desk, words))


def _program() -> str:
    return hashed(given_key() or client_address())


def _browser() -> str:
    return str(current_user.get_id() or client_address())


def _supervisor(services: Services, desk: Desk, words: StaffWords) -> Blueprint:
    callbacks, days = CallbackDesk(services, desk, words), DayPages(services, desk, words)
    claims = ClaimPages(services, desk, words)
    more = (
        partial(add_claim_rules, pages=claims),
        partial(add_holiday_rules, pages=HolidayPages(services, desk, words)),
        partial(add_content_rules, pages=ContentPages(services, desk, words)),
        partial(add_call_rules, pages=CallPages(services, desk, words)),
    )
    return supervisor_pages(SupervisorPages(services, words, claims), callbacks, days, *more)
