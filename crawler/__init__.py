"""SITE → DOCUMENT: ask disclosure sites politely, keep every version of every document, record who showed it when.

``crawl`` asks the sites of ``crawler/sources``, ``import_paths`` takes files that somebody already has;
both end in the same store (``crawler.blobs``) and the same ``crawl.db`` (``crawler.state``).
"""

from crawler.importing import ImportReport, import_paths
from crawler.run import CrawlReport, crawl

__all__ = ["CrawlReport", "ImportReport", "crawl", "import_paths"]
