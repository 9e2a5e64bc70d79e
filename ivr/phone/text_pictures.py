"""Pictures that came with text messages (MMS), fetched from the carrier within limits."""

import re
from typing import Final

from twilio.rest import Client

from ivr.errors import NotFound
from ivr.phone.client import Account, connect
from ivr.phone.http import file_of
from ivr.service.photos import MOST_BYTES

FETCH_SECONDS: Final = 5.0
_IN_URL: Final = re.compile(r"/Messages/((?:MM|SM)[0-9a-f]{32})/Media/(ME[0-9a-f]{32})$")


class TwilioPictures:
    """service.text_pictures.PictureSource over REST. Threads may share it."""

    def __init__(self, account: Account, client: Client | None = None) -> None:
        self._account = account
        self._client = client or connect(account)

    def fetch(self, url: str) -> bytes:
        """The file that a MediaUrl names. Raises NotFound, CarrierRejected, CarrierUnclear, AudioError (its size).

        The address is made of the account's own, never taken from a request. Where the carrier redirects to its store
        on another host, the password does not go along.
        """
        found = _IN_URL.search(url)
        if found is None:
            raise NotFound("this is no address of a picture at the carrier")
        path = f"{self._account.sid}/Messages/{found[1]}/Media/{found[2]}"
        return file_of(self._client, path, "picture", most_bytes=MOST_BYTES, most_seconds=FETCH_SECONDS)
