"""The next line of a chat, whoever writes it."""

from datetime import datetime

from ivr.domain.chats import Author, Chat, ChatLine
from ivr.service.timeline import new_id


def next_line(chat: Chat, at: datetime, author: Author, body: str) -> ChatLine:
    """Not kept yet; the chat counts it."""
    chat.lines, chat.changed_at = chat.lines + 1, at
    return ChatLine(id=new_id(), chat_id=chat.id, number=chat.lines, at=at, author=author, body=body)
