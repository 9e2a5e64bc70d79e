"""A broken folder of grammars is refused with file and line."""

import shutil
from pathlib import Path

import pytest

from ivr.content import Content, load, read_all
from ivr.content.folders import Folders
from ivr.content.prompt_checks import REQUIRED_PROMPTS
from ivr.content.speaker import PLACE
from ivr.errors import ContentError

GRAMMARS = Path(__file__).resolve().parent.parent.parent / "grammars"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the English grammars that a test may break."""
    shutil.copytree(GRAMMARS / "en-US", tmp_path / "en-US")
    return tmp_path


def change(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def test_both_locales_are_complete_and_english_comes_first(content: Content) -> None:
    assert list(content.locales)[:1] == ["en-US"]
    assert "ko-KR" in content.locales
    assert content.locales["ko-KR"].name == "한국어"
    assert content.locales["ko-KR"].voice.startswith("Polly.")


@pytest.mark.parametrize("locale", Folders(GRAMMARS).names())
def test_every_prompt_has_exactly_its_places(content: Content, locale: str) -> None:
    prompts = content.locales[locale].prompts
    assert {key: set(PLACE.findall(prompts[key])) for key in REQUIRED_PROMPTS} == dict(REQUIRED_PROMPTS)
    assert [key for key, text in prompts.items() if text != text.strip()] == []


@pytest.mark.parametrize(
    ("file", "old", "new", "message"),
    [
        ("prompts.yaml", "goodbye:", "good_bye:", r"en-US/prompts.yaml:1: missing: goodbye"),
        ("prompts.yaml", "calling {company}", "calling us", r"en-US/prompts.yaml:\d+: goodbye must have the places"),
        ("prompts.yaml", "[ for {name}]", "[ for {name}", r"en-US/prompts.yaml:\d+: the \[brackets\] of whisper"),
        ("prompts.yaml", 'moment: "{when}"', "moment: on", r"en-US/prompts.yaml:\d+: YAML reads on as true or false"),
        ("prompts.yaml", 'moment: "{when}"', "moment: 5", r"en-US/prompts.yaml:\d+: moment must be a text"),
        ("prompts.yaml", 'moment: "{when}"', 'moment: "{when}', r"en-US/prompts.yaml:\d+: broken YAML"),
        ("spoken.yaml", "today:", "todays:", r"en-US/spoken.yaml:1: missing: today"),
        ("sentences/yes.yaml", '"yes":', "yes:", r"sentences/yes.yaml:\d+: YAML reads yes as true or false"),
        ("sentences/hold.yaml", "(hold|wait", "(hold|<waits>", r"sentences/hold.yaml:\d+: there is no rule <waits>"),
        ("sentences/hold.yaml", "(hold|wait", "(hold|{waits}", r"sentences/hold.yaml:\d+: there is no list {waits}"),
        ("sentences/hold.yaml", "(hold|wait", "(hold[ing]|wait", r"sentences/hold.yaml:\d+: write whole words"),
        ("sentences/hold.yaml", "(hold|wait", "((hold|wait", r"sentences/hold.yaml:\d+: cannot read the template"),
        (
            "sentences/hold.yaml",
            "      - sentences:",
            "      - sentence:",
            r"hold.yaml:\d+: hold needs a list `sentences:`",
        ),
        ("rules.yaml", "  my: ", '  self: "a <self> b"\n  my: ', r"rules.yaml:\d+: the rule <self> contains itself"),
        ("rules.yaml", "  my: ", '  tail: "x"\n  my: ', r"rules.yaml:\d+: tail is given twice"),
        (
            "lists.yaml",
            "  ordinal:\n    values:",
            "  ordinal:\n    value:",
            r"lists.yaml:\d+: the list {ordinal} needs",
        ),
        ("locale.yaml", "voice:", "voices:", r"en-US/locale.yaml:1: `voice:` is missing"),
    ],
)
def test_broken_file_is_named_with_its_line(folder: Path, file: str, old: str, new: str, message: str) -> None:
    change(folder / "en-US" / file, old, new)
    with pytest.raises(ContentError, match=message):
        read_all(load(folder))


def test_file_that_is_no_mapping_is_refused(folder: Path) -> None:
    (folder / "en-US" / "lists.yaml").write_text("- a\n- b\n", encoding="utf-8")
    with pytest.raises(ContentError, match=r"en-US/lists.yaml:1: expected names"):
        read_all(load(folder))


def test_file_that_is_no_text_is_refused(folder: Path) -> None:
    (folder / "en-US" / "lists.yaml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(ContentError, match=r"en-US/lists.yaml"):
        read_all(load(folder))


def test_missing_prompts_file_is_named(folder: Path) -> None:
    (folder / "en-US" / "prompts.yaml").unlink()
    with pytest.raises(ContentError, match=r"en-US/prompts.yaml"):
        load(folder)


def test_empty_folder_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(ContentError, match="IVR_CONTENT"):
        load(tmp_path)
    with pytest.raises(ContentError, match="IVR_CONTENT"):
        load(tmp_path / "missing")
