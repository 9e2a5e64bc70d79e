"""Every error Ringback can raise: a stable code, and a text that says what to do next."""


class IvrError(Exception):
    """Something Ringback could not do; `.code` is stable, the text says what to do next."""

    code = "ivr_error"


class SettingsError(IvrError):
    """A setting is missing or wrong; the text names it and a value that works."""

    code = "settings"


class ContentError(IvrError):
    """A file of grammars/ or audio/ is broken; the text names file and line."""

    code = "content"


class EngineUnavailable(IvrError):
    """No speech engine can hear this locale here; callers are served by keypad."""

    code = "engine_unavailable"


class VoiceUnavailable(IvrError):
    """No voice can speak this locale here; the text says what to install."""

    code = "voice_unavailable"


class AudioError(IvrError):
    """Audio is malformed; the text names what was found and what is accepted."""

    code = "audio"


class ShiftsRefused(IvrError):
    """An agent's shifts cannot be read; the text tells how they are written."""

    code = "shifts"


class ModelError(IvrError):
    """A speech model is missing, damaged or cannot be downloaded."""

    code = "model"


class NotFound(IvrError):
    """No such case, callback, call, order or agent."""

    code = "not_found"


class IllegalMove(IvrError):
    """The state table does not allow this change from the present state."""

    code = "illegal_move"


class NobodyFree(IvrError):
    """No agent with this skill and language is free now; try again, or book a callback."""

    code = "nobody_free"


class Conflict(IvrError):
    """Another request changed the same row first; read it again and retry."""

    code = "conflict"


class CallbackRefused(IvrError):
    """A callback cannot be booked; `.reason` is a stable word that a prompt explains."""

    code = "callback_refused"

    def __init__(self, reason: str, detail: str = "") -> None:
        super().__init__(detail or reason)
        self.reason = reason


class NumberRefused(CallbackRefused):
    """A telephone number is malformed, or of a country or kind that is not called."""

    code = "number_refused"


class ClaimRefused(IvrError):
    """A seller's answer is not taken; `.reason`: claim_over, claim_answered, claim_share, claim_reply."""

    code = "claim_refused"

    def __init__(self, reason: str, detail: str = "") -> None:
        super().__init__(detail or reason)
        self.reason = reason


class CarrierRejected(IvrError):
    """The carrier refused the request; nothing was dialed. `.retry_after_seconds` if it said when to retry."""

    code = "carrier_rejected"

    def __init__(self, text: str, *, carrier_code: int = 0, retry_after_seconds: float | None = None) -> None:
        super().__init__(text)
        self.carrier_code = carrier_code
        self.retry_after_seconds = retry_after_seconds


class CarrierUnclear(IvrError):
    """Time-out, 5xx or unreadable answer: the call may exist; never retry blindly, reconcile."""

    code = "carrier_unclear"


class ShopRefused(IvrError):
    """The shop will not do it, however often it is asked; `.reason` is a stable word for a person."""

    code = "shop_refused"

    def __init__(self, reason: str, detail: str = "") -> None:
        super().__init__(detail or reason)
        self.reason = reason


class ShopUnavailable(IvrError):
    """The shop does not answer in time, or not in a way that can be used: ask again later, under the same key."""

    code = "shop_unavailable"


class MailRefused(IvrError):
    """The mail server will never take this e-mail: the address, or the text, is not accepted."""

    code = "mail_refused"


class MailUnavailable(IvrError):
    """The mail server can't be reached, or asks to come back later: nothing was sent. `.is_general`: all mail."""

    code = "mail_unavailable"

    def __init__(self, text: str, *, is_general: bool = True) -> None:
        super().__init__(text)
        self.is_general = is_general


class MailUnclear(IvrError):
    """The connection broke after the whole e-mail was given: it may have been taken; the same may be sent once more."""

    code = "mail_unclear"


class HookRefused(IvrError):
    """Webhooks are never sent to this address; the text says which are taken."""

    code = "webhook_url"


class HookFailed(IvrError):
    """A webhook was not taken: no answer in time, or an address that is not public. `.reason` is a stable word."""

    code = "webhook_failed"

    def __init__(self, reason: str, detail: str = "") -> None:
        super().__init__(detail or reason)
        self.reason = reason


class LinkExpired(IvrError):
    """A link in a message is too old; ask for a new callback, or phone."""

    code = "link_expired"


class SignInRefused(IvrError):
    """Name or password are not taken; `.reason`: wrong, too_many, name, password, user_exists."""

    code = "sign_in"

    def __init__(self, reason: str, detail: str = "") -> None:
        super().__init__(detail or reason)
        self.reason = reason


class CallGone(IvrError):
    """The call has ended meanwhile (Twilio 21220 or 20404): expected, stop quietly."""

    code = "call_gone"


class StorageUnavailable(IvrError):
    """The database does not answer or refuses work; whether the last change was saved is unknown: read it again."""

    code = "storage_unavailable"


class StoredValueUnreadable(IvrError):
    """A row holds a value that this version of the program does not know; the text names it."""

    code = "stored_value"
