"""Disowned matters (各说不归自己管): who sent the caller away, which says nothing of what the matter is.

“水务、燃气都说不是自己的” names two trades and speaks for neither. Clauses in which a unit says that it is not its
business, or sends to another, are blanked before the matter is read, and name no owner (权属) and no hand-over (移交).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Final

import numpy as np

from classify.trie import Encoded
from routing.pages import Pages

TERMS: Final = (
    "说不", "不归", "说归", "都说", "也说", "不是他", "不是自", "不认", "推给", "推到", "互相推", "相互推", "来回推",
    "推来推去", "让找", "让我找", "叫找", "让打", "说找", "扯皮", "踢皮球", "说是", "说没", "说移交", "说早", "说已",
    "没执法权", "没有执法权", "管不了", "管不着", "不属于", "红线", "不管", "让我们找", "又让",
)  # fmt: skip
"""Words without which no clause disowns anything; for the shared Scanner."""

UNIT: Final = (
    "(?:物业|开发商|业委会|市政|城管|环保|生态环境|住建|房管|水务|自来水|供水|排水|燃气|煤气|热力|供热|热企|供电|电力|电信|移动|联通|通信"
    "|铁塔|广电|交警|公安|派出所|民警|教育|文旅|体育|商务|市场监管|市监|工商|消防|街道|社区|居委会?|村里|村委会?|镇里|镇政府|乡里|公路|交通"
    "|规划|国土|自然资源|园林|水利|民政|卫健|人社|劳动监察|科技|应急|执法|铁路|雨水|污水)(?:主管)?(?:局|公司|办|部门|集团|委|热线|中心|大队|队|所|站|段|那边)?"
)
UNITS: Final = f"{UNIT}(?:[、和跟与及,]?(?:{UNIT}))*"
DISOWNS: Final = re.compile(
    f"{UNIT}[^,。;!?]{{0,12}}(?:说|讲|回复|答复|称|表示|讲)[^,。;!?]{{0,12}}"
    r"(?:不是(?:他|她|自|我)|不归|不属|不管|管不[了着]|没有?(?:执法)?权|红线|图上没|归[^,。]{1,8}管?$|找[^,。]{1,8}$|自己(?:谈|协商|解决)"
    f"|不(?:在|是)[^,。]{{0,6}}(?:范围|职责|管)|(?:就|才)?是{UNIT}的|早?(?:交|移交)给|(?:已经?)?移交了|没接|没移交)"
    f"|{UNIT}(?:就|又|也|都|则)?(?:说)?归{UNIT}"
    f"|{UNIT}[^,。;!?]{{0,6}}(?:让|叫)[^,。]{{0,6}}(?:找|打|问){UNIT}?"
    f"|(?:报|打|问|找|投诉|反映|说)(?:给|过|到|了)?{UNIT}[^,。;!?]{{0,6}}(?:说|讲)[^,。]{{0,10}}(?:是|归|不)"
    f"|{UNIT}[^,。;!?]{{0,4}}(?:推给|推到|推诿给|甩给){UNIT}?"
    f"|{UNITS}[^,。;!?]{{0,6}}(?:互相推|相互推|来回推|推来推去|扯皮|踢皮球|都不认|谁也不认|都不管|互相推诿)"
    f"|(?:^|都|也)说[^,。;!?]{{0,8}}(?:不是(?:他|自|我)|不归|是{UNIT}的)"
    r"|^(?:谁也|都|没人)不?认"
)
"""A clause that disowns: a unit says that it is not its own, names another, or two push it to and fro."""
CAME: Final = re.compile(f"{UNITS}(?:的)?(?:人)?(?:都|也)?[^,。;!?]{{0,3}}(?:来|看|查|打|问|找|报)[^,。;!?]{{0,6}}$")
"""The clause before it that only tells who was there: 供电、热力都来看过."""
CLAUSES: Final = re.compile("[^,。;!?\n]+")
LEFT: Final = 4
"""Characters that must remain for the matter; otherwise the text is read as it stands."""
LONGEST: Final = 300
"""Characters of a text; in a letter who sent whom away is part of a longer story, and its words are few among many."""
BLANK: Final = ord(" ")
Spans = Mapping[int, Sequence[tuple[int, int]]]
"""Stretches (start, end) by the number of the text in its batch."""


def spans(text: str) -> list[tuple[int, int]]:
    """Stretches of a folded text that tell who disowned the matter, in order; none when little else is said."""
    found: list[tuple[int, int]] = []
    before: re.Match[str] | None = None
    for clause in CLAUSES.finditer(text):
        if DISOWNS.search(clause[0]):
            if before is not None and CAME.match(before[0]):
                found.append(before.span())
            found.append(clause.span())
        before = clause
    told = sum(map(str.isalnum, text)) - sum(str.isalnum(text[at]) for start, end in found for at in range(start, end))
    return found if told >= LEFT else []


def spans_of(pages: Pages) -> Spans:
    """As :func:`spans` for a batch: of each text that has some, by its number."""
    told = (np.diff(pages.found.table("disowned")[1]) > 0) & (pages.lengths <= LONGEST)
    found = {number: spans(pages.passage(number).text) for number in np.flatnonzero(told).tolist()}
    return {number: one for number, one in found.items() if one}


def without(encoded: Encoded, disowned: Spans) -> Encoded:
    """The texts of a batch with these stretches blanked in the buffer; the strings stay as they are."""
    if not disowned:
        return encoded
    buffer = encoded.buffer.copy()
    for number, found in disowned.items():
        begin = int(encoded.offsets[number])
        for start, end in found:
            buffer[begin + start : begin + end] = BLANK
    return encoded._replace(buffer=buffer)
