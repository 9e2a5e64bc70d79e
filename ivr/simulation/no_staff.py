"""The simulation has no staff who sign in."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime

from ivr.domain.assignments import Assignment
from ivr.domain.callbacks import Callback
from ivr.domain.cases import Event
from ivr.domain.holidays import Holiday
from ivr.domain.service_levels import Counted, Level, Waited
from ivr.domain.staff import AuditLine, Draft, SignIn, User
from ivr.domain.turns import Queued, TurnLine
from ivr.service.overview_store import CallbackSearch, CallLine


class NoStaff:
    """service.staff_store.Staff of a store without any."""

    def add_user(self, user: User) -> None:
        """Forget them."""

    def user(self, user_id: str) -> User | None:
        """None are kept."""
        return None

    def user_by_login(self, login: str) -> User | None:
        """None are kept."""
        return None

    def users(self) -> Sequence[User]:
        """None are kept."""
        return ()

    def held_admins(self) -> Sequence[User]:
        """None are kept."""
        return ()

    def add_sign_in(self, sign_in: SignIn) -> None:
        """Forget it."""

    def sign_in(self, sign_in_id: str) -> SignIn | None:
        """None are kept."""
        return None

    def end_sign_in(self, sign_in_id: str) -> None:
        """None are kept."""

    def end_sign_ins(self, begun_before: datetime) -> None:
        """None are kept."""

    def log(self, line: AuditLine) -> None:
        """Forget it."""

    def log_lines(self, limit: int, *, about: str = "", name: str = "") -> Sequence[AuditLine]:
        """None are kept."""
        return ()

    def draft(self, user_id: str, case_id: str) -> Draft | None:
        """None are kept."""
        return None

    def keep_draft(self, draft: Draft) -> None:
        """Forget it."""

    def drop_draft(self, user_id: str, case_id: str) -> None:
        """None are kept."""

    def assign(self, assignment: Assignment) -> None:
        """Forget it."""

    def unassign(self, callback_id: str) -> None:
        """None are kept."""

    def assignments(self, callback_ids: Collection[str]) -> Mapping[str, Assignment]:
        """None are kept."""
        return {}

    def add_holiday(self, holiday: Holiday) -> None:
        """Forget it."""

    def remove_holiday(self, region: str, day: date) -> bool:
        """None are kept."""
        return False

    def holidays(self) -> Sequence[Holiday]:
        """None are kept."""
        return ()

    def add_identity(self, subject: str, user_id: str) -> None:
        """Forget it."""

    def identity(self, subject: str) -> str | None:
        """None are kept."""
        return None

    def sweep(self, log_since: datetime, assigned_since: datetime) -> int:
        """None are kept."""
        return 0

    def pulse(self) -> str:
        """Nobody watches."""
        return ""


class NoErasures:
    """service.erasing_store.Erasures for nobody."""

    def customer(self, number: str, *, but: str) -> int:
        """Nothing is kept."""
        return 0

    def call(self, sid: str) -> None:
        """Nothing is kept."""

    def call_logs(self, begins: str, before: datetime, limit: int) -> int:
        """Nothing is kept."""
        return 0

    def dialed(self, begins: str, since: datetime, before: datetime) -> None:
        """Nothing is kept."""


class NoLevels:
    """service.levels_store.LevelFigures for nobody."""

    def waited(self, levels: Mapping[str, Level], since: datetime, now: datetime) -> Mapping[str, Waited]:
        """Nobody looks."""
        return {name: Waited() for name in levels}

    def counted(self, since: datetime) -> Sequence[Counted]:
        """Nobody looks."""
        return ()

    def unmarked(self, since: datetime, limit: int) -> Sequence[tuple[str, str]]:
        """Nobody looks."""
        return ()

    def mark(self, callback_id: str, at: datetime, *, is_member: bool) -> None:
        """Nobody looks."""


class NoOverview:
    """service.overview_store.Overview for nobody."""

    def find_callbacks(self, search: CallbackSearch, limit: int) -> Sequence[Callback]:
        """Nobody looks."""
        return ()

    def count_scheduled(self) -> int:
        """As many as it was told."""
        return 0

    def case_numbers(self, case_ids: Collection[str]) -> Mapping[str, str]:
        """Nobody looks."""
        return {}

    def created_callbacks(self, since: datetime, limit: int) -> Sequence[Callback]:
        """Nobody looks."""
        return ()

    def turn_lines(self, since: datetime, limit: int) -> Sequence[TurnLine]:
        """Nobody looks."""
        return ()

    def queued(self, keys: Collection[str]) -> Mapping[str, Queued]:
        """Nobody looks."""
        return {}

    def case_kinds(self, since: datetime) -> Mapping[str, int]:
        """Nobody looks."""
        return {}

    def calls(self, limit: int, *, before: str = "", case_id: str = "") -> Sequence[CallLine]:
        """Nobody looks."""
        return ()

    def call(self, sid: str) -> CallLine | None:
        """Nobody looks."""
        return None

    def call_events(self, sid: str) -> Sequence[Event]:
        """Nobody looks."""
        return ()
