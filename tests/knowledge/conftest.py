"""The articles, read once."""

import pytest

from ivr.content import Content, load
from ivr.settings import Settings


@pytest.fixture(scope="session")
def content() -> Content:
    complete = ("en-US", "ko-KR", "es-ES", "de-DE", "fr-FR", "pt-BR", "ja-JP", "hi-IN", "ar")
    return load(Settings.from_env({}).grammars_dir, complete)
