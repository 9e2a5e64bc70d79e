"""docs/faults.md and docs/complaints.md name tests for every row, and each of them exists."""

import re

import pytest

from tests.conftest import ROOT

TABLES = {name: (ROOT / "docs" / name).read_text(encoding="utf-8") for name in ("faults.md", "complaints.md")}
NAMED = sorted({named for text in TABLES.values() for named in re.findall(r"`(tests/[\w/]+\.py)::(test_\w+)`", text)})


@pytest.mark.parametrize(("file", "name"), NAMED, ids=[name for _, name in NAMED])
def test_named_test_exists(file: str, name: str) -> None:
    assert f"\ndef {name}(" in (ROOT / file).read_text(encoding="utf-8")


@pytest.mark.parametrize(("table", "last"), [("faults.md", 28), ("complaints.md", 25)])
def test_every_row_is_there(table: str, last: int) -> None:
    cells = [row.split("|")[1] for row in TABLES[table].splitlines() if row.startswith("| ") and row[2].isdigit()]
    assert [int(number) for cell in cells for number in cell.split(",")] == list(range(1, last + 1))


@pytest.mark.parametrize("table", TABLES)
def test_every_row_names_a_test(table: str) -> None:
    rows = [row for row in TABLES[table].splitlines() if row.startswith("| ") and not row.startswith(("| #", "| What"))]
    assert [row for row in rows if "`tests/" not in row] == []
