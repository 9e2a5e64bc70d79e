"""The articles, read once."""

import pytest

from ivr.content import Content, load
from ivr.settings import Settings


@pytest.fixture(scope="session")
def content() -> Content:
    return load(Settings.from_env({}).grammars_dir)
