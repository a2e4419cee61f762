"""What a data directory need not keep: builds no longer served, parses of older parsers, old reports.

Documents, crawl.db, packages and corrections are never removed.
"""

from __future__ import annotations

import shutil
from pathlib import Path

from parsers import parser_version

BUILDS, REPORTS = 3, 400


def tidy(data: Path, builds: int = BUILDS) -> list[str]:
    """Remove all but the served and the ``builds`` latest builds, older parsers' parses and the oldest reports.

    Returns the names of what was removed.
    """
    gone = [*_old_builds(data, builds), *_old_parses(data)]
    for path in gone:
        shutil.rmtree(path)
    reports = sorted((data / "runs").glob("*.json"))[:-REPORTS]
    for report in reports:
        report.with_suffix(".md").unlink(missing_ok=True)
        report.unlink()
    return [str(path.relative_to(data)) for path in [*gone, *reports]]


def _old_builds(data: Path, builds: int) -> list[Path]:
    served = (data / "site" / "current").resolve()
    found = [path for path in (data / "site").glob("*") if path.is_dir() and not path.is_symlink()]
    found = [path for path in found if path != served and (path / "budgets.db").is_file()]
    found.sort(key=lambda path: (path / "budgets.db").stat().st_mtime)
    return found[: max(len(found) - (builds - 1), 0)]


def _old_parses(data: Path) -> list[Path]:
    return [path for path in (data / "parsed").glob("*") if path.is_dir() and path.name != parser_version()]
