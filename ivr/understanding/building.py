"""What a recogniser listens for in a turn: phrase list and JSGF, from the same templates as the parser."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property

from ivr.domain.hearing import Grammar
from ivr.domain.intents import GLOBAL_INTENTS, Builtin, Choice, Expects
from ivr.understanding.choices import choice_lists
from ivr.understanding.jsgf import JsgfWriter, alternatives
from ivr.understanding.phrases import PhraseMaker
from ivr.understanding.source import LocaleSource
from ivr.understanding.vocabulary import Vocabulary

LEAD, TAIL, AND, DIGITS_LEAD, MOMENT = "lead", "tail", "and_then", "digits_lead", "moment"
"""Rules: politeness around a sentence, what joins two requests, what precedes digits, a whole moment."""
TAKES_MOMENT = frozenset({"callback", "existing_callback"})
SECOND_REQUESTS = ("callback",)
"""What a recogniser that follows the grammar word by word may hear after "and"."""
MOST_HINTS, LONGEST_HINT = 500, 100
"""Twilio's limits for <Gather hints> (warning 13330)."""
_SAMPLES, _MOMENT_SAMPLES, _FULL_SAMPLES = 60, 300, 60
_FEWEST_SIMILAR_WORDS = 3


def turn_parts(expects: Expects) -> tuple[str, ...]:
    """The names of all that a turn hears, fixed answers first."""
    booleans = ("yes", "no") if Builtin.BOOLEAN in expects.builtins else ()
    return tuple(dict.fromkeys((*booleans, *expects.intents, *GLOBAL_INTENTS)))


class GrammarBuilder:
    """Grammars and hints of one locale."""

    def __init__(self, source: LocaleSource) -> None:
        self._source = source
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
        deepest = max(map(len, rows), default=0)
        mixed = (row[depth] for depth in range(deepest) for row in rows if depth < len(row))
        fitting = (phrase for phrase in mixed if len(phrase) <= LONGEST_HINT and "," not in phrase)
        return tuple(dict.fromkeys(fitting))[:MOST_HINTS]

    @cached_property
    def similar_phrases(self) -> Mapping[str, Sequence[str]]:
        """Sampled sentences of each intent, for likeness."""
        return {
            name: [phrase for phrase in self.phrases(name) if len(phrase.split()) >= _FEWEST_SIMILAR_WORDS]
            for name in self._source.templates
            if name != "choice"
        }

    def phrases(self, part: str) -> tuple[str, ...]:
        """Cover and samples of one intent, or of a whole moment."""
        if part not in self._phrases:
            self._phrases[part] = tuple(self._made(part))
        return self._phrases[part]

    # --- phrases -------------------------------------------------------------------------------------------

    def _turn_phrases(self, expects: Expects) -> Iterable[str]:
        parts = turn_parts(expects)
        found = [phrase for part in parts for phrase in self._respelled(part)]
        if self._moment_is_asked(expects):
            found += self._respelled(MOMENT)
        if Builtin.DIGITS in expects.builtins:
            found += self._respell(self._digit_phrases)
        found += self._respell(self._choice_phrases(expects.choices))
        return dict.fromkeys(found)

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
        bare, full = self._maker(frozenset({MOMENT})), self._maker()
        templates = [template.expression for template in self._source.templates.get(part, ())]
        sentences = (*bare.samples(templates, _SAMPLES), *full.samples(templates, _FULL_SAMPLES))
        return dict.fromkeys((*sentences, *bare.cover(templates)))

    def _moment_phrases(self) -> Iterable[str]:
        """Whole moments, and every pair of words of each fragment."""
        maker = self._maker()
        fragments = [t.expression for templates in self._source.fragments.values() for t in templates]
        whole = [self._source.rules[MOMENT].expression] if MOMENT in self._source.rules else []
        return dict.fromkeys((*maker.samples(whole, _MOMENT_SAMPLES), *maker.cover([*fragments, *whole])))

    def _choice_phrases(self, choices: tuple[Choice, ...]) -> tuple[str, ...]:
        if not choices:
            return ()
        maker = PhraseMaker(self._source.rules, choice_lists(self._source.lists, choices), frozenset())
        templates = [template.expression for template in self._source.templates.get("choice", ())]
        return tuple(dict.fromkeys((*maker.samples(templates, _SAMPLES), *maker.cover(templates))))

    def _maker(self, left_out: frozenset[str] = frozenset()) -> PhraseMaker:
        return PhraseMaker(self._source.rules, self._source.lists, left_out)

    @cached_property
    def _digit_phrases(self) -> tuple[str, ...]:
        """Every pair of digits, tens with units, repeats with digits, and what is said before them."""
        digits = self._source.digits
        units = [word for word, value in digits.words.items() if len(value) == 1]
        tens = [word for word, value in digits.words.items() if len(value) == 2]
        pairs = [f"{one} {other}" for one in (*units, *tens, *digits.repeats) for other in units]
        return (*units, *tens, *pairs, *self._lead_phrases())

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
        writer = JsgfWriter(self._source.rules, choice_lists(self._source.lists, expects.choices))
        names = turn_parts(expects)
        plain = [self._part(writer, name) for name in names if name not in TAKES_MOMENT]
        if expects.choices:
            plain.append(self._part(writer, "choice"))
        if Builtin.DIGITS in expects.builtins:
            plain.append(self._digits(writer, expects.digit_lengths))
        timed = [self._part(writer, name) for name in names if name in TAKES_MOMENT]
        if Builtin.MOMENT in expects.builtins:
            timed += [self._part(writer, "callback"), writer.expansion_of_rule(MOMENT)]
        row = f"{writer.define('answer', alternatives(plain))} {self._second(writer, expects)}"
        body = alternatives([row, *timed])
        return writer.grammar("turn", f"{self._optional(writer, LEAD)} {body} {self._optional(writer, TAIL)}")

    def _part(self, writer: JsgfWriter, name: str) -> str:
        templates = self._source.templates.get(name, ())
        body = alternatives(writer.expansion(template.expression) for template in templates)
        return writer.define(f"say_{name}", body) if body else ""

    def _second(self, writer: JsgfWriter, expects: Expects) -> str:
        second = alternatives(self._part(writer, name) for name in SECOND_REQUESTS if name in expects.intents)
        return f"[ {writer.expansion_of_rule(AND)} {second} ]" if second and AND in self._source.rules else ""

    def _optional(self, writer: JsgfWriter, rule: str) -> str:
        return f"[ {writer.expansion_of_rule(rule)} ]" if rule in self._source.rules else ""

    def _digits(self, writer: JsgfWriter, lengths: Sequence[int]) -> str:
        """Strings of the accepted lengths, word by word, and any row of digits, pairs and repeats."""
        digits = self._source.digits
        unit = writer.define("digit", alternatives(w for w, value in digits.words.items() if len(value) == 1))
        tens = alternatives(word for word, value in digits.words.items() if len(value) == 2)
        repeats = alternatives(digits.repeats)
        group = writer.define("digit_group", alternatives((unit, tens, f"{repeats} {unit}" if repeats else "")))
        exact = (" ".join([unit] * length) for length in lengths if len(lengths) <= 3)
        row = writer.define("digits", alternatives((*exact, f"( {group} )+")))
        return f"{self._optional(writer, DIGITS_LEAD)} {row}".strip()
