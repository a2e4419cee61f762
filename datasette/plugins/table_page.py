"""A table's page at ten million rows: what a reader asks for is counted and searched in bounded time.

``TablePage`` is Datasette's own view, asked to leave the count and the search to us. Rows under the filters that
readers use were counted with the database (``datapackages/facet_counts.py``); others are counted within a time
limit. A search that finds more than ``LISTED`` rows lists that many, the first in the order of the documents, and
says so; a stream of its rows, which could not be complete, is refused. The facets are those of ``facets.py``, which
finds what was asked for as ``request.selection``.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from datasette import Response, hookimpl
from datasette.database import QueryInterrupted, Results
from datasette.filters import FilterArguments, Filters
from datasette.utils import MultiParams, escape_sqlite, tilde_decode, tilde_encode, urlsafe_components
from datasette.utils.asgi import Request
from datasette.views.base import DatasetteError
from datasette.views.table import TableView

from datapackages import display, facet_counts, keyset

LISTED = 10_000  # rows of a search; of more, the first ones
FEW, GAP, MOST_RANGES = 5_000, 1_000, 400  # rows among which a search looks by ranges, and how they are joined
COUNT_MS = 150
FEW_MS = 1_000  # by an index it takes a few; on a busy machine it waits for its turn, and all else takes longer
DRAWN_BY_THE_PAGE = ("facts",)  # their short list has a template of its own
ELSEWHERE = ("_through", "_where")  # filters that others make: Datasette's view reads such a page alone
ALL_COLUMNS = ("_all", "_col", "_nocol")
Ranges = list[tuple[int, int]]
FTS = "select rowid as found from {index} where {index} match escape_fts(:search)"
SLOTS = "select * from facet_counts where \"table\" = ? and filters = ? and \"column\" = ''"
ROWS = "select count from facet_counts where \"table\" = ? and filters = ? and given = ? and \"column\" = ''"


@dataclass
class Selection:
    """The rows that a reader asks for. ``count`` is None where it is not known."""

    table: str
    where: list[str]
    params: dict[str, Any]
    exact: dict[str, str] | None  # column → value; None where a filter is of another kind
    search: str = ""
    count: int | None = None
    is_cut: bool = False  # the search finds more rows than are listed
    found: FilterArguments | None = field(default=None, repr=False)  # the clause of the search

    @property
    def clauses(self) -> list[str]:
        return self.where + (self.found.where_clauses if self.found else [])

    @property
    def clause(self) -> str:
        return f"where {' and '.join(self.clauses)}" if self.clauses else ""

    @property
    def arguments(self) -> dict[str, Any]:
        return {**self.params, **(self.found.params if self.found else {})}


class Asked(Request):  # type: ignore[misc]
    """A reader's request as Datasette's view is shown it: the search, the count and the paging are ours."""

    def __init__(self, request: Any, selection: Selection) -> None:
        super().__init__(request.scope, request.receive)
        self.selection = selection

    @property
    def args(self) -> MultiParams:
        told = super().args
        ours = ("_search", "_fts_")
        return Arguments({name: told.getlist(name) for name in told if not name.startswith(ours)})


class Arguments(MultiParams):  # type: ignore[misc]
    def get(self, name: str, default: Any = None) -> Any:
        instead = {"_nocount": "1", "_next": None}
        return instead[name] if name in instead else super().get(name, default)


class Site:
    """Datasette as its view sees it for one page: one of its databases reads the list our way."""

    def __init__(self, datasette: Any, listing: "Listing") -> None:
        self._datasette, self._listing = datasette, listing

    def __getattr__(self, name: str) -> Any:
        return getattr(self._datasette, name)

    def get_database(self, name: str | None = None, route: str | None = None) -> Any:
        found = self._datasette.get_database(name, route)
        return self._listing if found is self._listing.database else found


class Listing:
    """The database, its rows of the page read in stretches. Only the list is asked for with ``truncate``."""

    def __init__(self, database: Any, selection: Selection, stretches: list[keyset.Stretch]) -> None:
        self.database, self.selection, self.stretches = database, selection, stretches
        self.columns: list[str] = []

    def __getattr__(self, name: str) -> Any:
        return getattr(self.database, name)

    async def execute(self, sql: str, params: Any = None, truncate: bool = False, **limits: Any) -> Any:
        if not truncate:
            return await self.database.execute(sql, params, **limits)
        wanted = int(sql.rpartition(" limit ")[2])  # rows of the page, and one that tells whether there are more
        limits.pop("page_size", None)
        rows: list[Any] = []
        for stretch in self.stretches:
            found = await self._read(stretch, wanted - len(rows), limits)
            rows += found.rows
            if len(rows) == wanted:
                break
        return Results(rows, False, found.description)

    async def _read(self, stretch: keyset.Stretch, most: int, limits: dict[str, Any]) -> Any:
        columns = ", ".join(map(escape_sqlite, self.columns))
        where = " and ".join(filter(None, [*self.selection.clauses, stretch.where]))
        sql = f"select {columns} from {escape_sqlite(self.selection.table)} {'where ' if where else ''}{where}"
        arguments = {**self.selection.arguments, **stretch.arguments}
        return await self.database.execute(f"{sql} order by {stretch.order} limit {most}", arguments, **limits)


class TablePage(TableView):  # type: ignore[misc]
    """Datasette's view of a table, its rows counted in bounded time, its short list read by its columns only."""

    listing: Listing | None = None

    async def data(
        self, request: Any, default_labels: bool = False, _next: str | None = None, _size: str | None = None
    ) -> Any:
        site = self.ds
        database = site.get_database(route=tilde_decode(request.url_vars["database"]))
        table = tilde_decode(request.url_vars["table"])
        described = site.table_metadata(database.name, table)
        # A name that no table has may be a word of SQL, which asking for its keys would stumble over.
        keys = await database.primary_keys(table) if await database.table_exists(table) else []
        if not keys or described.get("hidden") or any(map(request.args.get, ELSEWHERE)):
            return await super().data(request, default_labels, _next=_next, _size=_size)
        selection = await selected(site, database, table, request)
        if selection.is_cut and request.args.get("_stream"):
            raise DatasetteError(
                f"this search finds more than {LISTED:,} rows and cannot be streamed whole; "
                "add a place, a year or a unit, or take the data packages",
                status=400,
            )
        stretches = _stretches(table, keys, request, described, _next or request.args.get("_next"))
        self.listing = Listing(database, selection, stretches)
        self.ds = Site(site, self.listing)
        try:
            made = await super().data(Asked(request, selection), default_labels, _size=_size)
        finally:
            self.ds = site
        if isinstance(made, Response):
            return made
        told, template, *rest = made
        told["filtered_table_rows_count"] = selection.count
        told["truncated"] = told["truncated"] or selection.is_cut

        async def told_of_the_request() -> Any:
            drawn = display.cells_are_drawn.set(table not in DRAWN_BY_THE_PAGE or _is_long(request))
            try:
                return {**await template(), "request": request}
            finally:
                display.cells_are_drawn.reset(drawn)

        return told, told_of_the_request, *rest

    async def columns_to_select(self, table_columns: list[str], pks: list[str], request: Any) -> list[str]:
        columns: list[str] = await super().columns_to_select(table_columns, pks, request)
        table = tilde_decode(request.url_vars["table"])
        described = self.ds.table_metadata(tilde_decode(request.url_vars["database"]), table)
        if "shown" in described and not request.url_vars.get("format") and not _is_long(request):
            kept = {*pks, *described["shown"], _sorted_by(request, described)[0]}
            columns = [name for name in columns if name in kept]
        if self.listing:
            self.listing.columns = columns
        return columns


def _is_long(request: Any) -> bool:
    """Are columns asked for that the short list leaves out?"""
    return any(map(request.args.get, ALL_COLUMNS))


def _sorted_by(request: Any, described: dict[str, Any]) -> tuple[str | None, bool]:
    """The column by which the list is sorted, and whether the greatest stands first."""
    up, down = request.args.get("_sort"), request.args.get("_sort_desc")
    if not up and not down:
        up, down = described.get("sort"), described.get("sort_desc")
    return up or down, bool(down)


def _stretches(
    table: str, keys: list[str], request: Any, described: dict[str, Any], following: str | None
) -> list[keyset.Stretch]:
    """What is left of the list after ``following``: the value of the sorted column, if any, and the keys."""
    column, descending = _sorted_by(request, described)
    quoted = list(map(escape_sqlite, keys))
    values = urlsafe_components(following) if following else []
    last = values[-len(keys) :]
    if column is None or (values and len(values) <= len(keys)):
        return keyset.by_keys(quoted, last or None)
    if not values:
        return keyset.by_column(escape_sqlite(column), descending, None)
    known = {f"after_{number}": value for number, value in enumerate(last)}
    where = " and ".join(f"{name} = :{mark}" for name, mark in zip(quoted, known, strict=False))
    row = f"select rowid from {escape_sqlite(table)} where {where}"
    value = None if following.startswith("$null,") else values[0]
    return keyset.by_column(escape_sqlite(column), descending, (value, row, known))


async def selected(datasette: Any, database: Any, table: str, request: Any) -> Selection:
    """What the request asks for, counted as far as it can be; the search bounded."""
    filters = [
        (name, value)
        for name in request.args
        if not name.startswith("_") or "__" in name
        for value in request.args.getlist(name)
    ]
    asked = Filters(sorted(filters))
    where, params = asked.build_where_clauses(table)
    exact = {column: value for column, lookup, value in asked.selections() if lookup == "exact"}
    index = datasette.table_metadata(database.name, table).get("fts_table")
    plain = exact if len(exact) == len(filters) else None
    selection = Selection(table, where, params, plain, request.args.get("_search", "") if index else "")
    if selection.search:
        await _search(database, selection, index)
    elif not request.args.get("_nocount"):
        known = await _known(database, selection)
        selection.count = await _counted(database, selection) if known is None else known
    return selection


async def _known(database: Any, selection: Selection) -> int | None:
    """The count that was made with the database, or None."""
    key = None if selection.exact is None else facet_counts.key(selection.table, selection.exact)
    if not key or not await database.table_exists("facet_counts"):
        return None
    found = (await database.execute(ROWS, [selection.table, *key])).first()
    return int(found["count"]) if found else None


async def _counted(database: Any, selection: Selection) -> int | None:
    """Count the rows; None when the time is over."""
    sql = f"select count(*) from {escape_sqlite(selection.table)} {selection.clause}"
    try:
        result = await database.execute(sql, selection.arguments, custom_time_limit=COUNT_MS)
    except QueryInterrupted:
        return None
    return int(result.single_value())


async def _search(database: Any, selection: Selection, index: str) -> None:
    """Set the clause of the search: all it finds where that is not much, else the first rows in bounded time."""
    arguments = {**selection.params, "search": selection.search}
    slots = await _slots(database, selection)
    ranges = await _few(database, selection) if slots is None else slots
    found = _found(index, ranges or [])
    if slots is None and ranges is None and await _exceeds(database, found, arguments):
        table, where = escape_sqlite(selection.table), " and ".join(selection.where)
        found = f"select {table}.rowid from ({found}) cross join {table} on {table}.rowid = found where {where}"
        slots = []
    if slots is not None:
        selection.is_cut = await _exceeds(database, found, arguments)
    clause = f"rowid in ({found} limit {LISTED})" if selection.is_cut else f"rowid in ({found})"
    words = f'search matches "{selection.search}"'
    if selection.is_cut:
        words += f" (more than {LISTED:,} rows; only the first, in the order of the documents)"
    context = {"search": selection.search, "listed": LISTED if selection.is_cut else None}
    selection.found = FilterArguments([clause], {"search": selection.search}, [words], context)
    selection.count = None if selection.is_cut else await _counted(database, selection)


def _found(index: str, ranges: Ranges) -> str:
    """The query for the rowids that a search finds, in some ranges of them or, without any, in all."""
    found = FTS.format(index=escape_sqlite(index))
    return " union all ".join(f"{found} and rowid between {first} and {last}" for first, last in ranges) or found


async def _slots(database: Any, selection: Selection) -> Ranges | None:
    """Between which rowids the selection lies, when it is of whole places, years and stages; none for all rows."""
    if not selection.where:
        return []
    if not selection.exact or not set(selection.exact) <= set(facet_counts.SLOT):
        return None
    if not await database.table_exists("facet_counts"):
        return None
    rows = await database.execute(SLOTS, [selection.table, ",".join(facet_counts.SLOT)], truncate=False)
    chosen = [row for row in rows if selection.exact.items() <= facet_counts.slot(row["given"]).items()]
    if any(row["count"] != row["last_row"] - row["first_row"] + 1 for row in chosen):
        return None  # rows of several slots lie among one another
    return _joined(((row["first_row"], row["last_row"]) for row in chosen), 0)


async def _few(database: Any, selection: Selection) -> Ranges | None:
    """Ranges of rowids around few selected rows; None when they are many, or too scattered."""
    sql = f"select rowid as row from {escape_sqlite(selection.table)} {selection.clause} limit {FEW + 1}"
    try:
        rows = (await database.execute(sql, selection.arguments, custom_time_limit=FEW_MS)).rows
    except QueryInterrupted:
        return None
    ranges = _joined(((row["row"], row["row"]) for row in rows), GAP)
    return ranges if len(rows) <= FEW and 0 < len(ranges) <= MOST_RANGES else None


def _joined(ranges: Iterable[tuple[int, int]], gap: int) -> Ranges:
    """The ranges in order, those joined that lie no further apart than the gap."""
    joined: Ranges = []
    for first, last in sorted(ranges):
        if joined and first - joined[-1][1] <= gap + 1:
            joined[-1] = (joined[-1][0], max(last, joined[-1][1]))
        else:
            joined.append((first, last))
    return joined


async def _exceeds(database: Any, rows: str, arguments: dict[str, Any]) -> bool:
    """Are there more rows than are listed?"""
    counted = await database.execute(f"select count(*) from ({rows} limit {LISTED + 1})", arguments)
    return bool(counted.single_value() > LISTED)


@hookimpl
def filters_from_request(request: Any) -> FilterArguments | None:
    selection = getattr(request, "selection", None)
    return selection.found if selection else None


@hookimpl
def register_routes(datasette: Any) -> list[tuple[str, Any]]:
    databases = "|".join(re.escape(tilde_encode(name)) for name in datasette.databases if not name.startswith("_"))
    return [(rf"^/(?P<database>{databases})/(?P<table>[^/.]+)(\.(?P<format>\w+))?$", TablePage.as_view(datasette))]
