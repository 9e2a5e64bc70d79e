"""Pieces of a text to what was meant: moments joined to callbacks, corrections taken, thresholds kept."""

from collections.abc import Collection, Sequence

from ivr.domain.answered import OVERHEARD
from ivr.domain.dialogue.menu import ORDER_REQUESTS, REQUESTS
from ivr.domain.intents import GLOBAL_INTENTS, ORDER_DAY, ORDERED_ON, Builtin, Certainty, Expects, Intent
from ivr.domain.moments import When
from ivr.understanding import moments
from ivr.understanding.cardinals import REFUSED
from ivr.understanding.covering import Covering, Piece
from ivr.understanding.quantities import ASKED, BESIDE, QUANTITIES

BOOLEANS = frozenset({"yes", "no"})
TAKES_MOMENT = frozenset({"callback", "existing_callback"})
ABSORBED = {"delivered_not_received": frozenset({"track_order"}), "existing_callback": frozenset({"callback"})}
""""Where is my order, it says delivered but I don't have it" is one request, the more telling one."""
NAMES_DAY = frozenset({ORDERED_ON, ORDER_DAY})
CLOCK = frozenset({Builtin.DATE, Builtin.TIME})
"""Parts of a moment as answers of their own."""
SURE_SHARE = 0.5
"""More of the words than this must be known, or the text is not understood (reference/speech.md, section 6)."""
MOMENT_SHARE = 0.25
"""Less for moments where one is asked for: they are always read back."""
REQUEST_SHARE = 0.65
"""So much of a request must be known, or it is confirmed: words forced into a grammar leave much over."""
OVERHEARD_SHARE = 0.1
"""A machine's greeting is long, and most of it is nobody's business: what little is known of it tells who speaks."""
VAGUE_SHARE = 0.2
"""Less still may be known of a request: it is confirmed."""


def allowed_names(expects: Expects) -> frozenset[str]:
    """The names of phrases that count in a turn."""
    names = {*expects.understood, *GLOBAL_INTENTS} - shadowed(expects)
    if Builtin.BOOLEAN in expects.builtins:
        names |= BOOLEANS
    if wants_moment(expects) or CLOCK & set(expects.builtins):
        names |= moments.KINDS | {"no"}
    if Builtin.MOMENT in expects.builtins:
        names.add("callback")
    if expects.choices:
        names.add("choice")
    if ASKED & set(expects.builtins):
        names |= QUANTITIES | BESIDE
    return frozenset(names)


def shadowed(expects: Expects) -> frozenset[str]:
    """Commands that mean something else in this turn: "cancel" where orders are canceled, "stop" where calls are."""
    return frozenset({"cancel"} if {"cancel_order", "stop_calls"} & set(expects.understood) else ())


def wants_moment(expects: Expects) -> bool:
    """Whether a moment can be part of the answer."""
    return Builtin.MOMENT in expects.builtins or bool(TAKES_MOMENT & set(expects.understood))


def intents_of(covering: Covering, expects: Expects) -> tuple[tuple[Intent, ...], Certainty]:
    """What the pieces mean, in spoken order, and how surely; no intents if too little was known."""
    when = _moment(covering.pieces)
    pieces = _with_one_quantity(covering.pieces, expects)
    said = [Intent(p.name, p.slots) for p in pieces if p.name not in moments.KINDS]
    intents = _with_moment(_without_absorbed(_distinct(said)), when, expects)
    intents = _with_day(_without_denial(intents, expects))
    if not intents or _contradicts(intents):
        return (), Certainty.NONE
    certainty = _certainty(covering, intents, expects)
    return (intents, certainty) if certainty != Certainty.NONE else ((), certainty)


def _with_one_quantity(pieces: Sequence[Piece], expects: Expects) -> list[Piece]:
    """Two different quantities, or one with a word that makes something else of it, are none."""
    found = [piece for piece in pieces if piece.name in QUANTITIES]
    is_clear = all(piece.slots == found[0].slots for piece in found) and all(p.name != REFUSED for p in pieces)
    kept = QUANTITIES & {str(builtin) for builtin in expects.builtins} if is_clear else ()
    return [piece for piece in pieces if piece.name not in (QUANTITIES | BESIDE) - set(kept)]


def _moment(pieces: Sequence[Piece]) -> Intent | None:
    row = moments.fragments_of((p.name, p.slots) for p in pieces if p.name in moments.KINDS or p.name == "no")
    when = moments.assemble(row)
    return Intent("moment", {"when": when}) if when is not None else None


def _distinct(intents: Sequence[Intent]) -> tuple[Intent, ...]:
    """Each intent once; a later one with slots completes an earlier one without."""
    merged: dict[str, Intent] = {}
    for intent in intents:
        before = merged.get(intent.name)
        merged[intent.name] = intent if before is None else Intent(intent.name, {**intent.slots, **before.slots})
    return tuple(merged.values())


def _with_moment(intents: tuple[Intent, ...], moment: Intent | None, expects: Expects) -> tuple[Intent, ...]:
    """The moment belongs to the callback asked for, else answers the turn."""
    taken = next((i for i in intents if i.name in TAKES_MOMENT), None)
    if moment is not None and taken is not None and taken.name in expects.understood:
        return tuple(_timed(i, moment) if i is taken else i for i in intents)
    intents = tuple(i for i in intents if i.name != "callback" or "callback" in expects.understood)
    if moment is not None and Builtin.MOMENT not in expects.builtins:
        moment = _part_of_moment(moment, expects)
    if moment is None:
        return intents
    return (*(i for i in intents if i.name not in BOOLEANS), moment)


def _part_of_moment(moment: Intent, expects: Expects) -> Intent | None:
    """A date or a time, if that is asked for and all that was said."""
    when = moment.slots["when"]
    assert isinstance(when, When)
    if Builtin.DATE in expects.builtins and moments.names_only_day(when):
        return Intent("date", moment.slots)
    if Builtin.TIME in expects.builtins and moments.names_only_time(when):
        return Intent("time", moment.slots)
    return None


def _timed(intent: Intent, moment: Intent) -> Intent:
    """A moment said with a callback that is to be canceled means nothing; with one asked about, its move."""
    if intent.name == "callback":
        return Intent(intent.name, {**intent.slots, **moment.slots})
    if intent.slots.get("action") == "cancel":
        return intent
    return Intent(intent.name, {**intent.slots, **moment.slots, "action": "move"})


def _without_absorbed(intents: tuple[Intent, ...]) -> tuple[Intent, ...]:
    names = {intent.name for intent in intents}
    gone = {absorbed for name in names for absorbed in ABSORBED.get(name, ())}
    return tuple(intent for intent in intents if intent.name not in gone)


def _without_denial(intents: tuple[Intent, ...], expects: Expects) -> tuple[Intent, ...]:
    """ "No, cancel my order": what is wanted instead is the answer."""
    if Builtin.BOOLEAN not in expects.builtins:
        return tuple(i for i in intents if i.name != "no")
    if len(intents) > 1 and intents[0].name == "no" and intents[1].name != "yes":
        return intents[1:]
    return intents


def _with_day(intents: tuple[Intent, ...]) -> tuple[Intent, ...]:
    """ "Cancel what I ordered yesterday": the day belongs to the request; beside anything else it answers nothing."""
    day = next((i for i in intents if i.name in NAMES_DAY), None)
    others = tuple(i for i in intents if i.name not in NAMES_DAY)
    if day is None or {i.name for i in others} <= BOOLEANS:
        return intents
    request = next((i for i in others if i.name in ORDER_REQUESTS), None)
    return tuple(Intent(i.name, {**day.slots, **i.slots}) if i is request else i for i in others)


def _contradicts(intents: Collection[Intent]) -> bool:
    return {intent.name for intent in intents} >= BOOLEANS


def _certainty(covering: Covering, intents: Sequence[Intent], expects: Expects) -> Certainty:
    if intents[0].name in REQUESTS and _is_doubtful(covering, intents):
        return Certainty.FUZZY if covering.share >= VAGUE_SHARE else Certainty.NONE
    if (
        Builtin.MOMENT in expects.builtins
        and _promises_at_once(intents)
        and not _says_nothing_else(covering, intents[0])
    ):
        return Certainty.NONE
    if covering.unknown == 0:
        return Certainty.EXACT
    if {intent.name for intent in intents} & set(OVERHEARD) and covering.share >= OVERHEARD_SHARE:
        return Certainty.STRIPPED
    if covering.share > SURE_SHARE or _begins_with_boolean(covering, intents):
        return Certainty.STRIPPED
    if intents[0].name == "moment" and covering.share >= MOMENT_SHARE:
        return Certainty.STRIPPED
    return Certainty.NONE


def _promises_at_once(intents: Sequence[Intent]) -> bool:
    """Yes, or "as soon as possible": no moment is read back before it is promised."""
    is_yes = intents[0].name == "yes" and {intent.name for intent in intents} <= {"yes", "callback"}
    return is_yes or (intents[0].name in {"moment", "callback"} and is_asap(intents[0]))


def is_asap(intent: Intent) -> bool:
    """Whether its moment is "as soon as possible"."""
    when = intent.slots.get("when")
    return isinstance(when, When) and when.asap


def _says_nothing_else(covering: Covering, intent: Intent) -> bool:
    """Whatever else was heard may be another moment, misheard. "Please" is a yes in some languages."""
    said = [piece.name for piece in covering.pieces if piece.name != moments.GLUE]
    return (
        covering.unknown == 0
        and set(said) <= {"yes", "asap", "callback"}
        and (intent.name == "yes" or said.count("yes") < 2)
    )


def _is_doubtful(covering: Covering, intents: Sequence[Intent]) -> bool:
    """Two requests about an order in one breath are rarely meant, and often one misheard."""
    names = {intent.name for intent in intents}
    return _request_share(covering, names) <= REQUEST_SHARE or len(ORDER_REQUESTS & names) > 1


def _request_share(covering: Covering, names: Collection[str]) -> float:
    """How much of the words is known; a moment is left over where no callback is asked for."""
    if TAKES_MOMENT & set(names):
        return covering.share
    sizes = {piece.name: 0 for piece in covering.pieces}
    for piece in covering.pieces:
        sizes[piece.name] += piece.end - piece.start
    told = sum(size for name, size in sizes.items() if name not in moments.KINDS)
    glue = sum(sizes.get(name, 0) for name in moments.IGNORED)
    return told / (covering.known + covering.unknown - glue) if told else 0.0


def _begins_with_boolean(covering: Covering, intents: Sequence[Intent]) -> bool:
    """ "Yes, that is the one I got for my birthday": the first word answers."""
    return len(intents) == 1 and intents[0].name in BOOLEANS and not covering.pieces[0].start
