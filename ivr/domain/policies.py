"""The rules of callbacks: limits, windows, patience. Plain values with safe defaults; the service applies them."""

from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from functools import lru_cache

from ivr.domain.callbacks import Party
from ivr.domain.consent import RecordingRules
from ivr.domain.evenings import EveningLaw
from ivr.domain.holidays import OFFICE, DaysOff, NoDaysOff
from ivr.domain.hours import CallingHours, Hours, OpeningHours, Overlap
from ivr.domain.messages import MessageRules
from ivr.domain.privacy import PrivacyRules
from ivr.domain.regions import Whereabouts
from ivr.domain.retries import MAX_TRIES


@dataclass(frozen=True, kw_only=True)
class BookingRules:
    """What may be promised."""

    countries: frozenset[str] = frozenset({"US", "CA", "KR"})
    """ISO 3166. Default: where the shipped languages are spoken and calls are cheap; bootstrap adds the country of
    IVR_PHONE_NUMBER. Every other country is an adopter's own decision (toll fraud: reliability.md, section 5)."""
    line_types: frozenset[str] = frozenset({"fixed_line", "mobile", "fixed_line_or_mobile"})
    """Never premium, shared-cost, personal or toll-free numbers; `voip` may be added."""
    per_number_per_day: int = 3
    """Bookings from whoever holds the number; what a stranger typed counts only for the address it came from."""
    per_address_per_day: int = 10
    """Bookings from one network address (web and API)."""
    grace_seconds: int = 300
    """A named moment so little past is still taken (reading it back takes time) and due at once."""
    horizon_days: int = 30
    lead_seconds: int = 0
    """A named moment is so far ahead at the least."""
    named_promise_seconds: int = 900
    """A named time is promised as "between then and a quarter of an hour later"."""
    asap_margin_seconds: int = 300
    """Added to the high end of the estimated wait before it is promised."""
    unverified_seconds: int = 600
    """A callback from the web waits so long for its code, then it expires."""
    late_days: int = 3
    """A promise that missed its window moves to the next one for so long; then a person decides."""


@dataclass(frozen=True, kw_only=True)
class DialRules:
    """How telephones are rung."""

    dials_per_second: float = 1.0
    """Below the carrier's own rate: what exceeds that is queued by it and rings late. 0: no limit."""
    dials_per_day: int = 1_000
    """Legs in 24 hours, agents and customers together: bounds the bill. Reached: nothing is dialed, promises wait.
    0: no cap (own carrier only)."""
    dials_per_callback: int = 12
    """Attempts begun for one callback; then a person decides."""
    tries_per_callback: int = MAX_TRIES
    """Times a customer's telephone is rung for one callback; then a person decides."""
    absences_per_callback: int = 3
    """So often the carrier may swallow a request; then a person decides."""
    agent_ring_seconds: int = 20
    customer_ring_seconds: int = 30
    whisper_seconds: int = 25
    """From the agent's answer to their key, at the longest."""
    key_wait_seconds: int = 8
    greeting_seconds: int = 3
    """A customer who leaves sooner after answering did not hear who called: counted as hung up, not as served."""
    unseen_seconds: int = 30
    """Whoever stayed on the line with an agent for so long has met them, though the carrier never said so."""
    always_prove: bool = False
    """Whoever answers presses 1 or says yes before an agent is joined; else only where the verdict is doubtful."""
    proof_seconds: int = 5
    """Silence after that question."""
    screening_seconds: int = 15
    """So long an assistant that screens calls may take to let us through; twice."""
    tone_seconds: int = 10
    """A voicemail's greeting is over after this silence, if nobody heard its tone."""
    ring_first: Party = Party.AGENT
    """Whose telephone rings first, unless the callback says so itself."""
    waiting_seconds: int = 300
    """A customer who was rung first waits for an agent no longer than this; then they are rung again."""
    again_seconds: int = 60
    """Until the next ring of a customer who was rung first and waited in vain."""
    later_seconds: int = 600
    """An agent who pressed "later" is not rung for so long."""
    lease_seconds: int = 30
    """How long a dispatcher may take between claim and dial; then another takes the leg."""
    settle_seconds: int = 180
    """How old a dial without an answer must be before the carrier's list is believed (reliability.md 4c, 4d)."""
    look_seconds: int = 10
    """Between the two looks at that list."""
    freeze_seconds: float = 1.0
    """A process that slept longer than this between commit and request does not send the request."""
    stale_seconds: int = 3600
    """A promise that broke so long ago, unrung and untold because we were down, is not rung out of the blue."""
    offer_seconds: int = 600
    """Its customer is told, and has so long to choose another time before it rings."""
    pass_seconds: int = 300
    """An agent who passed someone on is not rung for the same one again for so long."""
    shut_seconds: int = 15
    """An agent on the line waits no longer than this for a customer while nothing may be dialed."""
    wrap_up_seconds: int = 20
    stuck_seconds: int = 60
    """An attempt whose telephones are all gone, or a leg whose attempt is over, is cleared after this."""

    @property
    def reserve_seconds(self) -> int:
        """What must be left of a window when the agent is rung, so that the customer rings inside it."""
        return self.agent_ring_seconds + self.whisper_seconds + self.customer_ring_seconds


@dataclass(frozen=True, kw_only=True)
class LineRules:
    """What a wait is estimated with."""

    handle_seconds: float = 300.0
    """Average time a customer takes an agent from all others, from ringing to the end of wrap-up, until measured."""
    place_seconds: int = 600
    """A caller on hold who is cut off and phones again within this has the old place; 0: none is kept."""
    short_seconds: int = 120
    """Whoever asks for an agent waits on the line for so long without a question; longer, a callback is offered."""
    handle_weight: float = 0.1
    """Weight of the newest conversation in the running average."""
    unstaffed_low_seconds: int = 1800
    unstaffed_high_seconds: int = 7200
    """Told when nobody on shift can take it."""


@dataclass(frozen=True, kw_only=True)
class VerificationRules:
    """How a number given on the web is proven."""

    valid_seconds: int = 600
    tries: int = 5
    per_number_per_day: int = 3
    """Codes sent to one number, by text or call: sending codes is itself a target of fraud."""
    per_address_per_day: int = 20
    """Codes asked for from one network address."""
    call_seconds: int = 60
    """What must be left of the hours when a number is rung to tell a code, beside the ringing."""
    tellings: int = 5
    """How often one call reads its code."""
    left_alone_seconds: int = 24 * 3600
    """A number whose owner said "this was not me" is not rung for requests from the web for so long."""


@dataclass(frozen=True, kw_only=True)
class ResumeRules:
    """How often codes that take a callback up may be tried in 24 hours: six digits can be guessed."""

    per_number_per_day: int = 10
    withheld_per_day: int = 50
    """All callers who show no number, together."""
    per_day: int = 500
    """Everybody together."""


@dataclass(frozen=True, kw_only=True)
class SlotRules:
    """For how many named times the agents on shift are enough."""

    slot_seconds: int = 900
    overbooked_most: float = 0.15
    """As many promises more as customers did not answer lately, but never more than this."""
    measured_days: int = 28
    measured_least: int = 30
    """Telephones rung in these days before their share is believed."""


@dataclass(frozen=True, kw_only=True)
class CallbackRules:
    """All rules of callbacks."""

    booking: BookingRules = BookingRules()
    slots: SlotRules = SlotRules()
    dial: DialRules = DialRules()
    line: LineRules = LineRules()
    verification: VerificationRules = VerificationRules()
    resume: ResumeRules = ResumeRules()
    messages: MessageRules = field(default_factory=MessageRules)
    opening: OpeningHours = field(default_factory=lambda: OpeningHours.parse("always", "UTC"))
    """When agents work: IVR_HOURS."""
    calls_open_at: time = time(9)
    calls_close_at: time = time(19)
    """When customers may be rung, on their own clock."""
    evenings: EveningLaw = field(default_factory=EveningLaw, compare=False)
    """Where that may be as late as 21 o'clock."""
    recording: RecordingRules = field(default_factory=RecordingRules)
    privacy: PrivacyRules = field(default_factory=PrivacyRules)
    any_hour: bool = False
    """The demonstration's calendar: customers may be rung at any time. Never with real telephones."""

    audit_days: int = 730
    """How long the log of what staff saw and changed is kept."""
    days_off: DaysOff = field(default_factory=NoDaysOff, compare=False)
    """The company's own holidays."""

    @property
    def agents_hours(self) -> OpeningHours:
        """When agents work, without the days off of today's list."""
        return self.opening.without(self.days_off.days(OFFICE))

    def window(self, where: Whereabouts) -> Hours:
        """When a number that lies somewhere there may be rung: agents work, daytime in all zones, nowhere a day off."""
        if self.any_hour:
            return self.agents_hours
        closed = frozenset[date]().union(*(self.days_off.days(place) for place in where.places))
        hours = self.calls_open_at, self.calls_close_at
        return _window(self.agents_hours, where.zones, hours, closed, self.evenings.at(where))


@dataclass(frozen=True)
class AgentsHours:
    """hours.Hours: when agents work, by the list of days off as it is when somebody asks."""

    rules: CallbackRules

    def allows(self, at: datetime) -> bool:
        """Whether they work."""
        return self.rules.agents_hours.allows(at)

    def next_allowed(self, at: datetime) -> datetime | None:
        """When they work next."""
        return self.rules.agents_hours.next_allowed(at)

    def closes_after(self, at: datetime) -> datetime | None:
        """When they go."""
        return self.rules.agents_hours.closes_after(at)


@lru_cache(maxsize=1024)
def _window(
    opening: OpeningHours,
    zones: tuple[str, ...],
    hours: tuple[time, time],
    closed: frozenset[date],
    evenings: frozenset[int],
) -> Overlap:
    return Overlap((opening, CallingHours.of(zones, *hours, closed, evenings)))


def calling_window(rules: CallbackRules, where: Whereabouts, said_zone: str, now: datetime) -> Hours | None:
    """The window of a number; None if it has none at all.

    A number that may lie in zones too far apart to share an hour (some +1 numbers map to 42 zones) can only be rung
    by the zone its owner named, and only if that is one of them.
    """
    window = rules.window(where)
    if window.next_allowed(now) is not None:
        return window
    if said_zone in where.zones:
        own = rules.window(replace(where, zones=(said_zone,)))
        return own if own.next_allowed(now) is not None else None
    return None


def window_end(hours: Hours, opens: datetime) -> datetime:
    """When the window that is open at `opens` closes; a window that never closes ends after a day."""
    return hours.closes_after(opens) or opens + timedelta(days=1)
