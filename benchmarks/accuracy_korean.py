"""Korean sentences of our own grammars, spoken by several synthetic voices at several rates."""

from random import Random

from accuracy_clips import Clip
from accuracy_hearing import EXPECTS, meaning, slots

from ivr.carrier import voice
from ivr.content import load
from ivr.domain.intents import Certainty
from ivr.settings import Settings
from ivr.understanding.phrases import PhraseMaker

LOCALE = "ko-KR"
PARTS = ("menu", "menu", "menu", "yes_or_no", "moment", "order_number")
"""Turns by how often they come."""
VOICES = 6
RATES = (130, 160, 190)
DIGITS = ("공", "일", "이", "삼", "사", "오", "육", "칠", "팔", "구")


def sentences(count: int, seed: int) -> list[Clip]:
    """So many sentences that mean something, spread over the turns, voices and rates."""
    random, found = Random(seed), list[Clip]()
    source = load(Settings.from_env({}).grammars_dir, (LOCALE,)).locales[LOCALE]
    maker = PhraseMaker(source.rules, source.lists, frozenset({"moment"}))
    whole = PhraseMaker(source.rules, source.lists, frozenset())
    names = {
        "menu": [t.expression for i in EXPECTS["menu"].intents for t in source.templates.get(i, ()) if t.heard],
        "yes_or_no": [t.expression for i in ("yes", "no") for t in source.templates[i] if t.heard],
    }
    pools = {part: maker.samples(templates, 400) for part, templates in names.items()}
    pools["moment"] = whole.samples([source.rules["moment"].expression], 400)
    voices = voice.voices(LOCALE)[:VOICES]
    while len(found) < count:
        part = random.choice(PARTS)
        text = " ".join(random.choices(DIGITS, k=7)) if part == "order_number" else random.choice(pools[part])
        understood = meaning(LOCALE, part, (text,))
        if understood.certainty == Certainty.EXACT:
            spoken = voice.speak(text, LOCALE, voice=random.choice(voices), rate=random.choice(RATES))
            meant = tuple(sorted(slots(LOCALE, part, (text,)).items()))
            found.append(Clip(f"{len(found)}: {text}", part, LOCALE, meant, text, samples=spoken))
    return found
