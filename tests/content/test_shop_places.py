"""The demonstration's places to hand returns in."""

from pathlib import Path

import pytest

from ivr.content.shop_places import DemoPlaces
from ivr.errors import ContentError

GRAMMARS = Path(__file__).resolve().parents[2] / "grammars"
ORDER = "12120000001234567"


def test_mexico_has_pick_up_points_that_take_returns() -> None:
    names = [place.name for place in DemoPlaces(GRAMMARS).near("+525512312345", ORDER)]
    assert {"Abarrotes La Esquina", "Papelería Hidalgo", "Farmacia del Centro"} == set(names)


def test_the_nearest_comes_first_and_a_country_without_places_has_none() -> None:
    places = DemoPlaces(GRAMMARS).near("+12295550100", ORDER)
    assert [place.meters for place in places] == sorted(place.meters for place in places)
    assert DemoPlaces(GRAMMARS).near("+6421234567", ORDER) == ()


def test_places_without_the_beginning_of_a_number_are_named_with_file_and_line(tmp_path: Path) -> None:
    (tmp_path / "demo-places.yaml").write_text("places:\n  US: []\n")
    with pytest.raises(ContentError, match=r"demo-places\.yaml:2"):
        DemoPlaces(tmp_path)
