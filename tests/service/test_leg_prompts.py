"""Everything said on our own calls can be said in every language: each prompt gets the places it needs."""

from dataclasses import dataclass
from datetime import timedelta

import pytest

from ivr.content.loading import load
from ivr.content.speaker import PromptSpeaker
from ivr.domain.answered import Cue
from ivr.domain.callbacks import Party
from ivr.domain.turn import Next, Say, Turn
from ivr.service.leg_turns import WHISPER_SECONDS, shortened
from ivr.service.shop_words import spoken_seconds
from tests.conftest import ROOT
from tests.service.world import CUSTOMER, OTHER_AGENT, OTHER_CUSTOMER, WORDS, World

SPEAKER = PromptSpeaker(load(ROOT / "grammars"))


@pytest.fixture(params=SPEAKER.locales)
def locale(request: pytest.FixtureRequest) -> str:
    """For what the engine says in the callback's own language; turns are put into words afterwards, in all."""
    return str(request.param)


def said(locale: str, turn: Turn) -> str:
    return " ".join(SPEAKER.text(locale, say) for say in turn.say)


def can_be_said(turn: Turn) -> None:
    """In every language, if it says anything."""
    for locale in SPEAKER.locales:
        said(locale, turn)


def in_all(turn: Turn, *parts: str) -> None:
    """It can be said in every language, and says these parts in each."""
    heard = {locale: said(locale, turn) for locale in SPEAKER.locales}
    assert [locale for locale, text in heard.items() if not text or not all(part in text for part in parts)] == []


def test_whisper_names_customer_and_reason_and_the_case_once_it_is_accepted(world: World) -> None:
    world.agent()
    callback = world.book()
    world.tick()
    in_all(world.answer(Party.AGENT), "Grace", WORDS)
    number = world.case_row(world.callback(callback).case_id).number
    in_all(world.press(None))
    accepted = world.press("1", turn=2)
    digits = {locale: "".join(c for c in said(locale, accepted) if c.isdigit()) for locale in SPEAKER.locales}
    assert [locale for locale, told in digits.items() if number not in told] == []


def test_whisper_takes_at_most_eight_seconds_and_names_item_tries_and_promise(world: World, locale: str) -> None:
    world.speaker = SPEAKER
    world.commerce = Things("a pair of winter gloves")  # type: ignore[assignment]
    world.start()
    world.agent(locales=(locale,))
    reason = "it says delivered on monday morning but nobody rang and the neighbours know nothing about it"
    callback = world.book(locale=locale, case_id=world.case(summary=reason, order_id="7"))
    with world.store.begin() as uow:
        row = uow.callbacks.get(callback)
        assert row is not None
        row.tries = 2
        uow.commit()
    world.clock.set(world.callback(callback).promised_by_at + timedelta(seconds=1))
    world.tick()
    heard = said(locale, world.answer(Party.AGENT))
    assert spoken_seconds(heard, locale) <= WHISPER_SECONDS
    for part in ("Grace", "winter gloves", "2", SPEAKER.text(locale, Say("whisper_late"))):
        assert part in heard


@dataclass
class Things:
    """ports.Commerce, as far as it names what was ordered."""

    item: str

    def order(self, order_id: str, locale: str) -> "Things":
        return self


def test_whisper_says_the_kind_of_case_when_the_words_are_not_known(world: World) -> None:
    world.agent()
    world.book(case_id=world.case(summary=""))
    world.tick()
    turn = world.answer(Party.AGENT)
    for locale in SPEAKER.locales:
        assert SPEAKER.text(locale, Say("kind_delivered_not_received")) in said(locale, turn)


def test_long_reasons_are_cut_at_a_word() -> None:
    reason = "my parcel was marked as delivered on monday morning but nobody rang and the neighbours know nothing"
    cut = shortened(reason)
    assert len(cut) <= 62
    assert reason.startswith(cut.removesuffix(" …") + " ")
    assert shortened("short") == "short"


def test_whisper_for_a_caller_on_the_line(world: World) -> None:
    world.agent()
    world.hold()
    world.tick()
    in_all(world.answer(Party.AGENT), "Grace")


@pytest.mark.parametrize("key", ["2", "3"])
def test_passing_on_and_later_are_confirmed_and_the_reason_is_asked(world: World, key: str) -> None:
    world.agent()
    world.book()
    world.tick()
    world.answer(Party.AGENT)
    asked = world.press(key)
    in_all(asked)
    in_all(world.press("1", turn=asked.number))


@pytest.mark.parametrize("cue", [Cue.SCREENING, Cue.MENU, Cue.VOICEMAIL, None])
def test_everything_that_may_answer_is_told_something_sayable(world: World, cue: Cue | None) -> None:
    world.agent()
    world.book()
    world.agent_takes_it()
    turn = world.picks_up()
    in_all(turn)
    if cue is not None:
        turn = world.hears(cue, turn.number)
    while turn.next is Next.LISTEN:
        can_be_said(turn)
        turn = world.keyed(None, turn.number)
    can_be_said(turn)
    in_all(world.engine.legs.news(world.ringing(Party.AGENT).leg_id))


@pytest.mark.parametrize("status", ["busy", "no-answer", "failed"])
def test_agent_is_told_what_became_of_the_customer(world: World, status: str) -> None:
    world.agent()
    world.book()
    world.agent_takes_it()
    world.report(world.ringing(Party.CUSTOMER), status)
    in_all(world.engine.legs.news(world.ringing(Party.AGENT).leg_id))


def test_greeting_rating_and_goodbye(world: World) -> None:
    world.agent()
    callback = world.book()
    world.agent_takes_it()
    in_all(world.answer(Party.CUSTOMER))
    world.clock.advance(60)
    world.hang_up(Party.AGENT)
    leg = world.legs(callback, Party.CUSTOMER)[0]
    in_all(world.engine.legs.left_conference(leg.id))
    attempt = world.attempts(callback)[0].id
    in_all(world.engine.legs.rate(attempt, "1"))
    in_all(world.engine.legs.rate(attempt, None))


def test_lost_agent(world: World) -> None:
    world.agent()
    callback = world.book()
    world.agent_takes_it()
    world.answer(Party.CUSTOMER)
    leg = world.legs(callback, Party.CUSTOMER)[0]
    world.hang_up(Party.AGENT)
    in_all(world.engine.legs.news(leg.id))
    in_all(world.engine.legs.left_conference(leg.id))


def test_texts_can_be_written(world: World, locale: str) -> None:
    world.agent("Ada", OTHER_AGENT)
    world.book(CUSTOMER)
    world.tick()
    world.speaker = SPEAKER
    world.start()
    world.report(world.ringing(Party.AGENT), "no-answer")
    callback = world.book(OTHER_CUSTOMER, needs_verification=True, locale=locale)
    with world.store.begin() as uow:
        row = uow.callbacks.get(callback)
        assert row is not None
        actions = world.engine.verification.start(uow, row)
        uow.commit()
    world.engine.afterwards.run(actions)
    away, code = (text for _, text in world.messenger.sent)
    assert "Ringback" in away
    assert sum(c.isdigit() for c in code) == 6


def test_agent_whose_locale_has_no_prompts_is_texted_in_their_language(world: World) -> None:
    world.speaker = SPEAKER
    world.start()
    world.agent(locales=("en-GB",))
    world.book()
    world.tick()
    world.report(world.ringing(Party.AGENT), "no-answer")
    assert "away" in world.messenger.sent[0][1]
