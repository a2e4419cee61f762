"""The page picture: the right cell is marked, and no PDF hurts the server."""

import asyncio
import io
import os
import runpy
import signal
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from PIL import Image, ImageChops
from reportlab.pdfgen.canvas import Canvas

PLUGIN = Path(__file__).parent.parent / "datasette" / "plugins" / "page_image.py"
CELL = (100.0, 200.0, 160.0, 220.0)
RED = (200, 30, 30)


@pytest.fixture(scope="module")
def plugin() -> SimpleNamespace:
    """The plugin as Datasette loads it: executed from its path, not imported."""
    return SimpleNamespace(**runpy.run_path(str(PLUGIN), run_name="page_image.py"))


@pytest.fixture
def painter(plugin: SimpleNamespace) -> Any:
    painter = plugin.Painter()
    yield painter
    painter.stop()


def pdf(path: Path, rotation: int = 0, size: tuple[float, float] = (400, 600)) -> Path:
    """One page of that size as displayed, stored turned by the rotation."""
    canvas = Canvas(str(path), pagesize=size, invariant=True)
    canvas.setPageRotation(rotation)
    canvas.drawString(50, 50, "figures")
    canvas.showPage()
    canvas.save()
    return path


def paint(painter: Any, job: Any) -> Image.Image:
    return Image.open(io.BytesIO(asyncio.run(painter.paint(job)))).convert("RGB")


def refused(painter: Any, job: Any) -> tuple[int, str]:
    """Status and reason of the refusal; fails when there is a picture."""
    with pytest.raises(Exception, match=r"^(picture|page)-") as caught:
        asyncio.run(painter.paint(job))
    return caught.value.status, caught.value.reason


def red_box(picture: Image.Image) -> tuple[int, int, int, int] | None:
    """The bounding box of the frame's colour."""
    bands = [
        band.point([255 if value == part else 0 for value in range(256)])
        for band, part in zip(picture.split(), RED, strict=True)
    ]
    return ImageChops.multiply(ImageChops.multiply(bands[0], bands[1]), bands[2]).getbbox()


def test_the_frame_stands_just_outside_the_cell(tmp_path: Path, plugin: SimpleNamespace, painter: Any) -> None:
    picture = paint(painter, plugin.Job(path=str(pdf(tmp_path / "a.pdf")), page=1, cell=CELL))
    assert picture.size == (800, 1200)
    assert red_box(picture) == (200 - 3, 400 - 3, 320 + 3, 440 + 3)


def test_cell_row_and_column_are_tinted_and_the_rest_is_not(
    tmp_path: Path, plugin: SimpleNamespace, painter: Any
) -> None:
    picture = paint(painter, plugin.Job(path=str(pdf(tmp_path / "a.pdf")), page=1, cell=CELL))
    points = {"cell": (260, 420), "row": (20, 420), "column": (260, 20), "elsewhere": (20, 20)}
    assert {name: picture.getpixel(point) for name, point in points.items()} == {
        "cell": (255, 213, 97),  # the row's tint and the cell's
        "row": (255, 243, 191),
        "column": (255, 243, 191),
        "elsewhere": (255, 255, 255),
    }


def test_covered_cells_show_nothing_of_what_is_printed(
    tmp_path: Path, plugin: SimpleNamespace, painter: Any
) -> None:
    path, printed = str(pdf(tmp_path / "a.pdf")), (45.0, 538.0, 95.0, 556.0)
    inside = (92, 1078, 188, 1110)
    shown, covered = (
        paint(painter, plugin.Job(path=path, page=1, covers=covers)).crop(inside) for covers in ((), (printed,))
    )
    assert len(shown.getcolors() or []) > 1
    assert [colour for _, colour in covered.getcolors() or []] == [(214, 217, 222)]


def test_the_other_side_of_a_check_is_framed_in_blue(
    tmp_path: Path, plugin: SimpleNamespace, painter: Any
) -> None:
    other = (200.0, 300.0, 260.0, 320.0)
    picture = paint(painter, plugin.Job(path=str(pdf(tmp_path / "a.pdf")), page=1, cell=CELL, others=(other,)))
    assert red_box(picture) == (200 - 3, 400 - 3, 320 + 3, 440 + 3)
    assert picture.getpixel((400 - 2, 620)) == plugin.BLUE
    near = paint(painter, plugin.Job(path=str(tmp_path / "a.pdf"), page=1, others=(other,), near=True))
    assert near.size == (1000, 450)
    assert plugin.BLUE in {colour for _, colour in near.getcolors(1 << 16) or []}


def test_every_figure_of_the_left_side_is_framed_in_red(
    tmp_path: Path, plugin: SimpleNamespace, painter: Any
) -> None:
    more = (200.0, 300.0, 260.0, 320.0)
    picture = paint(painter, plugin.Job(path=str(pdf(tmp_path / "a.pdf")), page=1, cell=CELL, lefts=(more,)))
    assert picture.getpixel((400 - 2, 620)) == plugin.RED


def test_boxes_come_in_a_bounded_number(plugin: SimpleNamespace) -> None:
    assert plugin.read_boxes("") == ()
    assert plugin.read_boxes("1,2,3,4;5,6,7,8") == ((1, 2, 3, 4), (5, 6, 7, 8))
    for text in ("1,2,3,4;" * 41 + "1,2,3,4", "1,2,3,4;x", "4,3,2,1"):
        with pytest.raises(plugin.PictureError):
            plugin.read_boxes(text)


def test_row_and_column_end_with_the_table(tmp_path: Path, plugin: SimpleNamespace, painter: Any) -> None:
    job = plugin.Job(path=str(pdf(tmp_path / "a.pdf")), page=1, cell=CELL, within=(50, 150, 300, 400))
    picture = paint(painter, job)
    assert [picture.getpixel(point) for point in ((98, 420), (260, 298))] == [(255, 255, 255)] * 2
    assert [picture.getpixel(point) for point in ((102, 420), (260, 302))] == [(255, 243, 191)] * 2


@pytest.mark.parametrize("rotation", [90, 180, 270])
def test_boxes_are_those_of_the_page_as_displayed(
    rotation: int, tmp_path: Path, plugin: SimpleNamespace, painter: Any
) -> None:
    picture = paint(painter, plugin.Job(path=str(pdf(tmp_path / "a.pdf", rotation)), page=1, cell=CELL))
    assert picture.size == (800, 1200)  # reportlab turns the media box, so that it is displayed like this
    assert red_box(picture) == (197, 397, 323, 443)


def test_a_cell_at_the_edge_or_beyond_the_page_is_no_error(
    tmp_path: Path, plugin: SimpleNamespace, painter: Any
) -> None:
    path = str(pdf(tmp_path / "a.pdf"))
    for cell in ((-5.0, -5.0, 10.0, 10.0), (390.0, 590.0, 500.0, 700.0), (1000.0, 1000.0, 1100.0, 1100.0)):
        assert paint(painter, plugin.Job(path=path, page=1, cell=cell)).size == (800, 1200)


def test_near_shows_the_surroundings_with_the_cell_in_the_middle(
    tmp_path: Path, plugin: SimpleNamespace, painter: Any
) -> None:
    path = str(pdf(tmp_path / "a.pdf", size=(800, 600)))
    picture = paint(painter, plugin.Job(path=path, page=1, cell=(400.0, 300.0, 460.0, 320.0), near=True))
    assert picture.size == (1000, 450)  # 400 x 180 points at 2.5 pixels, from x 230 and y 220
    assert red_box(picture) == (425 - 4, 200 - 4, 575 + 4, 250 + 4)


def test_near_keeps_to_the_page_and_holds_a_wide_cell(
    tmp_path: Path, plugin: SimpleNamespace, painter: Any
) -> None:
    path = str(pdf(tmp_path / "a.pdf", size=(800, 600)))
    corner = paint(painter, plugin.Job(path=path, page=1, cell=(0.0, 0.0, 10.0, 10.0), near=True))
    assert (corner.size, corner.getpixel((12, 27))) == ((1000, 450), RED)
    wide = paint(painter, plugin.Job(path=path, page=1, cell=(10.0, 300.0, 790.0, 320.0), near=True))
    assert wide.size == (2000, 450)


def test_a_huge_page_is_drawn_small(tmp_path: Path, plugin: SimpleNamespace, painter: Any) -> None:
    picture = paint(painter, plugin.Job(path=str(pdf(tmp_path / "a.pdf", size=(14_000, 14_000))), page=1))
    assert picture.width * picture.height <= plugin.PIXELS * 1.01


def test_a_page_that_is_not_there_is_a_404(tmp_path: Path, plugin: SimpleNamespace, painter: Any) -> None:
    path = str(pdf(tmp_path / "a.pdf"))
    assert refused(painter, plugin.Job(path=path, page=2)) == (404, "page-missing")


@pytest.mark.parametrize("content", [b"", b"<html>not found</html>", b"%PDF-1.7\n" + b"\0" * 1000])
def test_what_is_no_pdf_is_a_422_and_the_worker_lives_on(
    content: bytes, tmp_path: Path, plugin: SimpleNamespace, painter: Any
) -> None:
    bad = tmp_path / "bad.pdf"
    bad.write_bytes(content)
    assert refused(painter, plugin.Job(path=str(bad), page=1)) == (422, "picture-failed")
    worker = painter.worker.pid
    assert paint(painter, plugin.Job(path=str(pdf(tmp_path / "a.pdf")), page=1)).size == (800, 1200)
    assert painter.worker.pid == worker


def test_a_killed_worker_is_replaced(tmp_path: Path, plugin: SimpleNamespace, painter: Any) -> None:
    path = str(pdf(tmp_path / "a.pdf"))
    paint(painter, plugin.Job(path=path, page=1))
    first = painter.worker.pid
    os.kill(first, signal.SIGKILL)
    assert paint(painter, plugin.Job(path=path, page=1, cell=CELL)).size == (800, 1200)
    assert painter.worker.pid != first


def test_a_page_that_takes_too_long_is_given_up_and_the_next_one_is_drawn(
    tmp_path: Path, plugin: SimpleNamespace
) -> None:
    painter = plugin.Painter(seconds=3.0)
    fifo = tmp_path / "slow.pdf"
    os.mkfifo(fifo)  # opening it waits for ever
    assert refused(painter, plugin.Job(path=str(fifo), page=1)) == (422, "picture-failed")
    assert paint(painter, plugin.Job(path=str(pdf(tmp_path / "a.pdf")), page=1)).size == (800, 1200)
    painter.stop()


def test_a_worker_that_cannot_start_is_a_503_and_is_tried_again(
    tmp_path: Path, plugin: SimpleNamespace, painter: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = plugin.Job(path=str(pdf(tmp_path / "a.pdf")), page=1)
    start = plugin.Painter._running.__globals__
    monkeypatch.setitem(start, "SCRIPT", str(tmp_path / "nowhere.py"))
    assert refused(painter, job) == (503, "picture-unavailable")
    monkeypatch.undo()
    assert paint(painter, job).size == (800, 1200)


def test_a_refused_page_is_not_tried_again(tmp_path: Path, plugin: SimpleNamespace, painter: Any) -> None:
    path = tmp_path / "bad.pdf"
    path.write_bytes(b"nothing")
    job = plugin.Job(path=str(path), page=1)
    first = refused(painter, job)
    pdf(path)
    assert refused(painter, job) == first


def test_the_tenth_in_line_is_told_to_come_back(tmp_path: Path, plugin: SimpleNamespace, painter: Any) -> None:
    path = str(pdf(tmp_path / "a.pdf"))

    async def crowd() -> list[Any]:
        jobs = [
            plugin.Job(path=path, page=1, cell=(1.0, 1.0, 2.0 + number, 2.0))
            for number in range(plugin.WAITING + 2)
        ]
        return await asyncio.gather(*(painter.paint(job) for job in jobs), return_exceptions=True)

    results = asyncio.run(crowd())
    refusals = [(error.status, error.reason) for error in results if isinstance(error, Exception)]
    assert refusals == [(503, "picture-busy")] * 2


def test_the_cache_is_bounded_in_entries_and_bytes(plugin: SimpleNamespace) -> None:
    cache = plugin.PictureCache()
    for number in range(plugin.CACHE_ENTRIES + 10):
        cache.put(plugin.Job(path=str(number), page=1), b"x" * 1000)
    assert len(cache.entries) == plugin.CACHE_ENTRIES
    assert cache.size == plugin.CACHE_ENTRIES * 1000
    for number in range(9):
        cache.put(plugin.Job(path=f"big{number}", page=1), b"x" * (plugin.CACHE_BYTES // 8))
    assert cache.size <= plugin.CACHE_BYTES
    assert sum(len(result) for _, result in cache.entries.values()) == cache.size


@pytest.mark.skipif(sys.platform != "linux", reason="the address space is limited on Linux only")
def test_the_worker_lives_under_its_memory_limit(tmp_path: Path, plugin: SimpleNamespace, painter: Any) -> None:
    paint(painter, plugin.Job(path=str(pdf(tmp_path / "a.pdf")), page=1))
    limits = Path(f"/proc/{painter.worker.pid}/limits").read_text()
    line = next(line for line in limits.splitlines() if line.startswith("Max address space"))
    assert line.split()[3] == str(plugin.WORKER_MEMORY)


@pytest.mark.parametrize("text", ["1,2,3", "a,b,c,d", "5,5,5,9", "9,1,5,5", "nan,1,2,3", "1,1,inf,3", "1,1,1e9,3"])
def test_a_cell_that_is_no_box_is_a_422(text: str, plugin: SimpleNamespace) -> None:
    with pytest.raises(Exception, match="cell-unreadable"):
        plugin.read_box(text)


def test_pdfium_is_never_imported_by_the_server(tmp_path: Path, plugin: SimpleNamespace, painter: Any) -> None:
    before = {name for name in sys.modules if name.startswith("pypdfium2")}
    paint(painter, plugin.Job(path=str(pdf(tmp_path / "a.pdf")), page=1))
    assert {name for name in sys.modules if name.startswith("pypdfium2")} == before
