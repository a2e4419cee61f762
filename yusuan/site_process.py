"""The process that serves one build: ``python -m yusuan.site_process SOCKET READY DATA BASE_URL PLACE``.

It answers its own front page before it accepts a connection, and ends when its standard input is closed:
by ``switching``, or because that died.
"""

from __future__ import annotations

import asyncio
import os
import socket
import sys
import threading
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import uvicorn
from datasette.app import Datasette
from datasette.cli import cli

from yusuan.serve import arguments

DRAIN = 1.0  # seconds in which clients that keep a connection open are told to close it


class Draining(uvicorn.Server):
    """Stops accepting, then says ``Connection: close`` for a while before it closes what is idle.

    A connection that is closed while its client is writing loses that request; one that was told loses none.
    """

    is_draining = False

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        for server in self.servers:
            server.close()
        self.is_draining = True
        await asyncio.sleep(DRAIN)
        await super().shutdown(sockets)


def _site(data: Path, base_url: str, place: str) -> Datasette:
    """Datasette as its own command line makes it, not yet started."""
    command = cli.commands["serve"]
    with command.make_context("datasette", arguments(data, base_url, place)) as context:
        assert command.callback is not None
        site: Datasette = command.callback(**context.params, return_instance=True)
    return site


async def serve(site: Datasette, listening: socket.socket, ready: int) -> None:
    """Serve until standard input is closed; RuntimeError when the front page of the build fails."""
    await site.invoke_startup()
    answer = await site.client.get(site.urls.instance())
    if answer.status_code != 200:
        raise RuntimeError(f"the front page of the new build answers {answer.status_code}; the log says why")
    server = Draining(uvicorn.Config(site.app(), log_level="info", lifespan="on", timeout_graceful_shutdown=15))
    server.config.app = _closing(server.config.app, server)
    threading.Thread(target=_end_with_input, args=(server,), daemon=True).start()
    os.write(ready, b"!")
    os.close(ready)
    await server.serve(sockets=[listening])


def _end_with_input(server: uvicorn.Server) -> None:
    while os.read(0, 1):  # not sys.stdin, whose lock a thread must not hold while Python ends
        pass
    server.should_exit = True


def _closing(app: Any, server: Draining) -> Callable[..., Awaitable[None]]:
    async def closing(scope: dict[str, Any], receive: Any, send: Any) -> None:
        async def send_closing(message: dict[str, Any]) -> None:
            if server.is_draining and message["type"] == "http.response.start":
                message = {**message, "headers": [*message.get("headers", []), (b"connection", b"close")]}
            await send(message)

        await app(scope, receive, send_closing)

    return closing


def main() -> None:
    """Run the process with the file descriptors and folder of its command line."""
    listening, ready, data, base_url, place = sys.argv[1:]  # the place is empty where all is served
    os.environ["YUSUAN_DATA"] = data  # the plugins find PDFs and packages there
    site = _site(Path(data), base_url, place)
    asyncio.run(serve(site, socket.socket(fileno=int(listening)), int(ready)))


if __name__ == "__main__":
    main()
