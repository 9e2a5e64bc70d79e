"""Agents: whom they can take, and the legal moves of their status."""

from datetime import UTC, datetime

import pytest

from ivr.domain.agents import MOVES, Agent, AgentStatus
from ivr.errors import IllegalMove

NOW = datetime(2026, 3, 10, 16, 0, tzinfo=UTC)


def agent(**more: object) -> Agent:
    return Agent(id="a", name="Ada", number="+12025550171", status_at=NOW, **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("skills", "locales", "skill", "locale", "takes"),
    [
        (("general",), ("en-US",), "orders", "en-US", True),
        (("orders",), ("en-US",), "orders", "en-GB", True),
        (("orders",), ("en-US",), "returns", "en-US", False),
        (("orders",), ("en-US",), "general", "en-US", False),
        (("general",), ("en-US", "ko-KR"), "orders", "ko-KR", True),
        (("general",), ("ko-KR",), "orders", "en-US", False),
    ],
)
def test_agent_takes_what_skill_and_language_allow(
    skills: tuple[str, ...], locales: tuple[str, ...], skill: str, locale: str, takes: bool
) -> None:
    assert agent(skills=skills, locales=locales).can_take(skill, locale) is takes


@pytest.mark.parametrize("status", AgentStatus)
@pytest.mark.parametrize("to", AgentStatus)
def test_every_move_is_in_the_table_or_raises(status: AgentStatus, to: AgentStatus) -> None:
    row = agent(status=status)
    if to == status or to in MOVES[status]:
        row.move(to, NOW)
        assert (row.status, row.attempt_id) == (to, None)
    else:
        with pytest.raises(IllegalMove):
            row.move(to, NOW)
