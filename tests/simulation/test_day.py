"""A day under two policies."""

from xml.etree import ElementTree

from ivr.domain.callbacks import CallbackStatus, Party
from ivr.simulation.figures import figures_of
from ivr.simulation.picture import PANELS, Drawn, draw
from ivr.simulation.policy import Policy
from ivr.simulation.public import Habits
from ivr.simulation.report import ROWS, table
from tests.simulation.days import DAY, ZONE, a_day, played, promises

WITH, WITHOUT = Policy(name="with", agents=2), Policy(name="without", callbacks=False, agents=2)


def test_callbacks_let_fewer_callers_hang_up_and_nobody_is_overtaken() -> None:
    people = a_day(150)
    ours, peer = (figures_of(played(people, policy)) for policy in (WITH, WITHOUT))
    assert (ours.calls, peer.callbacks) == (peer.calls, 0)
    assert ours.callbacks > 10
    assert ours.abandoned < peer.abandoned
    assert ours.kept_share >= 0.95
    assert (ours.lost, ours.inversions_per_1000, peer.inversions_per_1000) == (0, 0, 0)


def test_same_seed_gives_the_same_day_and_another_one_another() -> None:
    first, again, other = (figures_of(played(a_day(60, seed), WITH)).as_data() for seed in (1, 1, 2))
    assert first == again
    assert first != other


def test_customer_who_never_picks_up_is_rung_as_often_as_the_policy_says_then_left_to_a_person() -> None:
    nobody = Habits(accept=1.0, no_answer=1.0, agent_misses=0)
    centre = played(a_day(60, habits=nobody), Policy(agents=1, tries=2), habits=nobody)
    assert promises(centre)
    for callback in promises(centre):
        rung = [c for c in centre.lab.phone.dialed if c.to == callback.number and c.party == Party.CUSTOMER]
        assert (len(rung), callback.status) == (2, CallbackStatus.NEEDS_HUMAN)


def test_picture_and_table_show_every_figure_of_every_policy() -> None:
    centres = [played(a_day(60), policy) for policy in (WITH, WITHOUT)]
    lines = table([figures_of(centre) for centre in centres])
    assert len(lines) == len(ROWS) + 1
    assert lines[0].split() == ["with", "without"]
    runs = [Drawn(c.lab.setting.policy.name, list(c.lab.guests.values())) for c in centres]
    picture = ElementTree.fromstring(draw(f"{DAY} <b>", runs, ZONE))
    bars = [bar for bar in picture.iter("{http://www.w3.org/2000/svg}rect") if bar.find("*") is not None]
    hours = {guest.arrived_at.hour for guest in runs[0].guests}
    assert len(bars) == len(PANELS) * len(hours) * 2
