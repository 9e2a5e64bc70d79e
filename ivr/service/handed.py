"""What the shop has done of a case's settlements, and what it has not: for those who look after it."""

from dataclasses import dataclass

from ivr.domain.cases import Case
from ivr.domain.handovers import FAILED, Handover
from ivr.domain.settlements import Settlement
from ivr.service.store import UnitOfWork


@dataclass(frozen=True)
class Undone:
    """One settlement with its handover."""

    settlement: Settlement
    handover: Handover
    case_number: str

    @property
    def has_failed(self) -> bool:
        """Whether a person has to decide about it."""
        return self.handover.status in FAILED


def read_undone(uow: UnitOfWork, limit: int) -> list[Undone]:
    """What a person has to decide about, newest first."""
    failed = uow.handovers.failed(limit)
    numbers = uow.overview.case_numbers([one.case_id for one in failed])
    settled = ((one, uow.settlements.get(one.key)) for one in failed)
    return [Undone(row, one, numbers.get(one.case_id, "")) for one, row in settled if row is not None]


def read_handed(uow: UnitOfWork, case: Case) -> list[Undone]:
    """All of one case, oldest first."""
    settled = uow.settlements.of_order(case.order_id) if case.order_id else ()
    rows = ((row, uow.handovers.get(row.key)) for row in settled if row.case_id == case.id)
    return [Undone(row, one, case.number) for row, one in rows if one is not None]
