"""What customers write in their own words, understood by the same grammars as what they say."""

from collections.abc import Mapping
from typing import Final

import structlog

from ivr.domain.cases import CaseKind
from ivr.domain.dialogue.menu import ORDER_REQUESTS
from ivr.domain.intents import Expects
from ivr.errors import CallbackRefused, IvrError
from ivr.service.ports import Understanding
from ivr.web.wish import read_words

log = structlog.get_logger(__name__)

REQUESTS: Final = tuple(sorted(ORDER_REQUESTS))


class OwnWords:
    """Finds the kind of a case."""

    def __init__(self, understanding: Understanding) -> None:
        self._understanding = understanding

    def meant(self, form: Mapping[str, str], locale: str) -> CaseKind | None:
        """What is to be confirmed, QUESTION if the words tell nothing; None: there is nothing to find out."""
        if form.get("kind") or not form.get("words", "").strip():
            return None
        try:
            meaning = self._understanding.parse(locale, Expects(intents=REQUESTS), (read_words(form["words"]),))
        except CallbackRefused:
            return None  # told at its field
        except IvrError as error:  # a broken grammar must not lose the form
            log.warning("own_words_failed", code=error.code, error=str(error))
            return None
        found = [intent.name for intent in meaning.intents if intent.name in ORDER_REQUESTS]
        return CaseKind(found[0]) if found else CaseKind.QUESTION
