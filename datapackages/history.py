"""What became of documents over time: the rows of ``changes`` and ``corrections``, and what waits for a person."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path

from datapackages import codes, tabular
from datapackages.changes import Change, Comparison, compare, may_be_versions
from datapackages.correcting import Result, box_of
from datapackages.corrections import COLUMNS, Correction
from datapackages.matching import figure
from datapackages.model import Fact
from datapackages.placing import NO_DISCLOSURE, Placing
from datapackages.spool import Spool
from datapackages.versions import Placed
from datapackages.whole_file import replacing

Row = dict[str, object]
EDGES = ("x0", "top", "x1", "bottom")
REVIEW = ("reason", "found_sha256", "found_page", "found_text")  # what the review file adds to a line


@dataclass(frozen=True, kw_only=True)
class Reviewed:
    """A correction with its state now that all versions are known, and the figure that stands there now."""

    result: Result
    found: Fact | None


class History:
    """Every version held against the one before it, once all documents of a run are placed."""

    def __init__(self, placing: Placing, spool: Spool, results: Mapping[str, tuple[Result, ...]]) -> None:
        self._placing = placing
        self._spool = spool
        self._results = results
        self._documents = {placed.sha256: placed for placed in placing.documents}
        self._next = {earlier: later for later, earlier in sorted(placing.versions.supersedes.items())}
        followed = set(self._followed())
        self._comparisons = {
            later: self._compared(earlier, later, keep=earlier in followed)
            for later, earlier in sorted(placing.versions.supersedes.items())
        }
        self._reviewed = {
            sha: tuple(map(self._review, some)) for sha, some in results.items() if sha in self._documents
        }

    def difference(self, sha256: str) -> str:
        """How a version differs from the one before it (codes/differences.csv), "" for a first version."""
        comparison = self._comparisons.get(sha256)
        return comparison.difference if comparison else ""

    def changes(self, placed: Placed) -> Iterator[Row]:
        """Yield the rows of ``changes`` of a document: since the version before it, then by corrections."""
        comparison = self._comparisons.get(placed.sha256)
        made = list(comparison.changes) if comparison else []
        seen = placed.first_seen
        told = [(change, comparison.before, seen) for change in made if comparison]
        told += [
            (_corrected(reviewed.result), placed.sha256, reviewed.result.correction.when)
            for reviewed in self._reviewed.get(placed.sha256, ())
            if reviewed.result.state == "applied"
        ]
        for seq, (change, earlier, changed_on) in enumerate(told, start=1):
            yield {**_change(change), **_slot(placed), "seq": seq, "from_sha256": earlier, "changed_on": changed_on}

    def corrections(self, placed: Placed) -> Iterator[Row]:
        """Yield the rows of ``corrections`` of a document."""
        for reviewed in self._reviewed.get(placed.sha256, ()):
            yield {**_correction(reviewed), **_document(placed)}

    def waiting(self) -> Iterator[Reviewed]:
        """Yield the corrections that a person must look at, those of files that are not here among them."""
        for sha, results in sorted(self._results.items()):
            for at, result in enumerate(results):
                reviewed = self._reviewed[sha][at] if sha in self._reviewed else Reviewed(result=result, found=None)
                if reviewed.result.state == "review":
                    yield reviewed

    def _followed(self) -> Iterator[str]:
        """The corrected documents and every version after them."""
        for sha in self._results:
            for _ in range(len(self._next) + 1):
                yield sha
                if sha not in self._next:
                    break
                sha = self._next[sha]

    def _compared(self, earlier: str, later: str, keep: bool) -> Comparison:
        """Compare two versions; no row says which came first where no date tells it."""
        if not _are_versions(self._documents[earlier], self._documents[later]):
            return Comparison(before=earlier, after=later, difference="other", changes=(), same={})
        sides = (self._spool.compared(sha, self._printed(sha)) for sha in (earlier, later))
        found = compare(*sides)
        dated = later not in self._placing.versions.undated
        return replace(found, changes=found.changes if dated else (), same=found.same if keep else {})

    def _printed(self, sha256: str) -> dict[str, Fact]:
        """Fact id → the corrected figures of a document as they are printed."""
        results = self._results.get(sha256, ())
        return {result.before.fact_id: result.before for result in results if result.before}

    def _review(self, result: Result) -> Reviewed:
        """A correction of a document that another succeeded is never carried over: a person must look."""
        sha = result.correction.sha256
        if sha not in self._next or result.state == "withdrawn":
            return Reviewed(result=result, found=result.before)
        fact = result.before
        for _ in range(len(self._next)):
            if sha not in self._next or fact is None:
                break
            sha = self._next[sha]
            fact = self._comparisons[sha].same.get(fact.fact_id)
        return Reviewed(result=replace(result, state="review", reason=_reason(result, fact)), found=fact)


def _reason(result: Result, fact: Fact | None) -> str:
    if result.state == "review":
        return result.reason
    if fact is None:
        return "replaced_gone"
    return "replaced_same" if figure(fact) == result.correction.before else "replaced_altered"


def _are_versions(earlier: Placed, later: Placed) -> bool:
    """Whether two documents at one address may be one disclosure, and the later one is a disclosure at all."""
    if later.document.kind in NO_DISCLOSURE:
        return False
    same_unit = not (earlier.unit_id and later.unit_id) or earlier.unit_id == later.unit_id
    return same_unit and may_be_versions(earlier.document, later.document)


def _corrected(result: Result) -> Change:
    assert result.before, "a correction that was applied has its figure"
    fact, number = result.before, result.correction.after
    factor = codes.money_factors().get(fact.money_unit, Decimal(1)) if fact.amount is not None else Decimal(1)
    text = tabular.decimal_text(number / factor)
    money = fact.amount is not None
    after = replace(fact, amount=number if money else None, value=None if money else number, amount_text=text)
    return Change(kind="altered", cause="correction", before=fact, after=after)


def _change(change: Change) -> Row:
    fact = change.fact
    return {
        "kind": change.kind,
        "cause": change.cause,
        "canonical": fact.canonical,
        "fiscal_year": fact.fiscal_year,
        "measure": fact.measure,
        "name": fact.name,
        "row_path": fact.row_path,
        "column_label": fact.column_label,
        **_side("old", change.before),
        **_side("new", change.after),
        "change_amount": _difference(change),
    }


def _difference(change: Change) -> Decimal | None:
    amounts = [fact.amount for fact in (change.before, change.after) if fact and fact.amount is not None]
    return amounts[1] - amounts[0] if len(amounts) == 2 else None


def _side(name: str, fact: Fact | None) -> Row:
    unit = (fact.money_unit if fact.amount is not None else fact.value_unit) if fact else ""
    box = box_of(fact) if fact else (None,) * 4
    return {
        f"{name}_text": fact.amount_text if fact else "",
        f"{name}_unit": unit,
        f"{name}_amount": fact.amount if fact else None,
        f"{name}_fact_id": fact.fact_id if fact else "",
        f"{name}_page": fact.page if fact else None,
        **{f"{name}_{edge}": value for edge, value in zip(EDGES, box, strict=True)},
    }


def _document(placed: Placed) -> Row:
    said = placed.document
    return {
        "sha256": placed.sha256,
        "jurisdiction": placed.jurisdiction,
        "unit_id": placed.unit_id,
        "document_year": said.fiscal_year,
        "stage": said.stage,
    }


def _slot(placed: Placed) -> Row:
    return {**_document(placed), "scope": placed.document.scope, "part": placed.document.part}


def _correction(reviewed: Reviewed) -> Row:
    result, found = reviewed.result, reviewed.found
    correction = result.correction
    return {
        **{name: getattr(correction, name) for name in COLUMNS if name not in ("sha256", "box", "state")},
        **dict(zip(EDGES, correction.box, strict=True)),
        "state": result.state,
        "reason": result.reason,
        "fact_id": result.before.fact_id if result.before else "",
        "found_sha256": found.sha256 if found else "",
        "found_fact_id": found.fact_id if found else "",
        "found_page": found.page if found else None,
        "found_text": found.amount_text if found else "",
    }


def write_review(data: Path, waiting: Iterable[Reviewed]) -> None:
    """Write ``data/review/corrections.csv``: the lines that wait for a person, and why; only a header for none.

    Lines of the shipped list whose document is not here are no business of this installation.
    """
    rows = [
        _review_row(reviewed)
        for reviewed in waiting
        if not (reviewed.result.correction.shipped and reviewed.result.reason == "document_unknown")
    ]
    path = data / "review" / "corrections.csv"
    if not rows and not path.exists():
        return
    with replacing(path) as file:
        writer = csv.DictWriter(file, (*COLUMNS, *REVIEW), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def _review_row(reviewed: Reviewed) -> dict[str, str]:
    told = _correction(reviewed)
    correction: Correction = reviewed.result.correction
    told |= {"sha256": correction.sha256, "box": "|".join(map(tabular.text, correction.box))}
    return {name: tabular.text(told[name]) for name in (*COLUMNS, *REVIEW)}
