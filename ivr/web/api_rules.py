"""How addresses of the API are put together: each rule says which scope opens it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, request
from werkzeug.exceptions import HTTPException

from ivr.domain.programs import Scope
from ivr.errors import IvrError
from ivr.web.api_keys import Access
from ivr.web.problems import Answer, crashed, failed, refused


@dataclass(frozen=True)
class Rule:
    """One operation."""

    method: str
    path: str
    view: Callable[..., Any]
    scope: Scope


def api_blueprint(name: str, rules: Sequence[Rule], access: Access) -> Blueprint:
    """Operations below /api/v1, each opened by its scope; all errors are problem documents."""
    blueprint = Blueprint(name, __name__, url_prefix="/api/v1")
    scopes: dict[str, Scope] = {}

    def authorize() -> Answer | None:
        return access.refuse(scopes[request.endpoint or ""])

    blueprint.before_request(authorize)
    problems_of(blueprint)
    for rule in rules:
        endpoint = f"{rule.method.lower()}_{rule.view.__name__}"
        scopes[f"{name}.{endpoint}"] = rule.scope
        blueprint.add_url_rule(rule.path, view_func=rule.view, endpoint=endpoint, methods=[rule.method])
    return blueprint


def problems_of(blueprint: Blueprint) -> None:
    """Whatever goes wrong there is told as a problem document."""
    blueprint.register_error_handler(IvrError, refused)
    blueprint.register_error_handler(HTTPException, failed)
    blueprint.register_error_handler(Exception, crashed)
