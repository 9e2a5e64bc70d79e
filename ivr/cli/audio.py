"""`audio`: recorded prompts, from files as people have them to what a telephone carries."""

import argparse
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from ivr.cli.context import read_settings
from ivr.content import LocaleContent
from ivr.content.recordings import can_be_recorded
from ivr.content.speaker import PLACE
from ivr.errors import AudioError, ContentError
from ivr.parts import load_content
from ivr.speech import sound_files

RECORDINGS: Final = "recordings"
"""The folder beside the built sounds that holds what was recorded."""


@dataclass(frozen=True)
class Built:
    """What became of one file."""

    source: Path
    target: Path | None = None
    seconds: float = 0.0
    problem: str = ""

    def __str__(self) -> str:
        if self.target is None:
            return f"✘ {self.source.parent.name}/{self.source.name}: {self.problem}"
        return f"✔ {self.source.parent.name}/{self.source.name}: {self.seconds:.1f} s -> {self.target}"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """build, missing."""
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    building = actions.add_parser(
        "build", help="make 8 kHz mu-law prompts of recordings/<locale>/<prompt key>.<wav, flac, ogg, mp3, …>"
    )
    building.add_argument("--source", type=Path, metavar="FOLDER", help="default: recordings/ among the sounds")
    missing = actions.add_parser("missing", help="list the prompts that could be recorded and are not")
    missing.add_argument("locale", metavar="LOCALE")


def run(arguments: argparse.Namespace) -> int:
    """Exit status 1 if a file could not be used. Raises ContentError, AudioError."""
    settings = read_settings(quiet=True)
    locales, target = load_content(settings).locales, settings.audio_dir
    if arguments.action == "missing":
        print("\n".join(missing_lines(locales, arguments.locale, target)))
        return 0
    source = arguments.source or target / RECORDINGS
    results = list(build(source, target, locales))
    print("\n".join(map(str, results)))
    return 1 if any(result.problem for result in results) else 0


def build(source: Path, target: Path, locales: Mapping[str, LocaleContent]) -> Iterator[Built]:
    """Every file below source/<locale>/. Raises AudioError if there is none."""
    files = sorted(path for path in source.glob("*/*") if path.is_file() and not path.name.startswith("."))
    if not files:
        raise AudioError(f"there are no recordings: put them at {source}/<locale>/<prompt key>.wav")
    for path in files:
        yield _built(path, target, locales)


def _built(path: Path, target: Path, locales: Mapping[str, LocaleContent]) -> Built:
    locale, key = path.parent.name, path.stem
    try:
        _check(locale, key, locales)
        sound = sound_files.as_prompt(path)
        written = target / locale / f"{key}.wav"
        sound_files.write_mulaw(sound, written)
    except (AudioError, ContentError) as error:
        return Built(path, problem=str(error))
    return Built(path, written, sound.duration_seconds)


def _check(locale: str, key: str, locales: Mapping[str, LocaleContent]) -> None:
    if locale not in locales:
        raise ContentError(f"there is no locale {locale}; name the folder after one of {', '.join(sorted(locales))}")
    template = locales[locale].prompts.get(key)
    if template is None:
        raise ContentError(f"{locale} has no prompt {key}; `audio missing {locale}` lists those that can be recorded")
    if not can_be_recorded(template):
        places = ", ".join(sorted(set(PLACE.findall(template))))
        raise ContentError(f"the prompt {key} says {places}, which differs in each call: it stays spoken")


def missing_lines(locales: Mapping[str, LocaleContent], name: str, target: Path) -> list[str]:
    """Key and words of each prompt that could be recorded. Raises ContentError for an unknown locale."""
    if name not in locales:
        raise ContentError(f"there is no locale {name}; there are {', '.join(sorted(locales))}")
    prompts = locales[name].prompts.items()
    wanted = [
        (key, text) for key, text in prompts if can_be_recorded(text) and not (target / name / f"{key}.wav").is_file()
    ]
    return [f"{key:<28} {text}" for key, text in sorted(wanted)] or [f"every prompt of {name} that can be is recorded"]
