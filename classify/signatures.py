"""Names of private persons (姓名) that no cue announces: before 先生 or 女士, before a number, as signature."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final

from classify.namebeliefs import ENOUGH, belief
from classify.namecontext import HAN, LONE, TITLES, Found, cue_words, surname_at
from classify.nameforms import no_place
from classify.names import is_word
from classify.namewords import given, not_names, surnames, words


def signatures(text: str, owned: Sequence[int]) -> Iterator[Found]:
    """Names of a view; ``owned`` are the starts of the numbers in it that belong to people."""
    yield from _titled(text)
    yield from _identified(text, owned)
    yield from _behind(text, owned)
    yield from _signed(text)


_TITLE_AFTER: Final = re.compile(r"先生|女士|小姐|同志|同学|老人(?!家)|大爷|大妈|阿姨|师傅|夫妇|老师")


def _clear(text: str, at: int, end: int, strength: str) -> bool:
    """Whether the price of the name speaks for it, given what stands around it."""
    value = belief(text, at, end, strength)
    if strength != "titled" and not no_place(text, at, end):
        return False
    return value is not None and value >= ENOUGH[strength]


_LEFT: Final = frozenset("口电复系找是给向与和主对被由叫让请跟的民客友者人工员,东机友师")


def _titled(text: str) -> Iterator[Found]:
    """张建国先生: a full name before 先生, 女士, 小姐 or 同志."""
    for title in _TITLE_AFTER.finditer(text):
        for size in (4, 3, 2):
            at = title.start() - size
            if at < 0:
                continue
            name = text[at : title.start()]
            surname = surname_at(text, at)
            if surname is None or not 1 <= size - len(surname) <= 2 or not all(HAN.match(char) for char in name):
                continue
            if not (at == 0 or not HAN.match(text[at - 1]) or text[at - 1] in _LEFT):
                continue
            first = name[len(surname) :]
            if not cue_words().isdisjoint((name[:2], name[:3])):
                continue
            plain = all(char in given() for char in first) and name not in words() and name not in not_names()
            usual = text[title.start() : title.end()] in ("先生", "女士", "小姐", "同志")
            if (plain and usual) or _clear(text, at, title.start(), "titled" if usual else "title"):
                yield at, title.start(), "name"
                break


_MARKED: Final = re.compile(r",[男女](?=[,、。(])|身份证|汉族|〔手机〕|〔座机〕|〔身份证〕|〔微信QQ〕")
_LEAD: Final = re.compile(r"[ ,(:、]*(?:身份证|男,|女,|联系电话|电话|手机|联系方式|[tT]el|TEL)?(?:号码?)?[ :,(、是]*$")
_BEFORE_NAME: Final = re.compile(r"(?:^|[^\u4e00-\u9fff]|[给找和与及是叫系跟由]|联系|回复)$")


def _identified(text: str, owned: Sequence[int]) -> Iterator[Found]:
    """张建设，男，汉族 / 贺新春139…: a name that an id or a number follows."""
    marks = [mark.start() for mark in _MARKED.finditer(text)]
    for begin in {*marks, *owned}:
        low = max(0, begin - 20)
        lead = _LEAD.search(text[low:begin])
        end = low + (lead.start() if lead else begin - low)
        for size in (4, 3, 2):
            at = end - size
            if at < 0 or not _BEFORE_NAME.search(text[max(0, at - 3) : at]):
                continue
            name = text[at:end]
            surname = surname_at(text, at)
            if surname is None or not 1 <= size - len(surname) <= 2:
                continue
            first = name[len(surname) :]
            if not cue_words().isdisjoint((name[:2], name[:3])):
                continue
            odd = TITLES.match(text, at + len(surname)) or (len(first) == 1 and first in LONE) or name in not_names()
            plain = all(char in given() for char in first) and not is_word(text, at, end)
            if not odd and (plain or _clear(text, at, end, "number")):
                yield at, end, "name"
                break


_BEHIND: Final = re.compile(
    r"[-+\d() ]{7,24}?(?<=\d)(?!\d)[)）]?[ ,、(/:]{1,3}(?:联系人)?(?P<name>[\u4e00-\u9fff]{2,4})(?=[^\u4e00-\u9fff·]|$)"
)


def _behind(text: str, owned: Sequence[int]) -> Iterator[Found]:
    """139…，贺新春。: a name alone behind a number."""
    for begin in owned:
        found = _BEHIND.match(text, begin)
        if found is not None and _clear(text, *found.span("name"), "number"):
            yield *found.span("name"), "name"


_CLOSING: Final = re.compile(
    r"(?:[ ,:;。.、(\n]|\d{2,4} ?[年./-] ?\d{1,2} ?[月./-] ?\d{1,2} ?[日号]?"
    r"|[一二三四五六七八九〇零]{4}年[一二三四五六七八九十]{1,3}月[一二三四五六七八九十]{1,3}日"
    r"|(?:联系)?(?:电话|手机|方式)(?:号码?)?|[+\d][\d -]{5,}\d|〔[\u4e00-\u9fffQ]{2,4}〕|[)]|敬上|敬启|谨上|谨呈|拜上"
    r"|(?<=[\u4e00-\u9fff]{2})[上呈])$"
)
"""What may stand after a signature: date, number, 敬上."""
_SIGNED: Final = re.compile(
    r"(?:^|[。!?！？;；~…\n]|此致 ?敬礼[!。 ]*|谢谢[!,。 ]*|感谢[!,。 ]*|敬礼[!,。 ]*|敬上 ?|-{2,} ?|—+ ?|落款[: ]*"
    r"|(?<=[\u4e00-\u9fff]) {2,})"
    r" ?(?:(?:[\u4e00-\u9fff]{0,12}?(?:市民|业主|居民|村民|群众|网友|住户|家长|职工"
    r"|员工|学生|投诉人|举报人|反映人|申请人|求助人|上访人|代表|老人|百姓"
    r"|公民))[: ]{0,3})?"
    r"(?P<name>[\u4e00-\u9fff]{2,4}|[\u4e00-\u9fff] {1,3}[\u4e00-\u9fff])$"
)


_SIGNER: Final = re.compile(
    r"敬|谢|市民|业主|居民|村民|群众|网友|住户|家长|职工|员工|学生|投诉人|举报人|反映人|申请人|求助人|上访人|代表|老人|百姓|公民"
)


def _may_be_signed(tail: str) -> bool:
    """A cheap look at the last words: a running sentence is no signature."""
    if not tail or not HAN.match(tail[-1]) or tail[-1] in "日号上启呈":
        return bool(tail)
    words_from = len(tail)
    while words_from and HAN.match(tail[words_from - 1]):
        words_from -= 1
    last = tail[words_from:]
    return len(last) <= 4 or (len(last) <= 24 and _SIGNER.search(last) is not None)


def _signed(text: str) -> Iterator[Found]:
    """A name alone at the end of the text, before a date or a number, or after 此致敬礼 or a dash."""
    tail = text[-100:]
    shift = len(text) - len(tail)
    stripped = tail.rstrip(" \n,.。、:;")
    if not _may_be_signed(stripped):
        return
    while True:
        cut = _CLOSING.search(stripped)
        if not cut or cut.start() == len(stripped):
            break
        stripped = stripped[: cut.start()]
    if not stripped or shift + len(stripped) < 6:
        return
    cut_off = max(0, len(stripped) - 40)
    shift, stripped = shift + cut_off, stripped[cut_off:]
    signed = _SIGNED.search(stripped)
    if signed is None or (signed.start() == 0 and cut_off):
        return
    at, end = signed.span("name")
    name = stripped[at:end].replace(" ", "")
    surname = surname_at(name, 0)
    if surname is None or not 1 <= len(name) - len(surname) <= 2 or TITLES.search(name):
        return
    first = name[len(surname) :]
    if " " not in stripped[at:end] and _clear(text, shift + at, shift + end, "signed"):
        yield shift + at, shift + end, "name"
        return
    if name in words() or name in not_names() or any(char not in given() for char in first):
        return
    if len(first) == 2 and ((first in words() and name[0] in surnames()[1]) or name[:2] in words()):
        return
    if len(first) == 1 and first in LONE:
        return
    if not cue_words().isdisjoint((name[:2], name[:3])) or not no_place(text, shift + at, shift + end):
        return
    yield shift + at, shift + end, "name"
