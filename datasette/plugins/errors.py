"""Errors in the reader's language; what went wrong inside goes to the log, not to the page."""

import logging
from collections.abc import Awaitable, Generator
from typing import Any

from datasette import Response, hookimpl
from datasette.utils.asgi import Base400
from datasette.views.base import DatasetteError

# Wrong words in an address (sort by what is no column, or by two), which Datasette answers with 500.
OF_THE_READER = "Cannot sort", "Cannot use"
SLOW = "SQL Interrupted"  # what Datasette calls a query that did not end in time; it would show its SQL, with a 400

log = logging.getLogger("yusuan.site")


@hookimpl(hookwrapper=True)  # Datasette would run its own handler too, which prints every local variable
def handle_exception(datasette: Any, request: Any, exception: Exception) -> Generator[None, Any, None]:
    outcome = yield
    outcome.force_result([_answer(datasette, request, *_told(request, exception))])


@hookimpl
def forbidden(datasette: Any, request: Any, message: str) -> Awaitable[Response]:
    return _answer(datasette, request, 403, message)


def _told(request: Any, exception: Exception) -> tuple[int, str, str]:
    """Status and message, and the name of what happened where the page has words for it."""
    if isinstance(exception, Base400):
        return exception.status, str(exception), ""
    if isinstance(exception, DatasetteError):
        if exception.title == SLOW:
            return 503, "the query did not end in time; narrow it by place, year or unit", "too-slow"
        message = str(exception.message or exception.title)
        return 400 if message.startswith(OF_THE_READER) else exception.status, message, ""
    log.error("error 500 at %s", request.path, exc_info=exception)
    return 500, "internal error; the log of the server has the details", ""


async def _answer(datasette: Any, request: Any, status: int, message: str, reason: str = "") -> Response:
    if request.path.endswith((".json", ".jsono")):
        return Response.json({"ok": False, "error": message, "status": status}, status=status)
    page = await datasette.render_template(
        "error.html", {"status": status, "error": message, "reason": reason}, request=request
    )
    return Response.html(page, status=status)
