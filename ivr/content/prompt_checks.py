"""Placeholder, completed with the prompts."""

from ivr.content.model import Content


def check_prompts(content: Content) -> None:
    """Every prompt exists in every locale."""
