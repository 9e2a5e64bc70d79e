"""`grammar`: what a sentence means and why, what may be said, and whether the grammars hold together."""

import argparse
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from ivr.cli.context import read_settings
from ivr.cli.grammar_tables import Tables, told_when
from ivr.cli.grammar_untested import untested
from ivr.content import Content, LocaleContent
from ivr.content.grammar_files import references
from ivr.content.guide_files import guide_gaps
from ivr.content.readings import READINGS, unread
from ivr.domain.dialogue.questions import MENU_INTENTS
from ivr.domain.hearing import Ability
from ivr.domain.intents import GLOBAL_INTENTS, Builtin, Expects, Intent, Meaning
from ivr.domain.moments import When
from ivr.errors import ContentError
from ivr.parts import load_content
from ivr.understanding import GrammarUnderstanding
from ivr.understanding.phrases import PhraseMaker
from ivr.understanding.trace import Piece, Traces

TURNS: Final[Mapping[str, Expects]] = {
    "menu": Expects(intents=(*MENU_INTENTS, "hold", "main_menu")),
    "yes_or_no": Expects(builtins=(Builtin.BOOLEAN,)),
    "moment": Expects(builtins=(Builtin.MOMENT, Builtin.BOOLEAN)),
    "digits": Expects(builtins=(Builtin.DIGITS,), digit_lengths=(7, 17)),
    "number": Expects(builtins=(Builtin.NUMBER,)),
    "currency": Expects(builtins=(Builtin.CURRENCY,)),
    "date": Expects(builtins=(Builtin.DATE,)),
    "time": Expects(builtins=(Builtin.TIME,)),
}
ALWAYS_USED: Final = frozenset({"lead", "tail", "and_then", "digits_lead", "digits_lead_heard", "moment"})
"""Rules with a meaning of their own."""
TABLES: Final = Path("tests/grammars")
GIVEN_LISTS: Final = frozenset({"language", "other_language", "ordinal", "ordinal_said"})


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """explain, sample, test, lint."""
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    explaining = actions.add_parser("explain", help="say what a sentence means, and by which lines")
    explaining.add_argument("text", metavar="SENTENCE")
    explaining.add_argument("--turn", choices=sorted(TURNS), default="menu", help="default: %(default)s")
    sampling = actions.add_parser("sample", help="make sentences of an intent")
    sampling.add_argument("intent", metavar="INTENT")
    sampling.add_argument("-n", type=int, default=10, help="how many (default: %(default)s)")
    for action in (explaining, sampling):
        action.add_argument("--locale", help="default: the first language")
    testing = actions.add_parser(
        "test", help="run tables of sentences: LOCALE/requests.yaml, answers.yaml, choices.yaml, moments.yaml"
    )
    testing.add_argument("locale", nargs="*", metavar="LOCALE", help="default: all")
    testing.add_argument("--tables", type=Path, default=TABLES, metavar="FOLDER", help="default: %(default)s")
    linting = actions.add_parser("lint", help="find broken references, unused rules and lists, and stolen sentences")
    linting.add_argument("locale", nargs="*", metavar="LOCALE", help="default: all")
    linting.add_argument(
        "--untested", type=Path, metavar="TABLES", help="name the lines that no table's sentence needs"
    )


def run(arguments: argparse.Namespace) -> int:
    """Do one of them. Raises ContentError."""
    content = load_content(read_settings(quiet=True))
    match arguments.action:
        case "explain":
            lines: Iterable[str] = explain(content, _locale(content, arguments.locale), arguments.turn, arguments.text)
        case "sample":
            lines = sample(_locale(content, arguments.locale), arguments.intent, arguments.n)
        case "test":
            return _test(content, arguments.tables, arguments.locale or tuple(content.locales))
        case _:
            names = arguments.locale or tuple(content.locales)
            understanding = GrammarUnderstanding(content)
            found = [line for name in names for line in lint(content, name, arguments.untested, understanding)]
            print("\n".join(found or ["nothing to complain about"]))
            return 1 if found else 0
    print("\n".join(lines))
    return 0


def _test(content: Content, folder: Path, locales: Sequence[str]) -> int:
    """Exit status 1 if a sentence is misunderstood, or there was none to try."""
    understanding, failed, tried = GrammarUnderstanding(content), 0, 0
    for name in locales:
        tables = Tables(folder, _locale(content, name).locale, understanding)
        for line in tables.failures(TURNS["menu"], TURNS["yes_or_no"], TURNS["moment"]):
            failed += 1
            print(line)
        tried += tables.count
    print(f"{tried - failed} of {tried} sentences are understood" if tried else f"there are no tables under {folder}")
    return 1 if failed or not tried else 0


def explain(content: Content, locale: LocaleContent, turn: str, text: str) -> Iterator[str]:
    """Meaning and certainty, what the dialogue would do, and each piece with the lines that know it."""
    understanding = GrammarUnderstanding(content)
    meaning = understanding.parse(locale.locale, TURNS[turn], (text,))
    yield f"{locale.locale}, {turn}: {meaning.certainty.value}"
    yield from (f"  {_told(intent)}" for intent in meaning.intents)
    yield f"  the dialogue {_reaction(meaning)}"
    for piece in Traces(locale).pieces(TURNS[turn], text):
        yield from _piece(piece)


def sample(locale: LocaleContent, intent: str, count: int) -> list[str]:
    """Sentences of an intent. Raises ContentError for one that is not there."""
    if intent not in locale.templates:
        raise ContentError(f"{locale.locale} has no intent {intent}; there are {', '.join(sorted(locale.templates))}")
    maker = PhraseMaker(locale.rules, locale.lists, frozenset())
    return maker.samples([template.expression for template in locale.templates[intent]], count)


def lint(content: Content, name: str, tables: Path | None, understanding: GrammarUnderstanding) -> Iterator[str]:
    """What is wrong with a locale's grammar, a line each; with tables, also what none of their sentences needs."""
    locale = _locale(content, name)
    try:
        locale.grammar()
    except ContentError as error:
        yield str(error)
        return
    used = {(type(r).__name__, getattr(r, "rule_name", getattr(r, "list_name", ""))) for r in _references(locale)}
    for rule, body in locale.rules.items():
        if ("RuleReference", rule) not in used and rule not in ALWAYS_USED:
            yield f"{body.file}:{body.line}: nothing uses the rule <{rule}>"
    for listed, values in locale.lists.items():
        if ("ListReference", listed) not in used and listed not in GIVEN_LISTS and values:
            yield f"{values[0].file}:{values[0].line}: nothing uses the list {{{listed}}}"
    yield from _stolen(understanding, locale)
    if locale.ability is Ability.FULL:
        yield from guide_gaps(content.guides, name, locale.prompts)
    for key in unread(locale):
        yield f"{name}/{READINGS}:1: no reading of the prompt {key}: espeak-ng speaks it as it is written"
    if tables is not None:
        yield from _untested(locale, Tables(tables, name, understanding), tables)


def _untested(locale: LocaleContent, tables: Tables, folder: Path) -> Iterator[str]:
    """Templates that no sentence needs; what is taken from another locale may be tested by that one's tables."""
    if not (folder / locale.locale).is_dir():
        yield f"{locale.locale}: there are no tables of it in {folder}"
        return
    said, understanding = tables.sentences(), tables.understanding
    for base in {t.file.split("/")[0] for group in locale.templates.values() for t in group} - {locale.locale}:
        said += Tables(folder, base, understanding).sentences()
    for template in untested(locale, said, tables.offered()):
        yield f"{template.file}:{template.line}: no sentence of the tables is heard by {template.text!r}"


def _stolen(understanding: GrammarUnderstanding, locale: LocaleContent) -> Iterator[str]:
    """Sentences of one request or command that are taken for another."""
    maker = PhraseMaker(locale.rules, locale.lists, frozenset({"moment"}))
    for intent in (*TURNS["menu"].intents, *GLOBAL_INTENTS):
        asked = TURNS["yes_or_no" if intent == "cancel" else "menu"]  # in the menu, "cancel" means an order
        for template in locale.templates.get(intent, ()):
            for sentence in maker.samples([template.expression], 4):
                names = [i.name for i in understanding.parse(locale.locale, asked, (sentence,)).intents]
                if intent not in names:
                    taken = " and ".join(names) or "nothing"
                    yield f"{template.file}:{template.line}: {sentence!r} is taken for {taken}, not {intent}"


def _references(locale: LocaleContent) -> Iterator[Any]:
    templates = (*locale.templates.values(), *locale.fragments.values())
    expressions = [template.expression for group in templates for template in group]
    expressions += [rule.expression for rule in locale.rules.values()]
    expressions += [value.expression for values in locale.lists.values() for value in values]
    return (found for expression in expressions for found in references(expression))


def _locale(content: Content, name: str | None) -> LocaleContent:
    if name is not None and name not in content.locales:
        raise ContentError(f"there is no locale {name}; there are {', '.join(content.locales)}")
    return content.locales[name or next(iter(content.locales))]


def _told(intent: Intent) -> str:
    plain = {name: told_when(value) if isinstance(value, When) else value for name, value in intent.slots.items()}
    slots = ", ".join(f"{name}={value}" for name, value in plain.items())
    return f"{intent.name}({slots})"


def _reaction(meaning: Meaning) -> str:
    if meaning.first is None:
        likeliest = ", ".join(meaning.likeliest)
        return f"asks again{f', and the second time offers {likeliest}' if likeliest else ''}"
    if meaning.certainty == "fuzzy":
        return f"asks whether {meaning.first.name} is right"
    return f"goes on with {', then '.join(intent.name for intent in meaning.intents)}"


def _piece(piece: Piece) -> Iterator[str]:
    yield f"  {piece.text!r}: {piece.name}{dict(piece.slots) or ''}"
    yield from (f"    {place}" for place in piece.places)
