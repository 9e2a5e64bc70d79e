"""Mails of all kinds and of bad faith, read: words, natures, files; every one of them comes out as something."""

import time

import pytest

from ivr.domain.mails import ArrivedMail, Nature
from ivr.mail.bodies import newly_written, plain
from ivr.mail.reading import read_mail
from ivr.service.mail_ports import FoundMail

HEAD = b"From: Ada <ada@example.com>\r\nTo: care@example.com\r\nSubject: Hello\r\n"


def read(raw: bytes, size: int = 0) -> ArrivedMail:
    return read_mail(FoundMail(uid="1", raw=raw, size=size or len(raw)))


@pytest.mark.parametrize(
    ("written", "left"),
    [
        ("Hello\n\nOn Tue, 10 Mar 2026, Acme <c@a.example> wrote:\n> We look.\n", "Hello"),
        ("Hallo\n\nAm Di., 10. März 2026 um 17:00 Uhr schrieb Acme\n<c@a.example>:\n\n> Wir suchen.\n", "Hallo"),
        ("Hello\n\n-----Original Message-----\nFrom: Acme <c@a.example>\nSent: Tuesday\n\nWe look.", "Hello"),
        ("Hallo\n\n________________________________\nVon: Acme <c@a.example>\nGesendet: Dienstag\nAn: Ada\nx", "Hallo"),
        ("Salut\n\nDe : Acme <c@a.example>\nEnvoyé : mardi\nÀ : Ada\nObjet : Re\n\nBonjour", "Salut"),
        ("Hello\n-- \nAda\nphone 1", "Hello"),
        ("> Do you have it?\n\nNo.\n\n> And the other?\n\nYes.\n", "No.\n\nYes."),
        ("> only quoted\n", "> only quoted"),
        ("My list:\nTo: a\nis fine", "My list:\nTo: a\nis fine"),
        ("", ""),
    ],
)
def test_quoted_text_and_signatures_are_cut_and_nothing_else(written: str, left: str) -> None:
    assert newly_written(written) == left


def test_html_alone_becomes_text_and_nothing_of_it_runs_or_hides() -> None:
    source = (
        "<html><head><title>x</title><style>p{}</style></head><body><!-- <b>hidden -->"
        "<p>Where&nbsp;is it &amp; why?</p>"
        "<script>alert('no')</script><div>3 < 4<br>line</div><img src='http://spy.example/p.gif' alt=y>"
    )
    assert plain(source) == "Where is it & why?\n\n3 < 4\nline"
    mail = read(HEAD + b"Content-Type: text/html; charset=utf-8\r\n\r\n" + source.encode())
    assert (mail.text, mail.is_whole) == ("Where is it & why?\n\n3 < 4\nline", True)


@pytest.mark.parametrize("piece", ["<", "<!--", "<!", "<a <", "&#", "<script>", "<p"])
def test_time_for_broken_html_grows_with_its_length_alone(piece: str) -> None:
    began = time.process_time()
    plain(piece * (200_000 // len(piece)))
    assert time.process_time() - began < 20, "a quadratic reader takes minutes"


@pytest.mark.parametrize(
    ("headers", "nature"),
    [
        (b"", Nature.WRITTEN),
        (b"Auto-Submitted: no\r\n", Nature.WRITTEN),
        (b"Auto-Submitted: auto-replied (vacation)\r\n", Nature.AUTO_REPLY),
        (b"X-Autoreply: yes\r\n", Nature.AUTO_REPLY),
        (b"Precedence: auto_reply\r\n", Nature.AUTO_REPLY),
        (b"Return-Path: <>\r\n", Nature.BOUNCE),
        (b"Content-Type: multipart/report; report-type=delivery-status; boundary=b\r\n", Nature.BOUNCE),
        (b"Precedence: bulk\r\n", Nature.LIST),
        (b"List-Id: <news.example.org>\r\n", Nature.LIST),
    ],
)
def test_machines_are_told_from_people(headers: bytes, nature: Nature) -> None:
    assert read(HEAD + headers + b"\r\nHello").nature is nature


def test_bounce_names_the_mail_of_ours_that_it_is_about() -> None:
    report = (
        HEAD + b"Content-Type: multipart/report; boundary=b\r\n\r\n--b\r\n\r\nno such user\r\n--b\r\n"
        b"Content-Type: message/rfc822\r\n\r\nMessage-ID: <0123@callbacks.example.com>\r\n\r\nours\r\n--b--\r\n"
    )
    assert read(report).references == ("0123@callbacks.example.com",)


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"\0\xff\xfe" * 100,
        b"no headers at all",
        HEAD + b"Content-Type: text/plain; charset=\"\0klingon\"\r\n\r\n\xff\xfe",
        HEAD + b"Content-Transfer-Encoding: base64\r\n\r\n!!!not base64",
        HEAD + b"Content-Type: multipart/mixed; boundary=never\r\n\r\nnothing",
        HEAD + b"Content-Type: multipart/mixed\r\n\r\nnothing",
        b"From: =?utf-8?b?////?=\r\nSubject: =?x?q?=?= =?utf-8?q?=C3?=\r\nReply-To: ,,<>;:\r\n\r\nx",
        b"From: " + b"(" * 50_000 + b"\r\nReferences: " + b"<a@b>" * 50_000 + b"\r\n\r\nx",
        b"Subject: a\r\n b\r\n\tc\r\nFrom: a@example.com\r\nFrom: b@example.com\r\n\r\nx",
        HEAD + b"".join(b"Content-Type: multipart/mixed; boundary=%d\r\n\r\n--%d\r\n" % (n, n) for n in range(300)),
    ],
)  # fmt: skip
def test_hostile_mails_come_out_as_something_that_can_be_stored(raw: bytes) -> None:
    mail = read(raw)
    texts = (mail.sender, mail.subject, mail.message_id, mail.text, *mail.references, *mail.recipients)
    assert all("\0" not in text for text in texts)
    assert "\n" not in mail.subject + mail.sender
    assert len(mail.key) == 64
    assert len(mail.references) <= 20


def test_charsets_that_lie_lose_nothing_that_can_be_guessed() -> None:
    body = HEAD + b"Content-Type: text/plain; charset=us-ascii\r\n\r\nGr\xc3\xbc\xc3\x9fe"
    assert (read(body).text, read(body).is_whole) == ("Grüße", True)
    assert read(HEAD + b"Content-Type: text/plain\r\n\r\nGr\xfc\xdfe").text == "Grüße"
    assert read(HEAD + b"\r\nx", size=30_000_000).is_whole is False


def test_same_words_of_two_mails_are_two_mails_and_one_mail_is_one_whatever_way_it_came() -> None:
    first, other = HEAD + b"Message-ID: <1@a>\r\n\r\nx", HEAD + b"Message-ID: <2@a>\r\n\r\nx"
    assert read(first).key == read(b"Received: by mx\r\n" + first).key
    assert read(first).key != read(other).key
