"""``python -m benchmarks [NAME...]``: tables of figures with the goal beside each."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator
from itertools import chain
from pathlib import Path

from benchmarks import (
    accuracy,
    additive,
    cluster,
    crawl,
    kills,
    meaning,
    memory,
    mutations,
    nation,
    packages,
    pool,
    rehearsal,
    released,
    scans,
    site,
    speed,
    switches,
    trust,
)
from benchmarks.figures import Figure, show

TABLES = {
    "accuracy": "Accuracy on typed real documents (best peer: on other real documents) and on made-up ones",
    "meaning": "Meaning of columns and rows of four real documents; every miss is printed",
    "additive": "Lists whose additive figures make the printed total; every other is printed",
    "trust": "Amounts of real documents proved by a check, and wrong digits found by one; every other is printed",
    "speed": f"CPU over the real budgets, medians; pdfplumber reads each {speed.SAMPLE}th page",
    "memory": "Peak memory of a worker",
    "scans": scans.TITLE,
    "mutations": "Damaged files",
    "kills": kills.TITLE,
    "crawl": crawl.TITLE,
    "pool": pool.TITLE,
    "cluster": cluster.TITLE,
    "packages": packages.TITLE,
    "nation": nation.TITLE,
    "rehearsal": rehearsal.TITLE,
    "released": released.TITLE,
    "site": site.TITLE,
    "switches": switches.TITLE,
}


def main() -> None:
    """Print the tables asked for, all of them when none is named."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"{', '.join(TABLES)}; all when none is named")
    parser.add_argument("--count", type=int, default=mutations.COUNT, help="damaged files (default %(default)s)")
    parser.add_argument("--rounds", type=int, default=speed.ROUNDS, help="of speed (default %(default)s)")
    parser.add_argument("--rows", type=int, default=packages.MANY, help="of packages, site, nation (%(default)s)")
    parser.add_argument("--documents", type=int, help="of pool (2000), cluster (200), rehearsal (1000)")
    parser.add_argument("--folder", type=Path, help="keeps what site and nation made for the next run")
    options = parser.parse_args()
    if unknown := set(options.names) - set(TABLES):
        parser.error(f"no table named {', '.join(sorted(unknown))}; there are {', '.join(TABLES)}")
    for name in options.names or TABLES:
        show(TABLES[name], _measures(options)[name]())


def _measures(options: argparse.Namespace) -> dict[str, Callable[[], Iterator[Figure]]]:
    return {
        "accuracy": lambda: chain(accuracy.real(), accuracy.made_up(ruled=True), accuracy.made_up(ruled=False)),
        "meaning": meaning.measure,
        "additive": additive.measure,
        "switches": switches.measure,
        "trust": trust.measure,
        "speed": lambda: speed.measure(options.rounds),
        "memory": memory.measure,
        "scans": scans.measure,
        "mutations": lambda: mutations.measure(options.count),
        "kills": kills.measure,
        "crawl": crawl.measure,
        "pool": lambda: pool.measure(options.documents or pool.DOCUMENTS),
        "cluster": lambda: cluster.measure(options.documents or cluster.DOCUMENTS),
        "packages": lambda: packages.measure(options.rows),
        "nation": lambda: nation.measure(options.rows, options.folder),
        "rehearsal": lambda: rehearsal.measure(options.documents or rehearsal.PARTS[-1]),
        "released": released.measure,
        "site": lambda: site.measure(options.rows, options.folder),
    }


if __name__ == "__main__":
    main()
