"""DOCUMENT -> TABLE -> FACT: the only place that reads PDFs.

``parse(path)`` reads a file whole; ``read(path)`` stops at tables and facts. Both work in the calling
process; ``isolated(path)`` and ``many(paths)`` do it in child processes with limits.
"""

from parsers.document import parse, read, unreadable
from parsers.isolated import isolated, many
from parsers.version import parser_version

__all__ = ["isolated", "many", "parse", "parser_version", "read", "unreadable"]
