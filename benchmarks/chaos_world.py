"""What all processes of chaos.py agree on: rules in seconds instead of minutes, the clock, the engine on a database."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from ivr.clock import ShiftedClock
from ivr.domain.policies import BookingRules, CallbackRules, DialRules
from ivr.domain.turn import Say
from ivr.phone import http
from ivr.phone.client import Account, TwilioPhone
from ivr.service.dial_tools import REQUESTS_AT_ONCE
from ivr.service.engine import CallbackEngine, EnginePorts
from ivr.storage import SqlStore
from ivr.understanding.numbers import PhoneNumbers

RULES = CallbackRules(
    booking=BookingRules(countries=frozenset({"US"}), grace_seconds=3600),
    dial=DialRules(
        dials_per_second=0,
        dials_per_day=0,
        agent_ring_seconds=5,
        customer_ring_seconds=5,
        whisper_seconds=3,
        lease_seconds=3,
        settle_seconds=10,
        look_seconds=2,
        pass_seconds=1,
        greeting_seconds=0,
        wrap_up_seconds=0,
        stuck_seconds=8,
    ),
    calls_open_at=time(9),
    calls_close_at=time(19),
)
"""Settle: longer than the client's time-out, the carrier's lag and a frozen process together."""
TIMEOUT_SECONDS = (1.0, 1.5)
"""Connect, read."""
ZONE = "America/New_York"
"""Where all the numbers lie."""
OURS = "+12125550100"


@dataclass(frozen=True)
class World:
    """Where everything is; plain values, so that a fresh process can be told."""

    database_url: str
    carrier_url: str
    clock_file: str
    mutant: str = ""
    settle_seconds: int = RULES.dial.settle_seconds
    """Longer than any process may be frozen."""

    def clock(self) -> ShiftedClock:
        """The machine's time and as much more as the file says: all processes jump together."""
        return ShiftedClock(Path(self.clock_file))

    def ports(self) -> EnginePorts:
        """The real client and the real store."""
        http.TIMEOUT_SECONDS = TIMEOUT_SECONDS  # type: ignore[misc]
        account = Account(
            sid="AC" + "1" * 32, auth_token="x", number=OURS, public_url="http://app", api_base=self.carrier_url
        )
        return EnginePorts(
            store=SqlStore(self.database_url),
            clock=self.clock(),
            phone=TwilioPhone(account),
            messenger=None,
            speaker=Silent(),  # type: ignore[arg-type]
            numbers=PhoneNumbers("US"),
            requests_at_once=REQUESTS_AT_ONCE,
        )

    def engine(self, ports: EnginePorts, node: str, rules: CallbackRules = RULES) -> CallbackEngine:
        """The production engine."""
        if rules.dial.settle_seconds:  # one mutant has none
            rules = replace(rules, dial=replace(rules.dial, settle_seconds=self.settle_seconds))
        return CallbackEngine(ports, rules, node=node)


class Silent:
    """ports.Speaker: nobody listens here."""

    locales = ("en-US",)

    def text(self, locale: str, say: Say) -> str:
        return say.key


def jump(world: World, to: datetime) -> None:
    """Move the clock of all processes ahead."""
    Path(world.clock_file).write_text(f"{max(0.0, (to - datetime.now(UTC)).total_seconds()):.1f}\n")


def local(moment: datetime) -> datetime:
    """On the customers' own clocks."""
    return moment.astimezone(ZoneInfo(ZONE))


def next_local(moment: datetime, at: time) -> datetime:
    """The next time it is so late on a working day where the customers live."""
    here = local(moment)
    there = here.replace(hour=at.hour, minute=at.minute, second=at.second, microsecond=0)
    return (there if there > here else there + timedelta(days=1)).astimezone(UTC)
