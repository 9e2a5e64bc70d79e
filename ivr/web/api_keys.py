"""Who may use the API: programs with a key of the settings, agents with a token of their own."""

import hmac
from collections.abc import Sequence
from hashlib import sha256
from typing import Final

from flask import request

from ivr.domain.agents import Agent
from ivr.web.problems import Answer, problem

AGENT: Final = "agent"


def is_program(api_keys: Sequence[str]) -> bool:
    """Whether the request carries one of these keys."""
    given = hashed(given_key())
    return bool(given_key()) and any(hmac.compare_digest(given, _expected(key)) for key in api_keys)


def unauthorized(api_keys: Sequence[str]) -> Answer | None:
    """Refuse a request without a valid key."""
    return None if is_program(api_keys) else refusal()


def refusal() -> Answer:
    """Says how to come in."""
    answer, status = problem(401, "unauthorized", "Send an API key: `Authorization: Bearer …` (IVR_API_KEYS).")
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


def hashed(key: str) -> str:
    """SHA-256 in hexadecimal digits: what is kept of a key."""
    return sha256(key.encode("utf-8", "surrogatepass")).hexdigest()
