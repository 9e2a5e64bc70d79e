"""Reads grammars/troubleshooting/<kind>.yaml, and what each locale says at its steps (the same path)."""

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from ivr.content.folders import Folders, language_of
from ivr.content.yaml_files import Located
from ivr.domain.guides import Guide, GuideStep, circle, dangling, longest, prompt_of, unreachable
from ivr.errors import ContentError

FOLDER: Final = "troubleshooting"
ANSWERS: Final = {"if_yes": "yes", "if_no": "no"}
MOST: Final = 3
"""Steps on the longest way: with the request, the order, the reason and what follows, a call has seven turns."""
_WORD: Final = re.compile(r"[a-z][a-z0-9_]*")


def read_guides(folders: Folders) -> tuple[Guide, ...]:
    """Every kind's steps. Raises ContentError naming file and line."""
    guides = tuple(_guide(path, folders.read(path)) for path in sorted((folders.root / FOLDER).glob("*.yaml")))
    _check_items(guides)
    return guides


def guide_texts(folders: Folders, locale: str, guides: Sequence[Guide]) -> dict[str, Located]:
    """What is said at each step, by prompt key; a guide without a file in this language is not offered in it."""
    texts: dict[str, Located] = {}
    for guide in guides:
        if (path := _file(folders, locale, guide.kind)) is not None:
            texts |= _texts(folders.read(path), guide, f"{path.relative_to(folders.root)}")
    return texts


def guide_gaps(guides: Sequence[Guide], locale: str, prompts: Mapping[str, str]) -> Iterator[str]:
    """What a language that is understood completely lacks, and what makes calls long: a line each."""
    for guide in guides:
        if guide.prompt(guide.steps[0].id) not in prompts:
            yield f"{locale}/{FOLDER}/{guide.kind}.yaml:1: no texts: these steps are not offered in {locale}"
        if longest(guide) > MOST:
            yield f"{FOLDER}/{guide.kind}.yaml:1: {longest(guide)} steps in a row; with more than {MOST} calls get long"


def _guide(path: Path, body: Mapping[str, Any]) -> Guide:
    file = f"{FOLDER}/{path.name}"
    items, steps = body.get("items"), body.get("steps")
    if not isinstance(items, list) or not items or not isinstance(steps, dict) or not steps:
        raise ContentError(f"{file}:1: needs `items:`, the shop's words for such things, and `steps:`, one at least")
    guide = Guide(path.stem, tuple(_step(name, row) for name, row in steps.items()), tuple(map(str, items)))
    places = {str(name): name.place for name in steps}
    if lost := dangling(guide):
        where = next(name for name, row in steps.items() if set(lost) & set((row or {}).values()))
        raise ContentError(f"{where.place}: there is no step {lost[0]}; name one of these steps, solved or unsolved")
    if way := circle(guide):
        raise ContentError(f"{places[way[-1]]}: these steps go in a circle: {', '.join(way)}; let one end as unsolved")
    if cut_off := unreachable(guide):
        raise ContentError(f"{places[cut_off[0]]}: no step leads to {cut_off[0]}; the first of the file begins")
    return guide


def _step(name: Any, row: Any) -> GuideStep:
    place = name.place if isinstance(name, Located) else FOLDER
    if not isinstance(name, Located) or not _WORD.fullmatch(name):
        raise ContentError(f"{place}: a step is named by a word in small letters, such as `socket`, not {name}")
    if row is not None and not (isinstance(row, dict) and set(row) <= set(ANSWERS)):
        raise ContentError(f"{place}: {name} says `if_no:`, and where it asks a question of its own `if_yes:`; no more")
    return GuideStep(str(name), **{ANSWERS[str(key)]: str(to) for key, to in (row or {}).items()})


def _check_items(guides: Sequence[Guide]) -> None:
    seen: dict[str, str] = {}
    for guide in guides:
        for item in guide.items:
            if item in seen:
                raise ContentError(f"{FOLDER}/{guide.kind}.yaml:1: {item} is in {seen[item]}.yaml already; remove one")
            seen[item] = guide.kind


def _file(folders: Folders, locale: str, kind: str) -> Path | None:
    """The locale's own, or of one in the same language that it is based on."""
    own = (folder for folder in folders.chain(locale) if language_of(folder.name) == language_of(locale))
    files = (folder / FOLDER / f"{kind}.yaml" for folder in own)
    return next((path for path in files if path.is_file()), None)


def _texts(body: Mapping[str, Any], guide: Guide, file: str) -> dict[str, Located]:
    known = {step.id for step in guide.steps}
    if missing := [step.id for step in guide.steps if step.id not in body]:
        raise ContentError(f"{file}:1: nothing is said at {', '.join(missing)}; add the texts")
    for name, text in body.items():
        if name not in known:
            raise ContentError(f"{getattr(name, 'place', file)}: {guide.kind} has no step {name}; remove its text")
        if not isinstance(text, Located) or set("{}[]") & set(text):
            raise ContentError(f"{getattr(name, 'place', file)}: {name} must be a plain text without places")
    return {prompt_of(guide.kind, str(name)): text for name, text in body.items()}
