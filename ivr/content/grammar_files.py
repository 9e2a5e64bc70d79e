"""Sentence templates, lists and rules of one locale: read from YAML, parsed by hassil, references checked."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from hassil.expression import Expression, Group, ListReference, RuleReference, TextChunk
from hassil.numbers import get_rbnf_engine
from hassil.parse_expression import parse_sentence
from hassil.parser import ParseError

from ivr.content.model import DigitWords, ListValue, Rule, SlotOut, Template
from ivr.content.yaml_files import Located
from ivr.errors import ContentError

Reader = Callable[[Path], Mapping[str, Any]]
"""A YAML file's content."""
PROVIDED_LISTS = frozenset({"item"})
"""Lists that a turn fills: the names of what is offered."""


def read_templates(paths: Iterable[Path], read: Reader) -> dict[str, tuple[Template, ...]]:
    """The templates of each intent. Raises ContentError."""
    found: dict[str, list[Template]] = {}
    for path in paths:
        for name, intent in _section(read(path), "intents").items():
            for block in _member(name, intent, "data"):
                for text in _member(name, block, "sentences"):
                    found.setdefault(str(name), []).append(_template(name, text, block))
    return {name: tuple(templates) for name, templates in found.items()}


def read_rules(paths: Iterable[Path], read: Reader) -> dict[str, Rule]:
    """Expansion rules by name. Raises ContentError."""
    rules: dict[str, Rule] = {}
    for path in paths:
        for name, body in _section(read(path), "expansion_rules").items():
            if name in rules:
                raise ContentError(f"{name.place}: the rule <{name}> exists already; rename or remove one")
            rules[str(name)] = Rule(_parse(body), body.file, body.line)
    return rules


def read_lists(paths: Iterable[Path], read: Reader, language: str) -> dict[str, tuple[ListValue, ...]]:
    """Lists by name, number ranges spelled out. Raises ContentError."""
    lists: dict[str, tuple[ListValue, ...]] = {}
    for path in paths:
        for name, body in _section(read(path), "lists").items():
            if name in lists:
                raise ContentError(f"{name.place}: the list {{{name}}} exists already; rename or remove one")
            lists[str(name)] = tuple(_list_values(name, body, language))
    return lists


def read_digits(path: Path | None, read: Reader) -> DigitWords:
    """The words of digit strings. Raises ContentError."""
    if path is None:
        return DigitWords()
    content = read(path)
    return DigitWords(
        words={str(word): str(digits) for digits, words in _words_by_digits(content, "digits") for word in words},
        misspelled={str(w): str(d) for d, words in _words_by_digits(content, "misspelled") for w in words},
        repeats={str(word): int(count) for word, count in _section(content, "repeats").items()},
        skipped=tuple(str(word) for word in content.get("skipped", ())),
        rare=frozenset(str(word) for word in content.get("rare", ())),
        plus=tuple(str(word) for word in content.get("plus", ())),
        extension=tuple(str(word) for word in content.get("extension", ())),
        doubtful={str(word): str(digits) for word, digits in _section(content, "doubtful").items()},
    )


def check_references(
    *,
    templates: Iterable[Template],
    rules: Mapping[str, Rule],
    lists: Mapping[str, tuple[ListValue, ...]],
) -> None:
    """Every <rule> and {list} exists, none refers to itself, words are whole. Raises ContentError."""
    for template in templates:
        _check(template.expression, f"{template.file}:{template.line}", rules, lists)
    for name, rule in rules.items():
        _check(rule.expression, f"{rule.file}:{rule.line}", rules, lists)
        _check_cycle(name, rules, (name,))
    for values in lists.values():
        for value in values:
            _check(value.expression, f"{value.file}:{value.line}", rules, lists)


def references(expression: Expression) -> Iterator[RuleReference | ListReference]:
    """Every reference inside an expression, in order."""
    if isinstance(expression, RuleReference | ListReference):
        yield expression
    elif isinstance(expression, Group):
        for item in expression.items:
            yield from references(item)


def _words_by_digits(content: Mapping[str, Any], section: str) -> list[tuple[str, list[Any]]]:
    return [(str(digits), list(words)) for digits, words in _section(content, section).items()]


def _template(name: Located, text: Any, block: Mapping[str, Any]) -> Template:
    if not isinstance(text, Located):
        raise ContentError(f"{name.place}: a sentence of {name} is not a text ({text!r}); put it in quotes")
    # plain texts: what is understood is kept with the dialogue
    slots = {str(k): str(v) if isinstance(v, str) else v for k, v in dict(block.get("slots") or {}).items()}
    heard = block.get("heard", True) is True
    return Template(str(name), str(text), _parse(text), text.file, text.line, slots, heard)


def _parse(text: Located) -> Expression:
    try:
        parsed = _expression(str(text))
    except (ParseError, AssertionError, TypeError) as error:
        raise ContentError(f"{text.place}: cannot read the template {text!r}: {error}") from error
    _check_whole_words(parsed, text)
    return parsed


@lru_cache(maxsize=32768)
def _expression(text: str) -> Expression:
    """Kept: a locale based on another has most of its templates."""
    return parse_sentence(text).expression


def _check_whole_words(expression: Expression, text: Located) -> None:
    """Parts of words ("hour[s]") are refused: recognisers hear whole words."""
    if not isinstance(expression, Group):
        return
    for item in expression.items:
        _check_whole_words(item, text)
    if type(expression).__name__ == "Sequence":
        for left, right in zip(expression.items, expression.items[1:], strict=False):
            if not _ends_open(left) and not _starts_open(right):
                raise ContentError(f"{text.place}: write whole words, such as (hour|hours), in {str(text)!r}")


def _ends_open(expression: Expression) -> bool:
    return isinstance(expression, TextChunk) and (expression.is_empty or expression.text[-1:].isspace())


def _starts_open(expression: Expression) -> bool:
    return isinstance(expression, TextChunk) and (expression.is_empty or expression.text[:1].isspace())


def _list_values(name: Located, body: Any, language: str) -> Iterator[ListValue]:
    if isinstance(body, dict) and "range" in body:
        yield from _range(name, body["range"], language)
        return
    values = body.get("values") if isinstance(body, dict) else None
    if not values:
        raise ContentError(f"{name.place}: the list {{{name}}} needs `values:` or `range:`")
    for value in values:
        text, out, written = _value_parts(value)
        if not isinstance(text, Located):
            raise ContentError(f"{name.place}: a value of {{{name}}} is not a text ({text!r}); put it in quotes")
        yield ListValue(_parse(text), str(text) if out is None else out, text.file, text.line, written)


def _value_parts(value: Any) -> tuple[Any, SlotOut | None, tuple[str, ...]]:
    """The text, what it means, and how a carrier's recogniser writes it."""
    if not isinstance(value, dict):
        return value, None, ()
    return value.get("in"), value.get("out"), tuple(str(text) for text in value.get("written", ()))


def _range(name: Located, body: Mapping[str, Any], language: str) -> Iterator[ListValue]:
    """Numbers in words by CLDR's rules; `ruleset` picks one of them, `suffix` is what a numeral carries (24th)."""
    engine = get_rbnf_engine(language)
    wanted = [str(body["ruleset"])] if "ruleset" in body else None
    suffixes = body.get("suffixes") or {}
    for number in range(int(body["from"]), int(body["to"]) + 1, int(body.get("step", 1))):
        texts = engine.format_number(number, ruleset_names=wanted).text_by_ruleset
        numeral = f"{number} {suffixes.get(str(number), body.get('suffix', ''))}".strip()
        for words in sorted(set(texts.values())):
            chunk = TextChunk(text=words.replace("-", " "))
            yield ListValue(chunk, number, name.file, name.line, (numeral,))


def _section(content: Mapping[str, Any], name: str) -> dict[Located, Any]:
    section = content.get(name) or {}
    if not isinstance(section, dict):
        raise ContentError(f"{_place_of(content)}: `{name}:` must hold names with values")
    for key in section:
        if not isinstance(key, Located) and name not in ("digits", "misspelled"):
            raise ContentError(f"{_place_of(content)}: the name {key!r} in `{name}:` must be in quotes")
    return section


def _place_of(content: Mapping[Any, Any]) -> str:
    return next((key.place for key in content if isinstance(key, Located)), "?")


def _member(name: Located, block: Any, member: str) -> list[Any]:
    found = block.get(member) if isinstance(block, dict) else None
    if not isinstance(found, list):
        raise ContentError(f"{name.place}: {name} needs a list `{member}:`")
    return found


def _check(
    expression: Expression,
    place: str,
    rules: Mapping[str, Rule],
    lists: Mapping[str, tuple[ListValue, ...]],
) -> None:
    for reference in references(expression):
        if isinstance(reference, RuleReference) and reference.rule_name not in rules:
            raise ContentError(f"{place}: there is no rule <{reference.rule_name}>")
        if isinstance(reference, ListReference) and reference.list_name not in lists.keys() | PROVIDED_LISTS:
            raise ContentError(f"{place}: there is no list {{{reference.list_name}}}")


def _check_cycle(name: str, rules: Mapping[str, Rule], path: tuple[str, ...]) -> None:
    for reference in references(rules[name].expression):
        if not isinstance(reference, RuleReference):
            continue
        if reference.rule_name in path:
            rule = rules[path[0]]
            raise ContentError(f"{rule.file}:{rule.line}: the rule <{path[0]}> contains itself")
        _check_cycle(reference.rule_name, rules, (*path, reference.rule_name))
