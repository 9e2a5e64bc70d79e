"""The lines of chats in the timeline, told in plain English."""

from collections.abc import Callable, Mapping
from typing import Any, Final

Data = Mapping[str, Any]

CHATS: Final[Mapping[str, Callable[[Data], str]]] = {
    "chat_started": lambda data: f"a customer writes{' a text message' if data.get('channel') == 'text' else ''}",
    "chat_waits": lambda data: "waits in the chat for a person",
    "chat_waits_no_more": lambda data: "does not wait in the chat any more",
    "chat_taken": lambda data: f"{data.get('agent')} answers in the chat",
    "chat_given_back": lambda data: f"{data.get('by')} gives the chat back to the others",
    "chat_unanswered": lambda data: "nobody has answered in the chat: a callback is offered",
    "chat_closed": lambda data: f"{data.get('by')} closes the chat",
    "chat_ended": lambda data: f"the chat is over (it was at: {str(data.get('state') or '').replace('_', ' ')})",
    "chat_not_sent": lambda data: f"a message of the chat was not sent: {str(data.get('reason')).replace('_', ' ')}",
    "customer_wrote": lambda data: f"the customer writes “{data.get('text')}”",
    "agent_wrote": lambda data: f"{data.get('by')} writes “{data.get('text')}”",
}
