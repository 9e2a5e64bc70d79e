"""Postal addresses: as they are said by country, and as they are written."""

import pytest

from ivr.content import Content
from ivr.content.addresses import read_styles
from ivr.content.speaker import PromptSpeaker
from ivr.content.written import WrittenSpeaker
from ivr.domain.turn import PostalAddress, Say
from ivr.errors import ContentError

SPRINGFIELD = PostalAddress("1250 N. Main St. Apt. 4", "Springfield", "IL", "62701", "US")


def said(content: Content, locale: str, address: PostalAddress) -> str:
    return PromptSpeaker(content).text(locale, Say("moment", {"when": address}))


@pytest.mark.parametrize(
    ("address", "english"),
    [
        (SPRINGFIELD, "12 50 North Main Street apartment 4, Springfield, Illinois, 6 2 7 0 1"),
        (PostalAddress("305 St. Marks Pl.", "St. Louis", "MO", "63101-2044", "US"),
         "3 0 5 Saint Marks Place, Saint Louis, Missouri, 6 3 1 0 1, 2 0 4 4"),
        (PostalAddress("350 5th Ave", "New York", "NY", "10118", "US"),
         "3 50, 5th Avenue, New York, New York, 1 0 1 1 8"),
        (PostalAddress("1200 Blvd. of Dreams", "Reno", "", "", "US"), "1200 Blvd. of Dreams, Reno"),
        (PostalAddress("80 Oak Ave.", "", country="US"), "80 Oak Avenue"),
        (PostalAddress("21 Baker St", "London", "", "NW1 6XE", "GB"), "21 Baker Street, London, N W 1, 6 X E"),
        (PostalAddress("7 Nowhere Rd.", "Nowhere", "", "12-345", "ZZ"), "7 Nowhere Rd., 1 2, 3 4 5, Nowhere"),
    ],
)  # fmt: skip
def test_address_in_english(content: Content, address: PostalAddress, english: str) -> None:
    assert said(content, "en-US", address) == english


@pytest.mark.parametrize(
    ("locale", "address", "spoken"),
    [
        ("de-DE", PostalAddress("Hauptstr. 305", "Köln", "", "50667", "DE"), "Hauptstraße 305, 5 0 6 6 7, Köln"),
        ("de-DE", PostalAddress("Berliner Str. 12", "St. Augustin", "", "53757", "DE"),
         "Berliner Straße 12, 5 3 7 5 7, Sankt Augustin"),
        ("fr-FR", PostalAddress("12 bd. St-Michel", "Paris", "", "75005", "FR"),
         "12 boulevard Saint-Michel, 7 5 0 0 5, Paris"),
        ("es-ES", PostalAddress("C/ Mayor 5", "Madrid", "", "28013", "ES"), "calle Mayor 5, 2 8 0 1 3, Madrid"),
        ("es-US", PostalAddress("Av. Juárez 350", "Puebla", "Puebla", "72000", "MX"),
         "avenida Juárez 350, 7 2 0 0 0, Puebla, Puebla"),
        ("pt-BR", PostalAddress("R. Augusta 1250", "São Paulo", "SP", "01305-100", "BR"),
         "rua Augusta 1250, São Paulo, São Paulo, 0 1 3 0 5, 1 0 0"),
        ("ja-JP", PostalAddress("千代田1-1", "千代田区", "東京都", "100-0001", "JP"),
         "1 0 0, 0 0 0 1、東京都千代田区千代田1-1"),
        ("ko-KR", PostalAddress("세종대로 110", "중구", "서울특별시", "04524", "KR"),
         "서울특별시 중구 세종대로 110, 0 4 5 2 4"),
        ("es-US", SPRINGFIELD, "1250 North Main Street apartment 4, Springfield, Illinois, 6 2 7 0 1"),
    ],
)  # fmt: skip
def test_address_is_told_by_the_manner_of_its_country(
    content: Content, locale: str, address: PostalAddress, spoken: str
) -> None:
    assert said(content, locale, address) == spoken


def test_address_is_written_as_on_a_parcel(content: Content) -> None:
    written = WrittenSpeaker(content).text("en-US", Say("moment", {"when": SPRINGFIELD}))
    assert written == "1250 N. Main St. Apt. 4, Springfield, IL, 62701"


def test_style_without_an_order_is_refused() -> None:
    with pytest.raises(ContentError, match="US needs `order:`"):
        read_styles({"US": {"last": {"St": "Street"}}})
    with pytest.raises(ContentError, match="order"):
        read_styles({"US": {"order": "{planet}"}})
