"""`serve`: the public server and a dispatcher, each a process of its own behind one port."""

import argparse
import socket
from typing import Final

from ivr.cli.context import read_settings
from ivr.cli.supervisor import Part, Supervisor, ivr_command
from ivr.errors import SettingsError

BACKLOG: Final = 512
NEEDED: Final = ("TWILIO_ACCOUNT_SID", "TWILIO_AUTH_TOKEN", "IVR_PUBLIC_URL", "IVR_PHONE_NUMBER")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Where to listen, and whether to leave the dispatcher to another machine."""
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (default: %(default)s)")
    parser.add_argument("--port", type=int, default=8000, help="port to listen on; 0: any free one (default: 8000)")
    parser.add_argument("--web-only", action="store_true", help="no dispatcher: it runs elsewhere (`dispatch`)")
    parser.add_argument("--fd", type=int, help=argparse.SUPPRESS)
    parser.add_argument("--with-parent", action="store_true", help=argparse.SUPPRESS)


def run(arguments: argparse.Namespace) -> int:
    """Serve until SIGTERM or Ctrl-C."""
    settings = read_settings()
    settings.require(*NEEDED)
    if arguments.fd is not None or arguments.web_only:
        # Imported here: the supervising process stays small and starts both parts at once.
        from ivr.cli.web import serve_web

        held = _inherited(arguments.fd) if arguments.fd is not None else _bound(arguments.host, arguments.port)
        return serve_web(settings, held, with_parent=arguments.with_parent)
    listening = _bound(arguments.host, arguments.port)
    number = listening.fileno()
    web = Part("web", ivr_command("serve", "--fd", str(number)), files=[number])
    # The server starts first and ends last: what the dispatcher has just placed still finds it.
    return Supervisor([Part("dispatcher", ivr_command("dispatch")), web]).run()


def _bound(host: str, port: int) -> socket.socket:
    """Listening before the server is up: callers of the first seconds, or of a restart, wait instead of failing."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        listening = socket.socket(family, kind, protocol)
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind(address)
        listening.listen(BACKLOG)
    except OSError as error:
        raise SettingsError(f"cannot listen on {host}:{port} ({error.strerror}); choose another --port") from error
    return listening


def _inherited(number: int) -> socket.socket:
    return socket.socket(fileno=number)
