"""Reads grammars/: every locale folder, checked as a whole. IVR_CONTENT points at an adopter's own folder."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ivr.content import grammar_files, prompt_checks
from ivr.content.model import Content, LocaleContent
from ivr.content.yaml_files import read_mapping
from ivr.errors import ContentError

DEFAULT_LOCALE = "en-US"
GRAMMAR_FILES = ("lists.yaml", "rules.yaml", "moments.yaml")


def load(folder: Path) -> Content:
    """Everything under the folder, the default locale first. Raises ContentError naming file and line."""
    found = sorted(path.parent for path in folder.glob("*/locale.yaml")) if folder.is_dir() else []
    if not found:
        raise ContentError(f"{folder} holds no locale: point IVR_CONTENT at a folder like grammars/")
    locales = {path.name: _load_locale(path, folder) for path in found}
    ordered = sorted(locales, key=lambda name: (name != DEFAULT_LOCALE, name))
    content = Content({name: locales[name] for name in ordered})
    prompt_checks.check_prompts(content)
    return content


def _load_locale(folder: Path, root: Path) -> LocaleContent:
    about = read_mapping(folder / "locale.yaml", root)
    language = str(_needed(about, "language", folder))
    files = [folder / name for name in GRAMMAR_FILES if (folder / name).exists()]
    sentences = sorted((folder / "sentences").glob("*.yaml"))
    templates = grammar_files.read_templates(sentences, root)
    fragments = grammar_files.read_templates(files, root)
    rules = grammar_files.read_rules((*files, *sentences), root)
    lists = grammar_files.read_lists((*files, *sentences), root, language)
    grammar_files.check_references(
        templates=[t for group in (*templates.values(), *fragments.values()) for t in group], rules=rules, lists=lists
    )
    return LocaleContent(
        locale=folder.name,
        name=str(_needed(about, "name", folder)),
        voice=str(_needed(about, "voice", folder)),
        language=language,
        free_spacing=bool(about.get("free_spacing", False)),
        fold_accents=bool(about.get("fold_accents", False)),
        slow_rate=str(about.get("slow_rate", "85%")),
        templates=templates,
        fragments=fragments,
        lists=lists,
        rules=rules,
        digits=grammar_files.read_digits(folder / "digits.yaml", root),
        fillers=tuple(about.get("fillers", ())),
        rewrites=tuple((str(pattern), str(to)) for pattern, to in about.get("rewrites", ())),
        prompts=grammar_files.read_texts(folder / "prompts.yaml", root),
        spoken=grammar_files.read_texts(folder / "spoken.yaml", root),
    )


def _needed(about: Mapping[str, Any], key: str, folder: Path) -> Any:
    if key not in about:
        raise ContentError(f"{folder.name}/locale.yaml:1: `{key}:` is missing")
    return about[key]
