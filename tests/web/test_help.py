"""The help pages: found without JavaScript, in every complete language, with nothing of the reader's left unescaped."""

import pytest

from ivr.web.help_pages import blocks
from tests.web.site import Site, text_of

COMPLETE = ("en-US", "en-GB", "ko-KR", "es-ES", "es-US", "de-DE", "fr-FR", "pt-BR", "ja-JP", "hi-IN", "ar")


@pytest.mark.parametrize("locale", COMPLETE)
def test_every_complete_language_lists_and_shows_its_articles(site: Site, locale: str) -> None:
    page = site.get(f"/help?lang={locale}")
    assert page.status_code == 200
    assert page.text.count("/help/") >= 10
    article = site.get(f"/help/refund-arrival?lang={locale}")
    assert f'<article lang="{locale}">' in article.text
    assert f'dir="{"rtl" if locale == "ar" else "ltr"}"' in article.text


def test_question_finds_its_article_and_the_article_links_to_others(site: Site) -> None:
    page = site.get("/help?q=when+do+i+get+my+money+back")
    assert "When refunds arrive" in text_of(page).partition("All articles")[0]
    article = site.get("/help/refund-arrival?lang=en-US")
    assert 'href="/help/lost-return?lang=en-US"' in article.text
    assert "**" not in article.text


def test_what_is_not_known_is_told_and_leads_to_a_callback(site: Site) -> None:
    page = text_of(site.get("/help?q=who+won+the+football+game"))
    assert "We have no answer to that" in page


def test_language_without_articles_gets_those_of_the_first_one(site: Site) -> None:
    page = site.get("/help?lang=nl-NL")
    assert '<ul lang="en-US">' in page.text
    assert "Alle artikelen" in page.text


def test_unknown_article_is_a_page_not_found(site: Site) -> None:
    assert site.get("/help/nowhere").status_code == 404


def test_what_the_reader_typed_is_shown_as_text(site: Site) -> None:
    assert "<script>alert" not in site.get("/help?q=<script>alert(1)</script>").text


def test_markdown_becomes_escaped_html() -> None:
    text = "One **two** <b> [three](x-y.md).\n\n- four\n- *five*"
    assert list(blocks(text, lambda name: f"/help/{name}")) == [
        '<p>One <strong>two</strong> &lt;b&gt; <a href="/help/x-y">three</a>.</p>',
        "<ul><li>four</li><li><em>five</em></li></ul>",
    ]
