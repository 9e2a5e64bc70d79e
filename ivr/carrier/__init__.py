"""A local Twilio-compatible carrier: numbers, telephones, TwiML, webhooks, media streams and REST."""

from ivr.carrier.automaton import Automaton, OnRing
from ivr.carrier.calls import Call, CallStatus
from ivr.carrier.carrier import LocalCarrier
from ivr.carrier.events import CarrierEvent
from ivr.carrier.faults import CreateFault, Faults
from ivr.carrier.handset import Handset
from ivr.carrier.options import CarrierOptions
from ivr.carrier.telephone import Heard, TelephoneError, TelephoneState, TextMessage

__all__ = [
    "Automaton",
    "Call",
    "CallStatus",
    "CarrierEvent",
    "CarrierOptions",
    "CreateFault",
    "Faults",
    "Handset",
    "Heard",
    "LocalCarrier",
    "OnRing",
    "TelephoneError",
    "TelephoneState",
    "TextMessage",
]
