"""How texts come out wrong: speech recognition, dialect, fillers, stray characters, broken fields."""

from __future__ import annotations

import random
from typing import Final

HOMOPHONES: Final = (
    ("物业", "无业"), ("供暖", "公暖"), ("小区", "校区"), ("热力", "热利"), ("工资", "公资"), ("投诉", "头诉"),
    ("业主", "夜主"), ("施工", "师工"), ("停水", "亭水"), ("报销", "暴消"), ("噪音", "早因"), ("单元", "但愿"),
    ("下水道", "吓水道"), ("开发商", "开发上"), ("电梯", "垫梯"), ("医保", "一保"), ("社保", "射保"), ("违建", "维建"),
)  # fmt: skip
"""Right and wrong word of the same sound, as speech recognition confuses them [P]."""
DIALECT: Final = (
    ("没有", "木有"), ("我们", "俺们"), ("我家", "俺家"), ("你们", "恁"), ("怎么", "咋"), ("什么", "啥"),
    ("特别", "杠"), ("很", "杠"), ("不行", "不中"), ("知道", "知不道"), ("昨天", "夜来"), ("可以", "赛"),
)  # fmt: skip
"""Jinan words (杠赛来 is 'very good')."""
RETOLD: Final = (
    ("没有人", "没人"), ("一直", "始终"), ("不管", "不闻不问"), ("太大", "特别大"),
    ("不给", "就是不给"), ("坏了", "出毛病了"),
    ("没有", "没"), ("影响", "妨碍"), ("怎么", "如何"), ("拖欠", "欠着"), ("要求", "希望"), ("已经", "都"),
    ("处理", "解决"),
    ("严重", "厉害"), ("家里", "家中"), ("不能", "没法"), ("天天", "每天"), ("晚上", "夜里"), ("老板", "负责人"),
    ("很多", "不少"), ("说", "讲"), ("找", "联系"), ("现在", "到这会儿"), ("人家", "对方"),
)  # fmt: skip
"""Words that the same person changes when telling the same matter again."""
FILLERS: Final = ("嗯", "那个", "就是说", "然后", "这个", "对吧", "你听我说", "哎呀", "啊", "就是")


def dialect(text: str, rng: random.Random) -> str:
    """``text`` in the speech of Jinan."""
    for plain, local in DIALECT:
        if plain in text and rng.random() < 0.7:
            text = text.replace(plain, local, 1)
    return text + rng.choice(("", "，恁给看看吧", "，这事木法弄了", "，俺说完了"))


def retold(text: str, rng: random.Random) -> str:
    """``text`` as the same person says it another day: other words, the later clauses sometimes first."""
    for word, other in RETOLD:
        if word in text and rng.random() < 0.6:
            text = text.replace(word, other, 1)
    clauses = text.split("，")
    if len(clauses) > 1 and rng.random() < 0.5:
        clauses = clauses[-1:] + clauses[:-1]
    return "，".join(clauses)


def recognised(text: str, rng: random.Random) -> str:
    """``text`` as speech recognition writes it: homophones, fillers, commas lost."""
    for right, wrong in HOMOPHONES:
        if right in text and rng.random() < 0.35:
            text = text.replace(right, wrong, 1)
    pieces = text.replace("。", "，").split("，")
    said = [piece if rng.random() > 0.4 else rng.choice(FILLERS) + piece for piece in pieces]
    gaps = ("，", "", "", " ", "，")
    return "".join(piece + rng.choice(gaps) for piece in said).strip("， ")


def stray(text: str, rng: random.Random) -> str:
    """``text`` with what copying between systems leaves: tabs, entities, odd spaces, a doubled mark."""
    match rng.randrange(6):
        case 0:
            return "\t" + text + "\n"
        case 1:
            return text.replace("，", "，\u3000", 1)
        case 2:
            return text + "_x000D_\n"
        case 3:
            return text.replace("。", "。&nbsp;", 1)
        case 4:
            return text.replace("，", ",", 2).replace("。", "。。", 1)
        case _:
            return text.replace("，", "，\u200b", 2)


def broken(row: dict[str, str], rng: random.Random) -> tuple[dict[str, str], str]:
    """A copy of ``row`` that nobody can read, and the field that is broken."""
    match rng.randrange(4):
        case 0:
            return {**row, "来电时间": "2026-13-45 25:61"}, "来电时间"
        case 1:
            return {**row, "来电时间": "前天下午"}, "来电时间"
        case 2:
            return {**row, "工单编号": ""}, "工单编号"
        case _:
            return {**row, "标题": "", "诉求内容": ""}, "诉求内容"
