"""What the pages of supervisors and admins need beside the use cases of callbacks."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Protocol

from ivr.content import Content
from ivr.phone.softphones import SoftphoneKey
from ivr.service.accounts import Accounts
from ivr.service.case_care import CaseCare
from ivr.service.case_settling import CaseSettling
from ivr.service.days_off import Holidays


class Found(Protocol):
    """checkup.Finding: one line of the doctor's report, and what to do about it."""

    @property
    def about(self) -> str: ...
    @property
    def verdict(self) -> str: ...
    @property
    def text(self) -> str: ...
    @property
    def remedy(self) -> str: ...


@dataclass(frozen=True, kw_only=True)
class Provider:
    """What the settings say of it."""

    issuer: str
    client_id: str
    client_secret: str
    role_claim: str = ""
    """The claim that names the role; empty: roles are given here."""


@dataclass(frozen=True, kw_only=True)
class StaffDesk:
    """Use cases and looks into the content."""

    holidays: Holidays
    accounts: Accounts
    public_holidays: Callable[[str, int], Sequence[tuple[date, str]]]
    """A country's or a region's, by year: offered, never taken by themselves."""
    places: Mapping[str, str]
    """Countries whose numbers may be rung, and their regions, with their names."""
    settling: CaseSettling
    care: CaseCare
    softphones: SoftphoneKey | None = None
    """None: agents answer by telephones alone."""
    provider: Provider | None = None
    """The company's own provider of identities."""
    content: Callable[[], Content]
    """grammars/, as they are served."""
    findings: Callable[[], Iterable[Found]]
    """What `doctor` finds, without asking anybody outside."""
