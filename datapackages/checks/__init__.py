"""FACTS → OUTCOMES: every rule of the house, held against one document or several.

``run(parsed)`` gives the outcome of every rule on one document. A rule that finds nothing to look at is
``not_applicable``, one that breaks is ``error``: "did not run" is never "passed".
"""

from __future__ import annotations

from datapackages.checks import (  # noqa: F401  registers their rules
    balances,
    between,
    between_codes,
    between_projects,
    catalogue,
    classified,
    column_sums,
    dates,
    form_sums,
    names_and_years,
    numbering,
    percentages,
    prose,
    prose_changes,
    questions_figures,
    questions_forms,
    required_texts,
    row_sums,
    template_remains,
    three_public,
)
from datapackages.checks.outcomes import checked, coverage, run
from datapackages.checks.rules import RULES, Rule

__all__ = ["RULES", "Rule", "checked", "coverage", "run"]
