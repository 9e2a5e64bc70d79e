"""What Prometheus may ask; one registry per app, so that tests can build as many as they like."""

from typing import Final

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

_BUCKETS: Final = (0.005, 0.01, 0.025, 0.05, 0.1, 0.2, 0.35, 0.6, 0.8, 1.2, 2.5, 5.0, 15.0)


class Metrics:
    """Counters of the public server."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.webhooks = Counter("ringback_webhooks", "Signed webhooks by endpoint.", ["endpoint"], **self._here)
        self.refused = Counter(
            "ringback_webhooks_refused", "Webhooks and sockets answered with 403.", ["where"], **self._here
        )
        self.failures = Counter(
            "ringback_webhooks_failed", "Webhooks answered with an apology.", ["endpoint"], **self._here
        )
        self.seconds = Histogram(
            "ringback_webhook_seconds", "Time to serve a webhook.", ["endpoint"], buckets=_BUCKETS, **self._here
        )
        self.fallbacks = Counter("ringback_fallbacks", "Documents the carrier could not use.", ["code"], **self._here)
        self.streams = Gauge("ringback_streams_open", "Media streams open now.", **self._here)
        self.stream_faults = Counter(
            "ringback_stream_faults", "Frames and sockets that were not as they should be.", ["reason"], **self._here
        )
        self.utterances = Counter("ringback_utterances", "Utterances heard, by engine.", ["engine"], **self._here)
        self.turn_seconds = Histogram(
            "ringback_turn_seconds", "End of an utterance to the next document served.", buckets=_BUCKETS, **self._here
        )

    @property
    def _here(self) -> dict[str, CollectorRegistry]:
        return {"registry": self.registry}

    def text(self) -> bytes:
        """In Prometheus' text format."""
        return generate_latest(self.registry)
