"""Work that the site does for few readers at a time: some at once, some waiting, the next is told to come back."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager


class Busy(Exception):
    """Too many are waiting already."""


class Turns:
    """``async with turns.taken():`` runs ``at_once`` blocks together and lets ``waiting`` more wait."""

    def __init__(self, at_once: int, waiting: int) -> None:
        self._at_once = asyncio.Semaphore(at_once)
        self._room = at_once + waiting

    @asynccontextmanager
    async def taken(self) -> AsyncIterator[None]:
        """Wait for a turn; Busy where there is no room to wait."""
        if not self._room:
            raise Busy
        self._room -= 1
        try:
            async with self._at_once:
                yield
        finally:
            self._room += 1
