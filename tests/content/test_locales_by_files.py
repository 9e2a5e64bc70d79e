"""Languages come by files alone: based on another, in part, or by keypad; nothing else names them."""

import shutil
from pathlib import Path

import pytest

from ivr.content import Content, load, read_all
from ivr.content.folders import Folders
from ivr.content.speaker import PromptSpeaker
from ivr.domain.hearing import Ability
from ivr.domain.intents import Builtin, Expects
from ivr.domain.turn import Say
from ivr.errors import ContentError
from ivr.understanding import GrammarUnderstanding
from ivr.web.catalogue import Catalogue

GRAMMARS = Path(__file__).resolve().parent.parent.parent / "grammars"
ABOUT = "name: {name}\nlanguage: {locale}\nvoice: Polly.Amy\n"
LANGUAGES = Expects(intents=("track_order",))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """English and Korean, beside which a test puts more."""
    for locale in ("en-US", "ko-KR"):
        shutil.copytree(GRAMMARS / locale, tmp_path / locale)
    return tmp_path


def put(folder: Path, locale: str, about: str = "", **files: str) -> None:
    (folder / locale / "sentences").mkdir(parents=True, exist_ok=True)
    (folder / locale / "locale.yaml").write_text(ABOUT.format(name=locale, locale=locale) + about, "utf-8")
    for name, text in files.items():
        (folder / locale / f"{name.replace('__', '/')}.yaml").write_text(text, "utf-8")


def british(folder: Path, **files: str) -> Content:
    put(folder, "en-GB", "based_on: en-US\n", **files)
    return read_all(load(folder))


def test_locale_based_on_another_overrides_single_texts(folder: Path) -> None:
    content = british(folder, prompts='goodbye: "Cheerio from {company}."\n', pages='title: "Ring me back"\n')
    speaker = PromptSpeaker(content)
    assert speaker.text("en-GB", Say("goodbye", {"company": "Acme"})) == "Cheerio from Acme."
    assert speaker.text("en-GB", Say("menu")) == speaker.text("en-US", Say("menu"))
    pages = Catalogue(Folders(folder), ("en-US", "en-GB"))
    assert (pages.text("en-GB", "title"), pages.text("en-GB", "send")) == ("Ring me back", pages.text("en-US", "send"))


def test_locale_based_on_another_overrides_whole_grammar_files(folder: Path) -> None:
    hold = 'intents:\n  hold:\n    data: [{sentences: ["i shall queue"]}]\n'
    content = british(folder, sentences__hold=hold)
    understanding = GrammarUnderstanding(content)
    expects = Expects(intents=("hold", "callback"))
    for text, intent in (("i shall queue", "hold"), ("call me back", "callback")):
        assert [i.name for i in understanding.parse("en-GB", expects, (text,)).intents] == [intent]
    assert [t.file for t in content.locales["en-GB"].templates["hold"]] == ["en-GB/sentences/hold.yaml"]
    assert understanding.parse("en-GB", expects, ("hold the line",)).first is None


@pytest.mark.parametrize(
    ("about", "message"),
    [
        ("based_on: en-XX\n", r"en-GB/locale.yaml:4: there is no locale en-XX"),
        ("based_on: en-GB\n", r"en-GB/locale.yaml:4: a locale cannot be based on itself: en-GB on en-GB"),
        ("based_on: en-US\nhearing: some\n", r"en-GB/locale.yaml:5: `hearing:` is full, partial or keypad"),
        ("", r"en-GB/locale.yaml:1: `hearing: full` needs digits.yaml, moments.yaml"),
    ],
)
def test_locale_that_cannot_be_made_is_named_with_its_line(folder: Path, about: str, message: str) -> None:
    put(folder, "en-GB", about)
    with pytest.raises(ContentError, match=message):
        load(folder)


def test_bases_in_a_circle_are_named(folder: Path) -> None:
    put(folder, "en-GB", "based_on: en-AU\n")
    put(folder, "en-AU", "based_on: en-GB\n")
    with pytest.raises(ContentError, match=r"en-AU on en-GB on en-AU|en-GB on en-AU on en-GB"):
        load(folder)


def test_partial_locale_hears_yes_digits_and_commands_and_nothing_more(folder: Path) -> None:
    put(folder, "fi-FI", "hearing: partial\n", digits='digits: {"1": [yksi], "2": [kaksi]}\n')
    sayings = {"yes": "kyllä", "no": "ei", "agent": "asiakaspalvelija", "repeat": "uudestaan", "slower": "hitaammin"}
    sayings |= {"go_back": "takaisin", "cancel": "peruuta", "another_language": "toinen kieli", "keypad": "näppäimet"}
    for intent, text in sayings.items():
        path = folder / "fi-FI" / "sentences" / f"{intent}.yaml"
        path.write_text(f'intents:\n  "{intent}":\n    data: [{{sentences: ["{text}"]}}]\n', "utf-8")
    for name in ("prompts", "messages", "spoken", "pages"):
        shutil.copy(folder / "en-US" / f"{name}.yaml", folder / "fi-FI")
    content = read_all(load(folder))
    assert content.locales["fi-FI"].ability == Ability.PARTIAL
    understanding = GrammarUnderstanding(content)
    expects = Expects(builtins=(Builtin.BOOLEAN, Builtin.DIGITS), digit_lengths=(3,))
    for text, meant in (
        ("kyllä", "yes"),
        ("yksi kaksi yksi", "digits"),
        ("peruuta", "cancel"),
        ("hitaammin", "slower"),
    ):
        assert [i.name for i in understanding.parse("fi-FI", expects, (text,)).intents] == [meant]
    assert "kyllä" in understanding.grammar("fi-FI", expects).phrases


def test_languages_are_called_by_the_names_that_their_own_files_give(folder: Path) -> None:
    put(folder, "fr-FR", "names: {en: [french, parisian]}\nasked: [en français]\nbased_on: en-US\n")
    put(folder, "ja-JP", "based_on: en-US\n")
    understanding = GrammarUnderstanding(load(folder))
    called = {
        "parisian please": "fr-FR",
        "japanese": "ja-JP",
        "korean": "ko-KR",
        "한국어": "ko-KR",
        "en français": "fr-FR",
    }
    for text, locale in called.items():
        (intent,) = understanding.parse("en-US", LANGUAGES, (text,)).intents
        assert (intent.name, intent.slots["language"]) == ("another_language", locale)
    (intent,) = understanding.parse("ko-KR", LANGUAGES, ("프랑스어로 해 주세요",)).intents
    assert intent.slots["language"] == "fr-FR"


def test_languages_that_are_not_served_are_not_offered_by_name(folder: Path) -> None:
    understanding = GrammarUnderstanding(load(folder, ("en-US",)))
    assert all("language" not in i.slots for i in understanding.parse("en-US", LANGUAGES, ("korean",)).intents)


def test_broken_grammar_of_one_language_leaves_it_to_the_keypad(folder: Path) -> None:
    put(folder, "en-GB", "based_on: en-US\n", rules='expansion_rules:\n  my: "(my"\n')
    understanding = GrammarUnderstanding(load(folder))
    assert understanding.ability("en-GB") == Ability.FULL
    assert not understanding.understands("en-GB")
    assert understanding.ability("en-GB") == Ability.KEYPAD
    assert understanding.parse("en-GB", LANGUAGES, ("track my order",)).first is None
    assert understanding.grammar("en-GB", LANGUAGES).phrases == ()
    assert understanding.parse("en-US", LANGUAGES, ("track my order",)).first is not None
