"""The verbs a document may use, by element name."""

from collections.abc import Awaitable, Callable, Mapping
from xml.etree.ElementTree import Element

from ivr.carrier.script import Script, Step
from ivr.carrier.verbs_control import hangup_verb, leave_verb, redirect_verb, reject_verb
from ivr.carrier.verbs_dial import dial_verb
from ivr.carrier.verbs_gather import gather_verb
from ivr.carrier.verbs_pay import pay_verb
from ivr.carrier.verbs_queue import enqueue_verb
from ivr.carrier.verbs_record import record_verb
from ivr.carrier.verbs_speak import pause_verb, play_verb, say_verb
from ivr.carrier.verbs_stream import connect_verb, start_verb, stop_verb

Verb = Callable[[Script, Element], Awaitable[Step]]

VERBS: Mapping[str, Verb] = {
    "Say": say_verb,
    "Play": play_verb,
    "Pause": pause_verb,
    "Gather": gather_verb,
    "Record": record_verb,
    "Pay": pay_verb,
    "Dial": dial_verb,
    "Enqueue": enqueue_verb,
    "Leave": leave_verb,
    "Redirect": redirect_verb,
    "Hangup": hangup_verb,
    "Reject": reject_verb,
    "Start": start_verb,
    "Stop": stop_verb,
    "Connect": connect_verb,
}
