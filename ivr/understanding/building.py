"""What a recogniser listens for in a turn: phrase list and JSGF, from the same templates as the parser."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property

from hassil.expression import Expression

from ivr.domain.dialogue.menu import REQUESTS
from ivr.domain.hearing import Grammar
from ivr.domain.intents import GLOBAL_INTENTS, ORDER_DAY, ORDERED_ON, Builtin, Choice, Expects
from ivr.understanding.choices import choice_lists
from ivr.understanding.heard_amounts import HeardAmounts
from ivr.understanding.heard_numbers import HeardNumbers, glued
from ivr.understanding.jsgf import JsgfWriter, alternatives
from ivr.understanding.meaning import BOOLEANS, CLOCK, TAKES_MOMENT, shadowed
from ivr.understanding.phone_strings import phone_jsgf, phone_phrases
from ivr.understanding.phrases import PhraseMaker
from ivr.understanding.source import LocaleSource
from ivr.understanding.vocabulary import Vocabulary

LEAD, TAIL, AND, DIGITS_LEAD, MOMENT = "lead", "tail", "and_then", "digits_lead_heard", "moment"
"""Rules: politeness around a sentence, what joins two requests, what precedes digits, a whole moment."""
SECOND_REQUESTS = ("callback",)
"""What a recogniser that follows the grammar word by word may hear after "and"."""
MOST_HINTS, LONGEST_HINT = 500, 100
"""Twilio's limits for <Gather hints> (warning 13330)."""
_SAMPLES, _MOMENT_SAMPLES, _FULL_SAMPLES = 60, 300, 60
_FEW_LENGTHS = 3
_ANSWER_WEIGHT = 4
"""Yes and no are listed so often beside once: Vosk takes what is listed often for likely. Korean, 36 clips of synthetic
voices at 15 dB: 30 right without, 32 with; beside the menu's requests 22, without those of callbacks 27."""
_SIMILAR, _FEWEST_SIMILAR_WORDS = 160, 3


EVERYWHERE = ("agent", "repeat", "go_back", "cancel")
QUESTION_INTENTS = frozenset({"callback", "hold", "main_menu", ORDERED_ON, ORDER_DAY})
"""Intents that a question may take beside its answer; more make a turn open."""


def turn_parts(expects: Expects) -> tuple[str, ...]:
    """The names of all that a turn listens for, fixed answers first.

    While a question is answered only the commands that must work everywhere: a word misheard as "Korean" or "keypad"
    there costs more than it helps. They are understood all the same when the words come otherwise.
    """
    booleans = ("yes", "no") if Builtin.BOOLEAN in expects.builtins else ()
    commands = GLOBAL_INTENTS if is_open(expects) else EVERYWHERE
    meant = (name for name in commands if name not in shadowed(expects))
    return tuple(dict.fromkeys((*booleans, *expects.intents, *meant)))


def is_open(expects: Expects) -> bool:
    """Whether requests are asked for, and not one answer."""
    return bool(set(expects.intents) - QUESTION_INTENTS)


def clock_parts(expects: Expects) -> tuple[str, ...]:
    """Date and time, where they are asked for as such."""
    return tuple(str(builtin) for builtin in expects.builtins if builtin in CLOCK)


class GrammarBuilder:
    """Grammars and hints of one locale."""

    def __init__(self, source: LocaleSource) -> None:
        self._source = source
        self._numbers = HeardNumbers(source)
        self._amounts = HeardAmounts(source)
        self._vocabulary: Vocabulary | None = None
        self._phrases: dict[str, tuple[str, ...]] = {}
        self._spelled: dict[str, tuple[str, ...]] = {}

    @property
    def respells(self) -> bool:
        """Whether the words are those of a model, or need not be."""
        return self._vocabulary is not None or not self._source.free_spacing

    def hear_with(self, vocabulary: Vocabulary) -> None:
        """Respell phrases for the model that will hear them."""
        self._vocabulary = vocabulary
        self._spelled.clear()

    def build(self, expects: Expects) -> Grammar:
        """The turn's grammar."""
        phrases = list(self._turn_phrases(expects))
        jsgf = self._jsgf(expects)
        digest = hashlib.sha1("\n".join((*phrases, jsgf)).encode(), usedforsecurity=False).hexdigest()[:10]
        return Grammar(self._source.locale, f"{self._source.locale}-{digest}", tuple(phrases), jsgf)

    def hints(self, expects: Expects) -> tuple[str, ...]:
        """Phrases for a carrier's recogniser: whole requests first, spread over all that may be said."""
        rows = [self.phrases(part) for part in turn_parts(expects)]
        rows += [self._choice_phrases(expects.choices), self.phrases(MOMENT) if self._moment_is_asked(expects) else ()]
        rows += [tuple(self._source.asked)] if expects.questions else []
        deepest = max(map(len, rows), default=0)
        mixed = (row[depth] for depth in range(deepest) for row in rows if depth < len(row))
        fitting = (phrase for phrase in mixed if len(phrase) <= LONGEST_HINT and "," not in phrase)
        return tuple(dict.fromkeys(fitting))[:MOST_HINTS]

    @cached_property
    def similar_phrases(self) -> Mapping[str, Sequence[str]]:
        """Sampled sentences of each intent, for likeness."""
        maker = self._maker(frozenset({MOMENT}))
        found = {}
        for name in REQUESTS:
            templates = [template.expression for template in self._source.templates.get(name, ())]
            found[name] = [p for p in maker.samples(templates, _SIMILAR) if len(p.split()) >= _FEWEST_SIMILAR_WORDS]
        return found

    def phrases(self, part: str) -> tuple[str, ...]:
        """Cover and samples of one intent, or of a whole moment."""
        if part not in self._phrases:
            self._phrases[part] = tuple(self._made(part))
        return self._phrases[part]

    # --- phrases -------------------------------------------------------------------------------------------

    def _turn_phrases(self, expects: Expects) -> Iterable[str]:
        parts = turn_parts(expects)
        found = [phrase for part in parts for phrase in self._respelled(part)]
        answers = [phrase for part in parts if part in BOOLEANS for phrase in self._respelled(part)]
        if self._moment_is_asked(expects):
            found += self._respelled(MOMENT)
        if Builtin.DIGITS in expects.builtins:
            found += self._respell(self._digit_phrases)
        if Builtin.PHONE_NUMBER in expects.builtins:
            found += self._respell((*phone_phrases(self._source.digits), *self._lead_phrases()))
        if expects.questions:
            found += self._respell(self._source.asked)
        if is_open(expects):
            found += self._respell(self._source.moods.heard)
        for part in clock_parts(expects):
            found += self._respelled(part)
        if Builtin.NUMBER in expects.builtins:
            found += self._respell(glued(self._source.numbers, self._numbers.phrases))
        if Builtin.CURRENCY in expects.builtins:
            found += self._respell(glued(self._source.numbers, self._amounts.phrases(expects.currency)))
        found += self._respell(self._choice_phrases(expects.choices))
        return (*dict.fromkeys(found), *answers * _ANSWER_WEIGHT)

    def _respelled(self, part: str) -> tuple[str, ...]:
        if part not in self._spelled:
            self._spelled[part] = tuple(self._respell(self.phrases(part)))
        return self._spelled[part]

    def _respell(self, phrases: Iterable[str]) -> list[str]:
        plain = [" ".join(phrase.replace("-", " ").split()) for phrase in phrases]
        if self._vocabulary is None:
            return plain
        return [self._vocabulary.respell(phrase) for phrase in plain]

    def _made(self, part: str) -> Iterable[str]:
        """Pairs without the moment (they are in the moment's own list), sentences without and with it."""
        if part == MOMENT:
            return self._moment_phrases()
        if part in CLOCK:
            maker, fragments = self._maker(), self._fragments(part)
            return dict.fromkeys((*maker.samples(fragments, _MOMENT_SAMPLES), *maker.cover(fragments)))
        bare, full = self._maker(frozenset({MOMENT})), self._maker()
        templates = self._heard(part)
        sentences = (*bare.samples(templates, _SAMPLES), *full.samples(templates, _FULL_SAMPLES))
        return dict.fromkeys((*sentences, *bare.cover(templates)))

    def _moment_phrases(self) -> Iterable[str]:
        """Whole moments, and every pair of their words."""
        maker = self._maker()
        whole = [self._source.rules[MOMENT].expression] if MOMENT in self._source.rules else []
        return dict.fromkeys((*maker.samples(whole, _MOMENT_SAMPLES), *maker.cover(whole)))

    def _choice_phrases(self, choices: tuple[Choice, ...]) -> tuple[str, ...]:
        if not choices:
            return ()
        maker = PhraseMaker(self._source.rules, choice_lists(self._source.lists, choices), frozenset())
        templates = self._heard("choice")
        return tuple(dict.fromkeys((*maker.samples(templates, _SAMPLES), *maker.cover(templates))))

    def _heard(self, part: str) -> list[Expression]:
        return [template.expression for template in self._source.templates.get(part, ()) if template.heard]

    def _fragments(self, part: str) -> list[Expression]:
        return [template.expression for template in self._source.fragments.get(part, ()) if template.heard]

    def _maker(self, left_out: frozenset[str] = frozenset()) -> PhraseMaker:
        return PhraseMaker(self._source.rules, self._source.lists, left_out)

    @cached_property
    def _digit_phrases(self) -> tuple[str, ...]:
        """Every pair of digits, repeats with digits, and what is said before them."""
        digits = self._source.digits
        units = [word for word, value in digits.words.items() if len(value) == 1 and word not in digits.rare]
        pairs = [f"{one} {other}" for one in (*units, *digits.repeats) for other in units]
        return (*units, *pairs, *self._lead_phrases())

    def _lead_phrases(self) -> Iterable[str]:
        if DIGITS_LEAD not in self._source.rules:
            return ()
        maker = self._maker()
        lead = [self._source.rules[DIGITS_LEAD].expression]
        return (*maker.samples(lead, _SAMPLES), *maker.cover(lead))

    def _moment_is_asked(self, expects: Expects) -> bool:
        return Builtin.MOMENT in expects.builtins or "callback" in expects.intents

    # --- JSGF ----------------------------------------------------------------------------------------------

    def _jsgf(self, expects: Expects) -> str:
        """What holds a moment stands last, so that a recogniser can join the ends of all sentences."""
        rules = {**self._source.rules, **self._numbers.rules, **self._amounts.rules(expects.currency)}
        writer = JsgfWriter(rules, choice_lists(self._source.lists, expects.choices))
        names = turn_parts(expects)
        plain = [self._part(writer, name) for name in names if name not in TAKES_MOMENT]
        if expects.choices:
            plain.append(self._part(writer, "choice"))
        if Builtin.DIGITS in expects.builtins:
            plain.append(self._digits(writer, expects.digit_lengths))
        if Builtin.PHONE_NUMBER in expects.builtins:
            plain.append(f"{self._optional(writer, DIGITS_LEAD)} {phone_jsgf(writer, self._source.digits)}".strip())
        if expects.questions and self._source.asked:
            plain.append(writer.define("asked", alternatives(self._source.asked)))
        if is_open(expects) and self._source.moods.heard:
            plain.append(writer.define("mood", alternatives(self._source.moods.heard)))
        for part in clock_parts(expects):
            spoken = alternatives(writer.expansion(expression) for expression in self._fragments(part))
            plain.append(writer.define(f"say_{part}", spoken) if spoken else "")
        if Builtin.NUMBER in expects.builtins:
            plain.append(self._numbers.jsgf(writer))
        if Builtin.CURRENCY in expects.builtins:
            plain.append(self._amounts.jsgf(writer))
        timed = [self._part(writer, name) for name in names if name in TAKES_MOMENT]
        if Builtin.MOMENT in expects.builtins:
            timed += [self._part(writer, "callback"), writer.expansion_of_rule(MOMENT)]
        row = f"{writer.define('answer', alternatives(plain))} {self._second(writer, expects)}"
        body = alternatives([row, *timed])
        return writer.grammar("turn", f"{self._optional(writer, LEAD)} {body} {self._optional(writer, TAIL)}")

    def _part(self, writer: JsgfWriter, name: str) -> str:
        body = alternatives(writer.expansion(expression) for expression in self._heard(name))
        return writer.define(f"say_{name}", body) if body else ""

    def _second(self, writer: JsgfWriter, expects: Expects) -> str:
        second = alternatives(self._part(writer, name) for name in SECOND_REQUESTS if name in expects.intents)
        return f"[ {writer.expansion_of_rule(AND)} {second} ]" if second and AND in self._source.rules else ""

    def _optional(self, writer: JsgfWriter, rule: str) -> str:
        return f"[ {writer.expansion_of_rule(rule)} ]" if rule in self._source.rules else ""

    def _digits(self, writer: JsgfWriter, lengths: Sequence[int]) -> str:
        """Strings of the shortest accepted length, digit by digit; of any length where many are accepted.

        Only the shortest: with 7 and 17 side by side PocketSphinx heard seven digits in 5 of 24 strings of seven,
        with 7 alone in 24. A longer string is heard by Vosk and by carriers, and can be keyed.
        """
        digits = self._source.digits
        units = (word for word, value in digits.words.items() if len(value) == 1 and word not in digits.rare)
        unit = writer.define("digit", alternatives(units))
        exact = " ".join([unit] * min(lengths)) if 0 < len(lengths) <= _FEW_LENGTHS else f"( {unit} )+"
        row = writer.define("digits", exact)
        return f"{self._optional(writer, DIGITS_LEAD)} {row}".strip()
