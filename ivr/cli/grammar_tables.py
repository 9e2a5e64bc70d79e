"""Tables of what people say, run against a locale's grammar: requests.yaml, answers.yaml, choices.yaml, moments.yaml.

What a telephone that was just answered says (picked_up.yaml) and how orders are named by their day (order_days.yaml) is
only counted here: the tests run it.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from ivr.domain.intents import Builtin, Choice, Expects, Meaning
from ivr.domain.moments import When
from ivr.errors import ContentError
from ivr.understanding import GrammarUnderstanding


class Tables:
    """The tables of one locale; what is not there is passed over."""

    def __init__(self, folder: Path, locale: str, understanding: GrammarUnderstanding) -> None:
        self._folder, self._locale, self.understanding = folder / locale, locale, understanding
        self.count = 0
        """Sentences tried so far."""

    def failures(self, menu: Expects, yes_or_no: Expects, moment: Expects) -> Iterator[str]:
        """A line for each sentence that does not mean what its table says. Raises ContentError."""
        asked_there = {
            name: Expects(intents=(name,)) for name in ("return_reason", "next_step", "claim_answer", "stop_calls")
        }
        elsewhere = {"cancel": yes_or_no, **asked_there}
        for intent, entries in (self._read("requests") or {}).items():
            asked = elsewhere.get(intent, menu)  # in the menu, "cancel" means an order
            for entry in entries:
                if isinstance(entry, dict):
                    yield from (line for text in entry["not"] for line in self._name(menu, text, intent, wanted=False))
                else:
                    yield from self._name(asked, entry, intent)
        for answer, texts in (self._read("answers") or {}).items():
            for text in texts:
                yield from self._name(yes_or_no, text, "" if answer == "neither" else answer)
        for index, texts in self._choices()["said"].items():
            for text in texts:
                yield from self._index(text, index)
        for text, said in self._read("moments") or ():
            yield from self._when(moment, text, said)

    def sentences(self) -> list[str]:
        """All that the tables say people say. Raises ContentError."""
        tables = [self._read(name) or {} for name in ("requests", "answers", "picked_up")]
        tables.append(self._choices()["said"])
        tables.append({name: [row[0] for row in rows] for name, rows in (self._read("order_days") or {}).items()})
        tables.append({"moments": [row[0] for row in self._read("moments") or ()]})
        return [entry for table in tables for entries in table.values() for entry in entries if isinstance(entry, str)]

    def offered(self) -> tuple[Choice, ...]:
        """What the table of choices lets people choose from. Raises ContentError."""
        return tuple(Choice(str(n), tuple(names)) for n, names in enumerate(self._choices()["offered"], 1))

    def _choices(self) -> dict[str, Any]:
        return self._read("choices") or {"offered": [], "said": {}}

    def _read(self, name: str) -> Any:
        path = self._folder / f"{name}.yaml"
        try:
            return yaml.safe_load(path.read_text(encoding="utf-8")) if path.is_file() else None
        except yaml.YAMLError as error:
            raise ContentError(f"{path}: broken YAML: {error}") from error

    def _name(self, expects: Expects, text: str, intent: str, *, wanted: bool = True) -> Iterator[str]:
        first = self._meaning(expects, text).first
        found = first.name if first else ""
        if (found == intent) != wanted:
            yield f"{self._locale}: {text!r} means {found or 'nothing'}, {'' if wanted else 'which is '}not {intent}"

    def _index(self, text: str, index: int | str) -> Iterator[str]:
        first = self._meaning(Expects(builtins=(Builtin.CHOICE,), choices=self.offered()), text).first
        found = first.slots.get("index") if first else "neither"
        if found != index:
            yield f"{self._locale}: {text!r} means {found}, not {index}"

    def _when(self, expects: Expects, text: str, said: dict[str, Any]) -> Iterator[str]:
        meaning = self._meaning(expects, text)
        found = meaning.first.slots.get("when") if meaning.first else None
        told = told_when(found) if isinstance(found, When) else None
        if told != said:
            yield f"{self._locale}: {text!r} means {told or 'nothing'}, not {said}"

    def _meaning(self, expects: Expects, text: str) -> Meaning:
        self.count += 1
        return self.understanding.parse(self._locale, expects, (text,))


def told_when(when: When) -> dict[str, Any]:
    """What was said of a moment, and nothing else."""
    return {name: value for name, value in vars(when).items() if value is not None and value is not False}
