"""The dialogue: one pure state machine that phone, terminal, text message and tests drive alike."""

from ivr.domain.dialogue.machine import start, step, takes_key
from ivr.domain.dialogue.values import Caller, Dialogue, State, Step, Unfinished

__all__ = ["Caller", "Dialogue", "State", "Step", "Unfinished", "start", "step", "takes_key"]
