"""DOCUMENT -> TABLE -> FACT: the only place that reads PDFs."""
