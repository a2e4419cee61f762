"""DOCUMENT -> TABLE -> FACT: the only place that reads PDFs.

``parse(path)`` reads a file whole; ``read(path)`` stops at tables and facts.
"""

from parsers.document import parse, read
from parsers.version import parser_version

__all__ = ["parse", "parser_version", "read"]
