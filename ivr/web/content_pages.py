"""Menus and prompts to read, each with the file and line where it is edited; which engine hears what."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from flask import Blueprint, render_template, request
from werkzeug.wrappers import Response

from ivr.content import Content
from ivr.content.model import LocaleContent
from ivr.domain.dialogue.menu_questions import MENU_KEYS, PAGE_KEYS, QUESTION_KEYS
from ivr.domain.dialogue.questions import GLOBAL_KEYS
from ivr.errors import ContentError
from ivr.web.desk import Desk
from ivr.web.services import Services
from ivr.web.staff_words import StaffWords

Page = str | Response | tuple[str, int]
SHOWN: Final = 300
KINDS: Final = ("menus", "prompts", "messages", "sentences")
"""What is shown: what we say at menus and elsewhere, what we write, what callers may say."""


@dataclass(frozen=True)
class Written:
    """One text of grammars/."""

    key: str
    text: str
    place: str
    """`file:line`."""

    def has(self, wanted: str) -> bool:
        """Whether it is looked for."""
        return wanted in f"{self.key} {self.text} {self.place}".casefold()


@dataclass(frozen=True)
class Health:
    """What there is of one language."""

    locale: str
    name: str
    ability: str
    prompts: int
    sentences: int | None
    """None: nobody has needed them yet, so they are not read."""
    problem: str = ""


class ContentPages:
    """Handlers."""

    def __init__(self, services: Services, desk: Desk, words: StaffWords) -> None:
        self._services = services
        self._desk = desk
        self._words = words

    def content(self) -> str:
        """The texts of one language that hold what is looked for."""
        content, asked = self._desk.staff.content(), request.args
        locale = content.locales.get(asked.get("of", "")) or next(iter(content.locales.values()))
        kind = asked.get("kind", "") if asked.get("kind", "") in KINDS else KINDS[0]
        wanted = " ".join(asked.get("q", "")[:80].casefold().split())
        found, problem = _found(locale, kind, wanted)
        keys = {**MENU_KEYS, **QUESTION_KEYS, **GLOBAL_KEYS, **PAGE_KEYS} if kind == "menus" else {}
        return render_template(
            "content.html", found=found[:SHOWN], more=max(0, len(found) - SHOWN), problem=problem, chosen=locale.locale,
            locales=list(content.locales), kind=kind, kinds=KINDS, q=asked.get("q", "")[:80],
            keys={key: intent.name for key, intent in sorted(keys.items())}, **self._words.shared(),
        )  # fmt: skip

    def hearing(self) -> str:
        """Each language's engine, grammar and model, and what `doctor` finds without asking anybody outside.

        A grammar takes a third of a second to read: those that nobody has needed yet are read with `all`.
        """
        findings = list(self._desk.staff.findings())
        reads = "all" in request.args
        health = [_health(locale, reads=reads) for locale in self._desk.staff.content().locales.values()]
        return render_template(
            "hearing.html", findings=findings, health=health, now=self._services.clock.now(), **self._words.shared()
        )  # fmt: skip


def _found(locale: LocaleContent, kind: str, wanted: str) -> tuple[list[Written], str]:
    """And what is wrong with the file, where it cannot be read."""
    try:
        return [one for one in _texts(locale, kind) if one.has(wanted)], ""
    except ContentError as error:
        return [], str(error)


def _texts(locale: LocaleContent, kind: str) -> Iterable[Written]:
    match kind:
        case "sentences":
            return _sentences(locale)
        case "messages":
            texts = locale.messages
        case _:
            texts = {key: text for key, text in locale.prompts.items() if ("menu" in key) == (kind == "menus")}
    return (Written(key, str(text), text.place) for key, text in texts.items())


def _sentences(locale: LocaleContent) -> Iterator[Written]:
    for intent, templates in locale.templates.items():
        yield from (Written(intent, one.text, f"{one.file}:{one.line}") for one in templates)


def _health(locale: LocaleContent, *, reads: bool) -> Health:
    about = (locale.locale, locale.name, locale.ability.value, len(locale.prompts))
    if not reads and not locale.grammar.is_made:
        return Health(*about, None)
    try:
        return Health(*about, sum(len(templates) for templates in locale.templates.values()))
    except ContentError as error:
        return Health(*about, 0, str(error))


def place_of_prompt(content: Content, locale: str, key: str) -> str:
    """`file:line` of a prompt; empty for one that is not there any more."""
    known = content.locales.get(locale)
    text = known.prompts.get(key) if known is not None else None
    return text.place if text is not None else ""


def add_content_rules(blueprint: Blueprint, pages: ContentPages) -> None:
    """Below /supervisor."""
    blueprint.add_url_rule("/content", view_func=pages.content, endpoint="content")
    blueprint.add_url_rule("/hearing", view_func=pages.hearing, endpoint="hearing")
