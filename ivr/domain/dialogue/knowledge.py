"""Questions that help articles answer: asked, confirmed, read in three sentences, and "did that help?"."""

from dataclasses import replace

from ivr.domain.cases import CaseKind
from ivr.domain.dialogue import complaints
from ivr.domain.dialogue.booking import open_case_then
from ivr.domain.dialogue.effects import EstimateWait, NoteAnswer, RateAnswer, ReadQuestions, TextAnswer
from ivr.domain.dialogue.heard import QuestionsRead
from ivr.domain.dialogue.questions import ask
from ivr.domain.dialogue.values import Dialogue, State, Step
from ivr.domain.intents import Intent
from ivr.domain.knowledge import Answer
from ivr.domain.turn import Say

STATES = frozenset({State.QUESTION, State.ANSWER_CONFIRM, State.ANSWER_TEXT, State.ANSWER_HELPED})
MOST_TRIES = 2
"""So many questions in a row without an answer, and an agent or a callback is offered."""


def begin(dialogue: Dialogue, intent: Intent) -> Step:
    """ "I have a question", or a question itself: one that an article answers is confirmed before it is read."""
    asked = replace(dialogue, want=CaseKind.QUESTION.value, case_id="", case_number="", order=None)
    if intent.slots.get("article"):
        found = Answer(*(str(intent.slots.get(name, "")) for name in ("article", "title", "spoken")))
        told = replace(asked, answer=found, reason=str(intent.slots.get("words", "")))
        return Step(ask(told, State.ANSWER_CONFIRM))
    if "article" in intent.slots:
        return _no_answer(replace(asked, reason=str(intent.slots.get("words", ""))), Say("help_none"))
    return Step(asked, (ReadQuestions(),))


def questions_read(dialogue: Dialogue, result: object) -> Step:
    """Ask for the question; where no articles are there, say so and offer a person."""
    assert isinstance(result, QuestionsRead)
    if not result.answers:
        return open_case_then(replace(dialogue, preface=(*dialogue.preface, Say("help_none"))), EstimateWait())
    return Step(ask(replace(dialogue, answers=result.answers, answer=None), State.QUESTION))


def answer_question(dialogue: Dialogue, intent: Intent) -> Step | None:
    """A question in own words, or one of the three most asked: that one was chosen, so it is read at once."""
    index = intent.slots.get("index")
    if intent.name == "choice" and isinstance(index, int) and 1 <= index <= len(dialogue.answers):
        chosen = dialogue.answers[index - 1]
        return _read(replace(dialogue, answer=chosen, reason=dialogue.reason or chosen.title))
    if intent.name == "complaint":
        return complaints.begin(dialogue)
    if intent.name == "main_menu":
        return Step(ask(dialogue, State.MENU))
    return begin(dialogue, intent) if intent.name == "question" else None


def answer_confirm(dialogue: Dialogue, intent: Intent) -> Step | None:
    """Shall I read it? No: the question in other words, or a person."""
    if intent.name == "yes":
        return _read(dialogue)
    if intent.name == "no":
        return _no_answer(dialogue, Say("help_other_words"))
    return begin(dialogue, intent) if intent.slots.get("article") else None


def answer_text(dialogue: Dialogue, intent: Intent) -> Step | None:
    """The rest by text message, if it is wanted."""
    if intent.name == "no":
        return Step(ask(dialogue, State.ANSWER_HELPED))
    if intent.name != "yes" or dialogue.answer is None:
        return None
    return Step(ask(dialogue, State.ANSWER_HELPED, Say("help_texted")), (TextAnswer(dialogue.answer.id),))


def answer_helped(dialogue: Dialogue, intent: Intent) -> Step | None:
    """Yes resolves; no leads to a person, who gets the case with the question in it."""
    if intent.name not in ("yes", "no") or dialogue.answer is None:
        return None
    verdict = RateAnswer(dialogue.answer.id, intent.name == "yes", dialogue.reason)
    if intent.name == "yes":
        return Step(ask(replace(dialogue, answer=None), State.ANYTHING_ELSE, Say("help_glad")), (verdict,))
    led = open_case_then(replace(dialogue, preface=(Say("help_sorry"),)), EstimateWait())
    return Step(led.dialogue, (verdict, *led.effects))


def in_new_language(dialogue: Dialogue) -> Dialogue:
    """The answers at hand are in the language before: the question is asked for anew."""
    return replace(dialogue, state=State.QUESTION, answer=None, answers=()) if dialogue.state in STATES else dialogue


def _read(dialogue: Dialogue) -> Step:
    if dialogue.answer is None:
        return Step(ask(dialogue, State.MENU))
    said = Say("help_answer", {"answer": dialogue.answer.spoken})
    following = State.ANSWER_TEXT if dialogue.caller.gets_texts else State.ANSWER_HELPED
    return Step(ask(dialogue, following, said), (NoteAnswer(dialogue.answer.id),))


def _no_answer(dialogue: Dialogue, why: Say) -> Step:
    """Honest: ask once more in other words, then offer a person, with the case opened."""
    tries = dialogue.unanswered + 1
    counted = replace(dialogue, unanswered=tries, answer=None)
    if tries >= MOST_TRIES:
        return open_case_then(replace(counted, unanswered=0, preface=(Say("help_none_offer"),)), EstimateWait())
    return Step(ask(counted, State.QUESTION, why))
