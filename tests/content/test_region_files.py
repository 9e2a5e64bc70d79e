"""Where numbers lie and may ring in the evening: the shipped files, and mistakes in an adopter's own."""

from pathlib import Path

import holidays
import pytest

from ivr.content.region_files import evening_law, read_regions
from ivr.domain.regions import Whereabouts
from ivr.errors import ContentError
from tests.conftest import ROOT

REGIONS = read_regions(ROOT / "grammars")
LAW = evening_law(ROOT / "grammars")
EVERY_DAY, WEEKDAYS, NEVER = frozenset(range(7)), frozenset(range(5)), frozenset()
CITIES = {"Augsburg", "Barcelona", "NSW Western", "São Paulo Capital", "Catalan"}
WITHOUT_CODES = {"US-AS", "US-GU", "US-MP", "US-PR", "US-UM", "US-VI", "IN-DH"}
"""Countries of their own in numbering plans; and Dadra, whose codes are Gujarat's."""


def test_every_region_whose_days_the_library_knows_has_its_numbers() -> None:
    known = set()
    for country in {region[:2] for region in REGIONS.names}:
        parts = set(getattr(holidays, country).subdivisions) - CITIES
        known |= {f"{country}-{part}" for part in parts}
    assert set(REGIONS.names) == known - WITHOUT_CODES


@pytest.mark.parametrize(
    ("country", "regions", "days"),
    [
        ("US", ("US-NY",), EVERY_DAY),
        ("US", ("US-FL",), NEVER),
        ("US", ("US-OR",), NEVER),  # not looked up
        ("US", (), NEVER),  # it may lie in Florida
        ("CA", ("CA-QC",), WEEKDAYS),
        ("CA", (), WEEKDAYS),
        ("KR", (), EVERY_DAY),
        ("DE", ("DE-BY",), NEVER),
        ("ES", ("ES-CT",), NEVER),  # not on holidays, which the table does not know
        ("BR", ("BR-SP",), WEEKDAYS),
    ],
)
def test_calls_until_nine_are_allowed_only_where_the_table_says_so(
    country: str, regions: tuple[str, ...], days: frozenset[int]
) -> None:
    assert LAW.at(Whereabouts(("UTC",), country, regions)) == days


def test_a_number_that_may_lie_in_several_places_keeps_the_strictest() -> None:
    assert LAW.at(Whereabouts(("UTC",), "US", ("US-NY", "US-FL"))) == NEVER


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("regions.yaml", "US: {LA: {name: Louisiana, numbers: 504}}"),
        ("regions.yaml", "US: {code: 1, LA: {name: Louisiana}}"),
        ("regions.yaml", "US: {code: 1, LA: {name: Louisiana, numbers: 5O4}}"),
        ("regions.yaml", "USA: {code: 1, LA: {name: Louisiana, numbers: 504}}"),
        ("calling_hours.yaml", "until_21: [{places: [US], days: Mon-Sun}]"),
        ("calling_hours.yaml", "until_21: [{places: [US-LA], days: Mon-Sun, source: s}]"),
        ("calling_hours.yaml", "until_21: [{places: [US], days: always, source: s}]"),
        ("calling_hours.yaml", "until_21: [{places: [US, US], days: Mon-Sun, source: s}]"),
    ],
)
def test_mistakes_are_named_with_file_and_line(tmp_path: Path, name: str, text: str) -> None:
    (tmp_path / name).write_text(text, "utf-8")
    with pytest.raises(ContentError, match=rf"{name}:1"):
        (read_regions if name == "regions.yaml" else evening_law)(tmp_path)


def test_an_adopter_may_have_none_of_them(tmp_path: Path) -> None:
    assert (read_regions(tmp_path).names, evening_law(tmp_path).weekdays) == ({}, {})
