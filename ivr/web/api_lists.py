"""What programs read in pages: callbacks, cases, events; and how agents stand."""

from typing import Any, Final

from flask import Response

from ivr.domain.agents import Agent
from ivr.domain.callbacks import CallbackStatus
from ivr.domain.cases import CaseStatus
from ivr.errors import CallbackRefused
from ivr.web.api_answers import CURSOR, PAGED, cursor, page, read_after, read_cursor, read_limit, read_status, tagged
from ivr.web.api_bodies import callback_json, case_json, event_json, read_query
from ivr.web.desk import Desk
from ivr.web.services import Services

NEWEST: Final = 200
"""Events without a cursor: the last ones."""
LARGEST_SERIAL: Final = 2**63 - 1


class ListsApi:
    """GET of lists."""

    def __init__(self, services: Services, desk: Desk) -> None:
        self._services = services
        self._desk = desk

    def callbacks(self) -> Response:
        """Newest first."""
        asked = read_query(PAGED | {"status", "number"})
        status, limit, after = read_status(asked, CallbackStatus), read_limit(asked), read_after(asked)
        number = self._desk.numbers.check(asked["number"]).e164 if "number" in asked else ""
        with self._services.store.read() as uow:
            found = uow.lists.callbacks(status, number, after, limit + 1)
            numbers = uow.overview.case_numbers({one.case_id for one in found})
        rows = [
            (callback_json(one, None) | {"case": numbers.get(one.case_id)}, (one.created_at, one.id)) for one in found
        ]
        return page("callbacks", rows, limit)

    def cases(self) -> Response:
        """Newest first, without their timelines."""
        asked = read_query(PAGED | {"status"})
        status, limit, after = read_status(asked, CaseStatus), read_limit(asked), read_after(asked)
        with self._services.store.read() as uow:
            rows = [(case_json(one), (one.opened_at, one.id)) for one in uow.lists.cases(status, after, limit + 1)]
        return page("cases", rows, limit)

    def events(self) -> Response:
        """In the order written: those behind the cursor, else the newest."""
        asked = read_query(PAGED)
        limit, given = read_limit(asked) if "limit" in asked else NEWEST, read_cursor(asked)
        if given and not (len(given) == 1 and type(given[0]) is int and 0 <= given[0] < LARGEST_SERIAL):
            raise CallbackRefused("cursor", CURSOR)
        with self._services.store.read() as uow:
            last = uow.lists.last_serial()
            found = uow.lists.events(given[0] if given else max(0, last - limit), limit)
        following = found[-1][0] if found else given[0] if given else last
        return tagged({"events": [event_json(event) for _, event in found], "next": cursor(following)})

    def agents(self) -> Response:
        """Who works, and how they stand; numbers are not shown."""
        read_query(frozenset())
        now = self._services.clock.now()
        with self._services.store.read() as uow:
            found = [agent_json(agent, on_shift=agent.works_at(now)) for agent in uow.agents.all()]
        return tagged({"agents": found})


def agent_json(agent: Agent, *, on_shift: bool) -> dict[str, Any]:
    """An agent as clients see them."""
    return {
        "id": agent.id,
        "name": agent.name,
        "status": agent.status.value,
        "status_at": agent.status_at.isoformat(),
        "skills": list(agent.skills),
        "locales": list(agent.locales),
        "on_shift": on_shift,
    }
