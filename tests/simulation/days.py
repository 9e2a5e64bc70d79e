"""Small days under simulated time."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime

from ivr.domain.callbacks import Callback
from ivr.domain.hours import OpeningHours
from ivr.domain.policies import CallbackRules, DialRules
from ivr.service.store import Store
from ivr.simulation.carrier import no_storm
from ivr.simulation.centre import Centre
from ivr.simulation.lab import Setting
from ivr.simulation.policy import IDEAL, Policy, rules_of
from ivr.simulation.public import Caller, Habits, day_of, steady

ZONE = "America/New_York"
DAY = date(2026, 3, 10)
START = datetime(2026, 3, 2, tzinfo=UTC)
EAGER = Habits(accept=1.0)


def a_day(calls: int = 120, seed: int = 1, habits: Habits = EAGER) -> tuple[Caller, ...]:
    return day_of(calls, DAY, zone=ZONE, seed=seed, habits=habits)


def played(
    people: Sequence[Caller],
    policy: Policy,
    *,
    habits: Habits = EAGER,
    storm: Callable[[datetime], bool] = no_storm,
    store: Store | None = None,
) -> Centre:
    """The people's time under a policy, to the end."""
    setting = Setting(rules=rules_of(policy, zone=ZONE), policy=policy, habits=habits, zone=ZONE, storm=storm)
    centre = Centre(setting, people, store=store)
    centre.run()
    return centre


def queue_of(hours: float, *, seed: int, patience: float, agents: int = 3) -> tuple[Centre, tuple[Caller, ...]]:
    """A call centre that is nothing but a queue, at nine tenths of what its agents can do."""
    habits = Habits(handle_spread=0, patience_seconds=patience, agent_misses=0)
    people = steady(0.9 * agents * 12, hours, start=START, seed=seed, habits=habits)
    policy = Policy(callbacks=False, agents=agents)
    rules = rules_of(policy, CallbackRules(dial=DialRules(wrap_up_seconds=0)), zone="UTC", dials_per_second=0)
    rules = replace(rules, opening=OpeningHours.parse("always", "UTC"))
    centre = Centre(Setting(rules=rules, policy=policy, pace=IDEAL, habits=habits, zone="UTC"), people)
    centre.run()
    return centre, people


def promises(centre: Centre) -> list[Callback]:
    """All that were made."""
    with centre.lab.store.read() as uow:
        found = [uow.callbacks.get(guest.callback_id) for guest in centre.lab.guests.values() if guest.callback_id]
    return [callback for callback in found if callback is not None]
