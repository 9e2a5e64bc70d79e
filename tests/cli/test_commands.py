"""The command line: agents, demo-data, connect, and how errors look."""

import pytest

from ivr.cli import COMMANDS
from ivr.domain.callbacks import CallbackStatus
from tests.cli.conftest import NUMBER


def test_without_a_command_all_are_listed(ivr) -> None:
    ran = ivr()
    assert ran.status == 2
    assert all(name in ran.out for name in COMMANDS)


def test_an_unknown_command_is_refused_with_the_known_ones(ivr, capsys) -> None:
    with pytest.raises(SystemExit) as left:
        ivr("frobnicate")
    assert left.value.code == 2
    assert "serve" in capsys.readouterr().err


@pytest.mark.parametrize("name", [name for name in COMMANDS if name != "demo"])
def test_every_command_explains_itself(ivr, capsys, name: str) -> None:
    with pytest.raises(SystemExit) as left:
        ivr(name, "--help")
    assert left.value.code == 0
    assert f"python -m ivr {name}" in capsys.readouterr().out


def test_a_wrong_setting_is_one_line_and_status_two(ivr, environment) -> None:
    environment.setenv("IVR_HEARING", "telepathy")
    ran = ivr("agents", "list")
    assert (ran.status, ran.out) == (2, "")
    assert ran.err.startswith("settings: IVR_HEARING")
    assert ran.err.count("\n") == 1


def test_serve_names_what_is_missing_before_it_starts_anything(ivr) -> None:
    ran = ivr("serve", "--port", "0")
    assert ran.status == 2
    assert "TWILIO_ACCOUNT_SID, TWILIO_AUTH_TOKEN, IVR_PUBLIC_URL, IVR_PHONE_NUMBER" in ran.err


def test_an_agent_is_added_on_shift_with_skills_and_languages(ivr, store) -> None:
    assert ivr("agents", "add", "Ada", "+1 202 555 0143", "--skill", "orders,returns", "--locale", "en-US").status == 0
    with store.read() as uow:
        (agent,) = uow.agents.all()
    assert (agent.number, tuple(agent.skills), tuple(agent.locales)) == (
        "+12025550143",
        ("orders", "returns"),
        ("en-US",),
    )
    assert agent.status == "available"


def test_an_agent_with_a_language_that_nobody_is_served_in_is_refused(ivr, store) -> None:
    ran = ivr("agents", "add", "Ada", "+12025550143", "--locale", "xx-YY")
    assert ran.status == 2
    assert "no callers are served in xx-yy; --locale takes en-US" in ran.err
    assert "no agents yet" in ivr("agents", "list").out


def test_a_skill_that_no_case_asks_for_is_taken_and_told(ivr) -> None:
    ran = ivr("agents", "add", "Ada", "+12025550143", "--skill", "billing,orders")
    assert ran.status == 0
    assert "no case asks for billing; cases ask for accounts, general, orders, returns" in ran.out


def test_a_language_may_be_spelled_loosely(ivr, store) -> None:
    ivr("agents", "add", "Ada", "+12025550143", "--locale", "en", "--locale", "KO_kr")
    with store.read() as uow:
        assert tuple(uow.agents.all()[0].locales) == ("en-US", "ko-KR")


def test_adding_the_same_number_again_changes_that_agent(ivr, store) -> None:
    ivr("agents", "add", "Ada", "+12025550143")
    assert "changed" in ivr("agents", "add", "Ada L", "+12025550143", "--locale", "en-US", "--locale", "ko-KR").out
    with store.read() as uow:
        (agent,) = uow.agents.all()
    assert (agent.name, tuple(agent.locales)) == ("Ada L", ("en-US", "ko-KR"))


def test_two_agents_cannot_share_a_name(ivr) -> None:
    ivr("agents", "add", "Ada", "+12025550143")
    ran = ivr("agents", "add", "Ada", "+12025550144")
    assert ran.status == 2
    assert "another name" in ran.err


def test_a_number_the_numbering_plan_does_not_know_is_taken_from_an_operator(ivr) -> None:
    assert ivr("agents", "add", "Bob", "+15551230001").status == 0


def test_half_a_number_is_refused(ivr) -> None:
    ran = ivr("agents", "add", "Bob", "555")
    assert ran.status == 2
    assert "country code" in ran.err


def test_listed_agents_show_no_whole_numbers(ivr) -> None:
    ivr("agents", "add", "Ada", "+12025550143")
    shown = ivr("agents", "list").out
    assert "Ada" in shown
    assert "2025550143" not in shown


def test_shifts_are_set_shown_and_cleared(ivr, store) -> None:
    ivr("agents", "add", "Ada", "+12025550143")
    assert "always on shift" in ivr("agents", "list").out
    given = ("agents", "shifts", "Ada", "mon-fri 09:00-17:00, sat 22:00-02:00", "--zone", "America/New_York")
    assert ivr(*given).status == 0
    assert "mon-fri 09:00-17:00 America/New_York; sat 22:00-02:00 America/New_York" in ivr("agents", "list").out
    with store.read() as uow:
        assert uow.events.recent(1)[0].kind == "shifts_set"
    assert "always on shift" in ivr("agents", "shifts", "Ada", "--clear").out


@pytest.mark.parametrize(
    "given", [(), ("mon 09:00-17:00", "--clear"), ("mon 9-17",), ("mon 09:00-17:00", "--zone", "Mars/Base")]
)
def test_shifts_that_cannot_be_read_are_refused(ivr, given) -> None:
    ivr("agents", "add", "Ada", "+12025550143")
    ran = ivr("agents", "shifts", "Ada", *given)
    assert ran.status == 2
    assert ran.err.startswith("shifts: ")


def test_shifts_of_nobody_are_refused(ivr) -> None:
    assert ivr("agents", "shifts", "Ada", "--clear").err.startswith("not_found: ")


def test_an_agent_is_set_away_and_back(ivr, store) -> None:
    ivr("agents", "add", "Ada", "+12025550143")
    for status in ("away", "offline", "available"):
        assert status in ivr("agents", "status", "Ada", status).out
        with store.read() as uow:
            assert uow.agents.by_name("Ada").status == status


def test_an_unknown_agent_cannot_be_set(ivr) -> None:
    assert ivr("agents", "status", "Nobody", "away").err.startswith("not_found")


def test_demo_data_tells_customers_and_orders_one_a_line(ivr, store) -> None:
    lines = ivr("demo-data", "--print").out.splitlines()
    assert lines[0].split("\t") == ["name", "telephone", "locale", "order", "status", "item"]
    name, number, locale, order, _, item = lines[1].split("\t")
    assert all((name, item))
    assert len(order.replace("-", "")) == 17
    with store.read() as uow:
        customer = uow.customers.by_number(number)
    assert (customer.name, customer.locale) == (name, locale)


def test_demo_data_can_be_put_in_place_twice(ivr) -> None:
    first, second = ivr("demo-data"), ivr("demo-data")
    assert (first.status, second.status) == (0, 0)
    assert "(0 new)" in second.out


def test_demo_data_fills_a_believable_day_once_and_never_where_it_would_be_dialed(ivr, store, environment) -> None:
    assert "TWILIO_API_BASE" in ivr("demo-data", "--day").err
    environment.setenv("TWILIO_API_BASE", "http://127.0.0.1:9")
    assert "49 callbacks of today" in ivr("demo-data", "--day").out
    assert "there are cases already" in ivr("demo-data", "--day").out
    with store.read() as uow:
        (first, *others) = uow.callbacks.listed([CallbackStatus.SCHEDULED], 10)
        case = uow.cases.get(first.case_id)
        kinds = {event.kind for event in uow.events.of_case(first.case_id)}
    assert len(others) == 4
    assert (case.order_id[-7:], case.status) == ("2819482", "waiting_agent")
    assert {"heard", "said", "keyed", "callback_booked", "customer_noted"} <= kinds
    audit = ivr("audit")
    assert audit.status == 0, audit.out


def test_connect_points_the_number_here_and_undo_gives_it_back(ivr, carrier) -> None:
    number = carrier.exchange.numbers[NUMBER]
    assert ivr("connect").status == 0
    assert number.voice_url == "http://127.0.0.1:9/voice"
    assert number.voice_fallback_url == "http://127.0.0.1:9/voice/fallback"
    assert number.status_callback == "http://127.0.0.1:9/voice/status"
    assert ivr("connect", "--undo").status == 0
    assert (number.voice_url, number.status_callback) == ("https://before.example/voice", "https://before.example/s")


def test_connect_takes_the_numbers_texts_only_when_texts_are_sent(ivr, carrier, environment) -> None:
    number = carrier.exchange.numbers[NUMBER]
    number.sms_url = "https://before.example/text"
    ivr("connect")
    assert number.sms_url == "https://before.example/text"
    environment.setenv("IVR_TEXTS", "on")
    ivr("connect")
    assert number.sms_url.endswith("/text")
    assert "before" not in number.sms_url
    ivr("connect", "--undo")
    assert number.sms_url == "https://before.example/text"


def test_connecting_twice_still_undoes_to_what_was_there_first(ivr, carrier) -> None:
    ivr("connect")
    ivr("connect")
    ivr("connect", "--undo")
    assert carrier.exchange.numbers[NUMBER].voice_url == "https://before.example/voice"


def test_nothing_connected_is_nothing_to_undo(ivr, carrier) -> None:
    ran = ivr("connect", "--undo")
    assert ran.status == 2
    assert ran.err.startswith("not_found")
    assert carrier.exchange.numbers[NUMBER].voice_url == "https://before.example/voice"


def test_a_number_of_somebody_else_cannot_be_connected(ivr, carrier) -> None:
    ran = ivr("connect", "--number", "+12025550199")
    assert ran.status == 2
    assert "not among the account's numbers" in ran.err
