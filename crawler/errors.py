"""What can stop a crawl or an import before or besides its work. The message says what to do next."""

from __future__ import annotations


class CrawlerError(Exception):
    """The base of the errors below; anything else that escapes is a defect."""


class UsageError(CrawlerError):
    """What was asked for does not exist or is not complete: a source, a setting, a manifest line."""


class Locked(CrawlerError):
    """Another crawl or import is at work in the same data directory."""


class Crashed(CrawlerError):
    """The crawling process ended without a report."""
