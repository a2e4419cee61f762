"""A made-up city with a wide vocabulary, for the tests of search: its rows go straight into the database's tables.

Forty units of a town and a county, three years, the tables that real forms have, prose, projects and purchases.
"""

import hashlib
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from datapackages import build, codes

CITY, COUNTY = "999900", "999901"
# Name, short name, functions of its own, projects.
UNITS = """
示例市教育局|市教育局|2050101 2050202|校舍维修改造、教师培训经费、学前教育补助
示例市第一中学||2050204|智慧校园建设
示例市特殊教育学校||2050701|康复器材购置
示例市人力资源和社会保障局|市人社局|2080101 2080109|金保工程运行维护、劳动人事争议仲裁
示例市就业服务中心||2080106 2080701|就业见习补贴
示例市民政局|市民政局|2080201 2081001|养老服务体系建设、殡葬服务补助
示例市社会福利院||2081005 2081006|孤残儿童养育
示例市残疾人联合会|市残联|2081101 2081104 2081105|残疾人康复训练、残疾人就业和扶贫
示例市卫生健康委员会|市卫健委|2100101 2100408|基本公共卫生服务、计划生育奖励扶助
示例市疾病预防控制中心|市疾控中心|2100401|免疫规划疫苗冷链
示例市人民医院||2100201|医疗设备更新
示例市医疗保障局|市医保局|2101501 2101301|医保基金监管
示例市住房和城乡建设局|市住建局|2120101 2210103|棚户区改造、老旧小区加装电梯
示例市住房公积金管理中心|市公积金中心|2120199|公积金信息系统升级
示例市城市管理局|市城管局|2120104 2120501|城市环境卫生作业、路灯电费
示例市交通运输局|市交通局|2140101 2140104|20路公交车更新、G99国道养护工程
示例市公路养护中心||2140106|农村公路日常养护、桥梁检测
示例市公安局|市公安局|2040201 2040219|天网工程维护、禁毒工作经费
示例市公安局交通警察支队|市交警支队|2040220|信号灯改造
示例市司法局|市司法局|2040601 2040604|法律援助办案补贴
示例市财政局|市财政局|2010601 2010605|预算一体化系统运维
示例市审计局|市审计局|2010801 2010804|投资审计外聘人员费
示例市发展和改革委员会|市发改委|2010401 2010499|重大项目前期工作
示例市市场监督管理局|市市场监管局|2013801 2013816|食品安全抽检、电梯安全监察
示例市药品检验所||2013812|药品检验试剂
示例市农业农村局|市农业农村局|2130101 2130122|高标准农田建设、动物疫病防控
示例市水利局|市水利局|2130301 2130305|三公里堤防加固、水库除险
示例市林业和草原局|市林草局|2130201 2130234|森林防火物资
示例市生态环境局|市生态环境局|2110101 2110301|大气污染防治监测
示例市自然资源局|市自然资源局|2200101 2200106|国土空间规划编制
示例市应急管理局|市应急局|2240101 2240106|安全生产检查、应急物资储备
示例市文化和旅游局|市文旅局|2070101 2070114|第18届群众运动会开幕式、文物保护
示例市图书馆||2070104|图书购置与数字资源
示例市体育中心||2070307|全民健身场地维护
示例市退役军人事务局|市退役军人局|2080801 2082801|优抚对象慰问
示例市总工会|市总工会|2012901|劳模疗养
示例市妇女联合会|市妇联|2012901 2012999|两癌筛查宣传
示例市档案馆||2012604|馆藏档案数字化
中共示例市委员会办公室|市委办|2013101|机要通信保障
样例县教育局|县教育局|2050101 2050203|营养改善计划、校舍维修改造
""".strip().splitlines()
COMMON = ("2080505", "2101101", "2210201")  # what every unit pays
ECONOMIC = ("301", "30101", "30102", "30108", "30113", "302", "30201", "30217", "30231", "30239")
THREE_PUBLIC = (
    ("“三公”经费合计", "three_public", "total"), ("一、因公出国（境）费", "overseas_visits", "leaf"),
    ("二、公务用车购置及运行维护费", "vehicles", "subtotal"), ("（一）公务用车购置费", "vehicle_purchase", "leaf"),
    ("（二）公务用车运行维护费", "vehicle_operation", "leaf"), ("三、公务接待费", "hospitality", "leaf"),
)  # fmt: skip
TITLES = {
    "overall": "收支总表", "general_function": "一般公共预算支出表", "basic_economic": "一般公共预算基本支出表",
    "three_public": "一般公共预算“三公”经费支出表", "projects": "项目支出表",
}  # fmt: skip
SECTIONS = (
    ("第一部分/主要职责", "{unit}贯彻执行国家方针政策，承担本行业的管理与服务工作，重点推进{projects}。"),
    ("第二部分/“三公”经费说明", "{year}年“三公”经费预算{fee}万元，公务接待费与上年持平，未安排因公出国（境）。"),
    ("第三部分/政府采购说明", "{year}年政府采购预算12.50万元，主要用于办公设备更新。"),
    ("第四部分/名词解释", "机关运行经费：指为保障单位运行用于购买货物和服务的各项资金。"),
)
PURCHASES = (
    ("A02010105", "台式计算机", "办公设备"), ("A05010301", "课桌椅", "双人"), ("C1204", "物业管理服务", ""),
)  # fmt: skip
YEARS = ((2026, "budget"), (2025, "budget"), (2024, "final"))


def make(path: Path) -> sqlite3.Connection:
    """Write the database to ``path`` and open it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    connection = sqlite3.connect(path, isolation_level=None)
    build.begin(connection)
    for number, line in enumerate(UNITS, 1):
        _unit(connection, number, *line.split("|"))
    for entry in codes.classifications():
        _insert(connection, "classifications", scheme=entry.scheme, year=entry.year, code=entry.code,
                name=entry.name, parent=entry.parent, level=entry.level, basis=entry.basis)  # fmt: skip
    build.complete(connection)
    connection.row_factory = sqlite3.Row
    return connection


def _unit(
    connection: sqlite3.Connection, number: int, name: str, short: str, functions: str, projects: str
) -> None:
    place = COUNTY if name.startswith("样例县") else CITY
    unit = {"unit_id": f"cn-{place}-u{number:04}", "jurisdiction": place}
    alias = "示例市公路管理处" if name == "示例市公路养护中心" else None
    _insert(connection, "units", **unit, name=name, short_names=short or None, aliases=alias, state="accepted",
            kind="department" if short else "unit")  # fmt: skip
    for year, stage in YEARS:
        _document(connection, {**unit, "document_year": year, "stage": stage}, name, functions.split(), projects)


def _document(
    connection: sqlite3.Connection, slot: dict[str, Any], name: str, functions: list[str], projects: str
) -> None:
    sha256 = hashlib.sha256(f"{name}{slot['document_year']}".encode()).hexdigest()
    package = f"cn-{slot['jurisdiction']}-{slot['document_year']}-{slot['stage']}"
    connection.execute(
        "INSERT OR IGNORE INTO packages VALUES (?, ?, ?, ?, ?, '1', NULL, 1, 1, 1, 0, 1, '')",
        (package, package, slot["jurisdiction"], slot["document_year"], slot["stage"]),
    )
    _insert(connection, "documents", sha256=sha256, kind="budget", bytes=1, pages=9, is_current=1, unit_name=name,
            unit_id=slot["unit_id"], jurisdiction=slot["jurisdiction"], fiscal_year=slot["document_year"],
            stage=slot["stage"], title=f"{name}{slot['document_year']}年单位预算")  # fmt: skip
    _insert(connection, "sightings", sha256=sha256, url=f"http://demo.example/{sha256[:8]}.pdf", page_url="",
            first_seen=f"{slot['document_year']}-02-{int(slot['unit_id'][-2:]):02}T00:00:00Z")  # fmt: skip
    told = {"sha256": sha256, **slot}
    for page, (canonical, lines) in enumerate(_tables(functions, projects), 1):
        _table(connection, told, name, canonical, page, lines)
    for seq, (heading, text) in enumerate(SECTIONS, 1):
        said = text.format(unit=name, year=slot["document_year"], projects=projects, fee=_fen(name, "三公") / 10**6)
        _insert(connection, "sections", **told, seq=seq, heading_path=heading, text=said, kind="prose", pages="9")
    _insert(connection, "statements", **told, seq=1, metric="three_public", metric_text="“三公”经费预算",
            amount_fen=_fen(name, "三公"), agreement="equal", reason="厉行节约", unit="万元",
            amount_text=f"{_fen(name, '三公') / 10**6:.2f}")  # fmt: skip
    for seq, project in enumerate(projects.split("、"), 1):
        fen = _fen(name, project)
        _insert(connection, "projects", **told, project_seq=seq, name=project, kind="特定目标类", unit=name,
                canonical="projects", amount_fen=fen, amount=f"{fen // 100}")  # fmt: skip
    code, item, specification = PURCHASES[int(slot["unit_id"][-2:]) % 3]
    _insert(connection, "purchases", **told, table_id=f"{sha256[:16]}-p8", row=1, canonical="procurement",
            row_role="leaf", item_code=code, item_name=item, specification=specification, unit=name,
            amount_fen=_fen(name, item))  # fmt: skip
    _insert(connection, "performance", **told, form_seq=1, canonical="performance_project", unit=name,
            project=projects.split("、")[0], goal=f"按期完成{projects.split('、')[0]}，群众满意",
            texts="[]", funds="[]")  # fmt: skip


def _tables(functions: list[str], projects: str) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """Canonical id and lines; a line is what a fact says beside its place and amount."""
    listed = codes.classifications()
    named = {code: entry.name for code in (*functions, *COMMON) if (entry := listed.get("functional", code))}
    yield "overall", [{"name": "收入总计", "row_role": "total"}, {"name": "支出总计", "row_role": "total"}]
    yield "general_function", [{"name": "合计", "row_role": "total"}] + [
        {"name": words, "function_code": code, "function_name": words, "code_text": code}
        for code, words in named.items()
    ]
    economic = [(code, entry.name) for code in ECONOMIC if (entry := listed.get("economic_department", code))]
    yield "basic_economic", [
        {"name": words, "econ_dept_code": code, "econ_dept_name": words, "code_text": code,
         "row_role": "subtotal" if len(code) == 3 else "leaf"} for code, words in economic
    ]  # fmt: skip
    yield "three_public", [{"name": words, "item": item, "row_role": role} for words, item, role in THREE_PUBLIC]
    yield "projects", [{"name": words, "project_name": words} for words in projects.split("、")]


def _table(
    connection: sqlite3.Connection,
    told: dict[str, Any],
    unit: str,
    canonical: str,
    page: int,
    lines: list[dict[str, Any]],
) -> None:
    table_id, year = f"{told['sha256'][:16]}-p{page}-x50-y80", told["document_year"]
    title = f"{year}年{TITLES[canonical]}"
    _insert(connection, "tables", **told, table_id=table_id, title=title, label=f"预算公开表{page}", page=page,
            canonical=canonical, unit_name=unit, state="parsed", rows=len(lines), columns=3,
            column_labels=f"项目|{year}年预算数|上年预算数")  # fmt: skip
    for (row, line), column in ((numbered, column) for numbered in enumerate(lines, 1) for column in (2, 3)):
        fen = _fen(unit, line["name"], year + 2 - column)
        _insert(connection, "facts", **told, **{"row_role": "leaf", **line}, table_id=table_id, page=page, row=row,
                column=column, fact_id=f"{told['sha256'][:16]}-p{page}-x{column * 100}-y{row * 20}", x0=1, top=1,
                x1=2, bottom=2, is_current=1, measure="amount", canonical=canonical, column_role="leaf", additive=1,
                reading="fast", checks=0, unit_name=unit, row_path=line["name"], fiscal_year=year + 2 - column,
                phase="final" if told["stage"] == "final" else "approved", amount_fen=fen, money_unit="万元",
                amount=f"{fen // 100}", amount_text=f"{fen // 10**6}.{fen // 10**4 % 100:02}",
                column_label=f"{year}年预算数" if column == 2 else "上年预算数")  # fmt: skip


def _fen(*of: Any) -> int:
    """An amount of its own for each line: between 1 and 1,000 times 10,000 yuan, in steps of 100 yuan."""
    drawn = int.from_bytes(hashlib.sha256(repr(of).encode()).digest()[:4], "big")
    return (drawn % 99_900 + 100) * 10_000


def _insert(connection: sqlite3.Connection, table: str, **values: Any) -> None:
    names = ", ".join(f'"{name}"' for name in values)
    marks = ", ".join("?" * len(values))
    connection.execute(f'INSERT INTO "{table}" ({names}) VALUES ({marks})', list(values.values()))
