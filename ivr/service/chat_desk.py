"""What agents do with chats: see who waits, take one, answer, give it back, close it with an outcome."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from ivr.domain.cases import Case, CaseStatus, Customer
from ivr.domain.chats import Author, Chat, ChatChannel, ChatLine, ChatStatus, Delivery
from ivr.domain.dialogue.heard import AgentReady, ConferenceLeft
from ivr.domain.mails import KeptMail
from ivr.domain.staff import Draft, StaffRole
from ivr.errors import CallbackRefused, IllegalMove, NotFound
from ivr.service.case_work import OUTCOMES, finish_case
from ivr.service.chat_sender import ChatSender
from ivr.service.chat_sweep import give_back
from ivr.service.chats import ChatService
from ivr.service.finding import agent_of
from ivr.service.mail_letters import send_line
from ivr.service.mail_views import MAIL_LONGEST, MailView, deliveries_of, mail_view, read_answer
from ivr.service.scenes import Scene, Scenes
from ivr.service.staff_log import Member, log_act
from ivr.service.store import UnitOfWork
from ivr.service.timeline import ID, record

ANSWER_LONGEST: Final = 640
"""Two text messages."""
SHOWN: Final = 20


@dataclass(frozen=True, kw_only=True)
class ChatView:
    """A chat with what belongs to it."""

    chat: Chat
    case: Case
    customer: Customer | None
    lines: Sequence[ChatLine]
    agent: str
    """Who answers; empty: nobody yet."""
    is_mine: bool
    mail: MailView | None
    """None: it is no e-mail."""
    deliveries: Mapping[str, Delivery]
    """Of lines that the outbox sends, by their ids."""
    originals: Sequence[KeptMail]

    @property
    def longest(self) -> int:
        """Characters of an answer."""
        return MAIL_LONGEST if self.mail is not None else ANSWER_LONGEST


@dataclass(frozen=True, kw_only=True)
class WaitingChat:
    """A line of the console."""

    chat: Chat
    case: Case
    newest: str
    """What the customer wrote last."""
    is_mine: bool


def waiting_chats(uow: UnitOfWork, member: Member) -> list[WaitingChat]:
    """Those that this member could answer, or answers; who waits longest first."""
    agent = agent_of(uow, member)
    found = []
    for chat in uow.chats.with_people(SHOWN * 3):
        case = uow.cases.get(chat.case_id) if chat.case_id else None
        if case is None or not _may_answer(uow, member, chat, case):
            continue
        wrote = [line.body for line in uow.chats.lines(chat.id) if line.author is Author.CUSTOMER]
        mine = agent is not None and chat.agent_id == agent.id
        found.append(WaitingChat(chat=chat, case=case, newest=wrote[-1] if wrote else "", is_mine=mine))
    return found[:SHOWN]


def _may_answer(uow: UnitOfWork, member: Member, chat: Chat, case: Case) -> bool:
    agent = agent_of(uow, member)
    if agent is None:
        return member.may(StaffRole.SUPERVISOR)
    return chat.agent_id == agent.id or (chat.agent_id is None and agent.can_take(case.skill, chat.locale))


class ChatDesk:
    """The use cases. All raise NotFound for a chat that the member may not see."""

    def __init__(self, scenes: Scenes, chats: ChatService, sender: ChatSender) -> None:
        self._scenes = scenes
        self._chats = chats
        self._sender = sender

    def read(self, uow: UnitOfWork, member: Member, chat_id: str) -> ChatView:
        """One chat."""
        chat, case = self._find(uow, member, chat_id)
        agent = uow.agents.get(chat.agent_id) if chat.agent_id else None
        lines = uow.chats.lines(chat.id)
        mail = mail_view(uow, member, chat)
        return ChatView(
            chat=chat,
            case=case,
            customer=uow.customers.get(case.customer_id) if case.customer_id else None,
            lines=lines,
            mail=mail,
            deliveries=deliveries_of(uow, lines) if mail is not None else {},
            originals=uow.mails.originals(chat.id) if mail is not None else (),
            agent=agent.name if agent is not None else "",
            is_mine=chat.agent_id is not None and chat.agent_id == member.agent_id,
        )

    def take(self, member: Member, chat_id: str) -> None:
        """Answer it from now on. Raises IllegalMove (somebody was faster), CallbackRefused (`no_agent`)."""
        self._do(lambda scene: self._take(scene, member, chat_id))

    def answer(self, member: Member, chat_id: str, text: str, form_id: str) -> None:
        """Write to the customer, and take the chat if nobody has it; the same form sent twice writes once.

        Raises CallbackRefused (`empty`, `long`), IllegalMove.
        """
        self._do(lambda scene: self._answer(scene, member, (chat_id, form_id), text))

    def keep_draft(self, member: Member, chat_id: str, text: str) -> None:
        """Keep an answer by e-mail that is not finished; empty: forget it."""
        self._scenes.run(lambda scene: self._keep_draft(scene, member, chat_id, text[:MAIL_LONGEST]))

    def _keep_draft(self, scene: Scene, member: Member, chat_id: str, text: str) -> None:
        chat, _ = self._find(scene.uow, member, chat_id)
        if text.strip():
            draft = Draft(user_id=member.user_id, case_id=chat.id, text=text, changed_at=scene.now)
            scene.uow.staff.keep_draft(draft)
        else:
            scene.uow.staff.drop_draft(member.user_id, chat.id)

    def original(self, member: Member, chat_id: str, mail_id: str) -> bytes:
        """A mail as it came; every look is in the audit log."""
        return self._scenes.run(lambda scene: self._original(scene, member, chat_id, mail_id))

    def _original(self, scene: Scene, member: Member, chat_id: str, mail_id: str) -> bytes:
        chat, case = self._find(scene.uow, member, chat_id)
        known = any(mail.id == mail_id for mail in scene.uow.mails.originals(chat.id))
        raw = scene.uow.mails.raw(mail_id) if known else None
        if raw is None:
            raise NotFound("no such e-mail; e-mails are deleted after some time")
        log_act(scene.uow, scene.now, member, "mail_seen", about=case.number, data={"mail": mail_id})
        return raw

    def give_back(self, member: Member, chat_id: str) -> None:
        """Let another agent go on with it. Raises IllegalMove."""
        self._do(lambda scene: self._give_back(scene, member, chat_id))

    def close(self, member: Member, chat_id: str, outcome: str, *, resolved: bool) -> None:
        """Say what came of it; the customer is asked how easy it was. Raises CallbackRefused (`outcome`)."""
        if outcome not in OUTCOMES:
            raise CallbackRefused("outcome", f"an outcome is one of {', '.join(OUTCOMES)}")
        self._do(lambda scene: self._close(scene, member, (chat_id, outcome), resolved))

    def _do(self, act: Callable[[Scene], object]) -> None:
        self._scenes.run(act)
        self._sender.sweep()

    def _find(self, uow: UnitOfWork, member: Member, chat_id: str) -> tuple[Chat, Case]:
        chat = uow.chats.get(chat_id) if ID.fullmatch(chat_id) else None
        case = uow.cases.get(chat.case_id) if chat is not None and chat.case_id else None
        if chat is None or case is None:
            raise NotFound("no such chat among yours")
        if not member.may(StaffRole.SUPERVISOR) and not _may_answer(uow, member, chat, case):
            raise NotFound("no such chat among yours")
        return chat, case

    def _take(self, scene: Scene, member: Member, chat_id: str) -> Chat:
        chat, case = self._find(scene.uow, member, chat_id)
        agent = agent_of(scene.uow, member)
        if agent is None:
            raise CallbackRefused("no_agent", "your account is tied to no agent; ask a supervisor")
        if chat.status is ChatStatus.WITH_AGENT and chat.agent_id == agent.id:
            return chat
        is_reopened = chat.channel is ChatChannel.MAIL and chat.status is ChatStatus.ENDED
        if chat.status is not ChatStatus.WAITING and not is_reopened:
            raise IllegalMove("this chat waits for nobody any more; somebody was faster, or the customer went on")
        chat.status, chat.agent_id, chat.offered_at, chat.ended_at = ChatStatus.WITH_AGENT, agent.id, None, None
        case.attend(scene.now)
        record(scene.uow, scene.now, "chat_taken", subject=case, data={"agent": agent.name, "chat": chat.id})
        log_act(scene.uow, scene.now, member, "chat_taken", about=case.number)
        self._chats.told(scene, chat, AgentReady(""))
        return chat

    def _answer(self, scene: Scene, member: Member, what: tuple[str, str], text: str) -> None:
        chat_id, form_id = what
        key = f"{chat_id}:agent:{form_id}"
        if form_id and scene.uow.chats.line_by_key(key) is not None:
            return
        found, _ = self._find(scene.uow, member, chat_id)
        body = read_answer(text) if found.channel is ChatChannel.MAIL else _read_line(text)
        chat = self._take(scene, member, chat_id)
        line = self._chats.line(scene, chat, Author.AGENT, body)
        line.by, line.key = member.name, key if form_id else None
        line.delivery = Delivery.DUE if chat.channel is ChatChannel.TEXT else Delivery.NONE
        scene.uow.chats.add_line(line)
        if (thread := scene.uow.mails.thread(chat.id)) is not None:
            send_line(scene, chat, thread, line)
            scene.uow.staff.drop_draft(member.user_id, chat.id)
        chat.unanswered_since_at = chat.offered_at = None
        chat.answered_at = chat.answered_at or scene.now
        data = {"text": body, "by": member.name}
        record(scene.uow, scene.now, "agent_wrote", call=chat.as_call(), data=data)

    def _mine(self, scene: Scene, member: Member, chat_id: str) -> tuple[Chat, Case]:
        chat, case = self._find(scene.uow, member, chat_id)
        if chat.status is not ChatStatus.WITH_AGENT or chat.agent_id != member.agent_id:
            raise IllegalMove("you do not have this chat; take it first")
        return chat, case

    def _give_back(self, scene: Scene, member: Member, chat_id: str) -> None:
        chat, case = self._mine(scene, member, chat_id)
        record(scene.uow, scene.now, "chat_given_back", subject=case, data={"by": member.name})
        chat.unanswered_since_at = chat.unanswered_since_at or scene.now
        give_back(scene, self._chats, chat)

    def _close(self, scene: Scene, member: Member, what: tuple[str, str], resolved: bool) -> None:
        chat_id, outcome = what
        chat, case = self._mine(scene, member, chat_id)
        finish_case(scene, member, case, outcome, resolved=resolved)
        if not resolved:
            case.move(CaseStatus.OPEN)
        chat.status, chat.agent_id, chat.unanswered_since_at = ChatStatus.OPEN, None, None
        if chat.channel is ChatChannel.MAIL:  # no dialogue goes on with it; the customer's next mail does
            chat.end(scene.now)
        record(scene.uow, scene.now, "chat_closed", subject=case, data={"by": member.name})
        self._chats.told(scene, chat, ConferenceLeft())


def _read_line(text: str) -> str:
    """An answer in a chat: one line. Raises CallbackRefused (`empty`, `long`)."""
    body = " ".join(text.split())
    if not body:
        raise CallbackRefused("empty", "the answer is empty; write something")
    if len(body) > ANSWER_LONGEST:
        raise CallbackRefused("long", f"an answer has {ANSWER_LONGEST} characters at most; send it in two parts")
    return body
