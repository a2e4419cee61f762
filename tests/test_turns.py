"""Work for few readers at a time: some at once, some waiting, the next is told to come back."""

from __future__ import annotations

import asyncio

import pytest

from datapackages.turns import Busy, Turns


async def worked(turns: Turns, go: asyncio.Event, running: list[int], number: int) -> str:
    try:
        async with turns.taken():
            running.append(number)
            await go.wait()
            return "done"
    except Busy:
        return "busy"


async def crowd(number: int) -> tuple[list[int], list[str]]:
    turns, go, running = Turns(2, 3), asyncio.Event(), list[int]()
    tasks = [asyncio.create_task(worked(turns, go, running, each)) for each in range(number)]
    await asyncio.sleep(0.01)
    at_once = list(running)
    go.set()
    return at_once, await asyncio.gather(*tasks)


def test_two_run_three_wait_and_the_sixth_is_told_to_come_back() -> None:
    at_once, ends = asyncio.run(crowd(6))
    assert at_once == [0, 1]
    assert ends == ["done"] * 5 + ["busy"]


def test_a_turn_that_fails_is_free_again() -> None:
    async def failing() -> None:
        turns = Turns(1, 0)
        for _ in range(3):
            with pytest.raises(ZeroDivisionError):
                async with turns.taken():
                    raise ZeroDivisionError

    asyncio.run(failing())
