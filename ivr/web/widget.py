"""/widget.js: one script tag on any site; a button opens our form in a frame. Its words are in all languages served."""

import json
from pathlib import Path
from typing import Final

from flask import Blueprint, Response, request

from ivr.web.catalogue import Catalogue

SOURCE: Final = Path(__file__).with_name("static") / "widget.js"
AGE_SECONDS: Final = 3600


def widget(catalogue: Catalogue) -> Blueprint:
    """The blueprint. The script is public, and may be kept for an hour."""
    blueprint = Blueprint("widget", __name__)
    words = {
        locale: {name: catalogue.text(locale, key) for name, key in (("open", "title"), ("close", "close"))}
        | {"dir": catalogue.text(locale, "direction")}
        for locale in catalogue.locales
    }
    body = f"(words => {{\n{SOURCE.read_text('utf-8')}\n}})({json.dumps(words)});\n"

    @blueprint.get("/widget.js")
    def script() -> Response:
        answer = Response(body, content_type="text/javascript; charset=utf-8")
        answer.headers["Cache-Control"] = f"public, max-age={AGE_SECONDS}"
        answer.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
        answer.add_etag()
        answer.make_conditional(request)
        return answer

    return blueprint
