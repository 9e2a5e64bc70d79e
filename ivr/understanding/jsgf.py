"""Sentence templates as JSGF, for recognisers that follow a grammar word by word (PocketSphinx)."""

from collections.abc import Iterable, Mapping, Sequence
from itertools import permutations
from typing import Any, Final

from hassil.expression import Alternative, Expression, Group, ListReference, Permutation, RuleReference, TextChunk

from ivr.understanding.source import ListValue, Rule

NULL: Final = "<NULL>"


class JsgfWriter:
    """Collects the rules that a grammar needs; each <rule> and {list} is written once."""

    def __init__(self, rules: Mapping[str, Rule], lists: Mapping[str, Sequence[ListValue]]) -> None:
        self._rules, self._lists = rules, lists
        self._written: dict[str, str] = {}

    def expansion(self, expression: Expression) -> str:
        """One expression as the right side of a JSGF rule; empty for nothing."""
        if isinstance(expression, TextChunk):
            return " ".join(sphinx_words(expression.text))
        if isinstance(expression, RuleReference):
            return self._rule(expression.rule_name)
        if isinstance(expression, ListReference):
            return self._list(expression.list_name)
        if isinstance(expression, Alternative):
            return self._either(expression)
        if isinstance(expression, Permutation):
            orders = (Group(items=list(order)) for order in permutations(expression.items))
            return alternatives(self.expansion(order) for order in orders)
        assert isinstance(expression, Group)
        return " ".join(part for part in map(self.expansion, expression.items) if part)

    def expansion_of_rule(self, name: str) -> str:
        """A reference to a <rule> of the files; empty if there is none."""
        return self._rule(name) if name in self._rules else ""

    def define(self, name: str, expansion: str) -> str:
        """Write a rule of one's own; returns the reference to it."""
        self._written.setdefault(name, expansion)
        return f"<{name}>"

    def grammar(self, name: str, public: str) -> str:
        """The whole grammar with one public rule."""
        rules = "\n".join(f"<{rule}> = {body};" for rule, body in self._written.items() if body)
        return f"#JSGF V1.0 UTF-8;\ngrammar {name};\npublic <turn> = {public};\n{rules}\n"

    def _rule(self, name: str) -> str:
        if name not in self._written:
            self._written[name] = self.expansion(self._rules[name].expression)
        return f"<{name}>" if self._written[name] else ""

    def _list(self, name: str) -> str:
        key = f"list_{name}"
        if key not in self._written:
            self._written[key] = _factored(self.expansion(value.expression) for value in self._lists.get(name, ()))
        return f"<{key}>" if self._written[key] else ""

    def _either(self, expression: Alternative) -> str:
        parts = [self.expansion(item) for item in expression.items]
        if "" not in parts:
            return alternatives(parts)
        filled = alternatives(part for part in parts if part)
        return f"[ {filled} ]" if filled else ""


def alternatives(parts: Iterable[str]) -> str:
    """One of the parts."""
    distinct = list(dict.fromkeys(part for part in parts if part))
    return distinct[0] if len(distinct) == 1 else f"( {' | '.join(distinct)} )" if distinct else ""


def sphinx_words(text: str) -> list[str]:
    """Words as the CMU dictionary spells them: hyphens apart, lower case."""
    return text.lower().replace("-", " ").replace("’", "'").split()


def _factored(expansions: Iterable[str]) -> str:
    """Alternatives that begin alike share their beginning ("twenty [ ( one | two ) ]"): fewer arcs to search."""
    plain: list[str] = []
    tree: dict[str, Any] = {}
    for expansion in expansions:
        if any(sign in expansion for sign in "<([|"):
            plain.append(expansion)
            continue
        branch = tree
        for word in expansion.split():
            branch = branch.setdefault(word, {})
        branch[""] = {}
    return alternatives([*plain, *_branches(tree)])


def _branches(tree: Mapping[str, Any]) -> list[str]:
    parts = []
    for word, following in tree.items():
        if not word:
            continue
        rest = alternatives(_branches(following))
        parts.append(word if not rest else f"{word} [ {rest} ]" if "" in following else f"{word} {rest}")
    return parts
