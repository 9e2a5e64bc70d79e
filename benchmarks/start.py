"""Start to the first answered call: the process is spawned, the call dialled as soon as the app says that it is ready.

    python benchmarks/start.py [--starts 5]

Three ways: English only (no Vosk model), English and Korean (whose model loads while calls are answered by keypad), and
until Korean is heard. The peer is the same app with its models loaded before it takes calls, as samples and servers
around Vosk do. `moving_…` leaves out what standstill.py found. The last line is one JSON object: medians in seconds.
"""

import argparse
import json
import statistics
import sys
import tempfile
import time
from pathlib import Path

from standstill import Standstills

from ivr.cli.demo.stage import OUR_NUMBER, Stage

PEER = """
import sys
from ivr.cli import serve, web
startup = web.AnnouncingServer.startup
async def load_first(server, sockets=None):
    web._load_models(server._ivr)
    await startup(server, sockets)
web.AnnouncingServer.startup = load_first
serve.ivr_command = lambda *arguments: [sys.executable, __file__, *arguments]
from ivr.__main__ import main
sys.exit(main(sys.argv[1:]))
"""
ANSWER_SECONDS = 30.0


def served_after(stage: Stage) -> float:
    """Seconds until the first document of a call that is dialled now."""
    began = time.monotonic()
    handset = stage.carrier.handset("+12025550180")
    handset.dial(OUR_NUMBER)
    handset.connected(ANSWER_SECONDS)
    if handset.call is None or not handset.call.documents or handset.call.documents[0].served_at is None:
        raise SystemExit("the first call was not answered; the app's last words:\n" + stage.last_words())
    served_at = handset.call.documents[0].served_at
    handset.hang_up()
    return served_at - began


def start_once(locales: str, machine: Standstills, program: tuple[str, ...]) -> dict[str, float]:
    """One start: seconds to the first answered call, and until its last language is heard."""
    environment = {"IVR_LOCALES": locales}
    with (
        tempfile.TemporaryDirectory() as folder,
        Stage(Path(folder), environment=environment, program=program) as stage,
    ):
        began = time.monotonic() - stage.started_in_seconds
        answered = stage.started_in_seconds + served_after(stage)
        stood = machine.seconds(began, began + answered)
        stage.until_heard(locales.split(",")[-1])
        heard = time.monotonic() - began
        return {"answered": answered, "moving_answered": answered - stood, "heard": heard}


def medians(starts: list[dict[str, float]]) -> dict[str, float]:
    """The middle of each figure."""
    return {name: round(statistics.median(start[name] for start in starts), 2) for name in starts[0]}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--starts", type=int, default=5, help="of each kind; the first, which compiles, is left out")
    wanted = parser.parse_args().starts
    told: dict[str, object] = {"starts": wanted}
    with Standstills() as machine, tempfile.TemporaryDirectory() as folder:
        peer = Path(folder) / "peer.py"
        peer.write_text(PEER)
        start_once("en-US", machine, ("-m", "ivr"))
        kinds = {
            "en": ("en-US", ("-m", "ivr")),
            "en_ko": ("en-US,ko-KR", ("-m", "ivr")),
            "peer_en_ko": ("en-US,ko-KR", (str(peer),)),
        }
        figures = {}
        for name, (locales, program) in kinds.items():
            figures[name] = medians([start_once(locales, machine, program) for _ in range(wanted)])
            print(name, figures[name], flush=True)
        told |= figures
        told["peer_over_ours"] = round(figures["peer_en_ko"]["answered"] / figures["en_ko"]["answered"], 2)
        told["standstill_share"] = round(machine.share(), 3)
    print(json.dumps(told))
    return 0


if __name__ == "__main__":
    sys.exit(main())
