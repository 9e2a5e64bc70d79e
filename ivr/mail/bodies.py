"""The words of a mail: decoded whatever it says of itself, HTML as text, without what was quoted and signed."""

import html
import re
from email.message import Message
from typing import Final

MOST_CHARACTERS: Final = 20_000
MOST_HTML: Final = 500_000
_BREAKS: Final = frozenset({"br", "p", "div", "tr", "li", "h1", "h2", "h3", "table", "ul", "ol", "hr", "blockquote"})
_HIDDEN: Final = frozenset({"script", "style", "head", "title", "template", "noscript"})
_TAG: Final = re.compile(r"/?[a-zA-Z][a-zA-Z0-9]{0,20}")
_COMMENT: Final = ("<!--", "-->")
_ADDRESS: Final = re.compile(r"[^\s@<>]{1,64}@[^\s@<>]{1,190}")
_RULE: Final = re.compile(r"[-_=*]{3,}.{0,80}?[-_=*]{3,}|_{10,}")
"""The line that a mail program draws above what it quotes: "-----Original Message-----"."""
_HEADER: Final = re.compile(r"\*?[^\W\d_][\w -]{1,20}\*?\s?[::]\s?\S")
SIGNATURE: Final = "-- "


def text_of(part: Message) -> tuple[str, bool]:
    """The text of one part, and whether every byte of it was understood."""
    payload = part.get_payload(decode=True)
    data = payload if isinstance(payload, bytes) else b""
    text, is_whole = decoded(data, part.get_content_charset() or "utf-8")
    if part.get_content_subtype() == "html":
        text, is_whole = plain(text[:MOST_HTML]), is_whole and len(text) <= MOST_HTML
    return text, is_whole


def decoded(data: bytes, charset: str) -> tuple[str, bool]:
    """By its charset, else by the likeliest ones; False: some signs are lost."""
    for name in (charset, "utf-8"):
        try:
            return data.decode(name), True
        except (LookupError, UnicodeError, ValueError):
            continue
    return data.decode("cp1252", "replace"), False


def printable(text: str) -> str:
    """Without signs that cannot be shown or stored; lines stay lines."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").replace("\t", " ").replace("\xa0", " ")
    return "".join(sign for sign in lines if sign.isprintable() or sign == "\n")


def plain(source: str) -> str:
    """HTML as text: nothing is fetched or run, hidden parts are left out.

    One pass over the pieces between the brackets: whatever is broken, the time it takes grows with its length alone.
    """
    words: list[str] = []
    hidden = ""
    for piece in _without_comments(source).split("<"):
        tag, closed, text = piece.partition(">")
        found = _TAG.match(tag) if closed and words else None
        name = found[0].lower() if found else ""
        if hidden:
            hidden = "" if name == f"/{hidden}" else hidden
        elif name in _HIDDEN:
            hidden = name
        if name.strip("/") in _BREAKS:
            words.append("\n")
        is_tag = bool(name) or (bool(closed) and tag.startswith(("!", "?", "/")))
        shown = text if is_tag else f"<{piece}" if words else piece
        words.append("" if hidden else html.unescape(_one_line(shown)))
    lines = (" ".join(line.split()) for line in "".join(words).split("\n"))
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


def _one_line(text: str) -> str:
    return text.replace("\r", " ").replace("\n", " ")


def _without_comments(source: str) -> str:
    begin, end = _COMMENT
    first, *others = source.split(begin)
    return first + "".join(other.partition(end)[2] for other in others)


def newly_written(text: str) -> str:
    """Without the signature and what is quoted below; all of it, if nothing else is there."""
    lines = printable(text).split("\n")
    kept = _before_signature(lines[: _quoted_from(lines)])
    written = "\n".join(_unquoted(kept)).strip()
    return (written or printable(text).strip())[:MOST_CHARACTERS]


def _quoted_from(lines: list[str]) -> int:
    """Where a mail program begins to quote: a rule, or the headers of the quoted mail."""
    for at, line in enumerate(lines):
        below = [one.strip() for one in lines[at : at + 4]]
        heads = [one for one in below if len(one) < 300 and _HEADER.match(one)]
        if len(heads) >= 3 and below[0] == heads[0] and any(_ADDRESS.search(one) for one in heads):
            return at
        if at and len(line) < 200 and _RULE.fullmatch(line.strip()) and _is_head(lines[at + 1 : at + 3]):
            return at
    return len(lines)


def _is_head(lines: list[str]) -> bool:
    return any(len(line) < 300 and _HEADER.match(line.strip()) for line in lines)


def _before_signature(lines: list[str]) -> list[str]:
    return lines[: lines.index(SIGNATURE)] if SIGNATURE in lines else lines


def _unquoted(lines: list[str]) -> list[str]:
    """Without lines that begin with ">", and the one or two above them that say who wrote them ("... wrote:")."""
    kept: list[str] = []
    for line in lines:
        if not line.lstrip().startswith(">"):
            kept.append(line)
            continue
        _drop_attribution(kept)
    return kept


def _drop_attribution(kept: list[str]) -> None:
    while kept and not kept[-1].strip():
        kept.pop()
    if not kept or not kept[-1].rstrip().endswith((":", ":")) or len(kept[-1]) > 300:
        return
    last = kept.pop()
    if not _has_digit(last) and kept and kept[-1].strip() and _has_digit(kept[-1]):
        kept.pop()  # it was folded: the date stands in the line above


def _has_digit(line: str) -> bool:
    return any(sign.isdigit() for sign in line)
