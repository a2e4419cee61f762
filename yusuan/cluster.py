"""The workers of a cluster (dask.distributed) behind the executor of :mod:`yusuan.work`.

Dask moves pickles, so whoever reaches its scheduler runs code on its workers: keep it in a private network. It
has no limit of time for a task; the limits stand in the child process in which a worker reads a document.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from concurrent.futures import Executor
from contextlib import contextmanager

from crawler.errors import Crashed, UsageError
from crawler.stores import EXTRA

PATIENCE = 60  # seconds for the scheduler to answer, and for the first worker to be there
RETRIES = 2  # of a document whose worker raised an error, the store out of reach for instance
ADDRESS = re.compile(r"(tcp|tls|ws|wss)://\S+:\d+")


@contextmanager
def workers_of(address: str) -> Iterator[tuple[Executor, int]]:
    """The executor of a cluster and the number of its threads when we joined; workers may come and go.

    Raises UsageError for a wrong address or a missing extra, Crashed when nobody is there.
    """
    if not ADDRESS.fullmatch(address):
        raise UsageError(f"--cluster should be the address of a scheduler (tcp://host:8786), found {address!r}")
    try:
        from distributed import Client
    except ImportError as error:
        raise UsageError(f"--cluster needs the extra cluster: {EXTRA} ({error})") from error
    try:
        client = Client(address, timeout=PATIENCE, set_as_default=False)
    except OSError as error:
        raise Crashed(f"no scheduler answers at {address} ({error}); start one with `dask scheduler`") from error
    with client:
        try:
            client.wait_for_workers(1, timeout=PATIENCE)
        except TimeoutError as error:
            raise Crashed(f"{address} has no workers; start one: `dask worker {address} --nthreads 1`") from error
        executor = client.get_executor(pure=False, retries=RETRIES)
        try:
            yield executor, sum(client.ncores().values())
        finally:
            executor.shutdown(wait=False)
