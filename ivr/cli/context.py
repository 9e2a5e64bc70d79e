"""What every command starts with: the settings from the environment, and logs that fit."""

import logging
import os

from ivr import logs
from ivr.settings import Settings


def read_settings(*, quiet: bool = False) -> Settings:
    """Read the environment and set logs up; quiet: warnings only, for commands whose output people read."""
    settings = Settings.from_env(os.environ)
    logs.configure(settings.log, level=logging.WARNING if quiet else logging.INFO)
    return settings
