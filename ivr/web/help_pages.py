"""The help: all articles, a search, one article. Plain pages; the same articles that callers hear."""

import re
from collections.abc import Callable, Iterator
from itertools import groupby
from typing import Final

from flask import Blueprint, abort, render_template, request, url_for
from markupsafe import Markup, escape

from ivr.domain.knowledge import ENOUGH, Article
from ivr.service.knowledge import Knowledge
from ivr.web.page_words import PageWords

LONGEST_QUESTION: Final = 200
_MARKS: Final = re.compile(r"\[([^\]]+)\]\(([a-z0-9-]+)\.md\)|\*\*([^*]+)\*\*|\*([^*]+)\*")
_ITEM: Final = re.compile(r"(?:- |\d+\. )(.*)")


class HelpPages:
    """Handlers of /help."""

    def __init__(self, knowledge: Knowledge, words: PageWords) -> None:
        self._knowledge, self._words = knowledge, words

    def all(self) -> str:
        """Every article; with a question, what answers it."""
        locale, asked = self._locale(), request.args.get("q", "").strip()[:LONGEST_QUESTION]
        hits = self._knowledge.search(locale, asked) if asked else []
        found = [article for article, match in hits if match.score >= ENOUGH]
        return render_template(
            "help.html", asked=asked, found=found, articles=self._knowledge.articles(locale), language=locale,
            **self._words.shared(),
        )  # fmt: skip

    def one(self, article_id: str) -> str:
        """An article."""
        locale = self._locale()
        article = self._knowledge.article(locale, article_id) or abort(404)
        return render_template(
            "help_article.html", article=article, text=self._html(article), language=locale, **self._words.shared()
        )

    def _locale(self) -> str:
        """The reader's; where that language has no articles, the first one that is served."""
        wanted = self._words.locale()
        return wanted if self._knowledge.articles(wanted) else self._words.first()

    def _html(self, article: Article) -> Markup:
        def link(name: str) -> str:
            return url_for("help.one", article_id=name, lang=self._words.locale())

        return Markup("\n").join(blocks(article.text, link))


def blocks(text: str, link: Callable[[str], str]) -> Iterator[Markup]:
    """The little Markdown that articles use: paragraphs, lists, links among them, strong and emphasis."""
    for paragraph in re.split(r"\n\s*\n", text):
        lines = [line.strip() for line in paragraph.splitlines() if line.strip()]
        for kind, some in groupby(lines, key=_kind):
            marked = [_marked(line, link) for line in some]
            if kind == "p":
                yield Markup("<p>{}</p>").format(Markup(" ").join(marked))
            else:
                items = Markup("").join(Markup("<li>{}</li>").format(item) for item in marked)
                yield Markup(f"<{kind}>{{}}</{kind}>").format(items)


def _kind(line: str) -> str:
    return "p" if not _ITEM.fullmatch(line) else "ul" if line.startswith("-") else "ol"


def _marked(line: str, link: Callable[[str], str]) -> Markup:
    item = _ITEM.fullmatch(line)
    plain, made, at = (item[1] if item else line), [], 0
    for mark in _MARKS.finditer(plain):
        made += [escape(plain[at : mark.start()]), _html_of(mark, link)]
        at = mark.end()
    return Markup("").join([*made, escape(plain[at:])])


def _html_of(mark: re.Match[str], link: Callable[[str], str]) -> Markup:
    words, name, strong, emphasis = mark.groups()
    if name:
        return Markup('<a href="{}">{}</a>').format(link(name), words)
    return Markup("<strong>{}</strong>").format(strong) if strong else Markup("<em>{}</em>").format(emphasis)


def help_pages(pages: HelpPages) -> Blueprint:
    """The blueprint of the help."""
    blueprint = Blueprint("help", __name__, template_folder="templates")
    blueprint.add_url_rule("/help", view_func=pages.all, endpoint="all")
    blueprint.add_url_rule("/help/<article_id>", view_func=pages.one, endpoint="one")
    return blueprint
