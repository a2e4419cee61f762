"""Rulings to cells: what is drawn decides, the text only says where it stands."""


import drawing as draw
from parsers.lattice import Frame, frames
from parsers.page import Page, Ruling

Spans = list[tuple[str, tuple[int, int], tuple[int, int]]]


def only(page: Page) -> Frame:
    """The single frame of a page."""
    (frame,) = frames(page)[0]
    return frame


def spans(frame: Frame) -> Spans:
    """Each cell's text, its first row and column, and how many rows and columns it covers."""
    return [(c.text, (c.row, c.column), (c.row_end - c.row, c.column_end - c.column)) for c in frame.cells]


def plain(page: Page) -> list[list[str]]:
    """The texts of the single frame of a page, row by row."""
    frame = only(page)
    return [[c.text for c in frame.cells if c.row == row] for row in range(frame.rows)]


def outside(page: Page) -> str:
    return "".join(char for char, *_ in frames(page)[1])


def test_a_cell_is_what_rulings_enclose() -> None:
    frame = only(draw.page(draw.ruled("合计 | 12.00\n基本 | 8.00")))
    assert spans(frame) == [
        ("合计", (0, 0), (1, 1)),
        ("12.00", (0, 1), (1, 1)),
        ("基本", (1, 0), (1, 1)),
        ("8.00", (1, 1), (1, 1)),
    ]
    assert [cell.box for cell in frame.cells][1] == (130, 100, 210, 124)
    assert (frame.page, frame.box) == (1, (50, 100, 210, 148))


def test_merged_cells_cover_rows_and_columns_where_no_ruling_parts_them() -> None:
    frame = only(
        draw.page(
            draw.ruled("""
                科目 | 合计 | 其中 | <
                ^    | ^    | 基本 | 项目
                201  | 9.00 | 6.00 | 3.00
            """)
        )
    )
    assert spans(frame)[:5] == [
        ("科目", (0, 0), (2, 1)),
        ("合计", (0, 1), (2, 1)),
        ("其中", (0, 2), (1, 2)),
        ("基本", (1, 2), (1, 1)),
        ("项目", (1, 3), (1, 1)),
    ]


def test_a_rule_drawn_twice_is_one_rule() -> None:
    table = draw.ruled("合计 | 12.00\n基本 | 8.00")
    again = [Ruling(r.x0 + 1, r.top + 1, r.x1 + 1, r.bottom + 1) for r in table if isinstance(r, Ruling)]
    assert spans(only(draw.page(table, again))) == spans(only(draw.page(table)))


def test_rules_that_end_just_before_they_meet_still_meet() -> None:
    table = draw.ruled("合计 | 12.00\n基本 | 8.00")
    short = [
        Ruling(r.x0, r.top + 1.5, r.x1, r.bottom - 1.5) if isinstance(r, Ruling) and not r.horizontal else r
        for r in table
    ]
    assert plain(draw.page(short)) == [["合计", "12.00"], ["基本", "8.00"]]


def test_the_outermost_upright_rules_may_be_missing() -> None:
    table = draw.ruled("合计 | 12.00 | 8.00\n基本 | 8.00 | 6.00")
    open_sides = [r for r in table if not (isinstance(r, Ruling) and not r.horizontal and r.x0 in (50, 290))]
    assert plain(draw.page(open_sides)) == [["合计", "12.00", "8.00"], ["基本", "8.00", "6.00"]]


def test_text_wider_than_its_cell_stays_whole_in_its_cell() -> None:
    long = draw.words("机关事业单位基本养老保险缴费支出", 53, 103)
    table = draw.page(draw.ruled(" | 12.00\n基本 | 8.00"), long)
    assert plain(table) == [["机关事业单位基本养老保险缴费支出", "12.00"], ["基本", "8.00"]]


def test_a_clipped_name_that_touches_the_next_figure_leaves_the_figure_alone() -> None:
    name = draw.words("机关事业单位养老保险支出", 53, 103)
    figure = draw.words("12.00", name[-1][3], 103)
    assert plain(draw.page(draw.ruled(" | \n基本 | 8.00"), name, figure))[0] == [
        "机关事业单位养老保险支出",
        "12.00",
    ]


def test_squeezed_figures_of_two_cells_stay_two_where_their_boxes_touch() -> None:
    # Characters 9.2 wide at a pitch of 4.6; the box of the left figure's last ends where the right figure begins.
    left = [(char, 90 + 4.6 * i, 103, 99.2 + 4.6 * i, 113) for i, char in enumerate("895.02")]
    start = left[-1][3]
    right = [(char, start + 4.6 * i, 103, start + 9.2 + 4.6 * i, 113) for i, char in enumerate("92.45")]
    table = draw.page(draw.ruled(" | \n12.00 | 8.00", left=42), [*left, *right])
    assert plain(table)[0] == ["895.02", "92.45"]


def test_the_tail_of_a_wrapped_name_that_lies_over_the_next_rows_name_goes_back_to_its_cell() -> None:
    in_file_order = ["出国（境）费", "用", "7.56", "租赁费", "70.18"]
    places = [(53, 108), (53, 125), (133, 108), (53, 129), (133, 129)]
    drawn = [draw.words(text, x, top) for text, (x, top) in zip(in_file_order, places, strict=True)]
    table = draw.page(draw.ruled(" | \n | "), *drawn)
    assert plain(table) == [["出国（境）费用", "7.56"], ["租赁费", "70.18"]]
    later = [drawn[0], drawn[2], drawn[3], drawn[1], drawn[4]]
    # Drawn later, nothing says whose the tail is.
    assert plain(draw.page(draw.ruled(" | \n | "), *later))[0] == ["出国（境）费", "7.56"]


def test_a_wrapped_number_or_name_is_one_value() -> None:
    assert plain(draw.page(draw.ruled("行政运¶行 | 106,512.0¶0\n基本 | 8.00")))[0] == ["行政运行", "106,512.00"]


def test_white_space_inside_a_cell_is_no_text() -> None:
    assert plain(draw.page(draw.ruled("合 计 | 12.00\n　　基本 | 8.00"))) == [["合计", "12.00"], ["基本", "8.00"]]


def test_text_outside_every_frame_is_handed_back() -> None:
    page = draw.page(draw.words("单位：万元", 50, 80), draw.ruled("合计 | 12.00"), draw.words("注：无。", 50, 300))
    assert outside(page) == "单位：万元注：无。"


def test_two_frames_on_a_page_come_from_top_to_bottom() -> None:
    page = draw.page(draw.ruled("乙 | 2.00\n二 | 4.00", top=400), draw.ruled("甲 | 1.00\n一 | 3.00"))
    assert [[cell.text for cell in frame.cells] for frame in frames(page)[0]] == [
        ["甲", "1.00", "一", "3.00"],
        ["乙", "2.00", "二", "4.00"],
    ]


def test_a_box_around_a_table_parts_nothing_and_its_other_text_is_handed_back() -> None:
    corners = [(20, 50, 600, 50), (20, 500, 600, 500), (20, 50, 20, 500), (600, 50, 600, 500)]
    border = [Ruling(*corner) for corner in corners]
    page = draw.page(border, draw.words("收支总表", 60, 62), draw.ruled("合计 | 12.00\n基本 | 8.00"))
    assert (plain(page), outside(page)) == ([["合计", "12.00"], ["基本", "8.00"]], "收支总表")


def test_underlines_are_no_table() -> None:
    page = draw.page([Ruling(50, 120, 300, 120), Ruling(50, 160, 300, 160)], draw.words("示例市水务局", 60, 108))
    assert (frames(page)[0], outside(page)) == ([], "示例市水务局")


def test_a_frame_without_text_is_no_table() -> None:
    assert frames(draw.page(draw.ruled(" | \n | ")))[0] == []
