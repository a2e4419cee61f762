"""``?_bom=on`` puts a byte order mark before a CSV, without which Excel shows Chinese as garbage."""

from collections.abc import Awaitable, Callable
from typing import Any

from datasette import hookimpl

MARK = b"\xef\xbb\xbf"


@hookimpl
def asgi_wrapper(datasette: Any) -> Callable[[Any], Any]:
    def wrap(app: Callable[..., Awaitable[None]]) -> Callable[..., Awaitable[None]]:
        async def exported(scope: dict[str, Any], receive: Any, send: Any) -> None:
            if b"_bom=on" in scope.get("query_string", b"").split(b"&"):
                send = _marked(send)
            await app(scope, receive, send)

        return exported

    return wrap


def _marked(send: Callable[[dict[str, Any]], Awaitable[None]]) -> Callable[[dict[str, Any]], Awaitable[None]]:
    """Send the mark before the first bytes of a CSV; other answers pass as they are."""
    started: dict[str, Any] = {}

    async def send_marked(message: dict[str, Any]) -> None:
        if message["type"] == "http.response.start":
            started.update(message)
            headers = {name.lower(): value for name, value in message["headers"]}
            # An answer that has announced its length cannot grow.
            started["csv"] = headers.get(b"content-type", b"").startswith((b"text/csv", b"text/plain"))
            started["csv"] &= message["status"] == 200 and b"content-length" not in headers
        elif started.pop("csv", False):
            message = {**message, "body": MARK + message.get("body", b"")}
        await send(message)

    return send_marked
