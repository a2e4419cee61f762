"""Publishing systems: how each announces the further pages of a list, and what its answers hold."""

from __future__ import annotations

import json
from urllib.parse import parse_qs, urlsplit

import pytest

from crawler.catalogue import families
from crawler.kinds import kind_of
from crawler.pages import Attachment, identity, named_links, read_page
from crawler.paging import further_pages
from crawler.words import words

HOST = "http://www.testcity.example"


def further(text: str, url: str) -> list[str]:
    return [page.removeprefix(HOST) for page in further_pages(text, HOST + url, words())]


# ---- TRS WCM ----


@pytest.mark.parametrize(
    "script",
    [
        'createPageHTML(3, 0, "index", "html");',
        "createPageHTML('page_div', 3, 0, 'index', 'html', 47);",
        'var countPage = 3; createPageHTML("id",countPage, 0,"index","html",80);',
        'createPageHTML("3", "0", "index", "html");',
        'createPage(3,0,"index","html")',
        "Pager({size:3, current:0, prefix:'index',suffix:'html'});",
        "var currentPage = 0; //所在页从0开始\nvar countPage = 3//共多少页",
    ],
)
def test_a_trs_script_counts_the_pages_of_a_list(script: str) -> None:
    html = (
        f"<html><script>{script} function createPageHTML(_nPageCount, _nCurrIndex, _sName, _sExt)</script></html>"
    )
    assert further(html, "/czyjs/") == ["/czyjs/index_1.html", "/czyjs/index_2.html"]


def test_a_later_trs_page_announces_the_first_one_too() -> None:
    html = '<script>createPageHTML(3, 1, "index", "htm");</script>'
    assert further(html, "/czyjs/index_1.htm") == ["/czyjs/index.htm", "/czyjs/index_2.htm"]


def test_a_script_with_an_identifier_may_count_its_pages_from_one() -> None:
    first = further("<script>createPageHTML('page_div',4, 1,'yjs_list','shtml',47);</script>", "/c1/yjs_list.shtml")
    assert first == ["/c1/yjs_list_2.shtml", "/c1/yjs_list_3.shtml", "/c1/yjs_list_4.shtml"]
    later = further(
        "<script>createPageHTML('page_div',4, 2,'yjs_list','shtml',47);</script>", "/c1/yjs_list_2.shtml"
    )
    assert set(later) <= {"/c1/yjs_list.shtml", *first}, "nothing that does not exist"


# ---- Hanweb jcms with jpage ----

LINE = '<li><a href="/art/2026/2/20/art_7_{0}.html" title="{0}局2026年部门预算">{0}局…</a></li>'
RECORD = f"<record><![CDATA[{LINE}]]></record>"
PROXY = "/module/web/jpage/dataproxy.jsp"
NEXT = f'<nextgroup><![CDATA[<a href="{PROXY}?page=1&webid=3&path=/&columnid=7&unitid=9"></a>]]></nextgroup>'
JPAGE = f"""<html><body><div id="9"><script type="text/xml"><datastore>{NEXT}<recordset>
{RECORD.format("甲")}{RECORD.format("乙")}</recordset></datastore></script></div>
<script>$('#9').jpage({{totalRecord:5,perPage:2,proxyUrl:'/module/web/jpage/dataproxy.jsp'}})</script></body></html>"""


def test_the_first_records_of_jpage_are_links_though_they_stand_in_a_script() -> None:
    assert named_links(JPAGE, HOST + "/col/col7/index.html", words()) == {
        f"{HOST}/module/web/jpage/dataproxy.jsp?page=1&webid=3&path=/&columnid=7&unitid=9": "",
        f"{HOST}/art/2026/2/20/art_7_%E7%94%B2.html": "甲局2026年部门预算",
        f"{HOST}/art/2026/2/20/art_7_%E4%B9%99.html": "乙局2026年部门预算",
    }


def test_the_other_records_of_jpage_come_from_its_proxy() -> None:
    proxy = (
        "/module/web/jpage/dataproxy.jsp?startrecord={}&endrecord={}&perpage=2&webid=3&path=/&columnid=7&unitid=9"
    )
    asked = [proxy.format(3, 4), proxy.format(5, 5)]
    assert further(JPAGE, "/col/col7/index.html") == asked
    records = RECORD.format("丙") + RECORD.format("丁")
    answer = f"<datastore><totalrecord>5</totalrecord><recordset>{records}</recordset></datastore>"
    assert further(answer, asked[0]) == [asked[1]]
    assert [link.rpartition("/")[2] for link in read_page(answer, HOST + asked[0], words()).links] == [
        "art_7_%E4%B8%99.html",
        "art_7_%E4%B8%81.html",
    ]


def test_without_a_total_only_the_next_records_are_asked_for_and_none_after_an_empty_answer() -> None:
    first = further(JPAGE.replace("totalRecord:5,", ""), "/col/col7/index.html")
    assert [parse_qs(urlsplit(page).query)["startrecord"] for page in first] == [["3"]]
    assert further("<datastore><recordset></recordset></datastore>", first[0]) == []


# ---- Hanweb jpaas ----

UNIT = "/api-gateway/jpaas-publish-server/front/page/build/unit"


def test_a_jpaas_column_asks_for_its_unit_and_the_answer_counts_the_others() -> None:
    query = (
        "{'parseType':'bulidstatic','webId':'11','tplSetId':'Oq','pageType':'column','tagId':'列表','pageId':'32'}"
    )
    column = f'<script src="/x.js" url="{UNIT}" queryData="{query}"></script>'
    (first,) = further(column, "/col/col32/index.html")
    asked = parse_qs(urlsplit(first).query)
    assert (urlsplit(first).path, asked.pop("paramJson")) == (UNIT, ['{"pageNo":1,"pageSize":15}'])
    assert asked == {
        "parseType": ["bulidstatic"], "webId": ["11"], "tplSetId": ["Oq"], "pageType": ["column"],
        "tagId": ["列表"], "pageId": ["32"],
    }  # fmt: skip
    fragment = '<ul><li><a href="/art/2026/art_1.html">甲局预算</a></li></ul><div class="p" rows=15 count=31></div>'
    answer = json.dumps({"success": True, "data": {"html": fragment}})
    assert named_links(answer, HOST + first, words()) == {HOST + "/art/2026/art_1.html": "甲局预算"}
    numbers = [
        json.loads(parse_qs(urlsplit(page).query)["paramJson"][0])["pageNo"] for page in further(answer, first)
    ]
    assert numbers == [2, 3]


def test_a_unit_beside_the_list_of_a_front_page_is_no_list() -> None:
    query = (
        "{'parseType':'bulidstatic','webId':'11','tplSetId':'Oq','pageType':'channel','tagId':'头条','pageId':'32'}"
    )
    assert further(f'<script url="{UNIT}" queryData="{query}"></script>', "/") == []


def test_a_jpaas_list_drawn_by_a_script_says_how_many_rows_a_page_has() -> None:
    call = (
        'doLayPageRender(\'a_1\', {webId:"11", pageId:"32", parseType:"bulidstatic", pageType:"column",'
        f' tagId: "检索", tplSetId: "Oq", unitUrl: "{UNIT}"}}, {{rows: "20", count: "0", pageNo: "1" }});'
    )
    (first,) = further(f"<script>{call}</script>", "/col/col32/index.html")
    assert parse_qs(urlsplit(first).query)["paramJson"] == ['{"pageNo":1,"pageSize":20}']


# ---- gkmlpt ----

TREE = [
    {"id": 1, "name": "机构职能", "jump_url": "", "children": []},
    {"id": 2, "name": "法定主动公开内容", "jump_url": "", "children": [
        {"id": 3, "name": "财政预决算", "jump_url": "", "children": [
            {"id": 4, "name": "部门预决算", "jump_url": "", "children": []}]},
        {"id": 5, "name": "部门预算", "jump_url": "http://elsewhere.example/", "children": []},
    ]},
]  # fmt: skip


def test_gkmlpt_lists_the_categories_of_budgets_in_its_tree() -> None:
    page = f"<script>window._CONFIG = {{ SID: '757010', TREE: {json.dumps(TREE)}, AREA: 0 }};</script>"
    assert further(page, "/gkmlpt/index") == [
        "/gkmlpt/api/all/3?page=1&sid=757010",
        "/gkmlpt/api/all/4?page=1&sid=757010",
    ]


def test_a_gkmlpt_answer_holds_records_and_counts_its_pages() -> None:
    records = [
        {"id": 8, "title": "甲局2026年部门预算", "url": HOST + "/gkmlpt/content/1/2/post_8.html",
         "attachment": [{"name": "甲局预算.pdf", "url": "/attachment/0/1/2/8.pdf"}]},
        {"id": 9, "title": "乙局2026年部门预算", "url": HOST + "/gkmlpt/content/1/2/post_9.html", "attachment": []},
    ]  # fmt: skip
    answer = json.dumps({"classify": {"id": 4, "post_count": 5}, "articles": records})
    url = "/gkmlpt/api/all/4?page=1&sid=757010"
    assert further(answer, url) == [url.replace("page=1", f"page={number}") for number in (2, 3)]
    page = read_page(answer, HOST + url, words())
    assert [link for link in page.links if "post_" in link] == [record["url"] for record in records]
    assert page.attachments == (Attachment(url=HOST + "/attachment/0/1/2/8.pdf", label="甲局预算.pdf", form="pdf"),)


def test_the_body_of_a_gkmlpt_page_is_a_string_in_a_script() -> None:
    content = json.dumps('<p><a href="http://www.testcity.example/attachment/0/1/2/8.pdf">甲局预算.pdf</a></p>')
    html = f'<script>window._CONFIG = {{DETAIL: {{"content":{content.replace("/", chr(92) + "/")}}}}}</script>'
    (found,) = read_page(html, HOST + "/gkmlpt/content/1/2/post_8.html", words()).attachments
    assert found == Attachment(url=HOST + "/attachment/0/1/2/8.pdf", label="甲局预算.pdf", form="pdf")


# ---- JSON platforms, 博达, truecms, JEECMS-like ----


@pytest.mark.parametrize(
    ("answer", "url", "pages"),
    [
        ({"data": {"total": 45, "list": [{"title": "a", "url": "/a.html"}]}}, "/s?pageNo=1&pageSize=20", 3),
        ({"totalPages": 4, "rows": [{"name": "a", "link": "/a.html"}]}, "/s?page=1", 4),
        ({"count": "3", "results": [{"title": "a", "url": "/a.html"}]}, "/s?currentPage=1&x=2", 3),
        ({"code": 200, "msg": "none"}, "/s?page=1", 0),
    ],
)
def test_a_list_in_json_counts_its_pages_by_records_or_pages(answer: object, url: str, pages: int) -> None:
    assert len(further(json.dumps(answer), url)) == max(pages - 1, 0)
    assert len(further(f"jQuery123({json.dumps(answer)});", url)) == max(pages - 1, 0)


def test_an_older_page_of_a_vsb_list_is_its_next_link() -> None:
    html = '<span class="p_next"><a href="bmys/30.htm">下页</a></span><a href="bmys/1.htm">尾页</a>'
    assert further(html, "/zwgk/bmys.htm") == ["/zwgk/bmys/30.htm"]


@pytest.mark.parametrize("text", ["下一页", "下一页 >", "<span>下一页</span>&raquo;", ">", "next"])
def test_a_next_link_is_known_by_its_text_whatever_arrows_stand_around_it(text: str) -> None:
    assert further(f'<a href="list_2.shtml">{text}</a>', "/a/list.shtml") == ["/a/list_2.shtml"]


@pytest.mark.parametrize(
    "link", ['<a href="/zwgk/">&gt;&gt;</a>', '<a href="#">下一页</a>', '<a href="/a_3.html">更多 &gt;&gt;</a>']
)
def test_an_arrow_may_also_say_more(link: str) -> None:
    assert further(link, "/a/list.shtml") == []


@pytest.mark.parametrize(
    ("link", "found"),
    [
        (
            '<a href="/system/_content/download.jsp?urltype=n.Attach&owner=1&wbfileid=8">甲局.pdf</a>',
            "pdf",
        ),
        ('<a href="/truecms/attachmentController/download.do?id=650d48cd-5de7-4ee1">甲局预算</a>', "download"),
        ('<a href="/attachment/甲局预算.PDF?DAjoIbAl5hCYqoIqIYo7KyGkKFMJKPum1O==">甲局预算</a>', "pdf"),
        ('<a href="viewFile.do?type=2&amp;filename=甲局.docx&amp;file=1/2.docx">甲局</a>', "docx"),
        ('<iframe src="/pdfjs/web/viewer.html?file=%2Ffiles%2Fa.pdf#page=1"></iframe>', "pdf"),
        ('<iframe src="/view/onlinePreview?url=aHR0cDovL2EuZXhhbXBsZS94LmRvY3g="></iframe>', "docx"),
        ('<script>var sPdfUrl = "/cms_files/a.pdf#/cms_files/b.pdf";</script>', "pdf"),
        ('<div data-file="/upload/a.zip">附件</div>', "zip"),
        ('<a href="/file/8a9c">甲局2026年部门预算.pdf</a><a href="/a/">收入表.xls</a>', "pdf"),
        ('<a href="/art/2026/art_7.html">甲局2026年部门预算.pdf</a>', None),
        ('<a href="/download/?fid=7">附件1</a>', "download"),
        ('<a href="https://app.testcity.example/about/download.jsp">客户端下载</a>', None),
        ('<!-- <a href="old.pdf">x</a> --><a href="mailto:a@b.example">x</a>', None),
    ],
)
def test_a_document_is_found_in_links_frames_scripts_and_downloads_without_ending(
    link: str, found: str | None
) -> None:
    attachments = read_page(f"<html><body>{link}</body></html>", HOST + "/a/b.html", words()).attachments
    assert [attachment.form for attachment in attachments][:1] == ([found] if found else [])


@pytest.mark.parametrize(
    ("address", "plain"),
    [
        ("/attachment/a.pdf?DAjoIbAl5hCYqoIqIYo7KyGkKFMJKPum1O==", "/attachment/a.pdf"),
        ("/d.do?id=7&token=abc&Expires=99", "/d.do?id=7"),
        ("/f/a.pdf?OSSAccessKeyId=1&Signature=2&x-oss-process=3", "/f/a.pdf"),
        ("/filedown?path=a.pdf&name=b.pdf", "/filedown?path=a.pdf&name=b.pdf"),
        ("/d.do?650d48cd5de74ee1ade8", "/d.do?650d48cd5de74ee1ade8"),
    ],
)
def test_what_a_document_is_does_not_hang_on_a_signature_that_changes_at_each_visit(
    address: str, plain: str
) -> None:
    assert identity(HOST + address, words()) == HOST + plain


def test_every_family_says_how_its_details_look_and_how_it_is_known() -> None:
    assert {name: set(family) for name, family in families().items()} == dict.fromkeys(
        families(), {"title", "details", "signs"}
    )


@pytest.mark.parametrize(
    ("html", "kind"),
    [
        (
            f"<html><script url=\"{UNIT}\" queryData=\"{{'pageType':'column','webId':'1'}}\"></script></html>",
            "list",
        ),
        (f"<script>window._CONFIG = {{ SID: '7', TREE: {json.dumps(TREE)} }};</script>", "list"),
        ('<html><div id="app"></div><script src="/static/js/app.js"></script></html>', "shell"),
        ("<html><title>跳转中...</title></html>", "jump-page"),
        ("<html><title>404 Not Found</title></html>", "soft-404"),
        ("<script>document.cookie='__jsl_clearance=1'</script>", "challenge"),
    ],
)
def test_a_page_without_links_is_a_list_only_where_its_script_says_where_the_list_is(html: str, kind: str) -> None:
    url = HOST + "/gkmlpt/index"
    assert kind_of(html, read_page(html, url, words()), words(), url) == kind
