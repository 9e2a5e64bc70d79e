"""Logs: structured, and no telephone number readable."""

import json
import logging

import pytest
import structlog

from ivr import logs
from tests.conftest import LOGS


@pytest.fixture(autouse=True)
def _restored_logging():
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:], root.level = handlers, level
    structlog.reset_defaults()
    structlog.configure(**LOGS)


def test_numbers_are_masked_wherever_they_stand(capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure("json")
    structlog.get_logger("t").info(
        "dialed +15005550006",
        number="010-1234-5678",
        to="+15005550006",
        data={"from": "+821012345678", "n": ["+4915112345678"]},
    )
    line = json.loads(capsys.readouterr().err)
    assert line["event"] == "dialed …06"
    assert line["number"] == "…78"
    assert line["to"] == "…06"
    assert line["data"] == {"from": "…78", "n": ["…78"]}


def test_numbers_in_addresses_and_tracebacks_are_masked(capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure("json")
    try:
        raise ValueError("cannot ring +15005550006")
    except ValueError:
        structlog.get_logger("t").exception("failed", url="/x?To=%2B15005550006")
    assert "5005550006" not in capsys.readouterr().err


@pytest.mark.parametrize("style", ["json", "console"])
def test_the_standard_librarys_logs_are_masked_too(style: str, capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure(style)
    logging.getLogger("some.library").warning("calling %s", "+15005550006")
    shown = capsys.readouterr().err
    assert "calling …06" in shown


def test_what_is_no_telephone_number_stays(capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure("json")
    sid = "CA" + "12345678" * 4
    structlog.get_logger("t").info("turn", call=sid, order="11473928401938475", to="anonymous", seconds=0.25)
    line = json.loads(capsys.readouterr().err)
    assert (line["call"], line["order"], line["to"], line["seconds"]) == (sid, "11473928401938475", "anonymous", 0.25)
