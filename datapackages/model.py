"""The types that stages hand to one another. Frozen and keyword-only; money is ``Decimal`` yuan.

Words in closed lists (``stage``, ``fund``, ``row_role`` ...) come from ``datapackages/codes/*.csv``.
Boxes are ``(x0, top, x1, bottom)`` in PDF points of the page as displayed, origin top left.
Pages count from 1. An empty string means "not printed" or "does not apply" for text fields.
Types of which a document has tens of thousands have slots.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

Box = tuple[float, float, float, float]


@dataclass(frozen=True, kw_only=True)
class Sighting:
    """The same bytes seen at one address. It records what a site said and interprets nothing.

    Dates are ISO 8601 text taken from the server's ``Date`` header, never from this machine's clock.
    """

    sha256: str
    url: str
    page_url: str = ""
    title: str = ""
    publisher: str = ""
    source: str = ""  # the source's name in crawler/sources, or "import"
    jurisdiction: str = ""  # GB/T 2260 code the source declares; empty when it declares none
    published_on: str = ""
    first_seen: str = ""
    last_seen: str = ""
    retrieved_at: str = ""
    vanished_on: str = ""


@dataclass(frozen=True, kw_only=True)
class Document:
    """A file, identified by the SHA-256 of its bytes, and what the file says about itself."""

    sha256: str
    bytes: int
    pages: int
    text_layer: str  # text, scan, mixed
    kind: str  # codes/kinds.csv
    fiscal_year: int | None
    year_basis: str  # table_title, cover, text, form, unknown
    stage: str  # budget, adjusted, final, unknown
    scope: str  # unit, department, unknown
    part: str  # whole, narrative, tables, performance
    unit_name: str
    department_name: str
    title: str
    producer: str
    language: str
    parser_version: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Cell:
    """One cell as printed, white space removed. ``box`` is None for a cell covered by a merged one."""

    text: str
    page: int
    box: Box | None = None


@dataclass(frozen=True, kw_only=True)
class Table:
    """One list as printed; lists standing side by side in one frame are separate tables."""

    table_id: str  # <sha256 first 16>-p<page>-x<left>-y<top> of the list
    label: str  # 预算公开表5
    title: str
    canonical: str  # design id (overall, income ...) or "unrecognised"
    block: str  # "", revenue, expenditure ...
    unit_name: str  # 编制单位 as printed over the table
    money_unit: str  # 元, 千元, 万元, 亿元; "" when none is printed
    pages: tuple[int, ...]
    columns: tuple[str, ...]  # leaf header paths joined with "/"
    rows: tuple[tuple[Cell, ...], ...]
    state: str  # parsed, blank, unrecognised, failed
    declared: str = ""  # the sentence that says there is no data


@dataclass(frozen=True, kw_only=True, slots=True)
class Fact:
    """One printed figure with its meaning; who published it (jurisdiction, unit_id) is joined later."""

    fact_id: str  # <sha256 first 16>-p<page>-x<left>-y<top> of the cell in whole points
    sha256: str
    table_id: str
    page: int
    row: int  # 1-based in Table.rows
    column: int  # 1-based in Table.columns
    x0: float
    top: float
    x1: float
    bottom: float
    unit_name: str
    department_name: str
    document_year: int | None
    stage: str
    scope: str
    row_unit_code: str
    row_unit_name: str
    fiscal_year: int | None
    phase: str  # approved, adjusted, executed, final
    measure: str  # amount, change, change_percent, share, count, score
    canonical: str
    block: str
    direction: str  # revenue, expenditure, balance
    flow: str  # current, opening, closing, distribution, all, not_stated
    fund: str
    fund_text: str
    expenditure_type: str
    function_code: str
    function_name: str
    econ_dept_code: str
    econ_dept_name: str
    econ_gov_code: str
    econ_gov_name: str
    code_text: str
    code_basis: str  # printed, carried_down, looked_up, unknown, "" when the row has no classification
    classification_year: int | None
    item: str
    name: str
    row_path: str
    column_label: str
    project_name: str
    project_kind: str
    row_role: str  # leaf, subtotal, total, of_which, repeat
    column_role: str
    additive: bool
    amount: Decimal | None  # yuan, for measures amount and change
    value: Decimal | None  # other measures
    value_unit: str
    amount_text: str
    money_unit: str
    reading: str  # fast, second, ocr
    flags: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Section:
    """A stretch of prose under one heading, a list of contents, or the caption of a picture or chart."""

    seq: int
    heading_path: str  # ancestors and heading joined with "/"
    text: str
    pages: tuple[int, ...]
    kind: str = "prose"  # prose, contents, chart
    box: Box | None = None  # of the picture that the caption of a chart belongs to


@dataclass(frozen=True, kw_only=True)
class Statement:
    """One figure stated in the prose, as the sentence gives it, and the fact it should equal."""

    seq: int  # counts from 1 in reading order
    section: str  # heading path of the section it stands in
    metric: str  # codes/metrics.csv, or "other"
    metric_text: str  # the words before the figure, as printed
    amount_text: str  # the printed number without its unit; "" where a change alone or an absence is stated
    amount: Decimal | None  # yuan, for money
    value: Decimal | None  # other measures: vehicles, people, square metres
    unit: str  # as printed: 万元, 辆, 人, 平方米
    prior: str = ""  # the figure of the year compared with, as printed, in the same unit
    change: str = ""  # as printed, without sign, in the same unit
    change_percent: str = ""  # as printed with its %
    share_percent: str = ""
    direction: str = ""  # increase, decrease, flat
    compared_with: str = ""  # as printed: 上年, 2025年, 上年执行数
    reason: str = ""
    span: tuple[int, int] = (0, 0)  # of the figure in the text of its section
    page: int = 0
    box: Box | None = None
    fact_id: str = ""
    agreement: str = "not_found"  # equal, rounding, differs, not_found


@dataclass(frozen=True, kw_only=True)
class Performance:
    """A performance form: what a project (or a unit as a whole) is to reach with its money.

    ``funds`` and ``texts`` hold (period, name, printed text), period ``implementation`` or ``year``;
    names of ``funds`` are in codes/performance_funds.csv, of ``texts`` in codes/performance_texts.csv.
    """

    form_seq: int
    canonical: str  # performance_project, performance_overall, performance_result
    project: str  # as printed with its prefix; "" for a form of the unit as a whole
    department: str  # as printed with its code
    unit: str
    attribute: str
    term: str
    money_unit: str
    funds: tuple[tuple[str, str, str], ...]
    texts: tuple[tuple[str, str, str], ...]
    filled_on: str  # as printed
    pages: tuple[int, ...]
    table_id: str


@dataclass(frozen=True, kw_only=True)
class Cover:
    """A cell that prints the name or number of a person: pictures of its page cover it, nothing else keeps it."""

    page: int
    box: Box


@dataclass(frozen=True, kw_only=True)
class Indicator:
    """One line of a performance form; ``raw`` is the target as printed."""

    form_seq: int
    seq: int
    period: str  # implementation, year
    level1: str
    level2: str
    level3: str
    operator: str  # >=, <=, >, <, =, "" for words
    target: str  # the number or the words without operator and unit
    unit: str
    weight: str
    is_core: bool
    actual: str
    score: str
    deviation_reason: str
    raw: str
    page: int
    box: Box | None = None


@dataclass(frozen=True, kw_only=True)
class Project:
    """A project of the unit and its money of the year by fund, in yuan, with the facts it is read from."""

    project_seq: int
    name: str  # without prefix
    prefix: str
    kind: str
    unit: str
    funds: tuple[tuple[str, Decimal], ...]
    fact_ids: tuple[str, ...]
    page: int


@dataclass(frozen=True, kw_only=True)
class Purchase:
    """One line of a procurement or purchased-services table."""

    table_id: str
    row: int
    canonical: str  # procurement, purchased_services
    unit: str
    function_code: str
    function_name: str
    project: str
    item_code: str
    item_name: str
    specification: str
    quantity: str
    quantity_unit: str
    econ_dept_code: str
    econ_gov_code: str
    method: str
    time: str
    amount: Decimal | None  # yuan: the total of the line
    row_role: str
    fact_ids: tuple[str, ...]
    page: int


@dataclass(frozen=True, kw_only=True)
class Issue:
    """Something not understood, where it is and what to do next. Texts come from codes/issues.csv."""

    type: str
    severity: str  # error, warning, info
    message: str
    message_zh: str
    remedy: str
    remedy_zh: str
    page: int | None = None
    table: str = ""  # table_id
    row: int | None = None
    column: int | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Outcome:
    """What one check said of one place. A check that could not run says so: it never counts as passed.

    ``left``, ``right``, ``difference`` and ``tolerance`` are texts in the printed unit of the left side.
    """

    rule: str  # A1, X5, C3, Q2 ...: datapackages/checks
    place: str  # p<page>/<table_id>/<row>/<column>, several joined with commas; "" for the document as a whole
    kind: str  # arithmetic, agreement, form, question
    outcome: str  # pass, rounding, fail, question, not_applicable, insufficient_data, error
    severity: str  # error, warning, info
    table_ids: tuple[str, ...] = ()
    fact_ids: tuple[str, ...] = ()
    left: str = ""
    right: str = ""
    difference: str = ""
    tolerance: str = ""
    fault: str = ""  # of a fail: source, parser, undecided
    message: str = ""
    message_zh: str = ""


@dataclass(frozen=True, kw_only=True)
class ParsedDocument:
    """What one file says: the result of ``parsers.parse`` and the content of ``data/parsed``."""

    document: Document
    tables: tuple[Table, ...] = ()
    facts: tuple[Fact, ...] = ()
    sections: tuple[Section, ...] = ()
    statements: tuple[Statement, ...] = ()
    performance: tuple[Performance, ...] = ()
    indicators: tuple[Indicator, ...] = ()
    covers: tuple[Cover, ...] = ()
    projects: tuple[Project, ...] = ()
    purchases: tuple[Purchase, ...] = ()
    checks: tuple[Outcome, ...] = ()
    issues: tuple[Issue, ...] = ()
