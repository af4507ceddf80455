"""The caller's own door (住址): building, unit and room where the text says that the caller lives there.

Road and estate stay, because routing needs them; rooms of other people, shops, counters and classrooms stay too.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

Found = tuple[int, int, str]
"""start, end (exclusive), kind."""

_N: Final = (
    r"(?:[甲乙丙丁]?\d{1,3}|[一二三四五六七八九十百〇零两]{1,4}|[A-Za-z]\d{0,2}"
    r"|[东西南北][一二三四五六七八九十]{0,2}|[甲乙丙丁])"
)
_ROOM_N: Final = (
    r"(?:[A-Za-z]?-?\d{3,4}[A-Za-z]?|[一二三四五六七八九〇零幺两]{3,4}"
    r"|[一二三四五六七八九]千?百?[零〇]?[一二三四五六七八九十]{1,3})"
)
_BUILDING: Final = rf"{_N} ?(?:号楼|栋|幢|座|#楼?|楼(?!上|下|道|梯|顶|层|房|市)|号(?=\d+单元|[一二三四五六]单元))"
_UNIT: Final = rf"{_N} ?(?:单元|门(?!口|前|面|店|外|卫)|梯)"
_FLOOR: Final = rf"(?:{_N}|顶|最顶) ?(?:层|楼)"
_SIDE: Final = (
    r"(?:[东西南北中]{1,2}户|[左右]手?(?:边)?户?|[东西]门|[一二三四五六甲乙丙丁\d]户|[东西]首"
    r"|[东西南北中](?=[ ,。;、]|$))"
)
_GAP: Final = r"[ ,的,-]{0,2}"
_FULL: Final = (
    rf"{_BUILDING}{_GAP}(?:{_UNIT}{_GAP})?(?:{_ROOM_N} ?(?:室|房|户|号房?)?"
    r"(?!\d|[年月日元栋幢座]|号楼|平|多|余|户居|户业)"
    rf"|{_FLOOR} ?{_SIDE}(?!型))"
    rf"|{_BUILDING}{_GAP}(?:{_UNIT}{_GAP}{_SIDE}(?!型)|\d{{1,2}}[-—] ?\d{{3,4}}(?: ?[室房户])?(?![-\d]))"
    rf"|(?:[A-Za-z]区 ?)?{_N}[-—] ?{_N}[-—] ?{_ROOM_N}(?: ?[室房户])?(?![-\d])"
    rf"|{_N} ?# ?{_N}?[- ]?{_ROOM_N}(?: ?[室房户])?(?![-\d])"
    rf"|\d{{1,2}}[-—]\d{{3,4}} ?[室房户]"
)
_DOOR: Final = re.compile(_FULL)

_LIVES: Final = re.compile(
    r"(?:我|本人|俺|咱|我们|我家|自己|家人|全家|一家(?:人|\w口)?|父母|老人|孩子|母亲|父亲|我妈|我爸|老两口|市民|来电人|诉求人|投诉人|反映人|业主|租户|租客)?"
    r"(?:家里?|就|目前|现在|现|一直|常年|长期|一个人|独自|租房|都|也|是)*"
    r"(?:家住|住在|居住在|居住于|居住|现住|现居(?!委|民)|住址|家庭住址|家庭地址|家庭详细地址|居住地址|联系地址|通讯地址|现住址|详细住址|户籍地址|家在|租住在?|租在|租的|暂住在?|寄住在?|住于|住的是"
    r"|住着|住(?!房|户|建|宅|院|宿|持|改|保))"
)
_HOME: Final = re.compile(
    r"(?:我家|我们家|俺家|咱家"
    r"|(?:^|(?<=[,。;\n ]))家(?=是)|本人家|自家|我自己家|我的房子|我的房屋|我房子|我们的房子|本户|我户|我的家|家里)"
    r"(?:住|住在|是|在|的|地址|位于|就在|就是|房号|门牌号?|[ :,])*"
)
_I_AM: Final = re.compile(r"(?:我|本人|俺|我们|来电人|诉求人|市民)(?:们)?(?:就|也)?(?:是|系|为|作为|,)")
_RESIDENT: Final = re.compile(r" ?(?:的)? ?(?:一名|一位|普通|老)?(?:业主|住户|居民|租户|租客|户主|房主|房东)")
_MY_HOME: Final = re.compile(r"[ ,(]{0,2}(?:这里|这|就)?(?:就|也)?(?:是)?(?:我家|俺家|咱家|我的房|家里|我们家)")
"""After a door: …5-2-1102，我家的."""
_OWN_LABEL: Final = re.compile(
    r"(?:房号|门牌号?|业主房号|住户房号|室号|业主|住户|住址|地址|家住)[ :(]{1,3}$|(?:房号|门牌号)(?:是|为)?$"
)
_STOP: Final = re.compile(
    r"[。!?！？;；\n]|楼上|楼下|隔壁|对门|邻居|对面|店(?![区村镇街子集庄埠])|商铺|公司|门诊|窗口|教室|办公|单位(?!元)|学校|酒店|宾馆"
)
_OTHERS: Final = re.compile(
    r" ?(?:的)? ?(?:商铺|门市|店|公司|办公|教室|窗口|柜台|病房|诊室|包间|包厢"
    r"|宿舍|仓库|网吧|麻将馆|美容|美甲|民宿|培训|棋牌|工作室|餐饮|餐馆|饭店|超市)"
)
_NOT_MINE: Final = re.compile(
    r"(?:楼上|楼下|隔壁|对门|对面|邻居|(?:投诉|举报|反映)(?!人)|有人|别人|他|她|对方|朋友|同事|亲戚|房东|房客|开发商|物业|该|那户)[^,。;\n]{0,6}$"
)


_MAYBE: Final = re.compile(r"号楼|栋|幢|单元|座|#|\d ?-|楼[\d一二三四五六七八九]")
_ANCHOR: Final = re.compile(
    r" ?(?:号楼|栋|幢|座|#|[-—] ?(?=\d)|楼(?=[\d一二三四五六七八九])|单元|号(?=\d单元|[一二三四五六]单元))"
)
_BREAK: Final = re.compile(r"督促|反映|投诉|举报|因为|因|导致|结果|发现|购买|买了|起诉|拆除|单位|过渡|同住|的妻子|其")
"""What parts a cue from a door: the door is no longer the caller's home."""
_ANOTHER: Final = re.compile(r"号楼|\d[栋幢座]|单元")
"""A building named between the cue and the door: the cue spoke of that one."""


def addresses(text: str) -> Iterator[Found]:
    """Doors of callers in a view (see ``views.view``)."""
    if _MAYBE.search(text) is None:
        return
    for start, end in _doors(text):
        if start and text[start - 1].isascii() and text[start - 1].isalnum():
            continue
        if _OTHERS.match(text, end):
            continue
        if _lives_here(text, start, end):
            yield start, start + len(text[start:end].rstrip()), "address_room"


def _doors(text: str) -> Iterator[tuple[int, int]]:
    """Every door in the text, found from the words that only doors hold."""
    done = 0
    for anchor in _ANCHOR.finditer(text):
        for back in (7, 6, 5, 4, 3, 2, 1):
            at = anchor.start() - back
            if at < done:
                continue
            door = _DOOR.match(text, at)
            if door and door.end() > anchor.start() and not text[at].isspace():
                done = door.end()
                yield door.span()
                break


def _lives_here(text: str, start: int, end: int) -> bool:
    before = text[max(0, start - 40) : start]
    stop = max((found.end() for found in _STOP.finditer(before)), default=0)
    clause = before[stop:]
    skipped = before[:stop]
    for cue in _LIVES.finditer(clause):
        ahead = (skipped + clause[: cue.start()])[-8:]
        if _NOT_MINE.search(ahead) or re.search(
            r"(?:楼上|楼下|隔壁|对门|邻居|房东)[^,]{0,3}$", skipped[-6:] if not clause[: cue.start()].strip() else ""
        ):
            continue
        rest = clause[cue.end() :]
        if (
            len(rest) <= 30
            and rest.count(",") <= 1
            and not _BREAK.search(rest)
            and not _ANOTHER.search(clause, cue.end())
        ):
            return True
    for cue in _HOME.finditer(clause):
        rest = clause[cue.end() :]
        if (
            len(rest) <= 20
            and "," not in rest
            and not _BREAK.search(rest)
            and not re.search(r"楼上|楼下|隔壁|对面|旁|附近", rest)
        ):
            return True
    if _MY_HOME.match(text, end) and not _NOT_MINE.search(clause):
        return True
    if _OWN_LABEL.search(before) and not _NOT_MINE.search(before[:-3]):
        return True
    if _RESIDENT.match(text, end):
        return bool(_I_AM.search(clause)) and not _NOT_MINE.search(clause)
    return False
