"""Vosk models from the network: listed, fetched, checked, unpacked, removed. The command line calls these functions."""

import hashlib
import json
import shutil
import ssl
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

import httpx

from ivr.errors import ModelError
from ivr.speech import archives, model_check
from ivr.speech.model_folders import NOTHING_SET, installed, models_folder

PUBLISHED_AT: Final = "https://alphacephei.com/vosk/models"
"""Where Vosk publishes its models: model-list.json and one zip archive for each; IVR_MODELS_URL overrides it."""
CONNECT_SECONDS: Final = 10.0
READ_SECONDS: Final = 30.0
_TRIES: Final = 3
_LARGEST: Final = 4 << 30

Progress = Callable[[int, int], None]
"""Called with the bytes fetched so far and in all."""


@dataclass(frozen=True)
class PublishedModel:
    """One entry of Vosk's list."""

    name: str
    locale: str
    url: str
    bytes: int
    md5: str
    kind: str
    """`small` models take grammars; most `big` ones do not."""


@dataclass(frozen=True)
class InstalledModel:
    """One folder made by `install`."""

    locale: str
    name: str
    folder: Path


def published(environ: Mapping[str, str] = NOTHING_SET) -> list[PublishedModel]:
    """What can be installed, small models first. Raises ModelError when the list cannot be had."""
    address = f"{_base(environ)}/model-list.json"
    with _client() as client, _network_errors(address):
        answer = client.get(address)
        answer.raise_for_status()
        rows = answer.json()
    models = [_published(row, _base(environ)) for row in rows if _is_usable(row)] if isinstance(rows, list) else []
    if not models:
        raise ModelError(f"{address} is not Vosk's list of models: check IVR_MODELS_URL")
    return sorted(models, key=lambda model: (model.kind != "small", model.locale, model.name))


def list_installed(environ: Mapping[str, str] = NOTHING_SET) -> list[InstalledModel]:
    """The models that `install` put into the models folder."""
    found = installed(models_folder(environ))
    return [InstalledModel(locale, folder.name, folder) for locale, folder in sorted(found.items())]


def install(wanted: str, environ: Mapping[str, str] = NOTHING_SET, *, progress: Progress | None = None) -> Path:
    """Fetch, check and unpack the model for a locale (`en-us`) or of a name; its folder.

    An interrupted download goes on where it stopped. Raises ModelError.
    """
    model = _choose(published(environ), wanted)
    target = models_folder(environ) / model.name
    if target.is_dir() and model_check.read_record(target):
        return target
    _make_folder(target.parent)
    part = target.parent / f".{model.name}.zip.part"
    _download(model, part, progress or (lambda *_: None))
    _unpack(part, target, model)
    part.unlink(missing_ok=True)
    return target


def remove(wanted: str, environ: Mapping[str, str] = NOTHING_SET) -> Path:
    """Delete an installed model by locale or name; its former folder. Raises ModelError if there is none."""
    for model in list_installed(environ):
        if wanted.lower() in (model.locale.lower(), model.name.lower()):
            shutil.rmtree(model.folder)
            return model.folder
    raise ModelError(f"no model {wanted} is installed in {models_folder(environ)}")


def check(folder: Path) -> None:
    """Read a model folder through, whatever is remembered of it. Raises ModelError."""
    with tempfile.TemporaryDirectory() as nowhere:
        model_check.check(folder, memory=Path(nowhere) / "memory.json")


def _base(environ: Mapping[str, str]) -> str:
    return environ.get("IVR_MODELS_URL", PUBLISHED_AT).rstrip("/")


def _client() -> httpx.Client:
    timeout = httpx.Timeout(READ_SECONDS, connect=CONNECT_SECONDS)
    return httpx.Client(timeout=timeout, follow_redirects=True, verify=_trust())


@cache
def _trust() -> ssl.SSLContext:
    """The certificates that are trusted: reading them takes longer than a short answer."""
    return httpx.create_ssl_context()


@contextmanager
def _network_errors(address: str) -> Iterator[None]:
    try:
        yield
    except httpx.HTTPStatusError as error:
        status = error.response.status_code
        raise ModelError(f"{address} answered {status}: try later, or check IVR_MODELS_URL") from error
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise ModelError(
            f"cannot reach {address} ({type(error).__name__}): this network may forbid it. Fetch the model elsewhere, "
            "unpack it here and name its folder, for example IVR_VOSK_MODEL_EN_US=/srv/vosk-model-small-en-us-0.15"
        ) from error
    except json.JSONDecodeError as error:
        raise ModelError(f"{address} is not readable: check IVR_MODELS_URL") from error


def _is_usable(row: object) -> bool:
    if not isinstance(row, dict) or row.get("obsolete") == "true":
        return False
    name, texts = row.get("name"), ("md5", "lang", "type")
    return isinstance(name, str) and archives.is_plain_name(name) and all(isinstance(row.get(x), str) for x in texts)


def _published(row: Mapping[str, Any], base: str) -> PublishedModel:
    size = row.get("size")
    return PublishedModel(
        name=row["name"],
        locale=_locale(row["lang"]),
        url=f"{base}/{row['name']}.zip",
        bytes=size if isinstance(size, int) else 0,
        md5=row["md5"].lower(),
        kind=row["type"],
    )


def _locale(language: str) -> str:
    """Vosk's `en-us`, `ko`, `cn` as BCP 47; a bare language gets its usual region."""
    regions = {"ko": "ko-KR", "cn": "zh-CN", "ja": "ja-JP", "de": "de-DE", "fr": "fr-FR", "es": "es-ES", "it": "it-IT"}
    parts = language.replace("_", "-").split("-")
    if len(parts) == 2:
        return f"{parts[0].lower()}-{parts[1].upper()}"
    return regions.get(language.lower(), language.lower())


def _choose(models: list[PublishedModel], wanted: str) -> PublishedModel:
    by_name = [model for model in models if model.name == wanted]
    by_locale = [model for model in models if model.locale.lower() == wanted.lower() and model.kind == "small"]
    if not (by_name or by_locale):
        known = ", ".join(sorted({model.locale for model in models if model.kind == "small"}))
        raise ModelError(f"Vosk publishes no small model for {wanted}: choose one of {known}")
    return (by_name or sorted(by_locale, key=lambda model: model.name))[-1]


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ModelError(f"cannot make the models folder {folder} ({error.strerror}): set IVR_MODELS") from error


def _download(model: PublishedModel, part: Path, progress: Progress) -> None:
    """Fetch the archive, going on after what is there; checked against the published MD5."""
    for attempt in range(_TRIES):
        try:
            _fetch(model, part, progress)
        except ModelError:
            if attempt == _TRIES - 1:
                raise
            continue
        if _md5(part) == model.md5:
            return
        part.unlink()  # what was there did not belong to this archive
    raise ModelError(f"{model.url} is not the archive that Vosk lists (its MD5 differs): try later")


def _fetch(model: PublishedModel, part: Path, progress: Progress) -> None:
    have = part.stat().st_size if part.exists() else 0
    if model.bytes and have >= model.bytes:
        return
    headers = {"Accept-Encoding": "identity", **({"Range": f"bytes={have}-"} if have else {})}
    with _network_errors(model.url), _client() as client, client.stream("GET", model.url, headers=headers) as answer:
        if answer.status_code == httpx.codes.REQUESTED_RANGE_NOT_SATISFIABLE:
            return
        answer.raise_for_status()
        resumed = answer.status_code == httpx.codes.PARTIAL_CONTENT
        with part.open("ab" if resumed else "wb") as file:
            for piece in answer.iter_raw():  # unbuffered: what arrives before a cut is kept
                _refuse_excess(file.tell() + len(piece), model)
                file.write(piece)
                progress(file.tell(), model.bytes)


def _refuse_excess(have: int, model: PublishedModel) -> None:
    if have > (model.bytes or _LARGEST):
        raise ModelError(f"{model.url} is longer than the {model.bytes} bytes that Vosk lists: try later")


def _md5(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, lambda: hashlib.md5(usedforsecurity=False)).hexdigest()


def _unpack(part: Path, target: Path, model: PublishedModel) -> None:
    """Unpack beside the target, check, note what is there, and only then give it its name."""
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=".unpacking-") as work:
        folder = archives.unpack(part, Path(work))
        model_check.check_files(folder)
        _write_record(folder, model)
        if target.exists():
            shutil.rmtree(target)
        folder.replace(target)


def _write_record(folder: Path, model: PublishedModel) -> None:
    files = {
        path.relative_to(folder).as_posix(): model_check.sha256_of(path)
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }
    record = {"locale": model.locale, "name": model.name, "url": model.url, "md5": model.md5, "files": files}
    (folder / model_check.RECORD).write_text(json.dumps(record, indent=1), "utf-8")
