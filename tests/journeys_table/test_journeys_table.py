"""A table of spoken journeys: what is said, what is heard, what was decided by which rules, what was paid."""

from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import pytest

from ivr.domain.settlements import Settlement
from ivr.service.shop_words import spoken_seconds
from tests.journeys_table.world import Line, Told, journeys

TABLE = list(journeys())
MOST_TURNS = 7
LONGEST = 12.0
"""Seconds a prompt takes to say, at the most."""
OLDER = ("menu", "offer_callback_wait", "dnr_explain")
"""Prompts that say no rule: they name every choice, or where a parcel was left, and can be interrupted."""
Told_ = dict[str, Told]


@pytest.fixture(scope="module")
def line(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Line]:
    file = tmp_path_factory.mktemp("journeys") / "table.db"
    file.write_bytes(sqlite_template.read_bytes())
    line = Line(f"sqlite:///{file}")
    yield line
    line.ivr.close()


@pytest.fixture(scope="module")
def told(line: Line) -> Told_:
    return {journey["name"]: line.travel(journey) for journey in TABLE}


@pytest.mark.parametrize("journey", TABLE, ids=lambda journey: journey["name"])
def test_the_journey_is_heard_decided_and_paid_as_written(told: Told_, journey: dict) -> None:
    found = told[journey["name"]]
    wanted = [(str(said), *hears) for said, *hears in journey["turns"] if not isinstance(said, dict)]
    assert [(said, " ".join(keys)) for said, keys in found.turns] == wanted
    assert found.rules == journey["rules"]
    assert [paid(row) for row in found.settlements] == journey["paid"]
    assert found.case is not None
    assert found.case.status.value == journey["case"]
    assert found.most_turns <= MOST_TURNS


def paid(row: Settlement) -> str:
    way = f"/{row.way}" if row.way else ""
    return f"{row.kind.value}{way} {row.amount_minor} {row.currency}"


def test_every_rule_decides_a_journey_and_is_refused_in_another(told: Told_, line: Line) -> None:
    fates = defaultdict(set)
    for journey in told.values():
        for event in journey.decided:
            settled = False
            for step in event.data["chain"]:
                fates[step["rule"]].add("passed" if settled else step["fate"])
                settled = settled or step["fate"] == "decided"
    rules = {
        rule.base.id: rule.base
        for topic, ruled in line.ivr.policies.topics.items()
        if topic.value != "payout"
        for rule in ruled
    }
    assert [name for name in rules if "decided" not in fates[name]] == []
    refused = {"not_met", "elsewhere", "not_in_force"}
    conditional = [name for name, rule in rules.items() if rule.when]
    assert [name for name in conditional if not fates[name] & refused] == []
    last = [name for name in rules if name not in conditional]
    assert [name for name in last if "passed" not in fates[name]] == []


def test_every_way_of_payment_is_told_in_a_journey(told: Told_, line: Line) -> None:
    heard = {key for journey in told.values() for _, keys in journey.turns for key in keys}
    payouts = {key for rule in line.ivr.policies.topics["payout"] for key in rule.base.reasons}
    assert payouts <= heard


def test_no_two_journeys_share_kind_rules_and_outcome(told: Told_) -> None:
    seen = defaultdict(list)
    for journey in TABLE:
        found = told[journey["name"]]
        kind = found.decided[0].data["topic"]
        outcome = (*map(paid, found.settlements), journey["case"], tuple(found.turns[-1][1]))
        place = journey.get("country", "US")
        seen[kind, tuple(found.rules), outcome, place].append(journey["name"])
    assert [names for names in seen.values() if len(names) > 1] == []


def test_the_set_is_large_and_its_containment_is_told(told: Told_, capsys: pytest.CaptureFixture[str]) -> None:
    contained = [found.name for found in told.values() if found.contained]
    with capsys.disabled():
        print(f"\n{len(told)} journeys, {len(contained)} ended without an agent ({len(contained) / len(told):.0%})")  # noqa: T201  the figure is to be seen
    assert len(told) >= 60
    assert len(contained) / len(told) >= 0.5


def test_no_journey_takes_more_than_seven_turns_nor_a_prompt_twelve_seconds(told: Told_, line: Line) -> None:
    assert max(found.most_turns for found in told.values()) <= MOST_TURNS
    texts = {text for found in told.values() for text in found.texts}
    lists = tuple(one.prompts[key][:12] for one in line.ivr.content.locales.values() for key in OLDER)
    assert [text for text in texts if spoken_seconds(text, "en-US") > LONGEST and not text.startswith(lists)] == []


def test_every_ruling_stands_on_its_cases_timeline_with_its_facts(told: Told_, line: Line) -> None:
    with line.ivr.store.read() as uow:
        for found in told.values():
            assert found.case is not None
            kinds = {event.kind for event in uow.events.of_case(found.case.id)}
            assert "decided" in kinds
            assert all(event.data["facts"]["status"] for event in found.decided)
