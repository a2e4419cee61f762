"""What the reader has chosen: ``?_lang=en|zh`` and ``?_money=wan|yuan``, kept in a cookie each.

A choice in the address shows that page so and is kept for the next; nothing else is kept of a reader.
"""

from collections.abc import Awaitable, Callable
from http.cookies import CookieError, SimpleCookie
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlencode

from datasette import hookimpl

from datapackages import display

ENGLISH = Path(__file__).parent.parent / "english"
CHOICES = {
    "_lang": (display.language, display.LANGUAGES),
    "_money": (display.money_unit, display.MONEY_UNITS),
}
KEPT = 365 * 24 * 3600  # seconds


def told(text: Any) -> str:
    """The text in the reader's language; a text without an English counterpart stays as it is."""
    said = "" if text is None else str(text)
    return said if display.language.get() == "zh" else display.english(ENGLISH).get(said, said)


def _plural(one: str, many: str, number: int) -> str:
    return told(one if number == 1 else many)


def other_address(**choices: str) -> str:
    """This page's address with choices in it: ``other_address(_lang="en")``."""
    path, _, query = display.address.get().partition("?")
    pairs = [*parse_qsl(query, keep_blank_values=True), *choices.items()]
    return f"{path}?{urlencode(pairs)}"


@hookimpl
def prepare_jinja2_environment(env: Any) -> None:
    env.add_extension("jinja2.ext.i18n")
    env.install_gettext_callables(told, _plural, newstyle=True)
    env.filters["told"] = told
    env.globals["language"] = display.language.get
    env.globals["money_unit"] = display.money_unit.get
    env.globals["other_address"] = other_address


@hookimpl
def asgi_wrapper(datasette: Any) -> Callable[[Any], Any]:
    home = datasette.setting("base_url")

    def wrap(app: Callable[..., Awaitable[None]]) -> Callable[..., Awaitable[None]]:
        async def chosen(scope: dict[str, Any], receive: Any, send: Any) -> None:
            if scope["type"] != "http":
                await app(scope, receive, send)
                return
            scope, asked = _without_choices(scope)
            for name, value in (_cookies(scope) | asked).items():
                CHOICES[name][0].set(value)
            display.address.set(_address(scope))
            await app(scope, receive, _keeping(send, asked, home))

        return chosen

    return wrap


def _without_choices(scope: dict[str, Any]) -> tuple[dict[str, Any], dict[str, str]]:
    """The request as if it had no choice in its address, and the choices."""
    query = scope.get("query_string", b"")
    if not any(name.encode() in query for name in CHOICES):
        return scope, {}
    pairs = parse_qsl(query.decode("latin-1"), keep_blank_values=True)
    asked = _valid({name: value for name, value in pairs if name in CHOICES})
    rest = urlencode([pair for pair in pairs if pair[0] not in CHOICES])
    return {**scope, "query_string": rest.encode("ascii")}, asked


def _cookies(scope: dict[str, Any]) -> dict[str, str]:
    jar: SimpleCookie = SimpleCookie()
    for name, value in scope["headers"]:
        if name == b"cookie":
            try:
                jar.load(value.decode("latin-1"))
            except CookieError:  # not ours, and nothing that a page depends on
                return {}
    return _valid({name: jar[name[1:]].value for name in CHOICES if name[1:] in jar})


def _valid(choices: dict[str, str]) -> dict[str, str]:
    return {name: value for name, value in choices.items() if value in CHOICES[name][1]}


def _address(scope: dict[str, Any]) -> str:
    path = scope.get("raw_path") or scope["path"].encode("utf-8")
    query = scope.get("query_string", b"")
    return (path.partition(b"?")[0] + (b"?" + query if query else b"")).decode("latin-1")


def _keeping(
    send: Callable[[dict[str, Any]], Awaitable[None]], asked: dict[str, str], home: str
) -> Callable[[dict[str, Any]], Awaitable[None]]:
    """Set the cookies, and tell caches that a page depends on them; other answers depend on nothing."""
    cookies = [
        (b"set-cookie", f"{name[1:]}={value}; Path={home}; Max-Age={KEPT}; SameSite=Lax; HttpOnly".encode())
        for name, value in asked.items()
    ]

    async def send_kept(message: dict[str, Any]) -> None:
        if message["type"] == "http.response.start":
            headers = list(message.get("headers", []))
            if dict(headers).get(b"content-type", b"").startswith(b"text/html"):
                if cookies:  # no cache may give one reader's choice to another
                    headers = [header for header in headers if header[0] != b"cache-control"]
                    cookies.append((b"cache-control", b"no-store"))
                message = {**message, "headers": [*headers, (b"vary", b"Cookie"), *cookies]}
        await send(message)

    return send_kept
