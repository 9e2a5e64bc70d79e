"""Which language somebody is told in."""

from ivr.service.ports import Speaker


def locale_for(speaker: Speaker, locale: str) -> str:
    """A locale that has words: the wanted one, another of its language (en-GB: en-US), or the default."""
    ours = speaker.locales
    same = (name for name in ours if name.split("-")[0] == locale.split("-")[0])
    return locale if locale in ours else next(same, ours[0])
