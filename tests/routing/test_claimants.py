"""职业索赔: a tag when two signs meet, for a person."""

from __future__ import annotations

from datetime import datetime, timedelta

from classify.ticket import SHANGHAI, Ticket
from routing.claimants import claim_tags
from routing.fingerprint import Fingerprint, fingerprint
from routing.policy import RepeatPolicy

POLICY = RepeatPolicy.load()
START = datetime(2024, 3, 1, 8, tzinfo=SHANGHAI)
CLAIM = "本人在{shop}购买食品一份,发现标签不符合食品安全标准,依据第一百四十八条要求退一赔十并依法查处书面告知结果。"
SHOPS = ("福满家超市", "聚丰源超市", "和信饭店", "金谷粮油店", "东升药店")


def claim(i: int, caller: str | None, text: str = CLAIM) -> Fingerprint:
    shop = SHOPS[i % len(SHOPS)]
    at = START + timedelta(days=3 * i)
    return fingerprint(Ticket(f"T{i}", at, f"投诉{shop}销售不合格食品", text.format(shop=shop), caller_key=caller))


def test_one_template_against_many_merchants_is_tagged() -> None:
    (tag,) = claim_tags([claim(i, "a") for i in range(5)], POLICY)
    assert tag.caller == "a"
    assert len(tag.signs) >= 2
    assert tag.tickets == ("T0", "T1", "T2", "T3", "T4")
    assert "人工" in tag.why


def test_an_ordinary_consumer_is_not() -> None:
    once = [claim(0, "b")]
    plain = [claim(i, "c", "在{shop}买的东西有点贵,服务态度也不好,希望改进。") for i in range(5)]
    assert claim_tags([*once, *plain], POLICY) == ()


def test_unknown_callers_are_never_tagged() -> None:
    assert claim_tags([claim(i, None) for i in range(5)], POLICY) == ()
