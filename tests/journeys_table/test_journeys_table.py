"""A table of spoken journeys: what is said, what is heard, what was decided by which rules, what was paid."""

import gc
import xml.etree.ElementTree as ET
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path

import pytest

from ivr.domain.policy.rules import Topic
from ivr.domain.settlements import Settlement
from ivr.domain.turn import Say, Turn
from ivr.phone.twiml import DocumentContext, render
from ivr.phone.twiml_say import Spoken
from tests.journeys_table.world import LIMITS, Line, Told, journeys, ruled

ALL = list(journeys())
TABLE = [journey for journey in ALL if journey["file"] != LIMITS]
MOST_TURNS = 7
HEARD = ("en-US", "ko-KR")
"""Languages that an engine hears wherever the tests run."""
REFUSED = {"not_met", "elsewhere", "not_in_force"}
Told_ = dict[str, Told]


@pytest.fixture(scope="module")
def line(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Line]:
    file = tmp_path_factory.mktemp("journeys") / "table.db"
    file.write_bytes(sqlite_template.read_bytes())
    line = Line.typed(f"sqlite:///{file}")
    yield line
    line.ivr.close()


@pytest.fixture(scope="module")
def told(line: Line) -> Iterator[Told_]:
    gc.disable()  # ten grammars are read here, and nothing of them is garbage: a quarter of the time
    try:
        found = {journey["name"]: line.travel(journey) for journey in ALL}
    finally:
        gc.freeze()
        gc.enable()
    yield found
    gc.unfreeze()


@pytest.mark.parametrize("journey", ALL, ids=lambda journey: journey["name"])
def test_the_journey_is_heard_decided_and_paid_as_written(told: Told_, journey: dict) -> None:
    found = told[journey["name"]]
    wanted = [(str(said), *hears) for said, *hears in journey["turns"] if not isinstance(said, dict)]
    assert [(said, " ".join(keys)) for said, keys in found.turns] == wanted
    assert found.rules == journey["rules"]
    assert found.others == journey.get("others", [])
    assert found.decision == journey.get("decision", "")
    assert [paid(row) for row in found.settlements] == journey["paid"]
    assert found.case is not None
    assert found.case.status.value == journey["case"]
    assert found.most_turns <= MOST_TURNS


def paid(row: Settlement) -> str:
    way = f"/{row.way}" if row.way else ""
    return f"{row.kind.value}{way} {row.amount_minor} {row.currency}"


def test_every_rule_decides_a_journey_and_is_refused_in_another(told: Told_, line: Line) -> None:
    fates = defaultdict(set)
    for journey in TABLE:
        for event in told[journey["name"]].decided:
            settled = False
            for step in event.data["chain"]:
                fates[step["rule"]].add("passed" if settled else step["fate"])
                fates[ruled(step["rule"], step["region"])].add("passed" if settled else step["fate"])
                settled = settled or step["fate"] == "decided"
    rules = [one for topic, them in line.ivr.policies.topics.items() if topic is not Topic.PAYOUT for one in them]
    regional = [ruled(one.base.id, region) for one in rules for region in one.by_region]
    assert [name for name in (*(one.base.id for one in rules), *regional) if "decided" not in fates[name]] == []
    conditional = [one.base.id for one in rules if one.base.when]
    assert [name for name in conditional if not fates[name] & REFUSED] == []
    last = [one.base.id for one in rules if not one.base.when]
    assert [name for name in last if "passed" not in fates[name]] == []


def test_every_way_of_payment_is_told_in_a_journey_and_not_in_another(told: Told_, line: Line) -> None:
    by = Counter(rule for journey in TABLE for rule in told[journey["name"]].paid_by)
    ways = {one.base.id for one in line.ivr.policies.topics["payout"]}
    assert set(by) == ways
    assert all(by[way] < by.total() for way in ways)


def test_no_two_journeys_share_kind_and_rules(told: Told_) -> None:
    """Where no rule decides, the article that answers or the promise that is made stands for it."""
    assert [names for names in by_path(told).values() if len(names) > 1] == []


def by_path(told: Told_) -> dict[tuple[str, ...], list[str]]:
    seen = defaultdict(list)
    for journey in TABLE:
        found = told[journey["name"]]
        seen[found.kind, *(found.rules or found.others)].append(found.name)
    return seen


def test_what_is_not_counted_goes_the_way_of_a_journey(told: Told_) -> None:
    ways = by_path(told)
    beside = [told[journey["name"]] for journey in ALL if journey["file"] == LIMITS]
    assert [found.name for found in beside if (found.kind, *(found.rules or found.others)) not in ways] == []


def test_the_set_is_large_and_half_of_it_needs_no_agent(told: Told_) -> None:
    assert len({journey["name"] for journey in ALL}) == len(ALL)
    assert len(TABLE) >= 150
    contained = [journey["name"] for journey in TABLE if told[journey["name"]].contained]
    assert len(contained) / len(TABLE) >= 0.54, "the share that self-service must finish (issue 7)"
    spoken = [journey for journey in ALL if journey.get("audio")]
    assert len(spoken) >= 30
    assert {journey.get("locale", "en-US") for journey in spoken} == set(HEARD)


def test_every_ruling_stands_on_its_cases_timeline_with_its_facts(told: Told_) -> None:
    assert all(event.data["facts"]["status"] and event.case_id for found in told.values() for event in found.decided)
    assert all(found.decided or found.others for found in told.values())


def test_markup_in_an_items_name_is_spoken_as_words(told: Told_) -> None:
    (journey,) = (one for one in ALL if "<Say>" in str(one.get("order")))
    name = journey["order"]["item"]
    said = [text for _, key, text in told[journey["name"]].texts if key == "confirm_order"]
    assert [f"the {name}, with" in text for text in said] == [True]
    turn = Turn(number=1, locale="en-US", say=(Say("confirm_order"),))
    context = DocumentContext(answer_path="/voice/heard/1", again_path="/voice/turn/1")
    document = ET.fromstring(render(turn, [Spoken(text, "en-US") for text in said], context))
    assert ["".join(say.itertext()) for say in document.iter("Say")] == said
    assert not any(len(say) for say in document.iter("Say"))
