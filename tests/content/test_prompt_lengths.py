"""Nobody can keep more than twelve seconds in mind: no prompt takes longer in any language, none is let off."""

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

import pytest

from ivr.content import Content
from ivr.content.speaker import PLACE, PromptSpeaker
from ivr.domain.turn import At, Money, Phrase, PostalAddress, Say, SayArg, Span, Spelled
from ivr.service.shop_words import spoken_seconds
from tests.tables import table

LONGEST = 12.0
"""Seconds a prompt takes to say, at the most, with the longest of what usually fills its places."""
GRAMMARS = Path(__file__).parents[2] / "grammars"
NOW = datetime(2026, 9, 22, 15, 0, tzinfo=UTC)
WEDNESDAY = At(datetime(2026, 9, 30, 19, 30, tzinfo=UTC), "America/New_York", NOW)
"""Neither today nor tomorrow, in a month with a long name, at half past."""
PRICES = {"ko": Money("118000", "KRW"), "ja": Money("13900", "JPY"), "hi": Money("7450", "INR")}
EURO, WAIT = Money("129.90", "EUR"), Span(300, 1800)
TITLE = "How can I send something back?"
"""Articles' titles are as long in other languages; those of three signs a word are shorter."""
OTHERS: Mapping[str, Mapping[str, SayArg]] = {
    "menu_three": {
        "first": Phrase("intent_delivered_not_received"), "second": Phrase("intent_return_refund"),
        "third": Phrase("intent_existing_callback"),
    },
    "help_ask": dict.fromkeys(("first", "second", "third"), TITLE),
}  # fmt: skip


def longest(names: list[Mapping[str, str]], locale: str) -> str:
    """Of what the demonstration's shop has, in this language or else in English."""
    own = [name.get(locale) or next((said for at, said in name.items() if at[:2] == locale[:2]), "") for name in names]
    told = [mine or name["en-US"] for mine, name in zip(own, names, strict=True)]
    return max(told, key=lambda text: spoken_seconds(text, locale))


def fillings(locale: str) -> dict[str, SayArg]:
    shop = table(GRAMMARS / "demo-shop.yaml")
    plan = table(GRAMMARS / "demo-accounts.yaml")["plans"]["plus"]
    item = longest([item["name"] for item in shop["items"].values()], locale)
    return {
        **dict.fromkeys(("when", "until", "since"), WEDNESDAY), **dict.fromkeys(("first", "second", "third"), item),
        "item": item, "place": longest(list(shop["places"].values()), locale), "wait": WAIT,
        "amount": PRICES.get(locale[:2], EURO), "means": Phrase("means_card"),
        "digits": Spelled("1234567"), "case": Spelled("0000018"), "code": Spelled("123456"),
        "number": Spelled("12025550143"), "company": "Ringback", "count": 12, "days": 30, "key": 8, "other": 4,
        "title": TITLE, "plan": longest([plan["name"]], locale), "gives": longest([plan["gives"]], locale),
        "what": Phrase("kind_return_refund"), "wanted": Phrase("kind_return_refund"), "name": "Anna Smith",
        "agent": "Ada", "reason": "I want to return something", "tries": 2, "punctual": Phrase("whisper_in_time"),
        "answer": "", "street": PostalAddress("1250 Washington Blvd.", "", country="US"), "distance": "1,500 meters",
    }  # fmt: skip


@pytest.fixture(scope="module")
def lengths(content: Content) -> dict[tuple[str, str], float]:
    """Seconds by locale and key."""
    speaker, found = PromptSpeaker(content), {}
    for locale, one in content.locales.items():
        usual = fillings(locale)
        for key, text in one.prompts.items():
            fits = {**usual, **OTHERS.get(key, {})}
            args = {place: fits.get(place, "coffee maker") for place in PLACE.findall(text)}
            found[locale, key] = spoken_seconds(speaker.text(locale, Say(key, args)), locale)
    return found


def test_no_prompt_takes_longer_than_twelve_seconds(lengths: Mapping[tuple[str, str], float]) -> None:
    assert {at: round(seconds, 1) for at, seconds in lengths.items() if seconds > LONGEST} == {}


def test_lengths_are_measured_with_places_filled(lengths: Mapping[tuple[str, str], float]) -> None:
    assert max(lengths.values()) > LONGEST - 1, "nothing comes near the limit: what is measured?"
    assert lengths["de-DE", "offer_callback_wait"] > lengths["de-DE", "offer_again"] + 2
