"""The facets of a table: counts made with the database, else made now in limited time, else values without counts.

Datasette's own facet of a column counts every row of every facet on every page; over ten million rows none of them
comes in time.
"""

from collections.abc import Generator, Iterable
from typing import Any

from datasette import hookimpl
from datasette.database import QueryInterrupted
from datasette.facets import ColumnFacet
from datasette.utils import escape_sqlite, path_with_added_args, path_with_removed_args

from datapackages import facet_counts

FACETS_MS = 400
COUNTS = "select * from facet_counts where \"table\" = ? and filters = ? and given = ? order by rank"
LABELS: dict[tuple[str, str, str], dict[Any, Any]] = {}


class CountedFacet(ColumnFacet):  # type: ignore[misc]
    """The facet of a column: counts made with the database, else made now, else its values without counts."""

    async def facet_results(self) -> tuple[list[dict[str, Any]], list[str]]:
        selection = getattr(self.request, "selection", None)
        if selection is None:
            return await super().facet_results()  # type: ignore[no-any-return]
        sources = {_column(entry["config"]): entry["source"] for entry in self.get_configs()}
        counts = await self._made_before(selection, selection.exact) if not selection.search else {}
        missing = [name for name in sources if name not in counts]
        counted_now = await self._made_now(selection, missing) if missing and not selection.is_cut else {}
        uncounted = [name for name in missing if name not in counted_now]
        if uncounted:
            near = facet_counts.nearest(selection.table, selection.exact or {})
            options = await self._made_before(selection, near)
            counts |= {
                name: [(value, None) for value, _ in options[name]] for name in uncounted if name in options
            }
        counts |= counted_now
        told = [await self._told(name, sources[name], counts[name]) for name in sources if name in counts]
        return told, uncounted

    async def _made_before(self, selection: Any, exact: dict[str, str] | None) -> dict[str, list[Any]]:
        """Column → values and counts, from the table made with the database; empty where it has none."""
        key = None if exact is None else facet_counts.key(selection.table, exact)
        if not key or self.get_facet_size() >= facet_counts.KEPT:
            return {}
        database = self.ds.get_database(self.database)
        if not await database.table_exists("facet_counts"):
            return {}
        rows = (await database.execute(COUNTS, [selection.table, *key], truncate=False)).rows
        few, many = facet_counts.FACETS.get(selection.table, ((), ()))
        return {
            name: [(row["value"], row["count"]) for row in rows if row["column"] == name]
            for name in (*few, *many)
            if rows
        }

    async def _made_now(self, selection: Any, columns: list[str]) -> dict[str, list[Any]]:
        """Column → values and counts in one pass over the selected rows; empty when the time is over."""
        listed = ", ".join(map(escape_sqlite, columns))
        each = " union all ".join(
            f"select * from (select {number} as facet, {name} as value, count(*) as count from selected where"
            f" {name} is not null group by {name} order by count desc, value limit {self.get_facet_size() + 1})"
            for number, name in enumerate(map(escape_sqlite, columns))
        )
        rows = f"select {listed} from {escape_sqlite(selection.table)} {selection.clause}"
        try:
            found = await self.ds.get_database(self.database).execute(
                f"with selected as materialized ({rows}) {each}", selection.arguments, custom_time_limit=FACETS_MS
            )
        except QueryInterrupted:
            return {}
        return {
            name: [(row["value"], row["count"]) for row in found.rows if row["facet"] == number]
            for number, name in enumerate(columns)
        }

    async def _told(self, column: str, source: str, counts: list[tuple[Any, int | None]]) -> dict[str, Any]:
        """The facet as templates and JSON have it."""
        size = self.get_facet_size()
        shown = counts[:size]
        labels = await self._labels(column, [value for value, _ in shown])
        pairs = self.get_querystring_pairs()
        return {
            "name": column,
            "type": self.type,
            "hideable": source != "metadata",
            "toggle_url": self.ds.urls.path(path_with_removed_args(self.request, {"_facet": column})),
            "results": [self._value(column, value, count, labels[value], pairs) for value, count in shown],
            "truncated": len(counts) > size,
        }

    async def _labels(self, column: str, values: list[Any]) -> dict[Any, Any]:
        """The values' labels in the table that the column refers to; kept where the database does not change."""
        is_mutable = self.ds.get_database(self.database).is_mutable
        labels = {} if is_mutable else LABELS.setdefault((self.database, self.table, column), {})
        if unknown := [value for value in values if value not in labels]:
            found = await self.ds.expand_foreign_keys(self.database, self.table, column, unknown)
            labels.update({value: found.get((column, value), value) for value in unknown})
        return labels

    def _value(
        self, column: str, value: Any, count: int | None, label: Any, pairs: list[tuple[str, str]]
    ) -> dict[str, Any]:
        name = f"{column}__exact" if column.startswith("_") else column
        selected = (name, str(value)) in pairs
        change = path_with_removed_args if selected else path_with_added_args
        path = change(self.request, {name: str(value)})
        return {
            "value": value,
            "label": label,
            "count": count,
            "toggle_url": self.ds.absolute_url(self.request, self.ds.urls.path(path)),
            "selected": selected,
        }


def _column(config: dict[str, str]) -> str:
    return config.get("column") or config["simple"]


@hookimpl(hookwrapper=True)  # Datasette's own facet of a column would count it again
def register_facet_classes() -> Generator[None, Any, None]:
    outcome = yield
    classes: Iterable[list[type]] = outcome.get_result()
    outcome.force_result(
        [[CountedFacet if one is ColumnFacet else one for one in registered] for registered in classes]
    )
