"""``/-/evidence/<fact_id>.zip``, ``/-/evidence/check/<key>.zip``: what proves a figure or a finding, to take away.

The pictures are those of page_image.py, asked for as a reader asks; the zip is packed in a thread. Two bundles are
packed at a time and four may wait; the next one is told to come back.
"""

import asyncio
import os
from pathlib import Path
from typing import Any
from urllib.parse import quote

from datasette import Response, hookimpl
from datasette.utils import tilde_encode, urlsafe_components

from datapackages import bundle, marks
from datapackages.citation import Cited, bibtex, csl_json
from datapackages.turns import Busy, Turns

AT_ONCE, WAITING = 2, 4
SIGHTINGS = "select * from sightings where sha256 = ? order by first_seen, url, page_url limit 20"
CHECKS = """
select * from checks where sha256 = ? and ('|' || fact_ids || '|') like ? order by outcome, rule, place limit 200
"""
FACTS = "select * from facts where fact_id in ({}) order by fact_id"

turns = Turns(AT_ONCE, WAITING)


class Refused(Exception):
    """Why there is no bundle: a status and a reason that ``error.html`` puts into words."""

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(reason)
        self.status, self.reason = status, reason


async def figure_bundle(datasette: Any, request: Any) -> Response:
    """The evidence of a figure; 404 when no current document prints it."""
    database = datasette.get_database("budgets")
    fact = await _first(database, "select * from facts where fact_id = ?", request.url_vars["fact_id"])
    if fact is None:
        return await _refused(datasette, request, Refused(404, "figure-missing"))
    table = await _first(database, "select * from tables where table_id = ?", fact["table_id"])
    address = await marks.of_figure(database, fact, table)
    checks = (await database.execute(CHECKS, [fact["sha256"], f"%|{fact['fact_id']}|%"])).rows
    title = (table["title"] if table else "") or fact["canonical"] or ""
    words = (fact["unit_name"], title, fact["name"], fact["column_label"], fact["amount_text"], fact["money_unit"])
    return await _answer(
        datasette, request, fact, f"/-/figure/{fact['fact_id']}", fact["fact_id"],
        {"figure": [fact], "checks": checks}, " ".join(filter(None, words)),
        [(f"page-{fact['page']}.png", fact["page"], address),
         (f"page-{fact['page']}-near.png", fact["page"], f"{address}&near=1")],
    )  # fmt: skip


async def check_bundle(datasette: Any, request: Any) -> Response:
    """The evidence of a check, of one that held too; 404 when there is none of that key."""
    database = datasette.get_database("budgets")
    key = urlsafe_components(request.url_vars["key"])
    sql = "select * from checks where sha256 = ? and rule = ? and place = ?"
    check = (await database.execute(sql, key)).first() if len(key) == 3 else None
    if check is None:
        return await _refused(datasette, request, Refused(404, ""))
    names = [name for name in (check["fact_ids"] or "").split("|") if name][:200]
    facts = (await database.execute(FACTS.format(", ".join("?" * len(names))), names)).rows if names else []
    pictures = await marks.of_check(database, check)
    listed = [
        ("" if picture.sha256 == check["sha256"] else f"{picture.sha256[:12]}-", picture) for picture in pictures
    ]
    address = f"/budgets/checks/{','.join(map(tilde_encode, key))}"
    return await _answer(
        datasette, request, check, address, f"{key[0][:16]}-{key[1]}", {"check": [check], "figures": facts},
        f"{check['message_zh']} {check['message']}",
        [(f"{of}page-{picture.page}.png", picture.page, picture.address) for of, picture in listed],
    )  # fmt: skip


async def _first(database: Any, sql: str, key: str) -> Any:
    return (await database.execute(sql, [key])).first()


async def _answer(
    datasette: Any, request: Any, row: Any, path: str, name: str, rows: dict[str, Any], note: str,
    pictures: list[tuple[str, int, str]],
) -> Response:  # fmt: skip
    """The bundle of a row: its pictures (file, page, address), its rows by name of file, and its citation."""
    database = datasette.get_database("budgets")
    sightings = (await database.execute(SIGHTINGS, [row["sha256"]])).rows
    document = await _first(database, "select * from documents where sha256 = ?", row["sha256"])
    permalink = datasette.absolute_url(request, datasette.urls.path(path))
    cited = _cited(row, document, sightings, note, permalink, name)
    try:
        content = await _packed(datasette, cited, sightings, rows, pictures)
    except Refused as refusal:
        return await _refused(datasette, request, refusal)
    headers = {
        "content-disposition": f"attachment; filename=\"yusuan-{quote(name)}.zip\"",
        "cache-control": "public, max-age=3600",
    }
    return Response(content, headers=headers, content_type="application/zip")


def _cited(row: Any, document: Any, sightings: Any, note: str, permalink: str, name: str) -> Cited:
    first = sightings[0] if sightings else {"publisher": "", "published_on": "", "url": ""}
    return Cited(
        key=f"yusuan:{name}",
        author=first["publisher"] or document["unit_name"] or document["department_name"] or "",
        title=document["title"] or document["unit_name"] or "",
        published_on=first["published_on"] or "",
        year=row["document_year"],
        page=row["page"],
        url=first["url"] or "",
        note=note,
        permalink=permalink,
        sha256=row["sha256"],
    )


async def _packed(
    datasette: Any, cited: Cited, sightings: Any, rows: dict[str, Any], pictures: list[tuple[str, int, str]]
) -> bytes:
    """The zip, when it is its turn. Raises Refused 503 where too many are before it."""
    try:
        async with turns.taken():
            drawn = {name: await _drawn(datasette, address) for name, _, address in pictures}
            undrawn = sorted({page for name, page, _ in pictures if not drawn[name]})
            files: dict[str, bytes | str] = {name: picture for name, picture in drawn.items() if picture}
            files |= await _texts(datasette, cited, sightings, rows, [*files], undrawn)
            return await asyncio.to_thread(bundle.pack, files, _stored(cited.sha256))
    except Busy:
        raise Refused(503, "picture-busy") from None


async def _drawn(datasette: Any, address: str) -> bytes:
    """A page's picture; empty where the page cannot be drawn. Raises Refused 503 where the painter is busy."""
    # In a task of its own, because a request sets the language and address of the context it runs in.
    answer = await asyncio.create_task(datasette.client.get(address))
    if answer.status_code == 503:
        raise Refused(503, "picture-busy")
    return answer.content if answer.status_code == 200 else b""


async def _texts(
    datasette: Any, cited: Cited, sightings: Any, rows: dict[str, Any], pictures: list[str], undrawn: list[int]
) -> dict[str, str]:
    """The rows as CSV and JSON, the citation in its three forms, and the README."""
    files = {f"{name}.csv": bundle.as_csv(some) for name, some in rows.items() if some}
    files |= {f"{name}.json": bundle.as_json(some) for name, some in rows.items() if some}
    listed = [([name], "page") for name in pictures]
    listed += [([f"{name}.csv", f"{name}.json"], name) for name, some in rows.items() if some]
    context = {
        "cited": cited,
        "sightings": sightings,
        "listed": listed,
        "undrawn": undrawn,
        "permalink": cited.permalink,
        "has_document": bundle.fits(_stored(cited.sha256)),
    }
    said = ". ".join(filter(None, (cited.author, cited.title, cited.url, cited.note)))
    return {
        **files,
        "README.md": await datasette.render_template("evidence.txt", context),
        "citation.txt": f"{said}. SHA-256 {cited.sha256}. {cited.permalink}\n",
        "citation.bib": bibtex(cited),
        "citation.json": csl_json(cited),
    }


def _stored(sha256: str) -> Path:
    return Path(os.environ["YUSUAN_DATA"]) / "documents" / sha256[:2] / f"{sha256}.pdf"


async def _refused(datasette: Any, request: Any, refusal: Refused) -> Response:
    told = {"status": refusal.status, "reason": refusal.reason}
    retry = {"retry-after": "5"} if refusal.status == 503 else {}
    page = await datasette.render_template("error.html", told, request=request)
    return Response.html(page, status=refusal.status, headers={"cache-control": "no-store", **retry})


@hookimpl
def register_routes(datasette: Any) -> list[tuple[str, Any]]:
    return [
        (r"^/-/evidence/(?P<fact_id>[0-9a-f]{16}-p\d+-x-?\d+-y-?\d+)\.zip$", figure_bundle),
        (r"^/-/evidence/check/(?P<key>[0-9a-f]{64},[0-9A-Za-z]{1,8},[-0-9A-Za-z_~+,]{0,4000})\.zip$", check_bundle),
    ]
