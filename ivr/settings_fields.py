"""The settings one by one, in the README's order; `settings.Settings` reads and checks them together."""

from dataclasses import dataclass, field
from datetime import time
from pathlib import Path
from typing import Any

from ivr import settings_mail as mail
from ivr import settings_values as read
from ivr.domain.messages import GROUPS, USUAL


def _setting(env: str, parse: read.Parser, default: Any, text: str, *, shown: str = "", secret: bool = False) -> Any:
    """A field read from `env`; `shown`: the default as the README words it."""
    about = {"env": env, "parse": parse, "help": text, "shown": shown, "secret": secret}
    return field(default=default, metadata=about)


@dataclass(frozen=True, kw_only=True, repr=False)
class SettingsFields:
    """One line each: environment name, how it is read, default, and what the README says of it."""

    account_sid: str = _setting("TWILIO_ACCOUNT_SID", read.text, "", "The account, `AC` and 32 hex digits.")
    auth_token: str = _setting(
        "TWILIO_AUTH_TOKEN", read.text, "", "Its token: signs webhooks and REST requests.", secret=True
    )
    auth_token_secondary: str = _setting(
        "TWILIO_AUTH_TOKEN_SECONDARY", read.text, "", "A second token accepted while you rotate.", secret=True
    )
    api_key_sid: str = _setting(
        "TWILIO_API_KEY_SID", read.text, "", "An API key, `SK…`: agents answer in a softphone of Twilio's Voice SDK."
    )
    api_key_secret: str = _setting("TWILIO_API_KEY_SECRET", read.text, "", "Its secret.", secret=True)
    twiml_app_sid: str = _setting(
        "TWILIO_TWIML_APP_SID", read.text, "", "A TwiML app, `AP…`, if such agents dial, too."
    )
    api_base: str = _setting(
        "TWILIO_API_BASE", read.web_address, "", "Another carrier's REST address.", shown="Twilio's"
    )
    public_url: str = _setting(
        "IVR_PUBLIC_URL", read.web_address, "", "Where the carrier reaches this server: `https://voice.example.com`."
    )
    stream_url: str = _setting(
        "IVR_STREAM_URL",
        read.socket_address,
        "",
        "Where it opens media sockets.",
        shown="`/media` below the public address",
    )
    phone_number: str = _setting("IVR_PHONE_NUMBER", read.e164, "", "Our number, `+` and digits: calls come from it.")
    database_url: str = _setting(
        "IVR_DATABASE_URL",
        read.database,
        "sqlite:///ringback.db",
        "`sqlite:///file` or `postgresql://user:password@host/name`.",
    )
    pay_connector: str = _setting(
        "IVR_PAY_CONNECTOR",
        read.text,
        "",
        "The carrier's connector to your payment provider (Twilio's `<Pay>`): cards are keyed on the telephone.",
        shown="nothing is taken by telephone",
    )
    payment_page: str = _setting(
        "IVR_PAYMENT_PAGE",
        read.web_address,
        "",
        "Your provider's page for cards, to which links by text lead.",
        shown="a person helps",
    )
    hearing: str = _setting(
        "IVR_HEARING",
        read.hearing,
        "stream",
        "`stream`: our own recogniser; `duplex`: and our own voice; `gather`: the carrier's recogniser; `record`: ours "
        "on recorded answers, where no WebSocket can be reached; `keypad`: keys alone.",
    )
    models: Path | None = _setting(
        "IVR_MODELS", read.folder, None, "Where `models install` keeps speech models.", shown="the user's data folder"
    )
    models_url: str = _setting(
        "IVR_MODELS_URL", read.web_address, "", "A mirror of Vosk's models.", shown="Vosk's own site"
    )
    vosk_compares: bool = _setting(
        "IVR_VOSK_COMPARES", read.switch, True, "`off`: Vosk models that nobody measured are believed; saves CPU."
    )
    locales: tuple[str, ...] = _setting(
        "IVR_LOCALES", read.locales, (), "Languages served, the first greets.", shown="all in grammars/"
    )
    content: Path | None = _setting(
        "IVR_CONTENT", read.content_folder, None, "A folder with your own grammars/ and audio/.", shown="ours"
    )
    company: str = _setting("IVR_COMPANY", read.text, "Ringback", "The name that callers hear.")
    hours: str = _setting(
        "IVR_HOURS", read.text, "always", "When agents work: `Mon-Fri 09:00-17:00, Sat 10:00-14:00` or `always`."
    )
    hours_zone: str = _setting("IVR_HOURS_ZONE", read.text, "UTC", "The time zone of IVR_HOURS: `Europe/Berlin`.")
    calling_hours: tuple[time, time] | None = _setting(
        "IVR_CALLING_HOURS",
        read.calling_hours,
        (time(9), time(19)),
        "When customers may be rung, on their own clocks; never outside 08:00-20:00, or 21:00 where "
        "`grammars/calling_hours.yaml` says so. `always`: only on this machine's own carrier.",
        shown="`09:00-19:00`",
    )
    countries: tuple[str, ...] = _setting(
        "IVR_COUNTRIES", read.countries, ("US", "CA", "KR"), "Countries that may be rung; our number's own always may."
    )
    line_types: tuple[str, ...] = _setting(
        "IVR_LINE_TYPES",
        read.line_types,
        ("fixed_line", "mobile", "fixed_line_or_mobile"),
        "Kinds of lines that may be rung.",
    )
    booking_lead_minutes: int = _setting(
        "IVR_BOOKING_LEAD", read.whole(0, 10_080), 0, "Minutes that a named time is ahead at the least."
    )
    booking_days: int = _setting(
        "IVR_BOOKING_DAYS", read.whole(1, 365), 30, "Days that a named time is ahead at the most."
    )
    slot_minutes: int = _setting(
        "IVR_SLOT_MINUTES", read.whole(5, 60), 15, "Length of a slot: agents on shift bound the named times in it."
    )
    dial_rate: float = _setting(
        "IVR_DIAL_RATE", read.dial_rate, 1.0, "Dials a second, all processes together; 0: no limit (own carrier only)."
    )
    daily_dials: int = _setting(
        "IVR_DAILY_DIALS", read.whole(1, 1_000_000), 1_000, "Dials in 24 hours, agents included: bounds the bill."
    )
    ring_seconds_agent: int = _setting(
        "IVR_RING_SECONDS_AGENT", read.whole(5, 120), 20, "How long an agent's phone rings."
    )
    ring_seconds_customer: int = _setting(
        "IVR_RING_SECONDS_CUSTOMER", read.whole(5, 120), 30, "How long a customer's phone rings."
    )
    ring_first: str = _setting(
        "IVR_RING_FIRST",
        read.one_of("agent", "customer"),
        "agent",
        "Whose telephone rings first: the `agent`'s, or the `customer`'s while a free agent is reserved.",
    )
    person_proof: str = _setting(
        "IVR_PERSON_PROOF",
        read.one_of("doubtful", "always"),
        "doubtful",
        "When whoever answers must press 1 or say yes before an agent is joined: `doubtful`, or `always`.",
    )
    place_minutes: int = _setting(
        "IVR_PLACE_MINUTES",
        read.whole(0, 120),
        10,
        "Minutes in which a caller on hold who was cut off can phone in again and has the old place; 0: not at all.",
    )
    short_wait_minutes: int = _setting(
        "IVR_SHORT_WAIT_MINUTES", read.whole(0, 30), 2, "A longer wait for an agent has a callback offered."
    )
    recording: bool = _setting(
        "IVR_RECORDING",
        read.switch,
        False,
        "`on`: conversations are recorded, after the customer was told or asked (`grammars/recording.yaml`).",
    )
    recording_days: int = _setting(
        "IVR_RECORDING_DAYS", read.whole(1, 3650), 30, "Days after which they are deleted, at the carrier, too."
    )
    recording_transcripts: bool = _setting(
        "IVR_RECORDING_TRANSCRIPTS", read.switch, False, "`on`: put into words, where a Vosk model hears the language."
    )
    settle_seconds: int = _setting(
        "IVR_SETTLE_SECONDS",
        read.whole(1, 3600),
        180,
        "How old an unanswered dial must be before the carrier's list of calls is believed.",
    )
    api_keys: tuple[str, ...] = _setting(
        "IVR_API_KEYS",
        read.api_keys,
        (),
        "Keys of the API, comma apart: plain (16 characters or more) or `sha256:` and the hash in hex.",
        shown="none: the API refuses",
        secret=True,
    )
    supervisor_password: str = _setting(
        "IVR_SUPERVISOR_PASSWORD",
        read.password,
        "",
        "Signs in as `supervisor` where no user has that name: `python -m ivr users add` makes users of their own.",
        shown="none",
        secret=True,
    )
    sign_in_idle: int = _setting(
        "IVR_SIGN_IN_IDLE", read.whole(5, 720), 60, "Minutes without use after which staff must sign in again."
    )
    photos: int = _setting(
        "IVR_PHOTOS", read.whole(0, 20), 5, "Photos that a customer may add to a case on its page; 0: none."
    )
    photo_days: int = _setting("IVR_PHOTO_DAYS", read.whole(1, 3650), 90, "Days after which a photo is deleted.")
    oidc_issuer: str = _setting(
        "IVR_OIDC_ISSUER",
        read.web_address,
        "",
        "Staff sign in by this OpenID Connect provider, too; the way back is `/sign-in/oidc/back`.",
        shown="none",
    )
    oidc_client_id: str = _setting("IVR_OIDC_CLIENT_ID", read.text, "", "How that provider knows us.")
    oidc_client_secret: str = _setting(
        "IVR_OIDC_CLIENT_SECRET", read.text, "", "And our secret there.", shown="none: a public client", secret=True
    )
    oidc_role_claim: str = _setting(
        "IVR_OIDC_ROLE_CLAIM",
        read.text,
        "",
        "The claim that says `agent`, `supervisor` or `admin` (`realm_access.roles`); unset, only users who were tied "
        "to it (`users identity`) get in.",
        shown="none",
    )
    audit_days: int = _setting("IVR_AUDIT_DAYS", read.whole(1, 36_500), 730, "Days that the audit log is kept.")
    widget_sites: tuple[str, ...] = _setting(
        "IVR_WIDGET_SITES",
        read.origins,
        (),
        "Sites that may show the widget, comma apart: `https://shop.example.com`.",
        shown="none: nobody may",
    )
    secret_key: str = _setting(
        "IVR_SECRET_KEY",
        read.password,
        "",
        "Signs pages' sessions, and links in messages.",
        shown="made from TWILIO_AUTH_TOKEN",
        secret=True,
    )
    trust_key: str = _setting(
        "IVR_TRUST_KEY",
        read.password,
        "",
        "Signs the sellers' trust record; keep it: old exports are checked with its public half.",
        shown="made from IVR_SECRET_KEY",
        secret=True,
    )
    texts: bool = _setting(
        "IVR_TEXTS", read.switch, False, "`on`: customers are told by text message; codes are texted in any case."
    )
    daily_texts: int = _setting(
        "IVR_DAILY_TEXTS", read.whole(1, 1_000_000), 1_000, "Such texts in 24 hours: bounds the bill."
    )
    chat: str = _setting(
        "IVR_CHAT",
        read.one_of("text,web", "text", "web", "off"),
        "text,web",
        "Where customers may write: `text` (to our number), `web` (a chat on our page), both, or `off`.",
    )
    chat_wait: int = _setting(
        "IVR_CHAT_WAIT", read.whole(1, 240), 10, "Minutes until who waits for a person in a chat is offered a callback."
    )
    chat_idle: int = _setting("IVR_CHAT_IDLE", read.whole(5, 2880), 120, "Minutes after which an idle chat is over.")
    chat_days: int = _setting("IVR_CHAT_DAYS", read.whole(1, 3650), 90, "Days until chats and e-mails are erased.")
    smtp_url: str = _setting(
        "IVR_SMTP_URL",
        mail.mail_server,
        "",
        "Mail server: `smtp://user:password@host:587` or `smtps://…`; who gives an address is told by e-mail.",
        shown="none: no e-mail",
        secret=True,
    )
    mail_from: str = _setting(
        "IVR_MAIL_FROM", mail.mailbox, "", "Who e-mails are from: `Acme <callbacks@example.com>`."
    )
    imap_url: str = _setting(
        "IVR_IMAP_URL", mail.mailbox_server, "", "Customers' e-mail: `imaps://user:password@host/INBOX`.", secret=True
    )
    care_address: str = _setting("IVR_CARE_ADDRESS", mail.mailbox, "", "Where they write.", shown="IVR_MAIL_FROM's")
    commerce_url: str = _setting(
        "IVR_COMMERCE_URL",
        read.web_address,
        "",
        "Your shop, as `docs/commerce.openapi.yaml` describes it: `https://shop.example.com/ringback`.",
        shown="the demonstration's shop",
    )
    commerce_token: str = _setting(
        "IVR_COMMERCE_TOKEN", read.password, "", "What it knows us by.", shown="none", secret=True
    )
    messages: tuple[str, ...] = _setting(
        "IVR_MESSAGES", read.messages, USUAL, f"What customers are told: some of {', '.join(GROUPS)}."
    )
    trusted_proxies: int = _setting(
        "IVR_TRUSTED_PROXIES",
        read.whole(0, 9),
        0,
        "Proxies of yours before this server: so many entries of X-Forwarded-For, from the right, are believed.",
    )
    threads: int = _setting("IVR_THREADS", read.whole(2, 256), 24, "Webhooks and pages served at once.")
    log: str = _setting("IVR_LOG", read.one_of("auto", "json", "console"), "auto", "`json`, `console`, or by terminal.")
    clock_file: Path | None = _setting(
        "IVR_CLOCK_FILE",
        read.folder,
        None,
        "Seconds to add to the clock, in a file: for the demonstration, with a carrier on this machine only.",
        shown="the true time",
    )
