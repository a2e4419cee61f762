"""An empty Scrapy run under the crawler's own settings: ``python -m benchmarks.empty_crawl SOURCE.yaml``."""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

from scrapy import Spider
from scrapy.crawler import CrawlerProcess

from crawler.catalogue import load
from crawler.settings import settings


class Nothing(Spider):
    """Asks for nothing."""

    name = "nothing"

    async def start(self) -> AsyncIterator[Any]:
        """No request."""
        for request in list[Any]():
            yield request


def main() -> None:
    """Start Scrapy, open a spider, close it."""
    process = CrawlerProcess(settings(load(Path(sys.argv[1])), {}, "loopback only"))
    process.crawl(Nothing)
    process.start()


if __name__ == "__main__":
    main()
