"""Numbers of people (号码) in a view of a text: mobile, landline, id card and bank card.

They are looked for along the chains of digits (see ``digits``); what stands around a number decides whether it is one
of a person or of an order, a contract or a sum.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import Final

from classify.digits import DIGIT, LATIN, MAYBE, ONE_MOMENT, WORDY, Chain, chains, joined

REGIONS: Final = frozenset(
    f"{province}{number}"
    for province, numbers in zip(
        "12345678", ("12345", "123", "1234567", "123456", "01234", "12345", "1", "123"), strict=True
    )
    for number in numbers
)
"""First two digits of an id card: GB/T 2260 provinces, and 83 for residents from Taiwan."""
_WEIGHTS: Final = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
"""GB 11643-1999; the check character is CHECKS[sum(weight * digit) % 11]."""
_CHECKS: Final = "10X98765432"

_MOBILE: Final = re.compile(r"(?:00)?(?:86)?(1[3-9]\d{9})")
_LANDLINE: Final = re.compile(r"(?:(?:00)?86)?(0(?:10|2[0-9])[2-8]\d{7}|0[3-9]\d{2}[2-8]\d{6,7})")
_LANDLINE_86: Final = re.compile(r"(?:00)?86((?:10|2[0-9])[2-8]\d{7}|[3-9]\d{2}[2-8]\d{6,7})")

_NOT_PERSONAL: Final = re.compile(
    r"(?:工单|订单|运单|快递|物流|快件|包裹|邮件|取件|单|流水|合同|协议|案件|立案|案|文|批文|(?<![账帐])户|表|水表|电表|燃气表|气表|发票|税|纳税人识别"
    r"|信用|许可证?|证书|执照|备案|批准|批|项目|设备|产品|货|商品|条|条形|序列|机身|会员|学|准考证|缴费|参考|交易|凭证|票据|权证|房产证|产权证"
    r"|不动产权?证?|信件|来信|留言|受理|事件|编|登记|注册|机构|店铺|房源|车架|发动机|资产|图|标|招标|中标|采购|仲裁|保单|报案|预约|排队|签约|网签"
    r"|交易|支付|退款|回执|申请|查询|验证|校验|邀请|商户|门店|终端|批次|生产|追溯|检验|报告|病历|住院|门诊|就诊|床|航班|车次|车票|桩|国标|标准|专利|商标"
    r"|地块|宗地|地籍|基站|杆|灯杆|井|箱|柜|电梯|电梯注册)(?:证?编?号码?|单号|代码|码|序号|流水号)?"
    r"(?:[ :=#,(\[]|是|为|No\.?|NO\.?|no\.?|就是|显示|[叫])*$"
)
_SAYS_NUMBER: Final = re.compile(r"(?:[号码]|No\.?|NO\.?|no\.?)(?:[ :=#,(\[]|是|为|就是|显示|[叫])*$")
_ORDER: Final = re.compile(
    r"(?:工单|订单|运单|快递|物流|快件|流水|合同|发票|(?<![\u4e00-\u9fff]{2})文|[发公函批原]文|批|案|SN|sn)[ :=#(\[]*$"
)
"""What makes a thing named before a valid mobile or id card (用户, 预约, 申请, 同学) a number of that thing."""
_UNITS: Final = re.compile(
    r" ?(?:元|块钱|万|亿|千|百|㎡|平方|平米|公里|千米|米|吨|公斤|千克|度电|立方"
    r"|人次|余元|多元|美元|%|‰|股|票|kg|km|KB|MB)"
)
_SAFE_PREFIX: Final = re.compile(
    r"(?:^|[^A-Za-z0-9])(?:tel|phone|phoneno|mobile|mob|call|cell|t|m|p|v|vx|wx|wechat|weixin|qq|no|id|sfz|sj"
    r"|dh|card|num|number|haoma|dianhua)$",
    re.IGNORECASE,
)
_LANDLINE_CUE: Final = re.compile(
    r"(?:座机|固话|固定电话|电话|传真|热线|办公室|值班室|家里|单位|总机|前台|致电|拨打|来电|打|(?:电话|座机|联系|固话)号码|tel|TEL|Tel|fax|FAX)"
    r"(?:号码|号|电话)?(?:[ :=#(,]|是|为|就是|啊|呢|嘛|哈)*$"
)
_CARD_CUE: Final = re.compile(
    r"(?:卡|账户|帐户|账号|帐号|户头|存折|行|卡号|汇到|打到|转到|转账到|转入|汇入|存入)"
    r"(?:[ :=#(,]|号码?|是|为|到|里|尾|上|了)*$"
)
_CARD_PREFIX: Final = re.compile(r"62|60|4|5[1-5]|35|9[5-9]|68|69")
"""Issuer prefixes in use in China (UnionPay, Visa, Mastercard, JCB and old domestic ones)."""
_HAN: Final = re.compile(r"[\u4e00-\u9fff]")
_ID_CUE: Final = re.compile(r"身份证[^,。;]{0,8}$")
_LATIN_CUE: Final = re.compile(r"(?:wx|vx|v|qq|tel)\b", re.IGNORECASE)
_ID_TAIL: Final = re.compile(r"[ \-.,]{0,2}([Xx叉×✕]|艾克斯|大写X|大叉)(?![A-Za-z0-9])")
_DATE_UNIT: Final = re.compile(r"[月日点次]|号楼|单元|栋")
_YEAR: Final = re.compile("(?:19|20)[0-9]{2}$")
_EXTENSION: Final = re.compile(
    rf" ?(?:转|分机号?|-|转分机|ext\.?) ?(?:\d{{1,6}}|(?<=[转机号])[{DIGIT}]{{2,6}})(?![{DIGIT}]| ?[-号楼栋元月日年])"
)
_RINGS: Final = re.compile(
    r"[ ,)]*(?:一直|总是|总|都|也|却|根本|始终|经常|永远|老是|长期)?"
    r"(?:没人接|无人接|打不通|打不进|无法接通|占线|忙音|停机|空号|没有人接|不接)"
)
"""After a local number: it was dialled."""


@dataclass(frozen=True, slots=True)
class Number:
    """A number from ``start`` to ``end`` ; ``digits`` is its ASCII value, ``kind`` as in ``masking.TAGS``."""

    start: int
    end: int
    kind: str
    digits: str


def id_card_is_valid(digits: str) -> bool:
    """18 characters with region, birth date and check digit; or the old form of 15."""
    if digits[:2] not in REGIONS or digits[2:6] == "0000":
        return False
    born = digits[6:14] if len(digits) == 18 else "19" + digits[6:12]
    try:
        day = date(int(born[:4]), int(born[4:6]), int(born[6:]))
    except ValueError:
        return False
    if not 1900 <= day.year <= 2100:
        return False
    if len(digits) == 15:
        return True
    return _CHECKS[sum(w * int(d) for w, d in zip(_WEIGHTS, digits, strict=False)) % 11] == digits[17].upper()


def luhn_is_valid(digits: str) -> bool:
    """ISO/IEC 7812-1."""
    total = sum(int(d) for d in digits[-1::-2])
    return (total + sum(int(d) * 2 - (9 if d > "4" else 0) for d in digits[-2::-2])) % 10 == 0


def find_numbers(text: str) -> list[Number]:
    """Mobiles, landlines, id and bank cards of a view, in order, not overlapping."""
    found: list[Number] = []
    if MAYBE.search(text) is None:
        return found
    if "一下" in text:  # 停顿一下 is a pause, not a figure
        text = ONE_MOMENT.sub(lambda pause: "停" * len(pause.group()), text)
    text = joined(text)
    for chain in chains(text):
        at, total = 0, len(chain.digits)
        if total < 7:
            continue
        while at < total:
            number = _number_at(text, chain, at, found)
            if number is not None:
                found.append(number)
                ends = number.end
                at = bisect_right(chain.starts, ends - 1)
                continue
            run = chain.runs[at]
            # a Chinese run may begin with the last numeral of a word; an ASCII one begins where it begins
            following = chain.firsts[run + 1] if run + 1 < len(chain.firsts) else total
            at = at + 1 if chain.spoken[at] and following - at <= 60 else following
    return found


def _number_at(text: str, chain: Chain, at: int, found: list[Number]) -> Number | None:
    digits = chain.digits
    first = digits[at]
    window = digits[at : at + 24]
    for kind, length in _candidates(window, first):
        end = at + length
        if not _fits(text, chain, at, end, kind):
            continue
        start, stop = chain.starts[at], chain.ends[end - 1]
        value = digits[at:end]
        if kind == "id_card" and length == 17:
            tail = _ID_TAIL.match(text, stop)
            if not tail or not id_card_is_valid(value + "X"):
                continue
            stop, value = tail.end(), value + "X"
        number = _judge(text, kind, start, stop, value, chain, at)
        if number is not None:
            return number
    return _local(text, chain, at, found)


def _candidates(window: str, first: str) -> Iterator[tuple[str, int]]:
    """(kind, number of digits) that the digits alone allow, the most telling first."""
    if first in "12345678" and window[:2] in REGIONS:
        if len(window) >= 18 and id_card_is_valid(window[:18]):
            yield "id_card", 18
        if len(window) >= 17:
            yield "id_card", 17
        if len(window) >= 15 and id_card_is_valid(window[:15]):
            yield "id_card", 15
    if first in "018":
        yield from _phones(window)
    if first != "0":
        for length in (19, 18, 17, 16):
            if len(window) >= length and luhn_is_valid(window[:length]) and len(set(window[:length])) > 2:
                yield "bank_card", length


def _phones(window: str) -> Iterator[tuple[str, int]]:
    if (mobile := _MOBILE.match(window)) is not None:
        yield "mobile", mobile.end()
    for pattern in (_LANDLINE, _LANDLINE_86):
        if (landline := pattern.match(window)) is not None:
            yield "landline", landline.end()
            if len(landline[1]) in (12, 11) and landline[1][1] not in "12":
                yield "landline", landline.end() - 1  # local numbers have eight digits, or seven


def _fits(text: str, chain: Chain, at: int, end: int, kind: str) -> bool:
    """Whether the number begins and ends where runs do, and its groups look like one number."""
    if at and chain.runs[at] == chain.runs[at - 1] and not chain.spoken[at] and not _run_together(chain, at):
        return False
    if not chain.end_of_run(end):
        if chain.spoken[end] and not chain.spoken[end - 1]:
            pass  # 13800006688一直: the numeral begins a word
        elif chain.spoken[end] and chain.spoken[end - 1]:
            run_end = next((i for i in range(end, len(chain.digits)) if chain.end_of_run(i)), len(chain.digits))
            if run_end - end > 3 and not _more_numbers(chain.digits[end:run_end]):
                return False
        else:
            if not _rest_is_apart(text, chain, end):
                return False
    if chain.spoken[end - 1] and not chain.spoken[end - 2] and _HAN.match(text, chain.ends[end - 1]):
        return False  # 0631 5281908两部: the numeral begins a word
    gaps = chain.gaps[chain.runs[at] : chain.runs[end - 1]]
    if not gaps:
        return True
    groups = [int(chain.digits[a:b]) for a, b in _groups(chain, at, end)]
    if len(groups) > 3 and len({b - a for a, b in pairwise(groups[:-1])}) == 1:
        return len(groups) == len(chain.digits[at:end])  # 15 16 17 18 19 2 is a list; 1 3 8 … is spoken digit by digit
    marks = {mark for gap in gaps if not WORDY.search(gap) for mark in gap if mark not in " ()[]"}
    if len(marks) > 1 and kind != "landline":
        return False
    if "," in marks and not any(WORDY.search(gap) for gap in gaps):
        return not all(b - a == 3 for a, b in _groups(chain, at, end)[1:])  # 1,380,000,668: a sum of money
    return True


def _groups(chain: Chain, at: int, end: int) -> list[tuple[int, int]]:
    """Digit positions of the runs between ``at`` and ``end``."""
    firsts = [at, *chain.firsts[chain.runs[at] + 1 : chain.runs[end - 1] + 1]]
    return list(zip(firsts, [*firsts[1:], end], strict=True))


def _rest_is_apart(text: str, chain: Chain, end: int) -> bool:
    """Whether the rest of a run after a number is other numbers, or the start of a date or of a word."""
    run = chain.runs[end]
    stop = chain.firsts[run + 1] if run + 1 < len(chain.firsts) else len(chain.digits)
    words = next((i for i in range(end, stop) if chain.spoken[i] and not chain.spoken[i - 1]), stop)
    if any(_more_numbers(chain.digits[end:at]) for at in {words, stop}):
        return True
    after = chain.ends[stop - 1]
    if stop - end == 4 and text[after : after + 1] == "年":
        return _YEAR.match(chain.digits, end, stop) is not None
    return stop - end <= 2 and _DATE_UNIT.match(text, after) is not None


def _run_together(chain: Chain, at: int) -> bool:
    """A number may begin inside a run only when another number ended there."""
    run = chain.runs[at]
    first = chain.firsts[run]
    return bool(first < at and _more_numbers(chain.digits[first:at]))


def _more_numbers(rest: str) -> bool:
    """Whether ``rest`` is nothing but numbers written one after the other."""
    if len(rest) < 7 or len(rest) > 200:
        return False
    reach = {0}
    for at in range(len(rest)):
        if at not in reach:
            continue
        window = rest[at : at + 24]
        for kind, length in _candidates(window, window[0]):
            if at + length <= len(rest) and not (kind == "id_card" and length == 17):
                reach.add(at + length)
    return len(rest) in reach


def _judge(text: str, kind: str, start: int, end: int, value: str, chain: Chain, at: int) -> Number | None:
    """The number, when what stands around it does not say that it is something else."""
    before = text[max(0, start - 16) : start]
    bare = before.rstrip(" +(-[#:=")
    if bare and (LATIN.match(bare[-1]) and bare[-1].isascii()) and not _glued_cue(text, start, before):
        return None
    if end < len(text) and LATIN.match(text[end]) and not _LATIN_CUE.match(text, end):
        return None
    dialled = kind == "landline" and re.match(r"0\d{2,3}[-) ]", text[start:end]) and not _SAYS_NUMBER.search(before)
    if (
        _NOT_PERSONAL.search(before)
        and not dialled
        and not re.search(r"(?:联系|手机|电话|身份证|卡)(?:编?号码?)?[ :=]*$", before)
        and (
            kind not in ("mobile", "id_card")
            or len(value) == 15
            or _SAYS_NUMBER.search(before)
            or _ORDER.search(before)
        )
    ):
        return None
    if _UNITS.match(text, end):
        return None
    if kind == "bank_card" and not _CARD_CUE.search(before) and not _CARD_PREFIX.match(value):
        return None
    gapped = chain.runs[at] != chain.runs[min(at + len(value) - 1, len(chain.runs) - 1)]
    if (
        kind == "landline"
        and gapped
        and not _LANDLINE_CUE.search(before)
        and _looks_like_a_file_number(text[start:end])
    ):
        return None
    if kind == "id_card" and len(value) == 15 and re.search(r"(?:卡|账|帐|IMEI|imei)[^,。]{0,4}$", before):
        return None
    if kind == "landline" and _ID_CUE.search(before):
        return None
    if kind in ("mobile", "landline"):
        start = _opening(text, start, end)
    if kind == "landline" and (extension := _EXTENSION.match(text, end)):
        end = extension.end()
    return Number(start, end, kind, value)


def _glued_cue(text: str, start: int, before: str) -> bool:
    """Letters before the number that announce it (tel138…) instead of belonging to it (SF138…)."""
    touching = bool(before) and before[-1] not in " "
    word = re.search(r"[A-Za-z]+[ +(\-\[#:=.]*$", before)
    if not word:
        return True
    if not touching or before[-1] in ":=(+[":
        return True
    letters = re.sub(r"[^A-Za-z]", "", word.group())
    return bool(_SAFE_PREFIX.search(" " + letters))


def _looks_like_a_file_number(written: str) -> bool:
    return bool(re.search(r"(?:^|\D)(?:19|20)\d\d\D", written))


def _opening(text: str, start: int, end: int) -> int:
    """Start with a belonging +86 or bracket: +86138…, (0531)8888…, （+86）138…."""
    plus = re.search(r"\+ ?$|\+ ?86[)\]]?[ -]?$", text[max(0, start - 8) : start])
    if plus:
        start -= len(plus.group())
    inner = text[start:end]
    if (inner.count(")") > inner.count("(") and start and text[start - 1] == "(") or (
        inner.count("]") > inner.count("[") and start and text[start - 1] == "["
    ):
        start -= 1
    return start


def _local(text: str, chain: Chain, at: int, found: list[Number]) -> Number | None:
    """A landline without area code: seven or eight digits after a cue, or joined to a landline by / or 、."""
    if at and chain.runs[at] == chain.runs[at - 1]:
        return None
    digits = chain.digits
    for length in (8, 7):
        end = at + length
        if end > len(digits) or not chain.end_of_run(end) or digits[at] not in "2345678":
            continue
        gaps = chain.gaps[chain.runs[at] : chain.runs[end - 1]]
        spelled = len(gaps) == length - 1 and set(gaps) == {" "}
        if not spelled and (len(gaps) > 2 or any(gap not in ("-", " ", "") for gap in gaps)):
            continue
        start, stop = chain.starts[at], chain.ends[end - 1]
        if _UNITS.match(text, stop) or (stop < len(text) and LATIN.match(text[stop])):
            continue
        before = text[max(0, start - 16) : start]
        previous = found[-1] if found else None
        continued = (
            previous is not None
            and previous.kind == "landline"
            and re.fullmatch(r" ?(?:[/、,;]|或者?|和) ?", text[previous.end : start])
        )
        if not continued and end < len(digits) and chain.gaps[chain.runs[end - 1]] in ("-", " ", "."):
            continue
        cue = _LANDLINE_CUE.search(before)
        strong = cue is not None and (length == 8 or re.match(r"座机|固|传真|家里|电话", cue.group()))
        dialled = length == 8 and not gaps and _RINGS.match(text, stop) is not None
        if continued or (
            (strong or dialled)
            and not re.search(r"(?:400|800|95|96)\D*$", before)
            and digits[at : at + 3] not in ("400", "800")
        ):
            extension = _EXTENSION.match(text, stop)
            return Number(start, extension.end() if extension else stop, "landline", digits[at:end])
    return None
