"""What a simulation throws away."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from ivr.domain.callbacks import Callback, Leg
from ivr.domain.calls import Verification
from ivr.domain.cases import Event
from ivr.domain.handovers import Handover
from ivr.domain.knowledge import Tally
from ivr.domain.ledger import Entry, Line
from ivr.domain.messages import Channel, Message, MessageKind
from ivr.domain.outreach import News, Outreach
from ivr.domain.photos import Photo
from ivr.domain.places import KeptPlace
from ivr.domain.recordings import Recording
from ivr.domain.settlements import Settlement


class NoEvents:
    """service.store.Events, thrown away: the engine only ever writes its timeline."""

    def add(self, event: Event) -> None:
        """Forget it."""

    def of_case(self, case_id: str) -> Sequence[Event]:
        """None are kept."""
        return ()

    def recent(self, limit: int) -> Sequence[Event]:
        """None are kept."""
        return ()


class NoVerifications:
    """service.store.Verifications: the simulated public asks by telephone."""

    def add(self, verification: Verification) -> None:
        """Never called."""
        raise NotImplementedError("the simulation has no callbacks from the web")

    def of_callback(self, callback_id: str) -> Verification | None:
        """There is none."""
        return None


class NoAnswers:
    """service.store.Answers: the simulated public asks no questions."""

    def add(self, article_id: str, locale: str, at: datetime, call_sid: str | None) -> None:
        """Forget it."""

    def rate(self, call_sid: str, article_id: str, *, helped: bool) -> None:
        """Forget it."""

    def tallies(self) -> Mapping[str, Tally]:
        """None are kept."""
        return {}


class NoMessages:
    """service.store.Messages: the simulated public is rung, never written to."""

    def add(self, message: Message) -> None:
        """Forget it."""

    def get(self, message_id: str) -> Message | None:
        """None are kept."""
        return None

    def of_callback(self, callback_id: str) -> Sequence[Message]:
        """None are kept."""
        return ()

    def count_of_case(self, case_id: str, kind: MessageKind) -> int:
        """None are kept."""
        return 0

    def due(self, now: datetime, channels: Collection[Channel]) -> Message | None:
        """None are kept."""
        return None

    def count_waiting(self, before: datetime) -> int:
        """None wait."""
        return 0

    def count_sent(self, channel: Channel, since: datetime, address: str = "") -> int:
        """None were sent."""
        return 0


class NoLedger:
    """service.store.Ledger of a store that keeps no timeline: nothing to audit."""

    def counted(self) -> tuple[int, int]:
        """None are kept."""
        return 0, 0

    def disordered(self) -> tuple[frozenset[str], frozenset[str]]:
        """None are kept."""
        return frozenset(), frozenset()

    def entries(
        self, after: int, limit: int, *, numbers: Collection[str], callback_ids: Collection[str]
    ) -> Sequence[Entry]:
        """None are kept."""
        return ()

    def customers_dials(self, after: int, limit: int) -> Sequence[Entry]:
        """None are kept."""
        return ()

    def suspects(self, late: datetime) -> Sequence[str]:
        """None are kept."""
        return ()

    def callbacks(self, callback_ids: Collection[str]) -> Sequence[Callback]:
        """None are shown."""
        return ()

    def legs_of(self, attempt_ids: Collection[str]) -> Sequence[Leg]:
        """None are shown."""
        return ()

    def lines_of(self, callback_ids: Collection[str]) -> Sequence[Line]:
        """None are kept."""
        return ()


class NoSettlements:
    """service.settlements.Settlements: the simulated public orders nothing."""

    def add(self, settlement: Settlement) -> None:
        """Never called."""
        raise NotImplementedError("the simulation has no orders")

    def get(self, key: str) -> Settlement | None:
        """There is none."""
        return None

    def of_order(self, order_id: str) -> Sequence[Settlement]:
        """None are kept."""
        return ()

    def count_final(self, number: str, since: datetime) -> int:
        """None are kept."""
        return 0

    def count_parts(self, number: str, since: datetime) -> int:
        """None are sent."""
        return 0

    def decisions(self, limit: int) -> Sequence[Event]:
        """None are kept."""
        return ()


class NoRecordings:
    """service.recording_ports.Recordings: nobody's voice is there to be recorded."""

    def add(self, recording: Recording) -> None:
        """Never called."""
        raise NotImplementedError("the simulation has no voices")

    def get(self, recording_id: str) -> Recording | None:
        """There is none."""
        return None

    def of_attempt(self, attempt_id: str) -> Recording | None:
        """There is none."""
        return None

    def by_sid(self, sid: str) -> Recording | None:
        """There is none."""
        return None

    def of_case(self, case_id: str) -> Sequence[Recording]:
        """None are kept."""
        return ()

    def of_customer(self, customer_id: str) -> Sequence[Recording]:
        """None are kept."""
        return ()

    def due(self, now: datetime, limit: int) -> Sequence[Recording]:
        """None are."""
        return ()

    def unwritten(self, limit: int) -> Sequence[Recording]:
        """None are."""
        return ()


class NoPlaces:
    """service.places.KeptPlaces: who hangs up in the simulation does not come back to the same place."""

    def add(self, place: KeptPlace) -> None:
        """Forget it."""

    def get(self, call_sid: str) -> KeptPlace | None:
        """There is none."""
        return None

    def by_number(self, number: str, now: datetime) -> KeptPlace | None:
        """There is none."""
        return None

    def by_code(self, code: str, now: datetime) -> KeptPlace | None:
        """There is none."""
        return None

    def has_code(self, code: str) -> bool:
        """None has."""
        return False

    def sweep(self, before: datetime) -> None:
        """Nothing is there."""


class NoHandovers:
    """service.fulfilment.Handovers: nothing was settled."""

    def add(self, handover: Handover) -> None:
        """Never called."""
        raise NotImplementedError("the simulation has no orders")

    def get(self, key: str) -> Handover | None:
        """There is none."""
        return None

    def due(self, now: datetime) -> Handover | None:
        """Nothing is."""
        return None

    def watched(self, now: datetime) -> Handover | None:
        """None are."""
        return None

    def failed(self, limit: int) -> Sequence[Handover]:
        """None did."""
        return ()

    def count_waiting(self, before: datetime) -> int:
        """None wait."""
        return 0


class NoOutreaches:
    """service.outreach_store.Outreaches: nobody is rung with news."""

    def add(self, outreach: Outreach) -> None:
        """Never called."""
        raise NotImplementedError("the simulation has no orders")

    def of_order(self, order_id: str, kind: News) -> Outreach | None:
        """There is none."""
        return None

    def of_key(self, key: str) -> Outreach | None:
        """There is none."""
        return None

    def of_case(self, case_id: str) -> Outreach | None:
        """There is none."""
        return None

    def of_leg(self, leg_id: str) -> Outreach | None:
        """There is none."""
        return None

    def due(self, now: datetime) -> Outreach | None:
        """Nothing is."""
        return None


class NoPhotos:
    """service.photo_store.Photos: nobody has any."""

    def add(self, photo: Photo, jpeg: bytes) -> None:
        """Not kept."""

    def of_case(self, case_id: str) -> Sequence[Photo]:
        """None."""
        return ()

    def picture(self, case_id: str, photo_id: str) -> bytes | None:
        """None."""
        return None
