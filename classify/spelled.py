"""Numbers of people in groups with any words between: 176-慢点-5431-好-0825, 371081 出生是 19850923 后头 7828.

Chains (see ``digits``) know the usual pauses; here the words do not matter, because the groups are those in which such
numbers are said and the whole is valid: a mobile 3-4-4, a landline behind its area code, an identity number by its
check digit, a card by Luhn.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from classify.digits import NUMERALS
from classify.numbers import Number, id_card_is_valid, luhn_is_valid

_UNITS: Final = (
    "元块角分户人年月日号米个点时栋楼层室单间套辆台吨斤克里亩次天周岁度折倍票页条项款"
    "届期批路线省市区县钱共计约近达超为至到从比"
)
_BETWEEN: Final = rf"(?:[^\w\n*]|_|[^\W\da-zA-Z_{_UNITS}]){{0,10}}"
"""Between two groups: marks, and words without a figure and without one that would make the group a quantity."""
_ANYTHING: Final = r"[^\d\n*]{0,12}"
"""Between the groups of a number that proves itself by its check digit."""
_ALONE: Final = r"(?<![\dA-Za-z.*])"
_PATTERNS: Final = (
    ("mobile", re.compile(rf"{_ALONE}1[3-9]\d{_BETWEEN}\d{{4}}{_BETWEEN}\d{{4}}(?![\dA-Za-z*])")),
    (
        "landline",
        re.compile(
            rf"{_ALONE}0(?:10|2\d|[3-9]\d\d){_BETWEEN}[2-8]\d{{2,3}}(?:{_BETWEEN}\d{{4}}|\d{{4}})(?![\dA-Za-z*])"
        ),
    ),
    (
        "id_card",
        re.compile(
            rf"{_ALONE}[1-8]\d\d{_ANYTHING}\d\d\d{_ANYTHING}(?:19|20)\d\d{_ANYTHING}\d\d{_ANYTHING}\d\d{_ANYTHING}"
            r"\d\d\d[\dXx](?![\dA-Za-z*])"
        ),
    ),
    (
        "bank_card",
        re.compile(rf"{_ALONE}[34569]\d{{3}}(?:{_ANYTHING}\d{{4}}){{3}}(?:{_ANYTHING}\d{{3}})?(?![\dA-Za-z*])"),
    ),
)
_PAUSES: Final = re.compile(
    r"(?:等|停|稍等|空)一下|第[一二三四五]段|(?:前|头|中间|后|末|最后)[二两三四五六七八]位|[一二三四]是|慢一?点|短线|中间"
)
"""Pauses that hold a numeral or look like a quantity."""
_FIGURES: Final = {ord(char): digit for char, digit in NUMERALS.items()}
_MAYBE: Final = re.compile(r"\d[^\d\n]{1,12}\d{2}")


def spelled(text: str) -> Iterator[Number]:
    """Mobiles, landlines, identity numbers and cards of a view whose groups are parted by words."""
    paused = _PAUSES.sub(lambda pause: "停" * len(pause.group()), text)
    for version in {paused, paused.translate(_FIGURES)}:
        if _MAYBE.search(version) is not None:
            yield from _grouped(version, text)


def _grouped(text: str, given: str) -> Iterator[Number]:
    for kind, pattern in _PATTERNS:
        for found in pattern.finditer(text):
            digits = re.sub(r"[^\dXx]", "", found.group())
            if kind == "id_card" and not id_card_is_valid(digits):
                continue
            if kind == "bank_card" and not luhn_is_valid(digits):
                continue
            tail = given[found.end() - 2 : found.end()]
            if tail[0] in "0123456789" and tail[1] in NUMERALS:
                continue  # 0537-2365518一直: the numeral begins a word
            if len(digits) < len(found.group()):  # groups run together are the chains' affair
                yield Number(found.start(), found.end(), kind, digits)
