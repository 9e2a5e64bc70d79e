"""Telephone numbers: read, normalised, told apart; which of them are rung is the booking's matter."""

import pytest

from ivr.content.region_files import read_regions
from ivr.errors import NumberRefused
from ivr.understanding.numbers import PhoneNumbers
from tests.conftest import ROOT

NUMBERS = PhoneNumbers("US", fallback_zone="America/New_York")


@pytest.mark.parametrize(
    "typed",
    ["+12025550143", "(202) 555-0143", "2025550143", "+１ ２０２ ５５５ ０１４３", "tel:+1-202-555-0143", "٢٠٢٥٥٥٠١٤٣"],
)
def test_one_number_has_one_spelling_however_it_is_typed(typed: str) -> None:
    checked = NUMBERS.check(typed)
    assert (checked.e164, checked.country, checked.zones) == ("+12025550143", "US", ("America/New_York",))


@pytest.mark.parametrize(
    ("number", "country", "line_type"),
    [
        ("+18765551234", "JM", "mobile"),
        ("+18095551234", "DO", "fixed_line_or_mobile"),
        ("+14165550123", "CA", "fixed_line_or_mobile"),
        ("+19005551234", "US", "premium_rate"),
        ("+18005551212", "US", "toll_free"),
        ("+448712345678", "GB", "premium_rate"),
        ("+447012345678", "GB", "personal"),
        ("+821012345678", "KR", "mobile"),
        ("+827012345678", "KR", "voip"),
    ],
)
def test_country_and_line_are_told_by_the_plan_not_the_prefix(number: str, country: str, line_type: str) -> None:
    checked = NUMBERS.check(number)
    assert (checked.country, checked.line_type) == (country, line_type)


@pytest.mark.parametrize(
    "number",
    ["", "911", "112", "anonymous", "+", "+1555", "+15551234567", "12", "1" * 30, "sip:a@b", "client:ada", "+" * 99],
)
def test_what_is_no_number_is_refused(number: str) -> None:
    with pytest.raises(NumberRefused) as refused:
        NUMBERS.check(number)
    assert refused.value.reason == "number"


@pytest.mark.parametrize("number", ["+12025550143 ext 5", "+12025550143;ext=5", "+12025550143x99"])
def test_extensions_are_refused(number: str) -> None:
    with pytest.raises(NumberRefused) as refused:
        NUMBERS.check(number)
    assert refused.value.reason == "extension"


def test_numbers_are_read_as_people_do_who_live_where_our_number_lies() -> None:
    korean = PhoneNumbers.of_own_number("+8221234567", fallback_zone="Asia/Seoul")
    assert korean.country == "KR"
    assert korean.check("010-1234-5678").e164 == "+821012345678"


def test_a_number_that_may_lie_anywhere_names_all_its_zones_ours_first() -> None:
    zones = NUMBERS.check("+18005551212").zones
    assert len(zones) > 20
    assert zones[0] == "America/New_York"


@pytest.mark.parametrize(
    ("number", "regions"),
    [
        ("+15045550100", "US-LA"),
        ("+14185550123", "CA-QC"),
        ("+19025550123", "CA-NS CA-PE"),
        ("+498912345678", "DE-BY"),
        ("+4961112345678", "DE-HE"),
        ("+493031234567", "DE-BE"),
        ("+4915112345678", ""),
        ("+34932123456", "ES-CT"),
        ("+34612345678", ""),
        ("+441312345678", "GB-SCT"),
        ("+442079460123", "GB-ENG"),
        ("+441289123456", "GB-ENG GB-SCT"),
        ("+442890123456", "GB-NIR"),
        ("+441534123456", ""),
        ("+447400123456", ""),
        ("+61391234567", "AU-VIC"),
        ("+61261234567", "AU-ACT AU-NSW"),
        ("+61412345678", ""),
        ("+5511961234567", "BR-SP"),
        ("+556123456789", "BR-DF BR-GO"),
        ("+912223456789", "IN-MH"),
        ("+919810123456", ""),
        ("+82212345678", ""),
    ],
)
def test_regions_in_which_a_number_may_lie_are_told_by_its_beginning(number: str, regions: str) -> None:
    numbers = PhoneNumbers("US", regions=read_regions(ROOT / "grammars"))
    assert " ".join(numbers.check(number).regions) == regions
