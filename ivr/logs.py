"""Structured logs on standard error: one line an event, times in UTC, every telephone number masked."""

import logging
import re
import sys
from collections.abc import Mapping
from typing import Any

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

_E164 = re.compile(r"(?:\+|%2B)[1-9]\d{6,14}(?!\d)", re.IGNORECASE)
_NUMBER_KEYS = frozenset({"number", "from_number", "to_number", "from", "to", "caller", "called", "phone"})
_DIGITS = re.compile(r"\+?[\d\s().-]{5,22}")
_QUIET = ("werkzeug", "apscheduler", "urllib3", "twilio", "alembic", "websockets", "uvicorn.error")


def configure(style: str = "auto", *, level: int = logging.INFO) -> None:
    """Set structlog and the standard library's logging up; `style`: json, console, or auto (console on a terminal)."""
    json = style == "json" or (style == "auto" and not sys.stderr.isatty())
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.StackInfoRenderer(),
    ]
    # A traceback becomes text before the masking: a renderer that prints it on its own would show numbers.
    last: list[Processor] = [structlog.processors.format_exc_info, mask_numbers, _renderer(json)]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.make_filtering_bound_logger(level),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[structlog.stdlib.ExtraAdder(), *shared],
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *last],
        )
    )
    _replace_handlers(handler, level)


def mask_numbers(logger: WrappedLogger, method: str, event: EventDict) -> EventDict:
    """A processor: whatever looks like a telephone number keeps its last two digits only, wherever it stands."""
    return {key: _masked(key, value) for key, value in event.items()}


def mask(text: str) -> str:
    """A text without telephone numbers."""
    return _E164.sub(lambda found: f"…{found.group()[-2:]}", text)


def _masked(key: str, value: Any) -> Any:
    match value:
        case str():
            if key in _NUMBER_KEYS and _DIGITS.fullmatch(value):
                return f"…{value[-2:]}"
            return mask(value)
        case Mapping():
            return {name: _masked(str(name), item) for name, item in value.items()}
        case list() | tuple() | set() | frozenset():
            return [_masked(key, item) for item in value]
        case None | bool() | int() | float():
            return value
    return mask(str(value))


def _renderer(json: bool) -> Processor:
    if json:
        return structlog.processors.JSONRenderer(ensure_ascii=False, sort_keys=False)
    return structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty(), pad_event_to=28, sort_keys=False)


def _replace_handlers(handler: logging.Handler, level: int) -> None:
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    for name in _QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)
    for name in ("uvicorn", "uvicorn.error", "uvicorn.access"):
        # The web layer logs each request itself, with the route instead of the address.
        logging.getLogger(name).handlers[:] = []
        logging.getLogger(name).propagate = name != "uvicorn.access"
