"""The settings table of README.md, from the settings themselves."""

from ivr.settings import MODEL_PREFIX, as_shown, settings_fields


def readme_rows() -> list[str]:
    """The settings table of README.md, line by line; `make readme` writes it, a test compares it."""
    rows = ["| setting | default | meaning |", "|---|---|---|"]
    for about in settings_fields():
        default = about.metadata["shown"] or _code(as_shown(about, about.default))
        rows.append(f"| `{about.metadata['env']}` | {default} | {about.metadata['help']} |")
    rows.append(
        f"| `{MODEL_PREFIX}<LOCALE>` | installed ones | A Vosk model's folder for a language (`{MODEL_PREFIX}EN_US`), "
        "or a vosk-server that has it: `ws://asr.example.com:2700`. |"
    )
    return rows


def _code(value: str) -> str:
    return f"`{value}`" if value else "–"
