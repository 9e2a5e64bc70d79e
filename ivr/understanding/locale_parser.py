"""Parses texts of one locale: covering, digits, likeness."""

from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import lru_cache

from ivr.domain.dialogue.menu import REQUESTS
from ivr.domain.intents import Builtin, Certainty, Choice, Expects, Intent, Meaning
from ivr.domain.moments import When
from ivr.domain.upset import CALM
from ivr.service.ports import NumberRules
from ivr.understanding import moments
from ivr.understanding.choices import choice_lists, choice_slots
from ivr.understanding.covering import FILLER, Covering, cover
from ivr.understanding.digits import DigitReader, DigitString
from ivr.understanding.fuzzy import Similar
from ivr.understanding.meaning import BOOLEANS, TAKES_MOMENT, allowed_names, intents_of, is_asap
from ivr.understanding.moods import Moods
from ivr.understanding.network import START, Network
from ivr.understanding.phone_strings import PHONE_NUMBER, PhoneReader
from ivr.understanding.quantities import Quantities
from ivr.understanding.source import LocaleSource
from ivr.understanding.tokens import Spelling, spelling

DIGITS_LEAD = "digits_lead"
"""Rule: what is said before digits ("my order number is")."""
MOMENT_RULE = "moment"
"""Rule: a whole moment. Recognisers get it written out; here its fragments are found one by one."""
_KEPT_NETWORKS = 64
_KEPT_COVERINGS = 64
"""A text is looked at when the caller pauses, for what may follow, and when the turn is over."""
_ORDER = (Certainty.EXACT, Certainty.STRIPPED, Certainty.FUZZY, Certainty.NONE)


def spelling_of(source: LocaleSource) -> Spelling:
    """How the locale's texts are cut into words."""
    return spelling(free_spacing=source.free_spacing, fold_accents=source.fold_accents, rewrites=source.rewrites)


class LocaleParser:
    """Texts of one locale to meanings."""

    def __init__(
        self, source: LocaleSource, phrases: Mapping[str, Sequence[str]], numbers: NumberRules | None = None
    ) -> None:
        self._source = source
        self._spelling = spelling_of(source)
        self._network = self._main_network()
        self._digits_lead = self._network_of(DIGITS_LEAD)
        self._digits = DigitReader(source.digits, self._spelling)
        self._moods = Moods(source, self._spelling)
        self._phone = PhoneReader(self._digits, source, self._spelling, numbers)
        self._quantities = Quantities(source, self._spelling)
        self._similar = Similar(
            {name: [self._spelling.folded(phrase) for phrase in texts] for name, texts in phrases.items()},
            free_spacing=source.free_spacing,
        )
        self._covering = lru_cache(_KEPT_COVERINGS)(self._covered)
        self._choices: OrderedDict[tuple[Choice, ...], Network] = OrderedDict()

    def parse(self, expects: Expects, readings: Sequence[str]) -> Meaning:
        """The best meaning among the readings, best first; how it was said is told by its own words."""
        meaning = self._meaning(expects, readings)
        mood = self._moods.of(meaning.text or (readings[0] if readings else ""))
        return meaning if mood == CALM else replace(meaning, mood=mood)

    def _meaning(self, expects: Expects, readings: Sequence[str]) -> Meaning:
        if Builtin.DIGITS in expects.builtins and (meaning := self._digit_meaning(expects, readings)):
            return meaning
        if Builtin.PHONE_NUMBER in expects.builtins and (meaning := self._phone_meaning(readings)):
            return meaning
        meanings = [self._parse(expects, text) for text in readings]
        best = min(meanings, key=lambda m: _ORDER.index(m.certainty), default=Meaning(""))
        return Meaning(best.text) if _contradicted(best, meanings) else _doubted(best, meanings)

    def is_complete(self, expects: Expects, text: str) -> bool:
        """Whether more words could not change what this text means."""
        meaning = self._meaning(expects, (text,))
        if meaning.certainty != Certainty.EXACT or meaning.first is None:
            return False
        if meaning.first.name == "digits":
            return len(str(meaning.first.slots["value"])) >= max(expects.digit_lengths, default=99)
        if "alternatives" in meaning.intents[-1].slots:
            return False
        if meaning.first.name == PHONE_NUMBER:
            return not self._phone.goes_on(str(meaning.first.slots["value"]))
        when = meaning.intents[-1].slots.get("when")
        if isinstance(when, When) and not moments.is_said_wholly(meaning.intents[-1].name, when):
            return False
        if when is None and meaning.intents[-1].name in TAKES_MOMENT:
            return meaning.intents[-1].slots.get("action") in ("hear", "cancel", "number")
        return not self._can_change(expects, text)

    def is_enough(self, expects: Expects, text: str) -> bool:
        """Whether the text is a number of one of the lengths expected."""
        meaning = self._meaning(expects, (text,))
        if meaning.certainty != Certainty.EXACT or meaning.first is None or meaning.first.name != "digits":
            return False
        return len(str(meaning.first.slots["value"])) in expects.digit_lengths

    # --- one reading ---------------------------------------------------------------------------------------

    def _parse(self, expects: Expects, text: str) -> Meaning:
        covering = self._covering(expects, text)
        intents, certainty = intents_of(covering, expects)
        if certainty in (Certainty.EXACT, Certainty.STRIPPED):
            return Meaning(text, self._finished(intents, expects), certainty)
        words = self._quantities.words(expects, text)
        ranked = self._similar.rank(words, REQUESTS & set(expects.understood)) if words else []
        likeliest = tuple(name for name, score in ranked[:3] if score > 0)
        if certainty == Certainty.FUZZY:
            first = intents[0].name
            return Meaning(text, intents, certainty, (first, *(n for n in likeliest if n != first))[:3])
        nearest = self._similar.accepted(ranked, words)
        if nearest is None:
            return Meaning(text, (), Certainty.NONE, likeliest)
        return Meaning(text, (Intent(nearest),), Certainty.FUZZY, likeliest)

    def _covered(self, expects: Expects, text: str) -> Covering:
        words = self._quantities.words(expects, text)
        matchers = (*self.networks(expects), *self._quantities.matchers(expects, words))
        return cover(words, matchers, allowed_names(expects), self._spelling)

    def _finished(self, intents: tuple[Intent, ...], expects: Expects) -> tuple[Intent, ...]:
        return tuple(
            Intent(i.name, choice_slots(i.slots, len(expects.choices))) if i.name == "choice" else i for i in intents
        )

    def _can_change(self, expects: Expects, text: str) -> bool:
        """Whether the phrase at the end of the text can still become something else."""
        words = self._quantities.words(expects, text)
        tokens = self._spelling.split(words)
        last = self._covering(expects, text).pieces[-1]
        if self._quantities.goes_on(expects, words, last):
            return True
        harmless = BOOLEANS | {last.name} if last.name in BOOLEANS else frozenset({last.name})
        allowed = allowed_names(expects) - harmless - moments.NEVER_CHANGE
        for network in self.networks(expects):
            for node in network.after(tokens, last.start):
                sets_slot, names = network.ahead(node)
                if names & allowed and last.name not in BOOLEANS:
                    return True
                if sets_slot and last.name in names:
                    return True
        return False

    # --- digits --------------------------------------------------------------------------------------------

    def _digit_meaning(self, expects: Expects, readings: Sequence[str]) -> Meaning | None:
        """The reading with an accepted length wins; other such readings are kept beside it."""
        found: dict[str, tuple[str, bool]] = {}
        for text in readings:
            string = self._read_digits(text)
            for value in string.readings if string else ():
                if not expects.digit_lengths or len(value) in expects.digit_lengths:
                    found.setdefault(value, (text, bool(string and string.exact)))
        return _of_strings("digits", found)

    def _read_digits(self, text: str) -> DigitString | None:
        tokens = self._after_lead(self._spelling.tokens(text))
        return self._digits.read(tokens) if tokens else None

    def _after_lead(self, tokens: Sequence[str]) -> Sequence[str]:
        ends = [match.end for match in self._digits_lead.matches(tokens)]
        return tokens[max(ends, default=0) :]

    def _phone_meaning(self, readings: Sequence[str]) -> Meaning | None:
        """The first valid number; others that the readings may mean are kept beside it."""
        found: dict[str, tuple[str, bool]] = {}
        for text in readings:
            string = self._phone.read(self._after_lead(self._phone.tokens(text)))
            for value in string.readings if string else ():
                found.setdefault(value, (text, bool(string and string.exact)))
        return _of_strings(PHONE_NUMBER, found)

    # --- networks ------------------------------------------------------------------------------------------

    def networks(self, expects: Expects) -> tuple[Network, ...]:
        """What a turn's texts are covered with."""
        if not expects.choices:
            return (self._network,)
        if expects.choices not in self._choices:
            self._choices[expects.choices] = self._choice_network(expects.choices)
            while len(self._choices) > _KEPT_NETWORKS:
                self._choices.popitem(last=False)
        return (self._network, self._choices[expects.choices])

    def _new_network(self, lists: Mapping[str, Sequence[object]] | None = None) -> Network:
        return Network(
            self._source.rules,
            lists or self._source.lists,  # type: ignore[arg-type]
            self._spelling.tokens,
            left_out=frozenset({MOMENT_RULE}),
        )

    def _main_network(self) -> Network:
        network = self._new_network()
        for name, templates in self._source.templates.items():
            for template in templates if name != "choice" else ():
                network.add(name, template.expression, template.slots)
        for kind, templates in self._source.fragments.items():
            for template in templates:
                network.add(kind, template.expression, template.slots)
        for word in self._source.fillers:
            network.add_words(FILLER, word)
        network.state(START)  # the dearest step, and every text begins with it
        return network

    def _choice_network(self, choices: tuple[Choice, ...]) -> Network:
        network = self._new_network(choice_lists(self._source.lists, choices))
        for template in self._source.templates.get("choice", ()):
            network.add("choice", template.expression, template.slots)
        return network

    def _network_of(self, rule: str) -> Network:
        network = self._new_network()
        if rule in self._source.rules:
            network.add(rule, self._source.rules[rule].expression)
        return network


def _of_strings(name: str, found: Mapping[str, tuple[str, bool]]) -> Meaning | None:
    """The first of the strings with its text, the others as alternatives."""
    if not found:
        return None
    (value, (text, exact)), *others = found.items()
    slots = {"value": value}
    if others:
        slots["alternatives"] = " ".join(other for other, _ in others)
    return Meaning(text, (Intent(name, slots),), Certainty.EXACT if exact else Certainty.STRIPPED)


def _contradicted(best: Meaning, meanings: Sequence[Meaning]) -> bool:
    """Whether to ask again: a yes beside a reading that is as surely a no, or the other way round.

    As soon as possible beside anything else, too: it is promised without being read back.
    """
    first = best.first
    if first is None:
        return False
    if first.name in BOOLEANS:
        return {m.first.name for m in meanings if m.first is not None and m.certainty == best.certainty} >= BOOLEANS
    return first.name == "moment" and is_asap(first) and any(m.first not in (None, first) for m in meanings)


def _doubted(best: Meaning, meanings: Sequence[Meaning]) -> Meaning:
    """A request that another reading takes for another one, or for a yes or no, is confirmed.

    A change of language is doubtful when any reading means something else: whoever did not want it cannot follow.
    """
    if best.first is not None and best.first.name == "another_language":
        return best if all(m.first == best.first for m in meanings) else replace(best, certainty=Certainty.FUZZY)
    names = [m.first.name for m in meanings if m.first is not None and m.first.name in REQUESTS | BOOLEANS]
    if best.first is None or best.first.name not in REQUESTS or len(set(names)) < 2:
        return best
    others = (name for name in dict.fromkeys(names) if name != best.first.name and name in REQUESTS)
    return replace(best, certainty=Certainty.FUZZY, likeliest=(best.first.name, *others)[:3])
