"""DOCUMENT -> TABLE -> FACT: the only place that reads PDFs.

``parse(path)`` reads a file whole; ``read(path)`` stops at tables and facts; ``triage(parsed, path)`` lets a
second reader say whose fault a failing check is; ``evidence(path, parsed, outcome)`` draws what it is about.
They work in the calling process; ``isolated(path)``, ``many(paths)`` and a ``Reader`` do it in child processes
with limits.
"""

from datapackages.workers import cores
from parsers.document import parse, read, unreadable
from parsers.evidence import evidence
from parsers.isolated import SECONDS, Reader, isolated, many
from parsers.triage import triage
from parsers.version import parser_version

__all__ = [
    "SECONDS", "Reader", "cores", "evidence", "isolated", "many", "parse", "parser_version", "read", "triage",
    "unreadable",
]  # fmt: skip
