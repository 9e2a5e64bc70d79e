"""Case numbers can be spoken and keyed, and are never given twice."""

from datetime import date

import pytest

from ivr.domain.cases import case_number, is_case_number, is_loyal


@pytest.mark.parametrize(
    ("serial", "number"),
    [(1, "0000018"), (999_999, "9999996"), (1_000_000, "10000008"), (1_000_001, "10000016"), (12_345_678, "123456782")],
)
def test_number_is_the_serial_and_its_check_digit(serial: int, number: str) -> None:
    assert case_number(serial) == number
    assert is_case_number(number)


def test_numbers_do_not_repeat_when_a_million_is_passed() -> None:
    serials = [*range(50), *range(999_950, 1_000_050), *range(1_999_950, 2_000_050)]
    assert len({case_number(serial) for serial in serials}) == len(serials)


@pytest.mark.parametrize("serial", [1, 42, 999_999, 1_000_000, 7_654_321])
def test_one_wrong_digit_is_noticed(serial: int) -> None:
    number = case_number(serial)
    for place, digit in enumerate(number):
        others = (str(other) for other in range(10) if str(other) != digit)
        assert not any(is_case_number(number[:place] + other + number[place + 1 :]) for other in others)


@pytest.mark.parametrize("digits", ["", "18", "000018", "00000018", "000 0018", "abcdefg", "\u0660" * 7, "1" * 40])
def test_what_no_case_has_is_no_case_number(digits: str) -> None:
    assert not is_case_number(digits)


@pytest.mark.parametrize(
    ("since", "loyal"),
    [(None, False), (date(2021, 11, 27), True), (date(2021, 11, 28), False), (date(2012, 2, 29), True)],
)
def test_loyal_is_who_has_been_a_customer_for_five_years_to_the_day(since: date | None, loyal: bool) -> None:
    assert is_loyal(since, date(2026, 11, 27)) is loyal
