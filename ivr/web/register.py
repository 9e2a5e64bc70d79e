"""Puts pages, board and API into the app."""

from flask import Flask

from ivr.web.api import api_v1
from ivr.web.board import supervisor_pages
from ivr.web.desk import FORM_LIMIT, Desk, protect
from ivr.web.pages import customer_pages
from ivr.web.services import Services
from ivr.web.wish import LocalTimes


def register_desk(app: Flask, services: Services, desk: Desk) -> None:
    """Customer pages at /, the board at /supervisor, the API at /api/v1. Webhooks carry signatures, not forms."""
    csrf, limiter = protect(app, desk)
    customer = customer_pages(services, desk, LocalTimes(desk.numbers))
    supervisor, api = supervisor_pages(services, desk), api_v1(services, desk)
    for name, blueprint in list(app.blueprints.items()):
        if name.startswith("voice"):
            csrf.exempt(blueprint)
    csrf.exempt(api)
    for blueprint in (customer, supervisor):
        limiter.limit(FORM_LIMIT, methods=["POST"])(blueprint)
    for blueprint in (customer, supervisor, api):
        app.register_blueprint(blueprint)
