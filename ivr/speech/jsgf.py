"""Reads a JSGF grammar into a word network.

PocketSphinx has a JSGF reader of its own, but it loops for ever on deep nesting and copies every rule at every use;
here a grammar is read once per process, its unsayable words are left out, and equal states are joined.
"""

import hashlib
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final

from ivr.errors import ContentError
from ivr.speech.word_network import Automaton, Network, minimal

_TOKENS: Final = re.compile(
    r"""\s+ | //[^\n]* | /\*.*?\*/ | \{[^{}]*\} | /[\d.eE+-]+/
    | (?P<sign>[()\[\]|*+;=]) | <(?P<rule>[^<>]+)> | "(?P<quoted>[^"]*)" | (?P<word>[^\s()\[\]|*+;=<>{}"/]+)""",
    re.VERBOSE | re.DOTALL,
)
_BUILT_IN: Final = ("NULL", "VOID")
_DEEPEST: Final = 60


@dataclass
class _Parser:
    """Recursive descent over the tokens of one rule body; builds straight into the automaton."""

    tokens: list[tuple[str, str]]
    rules: "_Rules"
    automaton: Automaton
    above: tuple[str, ...]
    depth: int = 0
    at: int = 0

    def alternatives(self, start: int, end: int) -> None:
        """a b | c"""
        if self.depth + len(self.above) > _DEEPEST:
            raise ContentError(f"a speech grammar is nested deeper than {_DEEPEST}: simplify it")
        self.sequence(start, end)
        while self.peek() == ("sign", "|"):
            self.at += 1
            self.sequence(start, end)

    def sequence(self, start: int, end: int) -> None:
        """a b c"""
        here = start
        while self.peek() not in (None, ("sign", "|"), ("sign", ")"), ("sign", "]")):
            here = self.repeated(here)
        self.automaton.arcs[here].append((None, end))

    def repeated(self, start: int) -> int:
        """An item, followed by * or + or nothing; the new end state."""
        inner, end = self.automaton.state(), self.automaton.state()
        self.automaton.arcs[start].append((None, inner))
        self.item(inner, end)
        if (sign := self.peek()) in (("sign", "*"), ("sign", "+")):
            self.at += 1
            self.automaton.arcs[end].append((None, inner))
            if sign == ("sign", "*"):
                self.automaton.arcs[inner].append((None, end))
        return end

    def item(self, start: int, end: int) -> None:
        """A word, a rule, (…) or […]."""
        kind, text = self.tokens[self.at]
        self.at += 1
        if kind == "rule":
            self.rule(text, start, end)
        elif kind == "word":
            self.automaton.arcs[start].append((text.lower(), end))
        elif text in "([":
            self.group(text, start, end)
        else:
            raise ContentError(f"a speech grammar has a stray {text!r}")

    def group(self, bracket: str, start: int, end: int) -> None:
        """What is inside ( ) or [ ]."""
        self.depth += 1
        self.alternatives(start, end)
        self.depth -= 1
        if self.peek() != ("sign", ")" if bracket == "(" else "]"):
            raise ContentError(f"a speech grammar lacks the bracket that closes {bracket!r}")
        self.at += 1
        if bracket == "[":
            self.automaton.arcs[start].append((None, end))

    def rule(self, name: str, start: int, end: int) -> None:
        """Another rule's network, in place."""
        if name == "NULL":
            self.automaton.arcs[start].append((None, end))
        elif name != "VOID":
            self.automaton.insert(self.rules.network(name, self.above), start, end)

    def whole(self, start: int, end: int) -> None:
        """The whole body; nothing may follow it."""
        self.alternatives(start, end)
        if self.peek() is not None:
            raise ContentError(f"a speech grammar has a stray {self.tokens[self.at][1]!r}")

    def peek(self) -> tuple[str, str] | None:
        return self.tokens[self.at] if self.at < len(self.tokens) else None


@dataclass
class _Rules:
    """The rules of one grammar; each becomes a small network of its own before it is used anywhere."""

    bodies: Mapping[str, list[tuple[str, str]]]
    sayable: Callable[[str], bool]
    known: dict[str, Network]
    signatures: dict[str, str] = field(default_factory=dict)

    def network(self, name: str, above: tuple[str, ...]) -> Network:
        """The rule's language. Raises ContentError: unknown, or part of itself."""
        key = self.signature(name, above)
        network = self.known.get(key)  # another thread may clear it meanwhile
        if network is None:
            automaton = Automaton()
            start, end = automaton.state(), automaton.state()
            _Parser(self.bodies[name], self, automaton, (*above, name)).whole(start, end)
            network = self.known[key] = minimal(automaton, start, end, self.sayable)
        return network

    def signature(self, name: str, above: tuple[str, ...]) -> str:
        """Equal for rules of equal text, however they and those that they use are called."""
        if name not in self.signatures:
            self.signatures[name] = self._signed(name, above)
        return self.signatures[name]

    def _signed(self, name: str, above: tuple[str, ...]) -> str:
        if name in above:
            raise ContentError(f"the rule <{name}> of a speech grammar contains itself: use * or +")
        if name not in self.bodies:
            raise ContentError(f"a speech grammar has no rule <{name}>")
        parts = [
            self.signature(text, (*above, name)) if kind == "rule" and text not in _BUILT_IN else f"{kind}\t{text}"
            for kind, text in self.bodies[name]
        ]
        return hashlib.sha256("\n".join(parts).encode("utf-8", "replace")).hexdigest()


def from_jsgf(text: str, sayable: Callable[[str], bool], known: dict[str, Network] | None = None) -> Network:
    """The language of the one public rule, less what needs a word that is not sayable. Raises ContentError.

    `known` keeps the networks of rules from one grammar to the next: grammars of one locale share most of them.
    """
    bodies, public = _bodies(text)
    return _Rules(bodies, sayable, known if known is not None else {}).network(public, ())


def _bodies(text: str) -> tuple[dict[str, list[tuple[str, str]]], str]:
    """Rule bodies as tokens by name, and the public rule's name."""
    rules: dict[str, list[tuple[str, str]]] = {}
    public = ""
    for statement in _statements(text):
        head = [token for token in statement[:3] if token != ("word", "public")]
        if len(head) < 2 or head[0][0] != "rule" or head[1] != ("sign", "="):
            continue  # "#JSGF V1.0", "grammar x"
        name = head[0][1]
        rules[name] = statement[statement.index(("sign", "=")) + 1 :]
        if statement[0] == ("word", "public"):
            public = public or name
    if not public:
        raise ContentError("a speech grammar has no public rule")
    return rules, public


def _statements(text: str) -> list[list[tuple[str, str]]]:
    statements: list[list[tuple[str, str]]] = [[]]
    for kind, value in _tokens(text):
        if (kind, value) == ("sign", ";"):
            statements.append([])
        else:
            statements[-1].append((kind, value))
    if statements[-1]:
        raise ContentError("a speech grammar does not end in ';'")
    return statements[:-1]


def _tokens(text: str) -> list[tuple[str, str]]:
    found, at = [], 0
    while at < len(text):
        match = _TOKENS.match(text, at)
        if match is None:
            raise ContentError(f"a speech grammar is unreadable at {text[at : at + 20]!r}")
        at = match.end()
        kind = match.lastgroup
        if kind == "quoted":
            found += [("word", word) for word in match["quoted"].split()]
        elif kind is not None:
            found.append((kind, match[kind]))
    return found
