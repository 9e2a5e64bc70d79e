"""What `doctor` and a page look at: each check finds one thing in order, wants a hand, or has something to say."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Final
from urllib.parse import urlsplit

import httpx
from sqlalchemy.exc import SQLAlchemyError

from ivr.content import read_all
from ivr.content.guide_files import guide_gaps
from ivr.domain.cases import SKILLS
from ivr.domain.hearing import Ability
from ivr.edges import Edges
from ivr.errors import CarrierRejected, ContentError, EngineUnavailable, IvrError, ModelError, NotFound
from ivr.findings import Finding as Finding
from ivr.findings import Verdict as Verdict
from ivr.parts import carrier_account, own_voice
from ivr.phone.numbers import TwilioNumbers
from ivr.service.guards import DISPATCH
from ivr.service.line import on_shift
from ivr.settings import Settings
from ivr.settings_values import is_loopback

BEAT_SECONDS: Final = 10.0
"""A dispatcher that has not beaten for so long is taken for dead."""
REACH_SECONDS: Final = 5.0
OVERDUE: Final = timedelta(minutes=15)
"""A message that waits for so long was tried, and failed."""
UNAUTHORIZED: Final = 20003
WRONG_PAIR: Final = "TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN do not belong together; copy both again"
STAND_IN: Final = "pocketsphinx"


Check = Callable[[Edges], Iterator[Finding]]


def credentials(ivr: Edges) -> Iterator[Finding]:
    """Whether everything that serve needs is set."""
    try:
        ivr.settings.require("TWILIO_ACCOUNT_SID", "TWILIO_AUTH_TOKEN", "IVR_PUBLIC_URL", "IVR_PHONE_NUMBER")
    except IvrError as error:
        yield Finding("carrier", Verdict.BAD, str(error), "copy the first two from the Twilio console")
        return
    where = ivr.settings.api_base or "Twilio"
    kind = " (on this machine: no real telephone rings)" if ivr.settings.has_own_carrier else ""
    yield Finding("carrier", Verdict.GOOD, f"{where}{kind}")


def number(ivr: Edges) -> Iterator[Finding]:
    """Whether the account's number calls us."""
    try:
        present = TwilioNumbers(carrier_account(ivr.settings), texts=ivr.settings.texts).present()
    except NotFound as error:
        yield Finding("number", Verdict.BAD, str(error))
    except CarrierRejected as error:
        yield _rejected(error)
    except IvrError as error:
        yield _unclear(error)
    else:
        yield _pointing(present.get("voice_url", ""), ivr.settings.public_url)
        if ivr.settings.texts and present.get("sms_url", "") != f"{ivr.settings.public_url}/text":
            text = "its text messages do not come here: STOP would not be heard"
            yield Finding("texts", Verdict.BAD, text, "python -m ivr connect")


def _unclear(error: IvrError) -> Finding:
    # The client wraps a refused list of numbers without its code; the status is in the cause.
    if "401" in str(error.__cause__):
        return Finding("number", Verdict.BAD, "the carrier refuses our credentials", WRONG_PAIR)
    return Finding("number", Verdict.BAD, str(error), "check the network, TWILIO_API_BASE and the credentials")


def _rejected(error: CarrierRejected) -> Finding:
    if error.carrier_code == UNAUTHORIZED:
        return Finding("number", Verdict.BAD, str(error), WRONG_PAIR)
    return Finding("number", Verdict.NOTE, str(error), "this carrier does not tell what a number points at")


def _pointing(voice_url: str, public_url: str) -> Finding:
    if voice_url == f"{public_url}/voice":
        return Finding("number", Verdict.GOOD, f"calls {voice_url}")
    points = f"calls {voice_url or 'nothing'}, not this server"
    return Finding("number", Verdict.BAD, points, "python -m ivr connect")


def public_address(ivr: Edges) -> Iterator[Finding]:
    """Whether the carrier can reach us."""
    url = ivr.settings.public_url
    if not url:
        return
    if _refused_stream(ivr.settings):
        remedy = "use an https address, or IVR_HEARING=record or gather"
        yield Finding("public address", Verdict.BAD, f"{url}: Twilio opens media sockets to wss:// only", remedy)
    try:
        # A server on this machine is never behind the environment's proxy.
        is_here = is_loopback(urlsplit(url).hostname or "")
        answer = httpx.get(f"{url}/healthz", timeout=REACH_SECONDS, trust_env=not is_here)
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        remedy = "start `python -m ivr serve`, and a tunnel or proxy that leads to it"
        yield Finding("public address", Verdict.BAD, f"{url} does not answer ({type(error).__name__})", remedy)
        return
    if "application/json" not in answer.headers.get("content-type", ""):
        remedy = "IVR_PUBLIC_URL must lead to `python -m ivr serve`"
        yield Finding("public address", Verdict.BAD, f"{url} is answered by something else", remedy)
        return
    yield Finding("public address", Verdict.GOOD, f"{url} reaches this server")


def _refused_stream(settings: Settings) -> bool:
    plain = (settings.stream_url or settings.public_url).startswith(("http://", "ws://"))
    return settings.hearing in ("stream", "duplex") and plain and not settings.has_own_carrier


def database(ivr: Edges) -> Iterator[Finding]:
    """Whether it opens; who dispatches; who answers."""
    try:
        with ivr.store.read() as uow:
            beat_at, agents = uow.guards.last_beat_at(DISPATCH), list(uow.agents.all())
    except (SQLAlchemyError, IvrError, OSError) as error:
        text = f"does not open: {str(error).splitlines()[0]}"
        yield Finding("database", Verdict.BAD, text, "correct IVR_DATABASE_URL, or start the database")
        return
    yield Finding("database", Verdict.GOOD, ivr.settings.describe()["IVR_DATABASE_URL"])
    age = (ivr.clock.now() - beat_at).total_seconds() if beat_at else None
    if age is not None and age <= BEAT_SECONDS:
        yield Finding("dispatcher", Verdict.GOOD, f"last seen {age:.0f} s ago")
    else:
        yield Finding("dispatcher", Verdict.NOTE, "none is running", "python -m ivr serve")
    working = [agent for agent in agents if on_shift(agent, ivr.clock.now())]
    remedy = "" if working else "python -m ivr agents add NAME NUMBER, or agents shifts NAME"
    text = f"{len(working)} of {len(agents)} on shift"
    yield Finding("agents", Verdict.GOOD if working else Verdict.NOTE, text, remedy)


def content(ivr: Edges) -> Iterator[Finding]:
    """Whether grammars/ can be read, every line of it."""
    try:
        locales = ", ".join(ivr.content.locales)
        read_all(ivr.content)
        _ = ivr.speaker, ivr.understanding, ivr.catalogue, ivr.policies
    except (ContentError, IvrError) as error:
        yield Finding("grammars", Verdict.BAD, str(error), "correct that line")
        return
    yield Finding("grammars", Verdict.GOOD, f"{locales} from {ivr.settings.grammars_dir}")
    for name, locale in ivr.content.locales.items():
        for gap in guide_gaps(ivr.content.guides, name, locale.prompts) if locale.ability is Ability.FULL else ():
            yield Finding("troubleshooting", Verdict.NOTE, gap, "add what is said at each step, or fewer steps")


def reach(ivr: Edges) -> Iterator[Finding]:
    """Cases that none of the agents may take: their callbacks would wait for nobody."""
    try:
        locales = tuple(ivr.content.locales)
        with ivr.store.read() as uow:
            agents = list(uow.agents.all())
    except (SQLAlchemyError, IvrError, OSError):
        return  # told by the checks of the database and the grammars
    for locale in locales if agents else ():
        lacking = [
            skill for skill in sorted(set(SKILLS.values())) if not any(a.can_take(skill, locale) for a in agents)
        ]
        if lacking:
            text = f"no agent takes {', '.join(lacking)} in {locale}; such callbacks would wait for nobody"
            remedy = f"python -m ivr agents add NAME NUMBER --skill general --locale {locale} (general takes all)"
            yield Finding(f"agents {locale}", Verdict.NOTE, text, remedy)


def hearing(ivr: Edges) -> Iterator[Finding]:
    """Which engine hears which language; loads each model to see whether it works."""
    yield from _hearing(ivr, _tried)


def hearing_now(ivr: Edges) -> Iterator[Finding]:
    """Which engine of this process hears which language at this moment; nothing is loaded for it."""
    yield from _hearing(ivr, lambda ivr, locale: "")


def _hearing(ivr: Edges, try_out: Callable[[Edges, str], str]) -> Iterator[Finding]:
    mode = ivr.settings.hearing
    if mode == "record":
        yield Finding("hearing", Verdict.GOOD, "answers are recorded by the carrier, heard here, then deleted there")
    elif mode not in ("stream", "duplex"):
        said = {"gather": "the carrier's own recogniser", "keypad": "keys alone"}[mode]
        yield Finding("hearing", Verdict.GOOD, f"{said} (IVR_HEARING={mode})")
        return
    try:
        locales = tuple(ivr.content.locales)
    except IvrError:
        return  # told by the check of the grammars
    for locale in locales:
        yield _engine(ivr, locale, try_out(ivr, locale))
    if mode == "duplex":
        yield _voice(ivr, locales)


def _tried(ivr: Edges, locale: str) -> str:
    try:
        if locale in ivr.ears.servers.locales:
            ivr.ears.servers.try_out(locale)
        elif locale in ivr.ears.vosk.locales:
            ivr.ears.vosk.load(locale)
    except (EngineUnavailable, ModelError) as error:
        return str(error)
    return ""


def _engine(ivr: Edges, locale: str, problem: str) -> Finding:
    engine, about = ivr.recognizers.engine_for(locale), f"hearing {locale}"
    install = f"python -m ivr models install {locale.lower()}"
    if engine is None:
        return Finding(about, Verdict.BAD if problem else Verdict.NOTE, problem or "by keypad only: no engine", install)
    if problem:
        return Finding(about, Verdict.BAD, f"by {engine}, because {problem}", install)
    if engine == STAND_IN:
        return Finding(about, Verdict.NOTE, f"by {engine}, the stand-in: Vosk hears better", install)
    told = ivr.ears.vosk.told_of(locale) if engine == ivr.ears.vosk.engine else ""
    return Finding(about, Verdict.GOOD, f"by {engine}" + (f"; its model {told}" if told else ""))


def _voice(ivr: Edges, locales: tuple[str, ...]) -> Finding:
    voice = own_voice(ivr.settings, ivr.content)
    silent = [locale for locale in locales if voice is None or not voice.speaks(locale)]
    if silent:
        remedy = "pip install 'ringback[duplex]', or IVR_HEARING=stream"
        return Finding("voice", Verdict.BAD, f"nothing here speaks {', '.join(silent)}", remedy)
    return Finding("voice", Verdict.GOOD, "our own, by espeak-ng")


def hours(ivr: Edges) -> Iterator[Finding]:
    """When agents work and customers may be rung."""
    shown = ivr.settings.describe()
    calling = shown.get("IVR_CALLING_HOURS") or "at any hour (own carrier)"
    text = f"agents {ivr.settings.hours} ({ivr.settings.hours_zone}); customers rung {calling} on their own clocks"
    yield Finding("hours", Verdict.GOOD, text)


def doors(ivr: Edges) -> Iterator[Finding]:
    """Which doors are closed because no secret is set."""
    if not ivr.settings.api_keys:
        yield Finding("API", Verdict.NOTE, "refuses everybody", "set IVR_API_KEYS")
    if not ivr.settings.supervisor_password:
        yield Finding("staff", Verdict.NOTE, "only users sign in", "python -m ivr users add NAME --role admin")


def telling(ivr: Edges) -> Iterator[Finding]:
    """Over which channels customers are told of their callbacks, and what waits to be sent."""
    settings = ivr.settings
    ways = [word for word, is_on in (("text", settings.texts), ("e-mail", bool(settings.smtp_url))) if is_on]
    if not ways:
        remedy = "IVR_TEXTS=on, or IVR_SMTP_URL and IVR_MAIL_FROM"
        yield Finding("messages", Verdict.NOTE, "customers are told nothing but in calls and on pages", remedy)
        return
    yield Finding("messages", Verdict.GOOD, f"{', '.join(settings.messages)} by {' and '.join(ways)}")
    try:
        with ivr.store.read() as uow:
            late = uow.messages.count_waiting(ivr.clock.now() - OVERDUE)
    except (SQLAlchemyError, IvrError, OSError):
        return  # told by the check of the database
    if late:
        remedy = "look for message_postponed in the log of the dispatcher"
        yield Finding("outbox", Verdict.NOTE, f"{late} messages are overdue", remedy)


def at_home(ivr: Edges) -> Iterator[Finding]:
    """What a page may ask at any time: nobody outside is asked, and no model is loaded for it."""
    for check in (credentials, database, reach, hearing_now, hours, telling, doors):
        yield from check(ivr)
