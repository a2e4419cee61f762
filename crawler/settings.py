"""How polite we are: Scrapy settings for one source."""

from __future__ import annotations

from collections.abc import Mapping
from importlib.metadata import version
from typing import Any

from crawler import chromium
from crawler.catalogue import Source

# The browser asks the crawler for everything and nobody else; a script may not fill the memory of the machine.
ALONE = ("--host-resolver-rules=MAP * ~NOTFOUND", "--no-proxy-server", "--disable-background-networking")
BOUNDED = ("--no-sandbox", "--disable-dev-shm-usage", "--js-flags=--max-old-space-size=512")

def settings(source: Source, hosts: Mapping[str, str], contact: str) -> dict[str, Any]:
    """One request at a time for each host, with a pause, under our own name, as robots.txt allows."""
    return {
        "ROBOTSTXT_OBEY": True,
        "ROBOTSTXT_USER_AGENT": "Yusuan",
        "USER_AGENT": f"Yusuan/{version('yusuan')} (+{contact})",
        "CONCURRENT_REQUESTS_PER_DOMAIN": 1,
        "DOWNLOAD_DELAY": source.pace,
        "DOWNLOAD_DELAY_JITTER": 0,  # the pace is the least, not the mean
        "AUTOTHROTTLE_ENABLED": True,
        "AUTOTHROTTLE_START_DELAY": source.pace,
        "AUTOTHROTTLE_TARGET_CONCURRENCY": 1.0,
        "AUTOTHROTTLE_MAX_DELAY": 60,
        "RETRY_TIMES": 5,
        "REDIRECT_MAX_TIMES": 5,
        "DOWNLOAD_TIMEOUT": 120,
        "DOWNLOAD_MAXSIZE": 200_000_000,
        "DOWNLOAD_WARNSIZE": 32_000_000,
        "DOWNLOAD_VERIFY_CERTIFICATES": source.verify_certificates,
        "DOWNLOAD_TLS_MIN_VERSION": "TLSv1.0" if source.old_tls else None,  # with old_tls.cnf: run.py
        "COOKIES_ENABLED": source.cookies,
        "HTTPERROR_ALLOW_ALL": True,  # every status is an answer that is recorded
        "HTTPCACHE_ENABLED": False,
        # Half of a crawl's CPU without these two: Scrapy parses the callback's source for every answer, to warn
        # of a mistake that the type checker finds, and starts a hundred tasks for items that we do not have.
        "WARN_ON_GENERATOR_RETURN_VALUE": False,
        "CONCURRENT_ITEMS": 1,
        "TELNETCONSOLE_ENABLED": False,
        "REMOTE_CONTROL_ENABLED": False,  # both would open a port on which code can be run
        "META_COPY_WARN_SKIP_KEYS": ["download_latency", "retry_times"],  # a retried request keeps its meta
        "LOG_LEVEL": "INFO",
        "MAPPED_HOSTS": dict(hosts),
        "DOWNLOAD_HANDLERS": dict.fromkeys(("http", "https"), "crawler.downloading.MappedHttpHandler"),
        "EXTENSIONS": {"scrapy.extensions.throttle.AutoThrottle": None, "crawler.downloading.Throttle": 0},
        "DOWNLOADER_MIDDLEWARES": {
            "scrapy.downloadermiddlewares.robotstxt.RobotsTxtMiddleware": None,
            "crawler.downloading.Revalidation": 50,  # before robots.txt, which is not asked of foreign hosts either
            "crawler.downloading.Robots": 100,
            "crawler.downloading.Patience": 555,
            **({"crawler.browser.Rendering": 50} if source.browser else {}),
        },
        **(_browser(source) if source.browser else {}),
    }


def _browser(source: Source) -> dict[str, Any]:
    launch = {"executable_path": chromium.executable(source.name), "args": [*ALONE, *BOUNDED]}
    # One limit for a page is enough: the source's, for all that happens on it (browser.py).
    return {"PLAYWRIGHT_LAUNCH_OPTIONS": launch, "PLAYWRIGHT_DEFAULT_NAVIGATION_TIMEOUT": 0}
