"""How the text of one setting becomes a value; every refusal is a ValueError that says what works."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import Field
from datetime import time
from difflib import get_close_matches
from ipaddress import ip_address
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from ivr.domain.hours import EARLIEST, LATEST, LATEST_EVENING
from ivr.domain.messages import GROUPS
from ivr.errors import SettingsError

Parser = Callable[[str], Any]

LINE_TYPES = ("fixed_line", "mobile", "fixed_line_or_mobile", "voip")
"""Premium, shared-cost, personal and toll-free lines are never rung, so they can't be named."""
_MODEL_SUFFIX: Final = re.compile(r"([A-Z]{2,3})(?:_([A-Z]{2}))?")


def text(value: str) -> str:
    """As it is."""
    return value


def password(value: str) -> str:
    """At least twelve characters."""
    if len(value) < 12:
        raise ValueError("use 12 characters or more")
    return value


def web_address(value: str) -> str:
    """An http(s) address without a slash at its end."""
    return _address(value, ("https", "http"), "https://voice.example.com")


def origins(value: str) -> tuple[str, ...]:
    """Sites by scheme, host and port alone."""
    return _list(value, r"https?://[A-Za-z0-9.-]+(:\d{1,5})?", "sites such as https://shop.example.com, comma apart")


def socket_address(value: str) -> str:
    """A WebSocket or http(s) address without a slash at its end."""
    return _address(value, ("wss", "ws", "https", "http"), "wss://media.example.com")


def database(value: str) -> str:
    """A SQLAlchemy address of SQLite or PostgreSQL."""
    if not re.match(r"(sqlite|postgresql)(\+\w+)?://", value):
        raise ValueError("use sqlite:///ringback.db or postgresql://user:password@host/name")
    return value


def e164(value: str) -> str:
    """A telephone number with country code."""
    number = re.sub(r"[\s().-]", "", value)
    if not re.fullmatch(r"\+[1-9]\d{6,14}", number):
        raise ValueError("write the number with + and country code, such as +15005550006")
    return number


def hearing(value: str) -> str:
    """How speech is heard."""
    return str(one_of("stream", "duplex", "gather", "record", "keypad")(value))


def folder(value: str) -> Path:
    """A path; need not exist."""
    return Path(value).expanduser()


def content_folder(value: str) -> Path:
    """A folder that holds grammars/ or audio/."""
    path = folder(value).resolve()
    if not path.is_dir():
        raise ValueError("there is no such folder")
    if not any((path / name).is_dir() for name in ("grammars", "audio")):
        raise ValueError("it holds neither grammars/ nor audio/; name the folder around them")
    return path


def locales(value: str) -> tuple[str, ...]:
    """Languages, most with a country, comma apart."""
    return _list(value, r"[a-z]{2,3}(-[A-Z]{2})?", "languages as their folders are called, such as en-US,ko-KR")


def countries(value: str) -> tuple[str, ...]:
    """ISO 3166 codes, comma apart."""
    return _list(value.upper(), r"[A-Z]{2}", "two-letter country codes, such as US,CA,DE")


def line_types(value: str) -> tuple[str, ...]:
    """Kinds of lines, comma apart."""
    return _list(value.lower(), "|".join(LINE_TYPES), f"some of {', '.join(LINE_TYPES)}")


def api_keys(value: str) -> tuple[str, ...]:
    """Plain keys, or `sha256:` and 64 hex digits."""
    keys = _list(value, r"\S+", "keys, comma apart")
    for key in keys:
        hashed = re.fullmatch(r"sha256:[0-9a-f]{64}", key)
        if not hashed and (key.startswith("sha256:") or len(key) < 16):
            raise ValueError("a key has 16 characters or more, or is sha256: and 64 hex digits")
    return keys


def calling_hours(value: str) -> tuple[time, time] | None:
    """From and to on the customer's clock, kept inside what is decent; None: always."""
    if value.lower() == "always":
        return None
    example = "write 09:00-19:00, a span between 08:00 and 20:00 (21:00 where grammars/calling_hours.yaml says so)"
    found = re.fullmatch(r"(\d{1,2}):(\d\d)\s*-\s*(\d{1,2}):(\d\d)", value)
    if found is None:
        raise ValueError(example)
    first, last = _clock(found[1], found[2], example), _clock(found[3], found[4], example)
    opens, closes = max(first, EARLIEST), min(last, LATEST_EVENING)
    if opens >= min(closes, LATEST):
        raise ValueError(example)
    return opens, closes


def dial_rate(value: str) -> float:
    """Dials a second."""
    try:
        rate = float(value)
    except ValueError:
        rate = -1.0
    if not 0 <= rate <= 1_000:
        raise ValueError("give dials a second, such as 1 or 0.5")
    return rate


def whole(low: int, high: int) -> Parser:
    """A whole number between two, both included."""

    def parse(value: str) -> int:
        if not re.fullmatch(r"\d{1,9}", value) or not low <= int(value) <= high:
            raise ValueError(f"give a whole number from {low} to {high}")
        return int(value)

    return parse


def switch(value: str) -> bool:
    """On or off."""
    return bool(one_of("on", "off")(value) == "on")


def messages(value: str) -> tuple[str, ...]:
    """What customers are told, comma apart."""
    return _list(value.lower(), "|".join(GROUPS), f"some of {', '.join(GROUPS)}")


def one_of(*words: str) -> Parser:
    """One of these words, in any case."""

    def parse(value: str) -> str:
        if value.lower() not in words:
            raise ValueError(f"use one of {', '.join(words)}")
        return value.lower()

    return parse


def is_loopback(host: str) -> bool:
    """Whether a host name or address is this machine itself."""
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


def without_password(url: str) -> str:
    """A database address as it may be shown."""
    return re.sub(r"(://[^:/@]*):[^@]*@", r"\1:••••@", url)


def as_text(value: object) -> str:
    """A value as it would be written in the environment."""
    match value:
        case None:
            return ""
        case (time() as first, time() as last):
            return f"{first:%H:%M}-{last:%H:%M}"
        case tuple():
            return ",".join(map(str, value))
        case bool():
            return "on" if value else "off"
        case float():
            return f"{value:g}"
    return str(value)


def _address(value: str, schemes: Iterable[str], example: str) -> str:
    parts = urlsplit(value)
    if parts.scheme not in schemes or not parts.hostname:
        raise ValueError(f"give an address such as {example}")
    if parts.query or parts.fragment or "@" in parts.netloc:
        raise ValueError("leave user, query and fragment out: the carrier does not sign them")
    return value.rstrip("/")


def _list(value: str, pattern: str, example: str) -> tuple[str, ...]:
    parts = tuple(dict.fromkeys(part.strip() for part in value.split(",") if part.strip()))
    if not parts or not all(re.fullmatch(pattern, part) for part in parts):
        raise ValueError(f"give {example}")
    return parts


def _clock(hour: str, minute: str, example: str) -> time:
    try:
        return time(int(hour), int(minute))
    except ValueError:
        raise ValueError(example) from None


def unknown_names(given: Mapping[str, str], known: Mapping[str, object], prefix: str) -> Iterator[str]:
    """What to say about IVR_ names that are neither known nor begin with the prefix."""
    for name in sorted(given):
        if name.startswith("IVR_") and name not in known and not name.startswith(prefix):
            near = get_close_matches(name.removeprefix("IVR_"), [other.removeprefix("IVR_") for other in known], 1)
            hint = f"did you mean IVR_{near[0]}?" if near else "README.md lists all settings"
            yield f"there is no setting {name}; {hint}"


def models(given: Mapping[str, str], prefix: str) -> tuple[dict[str, Path], dict[str, str]]:
    """Folders and addresses of speech models by locale. Raises SettingsError for a name that ends in no language."""
    folders: dict[str, Path] = {}
    servers: dict[str, str] = {}
    for name, value in given.items():
        if name.startswith(prefix):
            match = _MODEL_SUFFIX.fullmatch(name.removeprefix(prefix))
            if match is None:
                raise SettingsError(f"{name}: end it in a language, most with a country, such as {prefix}EN_US")
            locale = "-".join(filter(None, (match[1].lower(), match[2])))
            if "://" in value:
                servers[locale] = _socket_address(name, value)
            else:
                folders[locale] = Path(value).expanduser()
    return folders, servers


def _socket_address(name: str, value: str) -> str:
    parts = urlsplit(value)
    if parts.scheme not in ("ws", "wss") or not parts.hostname or parts.username:
        raise SettingsError(f"{name}: give a folder, or a vosk-server's address such as ws://asr.example.com:2700")
    return value


def all_values(given: Mapping[str, str], known: Mapping[str, Field[Any]], prefix: str) -> dict[str, Any]:
    """Values by field name. Raises one SettingsError that tells all that is wrong, a line each."""
    values, wrong = {}, [*unknown_names(given, known, prefix)]
    for name, about in known.items():
        try:
            if name in given:
                values[about.name] = _parsed(about, given[name])
        except SettingsError as error:
            wrong.append(str(error))
    if wrong:
        raise SettingsError("\n".join(wrong))
    return values


def _parsed(about: Field[Any], value: str) -> Any:
    try:
        return about.metadata["parse"](value)
    except ValueError as error:
        said = "its value" if about.metadata["secret"] else repr(value)
        raise SettingsError(f"{about.metadata['env']}: {said} does not work; {error}") from None
