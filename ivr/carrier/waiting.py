"""Waiting for the first of several things."""

import asyncio
from typing import Any


async def first_of(*futures: "asyncio.Future[Any]") -> None:
    """Return when one of these is done; the others go on."""
    await asyncio.wait(futures, return_when=asyncio.FIRST_COMPLETED)
