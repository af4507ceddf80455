"""Column names to canonical fields."""

from __future__ import annotations

import pytest

from classify.headers import aliases, canonical, header_of, names_of, score


@pytest.mark.parametrize(
    ("header", "field"),
    [
        ("工单编号", "ticket_no"),
        ("留言编号", "ticket_no"),
        ("Ticket No.", "ticket_no"),
        ("TICKET_NO", "ticket_no"),
        (" 工单 编号 ", "ticket_no"),
        ("＊工单编号（必填）", "ticket_no"),
        ("留言时间", "received_at"),
        ("受理时间(yyyy-mm-dd)", "received_at"),
        ("留言主题", "title"),
        ("留言详情", "content"),
        ("诉求内容", "content"),
        ("诉求人电话", "caller_phone"),
        ("留言用户", "caller_id"),
        ("承办单位", "unit"),
        ("退单理由", "return_reason"),
        ("办结时间", "closed_at"),
        ("是否解决", "resolved"),
        ("满意度", "satisfaction"),
        ("答复意见", "reply_text"),
        ("答复时间", "reply_at"),
        ("事发地址", "area_address"),
        ("点赞数", "点赞数"),
        ("一级分类", "一级分类"),
        ("label", "label"),
    ],
)
def test_aliases(header: str, field: str) -> None:
    assert canonical(header) == field


def test_every_field_is_an_alias_of_itself() -> None:
    for known in aliases().values():
        if known.side != "label":
            assert canonical(known.field) == known.field


def test_labels_and_outcomes_are_marked() -> None:
    for header, side in (("一级分类", "label"), ("label", "label"), ("答复意见", "event"), ("联系电话", "caller")):
        known = header_of(header)
        assert known is not None
        assert known.side == side


def test_a_second_column_of_a_field_keeps_its_name() -> None:
    assert names_of(["工单编号", "联系电话", "手机号", "", ""]) == [
        "ticket_no",
        "caller_phone",
        "手机号",
        "第4列",
        "第5列",
    ]


def test_a_header_row_needs_a_number_and_one_more() -> None:
    assert score(["工单编号", "标题", "内容"]) == 3
    assert score(["工单编号", "点赞数"]) == 0
    assert score(["标题", "内容"]) == 0
    assert score(["2024年3月工单明细", None, ""]) == 0
