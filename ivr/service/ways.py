"""By which channels a customer can be told something: those that are there, lead to them, and were not declined."""

from collections.abc import Iterator
from dataclasses import dataclass

from ivr.domain.messages import Channel, MessageRules
from ivr.errors import NumberRefused
from ivr.service.opting import has_opted_out
from ivr.service.ports import NumberRules
from ivr.service.store import UnitOfWork


@dataclass(frozen=True)
class Ways:
    """The channels of an installation."""

    rules: MessageRules
    numbers: NumberRules

    def to(self, uow: UnitOfWork, number: str, email: str) -> Iterator[tuple[Channel, str]]:
        """Text first."""
        if self.rules.texts and self._gets_texts(number) and not has_opted_out(uow, number):
            yield Channel.TEXT, number
        if self.rules.mails and email and not has_opted_out(uow, email):
            yield Channel.EMAIL, email

    def _gets_texts(self, number: str) -> bool:
        """A land line gets none."""
        try:
            return self.numbers.check(number).line_type != "fixed_line"
        except NumberRefused:
            return False
