"""What every answer says to the browser, and which of Datasette's own pages stay shut."""

from collections.abc import Awaitable, Callable
from typing import Any

from datasette import hookimpl

PAGE_POLICY = (
    "default-src 'none'; img-src 'self'; style-src 'self'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'"
)
PDF_POLICY = "frame-ancestors 'none'; base-uri 'none'; form-action 'none'"  # the browser's viewer needs the rest
COMMON = {
    b"x-content-type-options": b"nosniff",
    b"x-frame-options": b"DENY",
    b"referrer-policy": b"no-referrer",
    b"cross-origin-opener-policy": b"same-origin",
    b"permissions-policy": b"camera=(), geolocation=(), microphone=()",
}
# They tell paths on the server's disk, threads and settings, or are forms for developers.
SHUT = (
    "/-/actor", "/-/allow-debug", "/-/auth-token", "/-/config", "/-/databases", "/-/logout", "/-/messages",
    "/-/patterns", "/-/permissions", "/-/plugins", "/-/settings", "/-/threads",
)  # fmt: skip


def _is_shut(path: str) -> bool:
    return path.removesuffix(".json").rstrip("/") in SHUT


@hookimpl
def asgi_wrapper(datasette: Any) -> Callable[[Any], Any]:
    base, seconds = datasette.setting("base_url").rstrip("/"), datasette.setting("default_cache_ttl")

    def wrap(app: Callable[..., Awaitable[None]]) -> Callable[..., Awaitable[None]]:
        async def guarded(scope: dict[str, Any], receive: Any, send: Any) -> None:
            async def send_with_headers(message: dict[str, Any]) -> None:
                if message["type"] == "http.response.start":
                    headers = _guarded(message.get("headers", []))
                    message = {**message, "headers": [*headers, *_kept(message["status"], headers, seconds)]}
                await send(message)

            if scope["type"] == "http" and _is_shut(scope["path"].removeprefix(base)):
                scope = {**scope, "path": f"{base}/-/shut", "raw_path": f"{base}/-/shut".encode()}
            await app(scope, receive, send_with_headers)

        return guarded

    return wrap


def _kept(status: int, headers: list[tuple[bytes, bytes]], seconds: int) -> list[tuple[bytes, bytes]]:
    """How long a proxy may keep an answer that says nothing of it: never one that failed or sets a cookie."""
    names = {name.lower() for name, _ in headers}
    if b"cache-control" in names:
        return []
    ours = status == 200 and b"set-cookie" not in names
    return [(b"cache-control", f"public, max-age={seconds}".encode() if ours else b"no-store")]


def _guarded(headers: list[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
    given = {name.lower(): value for name, value in headers}
    is_pdf = given.get(b"content-type", b"").startswith(b"application/pdf")
    policy = PDF_POLICY if is_pdf else PAGE_POLICY
    added = {**COMMON, b"content-security-policy": policy.encode()}
    return [*headers, *((name, value) for name, value in added.items() if name not in given)]
