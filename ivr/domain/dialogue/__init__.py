"""The dialogue: one pure state machine that phone, terminal, text message and tests drive alike."""

from ivr.domain.dialogue.machine import start, step, takes_key
from ivr.domain.dialogue.values import Begun, Caller, Dialogue, State, Step

__all__ = ["Begun", "Caller", "Dialogue", "State", "Step", "start", "step", "takes_key"]
