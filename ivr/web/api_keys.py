"""Who may use the API: programs with a key of the settings or of a row, agents with a token of their own."""

import hmac
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Final

from flask import g, request

from ivr.domain.agents import Agent
from ivr.domain.programs import Scope
from ivr.service.hashing import hashed
from ivr.service.store import Store
from ivr.web.problems import Answer, problem

AGENT: Final = "agent"
PREFIX: Final = "rbk_"
"""Keys in rows begin so: scanners of leaked secrets find them."""


@dataclass(frozen=True)
class Access:
    """What the key of a request opens: those of the settings everything, those in rows their scopes."""

    store: Store
    api_keys: Sequence[str]

    def scopes(self) -> frozenset[str]:
        """Of the request's key; none: it is no key, or was revoked."""
        given = hashed(given_key())
        if given_key() and any(hmac.compare_digest(given, _expected(key)) for key in self.api_keys):
            g.program = "IVR_API_KEYS"
            return frozenset(Scope)
        if not given_key().startswith(PREFIX):
            return frozenset()
        with self.store.read() as uow:
            key = uow.programs.key_of(given)
        if key is None or key.revoked_at is not None:
            return frozenset()
        g.program = key.name
        return frozenset(key.scopes)

    def refuse(self, scope: Scope) -> Answer | None:
        """Why the request does not get in; None: it does."""
        scopes = self.scopes()
        if not scopes:
            return refusal()
        if scope not in scopes:
            answer, status = problem(403, "insufficient_scope", f"This key lacks the scope {scope}.", scope=scope)
            answer.headers["WWW-Authenticate"] = f'Bearer realm="ringback", error="insufficient_scope", scope="{scope}"'
            return answer, status
        return None


def program() -> str:
    """Whose key came with this request, once it was let in."""
    return str(g.program)


def new_key(key_id: str) -> str:
    """A key that nobody can guess; its id can be told."""
    return f"{PREFIX}{key_id}_{secrets.token_urlsafe(32)}"


def refusal() -> Answer:
    """Says how to come in."""
    how = "Send an API key: `Authorization: Bearer …` (`python -m ivr keys add`, or IVR_API_KEYS)."
    answer, status = problem(401, "unauthorized", how)
    answer.headers["WWW-Authenticate"] = 'Bearer realm="ringback"'
    return answer, status


def agent_token(agent: Agent, secret: str) -> str:
    """What lets one agent, and nobody else, act in their conversations. Another number makes another token."""
    return f"{AGENT}.{agent.id}.{_mac(agent, secret)}"


def agent_id_of(token: str) -> str:
    """Whose token this claims to be; empty: nobody's."""
    parts = token.split(".")
    return parts[1] if len(parts) == 3 and parts[0] == AGENT else ""


def is_token_of(agent: Agent, token: str, secret: str) -> bool:
    """Whether it is."""
    return hmac.compare_digest(agent_token(agent, secret).encode(), token.encode())


def _mac(agent: Agent, secret: str) -> str:
    about = f"ringback-agent:{agent.id}:{agent.number}"
    return hmac.new(secret.encode(), about.encode(), sha256).hexdigest()


def given_key() -> str:
    """The key of a Bearer header, or of Basic with any user name (tools that know nothing else)."""
    scheme, _, given = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() == "bearer":
        return given.strip()
    return (request.authorization.password or "") if request.authorization else ""


def _expected(key: str) -> str:
    """A key of the settings is plain, or `sha256:` and its hash."""
    return key.removeprefix("sha256:") if key.startswith("sha256:") else hashed(key)
