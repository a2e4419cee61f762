"""What a benchmark prints: a figure, its goal beside it, and the best peer."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Figure:
    """One line: what was measured, the figure, the goal (``>= 99.5 %``), whether it is reached, the peer's."""

    what: str
    figure: str
    goal: str = ""
    reached: bool | None = None  # None where there is no goal
    peer: str = ""


def at_least(what: str, value: float, goal: float, unit: str = "", *, peer: str = "") -> Figure:
    """A figure that should be ``goal`` or more."""
    return Figure(what=what, figure=_text(value, unit), goal=f">= {goal:g}{unit}", reached=value >= goal, peer=peer)


def at_most(what: str, value: float, goal: float, unit: str = "", *, peer: str = "") -> Figure:
    """A figure that should be ``goal`` or less."""
    return Figure(what=what, figure=_text(value, unit), goal=f"<= {goal:g}{unit}", reached=value <= goal, peer=peer)


def _text(value: float, unit: str) -> str:
    return f"{value:g}{unit}" if isinstance(value, int) else f"{value:.2f}{unit}"


def show(title: str, figures: Iterable[Figure]) -> None:
    """Print a table, a line as soon as it is measured."""
    print(f"\n{title}\n{'':56}{'figure':>16}{'goal':>14}  {'':8}best peer", flush=True)
    for one in figures:
        word = {True: "reached", False: "MISSED", None: ""}[one.reached]
        print(f"{one.what:56}{one.figure:>16}{one.goal:>14}  {word:8}{one.peer}", flush=True)
