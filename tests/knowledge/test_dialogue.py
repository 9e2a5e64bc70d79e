"""The question branch of the menu, with the dialogue alone."""

from dataclasses import replace

from ivr.domain.dialogue import Caller, heard
from ivr.domain.dialogue import effects as wanted
from ivr.domain.intents import Certainty, Intent
from ivr.domain.knowledge import Answer
from tests.domain.dialogue.talk import CALLER, Talk

LOCKERS = Answer("lockers", "Collecting from a locker", "Key in the code.")
MOST = (
    LOCKERS,
    Answer("invoice", "Invoices", "Go to Your Orders."),
    Answer("customs", "Customs", "The checkout shows it."),
)
FOUND = Intent(
    "question", {"words": "the locker is shut", "article": LOCKERS.id, "title": LOCKERS.title, "spoken": LOCKERS.spoken}
)
UNKNOWN = Intent("question", {"words": "how do i cook rice", "article": ""})


def talk(caller: Caller = CALLER, *answers: Answer) -> Talk:
    return Talk(caller, ReadQuestions=heard.QuestionsRead(answers or MOST))


def test_key_seven_asks_for_the_question_and_offers_the_three_most_asked() -> None:
    asked = talk().presses("7")
    assert (asked.state, asked.prompts) == ("question", ["help_ask", "complaint_key"])
    assert asked.dialogue.turn.expects.questions


def test_question_chosen_by_key_is_read_at_once() -> None:
    read = talk().presses("7", "1")
    assert (read.state, read.prompts) == ("answer_helped", ["help_answer", "help_helped"])
    assert read.wanted(wanted.NoteAnswer) == [wanted.NoteAnswer("lockers")]


def test_question_in_own_words_is_confirmed_before_it_is_read() -> None:
    found = talk().says(FOUND, certainty=Certainty.STRIPPED)
    assert (found.state, found.wanted(wanted.NoteAnswer)) == ("answer_confirm", [])
    assert found.presses("1").prompts == ["help_answer", "help_helped"]


def test_doubtful_question_is_confirmed_like_any_other() -> None:
    assert talk().says(FOUND, certainty=Certainty.FUZZY).state == "answer_confirm"


def test_yes_it_helped_resolves() -> None:
    done = talk().says(FOUND).presses("1", "1")
    assert (done.state, done.prompts) == ("anything_else", ["help_glad", "anything_else"])
    assert done.wanted(wanted.RateAnswer) == [wanted.RateAnswer("lockers", True, "the locker is shut")]
    assert done.wanted(wanted.OpenCase) == []


def test_no_it_did_not_help_offers_a_person_with_the_case_opened() -> None:
    led = talk().says(FOUND).presses("1", "2")
    assert (led.state, led.prompts) == ("offer", ["help_sorry", "offer_callback_wait"])
    assert led.wanted(wanted.RateAnswer) == [wanted.RateAnswer("lockers", False, "the locker is shut")]
    assert [case.reason for case in led.wanted(wanted.OpenCase)] == ["the locker is shut"]  # type: ignore[union-attr]


def test_rest_is_offered_by_text_where_texts_arrive() -> None:
    reading = talk(replace(CALLER, gets_texts=True)).says(FOUND).presses("1")
    assert (reading.state, reading.prompts) == ("answer_text", ["help_answer", "help_text_offer"])
    assert reading.presses("1").prompts == ["help_texted", "help_helped"]
    assert reading.wanted(wanted.TextAnswer) == [wanted.TextAnswer("lockers")]


def test_rest_that_is_not_wanted_is_not_texted() -> None:
    declined = talk(replace(CALLER, gets_texts=True)).says(FOUND).presses("1", "2")
    assert (declined.prompts, declined.wanted(wanted.TextAnswer)) == (["help_helped"], [])


def test_question_without_an_answer_is_told_so_and_the_second_time_leads_to_a_person() -> None:
    lost = talk().presses("7").says(UNKNOWN)
    assert (lost.state, lost.prompts) == ("question", ["help_none", "help_ask_plain"])
    assert lost.says(UNKNOWN).prompts == ["help_none_offer", "offer_callback_wait"]


def test_wrong_article_is_asked_for_in_other_words() -> None:
    assert talk().says(FOUND).presses("2").prompts == ["help_other_words", "help_ask_plain"]


def test_language_without_articles_offers_a_person_at_once() -> None:
    led = Talk(ReadQuestions=heard.QuestionsRead(())).presses("7")
    assert led.prompts == ["help_none", "offer_callback_wait"]


def test_language_changed_over_an_answer_asks_for_the_question_again() -> None:
    changed = talk().says(FOUND).presses("1").means("another_language")
    assert (changed.state, changed.dialogue.answer) == ("question", None)
    assert changed.prompts[-1] == "help_ask_plain"


def test_agent_is_reached_from_every_state_of_the_branch() -> None:
    for steps in ((), ("7",), ("7", "1")):
        assert talk().presses(*steps, "0").state == "offer"
