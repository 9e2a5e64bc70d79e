"""`dispatch`: rings agents and customers when their callbacks fall due. Any number may run on one database."""

import argparse
import signal
import threading
from types import FrameType

from ivr.cli.context import read_settings
from ivr.cli.serve import NEEDED
from ivr.cli.supervisor import watch_parent


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Nothing to choose: everything is in the settings."""
    parser.add_argument("--with-parent", action="store_true", help=argparse.SUPPRESS)


def run(arguments: argparse.Namespace) -> int:
    """Dispatch until SIGTERM or Ctrl-C: then claim nothing more, finish what is begun, end."""
    stop = threading.Event()

    def asked_to_stop(number: int, frame: FrameType | None) -> None:
        stop.set()

    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, asked_to_stop)
    settings = read_settings()
    settings.require(*NEEDED)
    if arguments.with_parent:
        watch_parent()
    from ivr.bootstrap import build

    with build(settings) as ivr:
        ivr.scheduler.start()
        stop.wait()
        ivr.scheduler.stop()
    return 0
