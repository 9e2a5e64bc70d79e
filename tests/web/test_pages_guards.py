"""What guards the customer's pages: limits by address, tokens, headers, and answers when our own side is in trouble."""

import re
from collections.abc import Callable

import pytest

from ivr.errors import Conflict, StorageUnavailable
from tests.web.site import Site, text_of


def numbers(count: int) -> list[str]:
    return [f"+1202555{4000 + serial}" for serial in range(count)]


def test_one_address_books_ten_times_a_day(site: Site) -> None:
    answers = [site.ask(number=number) for number in numbers(11)]
    assert [answer.status_code for answer in answers] == [303] * 10 + [422]
    assert "Too many requests today from here" in text_of(answers[-1])


def from_address(site: Site, number: str, hops: str) -> int:
    site.browser.environ_base["HTTP_X_FORWARDED_FOR"] = hops
    return site.ask(number=number).status_code


def test_behind_a_proxy_each_customer_has_an_own_limit(new_site: Callable[..., Site]) -> None:
    site = new_site(IVR_TRUSTED_PROXIES="1")
    answers = [from_address(site, number, f"198.51.100.{i}") for i, number in enumerate(numbers(11))]
    assert answers == [303] * 11


def test_behind_a_proxy_nobody_chooses_an_address(new_site: Callable[..., Site]) -> None:
    site = new_site(IVR_TRUSTED_PROXIES="1")
    answers = [from_address(site, number, f"198.51.100.{i}, 203.0.113.9") for i, number in enumerate(numbers(11))]
    assert answers == [303] * 10 + [422]


def test_without_a_proxy_no_header_is_believed(site: Site) -> None:
    answers = [from_address(site, number, f"198.51.100.{i}") for i, number in enumerate(numbers(11))]
    assert answers == [303] * 10 + [422]


def test_an_ipv6_household_counts_as_one(new_site: Callable[..., Site]) -> None:
    site = new_site(IVR_TRUSTED_PROXIES="1")
    answers = [from_address(site, number, f"2001:db8:1:2::{i:x}") for i, number in enumerate(numbers(11))]
    assert answers == [303] * 10 + [422]
    assert from_address(site, "+12025554999", "2001:db8:1:3::1") == 303


def test_very_many_posts_are_slowed_down_with_a_page(site: Site) -> None:
    answers = [site.post("/callbacks", {}) for _ in range(21)]
    assert [answer.status_code for answer in answers] == [422] * 20 + [429]
    assert "Wait a minute" in text_of(answers[-1])


def test_an_unknown_and_a_malformed_token_get_the_same_page_that_helps(site: Site) -> None:
    pages = [site.get(f"/callbacks/{token}") for token in ("0" * 32, "x", "0" * 400, "%00", "'; drop")]
    assert {page.status_code for page in pages} == {404}
    assert len({page.text for page in pages}) == 1
    assert "You can ask for a new callback, or phone us." in text_of(pages[0])
    assert site.post(f"/callbacks/{'0' * 32}/cancel").status_code == 404
    assert text_of(site.get("/no/such/page")) == text_of(pages[0])


@pytest.mark.parametrize("error", [Conflict("again"), StorageUnavailable("busy")])
def test_a_database_in_trouble_is_explained(site: Site, monkeypatch: pytest.MonkeyPatch, error: Exception) -> None:
    def broken(*_: object) -> None:
        raise error

    monkeypatch.setattr(site.ivr.desk.requests, "ask", broken)
    answer = site.ask()
    assert (answer.status_code, "We could not finish that just now" in text_of(answer)) == (503, True)


def test_a_defect_shows_a_page_and_tells_nothing(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("secret detail")

    monkeypatch.setattr(site.ivr.desk.requests, "ask", broken)
    answer = site.ask()
    assert (answer.status_code, "secret" in answer.text) == (500, False)
    assert "Something went wrong on our side" in text_of(answer)


def test_a_callback_booked_at_the_same_moment_elsewhere_is_found_at_the_second_look(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    ask, faults = site.ivr.desk.requests.ask, [Conflict("a moment faster")]

    def once(*given: object) -> object:
        if faults:
            raise faults.pop()
        return ask(*given)  # type: ignore[arg-type]

    monkeypatch.setattr(site.ivr.desk.requests, "ask", once)
    assert site.ask().status_code == 303


def test_pages_carry_the_headers_that_protect_them(site: Site) -> None:
    page = site.get("/")
    assert "script-src 'self'" in page.headers["Content-Security-Policy"]
    assert "frame-ancestors 'none'" in page.headers["Content-Security-Policy"]
    assert page.headers["Cache-Control"] == "no-store"
    assert page.headers["X-Content-Type-Options"] == "nosniff"
    assert page.headers["Referrer-Policy"] == "same-origin"
    assert page.headers["Strict-Transport-Security"].startswith("max-age=")
    assert "style=" not in page.text
    assert not re.search(r"<script(?![^>]*src=)", page.text)


@pytest.mark.parametrize("path", ["/healthz", "/readyz", "/metrics"])
def test_health_needs_no_sign_in(site: Site, path: str) -> None:
    assert site.app.test_client().get(path).status_code == 200


def test_webhooks_know_neither_tokens_nor_limits_of_pages(site: Site) -> None:
    answers = {site.app.test_client().post("/voice", data={"CallSid": "CA1"}).status_code for _ in range(30)}
    assert answers == {403}
