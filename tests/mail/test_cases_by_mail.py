"""E-mail becomes cases in words, through real servers: what is answered, what waits, what is left alone."""

import re
import sqlite3
from contextlib import closing
from datetime import timedelta

import pytest

from ivr.domain.calls import Call
from ivr.domain.cases import CaseKind, CaseStatus
from ivr.domain.chats import ChatStatus
from ivr.domain.staff import StaffRole
from ivr.errors import MailUnavailable
from ivr.mail.imap import ImapMailbox, ImapVisit
from ivr.mail.server import MailServer
from ivr.service.chat_desk import waiting_chats
from ivr.service.chat_erasing import Erasing
from ivr.service.scenes import Scenes
from ivr.service.staff_log import Member
from tests.fakes.clock import FakeClock
from tests.mail.by_mail import ByMail, replying
from tests.mail.mailbox import a_mail
from tests.web.site import FORM, NUMBER, hidden, text_of, value_of
from tests.web.test_chat import Chatter
from tests.web.test_photos import picture

STORY = "Hello,\n\nit says delivered but I don't have it. Order 1815908.\n\nI also want to return something.\n-- \nAda"
KIM = Member("u1", "Kim", StaffRole.AGENT, "Kim")


def test_mail_becomes_a_case_that_a_person_answers_in_the_same_thread(care: ByMail) -> None:
    care.arrives(first := a_mail(STORY, "My parcel"))
    (case,) = care.cases()
    assert (case.kind, case.source, case.status) == ("delivered_not_received", "mail", CaseStatus.WAITING_AGENT)
    assert (case.customer_id, (case.order_id or "")[-7:]) == (None, "1815908")
    (told,) = care.sent
    assert (told["To"], told["Auto-Submitted"], told["Reply-To"]) == (
        "ada@example.com", "auto-replied", "Acme <care@example.com>",
    )  # fmt: skip
    assert (told["In-Reply-To"], str(told["Subject"])[:12]) == (first["Message-ID"], "Re: My parce")
    assert all(word in care.text() for word in (case.number, "A person reads it", "/?case=", "/chat?case="))
    assert "kettle" not in care.text(), "nothing is told of the order: anybody may have written this"

    care.kim_signs_in()
    path = f"/agent/chats/{care.chat_id(case)}"
    care.site.post(f"{path}/draft", {"note": "Dear Ada,"}, page="/agent/")
    page = care.site.get(f"/agent/cases/{case.number}")
    assert "it says delivered" in text_of(page)
    assert value_of(page, "text") == "Dear Ada,"
    form = {"do": "answer", "text": "Dear Ada,\n\nwe look for it.", "form_id": hidden(page, "form_id")}
    for _ in range(2):
        assert care.site.post(path, form, page="/agent/").status_code == 303
    care.goes_on()
    (_, answer) = care.sent
    assert (answer["In-Reply-To"], answer["Auto-Submitted"]) == (first["Message-ID"], None)
    assert care.text().startswith("Dear Ada,\n\nwe look for it.\n\n-- \nKim, Acme")
    assert 'value="Dear' not in care.site.get(path).text

    care.arrives(replying(answer, "Thank you, found it!"))
    assert len(care.sent) == 2, "the machine answers the first mail alone"
    assert [line[0] for line in care.lines(case)] == ["customer", "we", "agent", "customer"]
    assert care.lines(case)[-1] == ("customer", "Thank you, found it!")
    closing = {"do": "close", "outcome": "informed", "resolved": "yes"}
    assert care.site.post(path, closing, page="/agent/").status_code == 303
    care.arrives(replying(answer, "It is gone again."))
    (case,) = care.cases()
    assert case.status is CaseStatus.WAITING_AGENT, "the next mail opens it again"
    with care.site.store.read() as uow:
        assert [one.newest for one in waiting_chats(uow, KIM)] == ["It is gone again."]


def test_question_that_an_article_answers_is_answered_in_its_language_until_it_is_asked_again(care: ByMail) -> None:
    care.arrives(a_mail("Guten Tag,\n\nWarum wurde meine Karte abgelehnt?\n\nGruß", "Frage"))
    (case,) = care.cases()
    assert (case.locale, case.kind, case.status) == ("de-DE", CaseKind.QUESTION, CaseStatus.RESOLVED)
    assert "/help/payment-declined?lang=de-DE" in care.text()
    assert care.sent[-1]["Content-Language"] == "de-DE"
    care.arrives(replying(care.sent[-1], "Das hilft mir nicht."))
    (case,) = care.cases()
    assert case.status is CaseStatus.WAITING_AGENT


def test_case_number_alone_leads_to_a_case_only_from_the_address_that_wrote_before(care: ByMail) -> None:
    care.arrives(a_mail("Where is it? I wait."))
    (case,) = care.cases()
    care.arrives(a_mail("Tell me all about it", f"Case {case.number}", "Eve <eve@example.org>"))
    (_, other) = care.cases()
    assert len(care.lines(case)) == 2
    care.arrives(a_mail("More", f"Case {case.number}"))
    assert [line[1] for line in care.lines(case)][-1] == "More"
    tag = str(care.sent[0]["Subject"]).partition("[")[2].rstrip("]")
    care.arrives(a_mail("From my work address", f"Fwd: [{tag}]", "ada@work.example"))
    care.arrives(a_mail("Guessed", f"[{case.number}-AAAAAAAA]", "eve@example.org"))
    assert len(care.cases()) == 3
    with care.site.store.read() as uow:
        threads = [uow.mails.thread(chat.id) for chat in uow.mails.of_case(case.id)]
        assert {thread.address for thread in threads if thread} == {"ada@example.com", "ada@work.example"}
    assert other.status is CaseStatus.WAITING_AGENT


def test_machines_are_never_answered(care: ByMail) -> None:
    care.arrives(a_mail("Where is it? I wait."))
    (case,), (told,) = care.cases(), care.sent
    absent = replying(told, "I am away until Monday.", Auto_Submitted="auto-replied")
    bounce = replying(told, "550 no such user", "MAILER-DAEMON@mx.example.com", Return_Path="<>")
    care.arrives(
        absent,
        bounce,
        a_mail("Buy now", sender="news@example.org", List_Id="<news.example.org>"),
        a_mail("Loop", sender="Acme <care@example.com>"),
        a_mail("Ticket opened", sender="help@example.org", Auto_Submitted="auto-generated"),
        a_mail("Hello", sender="no-reply@example.org"),
    )
    assert (len(care.sent), len(care.cases()), care.folder.unseen()) == (1, 1, 0)
    kinds = care.kinds(case)
    assert (kinds.count("mail_auto_replied"), kinds.count("mail_bounced")) == (1, 1)
    assert len(care.lines(case)) == 2


def test_one_sender_is_answered_a_few_times_a_day_and_fills_no_board(care: ByMail) -> None:
    with care.limits(answers_per_sender=2, mails_per_sender=4):
        care.arrives(*(a_mail(f"Where is number {n}?") for n in range(6)))
    assert (len(care.sent), len(care.cases()), care.folder.unseen()) == (2, 4, 0)


def test_mail_is_handled_once_whenever_the_connection_dies(care: ByMail, monkeypatch: pytest.MonkeyPatch) -> None:
    def dies(visit: ImapVisit, mail: object) -> None:
        raise MailUnavailable("the connection broke")

    with monkeypatch.context() as broken:
        broken.setattr(ImapVisit, "seen", dies)
        care.folder.receives(a_mail("Where is it? I wait."))
        assert not care.site.ivr.mail_sweep.look()
        assert (len(care.cases()), care.folder.unseen()) == (1, 1)
    care.goes_on()
    care.arrives(a_mail("Where is it? I wait."))
    assert (len(care.cases()), len(care.sent), care.folder.unseen()) == (1, 1, 0)


def test_mailbox_that_is_away_or_locked_is_told_and_tried_again(care: ByMail) -> None:
    server = MailServer.parse(care.folder.url, is_local=True)
    for url in (care.folder.url.replace("p%40ss", "wrong"), care.folder.url + "%20nowhere", "imap://u:p@127.0.0.1:9"):
        with pytest.raises(MailUnavailable):
            ImapMailbox(MailServer.parse(url, is_local=True)).check()
    with pytest.raises(MailUnavailable, match="no encryption"):
        ImapMailbox(MailServer.parse(care.folder.url)).check()
    ImapMailbox(server).check()


def test_pictures_come_to_the_case_and_other_files_are_named(care: ByMail) -> None:
    mail = a_mail("The cup came broken, I want to return it")
    mail.add_attachment(picture(size=(1600, 1200)), maintype="image", subtype="jpeg", filename="cup.jpg")
    mail.add_attachment(b"MZ" * 9000, maintype="image", subtype="png", filename="../../evil.png")
    mail.add_attachment(b"x", maintype="application", subtype="x-msdownload", filename="run.exe")
    care.arrives(mail)
    (case,) = care.cases()
    with care.site.store.read() as uow:
        assert [one.caption for one in uow.photos.of_case(case.id)] == ["cup.jpg"]
    assert "evil.png, run.exe" in care.text() or "run.exe, evil.png" in care.text()
    assert "../" not in care.text()


def test_mail_that_cannot_be_read_waits_for_a_person_with_its_original(care: ByMail) -> None:
    raw = b"From: ada@example.com\r\nContent-Type: text/plain; charset=klingon\r\n\r\n\xff\xfe where is it\r\n"
    care.arrives(raw)
    (case,) = care.cases()
    assert case.status is CaseStatus.WAITING_AGENT
    care.kim_signs_in()
    page = care.site.get(f"/agent/chats/{care.chat_id(case)}")
    with care.site.store.read() as uow:
        (kept,) = uow.mails.originals(care.chat_id(case))
    assert kept.id in page.text
    original = care.site.get(f"/agent/chats/{care.chat_id(case)}/mails/{kept.id}")
    assert (original.data, original.mimetype) == (raw, "application/octet-stream")
    assert care.site.get(f"/agent/chats/{care.chat_id(case)}/mails/{'0' * 32}").status_code == 404
    with care.site.store.read() as uow:
        chat = uow.chats.get(care.chat_id(case))
    assert chat is not None
    assert chat.status is ChatStatus.WAITING


def link_in(text: str, path: str) -> str:
    found = re.search(rf"https://voice.example.com({re.escape(path)}case=[A-Za-z0-9_-]{{43}})", text)
    assert found, text
    return found[1]


def test_case_begun_by_mail_goes_on_by_callback_call_and_chat(care: ByMail) -> None:
    care.arrives(a_mail(STORY, "My parcel"))
    (case,), site = care.cases(), care.site
    chat = Chatter(site, link_in(care.text(), "/chat?") + "&lang=en-US")
    chat.writes("hello", f"an order marked delivered.*case {case.number}.*Shall we go on")
    chat.writes("1", "tea kettle")

    page = site.get(link_in(care.text(), "/?"))
    form = FORM | {"case": hidden(page, "case"), "form_id": hidden(page, "form_id"), "order": ""}
    assert site.post("/callbacks?lang=en-US", form).status_code == 303
    (unproven,) = care.cases()
    assert unproven.customer_id is None, "somebody typed a number"
    with site.store.read() as uow:
        (callback,) = uow.callbacks.of_case(case.id)
    assert site.post(f"/callbacks/{callback.id}/confirm", {"code": site.code()}).status_code == 303
    (proven,) = care.cases()
    assert proven.customer_id == callback.customer_id

    with site.store.begin() as uow:
        site.ivr.engine.bookings.cancel(uow, callback.id, by="customer")
        call = Call(sid="CA1", from_number=NUMBER, started_at=site.clock.now())
        caller, _ = site.ivr._arrivals.recognise(uow, call, NUMBER)
    assert caller.begun is not None
    assert caller.begun.number == case.number, "whoever phones from the proven number is asked whether it is about it"
    changed = FORM | {"case": "x" * 43, "number": "202 555 0144", "form_id": ""}
    assert site.post("/callbacks?lang=en-US", changed).status_code == 303
    assert len(care.cases()) == 2, "a link that nobody made begins a case of its own"


def test_case_begun_elsewhere_goes_on_by_a_reply_to_its_confirmation(care: ByMail) -> None:
    care.site.proven(email="ada@example.com")
    care.goes_on()
    (told,), (case,) = care.sent, care.cases()
    assert told["Reply-To"] == "Acme <care@example.com>"
    care.arrives(replying(told, "Please ring the back door."))
    assert [one.number for one in care.cases()] == [case.number]
    assert care.lines(case) == [("customer", "Please ring the back door.")]
    assert len(care.sent) == 1


def test_what_was_written_is_erased_in_time_and_on_demand_and_its_words_everywhere(care: ByMail) -> None:
    care.arrives(a_mail(STORY, "My parcel"), a_mail("Buy", sender="ada@example.com", List_Id="<x.example.org>"))
    care.arrives(a_mail("Where is mine? Secretly.", sender="bo@example.com"))
    erasing = care.site.ivr.chats.erasing
    assert erasing.forget("Ada@example.com") == 2
    assert (leftovers(care, "says delivered"), leftovers(care, "also want")) == ([], [])
    assert leftovers(care, "Secretly")
    erasing.sweep()
    assert leftovers(care, "Secretly")
    later = Erasing(replace_clock(care, days=91), 90)
    later.sweep()
    assert leftovers(care, "Secretly") == []
    assert len(care.cases()) == 2, "the cases stay, without words"


def replace_clock(care: ByMail, days: int) -> Scenes:
    scenes, now = care.site.ivr.engine.scenes, care.site.clock.now()
    return Scenes(scenes.store, FakeClock(now + timedelta(days=days)), scenes.afterwards)


def leftovers(care: ByMail, words: str) -> list[str]:
    """Tables in which a text still stands."""
    with closing(sqlite3.connect(care.file)) as connection:
        return [line[:40] for line in connection.iterdump() if words in line or words.encode().hex() in line.lower()]
