"""Signed webhook turns a second of one process, on SQLite in a file; whole stories by keypad, one after the other.

    python benchmarks/webhooks.py [--stories 100] [--threads 4] [--profile]

Each story is a call: greeted, "delivered, not received", an order number, confirmed, a callback as soon as possible,
goodbye, hung up: seven signed requests to the WSGI app, without sockets. The peer in the same run is an empty Flask app
with the same signature check alone. The last line is one JSON object with all figures.
"""

import argparse
import cProfile
import io
import json
import logging
import os
import pstats
import re
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from flask import Flask, Response, request
from twilio.request_validator import RequestValidator

from ivr.bootstrap import build
from ivr.logs import configure
from ivr.phone.signature import SignatureCheck
from ivr.settings import Settings

ACCOUNT, TOKEN, URL = "AC" + "1" * 32, "a-token-of-the-benchmark", "https://voice.example.com"
ORDER = "1815908"
KEYS = ("2", ORDER, "1", "1", "7")
VALIDATOR = RequestValidator(TOKEN)
Wsgi = Callable[[dict[str, Any], Callable[..., Any]], Any]


def post(app: Wsgi, path: str, form: dict[str, str]) -> tuple[str, float]:
    """One signed request; the answer and its seconds, signing (the carrier's work) left out."""
    body = urlencode(form).encode()
    environ = {
        "REQUEST_METHOD": "POST",
        "PATH_INFO": path,
        "QUERY_STRING": "",
        "SERVER_NAME": "voice.example.com",
        "SERVER_PORT": "443",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "wsgi.url_scheme": "https",
        "wsgi.input": io.BytesIO(body),
        "wsgi.errors": sys.stderr,
        "CONTENT_TYPE": "application/x-www-form-urlencoded",
        "CONTENT_LENGTH": str(len(body)),
        "HTTP_X_TWILIO_SIGNATURE": VALIDATOR.compute_signature(URL + path, form),
    }
    told: list[str] = []
    began = time.perf_counter()
    answer = b"".join(app(environ, lambda status, headers, *rest: told.append(status)))
    seconds = time.perf_counter() - began
    if not told[0].startswith("20"):
        raise SystemExit(f"{path} was answered {told[0]}")
    return answer.decode(), seconds


def story(app: Wsgi, number: int) -> Iterator[float]:
    """One call; yields the seconds of each of its requests."""
    caller = f"+1202{5550000 + number % 10_000:07d}"
    form = {"AccountSid": ACCOUNT, "CallSid": f"CA{number:032x}", "From": caller, "To": "+12025550100"}
    document, seconds = post(app, "/voice", form | {"CallStatus": "ringing"})
    yield seconds
    for keys in KEYS:
        action = re.search(r"/voice/heard/\d+", document)
        if action is None:
            raise SystemExit(f"the story broke before {keys!r}: {document}")
        document, seconds = post(app, action.group(), form | {"CallStatus": "in-progress", "Digits": keys})
        yield seconds
    if "Hangup" not in document:
        raise SystemExit(f"the story did not end: {document}")
    yield post(app, "/voice/status", form | {"CallStatus": "completed"})[1]


def peer() -> Wsgi:
    """An empty Flask app behind the same signature check."""
    app = Flask("peer")
    check = SignatureCheck(tokens=[TOKEN], account_sid=ACCOUNT, public_url=URL)

    @app.post("/<path:rest>")
    def answer(rest: str) -> Response:
        signature = request.headers.get("X-Twilio-Signature")
        if not check.is_webhook(request.path, "", request.form, signature):
            return Response(status=403)
        return Response('<Response><Gather action="/voice/heard/1"/><Hangup/></Response>', content_type="text/xml")

    return app


def measure(app: Wsgi, stories: int, threads: int) -> dict[str, float]:
    """Turns a second of wall and of CPU time, and how long they took."""
    taken: list[float] = []
    lock = threading.Lock()

    def run(number: int) -> None:
        seconds = list(story(app, number))
        with lock:
            taken.extend(seconds)

    list(story(app, 0))  # compiles statements and fills caches
    began, cpu = time.perf_counter(), time.process_time()
    with ThreadPoolExecutor(threads) as pool:
        list(pool.map(run, range(1, stories + 1)))
    wall, cpu = time.perf_counter() - began, time.process_time() - cpu
    percentiles = statistics.quantiles(taken, n=100)
    return {
        "turns": len(taken),
        "turns_a_second": round(len(taken) / wall, 1),
        "turns_a_cpu_second": round(len(taken) / cpu, 1),
        "median_ms": round(percentiles[49] * 1000, 2),
        "p99_ms": round(percentiles[98] * 1000, 2),
    }


def ours(folder: Path) -> Wsgi:
    """The app on a fresh SQLite file."""
    settings = Settings.from_env(
        {
            "TWILIO_ACCOUNT_SID": ACCOUNT,
            "TWILIO_AUTH_TOKEN": TOKEN,
            "IVR_PUBLIC_URL": URL,
            "IVR_PHONE_NUMBER": "+12025550100",
            "IVR_HEARING": "keypad",
            "IVR_DATABASE_URL": f"sqlite:///{folder}/benchmark.db",
            "IVR_API_KEYS": "a-key-of-the-benchmark",
        }
    )
    return build(settings).wsgi()


def main() -> None:
    """Measure us and the peer, print both, the ratio, and the load of the machine that they must be read with."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--stories", type=int, default=100)
    parser.add_argument("--threads", type=int, default=4)
    parser.add_argument("--profile", action="store_true", help="print where one thread's time goes")
    options = parser.parse_args()
    configure("json", level=logging.ERROR)
    with tempfile.TemporaryDirectory() as folder:
        app = ours(Path(folder))
        if options.profile:
            with cProfile.Profile() as profile:
                for number in range(1, options.stories + 1):
                    list(story(app, number))
            pstats.Stats(profile).sort_stats("cumulative").print_stats(60)
            return
        figures = {"ours": measure(app, options.stories, options.threads)}
        figures["peer"] = measure_peer(options.stories, options.threads)
    for name, one in figures.items():
        print(f"{name}: {one}")
    ratio = figures["ours"]["turns_a_cpu_second"] / figures["peer"]["turns_a_cpu_second"]
    print(f"ratio to an empty signed Flask app, by CPU: {ratio:.3f}")
    print(json.dumps({**figures, "ratio": round(ratio, 3), "load": os.getloadavg()[0], "cores": os.cpu_count()}))


def measure_peer(stories: int, threads: int) -> dict[str, float]:
    """The same requests to the empty app."""
    return measure(peer(), stories, threads)


if __name__ == "__main__":
    main()
