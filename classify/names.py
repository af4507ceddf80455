"""Names of private persons (姓名) in a view of a text: after a cue (我叫, 联系人 …). Others are in ``signatures``.

A name is a surname and one or two characters (or parts joined by ·). Whether the second character still belongs to it
is decided by what follows; whether it is a name at all by the strength of the cue, by the words of the language and,
for weak cues, by the characters people are called with. Bare surnames with a title and public figures are no names.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import Final

from classify.namebeliefs import ENOUGH, belief, likeliest
from classify.namecontext import (
    ESTATE,
    EVIDENCE,
    HAN,
    LONE,
    PLACE_AFTER,
    PLACE_LIKE,
    TITLES,
    Found,
    cue_table,
    cue_trie,
    hard_end,
    sounded,
    surname_at,
)
from classify.namewords import common_words, given, not_names, places, rare_surnames, surnames, words

_NEVER: Final = frozenset(
    "嘛的说称讲在是被把从因了我你他她它们这那吗呢吧啊打住找问给您不没要想也都还很已对到去电号岁于就又与及跟将让但却则着过些每其之所拨只才再曾请该等"
    "个位名块元年月日点分秒楼室层户间套条次件只台辆米℃"
)
_FUNCTION: Final = frozenset("和同为自来有上先生以经原现并住系向家")
_FOLLOWS: Final = frozenset(
    "的住家居电手联身微车反投举来致称说表示于在是系为今现年男女因由从自已曾被将把给向对和与及跟同到去至要想希请求申咨建购买租有没未不也都就还又一多经长每先"
    "等以名户毕上工退患生失走摔骑驾开停办交欠收拖承口私擅违养拒威辱骂殴强占非卖之此则却但并目原本夫两二父母儿我那这拨打找问骗卷携躲跑吃喝睡倒受遭"
    "报告通知联络使用用使拿取拉带送接教当做作干负介代签填写提拒绝诉拆建扰扔堆放违私搭盖砸踢撞"
)
_TAKEN: Final = frozenset("和同以经现并住系向家")
_HARDEST: Final = frozenset(
    "师步满云费居管农籍广东利富水向于时应全由来连相干支初修展代补位别公门元查明计才楚党楼车商盖尚"
)
"""Surnames that are nearly always another word when a weak cue stands before them."""
_WORDS_AFTER: Final = re.compile(
    r"敬上|敬启|谨上|泣上|拜上|[两二三四五六]人|刚刚|刚做|刚好|刚才|刚买|刚生|刚到|"
    r"先生|女士|小姐|同志|师傅|老师|电话|手机|联系|身份证|微信|反映|投诉|举报|来电|致电|表示|家住|现住|居住|住在|住址|今年|现年|经常|多次|一直|一家|家里|家门|家的|家在"
    r"|要求|希望|请求|申请|咨询|建议|求助|承诺|长期|每天|夫妇|夫妻|两人|名下|户口|户籍|私自|擅自|私搭|违规|违法|强行|强占|强制|生于|生前|上门|上班|上学|有限|自称|自己|自行|来到|来我"
    r"|向我|向您|向派|向公|向社|向物|和我|和他|和她|同我|为我|为了|为人|为本|为首|现在|现已|现为|现就|现任|原是|原为|原来|以前|以为|以及|以高|经营|经手|并且|并未|并没|有病|有残|有时|先后|先是"
    r"|长年|建房|建筑|工作|用车|开车|开的|开了|办理|办了|系本|系我|系A|住我|住的|住院|家楼|车牌|车辆|车停|本人|购买|购房|因病|因为|拖欠|欠薪|欠我|收了|收取|把我|被打|被骗|被他|男,|女,"
)
_CONNECT: Final = re.compile(
    r"(?P<strong>(?:的|,)?(?:就|也|又|都)?(?:名字|姓名)?"
    r"(?:叫做?|名叫|名为|是叫|就叫|全名|大名|叫的是)(?:呃|嗯|啊|那个|就是)*[ :]{0,2})"
    r"|(?P<label>[ (\"”]{0,3}(?:姓名|名字)?[ )]{0,2}(?:[:=|】」\]][ \n(“\"【「|]{0,12}|是|为)[ “\"]{0,2})"
    r"|(?P<soft>[ (“\"]{1,12})|(?P<none>)"
)
_JOIN: Final = re.compile(r" ?(?:[、,/和与及]|以及) ?| {1,2}(?=[\u4e00-\u9fff]{2,3}(?:[ ,。\n]|$))")
_OFFICE: Final = re.compile(r"(?:市|区|县|省|镇|乡|街道|政府|党|委|局|厅)(?:委|长|书记|主任|领导)?$")


def _follows(text: str, at: int) -> bool:
    """Whether what stands at ``at`` may come after a name."""
    return hard_end(text, at) or text[at] in _FOLLOWS


_MINORITY: Final = re.compile(r"[\u4e00-\u9fff]{1,6}(?:·[\u4e00-\u9fff]{1,8}){1,3}")


def _extent(text: str, at: int) -> list[int]:
    """Ends of the possible names that begin at ``at``, the likeliest first; empty when there is none."""
    minority = _MINORITY.match(text, at) if "·" in text[at : at + 8] else None
    if minority is not None and not re.search("[我你他们的]", minority.group()):
        return [_minority_end(text, minority.start(), minority.end())]
    surname = surname_at(text, at)
    if surname is None:
        # 我叫阿迪力: a name without a surname of the list, only where nothing else can stand
        bare = text[at : at + 3]
        plain = len(bare) == 3 and all(char in given() for char in bare) and hard_end(text, at + 3)
        return [at + 3] if plain and text[at - 1 : at] == "叫" and not is_word(text, at, at + 3) else []
    begin = at + len(surname)
    if begin >= len(text) or not HAN.match(text[begin]) or TITLES.match(text, begin):
        return []
    one, two = begin + 1, begin + 2
    if text[begin] in _NEVER:
        return []
    lone = text[begin] in LONE and len(surname) == 1
    second = text[one : one + 1]
    if not second or not HAN.match(second) or second in _NEVER or TITLES.match(text, one):
        return [] if lone else [one]
    if _WORDS_AFTER.match(text, one) and not (hard_end(text, two) and second not in "家住"):
        return [] if lone else [one]
    if hard_end(text, two) and second not in _TAKEN:
        return [two] if lone else [two, one]
    if _belongs_to_next(text, one):
        return [two] if lone else [one, two]
    if second in _FUNCTION and not _follows(text, two) and _follows(text, one):
        return [one, two]
    if second not in given() and _follows(text, one):
        return [two] if lone else [one, two]
    return [two] if lone else [two, one]


def _belongs_to_next(text: str, at: int) -> bool:
    """Whether the character at ``at`` makes a word with the next one rather than the end of a name (萧红|体罚)."""
    known = words()
    if text[at : at + 2] not in known:
        return False
    later = text[at + 1 : at + 3]
    return not (later in known and len(later) == 2) and not _WORDS_AFTER.match(text, at + 1)


def _minority_end(text: str, start: int, end: int) -> int:
    """The last part of 阿依古丽·买买提 ends before what may follow a name, after two characters or more."""
    last = text.rfind("·", start, end) + 1
    for stop in range(last + 2, end):
        if (
            text[stop] in "的在是说称被把将对给到打住和与"
            or _WORDS_AFTER.match(text, stop)
            or text[stop : stop + 2] in words()
        ):
            return stop
    return end


def is_word(text: str, at: int, end: int) -> bool:
    """Whether a word of the language stands at ``at`` and is at least as long as the surname and one character."""
    known = words()
    name = text[at:end]
    if name in not_names():
        return True
    single, careful, _ = surnames()
    if len(name) == 3 and name[0] in single and name[0] not in careful and all(char in given() for char in name[1:]):
        return name in known or name[:2] in common_words() or text[at : at + 4] in known
    return any(text[at : at + size] in known for size in (4, 3, 2) if at + size <= len(text))


def _accept(text: str, at: int, end: int, strength: str) -> bool:
    """Whether ``text[at:end]`` is a name, given how strongly the cue announces one."""
    name = text[at:end]
    if not_names().get(name) == "public" and strength != "strong" and not EVIDENCE.match(text, end):
        return False
    if "·" in name:
        return True
    if PLACE_AFTER.match(text, end) and not (strength == "strong" and hard_end(text, end)):
        return False
    hard, evidence = hard_end(text, end), EVIDENCE.match(text, end) is not None
    if name[0] == "向" and re.match(r"反映|投诉|举报|求助|咨询|申请|建议|报", text[end : end + 2]):
        evidence = hard = False
    if strength == "me":
        latin = re.match(r"[A-Za-z0-9]", text[end : end + 1])
        clear = (hard and not latin) or evidence or _KIN.match(text, end) or _WORDS_AFTER.match(text, end)
        if not clear and not _AT_ONCE.match(text, end):
            return False
    if strength == "strong":
        after = _follows(text, end) or text[end] in _NEVER
        return hard or evidence or (after and not is_word(text, at, end)) or _plain(name)
    word = is_word(text, at, end)
    if strength == "label":
        if hard or evidence:
            known = not_names().get(name)
            return evidence or known == "both" or (known is None and (name not in words() or _likely(name)))
        return not word and _follows(text, end)
    # a role or 本人 directly before: everything must speak for a name
    if word and (name in words() or not evidence):
        stands = hard or text[end] in "说称" or _WORDS_AFTER.match(text, end) is not None
        return not_names().get(name) == "both" and stands
    if not _follows(text, end) and _belongs_to_next(text, end - 1):
        return False
    return _weak(text, at, end, hard, evidence)


def _weak(text: str, at: int, end: int, hard: bool, evidence: bool) -> bool:
    name = text[at:end]
    _, careful, _ = surnames()
    first = name[len(surname_at(text, at) or "") :]
    known = [char in given() for char in first]
    words_after = _WORDS_AFTER.match(text, end) is not None
    if not all(known) and not (
        len(first) == 2 and any(known) and (hard or evidence or words_after) and name[0] not in careful
    ):
        return False
    if name[-1] in PLACE_LIKE and not evidence:
        return False
    if evidence:
        return True
    if name[0] in careful and len(first) == 2 and first in common_words():
        return False
    if len(first) == 1:
        if name[0] in careful and text[end - 1 : end + 1] in words():
            return False  # 方|代表
        clear = hard or _WORDS_AFTER.match(text, end) or text[end : end + 2] in words() or text[end] in _NEVER
        if name[0] in _HARDEST or first in "向来自有同和为上先以经原能根本多会同":
            return False
        return bool(clear or _follows(text, end))
    if name[0] in _HARDEST and not (hard or _WORDS_AFTER.match(text, end)):
        spoken_of = text[end] in "是说在称的" and first not in words()
        return spoken_of or (name[0] in "时于" and _follows(text, end))
    return not (any(name[:size] in places() for size in (2, 3)) and not hard)


def _plain(name: str) -> bool:
    return len(name) >= 3 and all(char in given() for char in name[1:])


def _likely(name: str) -> bool:
    return all(char in given() for char in name[1:])


NOT_A_PERSON: Final = re.compile(
    r"(?:微信|网名|昵称|路|学校|饭店|楼|街|狗|猫|班|节目|歌|游戏|景点|公园|工程|地方|村|镇|群|店|公司|软件|品牌|小区|楼盘|平台|APP|app|项目|酒店|产品|机构|商场|一款|一家)(?:的?名字?)?[^,。;\n]?$"
)
"""微信名叫…, 一家名叫…: what is called so is no person."""
_WORK: Final = frozenset("程作资地会厂业期种具伤商")
"""电工程师, 装修工作: the cue's 工 belongs to the next word."""
_KIN: Final = re.compile(
    r"的?(?:女儿|儿子|妈妈|爸爸|母亲|父亲|妻子|丈夫|老公|老婆|爱人|哥哥|姐姐|弟弟|妹妹|家人|家属|家长|监护人|亲属|邻居|朋友|同事|孙子|孙女|奶奶|爷爷)"
)
_AT_ONCE: Final = re.compile(r"[于因系在从是现住家]|实名")


def _after(text: str, at: int, strength: str) -> tuple[int, int] | None:
    plain = "weak" if strength in ("cue", "list", "text") else strength
    if strength == "strong" and text[at - 1 : at] == "叫" and text[at - 1 : at + 1] in words():
        return None  # 叫声, 叫苦
    by_sound = sounded(text, at) if strength in ("strong", "label", "weak", "list") else None
    if by_sound is not None and "·" not in text[at : at + 9]:
        return at, by_sound
    scored = likeliest(text, at, strength)
    for end in () if text[at : at + 1] in rare_surnames() and text[at + 1 : at + 2] != "·" else _extent(text, at):
        if _accept(text, at, end, plain):
            if (
                "·" not in text[at:end]
                and strength == "strong"
                and (scored is None or scored[0] < 0)
                and not hard_end(text, end)
            ):
                break
            if scored is None or scored[1] == end:
                return at, end
            own = belief(text, at, end, strength)
            if "·" in text[at:end] or (own is None and strength != "strong"):
                return at, end
            if own is None:
                continue
            if scored[0] - own > 1.5 and not_names().get(text[at:end]) != "both":
                return at, scored[1]
            return at, end
    if scored is not None and scored[0] >= ENOUGH[strength]:
        return at, scored[1]
    return None


_FIRMS: Final = frozenset(
    ("公司", "公安", "公园", "公寓", "公路", "公交", "工程", "工厂", "工地", "员工", "户口", "生活")
)
"""Words whose first character ends a cue."""


def _overruns(text: str, start: int, end: int) -> bool:
    """Whether the cue is the beginning of a longer word, or its end belongs to one: 中介|费, 养老公|司."""
    return any(text[at : end + 1] in words() for at in range(start, end - 1)) or text[end - 1 : end + 1] in _FIRMS


_SPACED: Final = re.compile(
    r"([\u4e00-\u9fff]) {1,4}([\u4e00-\u9fff])(?: {1,4}([\u4e00-\u9fff]))?(?![\u4e00-\u9fff])"
    r"|([\u4e00-\u9fff]) ([\u4e00-\u9fff])(?=[啊呀哦嗯呢])"
)


def _spaced(text: str, at: int) -> tuple[int, int] | None:
    """姓名：王 伟 — two characters set apart in a form."""
    found = _SPACED.match(text, at)
    chars = [char for char in found.groups() if char] if found else []
    if found and chars[0] in surnames()[0] - rare_surnames() and all(char in given() for char in chars[1:]):
        return at, found.end()
    return None


@cache
def _may_follow_a_cue() -> frozenset[str]:
    """First characters of surnames and of what joins a cue and a name."""
    single, _, compound = surnames()
    return single | {name[0] for name in compound} | set(' (:=“"是为叫名就全大的,姓|】」]呃嗯自')


def names(text: str) -> Iterator[Found]:
    """Personal names after a cue in a view (see ``views.view``)."""
    strengths = cue_table()[1]
    may_follow = _may_follow_a_cue()
    for which, start, end in cue_trie().find_matches_as_indexes(text):
        if text[end : end + 1] not in may_follow and sounded(text, end) is None and "·" not in text[end : end + 9]:
            continue
        yield from _cued(text, start, end, strengths[which])
    yield from _called(text)


def _strength(connect: re.Match[str], kind: str, cue: str, following: str) -> str:
    """How strongly the cue and what joins it to the next word announce a name: strong, label, me or weak."""
    if connect["strong"] or kind == "self":
        return "strong"
    if connect["label"] and kind != "find":
        return "label" if kind in ("label", "role") else "weak"
    if kind == "label":
        return "label" if connect["soft"] and following != "," else "cue"
    return "me" if kind == "me" and cue != "本人" else "weak"


def _cued(text: str, start: int, end: int, kind: str) -> Iterator[Found]:
    connect = _CONNECT.match(text, end)
    assert connect is not None  # it matches the empty string
    at = connect.end()
    if at == end and text[end : end + 1] == "的" and text[start:end] in ("楼上", "楼下", "隔壁", "对门"):
        at += 1
    if kind == "self" and NOT_A_PERSON.search(text, max(0, start - 8), start):
        return
    strength = _strength(connect, kind, text[start:end], text[end : end + 1])
    if strength == "me" and ESTATE.match(text, connect.end() + 2):
        return
    if kind == "self" and connect["soft"] is None and connect["label"] is None and not connect["strong"]:
        at = end
    if (text[end - 1] == "工" and text[end : end + 1] in _WORK) or (
        text[start:end] == "黄牛" and text[end : end + 1] == "党"
    ):
        return
    if at == end and strength in ("weak", "cue") and _overruns(text, start, end):
        return
    if kind == "thin":
        thin = likeliest(text, at, "text")
        found = (at, thin[1]) if thin is not None and thin[0] >= ENOUGH["text"] - 2.0 else None
    else:
        found = _after(text, at, strength)
    if found is None and strength in ("label", "strong"):
        found = _spaced(text, at)
    if found is None and kind in ("role", "thin") and not connect["strong"]:
        return
    while found is not None:
        yield found[0], found[1], "name"
        join = _JOIN.match(text, found[1])
        if not join:
            return
        found = _after(text, join.end(), "list")


_CALLED: Final = re.compile(
    r"(?:^|[我他她俺,。;!\n的]|姓[\u4e00-\u9fff]{1,2}|名字|大名|全名|[一这那两]?[个位名]|的人|人员|姓名|[子女孩人生工者友])"
    r"(?:就|又|也)?(?:叫做?|名叫|名为)[ :]?"
)


def _called(text: str) -> Iterator[Found]:
    """他叫…, 一个叫…的: the verb after anyone."""
    if "叫" not in text and "名为" not in text:
        return
    for cue in _CALLED.finditer(text):
        if text[cue.end() : cue.end() + 1] in "来去上人不声" or NOT_A_PERSON.search(
            text, max(0, cue.start() - 4), cue.end() - 1
        ):
            continue
        found = _after(text, cue.end(), "strong")
        if found is not None:
            yield found[0], found[1], "name"
            join = _JOIN.match(text, found[1])
            if join and (more := _after(text, join.end(), "list")) is not None:
                yield more[0], more[1], "name"
