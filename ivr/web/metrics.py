"""What Prometheus may ask; one registry per app, so that tests can build as many as they like."""

import math
from collections.abc import Mapping
from typing import Final

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

_BUCKETS: Final = (0.005, 0.01, 0.025, 0.05, 0.1, 0.2, 0.35, 0.6, 0.8, 1.2, 2.5, 5.0, 15.0)


class Metrics:
    """Counters of the public server."""

    def __init__(self) -> None:
        here = self.registry = CollectorRegistry()
        self.webhooks = Counter("ringback_webhooks", "Signed webhooks.", ["endpoint"], registry=here)
        self.refused = Counter("ringback_webhooks_refused", "Answered with 403.", ["where"], registry=here)
        self.failures = Counter(
            "ringback_webhooks_failed", "Webhooks answered with an apology.", ["endpoint"], registry=here
        )
        self.seconds = Histogram(
            "ringback_webhook_seconds", "Time to serve a webhook.", ["endpoint"], buckets=_BUCKETS, registry=here
        )
        self.fallbacks = Counter(
            "ringback_fallbacks", "Documents the carrier could not use.", ["error_code"], registry=here
        )
        self.streams = Gauge("ringback_streams_open", "Media streams open now.", registry=here)
        self.stream_faults = Counter(
            "ringback_stream_faults", "Frames and sockets that were not as they should be.", ["reason"], registry=here
        )
        self.recordings_lost = Counter(
            "ringback_recordings_lost", "Recorded answers that could not be heard.", ["reason"], registry=here
        )
        self.utterances = Counter("ringback_utterances", "Utterances heard.", ["engine"], registry=here)
        self.callbacks = Gauge(
            "ringback_callbacks", "Promises that have not ended; overdue: not rung in time.", ["status"], registry=here
        )
        self.messages = Gauge(
            "ringback_messages_waiting", "Messages that were tried in vain and wait for another try.", registry=here
        )
        self.agents = Gauge("ringback_agents", "Agents.", ["status"], registry=here)
        self.dispatcher_age = Gauge(
            "ringback_dispatcher_age_seconds", "Since a dispatcher last said that it works.", registry=here
        )
        self.turn_seconds = Histogram(
            "ringback_turn_seconds", "End of turn found to the next document.", buckets=_BUCKETS, registry=here
        )

    def stand(self, callbacks: Mapping[str, int], agents: Mapping[str, int], dispatcher_age: float | None) -> None:
        """What the database says at this moment; an age of NaN: no dispatcher has ever worked here."""
        for gauge, numbers in ((self.callbacks, callbacks), (self.agents, agents)):
            for status, number in numbers.items():
                gauge.labels(status).set(number)
        self.dispatcher_age.set(math.nan if dispatcher_age is None else dispatcher_age)

    def text(self) -> bytes:
        """In Prometheus' text format."""
        return generate_latest(self.registry)
