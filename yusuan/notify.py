"""Tell the operator's own services of a run: a webhook of what came, a ping that falls silent when none runs."""

from __future__ import annotations

import json
import os
import urllib.error
import urllib.request
from typing import Any

from yusuan.runs import Run

WEBHOOK, PING = "YUSUAN_WEBHOOK", "YUSUAN_PING"
PATIENCE = 10  # seconds
GOOD = ("published", "unchanged")


def notify(run: Run) -> list[str]:
    """POST the run to YUSUAN_WEBHOOK, GET YUSUAN_PING (``/fail`` behind it for a bad night).

    Returns what could not be told: a service that does not answer fails no night.
    """
    troubles = []
    if webhook := os.environ.get(WEBHOOK, ""):
        troubles += _ask(webhook, json.dumps(summary(run), ensure_ascii=False).encode())
    if ping := os.environ.get(PING, ""):
        troubles += _ask(ping if run.state in GOOD else f"{ping.rstrip('/')}/fail", None)
    return troubles


def summary(run: Run) -> dict[str, Any]:
    """What a webhook is sent: the state, the failed gates, and how much is new, changed, gone and blocked."""
    nights = run.nights.values()
    counts = {word: sum(len(night[word]) for night in nights) for word in ("new", "changed", "vanished")}
    blocked = sum(trouble["kind"] == "blocked" for night in nights for trouble in night["troubles"])
    return {
        "run": run.run,
        "state": run.state,
        "sources": run.sources,
        **counts,
        "blocked": blocked,
        "failed_gates": run.failed_gates,
        "error": run.error,
        "database": run.database,
    }


def _ask(address: str, body: bytes | None) -> list[str]:
    if not address.startswith(("http://", "https://")):
        return [f"{address}: expected an address that begins with http:// or https://"]
    asked = urllib.request.Request(address, data=body, headers={"Content-Type": "application/json"})  # noqa: S310
    try:
        with urllib.request.urlopen(asked, timeout=PATIENCE):  # noqa: S310
            return []
    except (urllib.error.URLError, OSError, ValueError) as error:
        return [f"{address}: {error}"]
