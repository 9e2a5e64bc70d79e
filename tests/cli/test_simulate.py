"""`simulate`: a day under a policy, as text, as JSON and as a picture."""

import json
from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree

from tests.cli.conftest import Ran

SMALL = ("--calls", "20", "--agents", "1", "--date", "2026-03-10", "--zone", "America/New_York")


def test_simulate_shows_both_policies_and_draws_them(ivr: Callable[..., Ran], tmp_path: Path) -> None:
    picture = tmp_path / "day.svg"
    ran = ivr("simulate", *SMALL, "--picture", str(picture))
    assert ran.status == 0
    assert "promises kept" in ran.out
    assert "without callbacks" in ran.out
    assert ElementTree.parse(picture).getroot().tag.endswith("svg")


def test_simulate_gives_the_figures_as_json(ivr: Callable[..., Ran]) -> None:
    (figures,) = json.loads(ivr("simulate", *SMALL, "--callbacks", "off", "--json").out)
    assert figures["calls"] > 5
    assert figures["callbacks"] == 0


def test_simulate_of_a_day_that_nobody_called_says_so(ivr: Callable[..., Ran]) -> None:
    ivr("demo-data")
    ran = ivr("simulate", *SMALL, "--from-log")
    assert ran.status == 2
    assert "another --date" in ran.err
