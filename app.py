"""The app for any WSGI server, from the environment: `gunicorn app:app`. `python -m ivr serve` adds media sockets."""

import os

from ivr.bootstrap import build
from ivr.settings import Settings

app = build(Settings.from_env(os.environ)).wsgi()
