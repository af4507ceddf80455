"""Records to tickets and events."""

from __future__ import annotations

import pickle
from datetime import UTC, datetime, timedelta

import pytest

from classify.parsing import events_in, parse_event, parse_ticket
from classify.ticket import EVENT_KINDS, SHANGHAI, InputError, Where

SECRET = b"test"
RECORD = {
    "ticket_no": "188809",
    "received_at": "2024-03-05 15:06:07",
    "title": "楼上\n漏水",
    "content": "请联系13812345678。\n\t\t\n  谢谢",
    "channel": "12345热线",
    "request_type": "投诉举报",
    "area_hint": "历下区",
    "area_address": "历下区解放路",
    "caller_phone": "138 1234 5678",
    "点赞数": "3",
    "label": "城乡建设",
    "reply_text": "已处理",
    "satisfaction": "满意",
}


def test_a_ticket_is_masked_cleaned_and_normalised() -> None:
    ticket = parse_ticket(RECORD, SECRET)
    assert (ticket.title, ticket.content) == ("楼上 漏水", "请联系〔手机〕。\n谢谢")
    assert (ticket.channel, ticket.request_type, ticket.area_hint) == ("电话", "举报", "历下区解放路")
    assert ticket.received_at == datetime(2024, 3, 5, 15, 6, 7, tzinfo=SHANGHAI)
    assert ticket.extra == {"点赞数": "3"}
    assert ticket.caller_key
    assert len(ticket.caller_key) == 32
    assert pickle.loads(pickle.dumps(ticket)) == ticket


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"ticket_no": " "}, "工单编号"),
        ({"ticket_no": "有 空格"}, "工单编号"),
        ({"title": "", "content": " \u3000"}, "诉求内容"),
        ({"received_at": "昨天"}, "受理时间"),
        ({"received_at": ""}, "受理时间"),
    ],
)
def test_what_cannot_be_read_names_its_field(change: dict[str, str], field: str) -> None:
    with pytest.raises(InputError) as caught:
        parse_ticket(RECORD | change, SECRET, where=Where("a.csv", 7))
    assert (caught.value.where.file, caught.value.where.row, caught.value.where.field) == ("a.csv", 7, field)


def test_errors_mask_the_value() -> None:
    with pytest.raises(InputError) as caught:
        parse_ticket(RECORD | {"received_at": "13812345678"}, SECRET)
    assert "13812345678" not in str(caught.value)


def test_the_future_is_refused_from_one_day_on() -> None:
    received = datetime(2024, 3, 5, 15, 6, 7, tzinfo=SHANGHAI)
    parse_ticket(RECORD, SECRET, as_of=(received - timedelta(days=1)).astimezone(UTC))
    with pytest.raises(InputError, match="未来"):
        parse_ticket(RECORD, SECRET, as_of=received - timedelta(days=1, seconds=1))


def test_a_default_time_stands_in() -> None:
    now = datetime(2024, 1, 1, tzinfo=UTC)
    assert parse_ticket(RECORD | {"received_at": ""}, SECRET, default_time=now).received_at == now


def test_one_of_title_and_content_is_enough() -> None:
    assert parse_ticket(RECORD | {"title": ""}, SECRET).title == ""
    assert parse_ticket(RECORD | {"content": "", "title": "吵"}, SECRET).text == "吵\n"


def test_outcome_and_label_columns_change_no_ticket() -> None:
    bare = {name: value for name, value in RECORD.items() if name not in ("label", "reply_text", "satisfaction")}
    assert parse_ticket(bare, SECRET) == parse_ticket(RECORD, SECRET)


@pytest.mark.parametrize(
    ("header", "value", "kept"),
    [
        ("监护人", "张建国", "〔姓名〕"),
        ("单位座机", "88556677", "〔座机〕"),
        ("扣扣号", "12345678", "〔微信QQ〕"),
        ("备注", "业主王建国", "业主〔姓名〕"),
        ("处理科室", "城管科", "城管科"),
    ],
)
def test_the_header_of_an_extra_column_is_the_cue_of_its_value(header: str, value: str, kept: str) -> None:
    assert parse_ticket(RECORD | {header: value}, SECRET).extra[header] == kept


def test_a_header_that_is_a_number_is_masked() -> None:
    ticket = parse_ticket(RECORD | {"13912345678": "有"}, SECRET)
    assert "13912345678" not in str(dict(ticket.extra))


def test_a_second_phone_column_is_no_extra() -> None:
    ticket = parse_ticket(RECORD | {"caller_phone": "", "手机号": "13912345678"}, SECRET)
    assert ticket.caller_key == parse_ticket(RECORD | {"caller_phone": "13912345678"}, SECRET).caller_key
    assert "手机号" not in ticket.extra


def test_events_of_a_ticket_row() -> None:
    row = RECORD | {
        "unit": "历下区住建局",
        "dispatched_at": "2024-03-05 16:00",
        "return_at": "2024-03-06 09:00",
        "return_reason": "非本单位职责",
        "return_result": "同意",
        "reply_at": "2024-03-08",
        "closed_at": "2024-03-09",
        "resolved": "已解决",
    }
    events = events_in(row, parse_ticket(row, SECRET))
    assert [event.kind for event in events] == ["派单", "退单申请", "退单通过", "答复", "办结", "回访"]
    assert events[1].reason == "非本单位职责"
    assert events[-1].result == {"是否解决": "是", "满意度": "满意"}
    assert {event.unit for event in events} == {"历下区住建局"}


def test_a_reply_without_a_time_is_kept() -> None:
    ticket = parse_ticket(RECORD, SECRET)
    assert [(event.kind, event.at) for event in events_in(RECORD, ticket)] == [
        ("答复", ticket.received_at),
        ("回访", ticket.received_at),
    ]


@pytest.mark.parametrize(
    ("given", "kind"),
    [("派 单", "派单"), ("退单", "退单申请"), ("同意退单", "退单通过"), ("已办结", "办结"), ("Reply", "答复")],
)
def test_event_kinds_in_many_spellings(given: str, kind: str) -> None:
    event = parse_event({"ticket_no": "1", "at": "2024-03-05", "kind": given, "text": "电话13812345678"}, SECRET)
    assert event.kind == kind
    assert event.kind in EVENT_KINDS
    assert event.text == "电话〔手机〕"


def test_an_unknown_event_kind_is_refused() -> None:
    with pytest.raises(InputError, match="事件类型"):
        parse_event({"ticket_no": "1", "at": "2024-03-05", "kind": "吃饭"}, SECRET)


def test_lengths_from_one_to_a_hundred_thousand() -> None:
    assert parse_ticket(RECORD | {"content": "吵", "title": ""}, SECRET).content == "吵"
    assert len(parse_ticket(RECORD | {"content": "路灯不亮。" * 20_000}, SECRET).content) == 100_000
