"""The files of grammars/: what callers may say, what we say, the demo shop."""

from ivr.content.loading import load
from ivr.content.model import Content, LocaleContent

__all__ = ["Content", "LocaleContent", "load"]
