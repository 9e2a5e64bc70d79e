"""Cardinal numbers as people say and write them: small numbers, multiplied by scales, added up, biggest first.

Read sign by sign, without spaces: where words are apart differs between languages, recognisers and people
("zweihundert", "zwei hundert", "이천 십오", "이천십오"). A number begins and ends where a word does.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final

from ivr.understanding.network import Match
from ivr.understanding.source import NumberWords
from ivr.understanding.tokens import Spelling

NUMBER: Final = "number"
AROUND: Final = "number_around"
"""A piece beside a number that means nothing ("of them")."""
REFUSED: Final = "number_refused"
"""A piece beside which no number is taken ("minus"), or that is two numbers at once."""
LIMIT: Final = 1_000_000_000
Found = frozenset[tuple[int, int]]
"""Numbers from one place on: where each ends, and its value."""


class Lexicon:
    """Words by their first sign, as they stand in a text without spaces."""

    def __init__(self, words: Iterable[tuple[str, int]], spelling: Spelling) -> None:
        self._by_sign: dict[str, dict[tuple[str, int], None]] = {}
        for word, value in words:
            signs = "".join(spelling.tokens(word))
            if signs:
                self._by_sign.setdefault(signs[0], {})[(signs, value)] = None

    def at(self, text: str, start: int) -> Iterator[tuple[int, int]]:
        """End and value of each word that stands here."""
        for word, value in self._by_sign.get(text[start : start + 1], ()):
            if text.startswith(word, start):
                yield start + len(word), value

    def may_end(self, text: str, start: int) -> bool:
        """Whether the text breaks off where one of these words could begin or go on."""
        rest = text[start:]
        if not rest:
            return bool(self._by_sign)
        return any(word.startswith(rest) and word != rest for word, _ in self._by_sign.get(rest[0], ()))


class Cardinals:
    """The words of one locale's numbers."""

    def __init__(self, words: NumberWords, spelling: Spelling) -> None:
        self.spelling = spelling
        sizes = [scale.value for scale in words.scales]
        self.smalls = Lexicon(words.smalls, spelling)
        self.wholes = Lexicon(words.wholes, spelling)
        self.joins = Lexicon(((join, 0) for join in words.joins), spelling)
        self.scales = tuple(
            (scale.value, scale.most, Lexicon(((word, 0) for word in scale.words), spelling)) for scale in words.scales
        )
        self.swallowing = tuple("".join(spelling.tokens(word)) for word in words.swallowing)
        self.rooms = {value: _room(value, (100, *sizes)) for _, value in words.wholes}
        """What may follow a whole number is less than this."""


def _room(value: int, sizes: Iterable[int]) -> int:
    return max((size for size in sizes if size <= value and value % size == 0), default=1)


class Utterance:
    """One text as signs, with the places where its words and numerals stand."""

    def __init__(self, words: Sequence[str], spelling: Spelling) -> None:
        self.text = "".join(words)
        self.numerals: dict[int, tuple[int, str]] = {}
        """By place: where a written number ends, and its digits."""
        self._offsets = [0]
        for word in words:
            at = self._offsets[-1]
            if word.isdecimal():
                self.numerals[at] = (at + len(word), word)
            for token in spelling.split([word]):
                self._offsets.append(self._offsets[-1] + len(token))
        self._tokens = {offset: number for number, offset in enumerate(self._offsets)}

    def offset(self, token: int) -> int:
        """Where a token begins among the signs."""
        return self._offsets[token]

    def token(self, offset: int) -> int | None:
        """Which token begins at this sign, if one does."""
        return self._tokens.get(offset)


class Chart:
    """Every number in a text, by where it begins."""

    def __init__(self, cardinals: Cardinals, text: str, numerals: Mapping[int, tuple[int, str]]) -> None:
        self._cardinals, self.text, self.numerals = cardinals, text, numerals
        self._found: dict[tuple[int, int], Found] = {}
        self.breaks_off = False
        """Whether some number could go on with a word after the end of the text."""

    def numbers(self, at: int, below: int = LIMIT) -> Found:
        """The numbers less than `below` that begin here."""
        key = (at, below)
        if key not in self._found:
            self._found[key] = frozenset((*self._simple(at, below), *self._multiplied(at, below)))
        return self._found[key]

    def words(self, lexicon: Lexicon, at: int) -> Iterator[tuple[int, int]]:
        """Words that stand here; notes whether the text breaks off at one."""
        self.breaks_off = self.breaks_off or lexicon.may_end(self.text, at)
        return lexicon.at(self.text, at)

    def _simple(self, at: int, below: int) -> Iterator[tuple[int, int]]:
        known = self._cardinals
        yield from ((end, value) for end, value in self.words(known.smalls, at) if value < below)
        for end, value in self.words(known.wholes, at):
            if value < below:
                yield from self._with_rest(end, value, known.rooms[value])
        end, digits = self.numerals.get(at, (0, ""))
        if digits and len(digits) <= len(str(LIMIT)) and int(digits) < below:
            yield end, int(digits)

    def _multiplied(self, at: int, below: int) -> Iterator[tuple[int, int]]:
        for size, most, words in self._cardinals.scales:
            if size >= below:
                continue
            for middle, count in self.numbers(at, min(most + 1, size)):
                if 0 < count * size < below:
                    for end, _ in self.words(words, middle):
                        yield from self._with_rest(end, count * size, size)

    def _with_rest(self, end: int, value: int, room: int) -> Iterator[tuple[int, int]]:
        yield end, value
        if room == 1:
            return
        for start in (end, *(after for after, _ in self.words(self._cardinals.joins, end))):
            for last, more in self.numbers(start, room):
                if more:
                    yield last, value + more


class NumberPieces:
    """The numbers of one text, as pieces to cover it with."""

    def __init__(self, cardinals: Cardinals, words: Sequence[str]) -> None:
        self._cardinals = cardinals
        self._utterance = Utterance(words, cardinals.spelling)
        self._chart = Chart(cardinals, self._utterance.text, self._utterance.numerals)

    def matches(self, tokens: Sequence[str], start: int = 0) -> Iterator[Match]:
        """Every number that begins at this token."""
        by_end: dict[int, set[int]] = {}
        for offset, value in self._chart.numbers(self._utterance.offset(start)):
            by_end.setdefault(offset, set()).add(value)
        for offset, values in by_end.items():
            end = self._utterance.token(offset)
            if end is not None:
                yield self._match(end, values, self._otherwise(offset, by_end))

    def _match(self, end: int, values: set[int], others: set[int]) -> Match:
        if len(values) > 1:
            return Match(REFUSED, end, ())
        also = (("alternatives", " ".join(map(str, sorted(others)))),) if others else ()
        return Match(NUMBER, end, (("value", next(iter(values))), *also))

    def _otherwise(self, offset: int, by_end: Mapping[int, set[int]]) -> set[int]:
        """What it is if its last sign belongs to the next word, or the other way: "삼십이요" is 32 요 or 30 이요."""
        text, found = self._chart.text, set[int]()
        for word in self._cardinals.swallowing:
            for begin in range(max(offset - len(word) + 1, 0), offset + 1):
                if text.startswith(word, begin):
                    found |= {value for end in range(begin, begin + len(word)) for value in by_end.get(end, ())}
        return found - by_end[offset]


def goes_on(cardinals: Cardinals, words: Sequence[str], start: int) -> bool:
    """Whether the number that begins at this token could go on after the end of the text."""
    utterance = Utterance(words, cardinals.spelling)
    chart = Chart(cardinals, utterance.text, utterance.numerals)
    chart.numbers(utterance.offset(start))
    return chart.breaks_off
