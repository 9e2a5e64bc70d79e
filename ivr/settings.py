"""Every setting, typed: read from the environment once, unknown names and wrong values refused by name."""

from collections.abc import Mapping
from dataclasses import Field, dataclass, field, fields
from pathlib import Path
from typing import Any, Self
from urllib.parse import urlsplit

from ivr import settings_values as read
from ivr.domain.hours import OpeningHours
from ivr.errors import SettingsError
from ivr.settings_fields import SettingsFields

MODEL_PREFIX = "IVR_VOSK_MODEL_"
_PACKAGE = Path(__file__).resolve().parent


@dataclass(frozen=True, kw_only=True, repr=False)
class Settings(SettingsFields):
    """The whole configuration. Its repr and `describe` show what is set, secrets masked."""

    vosk_models: Mapping[str, Path] = field(default_factory=dict, metadata={"env": MODEL_PREFIX + "<LOCALE>"})
    """Model folder by locale, from IVR_VOSK_MODEL_EN_US and so on."""
    vosk_servers: Mapping[str, str] = field(default_factory=dict, metadata={"env": MODEL_PREFIX + "<LOCALE>"})
    """Address by locale where the same names an address: recognition on another machine."""

    @classmethod
    def from_env(cls, environ: Mapping[str, str]) -> Self:
        """Read the environment; empty values count as unset. Raises SettingsError, which names the setting."""
        given = {name: value.strip() for name, value in environ.items() if value.strip()}
        known = {about.metadata["env"]: about for about in fields(cls) if "parse" in about.metadata}
        (models, servers), values = read.models(given, MODEL_PREFIX), read.all_values(given, known, MODEL_PREFIX)
        if "XDG_DATA_HOME" in given:
            values.setdefault("models", Path(given["XDG_DATA_HOME"]) / "ringback" / "models")
        settings = cls(**values, vosk_models=models, vosk_servers=servers)
        settings._check_together()
        return settings

    @property
    def opening(self) -> OpeningHours:
        """When agents work. Raises SettingsError."""
        return OpeningHours.parse(self.hours, self.hours_zone)

    @property
    def auth_tokens(self) -> tuple[str, ...]:
        """The tokens that may sign requests to us; the first signs ours."""
        return tuple(token for token in (self.auth_token, self.auth_token_secondary) if token)

    @property
    def has_own_carrier(self) -> bool:
        """Whether the carrier runs on this machine, so that no real telephone can ring."""
        return read.is_loopback(urlsplit(self.api_base).hostname or "")

    @property
    def grammars_dir(self) -> Path:
        """Where grammars/ are: an adopter's, the checkout's, or those in the wheel."""
        return self._content_root("grammars")

    @property
    def audio_dir(self) -> Path:
        """Where sounds are, found like grammars/."""
        return self._content_root("audio")

    def require(self, *names: str) -> None:
        """Raise SettingsError naming what is missing of these environment names."""
        by_env = {about.metadata["env"]: about.name for about in fields(self)}
        missing = [name for name in names if not getattr(self, by_env[name])]
        if missing:
            raise SettingsError(f"set {', '.join(missing)} (see the table in README.md, or run `make demo` without)")

    def describe(self) -> dict[str, str]:
        """Every setting that is set, by environment name, secrets masked."""
        shown = {about.metadata["env"]: as_shown(about, getattr(self, about.name)) for about in settings_fields()}
        heard_by = {**self.vosk_models, **self.vosk_servers}
        shown |= {f"{MODEL_PREFIX}{_suffix(name)}": str(place) for name, place in heard_by.items()}
        return {name: value for name, value in shown.items() if value}

    def __repr__(self) -> str:
        return f"Settings({self.describe()})"

    def _content_root(self, folder: str) -> Path:
        roots = (self.content, _PACKAGE.parent, _PACKAGE / "shipped")
        found = (root / folder for root in roots if root is not None and (root / folder).is_dir())
        path = next(found, None)
        if path is None:
            raise SettingsError(f"no folder {folder}/ beside the package; install it again, or set IVR_CONTENT")
        return path

    def _check_together(self) -> None:
        _ = self.opening  # raises with a text of its own
        if bool(self.smtp_url) != bool(self.mail_from):
            raise SettingsError("IVR_SMTP_URL and IVR_MAIL_FROM are set together: where mail goes out, and from whom")
        if self.imap_url and not self.smtp_url:
            raise SettingsError("IVR_IMAP_URL is set without IVR_SMTP_URL: what customers write could not be answered")
        if bool(self.api_key_sid) != bool(self.api_key_secret):
            raise SettingsError("TWILIO_API_KEY_SID and TWILIO_API_KEY_SECRET are set together: copy both from one key")
        if bool(self.oidc_issuer) != bool(self.oidc_client_id):
            raise SettingsError("IVR_OIDC_ISSUER and IVR_OIDC_CLIENT_ID are set together: who vouches, and for whom")
        if self.oidc_issuer.startswith("http://") and not read.is_loopback(urlsplit(self.oidc_issuer).hostname or ""):
            raise SettingsError("IVR_OIDC_ISSUER must be an https address: what it vouches for opens the staff's pages")
        only_here = {
            "IVR_CALLING_HOURS=always": self.calling_hours is None,
            "IVR_DIAL_RATE=0": self.dial_rate == 0,
            "IVR_CLOCK_FILE": self.clock_file is not None,
        }
        for name, used in only_here.items():
            if used and not self.has_own_carrier:
                raise SettingsError(
                    f"{name} is taken only with a carrier on this machine (TWILIO_API_BASE=http://127.0.0.1:…)"
                )


def settings_fields() -> list[Field[Any]]:
    """The settings with a name of their own, in the README's order."""
    return [about for about in fields(Settings) if "parse" in about.metadata]


def as_shown(about: Field[Any], value: object) -> str:
    """A setting as people may read it: secrets masked."""
    if about.metadata["secret"]:
        return "••••" if value else ""
    if about.name == "database_url":
        return read.without_password(str(value))
    return read.as_text(value)


def _suffix(locale: str) -> str:
    return locale.replace("-", "_").upper()
