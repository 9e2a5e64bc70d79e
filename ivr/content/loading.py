"""Reads grammars/: every locale folder that is served. IVR_CONTENT points at an adopter's own folder.

What we say is read and checked at once; what may be said to us (nine tenths of the work) when it is first needed, in
`serve` by a thread that begins at the start. `read_all` reads everything, for the doctor and for tests.
"""

from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any, Final

from ivr.content import grammar_files, prompt_checks
from ivr.content.addresses import FILE as ADDRESSES
from ivr.content.addresses import AddressStyle, read_styles
from ivr.content.folders import ABOUT, Folders
from ivr.content.guide_files import guide_texts, read_guides
from ivr.content.help_files import read_articles
from ivr.content.languages import language_lists
from ivr.content.model import Content, LocaleContent, LocaleGrammar, Once
from ivr.content.mood_files import FILE as MOODS
from ivr.content.mood_files import read_moods
from ivr.content.number_files import read_money, read_numbers
from ivr.content.readings import read_readings
from ivr.content.written import CHAT, check_chat
from ivr.content.yaml_files import Located
from ivr.domain.answered import OVERHEARD
from ivr.domain.dialogue.questions import MENU_INTENTS
from ivr.domain.guides import Guide
from ivr.domain.hearing import Ability
from ivr.domain.intents import GLOBAL_INTENTS
from ivr.errors import ContentError

DEFAULT_LOCALE = "en-US"
GRAMMAR_FILES = ("lists.yaml", "rules.yaml", "moments.yaml")
COUNTRIES: Final = "countries.yaml"
IN_QUESTIONS: Final = (
    "hold",
    "main_menu",
    "question",
    "choice",
    "return_reason",
    "next_step",
    "claim_answer",
    "stop_calls",
    "more_choices",
)
"""Understood where a question asks for them."""
SENTENCES: Final[Mapping[Ability, tuple[str, ...]]] = {
    Ability.FULL: ("yes", "no", *GLOBAL_INTENTS, *MENU_INTENTS, *IN_QUESTIONS, *OVERHEARD),
    Ability.PARTIAL: ("yes", "no", *GLOBAL_INTENTS),
    Ability.KEYPAD: (),
}
"""Intents that a locale has sentences for, by what it says of its `hearing:`."""
FILES: Final = {
    Ability.FULL: ("digits.yaml", "moments.yaml", "numbers.yaml", "currency.yaml"),
    Ability.PARTIAL: ("digits.yaml",),
    Ability.KEYPAD: (),
}


def load(folder: Path, locales: Sequence[str] = ()) -> Content:
    """The locales wanted, in their order, else all, the default first. Raises ContentError naming file and line."""
    folders = Folders(folder)
    known = folders.names()
    if not known:
        raise ContentError(f"{folder} holds no locale: point IVR_CONTENT at a folder like grammars/")
    served = tuple(locales) or tuple(sorted(known, key=lambda name: (name != DEFAULT_LOCALE, name)))
    guides = read_guides(folders)
    read = {name: _locale(folders, name, served, guides) for name in served}
    content = Content(read, _likely(folders), _addresses(folders), guides)
    prompt_checks.check_prompts(content)
    for locale in content.locales.values():
        check_chat(locale)
    return content


def read_all(content: Content) -> Content:
    """Read every locale's grammar now. Raises ContentError naming file and line."""
    for locale in content.locales.values():
        locale.grammar()
        locale.help()
    return content


def _locale(folders: Folders, name: str, served: Sequence[str], guides: Sequence[Guide]) -> LocaleContent:
    about = folders.about(name)
    language = str(_needed(about, "language", name))
    ability = _ability(about)
    _check_files(folders, name, ability)
    prompts = folders.texts(name, "prompts.yaml") | guide_texts(folders, name, guides)
    readings, reading_words = read_readings(folders, name, prompts)
    return LocaleContent(
        locale=name,
        name=str(_needed(about, "name", name)),
        voice=str(_needed(about, "voice", name)),
        language=language,
        free_spacing=bool(about.get("free_spacing", False)),
        fold_accents=bool(about.get("fold_accents", False)),
        slow_rate=str(about.get("slow_rate", "85%")),
        ability=ability,
        fillers=tuple(about.get("fillers", ())),
        rewrites=tuple((str(pattern), str(to)) for pattern, to in about.get("rewrites", ())),
        prompts=prompts,
        messages=folders.texts(name, "messages.yaml"),
        chat=folders.texts_of_language(name, CHAT),
        spoken=folders.texts(name, "spoken.yaml"),
        readings=readings,
        reading_words=reading_words,
        grammar=Once(partial(_grammar, folders, name, language, served)),
        help=Once(partial(read_articles, folders.root, folders.chain(name), name)),
    )


def _grammar(folders: Folders, name: str, language: str, served: Sequence[str]) -> LocaleGrammar:
    files = [path for path in (folders.file(name, file) for file in GRAMMAR_FILES) if path is not None]
    sentences = folders.sentences(name)
    templates = grammar_files.read_templates(sentences, folders.read)
    fragments = grammar_files.read_templates(files, folders.read)
    rules = grammar_files.read_rules((*files, *sentences), folders.read)
    own_lists = grammar_files.read_lists((*files, *sentences), folders.read, language)
    lists = language_lists(folders, name, served) | own_lists
    grammar_files.check_references(
        templates=[t for group in (*templates.values(), *fragments.values()) for t in group], rules=rules, lists=lists
    )
    digits = grammar_files.read_digits(folders.file(name, "digits.yaml"), folders.read)
    numbers = read_numbers(folders.file(name, "numbers.yaml"), folders.read, language)
    money = read_money(folders.file(name, "currency.yaml"), folders.read)
    moods = read_moods(folders.file(name, MOODS), folders.read)
    return LocaleGrammar(templates, fragments, lists, rules, digits, numbers, money, moods)


def _ability(about: Mapping[str, Any]) -> Ability:
    said = about.get("hearing", Ability.FULL.value)
    try:
        return Ability(str(said))
    except ValueError:
        place = said.place if isinstance(said, Located) else ABOUT
        raise ContentError(f"{place}: `hearing:` is full, partial or keypad, not {said}") from None


def _check_files(folders: Folders, name: str, ability: Ability) -> None:
    wanted = (*FILES[ability], *(f"sentences/{intent}.yaml" for intent in SENTENCES[ability]))
    missing = [file for file in wanted if folders.file(name, file) is None]
    if missing:
        raise ContentError(
            f"{name}/{ABOUT}:1: `hearing: {ability}` needs {', '.join(missing)}; add them, or say how much of this "
            "language is understood: `hearing: partial` (yes and no, digits, commands) or `hearing: keypad`"
        )


def _likely(folders: Folders) -> Mapping[str, tuple[str, ...]]:
    path = folders.root / COUNTRIES
    if not path.is_file():
        return {}
    return {str(country): tuple(map(str, names)) for country, names in folders.read(path).items()}


def _addresses(folders: Folders) -> Mapping[str, AddressStyle]:
    path = folders.root / ADDRESSES
    return read_styles(folders.read(path)) if path.is_file() else {}


def _needed(about: Mapping[str, Any], key: str, name: str) -> Any:
    if key not in about:
        raise ContentError(f"{name}/{ABOUT}:1: `{key}:` is missing")
    return about[key]
