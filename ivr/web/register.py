"""Puts pages, board and API into the app."""

from flask import Flask

from ivr.web.api import api_v1
from ivr.web.board import SupervisorPages, supervisor_pages
from ivr.web.callback_pages import CallbackPages, no_mail_pages
from ivr.web.conversations import conversations_v1
from ivr.web.desk import FORM_LIMIT, SIGN_IN_LIMIT, Desk, never_stored, protect
from ivr.web.error_pages import ErrorPages, register_error_pages
from ivr.web.help_pages import HelpPages, help_pages
from ivr.web.page_words import PageWords
from ivr.web.pages import CustomerPages, customer_pages
from ivr.web.services import Services
from ivr.web.wish import LocalTimes


def register_desk(app: Flask, services: Services, desk: Desk) -> None:
    """Customer pages at /, the board at /supervisor, the API at /api/v1. Webhooks carry signatures, not forms."""
    csrf, limiter = protect(app, desk)
    times, words = LocalTimes(desk.numbers), PageWords(services, desk)
    one = CallbackPages(services, desk, times, words)
    pages = CustomerPages(services, desk, times, words)
    board = SupervisorPages(services, desk)
    customer, supervisor, api = customer_pages(pages, one), supervisor_pages(board), api_v1(services, desk)
    no_mail = no_mail_pages(one)
    answers = help_pages(HelpPages(desk.knowledge, words))
    for name, blueprint in list(app.blueprints.items()):
        if name.startswith(("voice", "texts")):
            csrf.exempt(blueprint)
    programs = [api, no_mail]
    if desk.conversations is not None:
        programs.append(conversations_v1(services, desk, desk.conversations))
    for blueprint in programs:
        csrf.exempt(blueprint)
    limiter.limit(FORM_LIMIT, methods=["POST"])(customer)
    limiter.limit(SIGN_IN_LIMIT, methods=["POST"])(supervisor)
    register_error_pages(app, ErrorPages(pages, words, board), (customer, supervisor, no_mail, answers))
    for blueprint in (customer, supervisor, answers, *programs):
        blueprint.after_request(never_stored)
        app.register_blueprint(blueprint)
