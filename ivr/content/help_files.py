"""Help articles: grammars/<locale>/help/<id>.md, front matter above, then the spoken answer, then the full text."""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Final

import yaml

from ivr.domain.knowledge import WORDLESS, Article
from ivr.errors import ContentError

FOLDER: Final = "help"
FENCE: Final = "---"
NEEDED: Final = ("id", "title", "questions", "keywords")
KNOWN: Final = frozenset({*NEEDED, "regions", "rules"})
MOST_SENTENCES: Final = 3
LONGEST_SECONDS: Final = 12.0
WORDS_A_SECOND: Final = 2.6
SIGNS_A_SECOND: Final = 7.0
"""Syllables or signs of scripts that are not written in words of letters (Korean, Japanese, Chinese)."""
LINK: Final = re.compile(r"\[([^\]]+)\]\(([^)]+)\)")
"""A link: words and where it leads."""
_SENTENCE: Final = re.compile(r"[.!?।؟。！？]+(?=\s|$)|[。！？]")
_ARTICLE: Final = re.compile(r"([a-z0-9-]+)\.md")
_REGION: Final = re.compile(r"[A-Z]{2}")


def read_articles(root: Path, chain: Iterable[Path], locale: str) -> tuple[Article, ...]:
    """A locale's articles, its own before those of the locales that it is based on. Raises ContentError."""
    articles: dict[str, Article] = {}
    places: dict[str, str] = {}
    for folder in reversed(tuple(chain)):
        own: dict[str, str] = {}
        for path in sorted((folder / FOLDER).glob("*.md")):
            file = path.relative_to(root).as_posix()
            article = _article(path, file, locale)
            if article.id in own:
                raise ContentError(f"{file}:2: the id {article.id} is that of {own[article.id]}, too; rename one")
            if article.id != path.stem:
                raise ContentError(f"{file}:2: the id is {article.id}, so the file must be called {article.id}.md")
            own[article.id], articles[article.id], places[article.id] = file, article, file
    for article in articles.values():
        _check_links(places[article.id], root, article, articles)
    return tuple(articles.values())


def spoken_seconds(text: str) -> float:
    """How long a voice takes for a text, roughly: by words, or by signs where words are not written apart."""
    signs = [sign for sign in text if unicodedata.name(sign, "").startswith(WORDLESS)]
    words = [word for word in text.split() if not any(sign in signs for sign in word)]
    return len(signs) / SIGNS_A_SECOND + len(words) / WORDS_A_SECOND


def _article(path: Path, file: str, locale: str) -> Article:
    try:
        lines = path.read_text("utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise ContentError(f"{file}:1: cannot be read as UTF-8 text: {error}") from error
    if not lines or lines[0] != FENCE or FENCE not in lines[1:]:
        raise ContentError(f"{file}:1: an article begins with its id, title, questions, keywords between two lines ---")
    end = lines.index(FENCE, 1)
    about = _about(lines[1:end], file)
    spoken, text = _parts(lines, end, file)
    return Article(
        id=str(about["id"]),
        locale=locale,
        title=str(about["title"]),
        questions=tuple(str(question).casefold() for question in about["questions"]),
        keywords=tuple(str(word).casefold() for word in about["keywords"]),
        spoken=spoken,
        text=text,
        regions=_regions(about, lines, file),
        rules=tuple(str(rule) for rule in about.get("rules") or ()),
    )


def _about(lines: list[str], file: str) -> Mapping[str, Any]:
    try:
        about = yaml.safe_load("\n".join(lines)) or {}
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        raise ContentError(f"{file}:{mark.line + 2 if mark else 2}: broken front matter: {error}") from error
    if not isinstance(about, dict):
        raise ContentError(f"{file}:2: the front matter must hold names with values")
    missing = [name for name in NEEDED if not about.get(name)]
    if missing:
        raise ContentError(f"{file}:2: missing: {', '.join(missing)}")
    for name in about:
        if name not in KNOWN:
            raise ContentError(f"{_line(lines, f'{name}:', file)}: there is no `{name}:`; there are {sorted(KNOWN)}")
    for name in ("questions", "keywords", "regions", "rules"):
        if not isinstance(about.get(name, []), list):
            raise ContentError(f"{_line(lines, f'{name}:', file)}: `{name}:` must be a list")
    return about


def _regions(about: Mapping[str, Any], lines: list[str], file: str) -> tuple[str, ...]:
    regions = tuple(str(region) for region in about.get("regions") or ())
    if any(not _REGION.fullmatch(region) for region in regions):
        place = _line(lines[1:], "regions:", file)
        raise ContentError(f"{place}: a region is two capital letters, such as DE, not {', '.join(regions)}")
    return regions


def _line(lines: list[str], start: str, file: str) -> str:
    """The place of a line of the front matter, whose lines begin at the second of the file."""
    return f"{file}:{next((n for n, line in enumerate(lines, 2) if line.startswith(start)), 2)}"


def _parts(lines: list[str], end: int, file: str) -> tuple[str, str]:
    """The spoken answer, and all that is to be read: it comes first there, too."""
    first = next((n for n in range(end + 1, len(lines)) if lines[n].strip()), 0)
    if not first:
        raise ContentError(f"{file}:{end + 1}: the spoken answer is missing; write it below the second ---")
    last = next((n for n in range(first, len(lines)) if not lines[n].strip()), len(lines))
    spoken = " ".join(line.strip() for line in lines[first:last])
    if not any(line.strip() for line in lines[last:]):
        raise ContentError(f"{file}:{last}: the full text is missing; write it below the spoken answer")
    if re.search(r"[*_#\[\]<>`]", spoken):
        raise ContentError(f"{file}:{first + 1}: the spoken answer is read aloud: plain words, without links or marks")
    sentences = len(_SENTENCE.findall(spoken))
    if sentences > MOST_SENTENCES:
        raise ContentError(f"{file}:{first + 1}: the spoken answer has {sentences} sentences, at most {MOST_SENTENCES}")
    if (seconds := spoken_seconds(spoken)) > LONGEST_SECONDS:
        raise ContentError(
            f"{file}:{first + 1}: the spoken answer takes {seconds:.1f} s, at most {LONGEST_SECONDS:g}: shorten it"
        )
    return spoken, "\n".join(lines[last:]).strip()


def _check_links(file: str, root: Path, article: Article, known: Mapping[str, Article]) -> None:
    for number, line in enumerate((root / file).read_text("utf-8").splitlines(), 1):
        for words, target in LINK.findall(line):
            named = _ARTICLE.fullmatch(target)
            if named is None or named[1] not in known:
                raise ContentError(f"{file}:{number}: the link “{words}” leads to {target}, which is no article here")
