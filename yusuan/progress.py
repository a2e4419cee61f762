"""How far long work is, on stderr: a bar on a terminal, elsewhere a line now and then, both with an estimate."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterable, Iterator
from typing import TypeVar

import click

EVERY = 30.0  # seconds between two lines
T = TypeVar("T")


def shown(
    results: Iterable[T], length: int, label: str, *, every: float = EVERY, brief: bool = True
) -> Iterator[T]:
    """Yield ``length`` results and show how many there were, and how long the others will take at this pace.

    Unless ``brief``, no line is written of work that takes less than ``every`` seconds.
    """
    if sys.stderr.isatty():
        with click.progressbar(results, length=length, label=label, show_pos=True, file=sys.stderr) as bar:
            yield from bar
        return
    began = told = time.monotonic()
    for done, result in enumerate(results, 1):
        yield result
        now = time.monotonic()
        if now - told >= every or done == length and (brief or told > began):
            click.echo(line(label, done, length, now - began), err=True)
            told = now


def when_long(results: Iterable[T], length: int, label: str) -> Iterator[T]:
    """As :func:`shown`; brief work leaves no line."""
    return shown(results, length, label, brief=False)


def line(label: str, done: int, length: int, seconds: float) -> str:
    """``Reading: 120 of 2000 in 2 min, about 31 min left``."""
    said = f"{label}: {done} of {length} in {spoken(seconds)}"
    return said if done == length else f"{said}, about {spoken(seconds / done * (length - done))} left"


def spoken(seconds: float) -> str:
    """A time as a person says it: 40 s, 12 min, 3 h 05 min."""
    if seconds < 60:
        return f"{seconds:.0f} s"
    hours, minutes = divmod(round(seconds / 60), 60)
    return f"{hours} h {minutes:02} min" if hours else f"{minutes} min"
