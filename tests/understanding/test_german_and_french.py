"""German and French beyond the tables: digit strings, choices, two requests at once, text without accents."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ivr.domain.intents import Builtin, Choice, Expects, Intent
from ivr.domain.moments import When
from ivr.understanding import GrammarUnderstanding

MENU = Expects(intents=("track_order", "delivered_not_received", "cancel_order", "callback", "existing_callback"))
ORDER_NUMBER = Expects(builtins=(Builtin.DIGITS,), digit_lengths=(7, 17))
GERMAN_DIGITS = ("null", "eins", "zwei", "drei", "vier", "fünf", "sechs", "sieben", "acht", "neun")
FRENCH_DIGITS = ("zéro", "un", "deux", "trois", "quatre", "cinq", "six", "sept", "huit", "neuf")
GERMAN_PICK = Expects(
    builtins=(Builtin.CHOICE, Builtin.BOOLEAN),
    choices=(Choice("1", ("Kaffeemühle", "Mühle")), Choice("2", ("Laufschuhe", "Schuhe"))),
)
FRENCH_PICK = Expects(
    builtins=(Builtin.CHOICE, Builtin.BOOLEAN),
    choices=(Choice("1", ("moulin à café", "moulin")), Choice("2", ("tuyau d'arrosage", "tuyau"))),
)


def said(u: GrammarUnderstanding, locale: str, expects: Expects, text: str) -> tuple[Intent, ...]:
    return u.parse(locale, expects, (text,)).intents


@pytest.mark.parametrize(
    ("locale", "text", "value"),
    [
        ("de-DE", "eins zwo drei vier fünf sechs sieben", "1234567"),
        ("de-DE", "meine Bestellnummer ist doppel vier null eins zwei drei fünf", "4401235"),
        ("de-DE", "fünfundvierzig siebenundsechzig acht neun eins", "4567891"),
        ("de-DE", "fünf und vierzig sieben und sechzig acht neun eins", "4567891"),
        ("de-DE", "fuenf sechs sieben acht neun null eins", "5678901"),
        ("de-DE", "das ist die 123 4567", "1234567"),
        ("fr-FR", "un deux trois quatre cinq six sept", "1234567"),
        ("fr-FR", "soixante-dix quatre-vingt-un quatre-vingt-dix-neuf zéro", "7081990"),
        ("fr-FR", "mon numéro de commande est le zéro douze trente-quatre cinquante-six", "0123456"),
        ("fr-FR", "vingt et un soixante et onze quatre-vingt-douze trois", "2171923"),
        ("fr-FR", "zero un deux trois tiret quatre cinq six", "0123456"),
    ],
)
def test_digits_are_read(understanding: GrammarUnderstanding, locale: str, text: str, value: str) -> None:
    (intent,) = said(understanding, locale, ORDER_NUMBER, text)
    assert (intent.name, intent.slots["value"]) == ("digits", value)


@settings(deadline=None)
@given(digits=st.text("0123456789", min_size=17, max_size=17))
def test_digits_said_one_by_one_come_back(understanding: GrammarUnderstanding, digits: str) -> None:
    for locale, words in (("de-DE", GERMAN_DIGITS), ("fr-FR", FRENCH_DIGITS)):
        (intent,) = said(understanding, locale, ORDER_NUMBER, " ".join(words[int(digit)] for digit in digits))
        assert intent.slots["value"] == digits


@pytest.mark.parametrize(
    ("locale", "expects", "text", "index"),
    [
        ("de-DE", GERMAN_PICK, "die Kaffeemühle bitte", 1),
        ("de-DE", GERMAN_PICK, "die kaffeemuehle", 1),
        ("de-DE", GERMAN_PICK, "es geht um die Schuhe", 2),
        ("de-DE", GERMAN_PICK, "die zweite", 2),
        ("de-DE", GERMAN_PICK, "Nummer eins", 1),
        ("fr-FR", FRENCH_PICK, "c'est pour le moulin a cafe", 1),
        ("fr-FR", FRENCH_PICK, "le tuyau d'arrosage s'il vous plaît", 2),
        ("fr-FR", FRENCH_PICK, "la deuxième", 2),
        ("fr-FR", FRENCH_PICK, "la dernière", 2),
    ],
)
def test_choice_by_name_or_place(
    understanding: GrammarUnderstanding, locale: str, expects: Expects, text: str, index: int
) -> None:
    assert said(understanding, locale, expects, text) == (Intent("choice", {"index": index}),)


def test_two_requests_are_kept_in_spoken_order(understanding: GrammarUnderstanding) -> None:
    german = "Stornieren Sie meine Bestellung und rufen Sie mich morgen um halb vier zurück"
    french = "Annulez ma commande et rappelez-moi demain à trois heures et demie"
    for locale, text in (("de-DE", german), ("fr-FR", french)):
        assert said(understanding, locale, MENU, text) == (
            Intent("cancel_order"),
            Intent("callback", {"when": When(day_offset=1, hour=3, minute=30)}),
        )


def test_moment_with_an_existing_callback_moves_it(understanding: GrammarUnderstanding) -> None:
    moved = Intent("existing_callback", {"action": "move", "when": When(weekday=4, hour=15, minute=0, half="24")})
    german = "Ich möchte meinen Rückruf auf Freitag um 15 Uhr verschieben"
    french = "Je voudrais déplacer mon rappel à vendredi quinze heures"
    assert said(understanding, "de-DE", MENU, german) == (moved,)
    assert said(understanding, "fr-FR", MENU, french) == (moved,)


def test_german_sharp_s_is_listened_for_as_models_write_it(understanding: GrammarUnderstanding) -> None:
    phrases = understanding.grammar("de-DE", Expects(builtins=(Builtin.MOMENT,))).phrases
    words = {word for phrase in phrases for word in phrase.split()}
    assert "dreißig" in words
    assert "dreissig" not in words
