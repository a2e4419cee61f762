"""How often one address may ask: ``YUSUAN_RATE`` requests a minute, 600 when not set, 0 for no limit.

A proxy on the same machine says for whom it asks (``X-Forwarded-For``); one elsewhere is named to uvicorn by
``FORWARDED_ALLOW_IPS``. Who asks from the machine itself is not limited.
"""

import ipaddress
import os
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from typing import Any

from datasette import hookimpl

RATE = 600  # requests a minute
COSTS = ((".csv", 10), (".xlsx", 20), (".zip", 5), (".png", 2))  # what an answer costs, in requests
KEPT = 10_000  # addresses; the one that asked longest ago is forgotten first


class Buckets:
    """Tokens by address: as many as a minute brings, refilled evenly, spent by asking."""

    def __init__(self, rate: int) -> None:
        self.rate = rate
        self._left: OrderedDict[str, tuple[float, float]] = OrderedDict()  # tokens left, when

    def wait(self, address: str, cost: int, now: float) -> float:
        """Take the tokens and return 0, or take none and return the seconds until there are enough."""
        left, then = self._left.pop(address, (float(self.rate), now))
        left = min(self.rate, left + (now - then) * self.rate / 60)
        taken = cost if left >= cost else 0
        self._left[address] = (left - taken, now)
        if len(self._left) > KEPT:
            self._left.popitem(last=False)
        return 0.0 if taken else (cost - left) * 60 / self.rate


def bucket_of(host: str) -> str | None:
    """The address that is counted: a whole /64 of IPv6, which is one customer; None for this machine."""
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return host
    if address.is_loopback:
        return None
    return str(ipaddress.ip_network((host, 64), strict=False)) if address.version == 6 else host


def cost_of(path: str) -> int:
    return next((cost for ending, cost in COSTS if path.endswith(ending)), 1)


@hookimpl(trylast=True)  # wraps all the others, so that nothing is done for who asks too often
def asgi_wrapper(datasette: Any) -> Callable[[Any], Any]:
    buckets = Buckets(int(os.environ.get("YUSUAN_RATE", RATE)))

    def wrap(app: Callable[..., Awaitable[None]]) -> Callable[..., Awaitable[None]]:
        async def limited(scope: dict[str, Any], receive: Any, send: Any) -> None:
            bucket = bucket_of(scope["client"][0]) if scope["type"] == "http" and scope.get("client") else None
            wait = buckets.wait(bucket, cost_of(scope["path"]), time.monotonic()) if bucket and buckets.rate else 0
            if wait:
                await _refuse(datasette, send, wait)
            else:
                await app(scope, receive, send)

        return limited

    return wrap


async def _refuse(datasette: Any, send: Any, wait: float) -> None:
    page = (await datasette.render_template("error.html", {"status": 429, "reason": ""})).encode()
    headers = [
        (b"content-type", b"text/html; charset=utf-8"),
        (b"retry-after", str(int(wait) + 1).encode()),
        (b"cache-control", b"no-store"),
    ]
    await send({"type": "http.response.start", "status": 429, "headers": headers})
    await send({"type": "http.response.body", "body": page})
