"""``/-/report/<fact_id>``: a reader says what is wrong with a figure, datapackages/reports.py keeps it.

The only thing the site writes, and the only request with a body that it takes: any other is 405. Nobody is asked
who he is, and nothing that tells it is kept.
"""

import asyncio
import logging
import os
import re
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

from datasette import Response, hookimpl

from datapackages import codes, display, marks, reports

BODY = 16 << 10  # bytes of a request; a note of 1,000 characters is 9,000 when it is written as a form
ROUTE = re.compile(r"/-/report/[0-9a-f]{16}-p\d+-x-?\d+-y-?\d+$")
STATUS = {"full": 503, "unwritable": 503, "often": 429}
FORM = b"application/x-www-form-urlencoded"
log = logging.getLogger("yusuan.site")


async def report_page(datasette: Any, request: Any) -> Response:
    """The form, what came of sending it, or why it was not kept."""
    database, fact_id = datasette.get_database("budgets"), request.url_vars["fact_id"]
    fact = (await database.execute("select * from facts where fact_id = ?", [fact_id])).first()
    if fact is None:
        told = {"status": 404, "reason": "figure-missing"}
        return Response.html(await datasette.render_template("error.html", told, request=request), status=404)
    said = {name: value.strip() for name, value in (await _posted(request)).items()}
    wrong = _wrong(said) if request.method == "POST" else ""
    if request.method == "POST" and not wrong:
        wrong = await _kept(fact, said)
        if not wrong:
            # Seen again after a reload, the form would be sent again.
            path = datasette.urls.path(f"/-/report/{fact_id}?sent=1")
            return Response("", status=303, headers={"location": path, "cache-control": "no-store"})
    table = (await database.execute("select * from tables where table_id = ?", [fact["table_id"]])).first()
    context = {
        "fact": fact,
        "table": table,
        "picture": datasette.urls.path(await marks.of_figure(database, fact, table)),
        "reasons": codes.labels("report_reasons", display.language.get()),
        "said": said,
        "wrong": wrong,
        "sent": request.args.get("sent") == "1",
        "most": {"shows": reports.SHOWS, "note": reports.NOTE},
    }
    page = await datasette.render_template("report.html", context, request=request)
    retry = {"retry-after": "60"} if wrong == "often" else {}
    status = STATUS.get(wrong, 400 if wrong else 200)
    return Response.html(page, status=status, headers={"cache-control": "no-store", **retry})


async def _posted(request: Any) -> dict[str, str]:
    return dict(await request.post_vars()) if request.method == "POST" else {}


def _wrong(said: dict[str, str]) -> str:
    """What a person would have to mend before the form is taken; empty when nothing is."""
    if said.get("website"):  # people do not see this field
        return "machine"
    if said.get("reason") not in codes.labels("report_reasons"):
        return "reason"
    if len(said.get("shows", "")) > reports.SHOWS or len(said.get("note", "")) > reports.NOTE:
        return "long"
    return "" if said.get("shows") or said.get("note") else "nothing"


async def _kept(fact: Any, said: dict[str, str]) -> str:
    """Append the report; the reason why it could not be kept, of which the log tells the operator more."""
    report = reports.Report(
        received_at=reports.now(),
        fact_id=fact["fact_id"],
        sha256=fact["sha256"],
        page=fact["page"],
        amount_text=fact["amount_text"] or "",
        reason=said["reason"],
        shows=said.get("shows", ""),
        note=said.get("note", ""),
    )
    try:
        await asyncio.to_thread(reports.append, Path(os.environ["YUSUAN_DATA"]), report)
    except reports.Refused as refused:
        log.error("a reader's report was not kept: %s", refused)
        return refused.reason
    return ""


@hookimpl(tryfirst=True)
def asgi_wrapper(datasette: Any) -> Callable[[Any], Any]:
    base = datasette.setting("base_url").rstrip("/")

    def wrap(app: Callable[..., Awaitable[None]]) -> Callable[..., Awaitable[None]]:
        async def bounded(scope: dict[str, Any], receive: Any, send: Any) -> None:
            if scope["type"] != "http" or scope["method"] in ("GET", "HEAD", "OPTIONS"):
                await app(scope, receive, send)
                return
            if scope["method"] != "POST" or not ROUTE.fullmatch(scope["path"].removeprefix(base)):
                await _answer(send, 405, "405: this site is read-only")
                return
            body = await _body(scope, receive)
            if isinstance(body, int):
                await _answer(send, body, f"{body}: a report is a short form")
                return

            async def replayed() -> dict[str, Any]:
                return {"type": "http.request", "body": body, "more_body": False}

            await app(scope, replayed, send)

        return bounded

    return wrap


async def _body(scope: dict[str, Any], receive: Any) -> bytes | int:
    """The body of a form, or the status to refuse it with; no more than ``BODY`` bytes are ever read."""
    if dict(scope["headers"]).get(b"content-type", b"").partition(b";")[0].strip() != FORM:
        return 415
    body, more = b"", True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            return 400
        body, more = body + message.get("body", b""), message.get("more_body", False)
        if len(body) > BODY:
            return 413
    try:
        token = parse_qs(body.decode("ascii"), max_num_fields=20).get("csrftoken", [""])[0]
    except (UnicodeDecodeError, ValueError):
        return 400
    return body if token.isascii() else 400  # the comparison of tokens takes no other


async def _answer(send: Any, status: int, text: str) -> None:
    headers = [(b"content-type", b"text/plain; charset=utf-8"), (b"cache-control", b"no-store")]
    headers += [(b"allow", b"GET, HEAD")] if status == 405 else []
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": text.encode()})


@hookimpl
def register_routes(datasette: Any) -> list[tuple[str, Any]]:
    return [(r"^/-/report/(?P<fact_id>[0-9a-f]{16}-p\d+-x-?\d+-y-?\d+)$", report_page)]
