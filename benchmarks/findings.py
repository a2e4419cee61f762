"""``python -m benchmarks.findings``: what every rule says of the real budgets, into datapackages/checks/README.md.

All real budgets are parsed and triaged again; ``--sample`` reads more than the usual one per cent of lists twice,
to know the rate better.
"""

from __future__ import annotations

import argparse
import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path

import parsers
from benchmarks.corpus import real_budgets, shared
from datapackages.checks import report
from datapackages.checks.report import Counts
from datapackages.model import ParsedDocument
from parsers.triage import agreement, triage

README = Path(report.__file__).with_name("README.md")
LARGER = 10.0  # per cent of all lists, read twice for the figure beside the one of the fixed sample
OPEN = "Fails where the readers differ (`parser`), or where the second one cannot tell (`undecided`)."
SAYS = {"sample": "the fixed sample of 1 % of all lists", "checks": "lists of failing checks and questions"}


def main() -> None:
    """Write the tables anew and print the lines that changed hands."""
    options = argparse.ArgumentParser(prog="python -m benchmarks.findings", description=__doc__)
    options.add_argument("--workers", type=int, default=0, help="documents at a time; 0: one for each core")
    found = parsers.many(real_budgets(), workers=options.parse_args().workers, triaged=True)
    lines = list(tables(found))
    README.write_text(report.replaced(README.read_text(encoding="utf-8"), lines), encoding="utf-8")
    print("\n".join(line for line in lines if not line.startswith("| ")))
    print(f"written to {README}")


def dated() -> str:
    """The SHA-256 of the list of documents: the tables hold for these documents and no others."""
    return hashlib.sha256((shared() / "real" / "documents.tsv").read_bytes()).hexdigest()


def tables(documents: Iterable[tuple[Path, ParsedDocument]]) -> Iterator[str]:
    """The part of the README that is regenerated, from triaged documents and the files they were read from."""
    counts, rates = Counts(), {why: Counter[str]() for why in (*SAYS, "larger")}
    for path, parsed in documents:
        counts.add(path.stem, parsed)
        _add(rates, path, parsed)
    yield f"Over {counts.documents} real budgets and final accounts, documents.tsv {dated()}:"
    yield from ("", *report.kinds_table(counts), "", report.coverage_line(counts), "", *report.rules_table(counts))
    yield from ("", "### How often two readers agree", "")
    says = {**SAYS, "larger": f"a sample of {LARGER:g} % of all lists"}
    yield from report.agreement_table(
        {says[why]: (rate["tables"], rate["compared"], rate["agreed"]) for why, rate in rates.items()}
    )
    yield from ("", "### Not the documents' fault", "", OPEN, "")
    yield from report.open_table(counts)


def _add(rates: dict[str, Counter[str]], path: Path, parsed: ParsedDocument) -> None:
    for why, found in agreement(parsed).items():
        rates[why].update(found._asdict())
    larger = agreement(triage(replace(parsed, checks=()), path, percent=LARGER)).get("sample")
    if larger:
        rates["larger"].update(larger._asdict())


if __name__ == "__main__":
    main()
