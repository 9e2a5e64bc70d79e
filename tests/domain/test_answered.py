"""The pure state machine of who answered, step by step and under everything that can happen in any order."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.domain.answered import (
    Answered,
    Cue,
    Happening,
    Judged,
    Pressed,
    Quiet,
    Spoke,
    Stage,
    Verdict,
    Who,
)
from ivr.domain.answering import step

HAPPENINGS = st.one_of(
    st.sampled_from(Verdict).map(Judged),
    st.builds(Spoke, st.sampled_from(Cue), st.integers(0, 12), st.booleans()),
    st.sampled_from("0123456789*#").map(Pressed),
    st.just(Quiet()),
)


def after(*happenings: Happening, always_prove: bool = False) -> Answered:
    now = Answered(always_prove=always_prove)
    for happening in happenings:
        now = step(now, happening)
    return now


@pytest.mark.parametrize(
    ("answered_by", "verdict"),
    [
        ("human", Verdict.HUMAN),
        ("machine_start", Verdict.MACHINE),
        ("machine_end_beep", Verdict.TONE),
        ("machine_end_silence", Verdict.MACHINE),
        ("machine_end_other", Verdict.MACHINE),
        ("fax", Verdict.FAX),
        ("unknown", Verdict.UNCLEAR),
        ("something_new", Verdict.UNCLEAR),
        ("", Verdict.UNCLEAR),
    ],
)
def test_every_word_of_the_carrier_has_a_meaning(answered_by: str, verdict: Verdict) -> None:
    assert Verdict.of(answered_by) is verdict


def test_verdict_human_lets_the_first_sentence_end_and_connects() -> None:
    said = after(Judged(Verdict.HUMAN))
    assert (said.stage, said.turn, said.is_likely_person) == (Stage.GREETING, 1, True)
    assert step(said, Quiet()).stage is Stage.CONNECTING


@pytest.mark.parametrize("cue", [Cue.VOICEMAIL, Cue.MENU, Cue.LONG])
def test_verdict_human_against_what_is_heard_asks_for_proof(cue: Cue) -> None:
    said = after(Spoke(cue), Judged(Verdict.HUMAN))
    assert not said.is_likely_person
    assert step(said, Quiet()).stage is Stage.ASKED


def test_hello_over_the_first_sentence_has_it_said_again_once() -> None:
    once = after(Judged(Verdict.HUMAN), Spoke(Cue.HELLO, 1, ends=True))
    assert (once.stage, once.turn) == (Stage.GREETING, 2)
    assert step(once, Spoke(Cue.HELLO, 2, ends=True)).stage is Stage.CONNECTING


def test_tone_of_an_assistant_that_screens_is_no_voicemail() -> None:
    assert after(Spoke(Cue.SCREENING), Judged(Verdict.TONE)).stage is Stage.SCREENED
    assert after(Spoke(Cue.SCREENING), Spoke(Cue.VOICEMAIL, 2), Judged(Verdict.TONE)).stage is Stage.MESSAGE


def test_person_who_talks_back_is_not_believed_to_be_a_machine_for_a_tone_alone() -> None:
    assert after(Spoke(Cue.HELLO), Judged(Verdict.TONE)).stage is Stage.GREETING


def test_some_key_other_than_1_is_a_person_who_is_asked_again() -> None:
    assert after(Pressed("5")).stage is Stage.ASKED


def test_2_means_no_only_once_the_question_was_asked() -> None:
    assert after(Pressed("2")).stage is Stage.ASKED
    assert after(Quiet(), Pressed("2")).stage is Stage.REFUSED


@given(st.lists(HAPPENINGS, max_size=12))
def test_agents_are_joined_on_proof_or_on_the_carriers_word_that_nothing_contradicts(happened: list[Happening]) -> None:
    now = after(*happened)
    if now.stage is Stage.CONNECTING:
        assert now.who is Who.PERSON
        assert now.proven or not now.is_doubtful


@given(st.lists(HAPPENINGS, max_size=12))
def test_where_proof_is_always_asked_nobody_is_joined_without(happened: list[Happening]) -> None:
    now = after(*happened, always_prove=True)
    assert now.proven or now.stage is not Stage.CONNECTING


@given(st.lists(HAPPENINGS, max_size=12))
def test_what_is_decided_stays_decided_and_turns_only_count_up(happened: list[Happening]) -> None:
    now = Answered()
    for happening in happened:
        then = step(now, happening)
        assert then.turn in (now.turn, now.turn + 1)
        assert then.turn > now.turn or then.stage is now.stage
        assert not now.is_over or then == now
        assert not now.is_missed or then.is_missed
        now = then


@given(st.lists(HAPPENINGS, max_size=8))
def test_silence_always_leads_to_an_end(happened: list[Happening]) -> None:
    now = after(*happened)
    for _ in range(8):
        now = step(now, Quiet())
    assert now.is_over


@given(st.lists(HAPPENINGS, max_size=12), st.sampled_from([Stage.MESSAGE, Stage.LEAVING]))
def test_no_single_witness_ends_a_call_but_a_tone_or_a_fax(happened: list[Happening], end: Stage) -> None:
    now = after(*happened)
    verdicts = [one.verdict for one in happened if isinstance(one, Judged)]
    if now.stage is end and not {Verdict.TONE, Verdict.FAX} & set(verdicts):
        machine_cues = {Cue.VOICEMAIL} & set(now.cues)
        assert now.asked or now.screened or (machine_cues and Verdict.MACHINE in verdicts)
