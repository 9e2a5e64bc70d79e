"""Tells which prompt a heard sentence is, so that a synthetic customer can react as a person would."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import yaml


@dataclass(frozen=True)
class Spotted:
    """A prompt by its key, with the words that filled its places."""

    key: str
    places: Mapping[str, str]


class PromptSpotter:
    """Knows the prompts of one locale as patterns."""

    def __init__(self, prompts: Mapping[str, str]) -> None:
        # The longest fixed text first: "{when}" alone would match anything.
        ranked = sorted(prompts.items(), key=lambda item: -len(re.sub(r"\{\w+\}|[\[\]]", "", item[1])))
        self._patterns = [(key, pattern_of(text)) for key, text in ranked if re.search(r"[^\W\d_]", _fixed(text))]

    @classmethod
    def of(cls, grammars: Path, locale: str) -> "PromptSpotter":
        """The prompts in grammars/<locale>/prompts.yaml."""
        return cls(yaml.safe_load((grammars / locale / "prompts.yaml").read_text(encoding="utf-8")))

    def spot(self, heard: str) -> Spotted | None:
        """The prompt that this sentence is, if any."""
        for key, pattern in self._patterns:
            found = pattern.fullmatch(heard.strip())
            if found:
                return Spotted(key, {place: words or "" for place, words in found.groupdict().items()})
        return None


def _fixed(text: str) -> str:
    return re.sub(r"\{\w+\}", "", text)


def pattern_of(text: str) -> re.Pattern[str]:
    """A prompt's template as a pattern; [optional] parts may be missing."""
    parts: list[str] = []
    seen: set[str] = set()
    for token in re.split(r"(\{\w+\}|\[|\])", text):
        if token == "[":
            parts.append("(?:")
        elif token == "]":
            parts.append(")?")
        elif token.startswith("{") and token[1:-1] not in seen:
            seen.add(token[1:-1])
            parts.append(f"(?P<{token[1:-1]}>.+?)")
        else:
            parts.append(".+?" if token.startswith("{") else re.escape(token))
    return re.compile("".join(parts), re.DOTALL)
