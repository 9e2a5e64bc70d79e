"""Which elements and attributes TwiML knows here; anything else is a 12200 warning and is skipped."""

from collections.abc import Iterator
from xml.etree.ElementTree import Element

_STATUS = "statusCallback statusCallbackMethod statusCallbackEvent "
_AMD = (
    "machineDetection machineDetectionTimeout machineDetectionSpeechThreshold machineDetectionSpeechEndThreshold "
    "machineDetectionSilenceTimeout amdStatusCallback amdStatusCallbackMethod "
)
_RECORD = "record trim recordingStatusCallback recordingStatusCallbackMethod recordingStatusCallbackEvent "
ATTRIBUTES: dict[str, frozenset[str]] = {
    tag: frozenset(names.split())
    for tag, names in {
        "Say": "voice language loop",
        "Play": "loop digits",
        "Pause": "length",
        "Gather": "input action method timeout speechTimeout maxSpeechTime numDigits finishOnKey hints language"
        " speechModel profanityFilter enhanced actionOnEmptyResult partialResultCallback"
        " partialResultCallbackMethod bargeIn debug",
        "Record": "action method timeout finishOnKey maxLength playBeep transcribe transcribeCallback " + _RECORD,
        "Dial": "action method timeout timeLimit answerOnBridge callerId hangupOnStar recordingTrack ringTone"
        " sequential referUrl referMethod events " + _RECORD,
        "Number": "sendDigits url method byoc " + _STATUS + _AMD,
        "Queue": "url method reservationSid postWorkActivitySid",
        "Conference": "muted beep startConferenceOnEnter endConferenceOnExit waitUrl waitMethod maxParticipants"
        " region participantLabel coach jitterBufferSize eventCallbackUrl " + _RECORD + _STATUS,
        "Enqueue": "action method maxQueueSize waitUrl waitUrlMethod workflowSid",
        "Pay": "input action method statusCallback statusCallbackMethod timeout maxAttempts securityCode postalCode"
        " minPostalCodeLength paymentConnector paymentMethod tokenType chargeAmount currency description"
        " validCardTypes language bankAccountType",
        "Leave": "",
        "Redirect": "method",
        "Hangup": "",
        "Reject": "reason",
        "Start": "action method",
        "Stop": "",
        "Connect": "action method",
        "Stream": "name connectorName url track statusCallback statusCallbackMethod",
        "Parameter": "name value",
    }.items()
}
_PLAYED = frozenset({"Say", "Play", "Pause"})
CHILDREN: dict[str, frozenset[str]] = {
    "Gather": _PLAYED,
    "Dial": frozenset({"Number", "Queue", "Conference"}),
    "Start": frozenset({"Stream"}),
    "Stop": frozenset({"Stream"}),
    "Connect": frozenset({"Stream"}),
    "Stream": frozenset({"Parameter"}),
}


def check(verb: Element) -> Iterator[str]:
    """What is wrong with a verb, its attributes and what it contains."""
    known = ATTRIBUTES.get(verb.tag)
    if known is None:
        yield f"unknown element {verb.tag}"
        return
    yield from (f"unknown attribute {name} of {verb.tag}" for name in verb.attrib if name not in known)
    if verb.tag == "Say":
        return  # SSML
    for child in verb:
        if child.tag in CHILDREN.get(verb.tag, frozenset()):
            yield from check(child)
        else:
            yield f"{child.tag} may not be inside {verb.tag}"
