"""Numbers whose groups are parted by any words."""

from __future__ import annotations

import pytest

from classify.masking import find


def found(text: str) -> list[tuple[str, str]]:
    return [(text[span.start : span.end], span.kind) for span in find(text)]


@pytest.mark.parametrize(
    ("text", "number", "kind"),
    [
        ("我号176-慢点-5431-好-0825，记一下", "176-慢点-5431-好-0825", "mobile"),
        ("先说133，中间是6119，后面是7082", "133，中间是6119，后面是7082", "mobile"),
        ("身份证371081 出生是 19850923 后头 7828", "371081 出生是 19850923 后头 7828", "id_card"),
        ("卡号先念6228 4804 再念 0256 3789 最后 013", "6228 4804 再念 0256 3789 最后 013", "bank_card"),
    ],
)
def test_groups_with_words_between_are_one_number(text: str, number: str, kind: str) -> None:
    assert found(text) == [(number, kind)]


@pytest.mark.parametrize(
    "text",
    [
        "共有137户，每户1234元，合计2345元",
        "文号138年5月1234号6688",
        "单元176间5431平0825号",
        "371081 登记 19850923 后头 7820",
        "6228 4804 再念 0256 3789 最后 014",
    ],
)
def test_quantities_and_wrong_check_digits_are_not(text: str) -> None:
    assert [kind for _, kind in found(text) if kind != "landline"] == []
