"""`help`: what the help articles answer, why, and what callers make of it."""

import argparse
from collections.abc import Iterator

from ivr.bootstrap import build
from ivr.cli.context import read_settings
from ivr.domain.knowledge import CLEARLY, ENOUGH
from ivr.errors import ContentError
from ivr.service.knowledge import Knowledge


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """search and quality."""
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    searching = actions.add_parser("search", help="which articles a question would find, and why")
    searching.add_argument("text", metavar="QUESTION")
    searching.add_argument("--locale", help="default: the first language")
    actions.add_parser("quality", help="how often each article was read, and whether it helped")


def run(arguments: argparse.Namespace) -> int:
    """Do one of them; status 1 if nothing would be answered. Raises ContentError."""
    settings = read_settings(quiet=True)
    with build(settings) as ivr:
        if arguments.action == "quality":
            print("\n".join(quality(ivr.knowledge)))
            return 0
        locales = tuple(ivr.content.locales)
        locale = arguments.locale or locales[0]
        if locale not in locales:
            raise ContentError(f"there is no locale {locale}; there are {', '.join(locales)}")
        lines = list(found(ivr.knowledge, locale, arguments.text))
    print("\n".join(lines or ["nothing is found; a caller is told so, and offered an agent or a callback"]))
    return 0 if lines else 1


def found(knowledge: Knowledge, locale: str, text: str) -> Iterator[str]:
    """Each article with its score, what a caller would hear of it, and the terms that found it."""
    for place, (article, match) in enumerate(knowledge.search(locale, text), 1):
        if place > 1 or match.score < ENOUGH:
            told = "not offered"
        else:
            told = "offered even unasked" if match.score >= CLEARLY else "offered where a question is asked"
        yield f"{place}. {match.score:.2f} {article.id}: {article.title} ({told}; shared: {', '.join(match.shared)})"


def quality(knowledge: Knowledge) -> Iterator[str]:
    """Asked, helped, not: by article, the most asked first."""
    tallies = sorted(knowledge.tallies().items(), key=lambda pair: (-pair[1].asked, pair[0]))
    yield f"{'article':<28}{'asked':>7}{'helped':>8}{'not':>6}"
    for name, tally in tallies:
        yield f"{name:<28}{tally.asked:>7}{tally.helped:>8}{tally.not_helped:>6}"
    if not tallies:
        yield "no article was read yet"
