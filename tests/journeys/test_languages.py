"""Languages: by the number that calls, by key 8, and by words."""

from collections.abc import Callable

import pytest

from ivr.domain.agents import AgentStatus
from ivr.domain.cases import CaseKind
from tests.journeys.world import PATIENCE, STRANGER, World

SEOUL = "+821000000101"
SEOUL_ORDER = "10269355107986828"


def test_korean_caller_is_called_back_in_korean(world: World) -> None:
    agent = world.agent("Park", locales=("ko-KR",), status=AgentStatus.AWAY)
    caller = world.phone(SEOUL, locale="ko-KR")
    caller.dial("+12025550100")
    caller.hears("안녕하십니까, Ringback입니다", PATIENCE)
    caller.say("배송 완료라고 나오는데 물건을 못 받았어요")
    caller.hears("어느 주문입니까\\? .*밥솥 2번", PATIENCE)
    caller.say("밥솥이요")
    caller.hears("배송 완료된 것으로 나옵니다", PATIENCE)
    caller.hears("상담원이 모두 통화 중입니다", PATIENCE)
    caller.say("한 시간 뒤에 전화해 주세요")
    caller.hears("전화드리겠습니다. 맞습니까", PATIENCE)
    caller.say("네 맞아요")
    caller.hears("접수 번호는", PATIENCE)
    world.hangs_up(caller)
    assert (world.case().kind, world.case().order_id) == (CaseKind.DELIVERED_NOT_RECEIVED, SEOUL_ORDER)

    world.set_agent(AgentStatus.AVAILABLE, "Park")
    world.clock.advance(3601)
    world.rings(agent)
    agent.answer()
    agent.hears("전화 예약, .* 고객님, .*밥솥", PATIENCE)
    agent.press("1")
    world.rings(caller)
    caller.answer()
    caller.hears("접수 번호 .* 일로 전화드렸습니다", PATIENCE)
    caller.joined_with(agent, PATIENCE)
    world.until(lambda: any(a.joined_at for a in world.attempts()), "the row says that they are joined")
    agent.hang_up()
    caller.hears("얼마나 쉽게 해결되었습니까", PATIENCE)
    caller.press("1")
    caller.hung_up(PATIENCE)
    world.until(lambda: world.case().effort == 1, "the effort is on the case")
    assert world.callback(SEOUL).was_kept


def presses_eight(world: World) -> None:
    world.phone().press("8")


def asks_for_it(world: World) -> None:
    world.phone().say("do you speak korean")


@pytest.mark.parametrize("asks", [presses_eight, asks_for_it])
def test_caller_goes_on_in_another_language_and_back(world: World, asks: Callable[[World], None]) -> None:
    caller = world.calls_in()
    asks(world)
    caller.hears("한국어로 안내해 드리겠습니다", PATIENCE)
    caller.hears("For English, press 8", PATIENCE)
    caller.hears("어떤 일로 전화하셨는지", PATIENCE)
    assert [heard.language for heard in caller.heard[-3:]] == ["ko-KR", "en-US", "ko-KR"]
    caller.press("8")
    caller.hears("All right, in English", PATIENCE)
    caller.press("2")
    caller.hears("last seven digits", PATIENCE)
    world.hangs_up(caller)


def test_language_chosen_is_remembered_for_the_next_call(world: World) -> None:
    caller = world.calls_in()
    caller.press("8")
    caller.hears("한국어로 안내해 드리겠습니다", PATIENCE)
    world.hangs_up(caller)
    caller.dial("+12025550100")
    caller.hears("안녕하십니까", PATIENCE)
    world.hangs_up(caller)
    assert caller.number == STRANGER
