"""Containment: how many journeys of the table end without an agent, and rightly.

    python benchmarks/containment.py

Every journey of tests/journeys_table/ is carried out by typing. It is contained if nobody was offered, asked for or
promised, and right if prompts, rulings, payments and the case's state are those that the table names. By kind, by
country, and in all; the last line is one JSON object. 1 if a journey is not as written, or fewer are contained than
self-service must finish (54 %).
"""

import json
import sys
import tempfile
from collections import defaultdict
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from ivr.storage import SqlStore
from tests.journeys_table.world import LIMITS, Line, Told, journeys

LEAST = 0.54


def is_right(journey: dict[str, Any], told: Told) -> bool:
    """Whether it went as the table says."""
    wanted = [hears[0] for said, *hears in journey["turns"] if not isinstance(said, dict)]
    went = [" ".join(keys) for _, keys in told.turns] == wanted
    paid = [str(row.amount_minor) for row in told.settlements] == [row.split()[1] for row in journey["paid"]]
    state = told.case is not None and told.case.status.value == journey["case"]
    return went and paid and state and told.rules == journey["rules"]


def main() -> int:
    counts: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    wrong = []
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{folder}/table.db"
        store = SqlStore(url)
        store.migrate()
        store.close()
        line = Line.typed(url)
        for journey in journeys():
            told = line.travel(journey)
            if not is_right(journey, told):
                wrong.append(told.name)
            if journey["file"] == LIMITS:
                continue
            for group in ("all", told.kind, journey.get("country", "US")):
                counts[group][0] += 1
                counts[group][1] += told.contained and told.name not in wrong
        line.ivr.close()
    for group, (journeys_in, contained) in counts.items():
        print(f"{group:24} {journeys_in:4} journeys, {contained:4} contained: {contained / journeys_in:.0%}")
    for name in wrong:
        print("NOT AS WRITTEN", name)
    total, contained = counts["all"]
    print(json.dumps({"journeys": total, "contained": contained, "share": round(contained / total, 3), "wrong": wrong}))
    return 0 if not wrong and contained / total >= LEAST else 1


if __name__ == "__main__":
    sys.exit(main())
