"""Writes the settings table into README.md, between its two marks: `make readme`."""

import re
from pathlib import Path

from ivr.settings_table import readme_rows

README = Path(__file__).resolve().parent.parent / "README.md"
MARKS = re.compile(r"(<!-- settings -->\n).*?(\n<!-- /settings -->)", re.DOTALL)


def main() -> None:
    """Replace the table."""
    text = README.read_text("utf-8")
    table = "\n".join(readme_rows())
    README.write_text(MARKS.sub(lambda marks: marks[1] + table + marks[2], text, count=1), "utf-8")


if __name__ == "__main__":
    main()
