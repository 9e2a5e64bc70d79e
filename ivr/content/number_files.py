"""How one locale says numbers and amounts: numbers.yaml and currency.yaml, completed by what CLDR knows."""

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from babel import Locale
from babel.numbers import get_currency_precision, get_decimal_symbol, get_group_symbol
from hassil.numbers import get_rbnf_engine

from ivr.content.grammar_files import Reader
from ivr.content.model import CurrencyUnit, MoneyWords, NumberScale, NumberWords
from ivr.errors import ContentError

_SPELLED: Final = ("spellout-cardinal", "spellout-numbering")
_NOT_SPOKEN: Final = ("financial", "year")
"""CLDR's spellings for cheques and for years: nobody says them as a number."""
_SMALLS: Final = range(100)


def read_numbers(path: Path | None, read: Reader, language: str) -> NumberWords:
    """The words of numbers; none without the file. Raises ContentError."""
    if path is None:
        return NumberWords()
    content = read(path)
    try:
        locale = Locale.parse(language, sep="-")
        return NumberWords(
            smalls=(*dict.fromkeys(_spelled(language)), *_by_value(content.get("words"))),
            wholes=_by_value(content.get("wholes")),
            scales=tuple(_scales(content.get("scales") or {})),
            joins=_texts(content.get("joins")),
            glued_joins=content.get("glued_joins", False) is True,
            points=_texts(content.get("points")),
            refused=_texts(content.get("refused")),
            swallowing=_texts(content.get("swallowing")),
            around=_texts(content.get("around")),
            group=str(get_group_symbol(locale)),
            decimal=str(get_decimal_symbol(locale)),
        )
    except (AttributeError, TypeError, KeyError, ValueError) as error:
        raise ContentError(
            f"{path.parent.name}/{path.name}:1: cannot be read as words of numbers: {error!r}"
        ) from error


def read_money(path: Path | None, read: Reader) -> MoneyWords:
    """The words of amounts; none without the file. Raises ContentError."""
    if path is None:
        return MoneyWords()
    content, place = read(path), f"{path.parent.name}/{path.name}:1"
    try:
        units = {str(code): _unit(str(code), body) for code, body in content["units"].items()}
        default = str(content["currency"])
    except (AttributeError, TypeError, KeyError, ValueError) as error:
        raise ContentError(f"{place}: cannot be read as words of money: {error!r}") from error
    if default not in units:
        raise ContentError(f"{place}: `units:` lacks {default}, the locale's own currency")
    return MoneyWords(default, units, _texts(content.get("joins")), _texts(content.get("of")))


def _unit(code: str, body: Mapping[str, Any]) -> CurrencyUnit:
    return CurrencyUnit(
        words=_texts(body["words"]),
        signs=_texts(body.get("signs")),
        minor=_texts(body.get("minor")),
        digits=get_currency_precision(code),
    )


def _spelled(language: str) -> Iterator[tuple[str, int]]:
    """0 to 99 in every spelling that CLDR has, with what each gender says."""
    engine = get_rbnf_engine(language)
    for number in _SMALLS:
        for ruleset, text in engine.format_number(number).text_by_ruleset.items():
            if ruleset.startswith(_SPELLED) and not any(part in ruleset for part in _NOT_SPOKEN):
                yield text.replace("\u00ad", "").replace("-", " "), number


def _by_value(section: Any) -> tuple[tuple[str, int], ...]:
    return tuple((str(word), int(value)) for value, words in (section or {}).items() for word in words)


def _scales(section: Mapping[str, Any]) -> Iterable[NumberScale]:
    for value, body in section.items():
        yield NumberScale(int(value), int(body["most"]), _texts(body["words"]))


def _texts(section: Any) -> tuple[str, ...]:
    return tuple(str(text) for text in section or ())
