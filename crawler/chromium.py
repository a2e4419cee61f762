"""Where the browser is that renders the pages of sources with ``browser: true``."""

from __future__ import annotations

import os
import shutil
from importlib.util import find_spec

from crawler.errors import UsageError

NAMES = ("chromium", "chromium-browser", "google-chrome")
CHOSEN = "PLAYWRIGHT_CHROMIUM_EXECUTABLE_PATH"


def executable(source: str) -> str:
    """The path of Chromium; UsageError says what to install where a part is missing."""
    if find_spec("scrapy_playwright") is None:
        raise UsageError(
            f"{source} needs a browser (browser: true): `pip install 'yusuan[browser]'`, or leave it out"
        )
    found = os.environ.get(CHOSEN) or next(filter(None, map(shutil.which, NAMES)), "")
    if not found:
        raise UsageError(
            f"{source} needs a browser (browser: true) and no Chromium is here:"
            f" install one ({', '.join(NAMES)}) or set {CHOSEN} to its path"
        )
    return found
