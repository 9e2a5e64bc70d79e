"""Signing in by the company's own provider of identities: OpenID Connect, code flow with PKCE, by Authlib."""

from collections.abc import Mapping
from typing import Any, Final

import requests
import structlog
from authlib.common.errors import AuthlibBaseError
from authlib.integrations.base_client.errors import MismatchingStateError
from authlib.integrations.flask_client import OAuth
from flask import Blueprint, Flask, request, session, url_for
from joserfc.errors import JoseError

from ivr.domain.staff import NAME_LONGEST, StaffRole
from ivr.errors import SignInRefused
from ivr.service.identities import Identities, Identity
from ivr.web.services import Services
from ivr.web.staff import OURS, Page, StaffPages
from ivr.web.staff_desk import Provider

log = structlog.get_logger(__name__)

SECONDS: Final = 10
"""A provider that takes longer is taken for away."""
SCOPE: Final = "openid profile email"
NEXT: Final = "oidc_next"
STATUSES: Final = {"oidc_away": 503, "oidc_state": 400}
NAMES: Final = ("preferred_username", "name", "email", "sub")


class ProviderPages:
    """Handlers of the way there and back. What goes wrong is told on the sign-in page, with a code."""

    def __init__(self, provider: Provider, services: Services, staff: StaffPages, identities: Identities) -> None:
        self._provider = provider
        self._services = services
        self._staff = staff
        self._identities = identities
        self._oauth = OAuth()

    def connect(self, app: Flask) -> None:
        """Register the client; nobody is asked before somebody signs in."""
        self._oauth.init_app(app)
        self._oauth.register(
            "provider",
            client_id=self._provider.client_id,
            client_secret=self._provider.client_secret or None,
            server_metadata_url=f"{self._provider.issuer.rstrip('/')}/.well-known/openid-configuration",
            client_kwargs={"scope": SCOPE, "code_challenge_method": "S256", "default_timeout": SECONDS},
        )

    def begin(self) -> Page:
        """To the provider, with a state, a nonce and a challenge that this browser's session keeps."""
        wanted = request.args.get("next", "")
        session[NEXT] = wanted if OURS.fullmatch(wanted) else ""
        try:
            back = self._services.absolute(url_for("staff.oidc_back"))
            return self._client.authorize_redirect(back)  # type: ignore[no-any-return]
        except (requests.RequestException, AuthlibBaseError, ValueError) as error:
            return self._refused(_away(error))

    def back(self) -> Page:
        """From the provider: the code becomes an identity whose signature, audience and nonce were checked."""
        wanted = str(session.get(NEXT, ""))
        try:
            token = self._identities.begin(self._identity())
        except SignInRefused as refused:
            return self._refused(refused)
        return self._staff.let_in(token, wanted)

    def _identity(self) -> Identity:
        try:
            claims = self._client.authorize_access_token().get("userinfo") or {}
        except MismatchingStateError as error:
            raise SignInRefused("oidc_state", "this sign-in was begun elsewhere or long ago; begin again") from error
        except requests.RequestException as error:
            raise _away(error) from error
        except (AuthlibBaseError, JoseError, ValueError, KeyError, RuntimeError) as error:
            log.warning("oidc_refused", error=type(error).__name__)
            raise SignInRefused("oidc_refused", "the provider did not confirm who you are; begin again") from error
        if not claims.get("sub") or claims.get("iss", "").rstrip("/") != self._provider.issuer.rstrip("/"):
            raise SignInRefused("oidc_refused", "the provider did not confirm who you are; begin again")
        return self._read(claims)

    def _read(self, claims: Mapping[str, Any]) -> Identity:
        name = next(str(claims[key]) for key in NAMES if claims.get(key))
        governs = bool(self._provider.role_claim)
        role = role_in(claims, self._provider.role_claim) if governs else None
        return Identity(f"{self._provider.issuer} {claims['sub']}", name[:NAME_LONGEST], role, governs=governs)

    def _refused(self, refused: SignInRefused) -> Page:
        return self._staff.refused(refused, STATUSES.get(refused.reason, 403))

    @property
    def _client(self) -> Any:
        return self._oauth.provider


def role_in(claims: Mapping[str, Any], claim: str) -> StaffRole | None:
    """The highest role that a claim names, by itself or in a list; `a.b` is a claim inside a claim."""
    value: Any = claims
    for part in claim.split("."):
        value = value.get(part) if isinstance(value, Mapping) else None
    named = [value] if isinstance(value, str) else value if isinstance(value, list) else []
    return next((role for role in reversed(StaffRole) if role.value in named), None)


def _away(error: Exception) -> SignInRefused:
    log.warning("oidc_away", error=type(error).__name__)
    return SignInRefused("oidc_away", "the company's sign-in does not answer; try again, or use a password")


def add_provider_rules(blueprint: Blueprint, pages: ProviderPages) -> None:
    """Beside the password."""
    blueprint.add_url_rule("/sign-in/oidc", view_func=pages.begin, endpoint="oidc")
    blueprint.add_url_rule("/sign-in/oidc/back", view_func=pages.back, endpoint="oidc_back")
