"""``/-/page/<sha256>/<page>.png?cell=x0,top,x1,bottom``: a page of a stored PDF with one cell marked.

``within=`` (a box) bounds the marks of its row and column, ``near=1`` shows the cell's surroundings only,
``others=`` (boxes parted by ``;``) are framed in blue: the right side of a check; ``lefts=`` in red, as ``cell``.

The PDFs are hostile and pdfium is not thread-safe, so this file is two programs: the plugin, and
(run as a script) the one worker process that opens PDFs under memory and time limits. The plugin
never imports pdfium, trusts nothing the worker says beyond its bounds, and starts a new worker when
one died. Boxes are PDF points of the page as displayed, origin top left; pages count from 1.
"""

import asyncio
import atexit
import contextlib
import hashlib
import io
import json
import math
import os
import subprocess
import sys
import threading
import time
from collections import OrderedDict
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO

from datasette import Response, hookimpl

Box = tuple[float, float, float, float]
JOB_SECONDS = 15.0  # wall clock for one page, the start of a worker included
WORKER_MEMORY = 1 << 30  # address space of the worker in bytes
WORKER_JOBS = 200  # a worker is replaced after so many pages: leaks of one PDF end with it
WAITING = 8  # requests that may stand in line for the worker; the next one is told to come back
PICTURE_BYTES = 12 << 20
CACHE_BYTES, CACHE_ENTRIES, CACHE_SECONDS = 64 << 20, 256, 3600.0
PIXELS, SCALE = 4_000_000, 2.0  # at most so many pixels; 144 dpi where the page is small enough
MARKS = 40  # boxes framed on one picture
RED, BLUE = (200, 30, 30), (20, 80, 190)
NEAR, NEAR_SCALE = (400.0, 180.0), 2.5  # width and height in points of a cell's surroundings
PNG, READY = b"\x89PNG\r\n\x1a\n", b"ready\n"
SCRIPT = str(Path(__file__).resolve())


def _weight(result: object) -> int:
    return len(result) if isinstance(result, bytes) else 200


class PictureError(Exception):
    """Why there is no picture: an HTTP status and a reason that ``error.html`` puts into words."""

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(reason)
        self.status, self.reason = status, reason


@dataclass(frozen=True)
class Job:
    """One page to draw: ``cell`` is marked strongly, its row and column lightly inside ``within``.

    ``near`` draws its surroundings, larger. ``covers`` (people) are painted over, ``others``, ``lefts`` framed."""

    path: str
    page: int
    cell: Box | None = None
    within: Box | None = None
    near: bool = False
    covers: tuple[Box, ...] = ()
    others: tuple[Box, ...] = ()
    lefts: tuple[Box, ...] = ()


@dataclass
class PictureCache:
    """The pictures and refusals of the last hour, bounded in bytes and in number."""

    entries: OrderedDict[Job, tuple[float, bytes | PictureError]] = field(default_factory=OrderedDict)
    lock: threading.Lock = field(default_factory=threading.Lock)
    size: int = 0

    def get(self, job: Job) -> bytes | None:
        """Return the picture, None when it is not here; raises the refusal that was put for it."""
        with self.lock:
            until, found = self.entries.get(job, (0.0, b""))
            if until < time.monotonic():
                self._drop(job)
                return None
            self.entries.move_to_end(job)
        if isinstance(found, PictureError):
            raise PictureError(found.status, found.reason)
        return found

    def put(self, job: Job, result: bytes | PictureError) -> None:
        with self.lock:
            self._drop(job)
            self.entries[job] = (time.monotonic() + CACHE_SECONDS, result)
            self.size += _weight(result)
            while self.size > CACHE_BYTES or len(self.entries) > CACHE_ENTRIES:
                self._drop(next(iter(self.entries)))

    def _drop(self, job: Job) -> None:
        dropped = self.entries.pop(job, None)
        self.size -= _weight(dropped[1]) if dropped else 0


class Painter:
    """The one worker process and the one thread that talks to it.

    The worker starts when first needed and is replaced when it died or grew old.
    """

    def __init__(self, seconds: float = JOB_SECONDS) -> None:
        self.seconds = seconds
        self.cache = PictureCache()
        self.worker: subprocess.Popen[bytes] | None = None
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="page-picture")
        self._served = 0
        self._waiting = 0
        atexit.register(self.stop)

    async def paint(self, job: Job) -> bytes:
        """Return a PNG; raises PictureError 503 (the line is too long) or 404, 422 (this page)."""
        found = self.cache.get(job)
        if found is not None:
            return found
        if self._waiting >= WAITING:
            raise PictureError(503, "picture-busy")
        self._waiting += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self._thread, self._draw, job)
        finally:
            self._waiting -= 1

    def stop(self) -> None:
        """End the worker; the next picture starts another."""
        if self.worker is not None:
            self.worker.kill()
            self.worker.wait()
            for pipe in (self.worker.stdin, self.worker.stdout):
                with contextlib.suppress(OSError):  # a dead worker leaves a pipe that cannot be flushed
                    pipe and pipe.close()
        self.worker = None

    def _draw(self, job: Job) -> bytes:
        found = self.cache.get(job)  # drawn while this request stood in line
        if found is not None:
            return found
        try:
            picture = self._drawn_in_time(job)
        except PictureError as refusal:
            if refusal.status != 503:
                self.cache.put(job, refusal)  # or one bad page, asked again and again, would keep the line busy
            raise
        self.cache.put(job, picture)
        return picture

    def _drawn_in_time(self, job: Job) -> bytes:
        """Ask the worker; one that dies is asked again only where earlier pages may have been the cause."""
        worker = self._running()
        alarm = threading.Timer(self.seconds, worker.kill)
        alarm.start()
        try:
            return _ask(worker, job)
        except (OSError, EOFError, ValueError):
            self.stop()
            if self._served == 1:
                raise PictureError(422, "picture-failed") from None
        finally:
            alarm.cancel()
        return self._drawn_in_time(job)

    def _running(self) -> subprocess.Popen[bytes]:
        if self._served >= WORKER_JOBS:
            self.stop()
        if self.worker is None:
            self.worker, self._served = _start_worker(self.seconds), 0
        self._served += 1
        return self.worker


def _start_worker(seconds: float) -> subprocess.Popen[bytes]:
    """Start this file as a script: isolated mode, bare environment, no descriptors but its pipes.

    Raises PictureError 503 when it does not say that it is ready in time.
    """
    worker = subprocess.Popen(
        [sys.executable, "-I", SCRIPT], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
        env={"PATH": os.defpath, "LANG": "C.UTF-8"}, cwd="/",
    )  # fmt: skip
    assert worker.stdout
    alarm = threading.Timer(seconds, worker.kill)
    alarm.start()
    ready = worker.stdout.readline(20) == READY
    alarm.cancel()
    if not ready:
        worker.kill()
        raise PictureError(503, "picture-unavailable")
    return worker


def _ask(worker: subprocess.Popen[bytes], job: Job) -> bytes:
    """One question, one answer; an answer out of bounds counts as a dead worker (EOFError, ValueError)."""
    assert worker.stdin and worker.stdout
    worker.stdin.write(json.dumps(list(vars(job).values())).encode() + b"\n")
    worker.stdin.flush()
    status, _, rest = worker.stdout.readline(200).decode("ascii").strip().partition(" ")
    if status in ("404", "422"):
        raise PictureError(int(status), "page-missing" if status == "404" else "picture-failed")
    if status != "200":
        raise EOFError(status)
    size = int(rest)
    picture = worker.stdout.read(size) if 0 < size <= PICTURE_BYTES else b""
    if len(picture) != size or not picture.startswith(PNG):
        raise EOFError("the picture broke off")
    return picture


def read_box(text: str) -> Box | None:
    """``x0,top,x1,bottom`` in points to a box, None for an empty text; PictureError 422 otherwise."""
    if not text:
        return None
    try:
        x0, top, x1, bottom = (round(float(edge), 2) for edge in text.split(","))
    except ValueError:
        raise PictureError(422, "cell-unreadable") from None
    if not -20_000 < x0 < x1 < 20_000 or not -20_000 < top < bottom < 20_000:  # also what is not finite
        raise PictureError(422, "cell-unreadable")
    return x0, top, x1, bottom


def read_boxes(text: str) -> tuple[Box, ...]:
    """Boxes parted by ``;``, at most MARKS of them; PictureError 422 for anything else."""
    boxes = tuple(box for part in text.split(";", MARKS)[:MARKS + 1] if (box := read_box(part)) is not None)
    if len(boxes) > MARKS:
        raise PictureError(422, "cell-unreadable")
    return boxes


def stored_pdf(sha256: str) -> Path:
    """Where the PDF lies under YUSUAN_DATA; the route lets only 64 hexadecimal digits through."""
    path = Path(os.environ["YUSUAN_DATA"]) / "documents" / sha256[:2] / f"{sha256}.pdf"
    if not path.is_file():
        raise PictureError(404, "document-missing")
    return path


painter = Painter()


async def _covers(datasette: Any, sha256: str, page: int) -> tuple[Box, ...]:
    """The cells of the page that hold people's names and numbers; a database without the table is refused."""
    sql = "SELECT x0, top, x1, bottom FROM covers WHERE sha256 = ? AND page = ? ORDER BY seq"
    return tuple(map(tuple, await datasette.get_database("budgets").execute(sql, (sha256, page))))


async def page_picture(datasette: Any, request: Any) -> Response:
    """The route: a PNG that never changes for its address, or an error page that says why not."""
    try:
        job = Job(
            path=str(stored_pdf(request.url_vars["sha256"]).resolve()),
            page=int(request.url_vars["page"]),
            cell=read_box(request.args.get("cell") or ""),
            within=read_box(request.args.get("within") or ""),
            near=request.args.get("near") == "1",
            others=read_boxes(request.args.get("others") or ""),
            lefts=read_boxes(request.args.get("lefts") or ""),
            covers=await _covers(datasette, request.url_vars["sha256"], int(request.url_vars["page"])),
        )
        picture = await painter.paint(job)
    except PictureError as refusal:
        told = {"status": refusal.status, "reason": refusal.reason}
        page = await datasette.render_template("error.html", told, request=request)
        retry = {"retry-after": "5"} if refusal.status == 503 else {}
        return Response.html(page, status=refusal.status, headers={"cache-control": "no-store", **retry})
    etag = f'"{hashlib.sha256(picture).hexdigest()[:32]}"'
    headers = {"cache-control": "public, max-age=86400", "etag": etag}
    if request.headers.get("if-none-match") == etag:
        return Response("", status=304, headers=headers, content_type="image/png")
    return Response(picture, headers=headers, content_type="image/png")


@hookimpl
def register_routes(datasette: Any) -> list[tuple[str, Any]]:
    return [(r"^/-/page/(?P<sha256>[0-9a-f]{64})/(?P<page>[1-9][0-9]{0,4})\.png$", page_picture)]


# ---- the worker: everything below runs only in the child process ----


def _limit() -> None:
    import resource
    resource.setrlimit(resource.RLIMIT_AS, (WORKER_MEMORY, WORKER_MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))


def _tint(image: Any, box: tuple[int, int, int, int], colour: tuple[int, int, int]) -> None:
    """Multiply a rectangle with a colour: paper takes the colour, print stays legible."""
    left, top, right, bottom = (max(0, edge) for edge in box)
    clipped = (left, top, min(right, image.width), min(bottom, image.height))
    if clipped[0] < clipped[2] and clipped[1] < clipped[3]:
        darker = [value * part // 255 for part in colour for value in range(256)]
        image.paste(image.crop(clipped).point(darker), clipped[:2])


def _mark(image: Any, cell: Box, within: Box | None, scale: float) -> None:
    """Tint row and column of the cell, then the cell, and frame it."""
    x0, top, x1, bottom = (round(edge * scale) for edge in cell)
    left, above, right, below = (round(edge * scale) for edge in within or (0, 0, 10_000, 10_000))
    for lightly in ((left, top, right, bottom), (x0, above, x1, top), (x0, bottom, x1, below)):
        _tint(image, lightly, (255, 243, 191))
    _tint(image, (x0, top, x1, bottom), (255, 224, 130))
    _frame(image, cell, scale, RED)


def _frame(image: Any, box: Box, scale: float, colour: tuple[int, int, int]) -> None:
    """Draw a frame just outside the edge of a box."""
    x0, top, x1, bottom = (round(edge * scale) for edge in box)
    frame = max(2, round(1.5 * scale))
    for start, end in ((top - frame, top), (bottom, bottom + frame)):
        image.paste(colour, (x0 - frame, start, x1 + frame, end))
    for start, end in ((x0 - frame, x0), (x1, x1 + frame)):
        image.paste(colour, (start, top, end, bottom))


def _surroundings(cell: Box, width: float, height: float) -> Box:
    """The part of the page around the cell; it keeps to the page, and holds the whole cell."""

    def span(start: float, end: float, wanted: float, most: float) -> tuple[float, float]:
        size = min(max(wanted, end - start + 20), most)
        first = min(max((start + end - size) / 2, 0), most - size)
        return first, first + size

    (left, right), (top, bottom) = span(*cell[::2], NEAR[0], width), span(*cell[1::2], NEAR[1], height)
    return left, top, right, bottom


def _moved(box: Box, left: float, top: float) -> Box:
    return box[0] - left, box[1] - top, box[2] - left, box[3] - top


def _draw_page(sheet: Any, cell: Any, within: Any, near: bool, covers: Any, others: Any, lefts: Any = ()) -> Any:
    """Return a Pillow image of the page, or of the cell's surroundings, with covers and marks in it."""
    width, height = sheet.get_size()
    middle = cell or (others[0] if others else None)
    left, top, right, bottom = _surroundings(middle, width, height) if middle and near else (0, 0, width, height)
    area, side = max((right - left) * (bottom - top), 1), max(right - left, bottom - top, 1)
    scale = min(NEAR_SCALE if near else SCALE, math.sqrt(PIXELS / area), 4000 / side)
    image = sheet.render(scale=scale, crop=(left, height - bottom, width - right, top)).to_pil().convert("RGB")
    for cover in covers:
        x0, above, x1, below = (round(edge * scale) for edge in _moved(cover, left, top))
        image.paste((214, 217, 222), (x0 + 1, above + 1, x1 - 1, below - 1))
    if cell is not None:
        _mark(image, _moved(cell, left, top), within and _moved(within, left, top), scale)
    for box, colour in (*((box, BLUE) for box in others), *((box, RED) for box in lefts)):
        _frame(image, _moved(box, left, top), scale, colour)
    return image


def _render(path: str, page: int, *drawn: Any) -> bytes:
    """A PNG; ``drawn`` is the rest of a Job."""
    import pypdfium2
    document = pypdfium2.PdfDocument(path)
    try:
        if page > len(document):
            raise PictureError(404, "page-missing")
        image = _draw_page(document[page - 1], *drawn)
    finally:
        document.close()
    out = io.BytesIO()
    image.save(out, "PNG")
    return out.getvalue()


def _answer(line: bytes) -> bytes:
    try:
        picture = _render(*json.loads(line))
    except PictureError as refusal:
        return f"{refusal.status}\n".encode()
    except Exception as error:  # whatever a hostile page raises, the answer is that it cannot be drawn
        return f"422 {type(error).__name__}\n".encode()
    return f"200 {len(picture)}\n".encode() + picture


def work(questions: BinaryIO, answers: BinaryIO) -> None:
    """Answer until the parent closes the pipe, which it also does by dying."""
    _limit()
    answers.write(READY)
    answers.flush()
    for line in questions:
        answers.write(_answer(line))
        answers.flush()


if __name__ == "__main__":
    pipe = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # nothing a library prints may reach the pipe
    work(sys.stdin.buffer, pipe)
