"""Names of private persons (姓名) in running text without a cue word: 钱转给了…, a name between commas.

Such a name is believed only when it is much cheaper than words (see ``namescores``) and nothing speaks for a place.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import Final

from classify.namebeliefs import ENOUGH, belief, likeliest
from classify.namecontext import ESTATE, EVIDENCE, Found, hard_end
from classify.names import NOT_A_PERSON
from classify.namewords import given, not_names, places, rare_surnames, surnames, word_costs

_ROLE_ENDS: Final = frozenset("长员师者友士工户主婿娃儿人")
_BEFORE: Final = frozenset("被和跟与找由给对向让叫的到把同欠及、我俺") | _ROLE_ENDS
"""Characters that a name may follow."""
_ROLE: Final = re.compile(
    r"(?:[镇县市省局行院校部处科队庭站所社厂班组店船机团段村乡州区士判会园馆]长|[教律医厨药技程牧]师|[护卫]士"
    r"|(?:成|人|务|练|裁|教|安|管|理|销|售|官|采|送|递|演|职|球|检|党|驶|乘|议|格|收|服|导|驻|保|洁|协|装|修|话|电|监|支委)员"
    r"|[记作笔患学]者|[好朋室工战网男女校病]友"
    r"|[奶洁护运修装焊木瓦油技杂时]工|[包贷农租住商]户|[房业车店船货雇]主|女婿|[俺家的滴]娃|老伴儿|爱人"
    r"|[款诉告报办手承领养租售事请购售持管]人)$"
)
"""Roles by their endings: 护士长, 供电员, 语文教师; those of the cue list are found before."""
_ENDINGS: Final = (
    *(
        "转给了",
        "汇给了",
        "打给了",
        "交给了",
        "借给了",
        "付给了",
        "卖给了",
        "租给了",
        "自称",
        "举报",
        "投诉",
        "反映",
        "表扬",
        "感谢",
        "控告",
    ),
    *(
        "起诉",
        "状告",
        "不改姓,",
        "全名",
        "那个",
        "这个",
        "是呃",
        "是嗯",
        "是啊",
        "就是",
        "的是",
        "是",
        "本人",
        "我们",
        "欠",
    ),
)
_DOOR: Final = re.compile(r"\d[号栋楼室户]$")
_I_AM: Final = re.compile(r"(?:我|俺|本人)(?:就|也)?(?:是|系)[^,。;!?\n]{1,17}的$")
_ALONE: Final = re.compile(r"[\u4e00-\u9fff]{2,4}(?=[,。!;:\n(/|]|$)")
"""A name between two marks: 麻烦记一下,陆子衿,…"""
_PLACE_END: Final = frozenset("湖河桥寺坊峪沟洼村庄堡屯镇店")
_PLACE_NEXT: Final = _PLACE_END | frozenset("路街区县市新")


@cache
def _candidates() -> re.Pattern[str]:
    """A surname and a character of given names, after a mark or a character that may stand before a name."""
    single, _, compound = surnames()
    heads = "".join(sorted((single - rare_surnames()) | {name[0] for name in compound}))
    before = "".join(sorted(_BEFORE | {ending[-1] for ending in _ENDINGS} | set("号栋楼室户")))
    firsts = "".join(sorted(given()))
    return re.compile(f"[{heads}](?:(?<=[{before}].)|(?<![\\u4e00-\\u9fff·].))(?=[{firsts}])", re.DOTALL)


_PART: Final = (
    "扎西|次仁|卓玛|多吉|索朗|央金|旺堆|平措|尼玛|达瓦|拉姆|洛桑|格桑|边巴|德吉|丹增|仁青|巴桑|米玛|普布|强巴|曲珍|次旦|旦增|白玛|仓决|顿珠|罗布|益西|嘉措"
    "|土登|贡布|才让|卓嘎|措姆|加措|才旦|拉珍|旺姆|桑珠|阿依|古丽|买买提|麦麦提|阿不都|阿卜杜|吐尔逊|吐尔地|艾合买提|努尔|热合曼|阿迪力|艾力|库尔班|巴特尔|乌云"
    "|其其格|托娅|格日勒|呼和|苏日娜|萨仁|阿古达木|布和|巴图|图雅|朝鲁|那顺|斯琴|高娃"
)
_PARTS: Final = re.compile(
    "(?=[{}][{}])(?:{}){{2,3}}".format(*("".join({part[at] for part in _PART.split("|")}) for at in (0, 1)), _PART)
)
"""Tibetan, Uyghur and Mongol names of two or three usual parts: 索朗次仁."""


_LABEL: Final = re.compile(r"(?:[\u4e00-\u9fff]{1,4}人|登记)(?:姓名)?[:：] ?(?=[\u4e00-\u9fff])")
"""Any field of a form that asks for a person: 证件持有人:, 代办人:."""
_NOT_SURNAMES: Final = frozenset(
    ("东方", "西门", "东门", "南门", "司空", "第五", "太史", "公孙", "万俟", "乐正", "申屠")
)
"""Compound surnames that are other words as well, or that the cue rules know better."""


@cache
def _compounds() -> re.Pattern[str]:
    """A compound surname with one or two characters of given names."""
    heads = "|".join(sorted(surnames()[2] - _NOT_SURNAMES))
    firsts = "".join(sorted(given()))
    return re.compile(f"(?:{heads})([{firsts}])([{firsts}]?)")


def _compound_end(text: str, found: re.Match[str]) -> int | None:
    """End of the name that a compound surname begins: nothing but a person is called so, save places and figures."""
    start, end = found.span()
    if text[start - 1 : start] in surnames()[0]:
        return None  # 袁宇文: the first character of the given name
    surname = found.group()[: end - start - len(found[1]) - len(found[2])]
    scored = [(value, stop) for stop in {found.end(1), end} if (value := belief(text, start, stop, "cue")) is not None]
    best = max(scored, default=None)
    whole = hard_end(text, end) and next((one for one in scored if one[1] == end and one[0] >= ENOUGH["cue"]), None)
    best = whole or best
    if best is None or best[0] < ENOUGH["cue"] or not no_place(text, start, best[1]):
        return None
    return None if not_names().get(surname) else best[1]


def narrated(text: str) -> Iterator[Found]:
    """Names that running text of a view introduces without a cue word."""
    for parts in _PARTS.finditer(text):
        if text[parts.end() : parts.end() + 1] != "·" and text[parts.start() - 1 : parts.start()] != "·":
            yield *parts.span(), "name"
    for found in _compounds().finditer(text):
        end = _compound_end(text, found)
        if end is not None:
            yield found.start(), end, "name"
    for label in _LABEL.finditer(text):
        named = likeliest(text, label.end(), "label")
        if named is not None and named[0] >= ENOUGH["label"]:
            yield label.end(), named[1], "name"
    costs = word_costs()
    for found in _candidates().finditer(text):
        at = found.start()
        if text[at : at + 2] not in surnames()[2] and (text[at : at + 2] in costs or text[at : at + 3] in costs):
            continue
        end = _after_mark(text, at) if at == 0 or not "\u4e00" <= text[at - 1] <= "\u9fff" else _after_word(text, at)
        if end is not None and no_place(text, at, end):
            yield at, end, "name"


def _after_word(text: str, at: int) -> int | None:
    """End of the name that follows a word such as 被 or 转给了."""
    before = text[at - 1]
    if before in _ROLE_ENDS and (not _ROLE.search(text, max(0, at - 3), at) or text[at - 1 : at + 1] == "工程"):
        return None
    if before not in _BEFORE:
        if not text.endswith(_ENDINGS, 0, at) and not _DOOR.search(text, max(0, at - 2), at):
            return None
        if before == "是" and text[at - 2 : at - 1] in ("我", "俺"):
            return None
    if before == "叫" and NOT_A_PERSON.search(text, max(0, at - 9), at - 1):
        return None
    if before == "的" and _I_AM.search(text, max(0, at - 20), at):
        mine = likeliest(text, at, "weak")
        return mine[1] if mine and mine[0] >= ENOUGH["weak"] + (1.0 if hard_end(text, mine[1]) else 3.0) else None
    found = likeliest(text, at, "text")
    if found is None:
        return None
    short = 3.0 if found[1] - at == 2 and not hard_end(text, found[1]) else 0.0
    return found[1] if found[0] >= ENOUGH["text"] + short else None


def _after_mark(text: str, at: int) -> int | None:
    """End of the name that stands between marks, or opens a clause and does what callers do."""
    if at and text[at - 1] == "、":
        return _after_word(text, at)
    alone = _ALONE.match(text, at)
    if alone is not None:
        value = belief(text, at, alone.end(), "text")
        short = 2.0 if alone.end() - at == 2 else 0.0
        if value is not None and value >= ENOUGH["text"] + short:
            return alone.end()
    found = likeliest(text, at, "text")
    return found[1] if found and found[0] >= ENOUGH["text"] and EVIDENCE.match(text, found[1]) else None


def no_place(text: str, at: int, end: int) -> bool:
    """Whether nothing speaks for a place, a firm or a figure: 白云湖, 唐冶新区, 李白杜甫."""
    name = text[at:end]
    if (name[-1] in _PLACE_END and not (name[-1] == "河" and hard_end(text, end))) or (
        len(name) > 2 and name[1] in "村庄堡屯镇店家"
    ):
        return False
    if end < len(text) and text[end] in _PLACE_NEXT:
        return False
    if any(name[:size] in places() for size in (2, 3)) or ESTATE.match(text, end):
        return False
    if any(not_names().get(text[at : at + size]) == "public" for size in (2, 3, 4)):
        return False
    known = all(char in given() for char in name[2:])
    return known and (name[0] not in surnames()[1] or len(name) > 2 or hard_end(text, end))
