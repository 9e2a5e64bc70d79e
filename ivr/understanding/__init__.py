"""Words to meanings, and back to what recognisers listen for; telephone numbers."""

from ivr.understanding.grammars import GrammarUnderstanding

__all__ = ["GrammarUnderstanding"]
