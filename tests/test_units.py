"""Whose document it is: places from names, and units under ids that no renaming changes."""

from __future__ import annotations

import pickle
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from datapackages.places import ancestors, place_of
from datapackages.units import COLUMNS, Unit, Units, Unknown, own_level_folded

steady = settings(deadline=None, derandomize=True)  # a busy machine must fail no test

CITY = "999900"


def listed(path: Path, *lines: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join((",".join(COLUMNS), *lines)) + "\n", encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("大同市企业职工劳动事务服务中心", "140200"),
        ("2026年度大同市教育局部门预算", "140200"),
        ("（2026年）大同市教育局", "140200"),
        ("二〇二六年大同市教育局", "140200"),
        ("山西省大同市平城区财政局", "140213"),
        ("大同市平城区财政局", "140213"),
        ("上海市普陀区社会福利院", "310107"),
        ("北京市教育委员会", "110000"),
        ("江苏省人民检察院", "320000"),
        ("中国共产党广州市委员会宣传部", "440100"),
        ("中共江苏省委办公厅", "320000"),
        ("国家信访局", "000000"),
        ("示例市档案馆", "999900"),
        ("无锡市住房和城乡建设局（本级）", "320200"),
        ("教育局", ""),
        ("2026年", ""),
        ("", ""),
    ],
)
def test_a_place_is_the_longest_division_name_in_front(name: str, code: str) -> None:
    assert place_of([name]) == code


def test_a_name_that_several_divisions_bear_tells_no_place() -> None:
    assert place_of(["朝阳区教育局"]) == ""
    assert place_of(["北京市朝阳区教育局"]) == "110105"


def test_two_letter_districts_are_read_after_their_city_only() -> None:
    assert place_of(["城区改造办公室"]) == ""
    assert place_of(["晋城市城区财政局"]) == "140502"


def test_the_first_name_that_tells_a_place_decides() -> None:
    assert place_of(["教育局", "大同市教育局2026年预算", "山西省"]) == "140200"


def test_ancestors_lead_up_to_the_province() -> None:
    assert ancestors("140213") == ["140213", "140200", "140000"]
    assert ancestors("") == []
    with pytest.raises(ValueError, match="jurisdiction '149999' is not in datapackages/codes/jurisdictions.csv"):
        ancestors("149999")


@steady
@given(st.text(max_size=30))
def test_any_name_gives_a_known_place_or_none(name: str) -> None:
    assert ancestors(place_of([name])) is not None


def test_proposals_are_numbered_by_name_and_kept(tmp_path: Path) -> None:
    names = [
        Unknown(jurisdiction=CITY, name="示例市档案馆", kind="department"),
        Unknown(jurisdiction="140200", name="大同市教育局", kind="unit"),
        Unknown(jurisdiction=CITY, name="示例市地方志办公室", kind="unit"),
        Unknown(jurisdiction=CITY, name="示例市 地方志办公室", kind="unit"),
    ]
    minted = Units(tmp_path).propose(names)
    first = (tmp_path / "review" / "units.csv").read_bytes()
    assert first.decode() == (
        "unit_id,name,aliases,short_names,kind,parent,jurisdiction,zone,official_code,valid_from,valid_to\n"
        "cn-140200-u0001,大同市教育局,,,unit,,140200,,,,\n"
        f"{minted[1].unit_id},示例市 地方志办公室,,,unit,,999900,,,,\n"
        f"{minted[2].unit_id},示例市档案馆,,,department,,999900,,,,\n"
    )
    later = Units(tmp_path)
    assert later.propose(reversed(names)) == []
    assert (tmp_path / "review" / "units.csv").read_bytes() == first
    assert later.find(CITY, "示例市档案馆") == [minted[2]]
    assert minted[2].state == "proposed"


def test_a_new_name_takes_the_number_after_the_last_one_anywhere(tmp_path: Path) -> None:
    listed(tmp_path / "units.csv", "cn-140200-u0041,甲局,,,unit,,140200,,,,")
    listed(tmp_path / "review" / "units.csv", "cn-140200-u0007,乙局,,,unit,,140200,,,,")
    minted = Units(tmp_path).propose([Unknown(jurisdiction="140200", name="丙局")])
    assert [unit.unit_id for unit in minted] == ["cn-140200-u0042"]


@pytest.mark.parametrize(
    "name", ["人社局（本级）", "人社局(本级)", "人社局本级", "人社 局\n", "人力资源和社会保障局", "人保厅"]
)
def test_a_unit_is_found_by_name_alias_and_short_name_however_printed(tmp_path: Path, name: str) -> None:
    line = "cn-140200-u0001,人力资源和社会保障局,劳动局|人保厅,人社局,department,,140200,,024,,"
    listed(tmp_path / "units.csv", line)
    assert Units(tmp_path).find("140200", name) == [
        Unit(
            unit_id="cn-140200-u0001",
            name="人力资源和社会保障局",
            jurisdiction="140200",
            aliases=("劳动局", "人保厅"),
            short_names=("人社局",),
            kind="department",
            official_code="024",
        )
    ]


def test_a_unit_of_another_place_is_not_found(tmp_path: Path) -> None:
    listed(tmp_path / "units.csv", "cn-140200-u0001,教育局,,,unit,,140200,,,,")
    assert Units(tmp_path).find("140300", "教育局") == []


def test_a_department_and_its_own_level_stay_apart_where_both_are_listed(tmp_path: Path) -> None:
    listed(
        tmp_path / "units.csv",
        "cn-140200-u0001,教育局,,,department,,140200,,,,",
        "cn-140200-u0002,教育局（本级）,,,own_level,cn-140200-u0001,140200,,,,",
    )
    units = Units(tmp_path)
    department, own_level = units.get("cn-140200-u0001"), units.get("cn-140200-u0002")
    assert units.find("140200", "教育局") == [department]
    assert units.find("140200", "教育局(本级)") == [own_level]
    assert units.find("140200", "教育局本级") == [department]
    assert units.with_parents([own_level.unit_id]) == [department, own_level]


def test_what_another_process_needs_to_know_are_a_place_s_units_and_the_departments_above_them(
    tmp_path: Path,
) -> None:
    listed(tmp_path / "review" / "units.csv", "cn-140200-u0009,档案馆,,,unit,,140200,,,,")
    listed(
        tmp_path / "units.csv",
        "cn-140000-u0001,教育厅,,,department,,140000,,,,",
        "cn-140200-u0001,教育局,,,unit,cn-140000-u0001,140200,,,,",
        "cn-140300-u0001,教育局,,,unit,,140300,,,,",
    )
    units = Units(tmp_path)
    narrowed = pickle.loads(pickle.dumps(units.within({"140200"})))
    assert [unit.unit_id for unit in narrowed.of("140200")] == ["cn-140200-u0001"]
    assert narrowed.find("140200", "档案馆") == units.find("140200", "档案馆") != []
    assert narrowed.with_parents(["cn-140200-u0001"]) == units.with_parents(["cn-140200-u0001"])
    assert narrowed.of("140300") == [] != units.of("140300")
    with pytest.raises(KeyError):
        narrowed.get("cn-140300-u0001")


def test_the_installation_s_own_list_lies_over_the_proposals(tmp_path: Path) -> None:
    listed(tmp_path / "review" / "units.csv", "cn-140200-u0001,教育局,,,unit,,140200,,,,")
    listed(tmp_path / "units.csv", "cn-140200-u0001,教育局,教育和体育局,,department,,140200,,,,")
    (unit,) = Units(tmp_path).find("140200", "教育和体育局")
    assert (unit.unit_id, unit.state, unit.kind) == ("cn-140200-u0001", "accepted", "department")


def test_a_wrong_list_names_file_line_and_remedy(tmp_path: Path) -> None:
    listed(tmp_path / "units.csv", "u1,教育局,,,unit,,140200,,,,")
    with pytest.raises(ValueError, match=r"units.csv, line 2: unit_id 'u1' should look like cn-140200-u0007"):
        Units(tmp_path)
    (tmp_path / "units.csv").write_text("unit_id,name\n", encoding="utf-8")
    with pytest.raises(ValueError, match=r"columns jurisdiction are missing; it may have unit_id, name,"):
        Units(tmp_path)
    (tmp_path / "units.csv").write_text("unit_id,name,jurisdiction,alias\n", encoding="utf-8")
    with pytest.raises(ValueError, match=r"units.csv: unknown columns alias; it may have unit_id, name, aliases,"):
        Units(tmp_path)
    (tmp_path / "units.csv").write_text("unit_id,name,jurisdiction\n教育局", encoding="gb18030")
    with pytest.raises(ValueError, match=r"units.csv is not UTF-8 .*; save it as UTF-8"):
        Units(tmp_path)


def test_a_short_list_needs_id_name_and_place_only(tmp_path: Path) -> None:
    lines = "unit_id,name,jurisdiction\ncn-140200-u0001,教育局,140200\n"
    (tmp_path / "units.csv").write_text(lines, encoding="utf-8")
    assert Units(tmp_path).find("140200", "教育局") == [
        Unit(unit_id="cn-140200-u0001", name="教育局", jurisdiction="140200")
    ]


def test_a_unit_under_an_unknown_parent_or_place_is_an_error(tmp_path: Path) -> None:
    listed(tmp_path / "units.csv", "cn-140200-u0001,教育局,,,unit,cn-140200-u0009,140200,,,,")
    with pytest.raises(ValueError, match="unit cn-140200-u0001: its parent cn-140200-u0009 is in no list of units"):
        Units(tmp_path)
    listed(tmp_path / "units.csv", "cn-149999-u0001,教育局,,,unit,,149999,,,,")
    with pytest.raises(ValueError, match="unit cn-149999-u0001: jurisdiction '149999' is not in"):
        Units(tmp_path)


@steady
@given(st.text(max_size=20))
def test_folding_twice_is_folding_once_for_brackets_and_blanks(name: str) -> None:
    folded = own_level_folded(name)
    assert own_level_folded(f" {name} ") == folded
    assert not any(character.isspace() for character in folded)
