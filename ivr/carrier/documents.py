"""A TwiML document: from an HTTP answer to the list of its verbs (twilio.md sections 6 and 7a)."""

from dataclasses import dataclass
from urllib.parse import urljoin
from xml.etree.ElementTree import Element, ParseError, SubElement, fromstring

from ivr.carrier.webhooks import WebhookAnswer, WebhookFailure

_XML_TYPES = ("text/xml", "application/xml", "text/html")


@dataclass(frozen=True)
class Jump:
    """Control moves to another document; `None` is the current one."""

    url: str | None
    method: str = "POST"
    params: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Inline:
    """TwiML that came with a REST request; it has no address of its own."""

    twiml: str


Start = Jump | Inline


@dataclass(frozen=True)
class Document:
    """The verbs to run and the address relative URLs are resolved against."""

    verbs: tuple[Element, ...]
    url: str | None = None
    method: str = "POST"

    def resolve(self, url: str) -> str:
        """An address of this document as an absolute one. Raises WebhookFailure 11100 when it has no base."""
        absolute = urljoin(self.url or "", url)
        if "://" not in absolute:
            raise WebhookFailure(11100, f"relative URL {url!r} in a document without an address")
        return absolute


def parse(twiml: str | bytes, url: str | None = None, *, method: str = "POST") -> Document:
    """TwiML as a document. Raises WebhookFailure 12100."""
    try:
        root = fromstring(twiml)
    except (ParseError, ValueError) as error:
        raise WebhookFailure(12100, f"document is not XML: {error}") from error
    if root.tag != "Response":
        raise WebhookFailure(12100, f"root element is {root.tag}, not Response")
    return Document(tuple(root), url, method)


def document_of(answer: WebhookAnswer, method: str) -> Document:
    """What an answer tells the call to do. Raises WebhookFailure 12100 or 12300."""
    kind = answer.content_type.partition(";")[0].strip().lower()
    if kind in _XML_TYPES:
        return parse(answer.body, answer.url, method=method)
    if kind.startswith("audio/"):
        return _single("Play", answer.url, url=answer.url, method=method)
    if kind == "text/plain":
        return _plain(answer, method)
    raise WebhookFailure(12300, f"content type {kind or 'missing'} is no TwiML")


def _plain(answer: WebhookAnswer, method: str) -> Document:
    try:
        return parse(answer.body, answer.url, method=method)
    except WebhookFailure:
        return _single("Say", answer.body.decode(errors="replace"), url=answer.url, method=method)


def _single(verb: str, text: str, *, url: str, method: str) -> Document:
    root = Element("Response")
    SubElement(root, verb).text = text
    return Document(tuple(root), url, method)
