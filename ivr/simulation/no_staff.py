"""The simulation has no staff who sign in."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from ivr.domain.callbacks import Callback
from ivr.domain.staff import AuditLine, Draft, SignIn, User
from ivr.service.overview_store import CallbackSearch


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

    def pulse(self) -> str:
        """Nobody watches."""
        return ""


class NoOverview:
    """service.overview_store.Overview for nobody."""

    def find_callbacks(self, search: CallbackSearch, limit: int) -> Sequence[Callback]:
        """Nobody looks."""
        return ()

    def case_numbers(self, case_ids: Collection[str]) -> Mapping[str, str]:
        """Nobody looks."""
        return {}

    def created_callbacks(self, since: datetime, limit: int) -> Sequence[Callback]:
        """Nobody looks."""
        return ()

    def case_kinds(self, since: datetime) -> Mapping[str, int]:
        """Nobody looks."""
        return {}
