"""Errors as answers of pages and the API. The voice webhooks have their own: a caller hears no status code."""

from typing import Final

import structlog
from flask import Flask, Response, jsonify
from werkzeug.exceptions import HTTPException

from ivr.errors import (
    CallbackRefused,
    CallGone,
    CarrierRejected,
    CarrierUnclear,
    ClaimRefused,
    Conflict,
    HookRefused,
    IllegalMove,
    IvrError,
    LinkExpired,
    NobodyFree,
    NotFound,
)

log = structlog.get_logger(__name__)

STATUSES: Final[tuple[tuple[type[IvrError], int], ...]] = (
    (NotFound, 404),
    (LinkExpired, 410),
    (Conflict, 409),
    (IllegalMove, 409),
    (NobodyFree, 409),
    (CallGone, 409),
    (ClaimRefused, 409),
    (CallbackRefused, 422),
    (HookRefused, 422),
    (CarrierRejected, 502),
    (CarrierUnclear, 502),
)


def status_of(error: IvrError) -> int:
    """The HTTP status of one of our errors; 500 for those a client can do nothing about."""
    return next((status for kind, status in STATUSES if isinstance(error, kind)), 500)


def register_errors(app: Flask) -> None:
    """Answer our errors with their code and text, and any other with nothing that helps an attacker."""

    @app.errorhandler(IvrError)
    def ours(error: IvrError) -> tuple[Response, int]:
        status = status_of(error)
        log.warning("request_failed", code=error.code, status=status)
        return jsonify(error={"code": error.code, "message": str(error)}), status

    @app.errorhandler(Exception)
    def unexpected(error: Exception) -> HTTPException | tuple[Response, int]:
        if isinstance(error, HTTPException):
            return error
        log.exception("request_crashed")
        message = "Something went wrong on our side; try again, and tell us if it stays."
        return jsonify(error={"code": "internal", "message": message}), 500
