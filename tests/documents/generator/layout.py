"""Blocks of a document onto PDF pages, with reportlab; says on which pages each table came to stand."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from generator.font import NAME, require
from generator.grid import Grid, Span
from generator.ruled import Ruled, ruled, spanned
from reportlab import rl_config
from reportlab.lib import colors
from reportlab.lib.enums import TA_CENTER, TA_RIGHT
from reportlab.lib.pagesizes import A4, landscape
from reportlab.lib.styles import ParagraphStyle
from reportlab.pdfbase.pdfmetrics import stringWidth
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import (
    ActionFlowable,
    BaseDocTemplate,
    CondPageBreak,
    Flowable,
    Frame,
    NextPageTemplate,
    PageBreak,
    PageTemplate,
    Paragraph,
    Spacer,
)

MADE_UP = "示例文件，机构与数字均为虚构"
MARGIN = 54.0


@dataclass(frozen=True)
class Heading:
    """A heading of the text; ``level`` 1 starts a part and is listed in the contents, as level 2 is."""

    level: int
    text: str


@dataclass(frozen=True)
class Prose:
    """One paragraph."""

    text: str


@dataclass(frozen=True)
class Form:
    """A form with cells of its own (no list): rows of cells, merged cells, column widths."""

    title: str
    subtitle: str
    cells: tuple[tuple[str, ...], ...]
    spans: tuple[Span, ...]
    widths: tuple[float, ...]


@dataclass(frozen=True)
class Break:
    """A new page, upright or lying."""

    wide: bool = False


@dataclass(frozen=True)
class Cover:
    """The title page."""

    lines: tuple[str, ...]


@dataclass(frozen=True)
class Contents:
    """The list of contents, filled from the headings and tables that follow."""

    title: str


Block = Heading | Prose | Form | Break | Cover | Contents | Grid


@dataclass
class Report:
    """Where things stand: physical pages (from 1) of each grid and form, printed page of each contents line."""

    grids: dict[int, list[int]] = field(default_factory=dict)
    contents: list[tuple[int, str, int]] = field(default_factory=list)


def style(size: float, **options: Any) -> ParagraphStyle:
    """A paragraph style of the demo font; Chinese breaks between any two characters."""
    return ParagraphStyle(
        f"s{size}{sorted(options)}", fontName=NAME, fontSize=size, leading=size * 1.7, wordWrap="CJK", **options
    )


BODY = style(12, firstLineIndent=24, spaceAfter=4)
SMALL = style(9)


class Title(Flowable):
    """A centred line in bold, which is the outline stroked: the font has one weight."""

    def __init__(self, text: str, size: float, *, centred: bool = True, mark: Any = None) -> None:
        super().__init__()
        self.text, self.size, self.centred, self.mark = text, size, centred, mark

    def wrap(self, width: float, height: float) -> tuple[float, float]:
        self.width = width
        return width, self.size * 1.9

    def draw(self) -> None:
        wide = stringWidth(self.text, NAME, self.size)
        size = self.size * min(1, self.width / wide)
        text = self.canv.beginText((self.width - min(wide, self.width)) / 2 if self.centred else 0, self.size * 0.6)
        text.setFont(NAME, size)
        text.setTextRenderMode(2)
        self.canv.setLineWidth(size / 45)
        text.textOut(self.text)
        text.setTextRenderMode(0)
        self.canv.drawText(text)
        if self.mark:
            self.mark(self.canv.getPageNumber())


class Fresh(ActionFlowable):
    """Begins a page of one template, without an empty page when the last one is still clean."""

    def __init__(self, template: str) -> None:
        super().__init__()
        self.template = template

    def apply(self, doc: BaseDocTemplate) -> None:
        doc.handle_nextPageTemplate(self.template)
        doc.handle_pageBreak()


def write(path: Path, title: str, blocks: list[Block], drawable: frozenset[int]) -> Report:
    """Draw the blocks to ``path``; twice, because the contents need the page numbers of the first time."""
    report = _draw(path, title, blocks, drawable, Report())
    if any(isinstance(block, Contents) for block in blocks):
        report = _draw(path, title, blocks, drawable, report)
    return report


def _draw(path: Path, title: str, blocks: list[Block], drawable: frozenset[int], before: Report) -> Report:
    report = Report()
    front = sum(isinstance(block, Cover | Contents) for block in blocks)
    doc = BaseDocTemplate(
        str(path), invariant=1, pageCompression=1, title=title, author=MADE_UP, lang="zh-CN",
        initialFontName=NAME,  # else every page names Helvetica, which is not embedded
    )  # fmt: skip
    doc.addPageTemplates([_template(name, size, front) for name, size in _sizes(blocks).items()])
    story: list[Flowable] = []
    for number, block in enumerate(blocks):
        flow = _flow(number, block, drawable, before, report, front)
        previous = blocks[number - 1] if number else None
        # The first table of a part stands on the page of the part's heading, so it begins no page.
        follows = isinstance(block, Grid) and isinstance(previous, Heading) and previous.level == 1
        story += flow[1:] if follows else flow
    with _without_armour():
        doc.build(story)
    return report


@contextmanager
def _without_armour() -> Iterator[None]:
    """No ASCII armour, which adds a quarter to every stream; the setting is that of all who draw in a process."""
    before, rl_config.useA85 = rl_config.useA85, 0
    try:
        yield
    finally:
        rl_config.useA85 = before


def _sizes(blocks: list[Block]) -> dict[str, tuple[float, float]]:
    sizes = {"upright": A4, "wide": landscape(A4), "turned": landscape(A4)}
    for block in blocks:
        if isinstance(block, Grid) and block.page_size:
            sizes[_template_name(block)] = block.page_size
    if not isinstance(blocks[0], Grid):
        return sizes
    first = _template_name(blocks[0])  # the first template is the one the first page gets
    return {first: sizes[first], **sizes}


def _template_name(grid: Grid) -> str:
    if grid.page_size:
        return f"page {grid.page_size[0]} {grid.page_size[1]}"
    return "turned" if grid.rotated else "wide" if grid.landscape else "upright"


def _template(name: str, size: tuple[float, float], front: int) -> PageTemplate:
    width, height = size
    margin = min(MARGIN, width / 12)

    def begin(canvas: Canvas, doc: BaseDocTemplate) -> None:
        if name == "turned":  # the page stands upright; the viewer turns it clockwise
            canvas.translate(height, 0)
            canvas.rotate(90)
        canvas.setFont(NAME, 7)
        canvas.setFillColor(colors.HexColor("#666666"))
        if not front or canvas.getPageNumber() > 1:  # the cover says it large
            canvas.drawRightString(width - margin, 12, MADE_UP)
        if canvas.getPageNumber() > front:
            canvas.setFont(NAME, 9)
            canvas.drawCentredString(width / 2, 24, f"— {canvas.getPageNumber() - front} —")
        canvas.setFillColor(colors.black)

    frame = Frame(margin, 40, width - 2 * margin, height - 76, 0, 0, 0, 0, id=name)
    template = PageTemplate(id=name, frames=[frame], onPage=begin, pagesize=size)  # a turned one gets sides swapped
    template.rotation = 90 if name == "turned" else 0
    return template


def _flow(
    number: int,
    block: Block,
    drawable: frozenset[int],
    before: Report,
    report: Report,
    front: int,
) -> list[Flowable]:
    match block:
        case Grid():
            return _grid(number, block, drawable, report, front)
        case Form():
            return _form(number, block, drawable, report)
        case Heading(level, text):
            require(text, drawable)
            return [CondPageBreak(90), Spacer(1, 6), _heading(level, text, report, front)]
        case Prose(text):
            require(text, drawable)
            return [Paragraph(text, BODY)]
        case Break(wide):
            return [NextPageTemplate("wide" if wide else "upright"), PageBreak()]
        case Cover(lines):
            return [Spacer(1, 210), *(Title(line, 26) for line in lines), Spacer(1, 30), Title(MADE_UP, 13)]
    return [NextPageTemplate("upright"), PageBreak(), Title(block.title, 18), Spacer(1, 8), _contents(before)]


def _heading(level: int, text: str, report: Report, front: int) -> Title:
    def mark(page: int) -> None:
        report.contents.append((level, text, page - front))

    return Title(text, {1: 17, 2: 13, 3: 12}[level], centred=level == 1, mark=mark if level < 3 else None)


class _Leader(Flowable):
    """A line of the contents: text, dots, page number."""

    def __init__(self, level: int, text: str, page: int) -> None:
        super().__init__()
        self.level, self.text, self.page = level, text, page

    def wrap(self, width: float, height: float) -> tuple[float, float]:
        self.width = width
        return width, 16

    def draw(self) -> None:
        left, number = (self.level - 1) * 14.0, str(self.page)
        self.canv.setFont(NAME, 10)
        self.canv.drawString(left, 4, self.text)
        self.canv.drawRightString(self.width, 4, number)
        room = self.width - left - stringWidth(self.text, NAME, 10) - stringWidth(number, NAME, 10) - 8
        dots = "." * max(0, int(room / stringWidth(".", NAME, 10)))
        self.canv.drawRightString(self.width - stringWidth(number, NAME, 10) - 4, 4, dots)


def _contents(before: Report) -> Flowable:
    # Kept in one flowable of fixed height, so that the second pass breaks pages where the first one did.
    return ruled_contents([_Leader(*entry) for entry in before.contents[:40]])


def ruled_contents(lines: list[_Leader]) -> Flowable:
    """The lines one under the other on one page."""
    return spanned([[line] for line in lines] or [[""]], [], (480.0,), rules=False)


def _grid(number: int, grid: Grid, drawable: frozenset[int], report: Report, front: int) -> list[Flowable]:
    require("".join((grid.title, grid.label, grid.owner, grid.money_line, *grid.notes)), drawable)
    template = _template_name(grid)
    width = (grid.page_size or (landscape(A4) if grid.landscape or grid.rotated else A4))[0]
    room = width - 2 * min(MARGIN, width / 12)

    def seen(page: int) -> None:
        report.grids.setdefault(number, []).append(page)

    def listed(page: int) -> None:
        report.contents.append((2, " ".join(part for part in (grid.label, grid.title) if part), page - front))

    start: list[Flowable] = [] if number == 0 else [Fresh(template)] if grid.new_page else [Spacer(1, 14)]
    table: Ruled = ruled(grid, room, drawable, seen)
    label = [Paragraph(grid.label, SMALL)] if grid.label else []
    owner = spanned(
        [[grid.owner, Paragraph(grid.money_line, style(9, alignment=TA_RIGHT))]],
        [],
        (room * 0.7, room * 0.3),
        rules=False,
    )
    notes = [Paragraph(note, SMALL) for note in grid.notes]
    title = Title(grid.title, 14, mark=listed)
    return [*start, *label, title, Spacer(1, 4), owner, table, *([Spacer(1, 3)] if notes else []), *notes]


def _form(number: int, form: Form, drawable: frozenset[int], report: Report) -> list[Flowable]:
    require("".join(cell for row in form.cells for cell in row), drawable)
    table = spanned([list(row) for row in form.cells], list(form.spans), form.widths, rules=True)
    table.seen = lambda page: report.grids.setdefault(number, []).append(page)
    return [Fresh("upright"), Title(form.title, 14), Paragraph(form.subtitle, style(9, alignment=TA_CENTER)), table]
