"""The lines of chats in the timeline, told in plain English."""

from collections.abc import Callable, Mapping
from typing import Any, Final

Data = Mapping[str, Any]

WAYS: Final = {"text": " a text message", "mail": " an e-mail"}
CHATS: Final[Mapping[str, Callable[[Data], str]]] = {
    "chat_started": lambda data: f"a customer writes{WAYS.get(str(data.get('channel')), '')}",
    "chat_waits": lambda data: "waits in the chat for a person",
    "chat_waits_no_more": lambda data: "does not wait in the chat any more",
    "chat_taken": lambda data: f"{data.get('agent')} answers in the chat",
    "chat_given_back": lambda data: f"{data.get('by')} gives the chat back to the others",
    "chat_unanswered": lambda data: "nobody has answered in the chat: a callback is offered",
    "chat_closed": lambda data: f"{data.get('by')} closes the chat",
    "chat_ended": lambda data: f"the chat is over (it was at: {str(data.get('state') or '').replace('_', ' ')})",
    "chat_not_sent": lambda data: f"a message of the chat was not sent: {str(data.get('reason')).replace('_', ' ')}",
    "mail_understood": lambda data: _understood(data),
    "mail_bounced": lambda data: f"our e-mail could not be delivered, says {data.get('from')}",
    "mail_auto_replied": lambda data: f"a machine answers our e-mail from {data.get('from')}",
    "writing_forgotten": lambda data: f"all that {data.get('address')} wrote is erased: {data.get('chats')} chats",
    "customer_wrote": lambda data: f"the customer writes “{data.get('text')}”",
    "agent_wrote": lambda data: f"{data.get('by')} writes “{data.get('text')}”",
}


def _understood(data: Data) -> str:
    """What the machine made of an e-mail."""
    kinds = ", ".join(str(kind).replace("_", " ") for kind in data.get("kinds") or ()) or "nothing that we know"
    told = [f"the e-mail asks for {kinds}"]
    for key, words in (("orders", "order"), ("named", "names without proof case")):
        told += [f"{words} {one}" for one in data.get(key) or ()]
    return "; ".join(told + ([f"article {data['article']}"] if data.get("article") else []))
