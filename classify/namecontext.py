"""What stands around and inside a name (姓名): marks, titles, places, evidence; shared by all finders of names."""

from __future__ import annotations

import csv
import re
from functools import cache
from importlib.resources import files
from typing import Final

from ahocorasick_rs import AhoCorasick, Implementation, MatchKind

from classify.namewords import surnames

Found = tuple[int, int, str]
"""start, end (exclusive), kind."""

HAN: Final = re.compile(r"[\u4e00-\u9fff]")
TITLES: Final = re.compile(
    r"女士|先生|小姐|经理|师傅|阿姨|老师|主任|书记|局长|警官|医生|大夫|大爷|大妈|大哥|大姐|叔叔|奶奶|爷爷|校长|院长|队长|所长|科长|处长|老板"
    r"|同学|同志|教练|护士|律师|法官|站长|支书|村长|镇长|会计|组长|班长|工头|主管|店长|会长|主席|司机|保安|家长|股长|部长|总监|总经理|董事|秘书"
    r"|管家|中介|客服|大叔|大娘|大婶|大伯|老太|老头|老汉|伯伯|姐姐|哥哥|妹妹|弟弟|舅舅|姑姑|老人|夫妇|夫妻|父子|母女|兄弟|姐妹|家人|家里|姓|氏"
    r"|某|副|记(?=[\u4e00-\u9fff]{0,4}[馆店铺庄坊汤面粉饭食包饼鸭鱼肉楼号家])|工程师|主播|房东|业主|厂长|台长|区长|市长|省长|县长|乡长|行长|馆长|社长|团长|园长|班主任|辅导员|网格员|警察|民警|交警|辅警"
)
LONE: Final = frozenset("某总工姐哥叔姨婶嫂伯爷奶老氏姓家局所处科队校院董妈爸公婆姑舅")
"""王总, 李姐, 张家: one of these after a surname is an address, not a given name."""
EVIDENCE: Final = re.compile(
    r" ?[(,:、]? ?(?:身份证|电话|手机|联系电话|联系方式|微信|tel|Tel|TEL|男|女(?!士)"
    r"|汉族|\d{7}|1[3-9]\d{2}|0\d{2}|〔(?:手机|座机|身份证))"
    r"|先生|女士|小姐|同志|反映|投诉|来电|致电|举报|称|今年\d|现年"
)
_END: Final = re.compile(r"[^\u4e00-\u9fff·]|$")
PLACE_LIKE: Final = frozenset(
    "区县市镇乡村街路道园苑府城庄屯疃楼店厂校院局所站桥湾寺庙塔坊里巷弄号栋组队郡邸墅广场州省厅部网台馆社党团法院价款费费员群物业户商房租"
)
PLACE_AFTER: Final = re.compile(
    r"[路街镇村桥庄苑园区市县]|大道|小学|中学|大学|学校|医院|公司|集团|超市|酒店|饭店|广场|大厦|社区|小区|花园|牌|品牌|市场|故居|纪念|公园|府|药房|诊所|幼儿园|物业|地产|置业"
    r"|银行|网吧|店|鸭|鱼|火锅|烤|麻辣|面馆|珠宝|眼镜|汽车|体育|运动|手机店|专卖|旗舰|号楼|号店|家电|建材|家具|食品|期间|时段|时期"
)
ESTATE: Final = re.compile(
    r"[\u4e00-\u9fff]{0,4}?(?:小区|花园|[苑郡城府湾]|公馆|附近|周边|这边|小学|中学|社区|家园|新村|广场|大厦|号楼|立交|\d+-\d)"
)
"""What may follow the first characters of an estate: 龙奥|御苑."""


_SOUNDS: Final = re.compile(
    "[阿艾巴白伯布达德迪丁尔法古哈赫吉加江杰卡克库拉兰勒里力丽鲁罗洛麦曼玛米木穆娜纳尼诺帕普奇恰热日萨沙什苏斯索塔特提图吐托瓦威乌希雅亚依伊英尤扎孜则志姆汗买合江别"
    "]{4,9}"
)
"""Characters that write the sounds of Uyghur and Kazakh names: 库尔班江, 热依汗古丽."""


def sounded(text: str, at: int) -> int | None:
    """End of a name written by sound without a dot, at least four characters; None when there is none."""
    run = _SOUNDS.match(text, at)
    if run is None or text[run.end() : run.end() + 1] == "·" or PLACE_AFTER.match(text, run.end()):
        return None
    return run.end()


@cache
def cue_table() -> tuple[list[str], list[str]]:
    """(cues, how strongly each announces a name)."""
    with (files("classify") / "data" / "masking_cues.csv").open(encoding="utf-8") as lines:
        rows = list(csv.DictReader(lines))
    return [row["cue"] for row in rows], [row["strength"] for row in rows]


@cache
def cue_trie() -> AhoCorasick:
    """Finds the cues of :func:`cue_table` in a text, the longest at each place."""
    return AhoCorasick(cue_table()[0], matchkind=MatchKind.LeftmostLongest, implementation=Implementation.ContiguousNFA)


@cache
def cue_words() -> frozenset[str]:
    """Cues of two and three characters: they are no names themselves."""
    return frozenset(cue for cue in cue_table()[0] if 2 <= len(cue) <= 3)


def hard_end(text: str, at: int) -> bool:
    return _END.match(text, at) is not None


def surname_at(text: str, at: int) -> str | None:
    single, _, compound = surnames()
    for size in (4, 3, 2):
        if text[at : at + size] in compound:
            return text[at : at + size]
    return text[at] if at < len(text) and text[at] in single else None
