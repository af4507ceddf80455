"""Plates, passports, e-mail addresses and WeChat/QQ numbers (车牌 护照 邮箱 微信QQ) in a view of a text."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from classify.digits import DIGIT, LETTERS, NUMERALS, chains

Found = tuple[int, int, str]
"""start, end (exclusive), kind."""

# --- e-mail -----------------------------------------------------------------------------------------------------------
_DOT: Final = r"(?: ?\. ?| ?点 ?|[ (\[]{1,2}dot[ )\]]{1,2}|。)"
_AT: Final = (
    r"(?: ?@ ?| ?\(at\) ?| ?\[at\] ?| ?【at】 ?| +at +|(?<=[\u4e00-\u9fff])at(?=[\u4e00-\u9fff0-9])"
    r"| ?艾特 ?| ?爱特 ?| ?圈[aA] ?| ?小老鼠 ?| ?(?<=\d)at(?=\d)| ?# ?(?=(?:qq|163|126|sina)))"
)
_LABEL: Final = r"(?:[A-Za-z0-9][A-Za-z0-9-]{0,40}|幺六三|一六三|幺二六|一二六|扣扣)"
_TOP: Final = r"(?:com|cn|net|org|edu|gov|vip|top|info|io|cc|co|me|xyz|tech|com\.cn|康姆)"
_LOCAL: Final = (
    rf"[A-Za-z0-9{''.join(NUMERALS)}](?:[A-Za-z0-9._%+-]|下划线|横杠|杠|点(?=[A-Za-z0-9])"
    rf"|[{''.join(NUMERALS)}]| (?=\d))" + r"{0,40}"
)
_EMAIL: Final = re.compile(
    rf"{_LOCAL}{_AT}{_LABEL}(?:{_DOT}{_LABEL}){{0,3}}?{_DOT}{_TOP}(?:{_DOT}cn)?(?![A-Za-z])", re.IGNORECASE
)
_EMAIL_PLAIN: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._%+-]{0,60}@[A-Za-z0-9-]{1,60}(?:\.[A-Za-z0-9-]{1,30}){1,4}")
_EMAIL_HINT: Final = re.compile(
    r"@|[(\[【 \d\u4e00-\u9fff]at[ \d\u4e00-\u9fff)\]】]|艾特|爱特|圈[aA]|小老鼠|#(?:qq|163|126|sina)"
)
_EMAIL_MAYBE: Final = re.compile("@|at|艾特|爱特|圈[aA]|小老鼠|#")


def emails(text: str) -> Iterator[Found]:
    """E-mail addresses, also spoken (zhangsan 艾特 163 点 com)."""
    if _EMAIL_MAYBE.search(text) is None:
        return
    for found in _EMAIL_PLAIN.finditer(text):
        yield found.start(), found.end(), "email"
    for hint in _EMAIL_HINT.finditer(text):
        low = max(0, hint.start() - 48)
        for found in _EMAIL.finditer(text, low, min(len(text), hint.end() + 60)):
            if found.start() < hint.end() and hint.start() < found.end():
                yield found.start(), found.end(), "email"


# --- plates -----------------------------------------------------------------------------------------------------------
_PROVINCES: Final = "京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼楚"
"""GA 36; 楚 stands for a province in anonymised texts."""
_S: Final = r"[ ·.,\-—_:]{0,2}"
_THEN: Final = r"[ ,]{0,2}(?:然后|再来|再|嗯|呃|额|接着|那个|就是|慢点|好|后面是?|后头是?)[ ,]{0,2}"
"""Pauses of somebody who speaks a plate."""
_B: Final = rf"(?:{_S}|{_THEN})"
_TRAILER: Final = "学警挂港澳试超领"
_C: Final = rf"[A-HJ-NP-Za-hj-np-zOoIl{DIGIT}]"
_PLATE: Final = re.compile(
    rf"[{_PROVINCES}] ?[A-Za-z](?:{_S}|{_S}(?:[的,、]|{_THEN}){_S}){_C}(?:{_B}{_C}){{2}}"
    rf"(?:{_B}(?:{_C}|[{_TRAILER}])){{1,3}}"
)
_LETTER: Final = re.compile("[A-Za-z]")
_PLATE_CUE: Final = re.compile(
    r"(?:车牌号码?|车牌照?号?|牌照号?|号牌号?码?|牌号|车号)(?:[ :=#(]|是|为|就是){0,4}((?:WJ|[A-Z]{0,2}"
    r"|[\u4e00-\u9fff]{1,2}(?=[A-Z0-9])) ?[·-]?[A-Z0-9]{5,7})(?![A-Za-z0-9])"
)
_WJ: Final = re.compile(rf"(?<![A-Za-z])WJ ?[·-]? ?[{_PROVINCES}]? ?[·-]?\d{{4,5}}[A-Z]?(?![A-Za-z0-9])")
_EMBASSY: Final = re.compile(r"(?:(?<![\u4e00-\u9fff])|(?<=[的车牌号是]))使 ?\d{3} ?\d{3}(?![\dA-Za-z])")
"""GA 36: 使014578 of an embassy."""
_NO_PART: Final = frozenset(" ·.-—_:的,、然后再来嗯呃额接着那个就慢点好面头是")


def _body(written: str) -> str:
    return "".join(NUMERALS.get(char, char) for char in written if char not in _NO_PART).upper()


def _plate_end(text: str, start: int, end: int) -> int | None:
    """End of the plate inside the widest match: 5 characters, 6 for new energy, or 4 and 学 警 挂 …"""
    best = None
    for stop in range(start + 6, end + 1):
        if text[stop - 1] in _NO_PART:
            continue
        if text[stop - 1] in NUMERALS and re.search(r"\d", text[start:stop]):
            continue
        follows = text[stop : stop + 1]
        if follows.isascii() and follows.isalnum():
            continue
        body = _body(text[start:stop])
        body = body[4:] if body.startswith("WJ") else body[2:]
        if sum(char.isdigit() or char in "OIL" for char in body) < 2:
            continue
        if (len(body) == 5 and (body[:4].isalnum() and (body[4] in _TRAILER or body.isascii()))) or (
            len(body) == 6 and (_new_energy(body) if body.isascii() else body[5] in "挂学警" and body[:5].isascii())
        ):
            best = stop
    return best


def _new_energy(body: str) -> bool:
    """GA 36-2018: a small one has a letter first (and may have a second), a large one has it last."""
    figures = body.replace("O", "0").replace("I", "1").replace("L", "1")
    if sum(char.isdigit() for char in figures) < 4:
        return False
    return body[0].isalpha() or (body[-1].isalpha() and figures[:5].isdigit())


def plates(text: str) -> Iterator[Found]:
    """Number plates of every vehicle, also spoken with pauses."""
    if "使" in text:
        for found in _EMBASSY.finditer(text):
            yield found.start(), found.end(), "plate"
    if _LETTER.search(text) is None:
        return
    for found in _PLATE.finditer(text):
        start = found.start()
        end = _plate_end(text, start, found.end())
        if end is not None:
            yield start, end, "plate"
    if "WJ" in text:
        for found in _WJ.finditer(text):
            yield found.start(), found.end(), "plate"
    if "牌" not in text and "车号" not in text:
        return
    for found in _PLATE_CUE.finditer(text):
        if (sum(char.isdigit() for char in found[1]) >= 3 and not found[1][-7:].isdigit()) or len(found[1]) in (5, 6):
            yield found.start(1), found.end(1), "plate"


# --- passports --------------------------------------------------------------------------------------------------------
_D: Final = rf"[{DIGIT}Oo]"
_PASSPORT: Final = re.compile(
    rf"(?<![A-Za-z0-9])(?:[EeGg]{_D}{{8}}"
    rf"|[Ee][A-Ha-hJ-Nj-nP-Zp-z]{_D}{{7}})(?![A-Za-z0-9])"
)
_PASSPORT_MAYBE: Final = re.compile(rf"[EeGgDdSsPp][ -]?[A-Za-z{DIGIT}Oo][ -]?{_D}")
_PASSPORT_CUED: Final = re.compile(
    rf"护照(?:编?号码?)?(?:[ :=#(]|是|为|号){{0,4}}((?:[EeGgDdSsPp][ -]?[A-Za-z]?)(?:[ -]?{_D}){{7,8}})(?![A-Za-z0-9])"
)
_OTHER_NO: Final = re.compile(
    r"(?:订单|运单|单|合同|编|流水|快递|工单|设备|型|序列|批|货|产品|发票|凭证|证书|文|案|票|车次|航班|表|机身|条|批次|校验|验证)"
    r"(?:编?号码?|单号|码|次)?(?:[ :=#(]|是|为)*$"
)


def passports(text: str) -> Iterator[Found]:
    """Chinese passports: E and eight digits, EA … and seven, G and eight."""
    if _PASSPORT_MAYBE.search(text) is None:
        return
    for found in _PASSPORT.finditer(text):
        ordinal = text[found.end() : found.end() + 1] == "号" and text[found.end() + 1 : found.end() + 3] != "护照"
        if not ordinal and not _OTHER_NO.search(text[max(0, found.start() - 12) : found.start()]):
            yield found.start(), found.end(), "passport"
    if "护照" in text:
        for found in _PASSPORT_CUED.finditer(text):
            if len(re.sub(r"[ -]", "", found[1])) == 9:
                yield found.start(1), found.end(1), "passport"


# --- WeChat and QQ ----------------------------------------------------------------------------------------------------
_WORD: Final = (
    r"(?:微信|薇信|威信|徽信|微 信|卫星(?=[ :]*[A-Za-z])|V信|v信|微[xX]|威芯|微芯|绿泡泡|[vV][❤♥]"
    r"|(?<=[加我])[微薇威卫徽](?=[ :=]*[A-Za-z0-9])"
    r"|(?<![A-Za-z])(?:we ?chat|weixin|wei xin|vx|wx|qq|q ?q|uin(?==))(?![A-Za-z]{3})"
    r"|扣扣|企鹅|Q号|q号"
    r"|(?:加|＋|\+)(?:我|个)?(?:的)?v(?!信)(?![A-Za-z])|(?:加|\+)v(?=[a-z_-]+\d)|(?<![A-Za-z])v(?=[:])"
    r"|加我(?=[A-Za-z])(?!qq|wx|vx|we)"
    r"|(?<![A-Za-z])[vw]x(?=[A-Za-z_-]*\d))"
)
_CUE: Final = re.compile(
    rf"{_WORD}(?!群|公众|小程序|支付|转账|红包|收款|聊天|截图|朋友|视频|语音|空间|邮箱|音乐|客户端|平台|官方|版)"
    r"(?:的?(?:号码|账号|帐号|账户|号)| ?(?:ID|Id|id)(?![A-Za-z]))?"
    r"(?P<mark>(?: |:|=|是|为|就是|也是|叫|,|搜|搜索|加|的|我|联系|请|同号|\(|\[|【|“|\"|'|的是|号){0,8})",
    re.IGNORECASE,
)
_WECHAT_MAYBE: Final = re.compile(
    r"微信|微 信|卫星|薇信|威信|徽信|微[xX芯]|威芯|绿泡泡|[vV][❤♥]|[加我][微薇威卫徽]|\+[vV]|扣扣"
    r"|企鹅|加我|加个|加v|加V|q|Q|vx|VX|Vx|wx|WX|Wx|we|We|WE|wei|v信|V信|v:|V:|uin="
)
_WECHAT: Final = re.compile(
    r"[A-Za-z](?:[A-Za-z0-9_-]|下划线|横杠|减号|杠){5,19}(?![A-Za-z0-9_@-])"
    r"|[A-Za-z_](?: ?[A-Za-z0-9_-]){5,19}(?![A-Za-z0-9_@-])"
)
_LETTERS_ONLY: Final = re.compile(r"[A-Za-z]+$")
_NOT_AN_ID: Final = re.compile(
    r"(?:iphone|android|windows|wechat|weixin|http|https|www|version"
    r"|online)",
    re.IGNORECASE,
)
_MOBILE_FIRST: Final = re.compile(
    r"(?:手机号?码?|电话号?码?|tel|联系方式)[ :]*(?:[(/、和与及同兼,]|就是|也是|是|即|和我的|加)*[ (]*$", re.IGNORECASE
)
_AFTER_ID: Final = re.compile(
    r" ?(?:元|块|万|人|个|条|次|年|月|日|岁|%|\.\d|:\d|[.点]com|多|余|点(?!不|开|进)|分(?!享)|号楼|楼|栋|@)"
)
_ADD: Final = re.compile(r"加(?:我|一下)? ?(1[3-9]\d{9}|[1-9]\d{4,10})(?!\d) ?(?:的|这个)?(?:微信|QQ|qq)")
_BEHIND: Final = re.compile(
    r"((?<![A-Za-z0-9])[1-9]\d{4,10}|(?<![A-Za-z0-9])[A-Za-z][A-Za-z0-9_-]{5,19}) ?\((?:本人|我的|是|也是)?(?:微信|QQ"
    r"|qq|扣扣|wx|vx|VX|WX)号?\)"
)


def wechats(text: str) -> Iterator[Found]:
    """WeChat ids and QQ numbers after their cue, also a mobile that is given as one."""
    if _WECHAT_MAYBE.search(text) is None:
        return
    for cue in _CUE.finditer(text):
        if _MOBILE_FIRST.search(text[max(0, cue.start() - 10) : cue.start()]):
            continue
        at = cue.end()
        word = _WECHAT.match(text, at)
        if word and re.search(r"[A-Za-z]", word.group()) and not _NOT_AN_ID.match(word.group()):
            marked = (
                len(cue["mark"].strip()) > 0 or cue.group().rstrip().endswith(("号", "id", "ID")) or "加" in cue.group()
            )
            if not _LETTERS_ONLY.match(word.group()) or marked:
                yield at, word.end(), "wechat_qq"
                continue
        end = _number_end(text, at) if "同号" not in cue["mark"] else None
        if end is not None:
            yield at, end, "wechat_qq"
    for found in _ADD.finditer(text):
        yield found.start(1), found.end(1), "wechat_qq"
    for found in _BEHIND.finditer(text):
        if len(found[1]) != 11 or not found[1].isdigit():
            yield found.start(1), found.end(1), "wechat_qq"


def _number_end(text: str, at: int) -> int | None:
    """End of a number of 5 to 12 digits that begins at ``at``, however it is spoken."""
    window = text[at : at + 60]
    chain = next(chains(window), None)
    if chain is None or chain.starts[0] != 0 or window[0] in LETTERS:
        return None
    total = len(chain.digits)
    # runs beyond the first belong to it only while the whole stays as long as such numbers are
    for run in range(len(chain.firsts), 0, -1):
        size = chain.firsts[run] if run < len(chain.firsts) else total
        if size == 11 and chain.digits[0] == "1":
            break
        gaps = chain.gaps[: run - 1]
        if 5 <= size <= 11 and all(len(gap.strip()) == 0 or len(gap) < 8 for gap in gaps):
            break
    else:
        if not (chain.digits[0] == "1" and total >= 11 and chain.end_of_run(11)):
            return None
        size = 11
    end = at + chain.ends[size - 1]
    if _AFTER_ID.match(text, end) or (end < len(text) and text[end].isascii() and text[end].isalpha()):
        return None
    return end if chain.digits[0] != "0" else None
