"""The webhook that tells what became of a text: only the carrier's word is taken."""

from ivr.service.deliveries import Delivery
from ivr.web.server import create_app
from tests.web.voice_support import post, some_services

TEXT = "SM" + "1" * 32


class Deliveries:
    """service.deliveries.Deliveries."""

    def __init__(self) -> None:
        self.heard: list[Delivery] = []

    def told(self, delivery: Delivery) -> None:
        self.heard.append(delivery)


def test_signed_word_of_a_text_is_taken_and_any_other_refused() -> None:
    deliveries = Deliveries()
    client = create_app(some_services(deliveries=deliveries)).test_client()
    told = {"MessageSid": TEXT, "MessageStatus": "undelivered", "ErrorCode": "30003"}
    assert post(client, "/text/abc/status", **told).status_code == 204
    assert deliveries.heard == [Delivery(message_id="abc", sid=TEXT, status="undelivered", code=30003)]
    forged = client.post("/text/abc/status", data=told, headers={"X-Twilio-Signature": "x"})
    assert (forged.status_code, len(deliveries.heard)) == (403, 1)
    assert post(client, "/text/abc/status", MessageStatus="delivered").status_code == 403
