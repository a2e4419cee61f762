"""A crawl over what is published otherwise: archives, tables, budgets in the page, signed and moved addresses."""

from __future__ import annotations

import io
import shutil
import struct
import zipfile
import zlib
from pathlib import Path
from types import SimpleNamespace
from urllib.parse import quote

import pytest

import little_site as little
from crawler import blobs, crawl
from crawler.state import published_otherwise, sightings
from crawler.unpacking import TOOL

ROOT, Site, page, pdf, sha256 = little.ROOT, little.Site, little.page, little.pdf, little.sha256
XLS = b"\xd0\xcf\x11\xe0 ... " + "Workbook".encode("utf-16-le")


def zipped(members: dict[str, bytes]) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name, content in members.items():
            archive.writestr(zipfile.ZipInfo(name), content)
    return file.getvalue()


def rar(members: dict[str, bytes]) -> bytes:
    """A RAR 4 archive with stored members; names in ASCII."""

    def block(kind: int, flags: int, body: bytes) -> bytes:
        head = struct.pack("<BHH", kind, flags, 7 + len(body)) + body
        return struct.pack("<H", zlib.crc32(head) & 0xFFFF) + head

    parts = [b"Rar!\x1a\x07\x00", block(0x73, 0, b"\0" * 6)]
    for name, content in members.items():
        told = struct.pack(
            "<IIBIIBBHI", len(content), len(content), 3, zlib.crc32(content), 0, 20, 0x30, len(name), 0o100644
        )
        parts += [block(0x74, 0x8000, told + name.encode()), content]
    return b"".join([*parts, block(0x7B, 0x4000, b"")])


def listed(site: Site, **details: bytes) -> None:
    links = "".join(f'<a href="t20260312_{number}.html">{name}</a>' for number, name in enumerate(details))
    site.put("index.html", page(links))
    for number, body in enumerate(details.values()):
        site.put(f"t20260312_{number}.html", body)


def budget_in_the_page() -> bytes:
    text = "一、主要职责 二、收支总表 三、三公经费 四、机关运行经费 五、名词解释 " + "本单位2026年预算说明。" * 150
    return page(f"<p>{text}</p>", "丁局2026年部门预算公开")


def city(site: Site) -> None:
    listed(
        site,
        甲=page('<a href="a.zip">附件</a>', "甲局2026年部门预算公开"),
        乙=page('<a href="b.rar">乙局及所属单位</a>', "乙局2026年部门预算公开"),
        丙=page('<a href="/down.do?id=3&token=first">丙局预算公开表</a>', "丙局2026年部门预算公开"),
        丁=budget_in_the_page(),
        戊=page(
            '<a href="e.pdf?Signature=first&Expires=1">戊局预算</a><a href="/f/one/x.pdf">戊局说明</a>', "戊局"
        ),
    )
    inner = zipped({"二级/说明.pdf": pdf("二级")})
    site.put("a.zip", zipped({"本级/预算.pdf": pdf("本级"), "表.xls": XLS, "inner.zip": inner, "x.pdf": b"<html>"}))
    site.put("b.rar", rar({"unit/one.pdf": pdf("one"), "two.pdf": pdf("two")}))
    site.put("/down.do?id=3&token=first", XLS)
    site.put("e.pdf?Signature=first&Expires=1", pdf("戊"))
    site.put("/f/one/x.pdf", pdf("说明"))


@pytest.fixture(scope="module")
def nights(tmp_path_factory: pytest.TempPathFactory) -> SimpleNamespace:
    """Two nights; at the second the signatures are new and a document has moved."""
    if shutil.which(TOOL) is None:
        pytest.skip(f"no {TOOL}: install libarchive-tools to read RAR")
    data = little.new_data(tmp_path_factory.mktemp("forms") / "data")
    with little.served(city) as site:
        first = crawl(["testcity"], data, hosts=site.hosts)
        seen, otherwise = sightings(data), published_otherwise(data)
        site.date = little.SECOND_NIGHT
        signed = '<a href="e.pdf?Signature=second&Expires=2">戊局预算</a><a href="/f/two/x.pdf">戊局说明</a>'
        site.put("t20260312_4.html", page(signed, "戊局"))
        site.put("e.pdf?Signature=second&Expires=2", pdf("戊"))
        site.put("/f/two/x.pdf", pdf("说明"))
        site.asked.clear()
        second = crawl(["testcity"], data, hosts=site.hosts)
        return SimpleNamespace(
            data=data, first=first, second=second, seen=seen, otherwise=otherwise, asked=list(site.asked)
        )


def test_the_documents_in_archives_are_documents(nights: SimpleNamespace) -> None:
    inside = {(s.url, s.title): s.sha256 for s in nights.seen if "#" in s.url}
    assert inside == {
        (ROOT + "a.zip#" + quote("本级/预算.pdf"), "本级/预算"): sha256(pdf("本级")),
        (ROOT + "a.zip#inner.zip/" + quote("二级/说明.pdf"), "inner.zip/二级/说明"): sha256(pdf("二级")),
        (ROOT + "b.rar#unit/one.pdf", "unit/one"): sha256(pdf("one")),
        (ROOT + "b.rar#two.pdf", "two"): sha256(pdf("two")),
    }
    assert {s.page_url for s in nights.seen if "#" in s.url} == {ROOT + "a.zip", ROOT + "b.rar"}
    assert all(s.publisher == "测试市财政局" and s.published_on == "2026-03-12" for s in nights.seen)


def test_what_is_no_pdf_is_kept_and_listed(nights: SimpleNamespace) -> None:
    assert (nights.first.finished, nights.first.new) == (True, 6)
    assert nights.first.events == {
        "other-format": 2,
        "inline-budget": 1,
        "html-instead-of-pdf": 1,
        "no-attachment": 1,
    }
    kept = {(entry.url.removeprefix(ROOT), entry.form, entry.title) for entry in nights.otherwise}
    assert kept == {
        ("a.zip", "zip", "甲局2026年部门预算公开"),
        ("b.rar", "rar", "乙局及所属单位"),
        ("http://czj.testcity.example/down.do?id=3", "xls", "丙局预算公开表"),
        ("t20260312_3.html", "html", "丁"),
    }
    for entry in nights.otherwise:
        assert sha256(blobs.path(nights.data, entry.sha256, entry.form).read_bytes()) == entry.sha256
    assert {path.suffix for path in blobs.all_documents(nights.data)} == {".pdf"}


def test_the_second_night_names_the_same_and_reads_no_archive_again(nights: SimpleNamespace) -> None:
    assert dict(nights.asked)["/czxx/yjsgk/a.zip"] == dict(nights.asked)["/czxx/yjsgk/b.rar"] == 304
    assert nights.second.events == {"other-format": 2, "inline-budget": 1, "no-attachment": 1}
    assert (nights.second.new, nights.second.changed, nights.second.unchanged, nights.second.vanished) == (
        0,
        0,
        6,
        0,
    )
    assert {s.last_seen[:10] for s in sightings(nights.data)} == {"2026-03-13"}


def test_a_document_whose_address_is_signed_anew_or_has_moved_is_the_same_document(nights: SimpleNamespace) -> None:
    asked = dict(nights.asked)
    assert asked["/czxx/yjsgk/e.pdf?Signature=second&Expires=2"] == 304, "asked with its new signature"
    places = {s.title: (s.url.rpartition(".example")[2], s.first_seen[:10]) for s in sightings(nights.data)}
    assert places["戊局预算"] == ("/czxx/yjsgk/e.pdf", "2026-03-12")
    assert places["戊局说明"] == ("/f/two/x.pdf", "2026-03-12")


def test_a_list_on_a_platform_without_known_addresses_is_followed_by_the_names_of_its_links(tmp_path: Path) -> None:
    source = little.SOURCE.replace("family: trs", "family: generic\nby_name: true")

    def fill(site: Site) -> None:
        names = {"2026年甲局部门预算公开": "甲", "关于预算绩效专家的通知": "乙"}
        site.put("index.html", page("".join(f'<a href="{quote(n)}.aspx">{name}</a>' for name, n in names.items())))
        refresh = '<meta http-equiv="refresh" content="0;url=real.aspx">'
        site.put(quote("甲") + ".aspx", f"<html><head>{refresh}</head></html>".encode())
        site.put("real.aspx", page('<a href="a.pdf">甲局2026年部门预算</a>', "甲局"))
        site.put("a.pdf", pdf("甲"))

    data = little.new_data(tmp_path / "data", source)
    with little.served(fill) as site:
        report = crawl(["testcity"], data, hosts=site.hosts)
    assert (report.finished, [s.title for s in sightings(data)]) == (True, ["甲局2026年部门预算"])
    assert sorted(path.rpartition("/")[2] for path, _ in site.asked) == [
        "%E7%94%B2.aspx", "a.pdf", "index.html", "real.aspx", "robots.txt",
    ]  # fmt: skip
