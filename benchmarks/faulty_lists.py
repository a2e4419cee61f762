"""The eleven ways in which the sites of the fault server publish their lists."""

from __future__ import annotations

import json
from collections.abc import Iterator
from urllib.parse import quote

from benchmarks.faulty_pages import SIGN, Family, Record, attached, page

Pages = Iterator[tuple[str, str]]
SIGNED = SIGN.decode()
PROXY = "/module/web/jpage/dataproxy.jsp"
UNIT = "/api-gateway/jpaas-publish-server/front/page/build/unit"


def links(records: list[Record]) -> str:
    """Lines of a list."""
    return "".join(f'<li><a href="{one.address}" title="{one.title}">{one.title}</a></li>' for one in records)


def parts(family: Family, records: list[Record]) -> list[list[Record]]:
    """The records of each page of the list."""
    return [records[start : start + family.per_list] for start in range(0, len(records), family.per_list)]


def shown(family: Family, body: str) -> str:
    """A page of a list."""
    return page("部门预算公开", body, article=False, encoding=family.encoding if family.declared else "")


def numbered(family: Family, records: list[Record]) -> Pages:
    """TRS WCM: a script counts the pages."""
    groups = parts(family, records)
    folder, _, file = family.entry.rpartition("/")
    name, _, ending = file.partition(".")
    for place, group in enumerate(groups):
        script = f'<script>createPageHTML({len(groups)}, {place}, "{name}", "{ending}");</script>'
        address = f"{folder}/{name}_{place}.{ending}" if place else family.entry
        yield address, shown(family, links(group) + script)


def from_one(family: Family, records: list[Record]) -> Pages:
    """A script with an identifier counts the pages from one."""
    groups = parts(family, records)
    folder, _, file = family.entry.rpartition("/")
    name, _, ending = file.partition(".")
    for place, group in enumerate(groups, 1):
        call = f"createPageHTML('page_div',{len(groups)}, {place},'{name}','{ending}',{len(records)});"
        address = f"{folder}/{name}_{place}.{ending}" if place > 1 else family.entry
        yield address, shown(family, f"{links(group)}<script>{call}</script>")


def data_proxy(family: Family, records: list[Record]) -> Pages:
    """Hanweb jpage: the first records in CDATA, the others from the proxy."""
    column = "webid=3&path=/&columnid=7&unitid=9"
    group = f'<nextgroup><![CDATA[<a href="{PROXY}?page=1&{column}"></a>]]></nextgroup>'
    for place, part in enumerate(parts(family, records)):
        lines = "".join(f"<record><![CDATA[{links([one])}]]></record>" for one in part)
        total = f"<totalrecord>{len(records)}</totalrecord>"
        if place:
            start, end = place * family.per_list + 1, place * family.per_list + len(part)
            where = f"startrecord={start}&endrecord={end}&perpage={family.per_list}"
            yield f"{PROXY}?{where}&{column}", f"<datastore>{total}<recordset>{lines}</recordset></datastore>"
        else:
            store = f"<datastore>{group}<recordset>{lines}</recordset></datastore>"
            script = f"$('#9').jpage({{totalRecord:{len(records)},perPage:{family.per_list},proxyUrl:'{PROXY}'}})"
            yield family.entry, shown(family, f'<script type="text/xml">{store}</script><script>{script}</script>')


def units(family: Family, records: list[Record]) -> Pages:
    """Hanweb jpaas: the page holds no record, a script asks for the unit."""
    query = {"parseType": "bulidstatic", "webId": "11", "tplSetId": "Oq", "pageType": "column", "pageId": "32"}
    told = ", ".join(f'{key}: "{value}"' for key, value in query.items())
    call = f'doLayPageRender(\'a_1\', {{{told}, unitUrl: "{UNIT}"}}, {{rows: "{family.per_list}", pageNo: "1"}});'
    yield family.entry, shown(family, f"<script>{call}</script>")
    for place, group in enumerate(parts(family, records), 1):
        where = json.dumps({"pageNo": place, "pageSize": family.per_list}, separators=(",", ":"))
        asked = "&".join(f"{key}={quote(value)}" for key, value in {**query, "paramJson": where}.items())
        fragment = f"<ul>{links(group)}</ul><div class='p' rows={family.per_list} count={len(records)}></div>"
        yield f"{UNIT}?{asked}", json.dumps({"success": True, "data": {"html": fragment}})


def catalogue(family: Family, records: list[Record]) -> Pages:
    """gkmlpt: a tree of categories in a script, each with a list in JSON."""
    tree = [{"id": 1, "name": "机构职能", "children": []}, {"id": 4, "name": "部门预决算", "children": []}]
    config = f"window._CONFIG = {{ SID: '757010', TREE: {json.dumps(tree, ensure_ascii=False)} }};"
    yield family.entry, shown(family, f"<script>{config}</script>")
    for place, group in enumerate(parts(family, records), 1):
        articles = [{"title": one.title, "url": f"http://{family.host}{one.address}"} for one in group]
        answer = {"classify": {"id": 4, "post_count": len(records)}, "articles": articles}
        yield f"/gkmlpt/api/all/4?page={place}&sid=757010", json.dumps(answer)


def answers(family: Family, records: list[Record]) -> Pages:
    """A platform in JSON: the page's number in the address, the count in the answer."""
    for place, group in enumerate(parts(family, records), 1):
        rows = [{"docTitle": one.title, "docPubUrl": one.address} for one in group]
        data = {"total": len(records), "list": rows}
        address = family.entry.replace("pageNo=1", f"pageNo={place}")
        yield address, json.dumps({"code": 200, "data": data})


def next_links(family: Family, records: list[Record]) -> Pages:
    """Plain pages, each with a link to the next one."""
    groups = parts(family, records)
    stem, _, ending = family.entry.rpartition(".")
    addresses = [family.entry, *(f"{stem}_{place}.{ending}" for place in range(2, len(groups) + 1))]
    for place, group in enumerate(groups):
        further = f'<a href="{addresses[place + 1]}">下一页</a>' if place + 1 < len(groups) else ""
        yield addresses[place], shown(family, f"<ul>{links(group)}</ul>{further}")


def older_pages(family: Family, records: list[Record]) -> Pages:
    """Older records stand on pages that count downwards."""
    groups = parts(family, records)
    stem, _, ending = family.entry.rpartition(".")
    addresses = [family.entry, *(f"{stem}/{place}.{ending}" for place in range(len(groups) - 1, 0, -1))]
    for place, group in enumerate(groups):
        further = f'<a href="{addresses[place + 1]}">下页</a>' if place + 1 < len(groups) else ""
        yield addresses[place], shown(family, f"<ul>{links(group)}</ul>{further}")


def one_page(family: Family, records: list[Record]) -> Pages:
    """No list at all: one page with every document, each named in another way."""
    named = (f"<p>{attached(one.address, one.title, place)}</p>" for place, one in enumerate(records))
    yield family.entry, shown(family, "".join(named))


FAMILIES = (
    Family(
        name="trs", system="trs", entry="/czxx/yjsgk/index.html", within="/czxx/yjsgk/", encoding="gbk", share=15,
        detail="/czxx/yjsgk/202603/t20260305_{n}.html", file="/czxx/yjsgk/202603/P0{n}.pdf", lists=numbered,
    ),
    Family(
        name="hanweb", system="hanweb", entry="/col/col7/index.html", within="/art/", share=11, lists=data_proxy,
        detail="/art/2026/3/5/art_7_{n}.html", file="/module/download/downfile.jsp?classid=0&filename={hex}.pdf",
    ),
    Family(
        name="jpaas", system="jpaas", entry="/col/col32/index.html", within="/art/", share=10, lists=units,
        detail="/art/2026/art_{hex}.html", file="/cms_files/attach/{hex}.pdf",
    ),
    Family(
        name="gkmlpt", system="gkmlpt", entry="/gkmlpt/index", within="/gkmlpt/content/", share=10, lists=catalogue,
        detail="/gkmlpt/content/1/2/post_{n}.html", file="/attachment/0/1/2/{n}.pdf",
    ),
    Family(
        name="jeecms", system="jeecms", entry="/yjsgk/index.jhtml", within="/yjsgk/", share=9, lists=next_links,
        detail="/yjsgk/{n}.jhtml", file="/attachment/{name}{n}.pdf?" + SIGNED,
    ),
    Family(
        name="truecms", system="truecms", entry="/ys/list.html", within="/ys/content/", share=8, lists=next_links,
        detail="/ys/content/{uuid}.html", file="/truecms/attachmentController/download.do?id={uuid}",
    ),
    Family(
        name="vsb", system="vsb", entry="/zwgk/bmys.htm", within="/info/", share=10, lists=older_pages,
        detail="/info/1024/{n}.htm", file="/system/_content/download.jsp?urltype=n.Attach&owner=1&wbfileid={n}",
    ),
    Family(
        name="manuscripts", system="manuscripts", entry="/c100001/list.shtml", within="/c100001/", share=8,
        lists=from_one, detail="/c100001/202603/{hex}.shtml", file="/c100001/202603/{hex}/files/{n}.pdf",
    ),
    Family(
        name="json_platform", system="json", entry="/api/list?channel=5&pageNo=1",
        within="/doc/", share=8, lists=answers, detail="/doc/{n}.html", more="details: '/doc/\\d+\\.html$'\n",
        file="/upload/{hex}.pdf?Expires=99&Signature=" + SIGNED,
    ),
    Family(
        name="static_list", system="generic", entry="/bmys/list.html", within="/bmys/", share=6, lists=next_links,
        encoding="gbk", declared=False, detail="/bmys/show-{n}.html", more="details: '/show-\\d+\\.html$'\n",
        file="/upload/{n}.zip", bundle=5,
    ),
    Family(
        name="one_page", system="one_page", entry="/zdgk/2026ys.html", within="/zdgk/", share=5, lists=one_page,
        detail="", file="/zdgk/files/{n}.pdf",
    ),
)  # fmt: skip
