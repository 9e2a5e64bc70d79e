"""Help articles are checked: every mistake is named with its file and line."""

from pathlib import Path

import pytest

from ivr.content.help_files import read_articles
from ivr.errors import ContentError

GOOD = """---
id: lockers
title: "Lockers"
questions:
  - "How do I open it?"
keywords:
  - "locker"
---

Key in the code.

All of it, and [itself](lockers.md).
"""
LONG = "word " * 33


def read(folder: Path, text: str, name: str = "lockers.md") -> str:
    """What is wrong with an article."""
    (folder / "en-US" / "help").mkdir(parents=True, exist_ok=True)
    (folder / "en-US" / "help" / name).write_text(text, "utf-8")
    try:
        read_articles(folder, [folder / "en-US"], "en-US")
    except ContentError as error:
        return str(error)
    return ""


def test_good_article_is_read_with_its_parts(tmp_path: Path) -> None:
    assert read(tmp_path, GOOD) == ""
    (article,) = read_articles(tmp_path, [tmp_path / "en-US"], "en-US")
    assert (article.spoken, article.questions) == ("Key in the code.", ("how do i open it?",))
    assert article.text == "All of it, and [itself](lockers.md)."


@pytest.mark.parametrize(
    ("before", "after", "place", "what"),
    [
        ("---\nid", "id", ":1:", "begins with its id"),
        ('title: "Lockers"\n', "", ":2:", "missing: title"),
        ("id: lockers", "id: boxes", ":2:", "must be called boxes.md"),
        ('title: "Lockers"', 'title: "Lockers"\ncolour: red', ":4:", "there is no `colour:`"),
        ('title: "Lockers"', 'title: "Lockers"\nregions: [germany]', ":4:", "two capital letters"),
        ("Key in the code.\n\nAll of it, and [itself](lockers.md).\n", "", ":8:", "spoken answer is missing"),
        ("\nAll of it, and [itself](lockers.md).\n", "", ":10:", "full text is missing"),
        ("Key in the code.", "One. Two. Three. Four.", ":10:", "has 4 sentences"),
        ("Key in the code.", LONG, ":10:", "at most 12"),
        ("Key in the code.", "Key in **the** code.", ":10:", "plain words"),
        ("(lockers.md)", "(nowhere.md)", ":12:", "leads to nowhere.md"),
    ],
)
def test_mistake_is_named_with_file_and_line(tmp_path: Path, before: str, after: str, place: str, what: str) -> None:
    assert before in GOOD
    error = read(tmp_path, GOOD.replace(before, after, 1))
    assert error.startswith(f"en-US/help/lockers.md{place}"), error
    assert what in error


def test_two_articles_with_one_id_are_refused(tmp_path: Path) -> None:
    read(tmp_path, GOOD)
    assert "rename one" in read(tmp_path, GOOD, "zz.md")


def test_own_article_stands_before_that_of_the_language_it_is_based_on(tmp_path: Path) -> None:
    read(tmp_path, GOOD)
    own = tmp_path / "en-GB" / "help" / "lockers.md"
    own.parent.mkdir(parents=True)
    own.write_text(GOOD.replace("Key in", "Type"), "utf-8")
    (article,) = read_articles(tmp_path, [tmp_path / "en-GB", tmp_path / "en-US"], "en-GB")
    assert article.spoken == "Type the code."
