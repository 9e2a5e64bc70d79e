"""Mails over a real connection: what arrives, and what each failure means."""

from dataclasses import replace
from datetime import UTC, datetime
from urllib.parse import quote

import pytest

from ivr.errors import MailRefused, MailUnavailable, MailUnclear
from ivr.mail.server import MailServer
from ivr.mail.smtp import SmtpMailer
from ivr.service.mail_ports import CalendarEntry, Mail
from tests.mail.server import PASSWORD, USER, MailServerHere

AT = datetime(2026, 11, 24, 20, 30, tzinfo=UTC)
MAIL = Mail(
    id="1" * 32,
    thread="2" * 32,
    to="ada@example.com",
    subject="Rückruf von Käfer & Söhne",
    text="Wir rufen Sie morgen an: https://voice.example.com/c/abc\n.\nEnde",
    locale="de-DE",
    sent_at=AT,
    stop_url="https://voice.example.com/no-mail/" + "x" * 120,
)
ENTRY = CalendarEntry(
    uid="2" * 32,
    sequence=3,
    is_canceled=False,
    starts_at=AT,
    ends_at=AT.replace(minute=45),
    changed_at=AT,
    zone="Europe/Berlin",
    title="Rückruf",
    description="Wir rufen Sie an.",
    url="https://voice.example.com/c/abc",
)


def mailer(server: MailServerHere, url: str = "", *, is_local: bool = True) -> SmtpMailer:
    return SmtpMailer(MailServer.parse(url or server.url, is_local=is_local), "Käfer <callbacks@kaefer.example>")


def test_mail_arrives_whole_with_everything_that_a_mail_program_needs(server: MailServerHere) -> None:
    mailer(server).send(MAIL)
    (mail,) = server.mails
    assert server.recipients == ["ada@example.com"]
    assert mail["From"] == "Käfer <callbacks@kaefer.example>"
    assert mail["Subject"] == "Rückruf von Käfer & Söhne"
    assert mail["Message-ID"] == f"<{'1' * 32}@kaefer.example>"
    assert mail["References"] == f"<{'2' * 32}@kaefer.example>"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["List-Unsubscribe"] == f"<{MAIL.stop_url}>"
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert mail.get_content().replace("\r\n", "\n") == MAIL.text + "\n"


def test_calendar_comes_as_an_invitation_and_as_a_file(server: MailServerHere) -> None:
    mailer(server).send(replace(MAIL, calendar=ENTRY))
    parts = [part for part in server.mails[0].walk() if part.get_content_type() == "text/calendar"]
    assert [part.get_param("method") for part in parts] == ["REQUEST", "REQUEST"]
    assert [part.get_filename() for part in parts] == [None, "callback.ics"]
    assert parts[0].get_payload(decode=True) == parts[1].get_payload(decode=True)
    body = server.mails[0].get_body(("plain",))
    assert body is not None
    assert "morgen" in body.get_content()


def test_subject_cannot_smuggle_a_header_in(server: MailServerHere) -> None:
    mailer(server).send(replace(MAIL, subject="Hello\r\nBcc: everybody@example.com"))
    assert server.mails[0]["Bcc"] is None


@pytest.mark.filterwarnings("ignore:Requiring AUTH")  # on this machine there is nobody to listen
def test_password_of_the_address_signs_in(server: MailServerHere) -> None:
    with MailServerHere(signs_in=True) as strict:
        with pytest.raises(MailUnavailable):
            mailer(strict).send(MAIL)
        signed = strict.url.replace("//", f"//{USER}:{quote(PASSWORD, safe='')}@")
        mailer(strict, signed).send(MAIL)
        mailer(strict, signed).check()
        assert len(strict.mails) == 1


@pytest.mark.filterwarnings("ignore:Requiring AUTH")  # on this machine there is nobody to listen
def test_password_is_never_sent_in_the_clear_to_another_machine() -> None:
    with MailServerHere(signs_in=True) as strict:
        signed = strict.url.replace("//", f"//{USER}:{quote(PASSWORD, safe='')}@")
        with pytest.raises(MailUnavailable, match="no encryption"):
            mailer(strict, signed, is_local=False).send(MAIL)
        assert strict.mails == []


def test_server_that_is_away_has_surely_sent_nothing(server: MailServerHere) -> None:
    server.stop()
    with pytest.raises(MailUnavailable) as away:
        mailer(server).send(MAIL)
    assert away.value.is_general
    with pytest.raises(MailUnavailable):
        mailer(server).check()


def test_recipient_who_is_refused_for_good_is_told_from_one_who_is_deferred(server: MailServerHere) -> None:
    server.rcpt_answer = "550 no such person ada@example.com"
    with pytest.raises(MailRefused) as refused:
        mailer(server).send(MAIL)
    assert "ada" not in str(refused.value)
    server.rcpt_answer = "451 greylisted, come back"
    with pytest.raises(MailUnavailable) as deferred:
        mailer(server).send(MAIL)
    assert not deferred.value.is_general


def test_text_that_is_refused_was_not_sent(server: MailServerHere) -> None:
    server.data_answer = "554 looks like spam"
    with pytest.raises(MailRefused):
        mailer(server).send(MAIL)


def test_connection_that_breaks_after_the_text_leaves_it_unclear(server: MailServerHere) -> None:
    server.breaks_off = 1
    with pytest.raises(MailUnclear):
        mailer(server).send(MAIL)
    assert len(server.mails) == 1


def test_encryption_is_the_rule_for_smtps_and_ports_are_the_usual_ones() -> None:
    assert MailServer.parse("smtps://mail.example.com") == MailServer(
        host="mail.example.com", port=465, is_encrypted=True
    )
    plain = MailServer.parse("smtp://a%40b:c%25d@mail.example.com:2525")
    assert (plain.port, plain.user, plain.password) == (2525, "a@b", "c%d")
