"""The timeline told in plain English, for operators: terminal, supervisor's page, API."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, tzinfo
from typing import Any, Final

from ivr.domain.cases import Event
from ivr.service.account_narration import ACCOUNTS
from ivr.service.chat_narration import CHATS

Data = Mapping[str, Any]


def describe(event: Event, zone: tzinfo = UTC) -> str:
    """One sentence about what happened; moments are told in `zone`."""
    data = {key: _moment(value, zone) if key.endswith("_at") else value for key, value in event.data.items()}
    tell = SENTENCES.get(event.kind)
    return tell(data) if tell else _plain(event.kind, data)


def _plain(kind: str, data: Data) -> str:
    details = ", ".join(f"{key} {value}" for key, value in data.items() if value not in (None, "", [], {}))
    return f"{kind.replace('_', ' ')}{': ' if details else ''}{details}"


def _decision(data: Data) -> str:
    what = str(data.get("what"))
    return f"given it to {what.removeprefix('given to ')}" if what.startswith("given to ") else f"{what} it"


def _heard(data: Data) -> str:
    readings = data.get("readings") or [{}]
    score = readings[0].get("score")
    meant = " + ".join(_meant(intent) for intent in data.get("intents") or ()) or "nothing understood"
    engine = f"{data.get('engine')} score {score}" if score is not None else data.get("engine")
    return f"heard “{data.get('text')}” ({engine}, {data.get('certainty')}): {meant}"


def _meant(intent: Data) -> str:
    slots = {key: value for key, value in intent.items() if key != "name"}
    return f"{intent.get('name')}{' ' + _slots(slots) if slots else ''}"


def _slots(slots: Data) -> str:
    told = (f"{key}={_slots(value) if isinstance(value, Mapping) else value}" for key, value in slots.items())
    return "(" + ", ".join(told) + ")"


def _words(value: object) -> str:
    return str(value or "").replace("_", " ").replace("-", " ")


def _moment(value: object, zone: tzinfo) -> str:
    try:
        return f"{datetime.fromisoformat(str(value)).astimezone(zone):%d %b %H:%M:%S %Z}"
    except ValueError:
        return str(value or "")


def _promised(data: Data) -> str:
    if data.get("asap"):
        return f"as soon as possible, by {data.get('promised_by_at')} at the latest"
    return f"at {data.get('due_at')}"


def _booked(data: Data) -> str:
    proof = ", once the number is proven" if data.get("status") == "unverified" else ""
    return f"a callback to {data.get('number')} is promised {_promised(data)}{proof}"


def _asked(data: Data) -> str:
    words = f": “{data['words']}”" if data.get("words") else ""
    order = f" (order {data['order']})" if data.get("order") else ""
    return f"a callback is asked for by {data.get('source')}{words}{order}"


def _photo(data: Data) -> str:
    return f"the customer adds a photo: “{data['caption']}”" if data.get("caption") else "the customer adds a photo"


def _about(data: Data) -> str:
    order = f" about order {data['order']}" if data.get("order") else ""
    return f"{_words(data.get('kind'))}{order}"


def _rung(data: Data) -> str:
    return "the customer's phone rings: " + ("promise kept" if data.get("kept") else "later than promised")


def _done(data: Data) -> str:
    how = {"joined": "they have talked", "phoned_in": "the customer phoned in"}.get(str(data.get("how")))
    kept = {True: "promise kept", False: "promise broken"}.get(data.get("kept"))  # type: ignore[arg-type]
    return ", ".join(part for part in (f"the callback is done: {how or _words(data.get('how'))}", kept) if part)


def _waits(data: Data) -> str:
    return f"the callback waits until {data.get('due_at')} ({_words(data.get('reason'))})"


def _leg_placed(data: Data) -> str:
    found = "" if data.get("how") in (None, "", "request") else f" (known from {_words(data.get('how'))})"
    return f"the carrier rings the {data.get('party')}{found}"


def _begun(data: Data) -> str:
    if data.get("first") == "customer":
        return f"attempt {data.get('number')}: the customer is rung first, {data.get('agent')} is reserved"
    return f"attempt {data.get('number')}: {data.get('agent')} is rung first"


def _evidence(data: Data) -> str:
    """What the carrier and the recogniser say of who answered."""
    heard = ", ".join(_words(cue) for cue in data.get("heard") or ()) or "nothing"
    proof = "; proven by key or yes" if data.get("proven") else ""
    return f"the carrier: {_words(data.get('verdict'))}; heard: {heard}{proof}"


def _consent(data: Data) -> str:
    words = f", “{data['words']}”" if data.get("words") else ""
    told = {"told": "was told that the conversation is recorded", "yes": "agrees to be recorded"}
    answer = told.get(str(data.get("consent")), f"does not agree to be recorded ({_words(data.get('consent'))})")
    return f"the customer {answer}{words} (rule of {data.get('place')})"


def _wait_told(data: Data) -> str:
    if data.get("free"):
        return "told that an agent is free"
    return f"told to wait {int(data.get('low') or 0) // 60} to {-(-int(data.get('high') or 0) // 60)} minutes"


def _stray(data: Data) -> str:
    return f"an unexpected call {data.get('sid')} was ended (its leg is {data.get('leg_state')})"


def _with(text: str) -> Callable[[Data], str]:
    """A sentence whose {places} are data of the same name, shown as words."""

    def tell(data: Data) -> str:
        return text.format_map(_Words(data))

    return tell


class _Words(dict[str, Any]):
    def __getitem__(self, key: str) -> str:
        return _words(self.get(key)) or "?"


SENTENCES: Final[Mapping[str, Callable[[Data], str]]] = {
    "heard": _heard,
    "said": lambda data: f"says “{data.get('text')}”",
    "keyed": lambda data: f"keys {data.get('keys')}",
    "call_started": lambda data: f"a customer calls{' who has orders with us' if data.get('known') else ''}",
    "call_ended": _with("the call is over (it was at: {state})"),
    "wait_told": _wait_told,
    "hold_started": _with("waits on the line"),
    "hold_left": _with("leaves the line"),
    "place_kept": _with("was cut off: the place in line is kept until {until_at}"),
    "place_taken": _with("is back, at the old place in line"),
    "case_opened": lambda data: f"a case is opened: {_about(data)}",
    "case_continued": lambda data: f"the case goes on: {_about(data)}",
    "case_raised": _with("the case goes up to: {tier} ({cause}) {by}"),
    "complaint_step": _with("the complaint is at the step: {step} {by}"),
    "data_erased": _with("what was kept about the customer is erased ({how})"),
    "case_resolved": _with("the case is resolved: {outcome}"),
    "order_canceled": _with("the order is canceled"),
    "decided": _with("decided by the rule {rule}: {decision}"),
    "step_told": _with("told to try: {step} ({guide})"),
    "steps_over": _with("the steps are over ({guide}): {end}"),
    "handed_over": _with("the shop has done it: {kind}, its number {reference}"),
    "handover_failed": _with("the shop has not done it ({status}, {reason}): {kind}; a person decides"),
    "handover_again": _with("{by} has the shop asked again"),
    "order_news": _with("news of the order: {news}"),
    "search_over": lambda data: f"the search is over: {'found' if data.get('found') else 'not found'}",
    "news_rings": _with("the customer is rung with news: {news}"),
    "news_told": _with("the customer has heard the news, and answered: {news}"),
    "news_stopped": _with("the customer wants no more calls with news"),
    "news_untold": _with("nobody could be told the news ({reason}): {news}"),
    "claim_opened": _with("{seller} is asked about a claim ({cause}) and has time until {due_at}"),
    "seller_held": _with("the money of {seller} is held until the claim is over"),
    "claim_answered": lambda data: (
        f"the seller answers by {data.get('how')}: {data.get('answer')}{' with proof' if data.get('proof') else ''}"
        f"{', ' + str(data['share']) + ' percent' if data.get('share') else ''}"
    ),
    "claim_answer_refused": _with("an answer of the seller is not taken: {why}"),
    "claim_overdue": _with("the time of the {who} to answer is over"),
    "claim_charged": _with("the refund is borne by: {payer}"),
    "claim_paid": _with("the claim is paid by the rule {rule} ({by})"),
    "claim_denied": _with("the claim is denied by the rule {rule} ({by})"),
    "claim_closed": _with("the claim is closed: {why}"),
    "claim_escalated": _with("a person is wanted for the claim ({by})"),
    "claim_ruled": lambda data: f"{data.get('by')} decides: {data.get('ruling')} (“{data.get('reason')}”)",
    "claim_notice": lambda data: (
        f"notice by {data.get('channel')} ({data.get('to')}): {data.get('notice')}, {data.get('status')}"
    ),
    "order_not_canceled": _with("the order could not be canceled: too late"),
    "answer_read": _with("a help article is read: {article}"),
    "answer_texted": _with("a help article is sent by text message: {article}"),
    "answer_rated": lambda data: (
        f"the answer {'helped' if data.get('helped') else 'did not help'}: {data.get('article')}"
    ),
    "effort_rated": _with("the customer rates the effort {effort} of 7"),
    "callback_asked": _asked,
    "customer_noted": _with("the customer adds: “{words}”"),
    "photo_added": _photo,
    "callback_booked": _booked,
    "callback_verified": _with("the number is proven: the callback is scheduled"),
    "callback_renumbered": _with("the callback is to ring {number}"),
    "callback_moved": lambda data: f"the callback is moved: {_promised(data)}",
    "callback_taken_up": _with("a caller tells the code of the callback: it goes on in this call"),
    "callback_kept": _with("the customer keeps the callback as it is"),
    "callback_canceled": _with("the callback is canceled by: {by}"),
    "callback_waits": _waits,
    "callback_expired": _with("the callback has expired: {reason}"),
    "callback_reopened": _with("the callback is open again: nothing rang for it any more"),
    "callback_needs_human": _with("a person must decide about the callback: {reason}"),
    "callback_done": _done,
    "code_sent": lambda data: f"a code is sent to {data.get('number')} by {data.get('channel')}",
    "code_told": _with("key 1 is pressed: the code is read out"),
    "code_refused": _with("key 2 is pressed: “this was not me”; the number is left alone for the day"),
    "code_call_withheld": _with("the number is not rung to tell a code: {why}"),
    "code_wrong": _with("a wrong code is entered, try {tries}"),
    "message_sent": lambda data: (
        f"told the customer by {_words(data.get('channel'))} ({data.get('to')}): {data.get('message')}"
    ),
    "message_dropped": lambda data: (
        f"not told by {_words(data.get('channel'))}: {data.get('message')} ({data.get('reason')})"
    ),
    "message_undelivered": lambda data: (
        f"the text did not arrive ({data.get('to')}): {data.get('message')} ({data.get('reason')}, {data.get('code')})"
    ),
    "messages_declined": lambda data: f"{data.get('address')} wants no more messages (said by {data.get('how')})",
    "messages_wanted": lambda data: f"{data.get('address')} wants messages again",
    "attempt_started": _begun,
    "attempt_ended": _with("the attempt is over: {outcome}"),
    "attempt_withdrawn": _with("the attempt is withdrawn: {why}"),
    "attempt_stuck": _with("an attempt without living telephones is cleared"),
    "leg_placing": _with("about to ring the {party}"),
    "leg_placed": _leg_placed,
    "leg_answered": _with("the {party} answers"),
    "leg_ended": _with("the {party}'s telephone: {outcome}"),
    "leg_rejected": lambda data: f"the carrier refuses to ring (code {data.get('carrier_code')}); nothing was dialed",
    "leg_withheld": _with("a dial is withheld: this process was {why} too long"),
    "leg_absent": _with("the carrier never rang the {party}"),
    "stray_call": _stray,
    "customer_rung": _rung,
    "answered_by": _with("the carrier thinks it reached: {answered_by}"),
    "agent_accepted": _with("the agent presses 1 and takes it"),
    "overheard": lambda data: f"heard on the customer's telephone: “{data.get('text')}” ({_words(data.get('cue'))})",
    "greeting_repeated": _with("a greeting was spoken over ours: it is said again"),
    "proof_asked": lambda data: f"who answered is doubtful ({_evidence(data)}): key 1 or a yes is asked for",
    "screening_answered": _with("call screening asks who calls: it is told company, name and case"),
    "person_answered": lambda data: f"a person answered ({_evidence(data)})",
    "voicemail_answered": lambda data: f"a voicemail answered ({_evidence(data)}): its tone is waited for",
    "message_left": lambda data: f"a message is left on the voicemail ({_evidence(data)})",
    "customer_refused": _with("the customer does not want to be connected now"),
    "nobody_reached": lambda data: f"no person was reached: {_words(data.get('who'))} ({_evidence(data)})",
    "customer_waits": _with("the customer waits on the line for the next agent"),
    "customer_keeps_promise": _with("the customer would rather be rung again, and keeps the place"),
    "waited_in_vain": _with("the customer has waited too long for an agent and is rung again"),
    "agent_declined": _with("the agent passes it on"),
    "agent_rests": _with("{agent} wants no call until {back_at}"),
    "agent_reason": _with("the agent's reason: {reason}"),
    "agent_set_away": _with("{agent} did not answer and is set to away"),
    "participant_held": lambda data: (
        f"the {data.get('who')} is {'put on hold' if data.get('on') else 'taken off hold'}"
    ),
    "participant_muted": lambda data: f"the {data.get('who')} is {'muted' if data.get('on') else 'heard again'}",
    "guest_asked": _with("{by} adds somebody: {role}"),
    "guest_joined": _with("somebody joins the conversation: {role}"),
    "guest_switched": _with("somebody in the conversation is now: {role}"),
    "guest_left": _with("somebody has left the conversation: {role}"),
    "transfer_begun": _with("{by} hands over to {agent}"),
    "transferred": _with("{agent} has taken over from {by}"),
    "staff_decided": lambda data: f"{data.get('by')} has {_decision(data)}: “{data.get('reason')}”",
    "holiday_added": lambda data: f"{data.get('day')} is a day off ({data.get('region')}): {data.get('name')}",
    "holiday_removed": lambda data: f"{data.get('day')} is a working day again ({data.get('region')})",
    "shifts_set": lambda data: f"{data.get('agent')} works: {'; '.join(data.get('shifts') or ()) or 'always'}",
    "agent_status_set": _with("{agent} is now: {status}"),
    "callback_taken": _with("{agent} takes it out of turn"),
    "note_added": lambda data: f"note by {data.get('by')}: “{' '.join(str(data.get('text') or '').split())}”",
    "case_finished": lambda data: (
        f"{data.get('by')} says what came of it: {_words(data.get('outcome'))}"
        f"{', resolved' if data.get('resolved') else ', still open'}"
    ),
    "joined": _with("{agent} and the customer are joined"),
    "recording_consent": _consent,
    "recording_started": _with("the conversation is being recorded"),
    "recording_kept": _with("the recording is kept for {keep_days} days ({seconds} s)"),
    "recording_written": lambda data: (
        f"the recording could not be put into words: {data['problem']}"
        if data.get("problem")
        else f"the recording is put into words: {data.get('lines')} lines"
    ),
    "recording_withdrawn": _with("no recording is wanted any more, said by {by}: it is stopped and deleted"),
    "recording_over": _with("there is no recording (any more): {reason}"),
    **CHATS,
    **ACCOUNTS,
}
