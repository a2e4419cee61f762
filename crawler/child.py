"""The crawling process: a job as one line of JSON on stdin, a report as JSON on stdout, the log on stderr."""

from __future__ import annotations

import asyncio
import json
import os
import sys
import threading
from pathlib import Path
from typing import Any

from scrapy.crawler import AsyncCrawlerRunner, Crawler
from scrapy.settings import Settings
from scrapy.utils.defer import deferred_f_from_coro_f
from scrapy.utils.log import configure_logging
from scrapy.utils.reactor import install_reactor

from crawler import blobs
from crawler.catalogue import Source, pick
from crawler.errors import Locked
from crawler.hosts import grouped
from crawler.lock import hold
from crawler.run import LOCKED
from crawler.settings import settings
from crawler.state import State

REACTOR = "twisted.internet.asyncioreactor.AsyncioSelectorReactor"


def main() -> int:
    """Do the job; 75 when another crawl is at work in the data directory."""
    job = json.loads(sys.stdin.readline())
    threading.Thread(target=_end_with_parent, daemon=True).start()
    try:
        with hold(Path(job["data"])):
            results = _crawl(job)
    except Locked as error:
        print(error, end="")
        return LOCKED
    print(json.dumps(results))
    return 0


def _end_with_parent() -> None:
    # The pipe closes when the parent ends, however it ended; every answer so far is already kept.
    sys.stdin.read()
    os._exit(1)


def _crawl(job: dict[str, Any]) -> dict[str, dict[str, Any]]:
    install_reactor(REACTOR)
    from twisted.internet.task import react  # a reactor must be installed before this import

    results: dict[str, dict[str, Any]] = {}
    data = Path(job["data"])
    blobs.sweep(data)

    async def everything(_: object = None) -> None:
        with State(data) as state:
            chains = grouped(pick(job["names"], data))
            await asyncio.gather(*(_chain(chain, state, job, results) for chain in chains))

    configure_logging({"LOG_LEVEL": "INFO"})
    try:
        react(deferred_f_from_coro_f(everything))
    except SystemExit as end:
        if end.code:
            raise
    return results


async def _chain(
    chain: list[Source], state: State, job: dict[str, Any], results: dict[str, dict[str, Any]]
) -> None:
    """Sources on the same host one after another, because a host is asked one thing at a time."""
    from crawler.spider import DisclosureSpider  # Scrapy's spider imports parts of Twisted that want the reactor

    runner = AsyncCrawlerRunner()
    for source in chain:
        crawler = Crawler(DisclosureSpider, Settings(settings(source, job["hosts"], job["contact"])))
        await runner.crawl(crawler, source=source, state=state, recheck=job["recheck"])
        assert isinstance(crawler.spider, DisclosureSpider)
        results[source.name] = crawler.spider.result


if __name__ == "__main__":
    sys.exit(main())
