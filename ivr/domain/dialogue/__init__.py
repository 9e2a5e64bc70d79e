"""The dialogue: one pure state machine that phone, terminal, text message and tests drive alike."""

from ivr.domain.dialogue.machine import start, step
from ivr.domain.dialogue.values import Caller, Dialogue, State, Step

__all__ = ["Caller", "Dialogue", "State", "Step", "start", "step"]
