"""What the caller wants."""

from __future__ import annotations

from datetime import datetime

import pytest

from classify.request_type import REQUEST_TYPES, request_type
from classify.ticket import SHANGHAI, Ticket

NOW = datetime(2026, 1, 5, 9, 0, tzinfo=SHANGHAI)


@pytest.mark.parametrize(
    ("title", "content", "kind"),
    [
        ("咨询灵活就业社保", "请问灵活就业人员社保怎么交?", "咨询"),
        ("井盖坏了", "井盖缺失,请求尽快修复。", "求助"),
        ("投诉物业乱收费", "物业乱收费,态度恶劣。", "投诉"),
        ("举报传销窝点", "小区里有人搞传销,请严查。", "举报"),
        ("建议增设红绿灯", "建议在路口增设红绿灯。", "建议"),
        ("表扬窗口小李", "特此感谢,提出表扬。", "表扬"),
        ("嗯", "。。。", "其他"),
        ("路灯", "门口这一段路灯全灭了,摸着黑走。", "求助"),
        ("反映公司注销流程", "市民咨询:公司注销流程怎么走,请告知。", "咨询"),
        ("关于公园关灯的问题", "市民建议:公园晚上九点就关灯,希望能研究一下。", "建议"),
        ("反映作坊", "市民举报:有个作坊用工业原料泡发食品,请为举报人保密。", "举报"),
        ("饭店油烟", "市民投诉:饭店油烟直排,要求查处并答复。", "投诉"),
    ],
)
def test_words_decide(title: str, content: str, kind: str) -> None:
    assert request_type(Ticket("1", NOW, title, content)) == kind


@pytest.mark.parametrize(
    ("given", "kind"), [("意见建议", "建议"), ("投诉类", "投诉"), ("咨询", "咨询"), ("其它", "其他")]
)
def test_the_door_s_word_wins(given: str, kind: str) -> None:
    assert request_type(Ticket("1", NOW, "举报", "举报", request_type=given)) == kind


def test_closed_list() -> None:
    assert request_type(Ticket("1", NOW, "", "", request_type="不知道")) in REQUEST_TYPES
