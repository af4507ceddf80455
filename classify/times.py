"""Times (时间) as hotlines write them, to aware datetimes.

A time without a zone is Asia/Shanghai. What cannot be a date is an :class:`InputError`; nothing is guessed from a
day and month whose order is open (``3/5/2024``) or from a year of two digits.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from typing import Final

from classify.masking import masked_value
from classify.ticket import SHANGHAI, InputError, Where

EARLIEST_YEAR: Final = 1980
LATEST_YEAR: Final = 2100
"""Hotlines exist since the 1980s; a year outside is a typing error or an empty Excel cell (1900)."""

EXCEL_DAY_0: Final = datetime(1899, 12, 30)  # noqa: DTZ001  serial 0, ECMA-376 18.17.4
ALLOWED: Final = (
    "如 2024-03-05 15:06:07、2024/3/5 15:06、2024年3月5日 下午3点、20240305150607、ISO 8601、Excel 日期或时间戳"
)

_PLAIN = re.compile(r"(\d{4})([-/])(\d{1,2})\2(\d{1,2})(?:[ T](\d{1,2}):(\d{1,2})(?::(\d{1,2}))?(?:\.(\d{1,9}))?)?$")
_HALF = r"凌晨|清晨|早上|早晨|早|上午|中午|午后|下午|傍晚|晚上|晚间|晚|夜里|夜间|深夜|半夜|夜|[AaPp]\.?[Mm]\.?"
_FULL = re.compile(
    r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*[日号]?"
    r"\s*(?:[(（]?(?:星期|周|礼拜)[一二三四五六日天][)）]?)?"
    rf"[\sT,]*(?P<half>{_HALF})?\s*"
    r"(?:(?P<h>\d{1,2})\s*(?:[:：时点]钟?\s*(?:(?P<m>\d{1,2}|半|整|一刻|三刻)\s*(?:[:：分]\s*(?:(?P<s>\d{1,2})(?:[.,](?P<f>\d{1,9}))?\s*秒?)?)?)?)?)?"
    rf"\s*(?P<after>[AaPp]\.?[Mm]\.?)?\s*(?P<zone>Z|z|UTC|GMT|[+-]\d{{2}}:?\d{{2}}|[+-]\d{{2}})?(?:\[[A-Za-z/_]+\])?$"
)
_COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})(?:[T ]?(\d{2})(\d{2})(\d{2})?(?:\d{3})?)?$")
_NUMBER = re.compile(r"\d+(?:\.\d+)?$")
_MONTHS = {
    name: number
    for number, name in enumerate(
        ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"], 1
    )
}
_JAVA = re.compile(
    r"(?:[A-Za-z]{3} )?([A-Za-z]{3}) (\d{1,2}) (\d{1,2}):(\d{2}):(\d{2}) (CST|UTC|GMT[+]0?8:?00)? ?(\d{4})$"
)
_ENGLISH = re.compile(
    r"(?:([A-Za-z]{3})[a-z]* (\d{1,2}), ?|(\d{1,2})[- ]([A-Za-z]{3})[a-z]*[- ])(\d{4})"
    r"(?:,? (\d{1,2}):(\d{2})(?::(\d{2}))? ?([AaPp][Mm])?)?$"
)
_NUMERALS = str.maketrans("〇零○一二三四五六七八九", "000123456789")
_TENS = re.compile(r"([二三四五]?)十([一二三四五六七八九]?)")
_AFTERNOON = ("下午", "午后", "傍晚", "晚上", "晚间", "晚", "夜里", "夜间", "夜", "深夜", "pm")


def parse_time(value: object, where: Where | None = None) -> datetime:
    """The moment that ``value`` names, aware.

    Takes text in any layout of :data:`ALLOWED`, a datetime (naive is Asia/Shanghai), an Excel serial (days since
    1899-12-30) or an epoch in seconds or milliseconds. Raises :class:`InputError` for anything else.
    """
    if isinstance(value, datetime):
        return _checked(value if value.tzinfo else value.replace(tzinfo=SHANGHAI), str(value), where)
    text = str(value).strip()
    plain = _PLAIN.match(text)
    moment: datetime | None
    try:
        if plain:  # the layout of nearly all exports, so it comes first
            year, _, month, day, hour, minute, second, part = plain.groups()
            moment = _moment(year, month, day, hour, minute, second, part)
        else:
            moment = next((found for layout in _LAYOUTS if (found := layout(text))), None)
    except (ValueError, OverflowError):
        raise InputError("不是存在的日期或时间", value=masked_value(text), allowed=ALLOWED, where=where) from None
    if moment is None:
        raise InputError(
            "时间读不懂" if text else "时间为空", value=masked_value(text) or None, allowed=ALLOWED, where=where
        )
    return _checked(moment, text, where)


def _checked(moment: datetime, text: str, where: Where | None) -> datetime:
    if not EARLIEST_YEAR <= moment.year <= LATEST_YEAR:
        raise InputError(
            "年份不可能", value=masked_value(text), allowed=f"{EARLIEST_YEAR} 至 {LATEST_YEAR} 年", where=where
        )
    return moment


def _moment(
    year: str, month: str, day: str, hour: str | None, minute: str | None, second: str | None, part: str | None = None
) -> datetime:
    h, m, s = int(hour or 0), int(minute or 0), int(second or 0)
    later = h == 24 and m == 0 and s == 0  # 24:00 is the next day's midnight
    micro = int((part or "0").ljust(6, "0")[:6])
    moment = datetime(int(year), int(month), int(day), 0 if later else h, m, s, micro, tzinfo=SHANGHAI)
    return moment + timedelta(days=1) if later else moment


def _written(text: str) -> datetime | None:
    """年月日, dots, slashes, halves of the day, zones."""
    found = _FULL.match(text) or _FULL.match(_arabic(text))
    if not found:
        return None
    year, month, day = found.group(1, 2, 3)
    half = (found["half"] or found["after"] or "").lower().replace(".", "")
    hour, minute = found["h"], {"半": "30", "整": "0", "一刻": "15", "三刻": "45"}.get(found["m"] or "", found["m"])
    if hour and half and int(hour) <= 12:
        hour = str(_on_24_hours(int(hour), half))
    moment = _moment(year, month, day, hour, minute, found["s"], found["f"])
    zone = found["zone"]
    return moment.replace(tzinfo=_zone(zone)) if zone else moment


def _on_24_hours(hour: int, half: str) -> int:
    if half in _AFTERNOON:
        if hour == 12:
            return 12 if half in ("pm", "下午", "午后") else 24
        return hour + 12
    if half == "中午":
        return hour + 12 if hour < 4 else hour
    return 0 if hour == 12 and half != "上午" else hour


def _zone(text: str) -> timezone:
    if text.upper() in ("Z", "UTC", "GMT"):
        return UTC
    digits = text[1:].replace(":", "").ljust(4, "0")
    offset = timedelta(hours=int(digits[:2]), minutes=int(digits[2:]))
    return timezone(-offset if text[0] == "-" else offset)


def _arabic(text: str) -> str:
    """Chinese numerals and full width to ASCII: 二〇二四年三月十五日 下午三点."""
    text = _TENS.sub(lambda found: f"{found[1] or '一'}{found[2] or '〇'}" if found[0] else "", text)
    return "".join(
        chr(ord(char) - 0xFEE0) if "!" <= chr(max(ord(char) - 0xFEE0, 0)) <= "~" else " " if char.isspace() else char
        for char in text.translate(_NUMERALS)
    )


def _compact(text: str) -> datetime | None:
    found = _COMPACT.match(text)
    if not found or not EARLIEST_YEAR <= int(found[1]) <= LATEST_YEAR:
        return None
    try:
        return _moment(*found.groups())
    except ValueError:
        return None if len(text) in (10, 13) else _moment(*found.groups())


def _number(text: str) -> datetime | None:
    """Excel serials (five digits) and epochs (ten digits seconds, thirteen milliseconds)."""
    if not _NUMBER.match(text):
        return None
    number = float(text)
    if 29221 <= number < 73416:  # 1980-01-01 to 2100-12-31
        return (EXCEL_DAY_0 + timedelta(seconds=round(number * 86400))).replace(tzinfo=SHANGHAI)
    if 3e8 <= number < 4.2e9:
        return datetime.fromtimestamp(number, SHANGHAI)
    if 3e11 <= number < 4.2e12:
        return datetime.fromtimestamp(number / 1000, SHANGHAI)
    return None


def _english(text: str) -> datetime | None:
    """Java's Date.toString() and month names; CST is China here."""
    found = _JAVA.match(text)
    if found and found[1].lower() in _MONTHS:
        moment = _moment(found[7], str(_MONTHS[found[1].lower()]), found[2], found[3], found[4], found[5])
        return moment.replace(tzinfo=UTC) if found[6] == "UTC" else moment
    found = _ENGLISH.match(text)
    name = (found[1] or found[4]).lower() if found else ""
    if not found or name not in _MONTHS:
        return None
    hour = found[6]
    if hour and found[9]:
        hour = str(_on_24_hours(int(hour), found[9].lower()))
    return _moment(found[5], str(_MONTHS[name]), found[2] or found[3], hour, found[7], found[8])


_LAYOUTS: Final[tuple[Callable[[str], datetime | None], ...]] = (_compact, _number, _written, _english)
