"""Troubleshooting: what is tried step by step before something that stopped working is sent back."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

SOLVED: Final = "solved"
UNSOLVED: Final = "unsolved"
DECLINED: Final = "declined"
"""The customer has tried all that, or does not want to."""
ENDS: Final = frozenset({SOLVED, UNSOLVED})
"""Where a step may lead instead of to another step."""
STEP_PROMPT: Final = "step_"
"""How the keys of all steps' texts begin."""
NOT_WORKING: Final = "not_working"
"""The reason of a return about which there are guides."""


@dataclass(frozen=True)
class GuideStep:
    """One thing to try, and where its answers lead: to another step or an end."""

    id: str
    yes: str = SOLVED
    no: str = UNSOLVED

    @property
    def asks_itself(self) -> bool:
        """Its text ends in a question of its own; after others "did that help?" is asked."""
        return self.yes != SOLVED


@dataclass(frozen=True)
class Guide:
    """The steps for one kind of thing; the first one begins."""

    kind: str
    steps: tuple[GuideStep, ...]
    items: tuple[str, ...] = ()
    """The shop's words for the kinds of things that it is about."""

    def step(self, step_id: str) -> GuideStep:
        """The step of that name; the first one where the file has changed meanwhile."""
        return next((step for step in self.steps if step.id == step_id), self.steps[0])

    def prompt(self, step_id: str) -> str:
        """Under which key its text stands among the prompts."""
        return prompt_of(self.kind, step_id)


def prompt_of(kind: str, step_id: str) -> str:
    """As `Guide.prompt`."""
    return f"{STEP_PROMPT}{kind}_{step_id}"


def trail_of(told: Sequence[str]) -> tuple[str, ...]:
    """The way to the step that was told last; whoever went back left what came after."""
    trail: list[str] = []
    for step_id in told:
        if step_id in trail:
            del trail[trail.index(step_id) :]
        trail.append(step_id)
    return tuple(trail)


def dangling(guide: Guide) -> list[str]:
    """What its steps lead to though there is no such step."""
    known = {step.id for step in guide.steps} | ENDS
    return [to for step in guide.steps for to in (step.yes, step.no) if to not in known]


def circle(guide: Guide) -> tuple[str, ...]:
    """A way that comes back to where it has been, if there is one."""
    return next((way for way in _ways(guide, (guide.steps[0].id,)) if way[-1] in way[:-1]), ())


def unreachable(guide: Guide) -> list[str]:
    """Steps to which no way leads. Without circles only."""
    reached = {step_id for way in _ways(guide, (guide.steps[0].id,)) for step_id in way}
    return [step.id for step in guide.steps if step.id not in reached]


def longest(guide: Guide) -> int:
    """Steps on its longest way. Without circles only."""
    return max(len(way) for way in _ways(guide, (guide.steps[0].id,)))


def _ways(guide: Guide, way: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    """Every way as far as it goes; one that comes back to a step ends there."""
    if way[-1] in way[:-1]:
        yield way
        return
    step = guide.step(way[-1])
    onward = [to for to in (step.yes, step.no) if to not in ENDS]
    if not onward:
        yield way
    for to in onward:
        yield from _ways(guide, (*way, to))
