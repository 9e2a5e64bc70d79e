"""The files of grammars/: what callers may say, what we say, the demo shop."""

from ivr.content.loading import load, read_all
from ivr.content.model import Content, LocaleContent

__all__ = ["Content", "LocaleContent", "load", "read_all"]
