"""docs/faults.md names a test for every fault, and each of them exists."""

import re

import pytest

from tests.conftest import ROOT

TABLE = (ROOT / "docs/faults.md").read_text(encoding="utf-8")
NAMED = re.findall(r"`(tests/[\w/]+\.py)::(test_\w+)`", TABLE)


@pytest.mark.parametrize(("file", "name"), NAMED, ids=[name for _, name in NAMED])
def test_named_test_exists(file: str, name: str) -> None:
    assert f"\ndef {name}(" in (ROOT / file).read_text(encoding="utf-8")


def test_every_fault_has_its_row() -> None:
    cells = [row.split("|")[1] for row in TABLE.splitlines() if row.startswith("| ") and row[2].isdigit()]
    assert [int(number) for cell in cells for number in cell.split(",")] == list(range(1, 29))
